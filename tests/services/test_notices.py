"""An included study that was retracted is told by the linter, whichever of its records says so."""

from __future__ import annotations

from pathlib import Path

from test_maps import project

from review.services import collect, flow, works
from review.services.collect import Origin
from review.services.manuscript import lint, paper
from review.services.project import Project

__all__ = ["project"]


def test_a_retraction_in_any_record_of_an_included_work_reaches_the_linter(project: Project) -> None:
    paper.create(project, Path("paper"))
    assert not [f for f in lint.check(project, Path("paper")).findings if "was retracted" in f.message]
    text = (
        "TY  - JOUR\nTI  - Study number aaaaaaaaa of spines\nAU  - Au0, A\nPY  - 2019\nDO  - 10.5555/m.0\n"
        "N1  - Retraction in: J Inv 2020\nER  - \n"
    )
    collect.import_bytes(project, text.encode(), file_name="embase.ris", origin=Origin(source="embase"))
    works.dedup(project)
    [told] = [f for f in lint.check(project, Path("paper")).findings if "was retracted" in f.message]
    assert any(study in told.message for study in flow.included(project))
