"""Licences: the names they go by, whether places agree, and what sources ask of what is made from them."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.finding import Finding, Severity, Status
from review.evidence.licences import Licence, Statement, Upstream, agree, inherited, licence, of_text

IDS = [
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC0-1.0",
    "Apache-2.0",
    "MIT",
    "ODbL-1.0",
]


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"),
        ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons BY 4.0 International License", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC-BY-NC-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://spdx.org/licenses/Apache-2.0.html", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("Apache License 2.0", "Apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
        ("CC0", "CC0-1.0"),
        ("odbl", "ODbL-1.0"),
    ],
)  # fmt: skip
def test_a_licence_is_known_by_its_many_names(text: str, spdx: str) -> None:
    found = licence(text)
    assert found is not None
    assert (found.id, found.known) == (spdx, True)


@given(st.sampled_from(IDS))
def test_a_licence_is_known_again_by_its_address_in_any_case(name: str) -> None:
    assert licence(Licence(id=name).url).id == name
    assert licence(name.lower()).id == licence(name.upper()).id == name


@pytest.mark.parametrize("text", ["ask the author", "cc-by-nd-xx", "proprietary", "4.0"])
def test_what_is_no_known_licence_says_so(text: str) -> None:
    assert not licence(text).known


def test_the_text_of_a_licence_gives_itself_away() -> None:
    assert of_text("Creative Commons Attribution-NonCommercial 4.0 International Public License").id == "CC-BY-NC-4.0"
    assert (
        of_text(
            "                                 Apache License\n                           Version 2.0, January 2004"
        ).id
        == "Apache-2.0"
    )
    assert (
        of_text("Permission is hereby granted, free of charge, to any person obtaining a copy of this software").id
        == "MIT"
    )
    assert of_text("All rights reserved.") is None


def said(*pairs: tuple[str, str]) -> list[Statement]:
    return [
        Statement(path=f"file{i}", line=i + 1, licence=Licence(id=name), about=about)
        for i, (about, name) in enumerate(pairs)
    ]


def worst(findings: list[Finding]) -> Severity | None:
    return max((f.severity for f in findings), key=list(Severity).index, default=None)


def test_places_that_agree_have_no_finding_and_one_that_differs_is_named() -> None:
    good = said(("data", "CC-BY-NC-SA-4.0"), ("", "CC-BY-NC-SA-4.0"), ("code", "Apache-2.0"), ("", "Apache-2.0"))
    assert list(agree(good)) == []
    (found,) = agree(said(("data", "CC-BY-NC-SA-4.0"), ("data", "CC-BY-NC-4.0")))
    assert (found.rule, found.severity, found.path, found.line) == ("REL-01", Severity.BLOCKER, "file1", 2)
    assert (found.expected, found.got) == ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0")


def test_a_software_licence_beside_one_for_data_is_asked_about() -> None:
    (found,) = agree(said(("data", "CC-BY-NC-SA-4.0"), ("", "Apache-2.0")))
    assert found.severity is Severity.ERROR
    assert "release.yaml" in found.hint


@given(st.lists(st.tuples(st.sampled_from(["data", "code", ""]), st.sampled_from(IDS)), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_order_of_places_never_hides_a_disagreement(pairs: list[tuple[str, str]]) -> None:
    assert len({bool(list(agree(said(*order)))) for order in permutations(pairs)}) == 1


def test_no_licence_at_all_is_a_blocker() -> None:
    (found,) = agree([])
    assert found.severity is Severity.BLOCKER


def source(name: str) -> list[Upstream]:
    return [Upstream(name="VerSe", licence=licence(name), path="release.yaml", line=3)]


@pytest.mark.parametrize(
    ("upstream", "data", "expected"),
    [
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", None),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", None),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", Severity.BLOCKER),
        ("CC-BY-SA-4.0", "CC-BY-4.0", Severity.BLOCKER),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", Severity.BLOCKER),
        ("CC-BY-NC-4.0", "CC-BY-4.0", Severity.BLOCKER),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", None),
        ("CC-BY-4.0", "CC-BY-NC-4.0", None),
        ("CC-BY-ND-4.0", "CC-BY-ND-4.0", Severity.BLOCKER),
        ("CC0-1.0", "MIT", None),
    ],
)
def test_what_a_source_asks_for_is_taken_over(upstream: str, data: str, expected: Severity | None) -> None:
    assert worst(list(inherited(Licence(id=data), source(upstream)))) == expected


def test_a_source_without_a_licence_is_not_evaluable_rather_than_passed() -> None:
    (found,) = inherited(Licence(id="CC-BY-4.0"), source(""))
    assert (found.status, found.line) == (Status.NOT_EVALUABLE, 3)
    assert worst(list(inherited(None, source("CC-BY-NC-SA-4.0")))) is Severity.ERROR
