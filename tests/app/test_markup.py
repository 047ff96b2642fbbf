"""Other people's text stays text: nothing of it becomes markup, and nothing of it is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from review.app.markup import about, highlighted, links, plain, record_card, side_by_side
from review.domain.record import Record

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
WORDS = st.lists(st.sampled_from(["spine", "LSTV", "phantom study", "R&D", "<b>", "a+b"]), max_size=4)


class _Tags(HTMLParser):
    """Collects the tags a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@given(st.lists(st.one_of(TEXT, st.sampled_from(["spine", " LSTV ", "<script>", "R&D", "&amp;"]))), WORDS, WORDS)
def test_highlighting_adds_marks_and_changes_nothing_else(parts, include, exclude):
    text = "".join(parts)
    html = highlighted(text, include, exclude)
    assert unescape(re.sub(r'<mark class="(?:for|against)">|</mark>', "", html)) == text
    assert {tag for tag, _ in _Tags(html).tags} <= {"mark"}


def test_a_term_is_marked_only_as_a_whole_word():
    assert "<mark" not in highlighted("LSTVs and preLSTV and LSTV_2", ["LSTV"], [])
    assert highlighted("deep\n learning", ["deep learning"], []) == '<mark class="for">deep\n learning</mark>'


def test_the_longer_term_wins_and_each_kind_has_its_own_mark():
    html = highlighted("a phantom study", ["phantom study"], ["phantom"])
    assert html == 'a <mark class="for">phantom study</mark>'
    assert highlighted("Phantom", [], ["phantom"]) == '<mark class="against">Phantom</mark>'


@given(TEXT)
def test_escaped_markdown_reads_as_the_text_itself(text):
    shown = MarkdownIt("commonmark").renderInline(plain(text))
    assert unescape(shown) == " ".join(text.split())


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_record_never_brings_tags_of_its_own(title, abstract, journal, doi):
    record = Record(source="s", source_id="1", title=title, abstract=abstract, journal=journal, doi=doi, url=title)
    allowed = {"article", "h2", "p", "a", "div", "em"}
    assert {tag for tag, _ in _Tags(record_card(record)).tags} <= allowed
    assert {tag for tag, _ in _Tags(side_by_side([record, record], {})).tags} <= {"table", "tbody", "tr", "th", "td"}


@given(st.one_of(TEXT, st.sampled_from(["javascript:alert(1)", "data:text/html,x", "//x", "http://[", "ftp://x.org"])))
def test_a_link_leads_to_the_web_and_nowhere_else(address):
    for tag, attributes in _Tags(links(Record(source="s", source_id="1", title="t", url=address))).tags:
        assert tag in {"p", "a"}
        assert tag == "p" or str(attributes["href"]).lower().startswith(("http://", "https://"))


def test_links_are_built_from_identifiers():
    record = Record(source="s", source_id="1", title="t", doi='10.1/<x>"', pmid="123", arxiv_id="2401.00001v2")
    found = [str(attributes["href"]) for tag, attributes in _Tags(links(record)).tags if tag == "a"]
    assert found == [
        "https://doi.org/10.1/%3Cx%3E%22",
        "https://pubmed.ncbi.nlm.nih.gov/123/",
        "https://arxiv.org/abs/2401.00001v2",
    ]


def test_type_and_language_are_said_in_words_not_in_codes() -> None:
    record = Record(source="s", source_id="1", title="A", year=2020, type="article-journal", language="eng; fre")
    assert about(record) == "2020 · journal article · English, French"
    assert about(Record(source="s", source_id="1", title="A", type="paper-conference", language="Klingon")) == (
        "conference paper · Klingon"
    )


def marked(*records: Record) -> list[str]:
    """What is marked where these stand side by side."""
    return re.findall(r'<mark class="unlike">(.*?)</mark>', side_by_side(records, {}))


def test_side_by_side_only_what_the_other_says_otherwise_is_marked() -> None:
    one = Record(
        source="s", source_id="1", title="A trial of 5 mg of Ribavirin in adults.", authors=("Rentería, Miguel E.", "Wu, Y"),
        year=2020, journal="LANCET", volume="3", issue="1", pages="7-9", doi="10.1/a",
    )  # fmt: skip
    same = replace(
        one, source_id="2", title="A Trial of 5 mg of ribavirin in adults", authors=("Renteria, ME", "Wu, Yi")
    )
    assert marked(one, replace(same, journal="Lancet")) == []
    assert marked(one, replace(same, journal="", doi="")) == [], "an empty field contradicts nothing"
    other = replace(same, title="A trial of 50 mg of ribavirin in adults", year=2021, authors=("Renteria, ME", "Li, Y"))
    assert marked(one, other) == ["5", "50", "Wu, Y", "Li, Y", "2020", "2021"]


def test_a_run_of_other_words_is_one_mark_and_is_never_read_as_markup() -> None:
    one = Record(source="s", source_id="1", title="Gait <b>after the</b> stroke")
    two = replace(one, source_id="2", title="Gait stroke")
    assert marked(one, two) == ["&lt;b&gt;after the&lt;/b&gt;"]


def test_of_very_many_authors_some_are_shown_and_the_others_counted() -> None:
    many = Record(source="s", source_id="1", title="A particle", authors=tuple(f"Name{n}, A" for n in range(6_000)))
    shown = side_by_side([many, replace(many, source_id="2")], {})
    assert "and 5,970 others" in shown
    assert len(shown) < 4_000
