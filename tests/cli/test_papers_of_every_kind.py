"""The commands of a paper without screening: started, counted, checked item by item, approved, compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
CODE = (
    "# Code availability\n\nCode is at https://github.com/a/b (tag v1.0) with a lock file, seed 1, preprocessing, training and "
    "evaluation scripts, trained weights and the command behind each table.\n"
)


@pytest.fixture
def study(run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a dataset paper, its counts kept, in the working folder."""
    assert "review paper new paper" in run("new", "study", "--type", "dataset").stdout
    monkeypatch.chdir("study")
    Path("manifest.csv").write_text("case_id,patient_id,split\na,p1,train\nb,p2,train\nc,p3,test\n", encoding="utf-8")
    run("paper", "new", "paper", "--venue", "medical-physics")
    return Path("paper")


def ask(run: Run, *arguments: str, status: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", status=status).stdout)


def write(study: Path, text: str) -> None:
    (study / "manuscript.md").write_text(text, encoding="utf-8")


def test_the_kind_of_the_project_and_the_venue_are_in_the_new_paper(study: Path, run: Run) -> None:
    assert "type: dataset\nvenue: medical-physics\n" in (study / "paper.yaml").read_text(encoding="utf-8")
    assert "**Acquisition and validation methods.** The data set holds" in (study / "manuscript.md").read_text("utf-8")
    assert "clinical, dataset, method, review" in run("paper", "new", "other", "--type", "novel", status=1).stderr
    assert "miccai" in run("paper", "new", "other", "--venue", "micai", status=1).stderr
    assert not Path("other").exists()


def test_a_number_is_pending_then_exact_then_told_to_have_moved(study: Path, run: Run) -> None:
    write(study, "# Abstract\n\n{{ n.patients.all | pending }} patients.\n")
    found = ask(run, "paper", "build", "paper", "--to", "md")["findings"]
    assert [f["rule"] for f in found if f["rule"] == "FACT-PENDING"] == ["FACT-PENDING"]
    assert "VENUE-STATEMENT" in {f["rule"] for f in found}
    assert "never built" not in run("paper", "diff", "paper").stdout
    run("evidence", "accounting", "manifest.csv", "--keep", "counts")
    moved = ask(run, "paper", "diff", "paper")["moved"]
    assert [(one["name"], one["before"], one["lines"]) for one in moved] == [("n.patients.all", "nothing", [3])]
    run("paper", "build", "paper", "--to", "md")
    assert "3 patients." in (study / "build" / "manuscript.md").read_text(encoding="utf-8")
    assert ask(run, "paper", "diff", "paper")["moved"] == []


def test_an_item_is_answered_and_the_checklist_written(study: Path, run: Run) -> None:
    write(study, "# Abstract\n\nShort.\n\n# Labels\n\nTwo people read it.\n")
    run("paper", "checklist", "paper", "claim-2024", "--set", "16=yes", "--where", "Labels", "--by", "Ana")
    items = {i["number"]: i for i in ask(run, "paper", "checklist", "paper", "claim-2024")["items"]}
    assert (items["16"]["state"], items["16"]["place"], items["16"]["line"]) == ("yes", "Labels", 5)
    write(study, "# Abstract\n\nShort.\n\n# Labels\n\nThree people read it.\n")
    stale = run("paper", "checklist", "paper", "claim-2024", "--open").stdout
    assert "      16  stale" in stale
    assert "item" in run("paper", "checklist", "paper", "claim-2024", "--set", "16", status=2).stderr.casefold()
    assert "--set" in run("paper", "checklist", "paper", "claim-2024", "--note", "x", status=2).stderr
    run("paper", "checklist", "paper", "claim-2024", "--out", "claim.csv")
    assert Path("claim.csv").read_text(encoding="utf-8-sig").count("\n") == 45
    every = {c["name"]: c["own"] for c in ask(run, "paper", "checklist", "paper")["checklists"]}
    assert len(every) == 25
    assert {name for name, own in every.items() if own} == {"claim-2024", "datasheets", "grras", "reproducibility"}


def test_the_boxes_of_reproducibility_are_looked_up_in_a_folder(study: Path, run: Run) -> None:
    code = Path("code")
    code.mkdir()
    for name in ("preprocess", "train", "evaluate"):
        (code / f"{name}.py").write_text("seed = 1\n", encoding="utf-8")
    looked_up = ("paper", "checklist", "paper", "reproducibility", "--repository", "code")
    silent = ask(run, *looked_up)
    assert {i["number"]: i["state"] for i in silent["items"]}["1"] == "contradicted", "the text names none of the files"
    write(study, CODE)
    found = ask(run, *looked_up)
    assert {i["number"]: i["state"] for i in found["items"]}["1"] == "yes"
    assert (silent["open"], found["open"]) == (7, 6)


def test_a_section_is_approved_by_name_and_the_log_tells_it(study: Path, run: Run) -> None:
    write(study, "# Abstract\n\nShort.\n\n# Results\n\n> **To write:** all.\n")
    assert "still open" in run("paper", "approve", "paper", "Results", "--by", "Ana", status=1).stderr
    assert "--by" in run("paper", "approve", "paper", "Abstract", status=2).stderr
    assert (
        run("paper", "approve", "paper", "abstract", "--by", "Ana Lima").stdout
        == "“Abstract” is approved by Ana Lima.\n"
    )
    assert "1 of 2 sections approved." in run("paper", "sections", "paper").stdout
    write(study, "# Abstract\n\nLonger.\n\n# Results\n\n> **To write:** all.\n")
    assert "changed since Ana Lima approved it" in run("paper", "sections", "paper").stdout
    kinds = [one["kind"] for one in ask(run, "paper", "sections", "paper", "--history")["history"]]
    assert kinds == ["revised", "draft", "approved"]


def test_names_are_proposed_for_figures_and_nothing_is_changed(study: Path, run: Run) -> None:
    run("evidence", "accounting", "manifest.csv", "--keep", "counts")
    text = "# Abstract\n\nThere were 3 patients.\n"
    write(study, text)
    assert "manuscript.md:3:12: 3 is {{ n.patients.all }}" in run("paper", "bind", "paper", "--suggest").stdout
    assert (study / "manuscript.md").read_text(encoding="utf-8") == text


def test_status_speaks_of_evidence_and_of_the_manuscript(study: Path, run: Run) -> None:
    assert "Next: Count your data" in run("status").stdout
    run("evidence", "accounting", "manifest.csv", "--keep", "counts")
    found = ask(run, "status")
    assert found["evidence"] == {"counts": "accounting"}
    assert found["papers"][0]["sections"]["draft"] > 5
    assert "review paper lint paper" in found["next_step"]
    Path("manifest.csv").write_text("case_id,patient_id,split\na,p1,train\n", encoding="utf-8")
    assert "review evidence list" in run("status").stdout
