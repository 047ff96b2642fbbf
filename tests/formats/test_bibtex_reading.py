"""BibTeX and the keys of its entries: a small sample for every quirk."""

from __future__ import annotations

import pytest

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import bibtex, fields, latex, table
from review.formats.citation_keys import citation_key, citation_keys


def split(items: object) -> tuple[list[Record], list[Finding]]:
    listed = list(items)  # type: ignore[call-overload]
    return [i for i in listed if isinstance(i, Record)], [i for i in listed if isinstance(i, Finding)]


def test_bibtex_reads_macros_parents_and_both_of_two_equal_keys() -> None:
    text = """@string{j = "J. of " # "Tests"}
@inproceedings{a, title={Child}, crossref={b}}
@article{k, title="One", journal = j, date = {2011-05}}
@article{k, title={Two}, subtitle={and more}}
@proceedings{b, title={Parent}, year=1999}
"""
    records, found = split(bibtex.read(text.encode(), "s"))
    assert [record.title for record in records] == ["Child", "One", "Two: and more", "Parent"]
    assert (records[0].journal, records[0].year) == ("Parent", 1999)
    assert (records[1].journal, records[1].year) == ("J. of Tests", 2011)
    assert len({record.source_id for record in records}) == 4
    assert not found


@pytest.mark.parametrize(
    "bad",
    ["@article{b, title={Open, year=2002}\n", "@article{b}\n", '@article{b, title="Never, year=2002}\n', "@article{\n"],
)
def test_one_bad_entry_never_costs_another(bad: str) -> None:
    text = "@article{a, title={First}}\n" + bad + "\n@article{c, title={Third}}\n"
    records, found = split(bibtex.read(text.encode(), "s"))
    titles = [record.title for record in records]
    assert titles[0] == "First"
    assert titles[-1] == "Third"
    assert found
    assert found[0].line == 2


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Smith, John", "Smith, John"),
        ("John Smith", "Smith, John"),
        ("Smith, Jr., John", "Smith, John, Jr."),
        ("{World Health Organization}", "World Health Organization"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("{\\'E}. Galois", "Galois, É."),
        ("Smith JA", "Smith, JA"),
    ],
)
def test_bibtex_names(written: str, name: str) -> None:
    (record,), _ = split(bibtex.read(f"@misc{{a, title={{T}}, author={{{written} and others}}}}".encode(), "s"))
    assert record.authors == (name,)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\v{S}koda \c{c} \H{o} \k a \r{a}", "Škoda ç ő ą å"),
        (r"{\AA}ngstr{\"o}m, \O stergaard, {\L}ukasz", "Ångström, Østergaard, Łukasz"),
        (r"$p < 0.05$ and $\chi^2$", "p < 0.05 and χ2"),
        (r"\textit{in vitro} \emph{x}~y", "in vitro x y"),
        ("``quoted'' 1--2", "“quoted” 1–2"),
        (r"A\_b \{c\} \#1 \textbackslash{}", "A_b {c} #1 \\"),
    ],
)
def test_latex_is_decoded(source: str, text: str) -> None:
    assert fields.plain(latex.decode(source)) == text


def record(number: str, **changes: object) -> Record:
    values = {"title": "The deep network", "authors": ("Smith, A",), "year": 2024} | changes
    return Record(source="s", source_id=number, **values)  # type: ignore[arg-type]


def test_citation_keys_are_unique_and_do_not_depend_on_order() -> None:
    listed = [record(str(number)) for number in range(30)]
    keys = citation_keys(listed)
    assert keys["s:0"] == "smith2024deep"
    assert keys["s:1"] == "smith2024deepb"
    assert len(set(keys.values())) == 30
    assert citation_keys(reversed(listed)) == keys


def test_citation_keys_in_use_never_change() -> None:
    keys = citation_keys([record("a"), record("b")], kept={"s:b": "smith2024deep"})
    assert keys == {"s:b": "smith2024deep", "s:a": "smith2024deepb"}


def test_a_citation_key_is_made_of_plain_letters() -> None:
    assert citation_key(record("1", authors=("Øst-Müller, Å",), title="¿Qué es β?", year=None)) == "ostmullerndque"
    assert citation_key(record("1", authors=(), title="")) == "anon2024"


def test_bibtex_uses_the_keys_it_is_given() -> None:
    assert bibtex.write([record("1")], keys={"s:1": "mine"}).startswith(b"@misc{mine,\n")


def test_bibtex_takes_the_text_of_a_link_and_names_with_their_parts_named() -> None:
    text = r"@book{a, title = {See \href{http://x.y/}{the text}}, author = {given=Jan, prefix=van der, family=Berg and family=Roe, given={\'E}va}}"
    (one,) = [item for item in bibtex.read(text.encode(), "s") if isinstance(item, Record)]
    assert (one.title, one.authors) == ("See the text", ("van der Berg, Jan", "Roe, Éva"))


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("note = {PMID: 23439512}", "pmid", "23439512"),
        ("url = {https://pubmed.ncbi.nlm.nih.gov/23439512/}", "pmid", "23439512"),
        ("url = {http://a.b/c?id=doi:10.1000/x&title=y}", "doi", "10.1000/x"),
        ("url = {https://arxiv.org/abs/2304.02112v2}", "arxiv_id", "2304.02112v2"),
        ("note = {See 23439512 and 10.1000/x}", "pmid", ""),
        ("pages = {405--405}", "pages", "405"),
        ("author = {{Health and Human Services}}", "authors", ("Health and Human Services",)),
    ],
)
def test_what_stands_beside_is_found_in_every_format(lines: str, field: str, value: object) -> None:
    (one,) = [
        item for item in bibtex.read(f"@misc{{a, title = {{T}}, {lines}}}".encode(), "s") if isinstance(item, Record)
    ]
    assert getattr(one, field) == value
    (back,) = [item for item in table.read_csv(table.write_csv([one]), "s") if isinstance(item, Record)]
    assert getattr(back, field) == value
