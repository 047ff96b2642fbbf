"""The page of the flow diagram offers the form for an updated review once something was searched again."""

from __future__ import annotations

from review.services import flow
from review.storage import records
from review.storage.records import Intake
from review.storage.store import now


def searched_again(project) -> None:
    row = dict.fromkeys(("platform", "query", "limits", "tool_version", "file_name", "format"), "")
    with project.store.writing() as connection:
        run = records.add_run(
            connection,
            row
            | {"source": "pubmed", "label": "PubMed", "kind": "database", "run_at": now(), "since": "2026-01-01"}
            | {"raw_sha256": "0" * 64, "reported": 0},
        )
        records.add_report(connection, run, Intake())


def test_the_form_of_an_update_is_offered_only_after_one(visit, project):
    assert not visit("flow", who="").toggle
    searched_again(project)
    at = visit("flow", who="")
    assert not at.exception
    assert len(at.toggle) == 1
    before = flow.counts(project).new_studies
    at = at.toggle[0].set_value(True).run()
    assert not at.exception
    assert before > 0
    assert flow.counts(project, since="last").previous_studies == before
    assert [warning for warning in at.error if "not settled" in warning.value]
