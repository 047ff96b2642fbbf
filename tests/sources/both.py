"""PubMed and arXiv at one address, and what a project holds of them."""

from __future__ import annotations

from collections.abc import Callable

from loopback import Asked, Reply
from pretend import PMID, ArXiv, PubMed, days

from review.services.project import Project
from review.storage import records

ALL = [f"pubmed:{PMID + n}" for n in range(450)]


class Both:
    """PubMed and arXiv at one address."""

    def __init__(self, articles: int, preprints: int) -> None:
        self.pubmed = PubMed(days(articles))
        self.arxiv = ArXiv(days(preprints))

    def __call__(self, asked: Asked) -> Reply:
        return (self.arxiv if asked.path == "/api/query" else self.pubmed)(asked)


def is_page(place: int) -> Callable[[Asked], bool]:
    return lambda asked: asked.parameters.get("retstart") == str(place)


def stored(project: Project) -> list[str]:
    return [record.record_id for record in records.all_records(project.store)]
