"""Free copies: OpenAlex and Europe PMC are asked politely, and what lies at an address is fetched with care."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from loopback import Answer, Asked, Loopback, Reply, serving, status

from review.domain.screening import Decision, Stage, Verdict
from review.services import collect, full_text_intake, full_texts, fulltext, open_access, protocol, screen, works
from review.services.project import Project
from review.sources import open_access as source
from review.sources.citing import Study
from review.sources.http import SourceUnavailable
from tests.pdfs import paper

Serve = Callable[[Answer], Loopback]
DOI = "10.5555/free.{}"
TITLES = ("A free paper on counting the vertebrae of forty people", "A closed paper on counting the ribs of ten people")


def location(address: str, **more: Any) -> dict[str, Any]:
    return {"is_oa": True, "pdf_url": address, "landing_page_url": "https://example.org/landing", **more}


class Services:
    """Both services and a repository behind one address: what they know of which DOI, and the files."""

    def __init__(self) -> None:
        self.openalex: dict[str, list[dict[str, Any]]] = {}
        self.europepmc: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, Reply] = {}

    def __call__(self, asked: Asked) -> Reply:
        if asked.path in self.files:
            return self.files[asked.path]
        if "filter" in asked.parameters:
            values = asked.parameters["filter"].partition(":")[2].split("|")
            results = [
                {
                    "id": f"https://openalex.org/W{n}",
                    "doi": f"https://doi.org/{doi.upper()}",
                    "ids": {},
                    "locations": at,
                }
                for n, (doi, at) in enumerate(self.openalex.items(), start=5)
                if doi in values
            ]
            found: dict[str, Any] = {"meta": {"count": len(results), "next_cursor": None}, "results": results}
        else:
            results = [
                {"doi": doi, "fullTextUrlList": {"fullTextUrl": links}}
                for doi, links in self.europepmc.items()
                if f'"{doi}"' in asked.parameters["query"]
            ]
            found = {"hitCount": len(results), "nextCursorMark": "*", "resultList": {"result": results}}
        return Reply(json.dumps(found).encode())


@pytest.fixture
def there(serve: Serve) -> tuple[Services, Loopback]:
    made = Services()
    return made, serve(made)


@pytest.fixture
def connect(there: tuple[Services, Loopback], line: Any) -> Any:
    return lambda wanted: line(wanted, there[1])


@pytest.fixture
def sought(searching: Project) -> Project:
    protocol.freeze(searching, who="Ana")
    records = "".join(
        f"TY  - JOUR\nTI  - {title}\nPY  - 2020\nDO  - {DOI.format(n)}\nER  - \n\n" for n, title in enumerate(TITLES)
    )
    collect.import_bytes(searching, records.encode(), file_name="scopus.ris")
    for record in works.works(searching).members:
        for who in ("Ana", "Bo"):
            said = Decision(record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict.INCLUDE)
            screen.decide(searching, said)
    return searching


def ids(project: Project) -> list[str]:
    found = collect.find_records(project, [DOI.format(n) for n in range(2)])
    return [found[DOI.format(n)] for n in range(2)]


def test_the_copies_of_both_services_come_together_pdfs_first_and_each_once(
    sought: Project, there: Any, connect: Any
) -> None:
    services, server = there
    free = DOI.format(0)
    services.openalex[free] = [
        location("", pdf_url=None, version="publishedVersion"),
        location("https://repo.example.org/a.pdf", version="acceptedVersion", source={"display_name": "A repository"}),
        {"is_oa": False, "pdf_url": "https://closed.example.org/a.pdf"},
        {"is_oa": True, "pdf_url": "javascript:alert(1)", "landing_page_url": None},
    ]
    services.europepmc[free] = [
        {
            "availabilityCode": "OA",
            "documentStyle": "pdf",
            "site": "Europe_PMC",
            "url": "https://repo.example.org/a.pdf",
        },
        {
            "availabilityCode": "F",
            "documentStyle": "pdf",
            "site": "Unpaywall",
            "url": "https://other.example.org/b.pdf",
        },
        {"availabilityCode": "S", "documentStyle": "pdf", "site": "DOI", "url": "https://paid.example.org/c.pdf"},
    ]
    first, second = ids(sought)
    found = open_access.look_up(sought, open_access.wanted(sought), person="Ana", connect=connect)
    assert [(copy.url, copy.is_pdf) for copy in found.copies[first]] == [
        ("https://other.example.org/b.pdf", True),
        ("https://repo.example.org/a.pdf", True),
        ("https://example.org/landing", False),
    ]
    assert found.copies[second] == ()
    assert found.findings == ()
    assert len(server.asked) == 2, "one request to each service for all reports"
    said = fulltext.standings(sought)
    assert [(said[w].retrieval, said[w].who, said[w].note) for w in (first, second)] == [
        ("sought", "Ana", ""),
        ("sought", "Ana", open_access.NONE_FOUND),
    ]


def test_a_service_that_does_not_answer_is_told_of_and_the_other_is_asked(
    sought: Project, there: Any, connect: Any
) -> None:
    services, server = there
    services.europepmc[DOI.format(0)] = [
        {"availabilityCode": "OA", "documentStyle": "pdf", "url": "https://repo.example.org/a.pdf"}
    ]
    server.spoil(status(500), times=99, where=lambda asked: "filter" in asked.parameters)
    found = open_access.look_up(sought, ids(sought), person="Ana", connect=connect)
    assert [finding.rule for finding in found.findings] == ["OPEN-SILENT"]
    assert len(found.copies[ids(sought)[0]]) == 1
    server.spoil(status(500), times=99)
    before = fulltext.standings(sought)
    assert len(open_access.look_up(sought, ids(sought), person="Bo", connect=connect).findings) == 2
    assert fulltext.standings(sought) == before, "where nobody answered, nothing was sought"


def test_a_hundred_and_twenty_studies_take_three_requests_of_each_service(there: Any, line: Any) -> None:
    studies = [Study(doi=DOI.format(n)) for n in range(120)]
    for wanted, ask in source.SERVICES:
        before = len(there[1].asked)
        source.asked(ask, studies, line(wanted, there[1]))
        assert len(there[1].asked) - before == 3


def test_a_free_copy_is_fetched_checked_and_kept_with_where_it_came_from(sought: Project, there: Any) -> None:
    services, server = there
    first, second = ids(sought)
    data = paper(TITLES[0], doi=DOI.format(0))
    services.files = {
        "/moved": Reply(b"", status=302, headers={"Location": "/a.pdf"}),
        "/a.pdf": Reply(data),
        "/wall": Reply(b"<!doctype html><title>Sign in</title>"),
    }
    get = partial(source.fetch, most=1 << 20, inside=True)
    taken = open_access.fetch(sought, first, f"{server.address}/moved", person="Ana", get=get)
    assert (taken.outcome, taken.work) == ("kept", first)
    [kept] = full_texts.files(sought, first)
    assert kept.origin == f"{server.address}/moved"
    assert full_texts.pdf_bytes(sought, first) == data
    wall = open_access.fetch(sought, second, f"{server.address}/wall", person="Ana", get=get)
    assert (wall.outcome, "web page" in wall.message) == ("refused", True)
    wrong = open_access.fetch(sought, second, f"{server.address}/a.pdf", person="Ana", get=get)
    assert wrong.outcome == "waiting", "another paper than the one it was fetched for"
    assert [waits.file.name for waits in full_text_intake.waiting(sought)] == ["a.pdf"]


def test_of_several_copies_the_first_that_can_be_had_is_kept(sought: Project, there: Any, connect: Any) -> None:
    services, server = there
    services.openalex[DOI.format(0)] = [location(f"{server.address}/{name}") for name in ("gone", "wall", "a.pdf")]
    services.files = {
        "/gone": Reply(b"", status=404),
        "/wall": Reply(b"<html>"),
        "/a.pdf": Reply(paper(TITLES[0], doi=DOI.format(0))),
    }
    found = open_access.look_up(sought, ids(sought), person="Ana", connect=connect)
    get = partial(source.fetch, most=1 << 20, inside=True)
    [taken] = open_access.fetch_first(sought, found, person="Ana", get=get)
    assert taken.outcome == "kept"


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(b"", status=403), "status 403"),
        (Reply(b"x" * 2_000), "too large"),
        (Reply(b"", status=302, headers={"Location": "/again"}), "one place to another"),
        (Reply(b"", status=302, headers={"Location": "file:///etc/passwd"}), "no place on the web"),
        (Reply(b"x" * 100, reset=True), "nothing came"),
    ],
)
def test_what_cannot_be_fetched_is_said_with_what_to_do(reply: Reply, says: str) -> None:
    with serving(Loopback(lambda _asked: reply)) as server, pytest.raises(SourceUnavailable, match=says) as refused:
        source.fetch(f"{server.address}/again", most=1_000, inside=True)
    assert "browser" in refused.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0"])
def test_an_address_inside_this_network_is_never_asked(host: str) -> None:
    with pytest.raises(SourceUnavailable, match="no place on the web"):
        source.fetch(f"http://{host}/a.pdf", most=1_000)
