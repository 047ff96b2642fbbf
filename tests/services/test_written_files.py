"""Whatever the program writes into a person's folder is written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from test_review import FT, include

from review.domain.errors import ReviewError
from review.resources import write_file
from review.services import exchange, flow
from review.services.manuscript import building, paper
from review.services.project import Project

WRITERS: dict[str, Callable[[Project, Path], object]] = {
    "paper/references.bib": lambda found, _: paper.write_references(found, found.root / "paper"),
    "paper/figures/flow.svg": lambda found, _: paper.write_figures(found, found.root / "paper"),
    "paper/build/manuscript.md": lambda found, _: building.build(found, Path("paper"), ["md"]),
    "flow.csv": lambda found, path: flow.write(found, [path]),
    "decisions.csv": exchange.export_decisions,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_the_old_file(made: Project, say, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    paper.create(made, Path("paper"))
    path = made.root / name
    WRITERS[name](made, path)
    before = path.read_bytes()
    include(say, 0)
    for who in ("Ana", "Ben"):
        say(who, 0, "include", stage=FT)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ReviewError, match="No space left"):
            WRITERS[name](made, path)
    assert path.read_bytes() == before
    assert [found.name for found in made.root.rglob("*.part")] == []
    WRITERS[name](made, path)
    assert path.read_bytes() != before or name.endswith("manuscript.md")


def test_a_link_stays_a_link_and_a_file_keeps_its_rights(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_bytes(b"old")
    there.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(there)
    write_file(link, b"new")
    assert link.is_symlink()
    assert there.read_bytes() == b"new"
    assert there.stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_is_written_to_or_refused(tmp_path: Path) -> None:
    write_file(Path(os.devnull), b"nothing")
    with pytest.raises(ReviewError, match="could not be written"):
        write_file(tmp_path, b"x")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReviewError, match="could not be written"):
        write_file(tmp_path / "file" / "inside", b"x")
