"""A draft against the rules of a venue: each rule fires on what breaks it and not on what nearly does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain import venue
from review.domain.finding import Severity
from review.services.manuscript import venues

CLEAN = """\
---
title: "A data set of spines"
authors:
  - name: "[First author]"
---

# Abstract

**Purpose:** To show spines.

**Acquisition and validation methods:** CT of 12 patients was read by two people.

**Data format and usage notes:** Files are in NIfTI.

**Potential applications:** Segmentation.

# Introduction

Spines matter. The significance of levels is known, and p is a letter.

# Ethics

The board agreed.

# Data availability

The data are at https://doi.org/10.5281/zenodo.1234567.

# Competing interests

None.

# Use of AI tools

None was used.
"""


def found(name: str, text: str, built: str = "") -> list[tuple[str, int | None]]:
    profile = venues.load(name)
    return [(f.rule, f.line) for f in venue.check(profile, text, built=built or text, path="paper/manuscript.md")]


@pytest.mark.parametrize("name", venues.names())
def test_every_profile_is_read_and_asks_only_for_statements_that_are_known(name: str) -> None:
    profile = venues.load(name)
    assert profile.name == name
    assert profile.title
    assert profile.blinding in {"none", "single", "double"}
    assert set(profile.statements) <= set(venue.STATEMENTS)
    assert all(limit is None or limit > 0 for limit in (profile.words, profile.pages, profile.abstract_words))


def test_a_draft_that_keeps_the_rules_has_no_finding() -> None:
    assert found("medical-physics", CLEAN) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("**Potential applications:**", "**Uses:**", "VENUE-ABSTRACT", 7),
        ("To show spines.", "Spines " * 301, "VENUE-ABSTRACT", 7),
        ("# Abstract", "# Overview", "VENUE-ABSTRACT", None),
        ("# Ethics", "# Thanks", "VENUE-STATEMENT", None),
        ("# Competing interests", "# Thanks", "VENUE-STATEMENT", None),
        ('"[First author]"', '"Ana Lima"', "VENUE-BLINDING", 1),
        ("The board agreed.", "See https://github.com/ana/spines.", "VENUE-BLINDING", 23),
        ("Spines matter.", "Spines differ (p = 0.03).", "VENUE-WORDS", 19),
        ("Spines matter.", "By Fisher's exact test they differ.", "VENUE-WORDS", 19),
        ("Spines matter.", "The odds ratio was 2.8.", "VENUE-WORDS", 19),
        ("Spines matter.", "They are statistically significant.", "VENUE-WORDS", 19),
        ("10.5281/zenodo.1234567", "10.5281/zenodo.XXXXXXX", "VENUE-IDENTIFIER", None),
        ("# Introduction", "# Introduction\n\n: " + "word " * 61, "VENUE-CAPTION", 19),
        ("None was used.", "word " * 9001, "VENUE-LENGTH", None),
    ],
)
def test_each_rule_fires_on_what_breaks_it(old: str, new: str, rule: str, line: int | None) -> None:
    assert old in CLEAN
    rules = found("medical-physics", CLEAN.replace(old, new, 1))
    if rule == "VENUE-IDENTIFIER":
        rules = [(name, at) for name, at in rules if name != "VENUE-STATEMENT"]
    assert (rule, line) in rules
    assert {name for name, _ in rules} == {rule}


@pytest.mark.parametrize(
    "near",
    [
        "We do not test. `p < 0.05` is code.",
        "<!-- p = 0.03 -->",
        "The significant other of a patient answered.",
        "Step 1, p. 12, and the test set of 12 patients; the phantom test was passed.",
        "> **To write:** no p-value here.",
    ],
)
def test_what_only_looks_like_a_test_is_left_alone(near: str) -> None:
    assert found("medical-physics", CLEAN.replace("Spines matter.", near)) == []


def test_a_new_abstract_gets_the_parts_of_its_venue_and_keeps_what_stood_in_them() -> None:
    text = "# Abstract\n\n**A.** One {{ n.all }}.\n\n**B.** \n\n**C.** \n\n**D.** Four.\n\n# Next\n\n**A.** stays\n"
    made = venue.with_abstract(text, venues.load("medical-physics"))
    assert "**Purpose.** One {{ n.all }}.\n" in made
    assert "**Potential applications.** Four." in made
    assert made.endswith("# Next\n\n**A.** stays\n")
    assert found("medical-physics", made)[0][0] != "VENUE-ABSTRACT"
    for other in (text.replace("**D.** Four.", ""), "# Results\n"):
        assert venue.with_abstract(other, venues.load("medical-physics")) == other
    assert venue.with_abstract(text, venues.load("generic")) == text


def test_the_same_words_are_allowed_where_the_venue_says_nothing_of_them() -> None:
    assert found("generic", CLEAN.replace("Spines matter.", "They differ (p = 0.03).") + "\n# Funding\n\nNone.\n") == []


@given(st.integers(1, 400))
def test_the_limit_is_the_last_number_of_words_that_is_taken(count: int) -> None:
    text = f"# Abstract\n\n{'word ' * count}\n\n# Data availability\n\nHere.\n"
    assert (("VENUE-ABSTRACT", 1) in found("miccai", text)) == (count > 250)


@given(st.integers(1, 30))
def test_pages_are_counted_against_the_venue(count: int) -> None:
    profile = venues.load("miccai")
    assert bool(venue.pages(profile, count, path="x")) == (count > 8)
    assert venue.pages(venues.load("generic"), count, path="x") == []


def test_lengths_are_those_of_the_text_with_its_numbers_in_place() -> None:
    text = "# Abstract\n\n{{ sentence.results | pending }}\n\n# Data availability\n\nHere.\n"
    built = text.replace("{{ sentence.results | pending }}", "word " * 251)
    assert found("miccai", text, built) == [("VENUE-ABSTRACT", 1)]


def test_a_missing_statement_warns_and_a_review_of_reports_needs_none_on_ethics() -> None:
    profile = venues.load("generic")
    text = "# Abstract\n\nShort.\n"
    faults = venue.check(profile, text, built=text, path="x")
    assert [(f.rule, f.severity) for f in faults] == [("VENUE-STATEMENT", Severity.WARNING)] * len(profile.statements)
    of_review = venue.check(profile, text, built=text, path="x", kind="review")
    assert len(of_review) == len(faults) - 1
    assert not any("ethics" in f.message for f in of_review)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("sign", ["[", "{", "10.1234/", " ", "*", "name:", ": ", "`"])
def test_a_hostile_text_is_checked_in_a_moment(sign: str) -> None:
    text = f"---\n{sign * 20_000}\n---\n\n# Abstract\n\n**{sign * 20_000}\n"
    assert venue.check(venues.load("medical-physics"), text, built=text, path="x")
