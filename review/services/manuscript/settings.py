"""`paper.yaml` of a manuscript: read with the lines of what is wrong in it."""

from __future__ import annotations

from pathlib import Path

from review import plugins
from review.domain import paper_settings
from review.domain.errors import NotUtf8
from review.domain.finding import Finding
from review.domain.paper_settings import Known, PaperSettings
from review.render.documents import styles
from review.resources import data_dir, read_yaml

SETTINGS = "paper.yaml"


def read(folder: Path) -> tuple[PaperSettings, tuple[Finding, ...]]:
    """The settings of the manuscript in this folder, and what is wrong in the file; the defaults where there is none."""
    path = folder / SETTINGS
    if not path.is_file():
        return PaperSettings(), ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(path, error) from error
    name = f"{folder.name}/{SETTINGS}"
    document = read_yaml(text, path=name)
    settings, found = paper_settings.read(document.tree, line=document.line, path=name, known=known())
    return settings, (*document.findings, *found)


def known() -> Known:
    """The kinds of paper, venues and guidelines that are installed."""
    return Known(
        types=sorted(plugins.names("review.paper_types")),
        venues=_names("venues"),
        checklists=_names("checklists"),
        styles=styles(),
    )


def _names(folder: str) -> list[str]:
    return sorted(path.stem for path in (data_dir("templates") / folder).glob("*.yaml"))
