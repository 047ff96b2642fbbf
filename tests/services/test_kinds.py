"""A kind given wrongly at the first import is put right by a later fact; no record and no decision is touched."""

from __future__ import annotations

import pytest
from invented import ris

from review.domain.errors import Missing, ReviewError
from review.domain.record import SourceKind
from review.domain.screening import Stage
from review.services import collect, flow, kinds, screen, search_report, works
from review.services.collect import Origin
from review.services.project import Project
from review.storage import records


@pytest.fixture
def wrong(made: Project) -> Project:
    """One more source, imported as a database although it was the reference lists."""
    collect.import_bytes(
        made,
        ris(5, journal="Elsewhere").replace("inv.5", "other.5").encode(),
        file_name="refs.ris",
        origin=Origin(source="refs"),
    )
    return made


def test_a_correction_moves_the_records_to_their_box(wrong: Project) -> None:
    before = flow.counts(wrong)
    stored = records.all_records(wrong.store)
    corrected = kinds.correct(wrong, "refs", kind=SourceKind.CITATION, reason="These are reference lists.", who="Ana")
    after = flow.counts(wrong)
    assert (corrected.kind, corrected.records, corrected.runs) == (SourceKind.CITATION, 1, 1)
    assert (before.database_results, before.citations_results) == (12, 0)
    assert (after.database_results, after.citations_results) == (11, 1)
    assert flow.check(wrong) == []
    assert records.all_records(wrong.store) == stored
    assert works.works(wrong).kinds["refs"] is SourceKind.CITATION
    assert collect.known_kinds(wrong)["refs"] is SourceKind.CITATION


def test_decisions_stay_and_the_last_correction_counts(wrong: Project, say) -> None:
    say("Ana", 1, "include")
    for kind in (SourceKind.WEBSITE, SourceKind.CITATION, SourceKind.DATABASE, SourceKind.REGISTER):
        kinds.correct(wrong, "scopus", kind=kind, reason="A test.")
    assert flow.counts(wrong).register_results == 8
    assert sum(len(o.decisions) for o in screen.outcomes(wrong, Stage.TITLE_ABSTRACT).values()) == 1


def test_later_files_are_of_the_corrected_kind(wrong: Project) -> None:
    with pytest.raises(ReviewError, match="review source refs --kind citation"):
        collect.import_bytes(
            wrong, ris(1).encode(), file_name="a.ris", origin=Origin(source="refs", kind=SourceKind.CITATION)
        )
    kinds.correct(wrong, "refs", kind=SourceKind.CITATION, reason="These are reference lists.")
    collect.import_bytes(
        wrong, ris(1).encode(), file_name="a.ris", origin=Origin(source="refs", kind=SourceKind.CITATION)
    )
    assert [run.kind for run in records.runs(wrong.store) if run.source == "refs"] == ["database", "citation"]
    answers = {item.number: item.answer for item in search_report.report(wrong).items}
    assert answers["5"].startswith("refs: 1 record")
    assert "refs" not in answers["1"]


def test_what_is_no_correction_is_refused(wrong: Project) -> None:
    with pytest.raises(Missing, match="nowhere"):
        kinds.correct(wrong, "nowhere", kind=SourceKind.CITATION, reason="x")
    with pytest.raises(ReviewError, match="needs a reason"):
        kinds.correct(wrong, "refs", kind=SourceKind.CITATION, reason=" ")
    with pytest.raises(ReviewError, match="already"):
        kinds.correct(wrong, "refs", kind=SourceKind.DATABASE, reason="x")
