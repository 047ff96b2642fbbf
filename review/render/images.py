"""SVG as PNG (resvg) and as vector PDF (typst), with whatever plain sans-serif the machine has."""

from __future__ import annotations

import importlib
import re
import struct
import zlib
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from review.domain.errors import NotInstalled, ReviewError
from review.render.typeface import FAMILIES

_PNG_HEAD = 33  # signature (8 bytes) and the IHDR chunk (25 bytes); the next chunk may be ours
_MAX_SIDE = 30_000  # px; beyond this an image is a mistake and would fill the memory


def export_module(name: str) -> Any:
    """An optional package of the extra `export`, or `NotInstalled`."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise NotInstalled(name, "export") from error


def missing_for(suffix: str) -> NotInstalled | None:
    """Why no picture of this suffix can be made on this machine; None if it can."""
    name = {".png": "resvg_py", ".pdf": "typst"}.get(suffix)
    return NotInstalled(name, "export") if name and find_spec(name) is None else None


@lru_cache(maxsize=16)  # a drawing goes into several formats of one build
def svg_to_png(svg: str, *, dpi: int = 300) -> bytes:
    """The drawing at `dpi` dots per inch on white, where 96 px of the SVG are an inch; the resolution is written in."""
    zoom = dpi / 96
    breadth, height = _size(svg)
    if dpi < 1 or max(breadth, height) * zoom > _MAX_SIDE:
        raise ReviewError(f"A picture at {dpi} dpi cannot be made.", hint="Choose between 72 and 600 dpi.")
    if sans_family() is None and "<text" in svg:
        return _png_by_typst(svg, dpi)
    try:
        data = export_module("resvg_py").svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            width=round(breadth * zoom),
            height=round(height * zoom),
            font_family=sans_family(),
            sans_serif_family=sans_family(),
        )
    except ValueError as error:
        raise ReviewError(f"The drawing is not a readable SVG: {error}.") from error
    return _with_resolution(bytes(data), dpi)


def svg_to_pdf(svg: str) -> bytes:
    """The drawing as a one-page PDF of its own size, with real text."""
    return _typeset(svg, format="pdf")


@cache
def sans_family() -> str | None:
    """The installed font most like the one the diagram is measured for; None on a machine without any."""
    try:
        installed = set(export_module("typst").Fonts(include_embedded_fonts=False).families())
    except NotInstalled:
        return FAMILIES[0]
    likely = (family for family in FAMILIES if family in installed)
    return next(likely, next(iter(sorted(f for f in installed if "Sans" in f and "Mono" not in f)), None))


def _png_by_typst(svg: str, dpi: int) -> bytes:
    """Without any installed font the one that typst carries still shows the text."""
    return _with_resolution(_typeset(svg, format="png", ppi=float(dpi)), dpi)


def _typeset(svg: str, **options: Any) -> bytes:
    typst = export_module("typst")
    breadth, _ = _size(svg)
    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        f'#image("drawing.svg", width: {breadth * 0.75:.2f}pt)'  # 96 px are 72 pt
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "drawing.svg").write_text(svg, encoding="utf-8")
        (Path(folder) / "page.typ").write_text(source, encoding="utf-8")
        try:
            result = typst.compile(str(Path(folder) / "page.typ"), root=folder, **options)
        except RuntimeError as error:
            raise ReviewError(f"The drawing is not a readable SVG: {error}.") from error
    return bytes(result[0] if isinstance(result, list) else result)


def _size(svg: str) -> tuple[float, float]:
    """Width and height in px, from the attributes or else the view box."""
    head = re.search(r"<svg\b[^>]*>", svg)
    if not head:
        raise ReviewError("This is not an SVG drawing.", hint="It must begin with an <svg> element.")
    sides = [re.search(rf'\b{side}="([0-9.]+)(?:px)?"', head[0]) for side in ("width", "height")]
    if sides[0] and sides[1]:
        return float(sides[0][1]), float(sides[1][1])
    view = re.search(r'\bviewBox="\s*[-0-9.]+[\s,]+[-0-9.]+[\s,]+([0-9.]+)[\s,]+([0-9.]+)\s*"', head[0])
    return (float(view[1]), float(view[2])) if view else (600.0, 400.0)


def _with_resolution(png: bytes, dpi: int) -> bytes:
    """The PNG with a pHYs chunk, from which Word and pandoc take the printed size."""
    per_metre = round(dpi / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]
