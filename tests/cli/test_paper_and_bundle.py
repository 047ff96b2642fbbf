"""The manuscript's commands, the bundle's, and the sample review."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from review.domain.finding import Finding, Severity, Status
from review.services.manuscript.lint import Linted

Run = Callable[..., Any]
Ask = Callable[..., Any]


def test_a_new_manuscript_is_in_the_folder_named_and_never_overwrites_one(paper: Path, run: Run) -> None:
    assert (paper / "manuscript.md").is_file()
    before = (paper / "manuscript.md").read_bytes()
    assert "already exists" in run("paper", "new", "paper", status=1).stderr
    assert (paper / "manuscript.md").read_bytes() == before
    assert "method, review" in run("paper", "new", "other", "--type", "novel", status=1).stderr
    assert "inside the project" in run("paper", "new", "../elsewhere", status=1).stderr


def test_building_writes_the_documents_asked_for(paper: Path, ask: Ask, run: Run) -> None:
    built = ask("paper", "build", "paper", "--to", "md, html,md")
    assert [Path(path).name for path in built["files"]] == ["manuscript.md", "manuscript.html"]
    assert all(Path(path).stat().st_size > 1_000 for path in built["files"])
    assert "{{" not in (paper / "build" / "manuscript.md").read_text()
    assert "no document format called 'odt'" in run("paper", "build", "paper", "--to", "odt", status=1).stderr
    assert "Say what to build" in run("paper", "build", "paper", "--to", ",", status=2).stderr
    assert "no manuscript called 'other'" in run("paper", "build", "other", status=1).stderr


def test_a_number_nobody_knows_stops_the_build_and_names_its_line(paper: Path, run: Run) -> None:
    text = (paper / "manuscript.md").read_text()
    (paper / "manuscript.md").write_text(text + "\nWe read {{ flow.recrods }} records.\n")
    stderr = run("paper", "build", "paper", "--to", "md", status=1).stderr
    assert f"manuscript.md:{text.count(chr(10)) + 2}" in stderr


def findings() -> list[Finding]:
    return [
        Finding(
            rule="FLOW-I2", message="It does not balance.", path="paper/manuscript.md", line=3, hint="Count again."
        ),
        Finding(
            rule="WORD-1", severity=Severity.WARNING, message="Say it plainly.", path="paper/manuscript.md", line=7
        ),
    ]


def linted() -> Linted:
    return Linted(findings=tuple(findings()), type="review")


def test_a_build_without_a_manuscript_says_what_to_do_next(project: Path, run: Run) -> None:
    for command in ("build", "lint", "facts"):
        told = run("paper", command, "paper", status=1).stderr
        assert told == "Error: This project has no manuscript yet. Begin one with `review paper new paper`.\n"
    run("paper", "new", "paper")
    (project / "paper" / "manuscript.md").unlink()
    told = run("paper", "build", "paper", status=1).stderr
    assert "The folder paper holds a paper without its text: manuscript.md is gone. Put it back from a copy" in told
    assert "Known" not in told


def test_what_could_not_be_asked_says_what_to_give_and_what_to_do(paper: Path, run: Run, monkeypatch: Any) -> None:
    open_ = [
        Finding(rule=rule, message="Not evaluable.", severity=Severity.INFO, status=Status.NOT_EVALUABLE, hint=hint)
        for rule, hint in (("ACC-01", "Give --counts counts.yml."), ("REV-07", "Include studies."))
    ]
    found = Linted(findings=tuple(open_), type="review")
    monkeypatch.setattr("review.services.manuscript.lint.check", lambda _project, _folder: found)
    told = run("paper", "lint", "paper").stdout
    assert "not evaluable: ACC-01, REV-07. To have them asked, give: --counts counts.yml. Include studies.\n" in told


def test_lint_lists_findings_and_fails_only_for_errors(paper: Path, run: Run, ask: Ask, monkeypatch: Any) -> None:
    monkeypatch.setattr("review.services.manuscript.lint.check", lambda _project, _folder: linted())
    result = run("paper", "lint", "paper", status=1)
    assert result.stdout.splitlines() == [
        "error: paper/manuscript.md:3: It does not balance. Count again. [FLOW-I2]",
        "warning: paper/manuscript.md:7: Say it plainly. [WORD-1]",
        "paper: 1 error, 1 warning.",
    ]
    assert [f["rule"] for f in ask("paper", "lint", "paper", status=1)["findings"]] == ["FLOW-I2", "WORD-1"]
    assert [f["rule"] for f in ask("paper", "lint", "paper", "--ignore", "flow")["findings"]] == ["WORD-1"]
    assert [f["rule"] for f in ask("paper", "lint", "paper", "--select", "WORD,STAT")["findings"]] == ["WORD-1"]
    assert json.loads(run("paper", "lint", "paper", "--format", "json", status=1).stdout)["findings"]


def test_lint_prints_sarif_with_one_result_for_each_finding(paper: Path, run: Run, monkeypatch: Any) -> None:
    monkeypatch.setattr("review.services.manuscript.lint.check", lambda _project, _folder: linted())
    result = run("paper", "lint", "paper", "--format", "sarif", status=1)
    log = json.loads(result.stdout)
    assert result.stderr == ""
    results = log["runs"][0]["results"]
    assert log["version"] == "2.1.0"
    assert [(r["ruleId"], r["level"]) for r in results] == [("FLOW-I2", "error"), ("WORD-1", "warning")]
    place = results[0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("paper/manuscript.md", {"startLine": 3})
    assert {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]} == {"FLOW-I2", "WORD-1"}


def test_the_checklist_has_every_item_and_says_how_many_are_open(paper: Path, run: Run, ask: Ask) -> None:
    document = ask("paper", "checklist", "paper", "prisma-scr")
    assert len(document["items"]) >= 20
    done = {"yes", "na"}
    assert document["open"] == sum(item["state"] not in done for item in document["items"])
    assert run("paper", "checklist", "paper", "prisma-scr").stdout.endswith(f"{document['open']} open.\n")
    assert "Known: consort-ai" in run("paper", "checklist", "paper", "consort", status=1).stderr


def test_the_facts_are_listed_with_their_values(paper: Path, run: Run, ask: Ask) -> None:
    known = {fact["name"]: fact for fact in ask("paper", "facts")["facts"]}
    assert known["flow.duplicates"]["value"] == 2
    assert ask("paper", "facts", "paper")["facts"]
    assert "undefined" in run("paper", "facts").stdout
    run("paper", "facts", "other", status=1)


def test_a_bundle_verifies_until_one_of_its_numbers_is_changed(paper: Path, run: Run, ask: Ask) -> None:
    packed = ask("export", "out/review.zip")
    assert packed["files"] > 5
    assert len(packed["sha256"]) == 64
    assert "every number follows from it" in run("verify", "out/review.zip").stdout
    with zipfile.ZipFile("out/review.zip") as good, zipfile.ZipFile("bad.zip", "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(
                name, data.replace(b"title_abstract", b"full_text") if name.endswith("protocol.yaml") else data
            )
        bad.writestr("extra.txt", "not in the manifest")
    document = ask("verify", "bad.zip", status=1)
    assert document["valid"] is False
    assert document["findings"]
    assert "no such file" in run("verify", "none.zip", status=1).stderr


def test_the_sample_review_is_written_once_and_then_left_alone(
    tmp_path: Path, ask: Ask, run: Run, monkeypatch: Any
) -> None:
    made = ask("demo", "sample", "--no-serve")
    assert {finding["severity"] for finding in made["findings"]} <= {"info", "warning"}
    assert all(Path(path).is_file() for path in made["files"])
    assert {Path(path).suffix for path in made["files"]} >= {".svg", ".docx", ".pdf", ".html"}
    # One way of counting: the sample, the linter and the build say the same of the same paper.
    assert "warnings" in made["lint"]
    assert run("paper", "lint", "paper", "--project", "sample", status=1).stdout.endswith(f"paper: {made['lint']}.\n")
    assert (
        f"The linter says {made['lint']}," in run("paper", "build", "paper", "--to", "md", "--project", "sample").stderr
    )
    served: list[Any] = []
    monkeypatch.setattr("review.app.server.serve", lambda root, **asked: served.append((Path(root), asked["port"])))
    assert "was there already" in run("demo", "sample", "--no-serve").stdout
    result = run("demo", "sample", "--port", "8700", "--no-browser")
    assert served == [(Path("sample").resolve(), 8700)]
    assert result.stdout == ""
    assert "was there already" in result.stderr
