"""Markdown to Word, PDF, HTML and LaTeX by pandoc; citations by its own engine for every format; PDF set by typst.

The text is read as prose only: raw HTML, raw LaTeX and settings that would make pandoc or typst open other files are
dropped, and pictures must lie in the paper's own folder.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.markup import Kind, header_end, verbatim
from review.render.images import export_module, svg_to_png

FORMATS = ("docx", "pdf", "html", "tex", "md")
_READER = "markdown-raw_html-raw_tex-raw_attribute-latex_macros"
_META = ("title", "subtitle", "date", "abstract", "keywords", "lang")  # what a header may say; nothing names a file
_PICTURES = {".svg", ".png", ".jpg", ".jpeg", ".gif"}
# Attributes of an element that may stay. Others would let pandoc read a file (src), typst run code (typst:…) or a
# browser run a script (onclick).
_KEPT = {"width", "height", "lang", "dir", "alt", "entry-spacing"}
_LINK = re.compile(r"(?:https?:|mailto:|doi:|ftp:|#|(?![a-z][a-z0-9+.\-]*:))", re.IGNORECASE)
_NO_SVG = {"docx", "tex"}  # word processors and LaTeX want the PNG beside the drawing
_HTML_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 17px/1.55 Georgia, 'Times New Roman', serif; color: #1a1a1a }
h1, h2, h3 { line-height: 1.25; margin-top: 2em } h1.title { margin-top: 0 }
table { border-collapse: collapse; width: 100%; font-size: .88em } th, td { padding: .35em .6em; vertical-align: top; text-align: left }
thead th { border-bottom: 1.5px solid } tbody tr { border-bottom: 1px solid #ddd } caption { text-align: left; font-style: italic; padding: .6em 0 }
blockquote { border-left: 4px solid #d9a400; background: #fff8e1; margin: 1em 0; padding: .5em 1em } img { max-width: 100% }
pre { white-space: pre-wrap; background: #f5f5f5; padding: .8em; font-size: .85em }
"""
_TYPST_HEAD = """
#set page(paper: "a4", margin: (x: 2.4cm, y: 2.5cm), numbering: "1", number-align: center)
#set text(size: 10.5pt)
#set par(justify: false, leading: 0.68em, spacing: 1.1em)
#show heading: set block(above: 1.6em, below: 0.8em)
#show heading.where(level: 1): set text(size: 14pt)
#show heading.where(level: 2): set text(size: 11.5pt)
#show figure: set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.where(kind: table): set align(left)
#show figure.caption: set align(left)
#show table: set text(size: 8.5pt)
#show table: set par(justify: false)
#set table(inset: (x: 4pt, y: 4pt), stroke: none)
#show raw.where(block: true): it => block(fill: luma(245), inset: 7pt, radius: 2pt, width: 100%, text(size: 8pt, it))
#show quote.where(block: true): it => block(fill: rgb("#fff8e1"), stroke: (left: 3pt + rgb("#d9a400")), inset: 8pt, width: 100%, it.body)
"""


def build_document(
    markdown: str, *, to: str, resources: Path, bibliography: Path | None = None, csl: Path | None = None
) -> bytes:
    """The document in one of `FORMATS`. `resources` is the folder its pictures lie in; nothing outside it is read.

    Raises BadInput for a picture that is missing or outside, ReviewError with pandoc's or typst's own words.
    """
    if to not in FORMATS:
        raise Missing("document format", to, FORMATS)
    if to == "md":
        return markdown.encode("utf-8")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tree = json.loads(_pandoc(_without_comments(markdown), "json", _READER))
        meta = tree.get("meta", {})
        tree["meta"] = {key: meta[key] for key in _META if key in meta} | _authors(meta)
        tree = json.loads(_pandoc(json.dumps(tree), "json", "json", _cited(bibliography, csl)))
        tree["meta"].pop("bibliography", None)
        _clean(tree, to=to, resources=resources, folder=folder)  # after the references, which may hold anything too
        return _written(json.dumps(tree), to=to, folder=folder)


def _written(tree: str, *, to: str, folder: Path) -> bytes:
    common = ["--standalone", f"--resource-path={folder}"]
    if to == "docx":
        target = folder / "out.docx"
        _pandoc(tree, "docx", "json", [*common, "--toc=false"], target)
        return target.read_bytes()
    if to == "html":
        style = folder / "style.html"
        style.write_text(f"<style>{_HTML_STYLE}</style>", encoding="utf-8")
        options = [*common, "--mathml", "--embed-resources", f"--include-in-header={style}", "-M", "document-css=false"]
        return _pandoc(tree, "html5", "json", options).encode("utf-8")
    if to == "tex":
        options = [*common, "-V", "papersize=a4", "-V", "geometry=margin=2.4cm"]
        return _relative(_pandoc(tree, "latex", "json", options), folder).encode("utf-8")
    head = folder / "head.typ"
    head.write_text(_TYPST_HEAD, encoding="utf-8")
    typ = _pandoc(tree, "typst-citations", "json", [*common, f"--include-in-header={head}"])
    return _typeset(_relative(typ, folder), folder)


