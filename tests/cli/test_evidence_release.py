"""`review evidence release`: three documents from what is there, kept where an author wrote, and all they contradict."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Ask = Callable[..., Any]

ABOUT = {
    "name": "SpineCT-1K",
    "description": "Invented CT scans with masks.",
    "version": "1.0.0",
    "date_published": "2026-02-01",
    "url": "https://example.org/spinect",
    "doi": "10.5281/zenodo.1234567",
    "publisher": "Invented University",
    "contact": "spine@example.org",
    "funding": "nobody paid",
    "creators": [{"name": "Ana Lima", "affiliation": "Invented University", "orcid": "0000-0001-2345-6789"}],
    "keywords": ["CT", "spine", "segmentation"],
    "languages": ["en"],
    "licence": {"data": "CC-BY-NC-SA-4.0", "code": "Apache-2.0"},
    "access": "open",
    "people": True,
    "ethics": "Board of Invented University, number 12",
    "synthetic": False,
    "generated_by": "Written by a script.",
    "upstream": [{"name": "VerSe 2020", "url": "https://example.org/verse", "licence": "CC-BY-SA-3.0"}],
}
CITATION = "cff-version: 1.2.0\ntitle: SpineCT-1K\ntype: {type}\nlicense: {licence}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    root.mkdir()
    rows = [f"c{i},p{i // 2},A,{'F' if i % 4 else ''},{30 + i},{'yes' if i % 6 == 0 else 'no'}" for i in range(24)]
    (root / "manifest.csv").write_text("\n".join(["Case ID,Patient ID,Site,Sex,Age,LSTV", *rows]) + "\n")
    (root / "LICENSE").write_text("Apache License\nVersion 2.0, January 2004\n")
    about(root)
    return root


def about(root: Path, **changes: Any) -> None:
    (root / "release.yaml").write_text(yaml.safe_dump(ABOUT | changes, sort_keys=False))


def rules(document: dict[str, Any], rule: str) -> list[str]:
    return [f"{f['path']}:{f['line']} {f['message']}" for f in document["findings"] if f["rule"] == rule]


def value(document: dict[str, Any], name: str, **by: str) -> Any:
    return next(v["value"] for v in document["values"] if v["name"] == name and v["by"] == by)


def test_the_documents_are_made_from_what_is_there(ask: Ask, folder: Path) -> None:
    document = ask("evidence", "release", folder, status=1)  # a share-alike source under another licence
    sheet, card = (folder / "datasheet.md").read_text(), (folder / "dataset_card.md").read_text()
    croissant = json.loads((folder / "croissant.json").read_text())
    assert sheet.count("\n### ") == 57
    assert [line for line in sheet.splitlines() if line.startswith("## ")] == [
        "## Motivation", "## Composition", "## Collection process", "## Preprocessing / cleaning / labelling", "## Uses",
        "## Distribution", "## Maintenance",
    ]  # fmt: skip
    for words in (
        "24 rows belong to 12 patients",
        "sex: 6 of 24 (25.0 %)",
        "lstv: no 20, yes 4",
        "Board of Invented University",
    ):
        assert words in sheet
    assert yaml.safe_load(card.split("---")[1])["license"] == "cc-by-nc-sa-4.0"
    assert croissant["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert [f["name"] for f in croissant["recordSet"][0]["field"]][:2] == ["manifest/Case ID", "manifest/Patient ID"]
    assert croissant["recordSet"][0]["field"][4]["dataType"] == "sc:Integer"
    assert value(document, "datasheet_answered") + value(document, "datasheet_open") == 50
    assert not [f for f in document["findings"] if "mlcroissant says" in f["message"]]


def test_the_validator_of_the_format_finds_no_fault_and_finds_one_that_is_put_in(ask: Ask, folder: Path) -> None:
    from review.render.croissant_check import faults

    ask("evidence", "release", folder, status=1)
    croissant = json.loads((folder / "croissant.json").read_text())
    assert faults(croissant) == ((), ())
    croissant["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "elsewhere.csv"
    assert faults(croissant)[0]


def test_running_again_changes_nothing_and_keeps_what_the_author_wrote(ask: Ask, folder: Path) -> None:
    ask("evidence", "release", folder, status=1)
    sheet = folder / "datasheet.md"
    task = next(line for line in sheet.read_text().splitlines() if line.startswith("> **To write:** U3"))
    sheet.write_text(sheet.read_text().replace(task, "To count vertebrae."))
    croissant = json.loads((folder / "croissant.json").read_text())
    croissant["recordSet"][0]["field"][4]["description"] = "age in years"
    croissant["sameAs"] = "https://example.org/mirror"
    (folder / "croissant.json").write_text(json.dumps(croissant))
    ask("evidence", "release", folder, status=1)
    assert "To count vertebrae." in sheet.read_text()
    after = json.loads((folder / "croissant.json").read_text())
    assert after["recordSet"][0]["field"][4]["description"] == "age in years"
    assert (after["sameAs"], after["rai:dataUseCases"]) == ("https://example.org/mirror", "To count vertebrae.")
    assert "To count vertebrae." in (folder / "dataset_card.md").read_text()
    assert ask("evidence", "release", folder, status=1)["options"]["written"] == []


def test_new_counts_reach_the_datasheet(ask: Ask, folder: Path) -> None:
    ask("evidence", "release", folder, status=1)
    with (folder / "manifest.csv").open("a") as file:
        file.write("c99,p99,A,M,40,no\n")
    ask("evidence", "release", folder, status=1)
    assert "25 rows belong to 13 patients" in (folder / "datasheet.md").read_text()


def test_checking_writes_nothing(ask: Ask, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    ask("evidence", "release", folder, "--check", status=1)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_without_release_yaml_one_is_begun_from_the_citation(ask: Ask, folder: Path) -> None:
    (folder / "release.yaml").unlink()
    (folder / "CITATION.cff").write_text(
        CITATION.format(type="dataset", licence="CC-BY-4.0") + "version: 2.0.0\ndoi: 10.5281/zenodo.7\n"
        "authors:\n  - {family-names: Lima, given-names: Ana}\n"
    )
    (folder / "LICENSE").unlink()
    document = ask("evidence", "release", folder, status=1)
    begun = yaml.safe_load((folder / "release.yaml").read_text())
    assert (begun["name"], begun["version"], begun["creators"][0]["name"]) == ("SpineCT-1K", "2.0.0", "Ana Lima")
    assert begun["upstream"] is None
    assert rules(document, "REL-01") == []
    assert any("lacks description, which is required" in text for text in rules(document, "REL-04"))


# Licences


def test_licences_that_agree_give_no_finding(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[])
    (folder / "CITATION.cff").write_text(CITATION.format(type="software", licence="Apache-2.0"))
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-sa-4.0\n---\n# Card\n")
    assert rules(ask("evidence", "release", folder), "REL-01") == []


def test_a_card_that_forgot_share_alike_is_a_blocker_with_its_line(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[])
    (folder / "README.md").write_text("---\ntags: [CT]\nlicense: cc-by-nc-4.0\n---\n# Card\n")
    document = ask("evidence", "release", folder, status=1)
    (found,) = [f for f in document["findings"] if f["rule"] == "REL-01"]
    assert (found["severity"], found["path"], found["line"]) == ("blocker", "README.md", 3)
    assert (found["expected"], found["got"]) == ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0")


def test_a_citation_of_the_dataset_under_a_software_licence_is_found(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[])
    (folder / "CITATION.cff").write_text(CITATION.format(type="dataset", licence="Apache-2.0"))
    assert [text.split(" ")[0] for text in rules(ask("evidence", "release", folder, status=1), "REL-01")] == [
        "CITATION.cff:4"
    ]


def test_an_author_s_own_words_on_the_licence_are_held_to_the_others(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[])
    ask("evidence", "release", folder)
    sheet = folder / "datasheet.md"
    sheet.write_text(sheet.read_text().replace("<!-- end of D4 -->", "<!-- end of D4 -->\n\nIt is under CC BY 4.0."))
    (found,) = rules(ask("evidence", "release", folder, status=1), "REL-01")
    assert "CC-BY-4.0 here" in found


@pytest.mark.parametrize(
    ("licence", "word"), [("CC-BY-SA-4.0", "ShareAlike"), ("CC-BY-ND-4.0", "NoDerivatives"), ("", "not known")]
)
def test_what_sources_ask_for_is_told_at_their_line(ask: Ask, folder: Path, licence: str, word: str) -> None:
    about(folder, upstream=[{"name": "VerSe", "licence": licence}])
    (found,) = rules(ask("evidence", "release", folder, status=int(bool(licence))), "REL-01")
    assert word in found
    assert found.startswith("release.yaml:")


# Datasheet and FAIR


def test_not_applicable_without_a_reason_is_an_error_at_its_line(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[])
    ask("evidence", "release", folder)
    sheet = folder / "datasheet.md"
    task = next(line for line in sheet.read_text().splitlines() if line.startswith("> **To write:** U1"))
    sheet.write_text(sheet.read_text().replace(task, "n/a"))
    document = ask("evidence", "release", folder, status=1)
    line = next(n for n, text in enumerate(sheet.read_text().splitlines(), 1) if text.startswith("### U1"))
    assert f"datasheet.md:{line} U1 says that it does not apply, but not why." in rules(document, "REL-04")


def test_data_that_are_not_about_people_need_no_answers_on_people(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[], people=False)
    document = ask("evidence", "release", folder)
    assert value(document, "datasheet_not_applicable") >= 8


def test_each_fair_principle_has_a_value_or_a_reason(ask: Ask, folder: Path) -> None:
    document = ask("evidence", "release", folder, "--check", status=1)
    fair = {v["by"]["principle"]: v for v in document["values"] if v["name"] == "fair"}
    assert len(fair) == 15
    assert (fair["F1"]["value"], fair["R1"]["value"], fair["R1.3"]["value"]) == (1, 0, None)
    assert fair["R1.3"]["method"].startswith("undefined: cannot tell")


def test_a_placeholder_is_no_doi(ask: Ask, folder: Path) -> None:
    about(folder, upstream=[], doi="10.5281/zenodo.XXXXXXX")
    document = ask("evidence", "release", folder, status=1)
    assert rules(document, "REL-02")[0].startswith("release.yaml:6 ")
    assert value(document, "fair", principle="F1") == 0


def test_without_the_validator_the_check_is_not_evaluable(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlcroissant", None)
    about(folder, upstream=[])
    document = ask("evidence", "release", folder)
    (found,) = [f for f in document["findings"] if f["status"] == "not_evaluable" and f["rule"] == "REL-04"]
    assert "scopewright[release]" in found["hint"]
    assert value(document, "fair", principle="I1") is None


def test_many_images_are_one_set_and_the_format_is_known(ask: Ask, folder: Path) -> None:
    from review.render.croissant_check import faults

    (folder / "images").mkdir()
    for i in range(30):
        (folder / "images" / f"c{i}.nii.gz").write_bytes(b"x" * i)
    document = ask("evidence", "release", folder, status=1)
    croissant = json.loads((folder / "croissant.json").read_text())
    assert [part["@id"] for part in croissant["distribution"]] == ["manifest.csv", "repository", "files-nii-gz"]
    assert faults(croissant)[0] == ()
    assert value(document, "fair", principle="R1.3") == 1


def test_faults_of_the_manifest_are_told_with_row_and_column(ask: Ask, folder: Path) -> None:
    with (folder / "manifest.csv").open("a") as file:
        file.write("c1,p77,A,F,31,no\n")
    document = ask("evidence", "release", folder, status=1)
    assert any(f["path"] == "manifest.csv" and f["line"] == 26 for f in document["findings"])


@pytest.mark.parametrize(
    "text", ["name: [", "- a\n- b\n", "", "upstream: 3\n", "creators: Ana Lima\nkeywords: CT\nlicence: CC-BY-4.0\n"]
)
def test_a_release_file_of_any_shape_is_survived(run: Callable[..., Any], folder: Path, text: str) -> None:
    (folder / "release.yaml").write_text(text)
    assert "should not have" not in run("evidence", "release", folder, "--check", status=1).output


def test_a_single_name_is_a_list_of_one(ask: Ask, folder: Path) -> None:
    about(folder, upstream="VerSe", creators="Ana Lima", keywords="CT", licence="CC-BY-4.0")
    document = ask("evidence", "release", folder, status=1)
    croissant = json.loads((folder / "croissant.json").read_text())
    assert ([each["name"] for each in croissant["creator"]], croissant["keywords"]) == (["Ana Lima"], ["CT"])
    assert any("VerSe is not known" in text for text in rules(document, "REL-01"))


def test_a_damaged_description_is_written_anew_and_a_missing_folder_refused(
    run: Callable[..., Any], folder: Path
) -> None:
    about(folder, upstream=[])
    (folder / "croissant.json").write_text("{broken")
    run("evidence", "release", folder)
    assert json.loads((folder / "croissant.json").read_text())["name"] == "SpineCT-1K"
    assert "no folder called" in run("evidence", "release", folder / "none", status=1).stderr
