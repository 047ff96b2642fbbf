"""Evidence as files: its tables as Markdown, LaTeX, CSV and Excel, its pictures as SVG, PNG and PDF, all of it as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from review.domain.errors import ReviewError
from review.domain.estimate import Evidence
from review.domain.plot import Plot
from review.render import tables
from review.render.workbook import workbook
from review.resources import write_file

_PICTURES = (".svg", ".png", ".pdf")


def write(evidence: Evidence, files: Iterable[Path]) -> tuple[Path, ...]:
    """Write each file by its suffix; what was written. Several pictures or CSV tables get a file each, named after them.

    Raises `ReviewError` before anything is written if a suffix is not known or there is nothing to show.
    """
    made: dict[Path, bytes] = {}
    for file in files:
        made.update(_made(evidence, file))
    for file, data in made.items():
        write_file(file, data)
    return tuple(made)


def _made(evidence: Evidence, file: Path) -> Mapping[Path, bytes]:
    suffix = file.suffix.lower()
    if suffix == ".json":
        return {file: (json.dumps(evidence.as_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()}
    if suffix in _PICTURES:
        return _each(file, {plot.name: _drawn(plot, suffix) for plot in evidence.plots}, evidence)
    if suffix == ".csv":
        return _each(file, {t.name: tables.comma_separated(t).encode() for t in evidence.tables}, evidence)
    if suffix == ".xlsx":
        return _each(file, {"tables": workbook(evidence.tables)} if evidence.tables else {}, evidence)
    if suffix in tables.WRITERS:
        text = "\n".join(tables.WRITERS[suffix](table) for table in evidence.tables)
        return _each(file, {"tables": text.encode()} if text else {}, evidence)
    known = ", ".join((*tables.WRITERS, ".xlsx", *_PICTURES, ".json"))
    raise ReviewError(f"{file.name}: a file of that kind cannot be written.", hint=f"Choose one of {known}.")


def _each(file: Path, parts: Mapping[str, bytes], evidence: Evidence) -> dict[Path, bytes]:
    if not parts:
        what = "picture" if file.suffix.lower() in _PICTURES else "table"
        raise ReviewError(
            f"{file.name}: there is no {what} of {evidence.kind} to write.", hint="See the findings above."
        )
    if len(parts) == 1:
        return {file: next(iter(parts.values()))}
    return {file.with_stem(f"{file.stem}-{name}"): data for name, data in parts.items()}


def _drawn(plot: Plot, suffix: str) -> bytes:
    from review.render.plots import drawn

    return drawn(plot, suffix.removeprefix("."))
