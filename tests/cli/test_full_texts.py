"""`review fulltext`: files in, free copies looked for, reports linked; `review flow` in a team's words and resolution."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import TITLES, ris
from tests.pdfs import paper, pdf

DECISIONS = "record_id,verdict\n" + "".join(f"10.5555/study.{n},include\n" for n in range(3))


@pytest.fixture
def sought(run: Any, tmp_path: Path) -> Path:
    """A project in which three reports came to full text."""
    run("new", "p", "--type", "review")
    Path("a.ris").write_text(ris(range(6)), encoding="utf-8")
    Path("d.csv").write_text(DECISIONS, encoding="utf-8")
    run("import", "a.ris", "--source", "scopus", "--project", "p")
    run("dedup", "--project", "p")
    for who in ("Ana", "Bo"):
        run("decide", "d.csv", "--stage", "title_abstract", "--reviewer", who, "--project", "p")
    papers = tmp_path / "papers"
    (papers / "more").mkdir(parents=True)
    (papers / "one.pdf").write_bytes(paper(TITLES[0], doi="10.5555/study.0"))
    (papers / "more" / "two.PDF").write_bytes(paper(TITLES[1], doi="10.5555/study.1"))
    (papers / "strange.pdf").write_bytes(paper("Sleep of forty people in one town of the north"))
    (papers / "locked.pdf").write_bytes(pdf([["x"]], locked=True))
    return papers


def test_a_folder_of_papers_is_taken_and_what_is_in_doubt_or_bad_is_named(ask: Any, run: Any, sought: Path) -> None:
    done = run("fulltext", "add", sought, "--reviewer", "Ana", "--project", "p", status=1)
    assert "4 files: " in done.stdout
    for said in ("2 kept", "1 waiting", "1 refused"):
        assert said in done.stdout
    assert "locked.pdf: the PDF is locked with a password" in done.stderr
    assert "strange.pdf waits" in done.stderr
    assert "strange.pdf waits for somebody" in run("fulltext", "list", "--project", "p").stderr
    assert [each["name"] for each in ask("fulltext", "list", "--project", "p")["waiting"]] == ["strange.pdf"]
    again = ask("fulltext", "add", sought / "one.pdf", "--reviewer", "Ana", "--project", "p")
    assert [each["outcome"] for each in again["files"]] == ["known"]
    found = ask("fulltext", "list", "--project", "p")["reports"]
    assert sorted(row["status"] for row in found) == ["", "retrieved", "retrieved"]
    assert sorted(name for row in found for name in row["files"]) == ["one.pdf", "two.PDF"]
    [missing] = ask("fulltext", "list", "--missing", "--project", "p")["reports"]
    assert missing["doi"] == "10.5555/study.2"


def test_a_file_is_given_to_a_report_if_one_is_sure(ask: Any, run: Any, sought: Path) -> None:
    [record] = [r["record_id"] for r in ask("fulltext", "list", "--project", "p")["reports"] if r["doi"].endswith("2")]
    asked = ("fulltext", "add", sought / "strange.pdf", "--for", record, "--reviewer", "Ana", "--project", "p")
    assert ask(*asked)["files"][0]["outcome"] == "waiting"
    assert ask(*asked, "--sure")["files"][0]["outcome"] == "kept"
    run("fulltext", "add", sought, "--sure", "--reviewer", "Ana", "--project", "p", status=2)


def test_reports_are_linked_and_the_diagram_counts_them_so(ask: Any, run: Any, sought: Path) -> None:
    records = [row["record_id"] for row in ask("fulltext", "list", "--project", "p")["reports"]]
    run("fulltext", "link", records[0], records[1], "--as", "version", "--reviewer", "Ana", "--project", "p")
    counts = ask("flow", "--project", "p")["counts"]
    assert (counts["dbr_sought_reports"], counts["dbr_versions"]) == (2, 1)
    run("fulltext", "link", records[0], records[1], "--as", "apart", "--reviewer", "Ana", "--project", "p")
    assert ask("flow", "--project", "p")["counts"]["dbr_versions"] == 0


def test_a_search_for_free_copies_that_reaches_nobody_says_so(
    run: Any, sought: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from review.sources import http

    monkeypatch.setattr(http.Clock, "__init__", _hasty)
    for name in ("OPENALEX", "EUROPEPMC"):
        monkeypatch.setenv(f"REVIEW_{name}_URL", "http://127.0.0.1:9")
    done = run("fulltext", "find", "--reviewer", "Ana", "--project", "p")
    assert done.stderr.count("cannot be reached") == 2
    assert "if a browser here opens no web page either" in done.stderr
    assert "0 reports of 3 can be read freely" in done.stdout


def _hasty(self: object, **_: object) -> None:
    object.__setattr__(self, "now", lambda: 0.0)
    object.__setattr__(self, "sleep", lambda _seconds: None)


def test_the_diagram_is_drawn_in_the_words_and_resolution_asked_for(run: Any, sought: Path) -> None:
    settings = Path("p/review.toml")
    look = '\n[flow]\nhide = ["registers"]\n\n[flow.labels]\nscreened = "Titles read"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + look, encoding="utf-8")
    run("flow", "--out", "a.svg", "--out", "a.png", "--dpi", "600", "--project", "p")
    svg = Path("a.svg").read_text(encoding="utf-8")
    assert "Titles read" in svg
    assert "Registers" not in svg
    width = int.from_bytes(Path("a.png").read_bytes()[16:20], "big")
    run("flow", "--out", "b.png", "--project", "p")
    assert abs(width - 2 * int.from_bytes(Path("b.png").read_bytes()[16:20], "big")) <= 1
    settings.write_text(settings.read_text(encoding="utf-8").replace("screened", "screnned"), encoding="utf-8")
    refused = run("flow", "--out", "a.svg", "--project", "p", "--json", status=1)
    assert "screened" in json.loads(refused.stdout)["hint"]


def test_what_is_said_of_full_texts_is_what_is_in_the_file(ask: Any, run: Any, sought: Path) -> None:
    here = ("--project", "p")
    run("fulltext", "add", sought / "one.pdf", "--reviewer", "Ana", *here)
    assert "The PDFs of 1 full text are not in it" in run("export", "without.zip", *here).stderr
    assert "It holds 0 of 1 full text as PDF." in run("verify", "without.zip").stdout
    assert "PDFs of 1 of 1 full text are in it" in run("export", "with.zip", "--with-full-texts", *here).stderr
    assert ask("verify", "with.zip")["full_texts"] == {"files": 1, "kept": 1}
    blind = ("--pseudonyms", *here)
    assert "No program can hide initials, first names, pictures: look" in run("export", "blind.zip", *blind).stderr
    assert "and the PDFs, in which" in run("export", "blind.zip", "--with-full-texts", *blind).stderr
    with zipfile.ZipFile("with.zip") as archive, zipfile.ZipFile("changed.zip", "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, b"{" if name == "facts/full_texts.jsonl" else archive.read(name))
    said = run("verify", "changed.zip", status=1)
    assert "facts/full_texts.jsonl is not as it was packed" in said.stdout + said.stderr
    assert "did not come along" in run("open", "without.zip", "bare").stderr
    assert "did not come along" not in run("open", "with.zip", "full").stderr
    assert "--with-full-texts copies them, too" in run("backup", *here).stderr
    assert "1 PDF of full texts" in run("backup", "--with-full-texts", *here).stderr


def test_a_file_that_rotted_on_the_disk_is_told_by_its_name(run: Any, sought: Path) -> None:
    here = ("--project", "p")
    run("fulltext", "add", sought / "one.pdf", "--reviewer", "Ana", *here)
    [kept] = Path("p/full_texts").glob("*/*.pdf")
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    said = run("export", "rotten.zip", "--with-full-texts", *here).stderr
    assert "PDFs of 0 of 1 full text are in it" in said
    assert "lost or damaged on this disk: one.pdf. Bring them again" in said
    assert "not here as they were kept: one.pdf" in run("backup", "--with-full-texts", *here).stderr
