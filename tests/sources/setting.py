"""A pretended service behind a cursor, a line to it, and what came from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from loopback import Answer, Loopback
from pretend import days
from pretend_cursor import Crossref, EuropePMC, OpenAlex

from review.sources import crossref, europepmc, openalex
from review.sources.contract import Page, Plan, Question, Source
from review.sources.http import Http

Serve = Callable[[Answer], Loopback]
SIZES = {"europepmc": 1_000, "openalex": 100, "crossref": 1_000}
MAKERS: dict[str, tuple[Source, Callable[[list[date]], Any]]] = {
    "europepmc": (europepmc.SOURCE, EuropePMC),
    "openalex": (openalex.SOURCE, OpenAlex),
    "crossref": (crossref.SOURCE, Crossref),
}
each = pytest.mark.parametrize("name", list(MAKERS))


def question(query: str = "spine", **more: Any) -> Question:
    return Question(query=query, until="2026-11-20", **more)


def numbers(pages: list[Page]) -> list[int]:
    """The works of the pages, without reading all of each."""
    return [int(found) for page in pages for found in re.findall(rb"Invented work (\d+)", page.data)]


class Setting:
    """A pretended service of so many works, and a line to it."""

    def __init__(self, name: str, works: int, serve: Serve, line: Any, **environment: str) -> None:
        self.name = name
        self.source, make = MAKERS[name]
        self.service = make(days(works))
        self.server = serve(self.service)
        self.http: Http = line(self.source, self.server, **environment)

    def plan(self, asked: Question) -> Plan:
        return self.source.plan(asked, self.http)

    def all(self, asked: Question, planned: Plan, after: str = "") -> list[Page]:
        return list(self.source.pages(asked, planned, self.http, after))


def kept(planned: Plan) -> Plan:
    """The plan as a later run reads it from the disk: without its first page."""
    return Plan(
        **{
            name: getattr(planned, name)
            for name in ("reported", "sent", "parts", "limits", "least", "cost", "findings")
        }
    )
