"""A text by its headings: what counts as the same text, and which place a heading or a sentence names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from review.domain.sections import TITLE, anchor, bare, nearest, roles, sections, text_hash, words

LINES = st.lists(
    st.sampled_from(["# A", "## B {#b}", "### C ##", "prose here", "", "```", "# in code", "<!-- # no -->", "> **To"]),
    max_size=25,
)
TEXT = """\
---
title: x
---

Before any heading.

# Introduction

Two readers
agreed <!-- a mark --> on all of it. It was early.

## Rationale

Because.

# Methods

```
# not a heading
```

Done in 2020.
"""


@given(LINES)
def test_the_parts_together_are_the_whole_text_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = sections(text)
    assert [section.line for section in found] == sorted(section.line for section in found)
    for section in found:
        assert section.own in text
        assert section.whole.startswith(section.own) or not section.own
        if section.level:
            assert text.split("\n")[section.line - 1].startswith("#" * section.level + " ")
    for at, section in enumerate(found):
        later = found[at + 1 :] if section.level else []
        inner = next((n for n, one in enumerate(later) if one.level <= section.level), len(later))
        assert section.whole.count("\n#") >= inner - (not section.own and inner > 0), "its subsections are in it"
        assert all(one.own in section.whole for one in later[:inner])
    heads = sum(1 for section in found if section.level)
    assert heads <= sum(line.startswith("#") for line in lines)


@given(st.text(st.characters(blacklist_characters="<>`~$\\", blacklist_categories=("Cs", "Cc"))), st.integers(0, 5))
def test_blanks_and_comments_do_not_make_another_text(text: str, at: int) -> None:
    changed = text.replace(" ", "  \n ") + "<!-- reports: x:1 -->" + " " * at
    assert text_hash(changed) == text_hash(text)
    assert bare(changed) == bare(text)


@given(st.text(min_size=1), st.text(min_size=1))
def test_other_words_make_another_hash(one: str, other: str) -> None:
    assert (text_hash(one) == text_hash(other)) == (bare(one) == bare(other))


def test_headings_in_code_and_comments_are_none() -> None:
    assert [(s.heading, s.level, s.line) for s in sections(TEXT)] == [
        (TITLE, 0, 4),
        ("Introduction", 1, 7),
        ("Rationale", 2, 12),
        ("Methods", 1, 16),
    ]


def test_a_sections_whole_text_holds_its_subsections() -> None:
    introduction = sections(TEXT)[1]
    assert "Because." in introduction.whole
    assert "Because." not in introduction.own


def test_a_heading_is_found_whatever_its_case_and_a_sentence_across_line_breaks() -> None:
    assert anchor(TEXT, "methods").line == 16  # type: ignore[union-attr]
    sentence = anchor(TEXT, "two readers agreed on all of it.")
    assert sentence is not None
    assert (sentence.heading, sentence.line) == ("Introduction", 9)
    assert anchor(TEXT, "three readers agreed") is None
    assert anchor(TEXT, "Because") is None, "one word is no sentence"
    assert nearest(TEXT, "Metods") == ["Methods"]


def test_a_change_below_a_heading_changes_its_hash_and_no_other() -> None:
    changed = TEXT.replace("Because.", "Because of that.")
    same = {name: anchor(TEXT, name) == anchor(changed, name) for name in ("Introduction", "Rationale", "Methods")}
    assert same == {"Introduction": False, "Rationale": False, "Methods": True}


def test_every_section_belongs_to_a_part_of_the_paper() -> None:
    text = "# Abstract\n\n# Methods\n\n## Readers\n\n# Results\n\n## Readers\n\n# Funding\n"
    assert roles(sections(text)) == ["abstract", "methods", "methods", "results", "results", "other"]


def test_a_comment_has_no_words() -> None:
    assert words("Three short words <!-- none of these --> here") == 4


def test_a_long_text_is_read_in_a_moment() -> None:
    text = "".join(f"# Part {n}\n\n<!-- mark -->\n\nSome prose.\n\n" for n in range(5_000))
    assert len(sections(text)) == 5_000


def test_hostile_headings_and_lines_are_read_in_a_moment() -> None:
    nested = "".join(f"{'#' * (n % 6 + 1)} a\n" for n in range(20_000))
    for text in (
        nested,
        f"# {' ' * 200_000}x",
        f"# {'{' * 200_000}",
        f"# a{'}' * 200_000}",
        "#" * 200_000,
        "# a\n" * 50_000,
    ):
        assert len(sections(text)) <= 50_000
        anchor(text, "x y")
