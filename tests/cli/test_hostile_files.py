"""Malformed and hostile files through the command line: a sentence each, never a crash, never half an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.shared
def test_no_hostile_file_is_more_than_a_refusal_or_a_list_of_findings(shared: Path, run: Run) -> None:
    from click.testing import CliRunner

    from review.cli import main

    files = sorted(p for p in (shared / "data" / "hostile").iterdir() if p.name != "index.csv")
    assert len(files) > 80
    for path in files:
        result = CliRunner().invoke(main, ["convert", str(path), "-", "--to", "json"])
        assert result.exit_code in {0, 1}, path.name
        assert "should not have" not in result.stderr, f"{path.name}: {result.stderr}"
        assert isinstance(json.loads(result.stdout or "[]"), list), path.name
        assert result.exit_code == 0 or result.stderr, path.name


@pytest.mark.shared
def test_a_hostile_file_imported_leaves_the_project_as_it_was_or_larger(shared: Path, project: Path, run: Run) -> None:
    from click.testing import CliRunner

    from review.cli import main

    names = ("billion_laughs.xml", "html_login_page.ris", "ris_nul_bytes.ris", "zip_bomb.xlsx", "csv_giant_cell.csv")
    for name in names:
        result = CliRunner().invoke(main, ["import", str(shared / "data" / "hostile" / name)])
        assert result.exit_code in {0, 1}, name
        assert "should not have" not in result.stderr, f"{name}: {result.stderr}"
    assert json.loads(run("status", "--json").stdout)["records"] == 2
