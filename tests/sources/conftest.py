"""A clock that only sleeping moves, servers that pretend to be the sources, and lines to them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from both import Both
from loopback import Answer, Loopback, serving
from setting import Setting

from review.services import project
from review.services.project import Project
from review.sources.contract import Source
from review.sources.http import Clock, Http, address_of


class Hands:
    """A clock whose time passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.slept.append(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def serve(hands: Hands) -> Iterator[Callable[[Answer], Loopback]]:
    """Start a server with this way of answering."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(serving(Loopback(answer, now=lambda: hands.time)))


Line = Callable[..., Http]
LONG = 60.0  # seconds: a busy machine may hold an answer up, and a request that is asked again is one too many


@pytest.fixture
def line(hands: Hands) -> Iterator[Line]:
    """A line from a source to a server, under the clock of the test; it gives up after `patience` seconds."""
    opened: list[Http] = []

    def connect(source: Source, server: Loopback, *, patience: float = LONG, **environment: str) -> Http:
        manners = replace(source.manners(environment), connect_timeout=patience, read_timeout=patience)
        http = Http(source.label, address_of(source.address, server.address), manners=manners, clock=hands.clock)
        opened.append(http)
        return http

    yield connect
    for http in opened:
        http.close()


@pytest.fixture
def setting(serve: Callable[[Answer], Loopback], line: Line) -> Callable[..., Setting]:
    return lambda name, works, **environment: Setting(name, works, serve, line, **environment)


@pytest.fixture
def world(serve: Callable[[Answer], Loopback]) -> tuple[Both, Loopback]:
    """450 articles at PubMed and 30 preprints at arXiv, and the server that gives them."""
    both = Both(450, 30)
    return both, serve(both)


@pytest.fixture
def connect(world: tuple[Both, Loopback], line: Line) -> Callable[[Source], Http]:
    return lambda source: line(source, world[1])


PROTOCOL = """\
title: An invented review
question: What is known of invented things?
pcc: {population: invented people, concept: invented things, context: anywhere}
sources:
  - {name: pubmed, label: PubMed, kind: database, platform: PubMed (NCBI), query: "invented[tiab]", limits: none}
  - {name: arxiv, label: arXiv, kind: database, platform: arXiv API, query: "abs:invented", limits: none}
  - {name: scopus, label: Scopus, kind: database, platform: Scopus, query: "TITLE(invented)", limits: none}
criteria:
  include: [{id: I1, label: invented, text: It is invented.}]
  exclude: [{id: E1, label: not invented, text: It is not invented.}]
"""


@pytest.fixture
def searching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose protocol searches PubMed, arXiv and Scopus."""
    for name in (project.DATABASE_URL, "NCBI_API_KEY", "REVIEW_EMAIL", "REVIEW_PUBMED_URL", "REVIEW_ARXIV_URL"):
        monkeypatch.delenv(name, raising=False)
    made = project.create(tmp_path / "review")
    made.protocol_path.write_text(PROTOCOL, encoding="utf-8")
    yield made
    made.close()
