"""The commands on references, claims, reviewers' comments and gaps: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from review.sources import http

Run = Callable[..., Any]
BIB = "@article{lee, author={Lee, K}, title={A map of spines}, journal={J}, year={2020}, volume={3}}\n"


@pytest.fixture
def study(run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    run("new", "study", "--type", "dataset")
    monkeypatch.chdir("study")
    run("paper", "new", "paper")
    Path("paper/manuscript.md").write_text("# Abstract\n\nMapped before [@lee].\n", encoding="utf-8")
    Path("paper/references.bib").write_text(BIB, encoding="utf-8")
    return Path("paper")


def ask(run: Run, *arguments: str, status: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", status=status).stdout)


def test_sound_references_end_with_a_count(study: Path, run: Run) -> None:
    assert run("paper", "references", "paper").stdout == "1 reference: 1 cited, 0 also in the records.\n"
    assert ask(run, "paper", "references", "paper")["at_crossref"] is None


def test_a_wrong_reference_ends_with_status_one_and_its_line(study: Path, run: Run) -> None:
    (study / "references.bib").write_text(BIB.replace("title={A map of spines}, ", ""), encoding="utf-8")
    told = run("paper", "references", "paper", status=1).stdout
    assert "error: paper/references.bib:1: lee lacks the title." in told


def test_crossref_is_asked_where_the_environment_says(study: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (study / "references.bib").write_text(BIB.replace("volume={3}", "doi={10.5555/x}"), encoding="utf-8")
    monkeypatch.setenv("REVIEW_CROSSREF_URL", "http://127.0.0.1:9")  # nobody listens there
    waited: list[float] = []
    monkeypatch.setattr(http, "Clock", partial(http.Clock, sleep=waited.append))
    assert "Crossref cannot be reached" in run("paper", "references", "paper", "--crossref", status=1).stderr
    assert waited, "it was asked again, after a while"


def test_claims_are_begun_checked_and_written(study: Path, run: Run) -> None:
    assert "start one with --new" in run("paper", "claims", "paper").stdout
    assert "1 row added" in run("paper", "claims", "paper", "--new").stderr
    found = ask(run, "paper", "claims", "paper")
    assert found["counts"]["open"] == 1
    assert [f["rule"] for f in found["findings"]] == ["CLAIM-OPEN"]
    table = study / "claims.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",lee,", ",lee,supported"), encoding="utf-8")
    assert "CLAIM-QUOTE" in run("paper", "claims", "paper", status=1).stdout
    run("paper", "claims", "paper", "--out", "claims.md", status=1)
    assert "| Mapped before" in Path("claims.md").read_text(encoding="utf-8")


def test_comments_are_taken_in_answered_and_built(study: Path, run: Run) -> None:
    Path("comments.md").write_text("# Reviewer 1\n\n1. Say n.\n2. Cite Lee.\n", encoding="utf-8")
    assert "2 comments new from comments.md." in run("paper", "response", "import", "paper", "comments.md").stdout
    assert "2 open" in run("paper", "response", "show", "paper").stdout
    done = ("--status", "done", "--action", "Cited.", "--where", "Abstract")
    assert "R1.2 is answered." in run("paper", "response", "answer", "paper", "R1.2", *done).stdout
    assert ask(run, "paper", "response", "show", "paper")["totals"] == {
        "comments": 2,
        "done": 1,
        "declined": 0,
        "open": 1,
    }
    assert "response.docx written" in run("paper", "response", "build", "paper").stdout
    assert "at least one" in run("paper", "response", "answer", "paper", "R1.1", status=2).stderr
    assert "Known" in run("paper", "response", "build", "paper", "--to", "odt", status=1).stderr
    run("paper", "response", "answer", "paper", "R1.1", "--status", "done", status=1)


def test_an_empty_response_is_started_by_hand(study: Path, run: Run) -> None:
    assert "response import paper" in run("paper", "response", "new", "paper").stdout
    assert "0 comments" in run("paper", "response", "show", "paper").stdout
    assert "already exists" in run("paper", "response", "new", "paper", status=1).stderr


def test_a_gap_needs_a_review_with_studies(study: Path, run: Run) -> None:
    told = run("paper", "new", "next", "--type", "dataset", "--from-gap", "task=a, modality=b", status=1).stderr
    assert "No study is included" in told
    assert not Path("next").exists()


def test_jats_and_latex_lie_beside_their_pictures(paper: Path, run: Run) -> None:
    run("paper", "build", "paper", "--to", "jats,tex,md")
    built = paper / "build"
    assert (built / "manuscript.xml").is_file()
    assert (built / "figures" / "flow.png").is_file()
    assert (built / "figures" / "flow.svg").is_file()
    assert "figures/flow.png" in (built / "manuscript.tex").read_text(encoding="utf-8")
