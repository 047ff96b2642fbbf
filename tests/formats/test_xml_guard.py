"""No entity of an XML file is ever expanded, wherever its declaration is hidden, and entries are kept as they stand."""

from __future__ import annotations

import pytest

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import registry

ARTICLE = (
    "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>Title {n}{more}</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle>"
)
DECLARED = '<!ENTITY secret SYSTEM "file:///etc/hostname">'


def read(text: str | bytes) -> list[Record | Finding]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(registry.read(data, source="x", found=registry.named("pubmed_xml")))


def whole(prolog: str, more: str = "") -> str:
    return f"<?xml version='1.0'?>{prolog}<PubmedArticleSet>{ARTICLE.format(n=1, more=more)}</PubmedArticleSet>"


@pytest.mark.parametrize(
    "prolog",
    [
        f"<!DOCTYPE a [{DECLARED}]>",
        f"<!-- {'x' * 200_000} --><!DOCTYPE a [{DECLARED}]>",
        f"<!DOCTYPE a [<!-- {'x' * 200_000} -->{DECLARED}]>",
        '<!DOCTYPE a [<!ENTITY % more SYSTEM "http://127.0.0.1:9/more.dtd"> %more;]>',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE a [<!NOTATION n SYSTEM "n"><!ENTITY picture SYSTEM "p.gif" NDATA n>]>',
    ],
)
def test_a_file_that_declares_an_entity_is_refused_before_it_is_read(prolog: str) -> None:
    for text in (whole(prolog), whole(prolog, "&secret;")):
        with pytest.raises(BadInput, match="entities"):
            read(text)
    with pytest.raises(BadInput, match="entities"):
        read(whole(prolog).encode("utf-16"))
    # A file that stumbles over a control character is read again, and guarded again.
    with pytest.raises(BadInput, match="entities"):
        read(whole("", "\x0b") + whole(prolog))


def test_an_entity_declared_behind_the_beginning_is_no_xml_and_expands_nothing() -> None:
    found = read(
        f"<PubmedArticleSet>{ARTICLE.format(n=1, more='')}<!DOCTYPE a [{DECLARED}]>&secret;</PubmedArticleSet>"
    )
    assert [type(item) for item in found] == [Record, Finding]


def test_the_doctype_of_pubmed_is_read_and_not_followed() -> None:
    (record,) = read(whole('<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "http://127.0.0.1:9/pubmed.dtd">'))
    assert isinstance(record, Record)
    assert record.title == "Title 1"


def test_an_entry_is_kept_as_it_stands_in_the_file() -> None:
    one, two = (
        ARTICLE.format(n=1, more=" &amp;\n <i>x</i>"),
        ARTICLE.format(n=2, more="").replace("<PMID>", '<PMID  a="1">'),
    )
    found = read(f"<PubmedArticleSet>\n  {one}\n<PubmedArticle/>{two}</PubmedArticleSet>")
    records = [item for item in found if isinstance(item, Record)]
    assert [record.raw for record in records] == [one, "<PubmedArticle/>", two]


@pytest.mark.parametrize("odd", ["<!-- <PubmedArticle> -->", "<![CDATA[</PubmedArticle>]]>"])
def test_tags_that_are_no_elements_do_not_shift_the_entries(odd: str) -> None:
    texts = [ARTICLE.format(n=1, more=odd), ARTICLE.format(n=2, more="")]
    records = [
        item for item in read(f"<PubmedArticleSet>{''.join(texts)}</PubmedArticleSet>") if isinstance(item, Record)
    ]
    assert [f"<PMID>{n}</PMID>" in record.raw for n, record in enumerate(records, 1)] == [True, True]
    assert [record.raw.count("<PMID>") for record in records] == [1, 1]


FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2401.0000{n}v1</id><title>T{n}</title></entry></feed>'


@pytest.mark.parametrize(
    "text",
    [
        FEED.format(n=1),
        f"<outer>{FEED.format(n=1)}</outer>",
        f"<outer><entry>lost</entry>{FEED.format(n=1)}</outer>",
        FEED.format(n=1)
        .replace("<entry", '<a:entry xmlns:a="http://www.w3.org/2005/Atom"')
        .replace("</entry", "</a:entry"),
        FEED.format(n=1).replace("<feed ", "<feed a='>' "),
        f"<?xml version='1.0'?><?note <entry> ?>{FEED.format(n=1)}",
    ],
)
def test_a_name_space_counts_wherever_it_is_declared(text: str) -> None:
    found = registry.read(text.encode(), source="x", found=registry.named("arxiv_atom"))
    assert [item.title for item in found if isinstance(item, Record)] == ["T1"]


def test_entries_in_entries_and_entries_cut_off_are_read_as_far_as_they_go() -> None:
    inner = ARTICLE.format(n=2, more="")
    nested = ARTICLE.format(n=1, more="").replace("</Article>", f"</Article>{inner}")
    titles = [item.title for item in read(f"<PubmedArticleSet>{nested}</PubmedArticleSet>") if isinstance(item, Record)]
    assert titles == ["Title 2", "Title 1"]
    cut = f"<PubmedArticleSet>{ARTICLE.format(n=1, more='')}{inner[:-30]}"
    assert [getattr(item, "rule", item.__class__.__name__) for item in read(cut)] == ["Record", "FORMAT-CUT"]


@pytest.mark.parametrize("depth", [50, 150, 5_000])
def test_an_entry_nested_without_end_is_refused(depth: int) -> None:
    text = whole("", "<i>" * depth + "x" + "</i>" * depth)
    if depth < 100:
        assert [type(item) for item in read(text)] == [Record]
    else:
        with pytest.raises(BadInput, match="nested"):
            read(text)
