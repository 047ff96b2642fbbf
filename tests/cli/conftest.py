"""A command runner, and a small invented review to run commands in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from review.cli import main

Run = Callable[..., Result]

TITLES = (
    "Lumbosacral transitional vertebrae found by a convolutional network",
    "Numbering vertebrae with deep learning in whole-spine MRI",
    "Castellvi grading of sacralisation from radiographs by machine learning",
    "Knee cartilage thickness in recreational runners",
    "A stump rib atlas made by segmentation networks",
    "Sleep quality of shift workers in three hospitals",
)


def ris(numbers: Sequence[int]) -> str:
    entries = [
        f"TY  - JOUR\nTI  - {TITLES[n]}\nAU  - Lima, Ana\nAU  - Berg, Ole\nPY  - {2015 + n}\nJO  - Invented Journal\n"
        f"VL  - {n + 1}\nSP  - {10 * n + 1}\nAB  - This invented abstract tells of study {n} at length.\n"
        f"DO  - 10.5555/study.{n}\nER  - \n"
        for n in numbers
    ]
    return "\n".join(entries)


def nbib(numbers: Sequence[int]) -> str:
    entries = [
        f"PMID- 9000000{n}\nTI  - {TITLES[n]}\nFAU - Lima, Ana\nAU  - Lima A\nFAU - Berg, Ole\nAU  - Berg O\n"
        f"DP  - {2015 + n}\nJT  - Invented Journal\nVI  - {n + 1}\nPG  - {10 * n + 1}\n"
        f"AB  - This invented abstract tells of study {n} at length.\nLID - 10.5555/study.{n} [doi]\n"
        for n in numbers
    ]
    return "\n".join(entries)


def review(*arguments: object, status: int = 0) -> Result:
    """Run a command; fails unless it ends with this exit status."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == status, f"{arguments}: {result.exit_code}\n{result.output}\n{result.exception!r}"
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("status", "--json")` in an empty folder; `status=` is the exit status that is expected."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REVIEW_DATABASE_URL", raising=False)
    return review


@pytest.fixture
def ask(run: Run) -> Callable[..., Any]:
    """The JSON document of a command; fails if standard output holds anything else."""
    return lambda *arguments, status=0: json.loads(run(*arguments, "--json", status=status).stdout)


# Every test works on its own copy of a project that was made by commands once.


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once") / "p"
    review("new", folder, "--type", "review")
    return folder


@pytest.fixture(scope="session")
def collected_project(empty_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collected") / "p"
    shutil.copytree(empty_project, folder)
    (folder / "pubmed.nbib").write_text(nbib((0, 1, 2, 3)))
    (folder / "scopus.ris").write_text(ris((2, 3, 4, 5)))
    review("import", folder / "pubmed.nbib", folder / "scopus.ris", "--project", folder)
    review("dedup", "--project", folder)
    return folder


@pytest.fixture(scope="session")
def drafted_project(collected_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drafted") / "p"
    shutil.copytree(collected_project, folder)
    review("paper", "new", "paper", "--type", "review", "--project", folder)
    return folder


@pytest.fixture
def lent(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path]:
    """A copy of a project, which becomes the working folder."""

    def copy(made: Path) -> Path:
        shutil.copytree(made, tmp_path / "p")
        monkeypatch.chdir(tmp_path / "p")
        return tmp_path / "p"

    return copy


@pytest.fixture
def project(lent: Callable[[Path], Path], empty_project: Path) -> Path:
    """An empty project, which is the working folder."""
    return lent(empty_project)


@pytest.fixture
def collected(lent: Callable[[Path], Path], collected_project: Path) -> Path:
    """A project with six works from two databases; two of them came from both."""
    return lent(collected_project)


@pytest.fixture
def paper(lent: Callable[[Path], Path], drafted_project: Path) -> Path:
    """The folder of a new manuscript in such a project."""
    return lent(drafted_project) / "paper"


@pytest.fixture(scope="session")
def table() -> Callable[..., Path]:
    """Writes a file of these lines; its path."""

    def write(path: Path, *rows: str) -> Path:
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def doi() -> Callable[[int], str]:
    """The DOI of an invented study."""
    return lambda n: f"10.5555/study.{n}"
