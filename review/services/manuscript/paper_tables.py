"""The tables that one manuscript may place: those of its project, its claim table, and the studies next to its gap."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from review.domain.errors import Missing
from review.domain.paper_settings import PaperSettings
from review.domain.team import Right
from review.services import rights
from review.services.manuscript import claims, gaps, paper
from review.services.manuscript.tables import tables
from review.services.project import Project


@rights.needs(Right.READ)
def of_paper(project: Project, place: Path, settings: PaperSettings, *, keys: Mapping[str, str]) -> dict[str, str]:
    """Every table by name. `keys` are the citation keys of the included works, by work."""
    found = tables(project, keys=keys)
    if said := claims.as_markdown(project, place):
        found["claims"] = said
    if settings.gaps:
        try:
            found["gap"] = gaps.table(project, settings.gaps, paper.keys_in(paper.references_of(place)))
        except Missing:
            return found  # a field that is charted no longer; the build says so
    return found
