"""The seven boxes against a folder: complete, with a gap in each, and with licences that clash."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from review.domain.checklist import ItemState
from review.domain.errors import Missing
from review.services.manuscript import reproducibility
from review.services.manuscript.reproducibility import boxes

COMPLETE = {
    "code/preprocess.py": "x = 1\n",
    "code/train.py": "SEED = 42\n",
    "code/evaluate.py": "print(1)\n",
    "data/splits_final.json": '[{"train": ["a"], "val": ["b"]}]',
    "environment.yml": "name: x\ndependencies:\n  - python=3.11.9\n  - pip\n  - pip:\n      - numpy==2.1.0\n",
    "counts.yml": "n:\n  patients: 3\n",
    "README.md": (
        "# Data\n\nTrained weights: https://doi.org/10.5281/zenodo.1234567.\n\n## Metrics\n\nDice; empty cases are left out.\n\n"
        "## Ethics\n\nDe-identified.\n"
    ),
    "LICENSE": "Apache License\nVersion 2.0",
    "CITATION.cff": "cff-version: 1.2.0\nlicense: Apache-2.0\n",
}


def repository(tmp_path: Path, *, without: tuple[str, ...] = (), tracked: bool = True, **changed: str) -> Path:
    files = {name: text for name, text in COMPLETE.items() if name not in without} | changed
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    names = b"".join(name.encode() + b"\0" for name in files) if tracked else b""
    (tmp_path / ".git" / "index").write_bytes(b"DIRC" + struct.pack(">II", 2, len(files)) + names)
    return tmp_path


def states(folder: Path) -> dict[str, ItemState]:
    return {number: state for number, (state, _) in boxes(folder).items()}


def test_a_complete_repository_has_all_that_a_program_can_tell(tmp_path: Path) -> None:
    found = boxes(repository(tmp_path))
    judged = {"5", "6"}  # a person must read whether the table and the definitions suffice
    assert {n: s for n, (s, _) in found.items()} == {
        str(n): ItemState.PARTIAL if str(n) in judged else ItemState.YES for n in range(1, 8)
    }
    assert "sha256" in found["2"][1]
    assert "under version control" in found["2"][1]
    assert found["3"][1] == "README.md gives https://doi.org/10.5281/zenodo.1234567"
    assert found["4"][1] == "2 of 2 packages pinned; a seed is fixed in code/train.py"


@pytest.mark.parametrize(
    ("without", "changed", "box", "state", "told"),
    [
        (("code/evaluate.py",), {}, "1", ItemState.PARTIAL, "tells of scoring"),
        (("code/evaluate.py", "code/train.py", "code/preprocess.py"), {}, "1", ItemState.NO, "no file"),
        (("data/splits_final.json",), {}, "2", ItemState.NO, "no file of splits"),
        ((), {"data/splits_final.json": "{"}, "2", ItemState.PARTIAL, "cannot be read"),
        ((), {"README.md": "# Data\n"}, "3", ItemState.NO, "no address"),
        ((), {"code/train.py": "x = 1\n"}, "4", ItemState.PARTIAL, "no fixed seed"),
        (("environment.yml",), {"requirements.txt": "numpy>=2\nscipy==1.15\n"}, "4", ItemState.PARTIAL, "not pinned: numpy>=2"),
        (("counts.yml",), {}, "5", ItemState.NO, "no table of counts"),
        ((), {"README.md": "# Data\n"}, "6", ItemState.NO, "no heading on metrics"),
        ((), {"CITATION.cff": "license: CC-BY-NC-4.0\n"}, "7", ItemState.NO, "do not agree"),
        (
            ("LICENSE",),
            {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n# Ethics\n", "CITATION.cff": "license: CC-BY-NC-SA-4.0\n"},
            "7",
            ItemState.NO,
            "do not agree",
        ),
        (("LICENSE", "CITATION.cff"), {}, "7", ItemState.NO, "no licence"),
    ],
)  # fmt: skip
def test_each_gap_is_seen_in_its_own_box(
    tmp_path: Path, without: tuple[str, ...], changed: dict[str, str], box: str, state: ItemState, told: str
) -> None:
    found = boxes(repository(tmp_path, without=without, **changed))
    assert found[box][0] is state, found[box]
    assert told in found[box][1]


def test_a_split_outside_version_control_is_said_to_be_so(tmp_path: Path) -> None:
    state, told = boxes(repository(tmp_path, tracked=False))["2"]
    assert (state, "not under version control" in told) == (ItemState.PARTIAL, True)


def test_a_folder_without_anything_has_no_box_ticked_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    assert ItemState.YES not in states(tmp_path).values()
    with pytest.raises(Missing):
        boxes(tmp_path / "none")


def test_other_peoples_code_in_the_folder_does_not_count(tmp_path: Path) -> None:
    for inner in (".venv/lib", "node_modules/x", "site-packages"):
        (tmp_path / inner).mkdir(parents=True)
        for name in ("preprocess.py", "train.py", "evaluate.py"):
            (tmp_path / inner / name).write_text("seed = 1\n")
    assert states(tmp_path)["1"] is ItemState.NO
    assert reproducibility.NAME == "reproducibility"
