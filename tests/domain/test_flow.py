"""The arithmetic of the flow diagram: a balanced one is silent, and a wrong number names the equations it breaks."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from review.domain.flow import FlowCounts, check, identities

# The worked example of the project's notes on the PRISMA 2020 arithmetic; every equation holds.
BALANCED = FlowCounts(
    database_results=2150,
    database_specific_results=(("MEDLINE", 1200), ("Embase", 640), ("Scopus", 310)),
    register_results=50,
    register_specific_results=(("Trials", 50),),
    duplicates=600,
    excluded_automatic=100,
    records_screened=1500,
    records_excluded=1380,
    dbr_sought_reports=120,
    dbr_notretrieved_reports=5,
    dbr_assessed=115,
    dbr_excluded=(("Population", 40), ("Concept", 25), ("Type", 10)),
    citations_results=30,
    other_sought_reports=12,
    other_notretrieved_reports=1,
    other_assessed=11,
    other_excluded=(("Population", 8),),
    new_studies=41,
    new_reports=43,
)

NUMBERS = [f.name for f in fields(FlowCounts)]
FREE = {  # in no hard equation
    "website_results",
    "organisation_results",
    "citations_results",
    "other_versions",
    "new_studies",
    "previous_studies",
    "previous_reports",
}


def test_the_worked_example_balances() -> None:
    assert check(BALANCED) == []
    assert BALANCED.finished


@pytest.mark.parametrize("name", [n for n in NUMBERS if n not in FREE])
def test_changing_any_number_breaks_exactly_the_equations_that_contain_it(name: str) -> None:
    value = getattr(BALANCED, name)
    changed = value + 1 if isinstance(value, int) else (*value[:-1], (value[-1][0], value[-1][1] + 1))
    broken = replace(BALANCED, **{name: changed})
    expected = {i.id for i in identities(BALANCED) if name in i.boxes}
    assert expected
    assert {i.id for i in identities(broken) if not i.holds} == expected
    assert {f.rule for f in check(broken)} == {f"FLOW-{i}" for i in expected}


def test_a_negative_box_and_more_studies_than_reports_are_findings() -> None:
    assert {f.rule for f in check(replace(BALANCED, new_studies=44))} == {"FLOW-I9"}
    assert "FLOW-I11" in {f.rule for f in check(replace(BALANCED, website_results=-1))}


def test_an_update_adds_the_previous_version_to_what_is_new() -> None:
    update = replace(BALANCED, previous_studies=20, previous_reports=22)
    assert check(update) == []
    assert (update.is_update, update.total_studies, update.total_reports) == (True, 61, 65)
    assert (BALANCED.is_update, BALANCED.total_studies) == (False, 41)
    assert {f.rule for f in check(replace(BALANCED, previous_studies=2, previous_reports=1))} == {"FLOW-I9"}


def test_unfinished_work_is_a_declared_remainder() -> None:
    early = FlowCounts(database_results=10, database_specific_results=(("A", 10),), left_unscreened=10)
    assert check(early) == []
    assert not early.finished
