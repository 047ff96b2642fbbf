"""What a release lacks of its required description, and the fifteen FAIR principles as far as files tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.domain.finding import Severity
from review.evidence.release import RECOMMENDED, REQUIRED, RESPONSIBLE, Described, Verdict, fair, incomplete

WHOLE = dict.fromkeys((*REQUIRED, *RECOMMENDED, *RESPONSIBLE), "said") | {
    "version": "1.0.0",
    "keywords": ["CT", "spine", "mask"],
    "identifier": "https://doi.org/10.5281/zenodo.1234567",
    "rai:hasSyntheticData": False,
    "recordSet": [{"field": [{"@id": "m/a", "description": "age in years"}]}],
}
GOOD = Described(
    document=WHOLE,
    valid=True,
    doi="10.5281/zenodo.1234567",
    url="https://example.org",
    access="open",
    licence="CC-BY-4.0",
    licence_known=True,
    upstream=[{"name": "VerSe", "url": "https://example.org/verse"}],
    vocabularies=["RadLex"],
    answered=frozenset({"P1", "L1"}),
    endings=frozenset({".nii.gz"}),
)


def verdict(described: Described, number: str) -> Verdict:
    return next(p.verdict for p in fair(described) if p.number == number)


def test_a_whole_description_has_no_finding_and_all_principles_hold() -> None:
    assert list(incomplete(WHOLE, "c.json")) == []
    assert [p.verdict for p in fair(GOOD)] == [Verdict.YES] * 15
    assert all(p.looked_at for p in fair(GOOD))


@pytest.mark.parametrize("name", [*REQUIRED, *RESPONSIBLE, *RECOMMENDED])
def test_each_property_that_is_taken_away_is_missed(name: str) -> None:
    expected = Severity.ERROR if name in REQUIRED else Severity.WARNING if name in RESPONSIBLE else Severity.INFO
    found = list(incomplete({key: value for key, value in WHOLE.items() if key != name}, "c.json"))
    assert [(f.rule, f.severity) for f in found] == [("REL-04", expected)]
    assert name in found[0].message


def test_that_nothing_is_synthetic_is_an_answer() -> None:
    assert not list(incomplete(WHOLE | {"rai:hasSyntheticData": False}, "c.json"))
    assert list(incomplete(WHOLE | {"rai:hasSyntheticData": None}, "c.json"))


@pytest.mark.parametrize(
    ("change", "number", "expected"),
    [
        ({"doi": ""}, "F1", Verdict.NO),
        ({"document": {}}, "F2", Verdict.NO),
        ({"document": WHOLE | {"keywords": ["CT"]}}, "F2", Verdict.NO),
        ({"document": WHOLE | {"identifier": ""}}, "F3", Verdict.NO),
        ({"doi": "10.9999/own"}, "F4", Verdict.CANNOT_TELL),
        ({"doi": "", "url": ""}, "F4", Verdict.NO),
        ({"doi": "", "url": "http://example.org"}, "A1", Verdict.NO),
        ({"access": ""}, "A1.2", Verdict.CANNOT_TELL),
        ({"doi": "10.9999/own"}, "A2", Verdict.CANNOT_TELL),
        ({"valid": False}, "I1", Verdict.NO),
        ({"valid": None}, "I1", Verdict.CANNOT_TELL),
        ({"vocabularies": ()}, "I2", Verdict.CANNOT_TELL),
        ({"upstream": None}, "I3", Verdict.CANNOT_TELL),
        ({"upstream": []}, "I3", Verdict.YES),
        ({"upstream": [{"name": "VerSe"}]}, "I3", Verdict.NO),
        ({"document": WHOLE | {"recordSet": [{"field": [{"@id": "m/a"}]}]}}, "R1", Verdict.NO),
        ({"licence_known": False}, "R1.1", Verdict.NO),
        ({"answered": frozenset({"P1"})}, "R1.2", Verdict.NO),
        ({"endings": frozenset({".csv"})}, "R1.3", Verdict.CANNOT_TELL),
    ],
)
def test_each_principle_rests_on_what_it_looks_at(change: dict[str, object], number: str, expected: Verdict) -> None:
    assert verdict(replace(GOOD, **change), number) is expected
