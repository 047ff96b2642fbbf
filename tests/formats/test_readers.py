"""The other readers: a small sample for every quirk."""

from __future__ import annotations

import pytest

from review.domain.errors import BadInput, Missing
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import arxiv_atom, csl_json, decoding, nbib, pubmed_xml, registry, table

FEED = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:arxiv="http://arxiv.org/schemas/atom">{}</feed>"""


def split(items: object) -> tuple[list[Record], list[Finding]]:
    listed = list(items)  # type: ignore[call-overload]
    return [i for i in listed if isinstance(i, Record)], [i for i in listed if isinstance(i, Finding)]


# nbib


def test_nbib_takes_full_names_groups_and_the_doi() -> None:
    text = (
        "PMID- 12\nTI  - A title over\n      two lines\nFAU - Smith, John\nAU  - Smith J\nCN  - The X Group\n"
        "LID - S0-1 [pii]\nLID - 10.1000/ABC [doi]\nPT  - Journal Article\nPT  - Randomized Controlled Trial\n"
        "DP  - 2013 Nov-Dec\nJT  - Journal\nPG  - 1-9; discussion 10\nSO  - J\n"
    )
    (record,), found = split(nbib.read(text.encode(), "pubmed"))
    assert record.record_id == "pubmed:12"
    assert record.title == "A title over two lines"
    assert record.authors == ("Smith, John", "The X Group")
    assert (record.doi, record.year, record.pages, record.type) == ("10.1000/abc", 2013, "1-9", "article-journal")
    assert record.notes == "Publication types: Randomized Controlled Trial"
    assert not found


def test_nbib_entries_of_eric_begin_with_their_owner() -> None:
    text = "OWN - ERIC\nTI  - A\nDP  - 2000\n\nOWN - ERIC\nTI  - B\nDP  - 2001\n"
    assert [record.title for record in split(nbib.read(text.encode(), "s"))[0]] == ["A", "B"]


def test_the_same_pmid_with_other_content_is_kept_apart_and_reported() -> None:
    text = "PMID- 1\nTI  - A\n\nPMID- 1\nTI  - B\n\nPMID- 1\nTI  - A\n"
    records, found = split(nbib.read(text.encode(), "s"))
    assert [record.source_id for record in records] == ["1", "1-2", "1"]
    assert [(item.rule, item.severity, item.line) for item in found] == [("FORMAT-SAME-ID", Severity.WARNING, 4)]


# PubMed XML

ARTICLE = (
    '<PubmedArticle><MedlineCitation><PMID Version="1">{n}</PMID><Article><ArticleTitle>T{n}</ArticleTitle>'
    "<AuthorList><Author><LastName>Li</LastName><ForeName>Wei</ForeName></Author><Author><CollectiveName>G</CollectiveName>"
    "</Author></AuthorList></Article></MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList>"
    '<ArticleId IdType="doi">10.1/reference</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>'
)


def test_pubmed_xml_does_not_take_the_doi_of_a_reference() -> None:
    (record,), _ = split(pubmed_xml.read(f"<PubmedArticleSet>{ARTICLE.format(n=1)}</PubmedArticleSet>".encode(), "s"))
    assert (record.source_id, record.doi, record.authors) == ("1", "", ("Li, Wei", "G"))
    assert record.raw.startswith("<PubmedArticle>")


def test_pubmed_files_joined_end_to_end_are_read_to_the_end() -> None:
    one = '<?xml version="1.0" ?>\n<PubmedArticleSet>' + ARTICLE + "</PubmedArticleSet>\n"
    records, found = split(pubmed_xml.read((one.format(n=1) + one.format(n=2)).encode(), "s"))
    assert [record.title for record in records] == ["T1", "T2"]
    assert not found


def test_a_cut_pubmed_file_keeps_what_came_before() -> None:
    whole = "<PubmedArticleSet>\n" + ARTICLE.format(n=1) + "\n" + ARTICLE.format(n=2)
    records, (cut,) = split(pubmed_xml.read(whole[:-40].encode(), "s"))
    assert [record.title for record in records] == ["T1"]
    assert (cut.rule, cut.line) == ("FORMAT-CUT", 3)


# arXiv


def test_arxiv_entries_keep_their_version() -> None:
    feed = FEED.format(
        "<entry><id>http://arxiv.org/abs/2104.12255v1</id><title>A\n title</title><summary>S</summary>"
        "<published>2021-04-25T00:00:00Z</published><author><name>Jan van der Waals</name></author>"
        "<arxiv:doi>10.1000/X</arxiv:doi><category term='cs.CV'/></entry>"
    )
    (record,), _ = split(arxiv_atom.read(feed.encode(), "arxiv"))
    assert record.record_id == "arxiv:2104.12255v1"
    assert (record.title, record.authors, record.year) == ("A title", ("van der Waals, Jan",), 2021)
    assert (record.doi, record.keywords) == ("10.1000/x", ("cs.CV",))


def test_an_arxiv_error_is_a_refusal_with_its_words() -> None:
    feed = FEED.format(
        "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad id</summary></entry>"
    )
    with pytest.raises(BadInput, match="bad id"):
        list(arxiv_atom.read(feed.encode(), "arxiv"))


# CSL-JSON


def test_csl_dates_and_names() -> None:
    text = (
        b'{"items": [{"title": "A <i>x</i>", "issued": {"date-parts": [["2001", 5]]}, "PMID": 12, "author": '
        b'[{"family": "Waals", "given": "J", "non-dropping-particle": "van der"}, {"literal": "WHO"}], "type": "book"}]}'
    )
    (item,), _ = split(csl_json.read(text, "s"))
    assert (item.title, item.year, item.pmid, item.type) == ("A x", 2001, "12", "book")
    assert item.authors == ("van der Waals, J", "WHO")


# encodings


@pytest.mark.parametrize(
    ("encoding", "end"),
    [
        *[
            (encoding, end)
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
            for end in ("\n", "\r\n", "\r")
        ],
        # With lone carriage returns a file that is not UTF-8 is taken for one of an old Mac.
        *[("cp1252", end) for end in ("\n", "\r\n")],
        ("mac_roman", "\r"),
    ],
)
def test_every_encoding_and_line_end_gives_the_same_lines(encoding: str, end: str) -> None:
    lines = ["TY  - JOUR", "TI  - Müller’s café", "", "ER  - "]
    assert list(decoding.decode(end.join(lines).encode(encoding)).lines()) == lines


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    decoded = decoding.decode(("é" * 50).encode() + b"\xff" + ("ü" * 50).encode())
    assert decoded.encoding == "utf-8"
    assert decoded.findings[0].severity is Severity.WARNING


# the registry

SAMPLES = {
    "ris": b"TY  - JOUR\nTI  - A\nER  - \n",
    "nbib": b"PMID- 1\nTI  - A\n",
    "pubmed_xml": b"<?xml version='1.0'?><PubmedArticleSet/>",
    "arxiv_atom": FEED.format("").encode(),
    "bibtex": b"@article{a, title={A}}",
    "csv": b"title,year\nA,2001\n",
    "tsv": b"title\tyear\nA\t2001\n",
    "named_fields": b"Title: A\nAuthors: Roe, Ann\nYear: 2001\nDOI: 10.1000/x\n",
    "csl_json": b'[{"title": "A", "type": "book"}]',
}


@pytest.mark.parametrize("suffix", ["", ".txt", ".ris", ".csv", ".bib", ".xml", ".json"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_content_decides_and_not_the_name(name: str, suffix: str) -> None:
    assert registry.detect(SAMPLES[name], f"export{suffix}").name == name
    assert registry.detect(SAMPLES[name].decode().encode("utf-16"), f"export{suffix}").name == name


def test_excel_is_recognised_whatever_its_name() -> None:
    assert (
        registry.detect(table.write_xlsx([Record(source="s", source_id="1", title="A")]), "export.csv").name == "xlsx"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (bytes(range(256)) * 10, "not a text file"),
        (b"Hello, this is a letter.", "looks like an export"),
        (b"PK\x03\x04word/document.xml", "Office document"),
    ],
)
def test_what_is_no_export_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        registry.detect(data, "letter.doc")
    assert str(refusal.value).startswith("letter.doc: ")


def test_findings_and_refusals_name_the_file() -> None:
    found = [
        item
        for item in registry.read(b"title,year\nA,1,2\n", source="s", file_name="a.csv")
        if isinstance(item, Finding)
    ]
    assert [(item.path, item.line) for item in found] == [("a.csv", 2)]
    with pytest.raises(BadInput, match=r"^a\.csv: no title column"):
        list(registry.read(b"x,y\n1,2\n", source="s", file_name="a.csv"))


def test_formats_are_found_by_name_and_by_suffix() -> None:
    assert registry.named("json").name == registry.named("csl-json").name == "csl_json"
    assert registry.named(".bib").name == "bibtex"
    with pytest.raises(Missing, match="ris"):
        registry.named("riss")
    with pytest.raises(Missing):
        registry.write([], "nbib")


def test_every_format_of_the_house_is_installed() -> None:
    assert set(registry.formats()) >= {*SAMPLES, "xlsx"}


def test_a_suffix_that_several_formats_share_names_the_one_that_can_be_written() -> None:
    assert registry.writable("out.xml".rpartition(".")[2]).name == "endnote_xml"
    assert registry.writable(".enw").name == "refer"
    with pytest.raises(Missing, match="format to write"):
        registry.writable("wos")