def _relative(text: str, folder: Path) -> str:
    """Pictures by their names alone, not by the scratch folder they were copied to."""
    return text.replace(f"{folder}/", "").replace(f"{folder.as_posix()}/", "")


def _typeset(source: str, folder: Path) -> bytes:
    """PDF/UA-1 (readable by a screen reader) where the text allows it, else plain PDF."""
    typst = export_module("typst")
    main = folder / "main.typ"
    main.write_text(source, encoding="utf-8")
    for standards in (["ua-1"], []):
        try:
            return bytes(typst.compile(str(main), root=str(folder), pdf_standards=standards))
        except (RuntimeError, ValueError, typst.TypstError) as error:
            reason = str(error)
    raise ReviewError(
        f"The PDF could not be set: {reason.splitlines()[0]}", hint="Build the HTML to look for the place."
    )


def _pandoc(text: str, to: str, source: str, arguments: list[str] | None = None, target: Path | None = None) -> str:
    pypandoc = export_module("pypandoc")
    try:
        return str(
            pypandoc.convert_text(
                text, to, format=source, extra_args=arguments or [], outputfile=None if target is None else str(target)
            )
        )
    except (RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()
        raise ReviewError(
            f"The document could not be made: {reason[-1] if reason else 'pandoc gave no reason'}",
            hint="Look at the place in the manuscript, or run `review doctor`.",
        ) from error


def _cited(bibliography: Path | None, csl: Path | None) -> list[str]:
    arguments = ["--citeproc", "-M", "link-citations=true", "-M", "reference-section-title=References"]
    if bibliography is not None and bibliography.is_file():
        arguments.append(f"--bibliography={bibliography}")
    if csl is not None:
        arguments.append(f"--csl={csl}")
    return arguments


def _without_comments(markdown: str) -> str:
    """Comments are the author's and the checklist's; they are not printed. Those inside code stay."""
    split = header_end(markdown)
    return _commentless(markdown[:split]) + _commentless(markdown[split:])


def _commentless(text: str) -> str:
    parts, done = [], 0
    for found in verbatim(text, mathematics=False):
        if found.kind is Kind.COMMENT:
            parts.append(text[done : found.start])
            done = found.end
    return "".join([*parts, text[done:]])


# The parsed document: what is dropped, and where pictures may come from.


def _clean(tree: dict[str, Any], *, to: str, resources: Path, folder: Path) -> None:
    for node in _nodes(tree):
        for attributes in _attributes(node):
            attributes[2] = [pair for pair in attributes[2] if pair[0] in _KEPT]
        if node["t"] == "Image":
            target = node["c"][-1]
            target[0] = str(_copied(str(target[0]), to=to, resources=resources, folder=folder))
        elif node["t"] == "Link" and not _LINK.match(node["c"][-1][0]):
            node["c"][-1][0] = ""


def _authors(meta: dict[str, Any]) -> dict[str, Any]:
    """`authors:` with name and affiliation, or plain `author:`, as the names pandoc's templates print."""
    listed = meta.get("authors") or meta.get("author")
    if not listed:
        return {}
    people = listed["c"] if listed["t"] == "MetaList" else [listed]
    names = [person["c"].get("name") if person["t"] == "MetaMap" else person for person in people]
    return {"author": {"t": "MetaList", "c": [name for name in names if name]}}


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every element of the document, in its text and its header."""
    if isinstance(part, dict):
        if "t" in part:
            yield part
        for value in part.values():
            yield from _nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from _nodes(value)


def _attributes(node: dict[str, Any]) -> Iterator[list[Any]]:
    """The attributes [id, classes, pairs] of an element and of its parts that are no elements, such as table cells."""
    waiting = [node.get("c")]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, list):
            continue
        if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], list) and isinstance(part[2], list):
            yield part
        else:
            waiting += part


def _copied(name: str, *, to: str, resources: Path, folder: Path) -> Path:
    """The picture copied beside the document, as PNG where the format cannot take a drawing."""
    root = resources.resolve()
    path = (root / name).resolve()
    if "://" in name or not path.is_relative_to(root):
        raise BadInput(
            name, "a picture must lie in the paper's own folder.", hint="Copy it to figures/ and name it there."
        )
    if path.suffix.lower() not in _PICTURES:
        raise BadInput(name, "this is not a picture that can be used.", hint="Use SVG, PNG or JPEG.")
    if not path.is_file():
        raise BadInput(name, "this picture is not in the paper's folder.", hint="Check its name under figures/.")
    flat = "-".join(path.relative_to(root).parts)
    if path.suffix.lower() == ".svg" and to in _NO_SVG:
        target = folder / flat.replace(".svg", ".png")
        target.write_bytes(svg_to_png(path.read_text(encoding="utf-8"), dpi=300))
        return target
    target = folder / flat
    shutil.copyfile(path, target)
    return target
