"""Laws of every format that writes: what is written is read back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.domain.record import Record
from review.formats import bibtex, csl_json, endnote_xml, fields, kinds, refer, ris, table

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Anything a title may hold, with what is special to RIS, LaTeX, HTML, CSV and spreadsheets well represented.
_special = st.sampled_from(
    ["&amp;", "&lt;b&gt;", "<i>x</i>", "<p", "TY  - JOUR", "ER  - ", "$x_1$", "50%", "{A}", "\\alpha", "--", "---", "``", "''",
     "~", "^", "#", "=1+1", "@x", "-5", "'=x", '"', '""', ";", ",", "\t", "\n", "é", "Ü", "α", "漢字", "😀", "\u200b", "\x00",
     "\u202e", "and", " and ", "%", "&", "10.1000/x", "http://x.y"]
)  # fmt: skip
_letters = st.text(st.characters(codec="utf-8"), max_size=12)
text = st.lists(st.one_of(_special, _letters), max_size=6).map(" ".join).map(fields.fold)
word = st.sampled_from(
    ["spine", "12", "50(2)", "Suppl 1", "β-blocker", "a & b", "Castellvi's type", "S1-S2", "x_y", "100%"]
)
family = st.sampled_from(
    [
        "Smith",
        "Müller",
        "García Márquez",
        "van der Waals",
        "García-Márquez",
        "O'Neil",
        "Øst",
        "Anderson",
        "李",
        "D'Amico",
    ]
)
given_name = st.sampled_from(["J", "JA", "J. P.", "Jürgen", "Mary-Ann", "María José", "Ünal", "And"])
suffix = st.sampled_from(["", "", "", ", Jr."])
person = st.builds("{}, {}{}".format, family, given_name, suffix)
group = st.sampled_from(["World Health Organization", "The LSTV Study Group", "R&D Consortium of {Berlin}"])
keyword = word.filter(lambda value: "," not in value and ";" not in value)

records = st.builds(
    Record,
    source=st.just("law"),
    source_id=st.just(""),
    title=text.filter(bool),
    abstract=text,
    authors=st.lists(st.one_of(person, group), max_size=4).map(tuple),
    year=st.none() | st.integers(1900, 2099),
    journal=text,
    volume=word | st.just(""),
    issue=word | st.just(""),
    pages=st.sampled_from(["", "1", "11-19", "e1001", "S12-S19", "100234"]),
    doi=st.sampled_from(["", "10.1000/xyz.1", "10.1016/s0140-6736(05)67-1", "10.1002/(sici)1<661::aid>3.0.co;2-2", "10.1/a_b%c"]),
    pmid=st.sampled_from(["", "1", "31452104"]),
    arxiv_id=st.sampled_from(["", "2104.12255v1", "astro-ph/0601001v2"]),
    keywords=st.lists(keyword, max_size=4, unique=True).map(tuple),
    language=st.sampled_from(["", "eng", "English", "de"]),
    type=st.sampled_from(["article-journal", "book", "chapter", "paper-conference", "thesis", "report", "article", "document"]),
    url=st.sampled_from(["", "https://example.org/a%20b?c=d&e=f#g_h~i"]),
    notes=text,
)  # fmt: skip

FORMATS = {
    "ris": (ris.write, ris.read),
    "bibtex": (bibtex.write, bibtex.read),
    "csl_json": (csl_json.write, csl_json.read),
    "endnote_xml": (endnote_xml.write, endnote_xml.read),
    "refer": (refer.write, refer.read),
    "csv": (table.write_csv, table.read_csv),
    "tsv": (table.write_tsv, table.read_csv),
}


def _as_held(record: Record, name: str) -> Record:
    """The record as the format can hold it: ids and raw text are the reader's own."""
    held = replace(record, source_id="", raw="")
    if record.title == record.journal and name not in {"bibtex", "csl_json"}:
        held = replace(held, journal="")  # a journal that repeats the title is a fault of the exporting program
    return held


def _read(name: str, data: bytes) -> list[Record]:
    return [item for item in FORMATS[name][1](data, "law") if isinstance(item, Record)]


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_is_read_back(name: str) -> None:
    @LAW
    @given(st.lists(records, min_size=1, max_size=3))
    def law(written: list[Record]) -> None:
        # As the store holds them: every record with an id of its own.
        listed = [replace(record, source_id=str(number)) for number, record in enumerate(written)]
        back = _read(name, FORMATS[name][0](listed))
        assert [_as_held(record, name) for record in back] == [_as_held(record, name) for record in listed]

    law()


def test_excel_is_read_back() -> None:
    @settings(LAW, max_examples=15)
    @given(st.lists(records, min_size=1, max_size=3))
    def law(written: list[Record]) -> None:
        listed = [replace(record, source_id=str(number)) for number, record in enumerate(written)]
        back = [item for item in table.read_xlsx(table.write_xlsx(listed), "law") if isinstance(item, Record)]
        assert [_as_held(record, "csv") for record in back] == [_as_held(record, "csv") for record in listed]

    law()


@pytest.mark.parametrize("name", ["csv", "tsv"])
@LAW
@given(written=st.lists(records, min_size=1, max_size=4))
def test_our_own_tables_bring_ids_back(name: str, written: list[Record]) -> None:
    listed = [replace(record, source_id=f"id {number}") for number, record in enumerate(written)]
    assert [record.record_id for record in _read(name, FORMATS[name][0](listed))] == [
        record.record_id for record in listed
    ]


@pytest.mark.parametrize("name", FORMATS)
@LAW
@given(data=st.binary(max_size=400))
def test_no_bytes_make_a_reader_stumble(name: str, data: bytes) -> None:
    from review.domain.errors import BadInput

    try:
        items = list(FORMATS[name][1](data, "law"))
    except BadInput:
        return
    for item in items:
        if isinstance(item, Record):
            assert item.title == fields.fold(item.title)


@pytest.mark.parametrize("name", FORMATS)
@LAW
@given(written=st.lists(records, min_size=1, max_size=4))
def test_different_entries_never_share_an_id(name: str, written: list[Record]) -> None:
    listed = [replace(record, source_id=str(number)) for number, record in enumerate([*written, *written])]
    seen: dict[str, Record] = {}
    for record in _read(name, FORMATS[name][0](listed)):
        assert seen.setdefault(record.source_id, record).raw.strip() == record.raw.strip()


@LAW
@given(st.lists(records, min_size=1, max_size=4))
def test_reading_twice_gives_the_same_ids(written: list[Record]) -> None:
    data = ris.write(written)
    assert [item.record_id for item in _read("ris", data)] == [item.record_id for item in _read("ris", data)]


@LAW
@given(text)
def test_marked_text_is_read_as_it_was(value: str) -> None:
    assert fields.plain(fields.marked(value)) == value


@LAW
@given(st.sampled_from(["article-journal", "book", "chapter", "thesis", "report", "dataset", "patent", "webpage"]))
def test_a_kind_survives_ris_bibtex_and_endnote(kind: str) -> None:
    assert kinds.from_ris(kinds.to_ris(kind)) == kind
    assert kinds.from_bibtex(kinds.to_bibtex(kind)) == kind
    name, number = kinds.to_endnote(kind)
    assert kinds.from_name(name) == kinds.from_endnote(str(number)) == kind
