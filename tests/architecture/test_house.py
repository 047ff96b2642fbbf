"""The house keeps its shape: short files, rooms that say what they are, nothing of one machine in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "review").rglob("*.py"))
LONGEST = 420  # lines; the house says about 400


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_says_what_lives_in_it_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "the first line of a file says what lives there"
    assert text.count("\n") <= LONGEST


def test_no_path_of_a_machine_and_no_address_of_a_registry_is_in_the_tree() -> None:
    strange = re.compile(
        rb"/(?:work|root|home/\w+|tmp)/|--index-url|--extra-index-url|files\.pythonhosted|pypi\.org/simple"
    )
    kinds = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".cfg", ".sh", ".cff", ".js", ".css", ""}
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in kinds and path.is_file() and path != Path(__file__) and strange.search(path.read_bytes())
    ]
    assert found == []


def test_the_locked_versions_carry_hashes_and_cover_what_is_asked_for() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for name in ("demo.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8").casefold()
        locked = set(re.findall(r"^([a-z0-9_.-]+)==", text, re.MULTILINE))
        assert {re.split(r"[<>=\[]", need)[0].casefold() for need in wanted} <= locked
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in block for block in blocks)
