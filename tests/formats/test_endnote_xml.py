"""EndNote XML: a small sample for every quirk, and XML that has to be mended."""

from __future__ import annotations

import pytest

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import endnote_xml, pubmed_xml, registry


def whole(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><xml><records><record>{inner}</record></records></xml>'.encode()


def one(inner: str) -> Record:
    (record,) = [item for item in endnote_xml.read(whole(inner), "s") if isinstance(item, Record)]
    return record


TITLE = "<titles><title>T</title></titles>"


@pytest.mark.parametrize(
    ("inner", "field", "value"),
    [
        (
            "<titles><title><style>CO</style><style face='subscript'>2</style><style> uptake</style></title></titles>",
            "title",
            "CO2 uptake",
        ),
        ("<titles><secondary-title>Only this</secondary-title></titles>", "title", "Only this"),
        (
            "<contributors><authors><author><style>Smith, J.&#xD;Doe, A.</style></author></authors></contributors>",
            "authors",
            ("Smith, J.", "Doe, A."),
        ),
        (
            "<contributors><secondary-authors><author>Roe, B</author></secondary-authors></contributors>",
            "authors",
            ("Roe, B",),
        ),
        (
            f"{TITLE}<electronic-resource-num><style>10.1000/a&#xD;doi: 10.1000/b</style></electronic-resource-num>",
            "doi",
            "10.1000/a",
        ),
        (f"{TITLE}<urls><related-urls><url>https://doi.org/10.1000/U</url></related-urls></urls>", "doi", "10.1000/u"),
        (f"{TITLE}<dates><pub-dates><date>Mar 2015</date></pub-dates></dates>", "year", 2015),
        (f"{TITLE}<ref-type name='Book Section'>5</ref-type>", "type", "chapter"),
        (f"{TITLE}<ref-type>10</ref-type>", "type", "paper-conference"),
        (
            f"{TITLE}<accession-num>275</accession-num><remote-database-provider>NLM</remote-database-provider>",
            "pmid",
            "275",
        ),
        (f"{TITLE}<accession-num>WOS:000275</accession-num>", "pmid", ""),
        (f"{TITLE}<keywords><keyword>a&#xD;b</keyword><keyword>c</keyword></keywords>", "keywords", ("a", "b", "c")),
        (f"{TITLE}<notes>n1&#xD;n2</notes>", "notes", "n1; n2"),
        (f"{TITLE}<periodical><full-title>J Test</full-title></periodical>", "journal", "J Test"),
        (f"{TITLE}<abstract>a &amp;lt; b</abstract>", "abstract", "a < b"),
    ],
)
def test_a_field_is_read(inner: str, field: str, value: object) -> None:
    assert getattr(one(inner), field) == value


def test_what_we_write_is_known_as_endnotes() -> None:
    data = endnote_xml.write([Record(source="s", source_id="1", title="T & U", type="thesis")])
    assert registry.detect(data, "export.xml").name == "endnote_xml"
    assert b'<ref-type name="Thesis">32</ref-type>' in data


@pytest.mark.parametrize("control", [b"\x1f", b"&#x1F;", b"&#31;", b"\x02"])
def test_control_characters_cost_no_record(control: bytes) -> None:
    data = whole(TITLE).replace(b"<title>T", b"<title>T" + control + b"U")
    data = data.replace(b"<records>", b"<records><record><titles><title>Before</title></titles></record>")
    items = list(endnote_xml.read(data, "s"))
    assert [item.title for item in items if isinstance(item, Record)] == ["Before", "T U"]
    assert [item.rule for item in items if isinstance(item, Finding)] == ["FORMAT-CONTROLS"]


def test_latin_letters_in_a_file_that_says_utf_8_are_read_and_said() -> None:
    items = list(endnote_xml.read(whole(TITLE).replace(b"T<", b"M\xfcller<"), "s"))
    assert [item.title for item in items if isinstance(item, Record)] == ["Müller"]
    assert [item.rule for item in items if isinstance(item, Finding)] == ["FORMAT-ENCODING"]


def test_a_cut_file_gives_what_came_before_once() -> None:
    data = whole(f"{TITLE}</record><record>{TITLE}")[:-40].replace(b"<title>T", b"<title>T\x03", 1)
    items = list(endnote_xml.read(data, "s"))
    assert [item.title for item in items if isinstance(item, Record)] == ["T"]
    assert [item.rule for item in items if isinstance(item, Finding)] == ["FORMAT-CONTROLS", "FORMAT-CUT"]


def test_mending_serves_every_kind_of_xml() -> None:
    data = b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A\x0bB</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    titles = [item.title for item in pubmed_xml.read(data, "s") if isinstance(item, Record)]
    assert titles == ["A B"]
