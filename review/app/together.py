"""What belongs with a record, in the words of the screen: its other versions, and notices, protocols and abstracts."""

from __future__ import annotations

from collections.abc import Sequence

from review.app import markup
from review.services import duplicates
from review.services.project import Project

RELATIONS = {
    "version": "Another version",
    "notice": "Erratum, retraction notice or reply",
    "protocol": "Protocol and result",
    "meeting_abstract": "Conference abstract and article",
}


def notes(project: Project, works: Sequence[str], *, named: bool = True) -> dict[str, str]:
    """For each of these works what belongs with it, as HTML; nothing if journals may not be `named`."""
    if not named:
        return {}
    return {
        work: markup.beside([(RELATIONS.get(each.relation, each.relation), each.record) for each in found])
        for work, found in duplicates.beside(project, works).items()
    }
