"""The generated pages of docs/ are what the program says today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_generated_page_is_up_to_date(generate: ModuleType, capsys: Any) -> None:
    assert generate.run(["--check"]) == 0, f"{capsys.readouterr().err}: run python docs/generate.py"


def test_a_page_that_is_out_of_date_is_named_and_then_written(
    generate: ModuleType, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    (tmp_path / "cli.md").write_text("old")
    assert generate.run(["--check"]) == 1
    assert "cli.md" in capsys.readouterr().err
    assert (tmp_path / "cli.md").read_text() == "old"
    assert generate.run([]) == 0
    assert generate.run(["--check"]) == 0


def test_the_reference_names_every_command_with_its_options(generate: ModuleType) -> None:
    page = generate.cli_page()
    for heading in ("### review import", "### review protocol freeze", "### review paper build", "### review verify"):
        assert f"\n{heading}\n" in page
    assert "| `--searched-on DATE` |" in page
