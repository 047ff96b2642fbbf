"""What is looked at before a search string leaves: faults that no source survives keep it here, others are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback
from pretend import PubMed, days

from review.domain.errors import ReviewError
from review.domain.finding import Severity
from review.domain.record import SourceKind
from review.services import collect, fetch, search
from review.services.collect import Origin
from review.services.project import Project
from review.sources import pubmed
from review.storage import records


@pytest.fixture
def server(serve: Any) -> Loopback:
    return serve(PubMed(days(5)))


def rewrite(project: Project, query: str) -> None:
    text = project.protocol_path.read_text(encoding="utf-8")
    assert "invented[tiab]" in text
    project.protocol_path.write_text(text.replace("invented[tiab]", query), encoding="utf-8")


def test_a_string_that_is_not_balanced_is_not_sent(searching: Project, server: Loopback, line: Any) -> None:
    rewrite(searching, "(invented[tiab]")
    found = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (found.state, found.requests, len(server.asked)) == ("refused", 0, 0)
    assert [(f.rule, f.severity, f.path) for f in found.findings] == [
        ("STRING-BALANCE", Severity.ERROR, "protocol.yaml")
    ]
    assert records.runs(searching.store) == []


def test_a_doubtful_string_is_sent_and_its_doubt_told(searching: Project, server: Loopback, line: Any) -> None:
    rewrite(searching, "invented[tiab] or other[tiab]")
    found = search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server)).searches[0]
    assert (found.state, found.new) == ("done", 5)
    assert [(f.rule, f.severity) for f in found.findings] == [("STRING-OPERATOR", Severity.WARNING)]


def test_a_search_of_a_source_imported_before_keeps_its_kind(searching: Project, server: Loopback, line: Any) -> None:
    one = b"TY  - JOUR\nTI  - A study found on a site\nER  - \n"
    collect.import_bytes(searching, one, file_name="p.ris", origin=Origin(source="pubmed", kind=SourceKind.REGISTER))
    search.run(searching, sources=["pubmed"], connect=lambda source: line(source, server))
    assert [run.kind for run in records.runs(searching.store)] == ["register", "register"]


def test_a_single_search_is_looked_at_too(server: Loopback, line: Any, tmp_path: Path) -> None:
    http = line(pubmed.SOURCE, server)
    with pytest.raises(ReviewError, match="is not closed"):
        fetch.fetch("pubmed", "(invented[tiab]", out=tmp_path / "a.ris", http=http)
    assert len(server.asked) == 0
    found = fetch.fetch("pubmed", "invented[tiab] or other[tiab]", out=tmp_path / "a.ris", http=http)
    assert (found.records, [f.rule for f in found.findings]) == (5, ["STRING-OPERATOR"])
