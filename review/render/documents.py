"""Markdown to Word, PDF, HTML, LaTeX and JATS by pandoc; citations by its own engine for every format; PDF set by typst.

The text is read as prose only: raw HTML, raw LaTeX and settings that would make pandoc or typst open other files are
dropped, and pictures must lie in the paper's own folder. It is read once, whatever number of formats is written.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.markup import Kind, Verbatim, header_end, verbatim
from review.render import columns, formulas, title_page, word
from review.render.accessible import TYPST, UNTITLED, Picture, number_captions, prepare, say_signs, speak
from review.render.images import export_module, svg_to_png
from review.render.tree import ATTRIBUTED, Node, attributes, nodes, plain, words
from review.resources import data_dir

FORMATS = ("docx", "pdf", "html", "tex", "jats", "md")
SUFFIXES: Mapping[str, str] = {"jats": ".xml"}  # where a file is not called as its format
STYLE = "vancouver"
_NUMBERED = {"vancouver"}
_READER = "markdown-raw_html-raw_tex-raw_attribute-latex_macros"
_META = ("title", "subtitle", "date", "abstract", "keywords", "lang")  # what a header may say; nothing names a file
_PEOPLE = ("authors", "author", "corresponding")
_PICTURES = {".svg", ".png", ".jpg", ".jpeg", ".gif"}
# Attributes of an element that may stay. Others would let pandoc read a file (src), typst run code (typst:…) or a
# browser run a script (onclick).
_KEPT = {"width", "height", "lang", "dir", "alt", "entry-spacing"}
_LINK = re.compile(r"(?:https?:|mailto:|doi:|ftp:|#|(?![a-z][a-z0-9+.\-]*:))", re.IGNORECASE)
_SHOWN = re.compile(r"!\[[^\]]*\]\(([^)\s]+)")
_SMALL_TABLE, _SMALL_TEXT = 12, 1500  # rows and signs of a table that is not parted between pages
_NO_SVG = {"docx", "tex", "jats"}  # word processors, LaTeX and publishers want the PNG beside the drawing
_HTML_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 17px/1.55 Georgia, 'Times New Roman', serif; color: #1a1a1a }
h1, h2, h3 { line-height: 1.25; margin-top: 2em } h1.title { margin-top: 0 }
p.author { margin: .3em 0 } .affiliations { font-size: .88em; color: #444 }
table { border-collapse: collapse; width: 100%; font-size: .88em } th, td { padding: .35em .6em; vertical-align: top; text-align: left }
thead th { border-bottom: 1.5px solid } tbody tr { border-bottom: 1px solid #ddd } caption { text-align: left; font-style: italic; padding: .6em 0 }
blockquote { border-left: 4px solid #d9a400; background: #fff8e1; margin: 1em 0; padding: .5em 1em } img { max-width: 100% }
.remark blockquote { border-color: #aaa; background: #f6f6f6 }
pre { white-space: pre-wrap; background: #f5f5f5; padding: .8em; font-size: .85em }
div.csl-entry { margin: .3em 0; overflow-wrap: anywhere } div.csl-entry:has(> div.csl-left-margin) { display: flex }
div.csl-left-margin { min-width: 2em !important; float: none !important } div.csl-right-inline { margin: 0 !important; padding: 0 !important }
"""
# Behind the settings of pandoc's template, which would otherwise go before these; the page is set by the template alone.
_TYPST_LAYOUT = """
#let remark(body) = {
  show quote.where(block: true): it => block(fill: luma(246), stroke: (left: 3pt + luma(170)), inset: 8pt, width: 100%, it.body)
  body
}
#set text(size: 10.5pt)
#set par(justify: false, leading: 0.68em, spacing: 1.1em)
#show heading: set block(above: 1.6em, below: 0.8em)
#show heading.where(level: 1): set text(size: 14pt)
#show heading.where(level: 2): set text(size: 11.5pt)
#show figure: set block(breakable: true)
#show figure.caption: set block(sticky: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.where(kind: table): set align(left)
#show figure.where(kind: table): it => { show align: inner => inner.body; it }
#show figure.caption: set align(left)
#show table: set text(size: 8.5pt)
#show table: set par(justify: false)
#set table(inset: (x: 4pt, y: 4pt), stroke: none)
#show raw.where(block: true): it => block(fill: luma(245), inset: 7pt, radius: 2pt, width: 100%, text(size: 8pt, it))
#show quote.where(block: true): it => block(fill: rgb("#fff8e1"), stroke: (left: 3pt + rgb("#d9a400")), inset: 8pt, width: 100%, it.body)
"""
_TYPST_PAGE = ("-V", "papersize=a4", "-V", "fontsize=10.5pt", '--variable-json=margin:{"x":"2.4cm","y":"2.5cm"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text read once, with its citations set: `tree` is pandoc's JSON; `pictures` are those it shows."""

    tree: str
    markdown: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document. `pictures` must lie beside it, under the names by which it calls them.

    `unfit` says why a PDF is not PDF/UA-1; it is tagged all the same.
    """

    data: bytes
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    unfit: str = ""


def build_document(
    markdown: str, *, to: str, resources: Path, bibliography: Path | None = None, style: str = STYLE
) -> bytes:
    """The document in one of `FORMATS`. `resources` is the folder its pictures lie in; nothing outside it is read.

    Raises BadInput for a picture that is missing or outside, ReviewError with pandoc's or typst's own words.
    """
    return write(read(markdown, bibliography=bibliography, style=style, to=(to,)), to=to, resources=resources).data


@cache
def styles() -> tuple[str, ...]:
    """The styles of citation there are, by name."""
    return tuple(sorted(path.stem for path in (data_dir("templates") / "csl").glob("*.csl")))


def read(markdown: str, *, bibliography: Path | None = None, style: str = STYLE, to: tuple[str, ...] = FORMATS) -> Text:
    """Parse a text and set its citations, for these formats; what its header asks pandoc to open is overruled."""
    for name in to:
        if name not in FORMATS:
            raise Missing("document format", name, FORMATS)
    if style not in styles():
        raise Missing("style of citation", style, styles())
    if set(to) == {"md"}:
        return Text(tree="", markdown=markdown)
    with TemporaryDirectory() as scratch:
        references, csl = bibliography, data_dir("templates") / "csl"
        if references is None or not references.is_file():
            references = Path(scratch) / "none.bib"
            references.touch()
        arguments = [
            f"--bibliography={references}",
            f"--csl={csl / style}.csl",
            f"--lua-filter={csl / 'citations.lua'}",
        ]
        arguments += ["--citeproc", "-M", "link-citations=true", "-M", "reference-section-title=References"]
        if style in _NUMBERED:
            arguments += ["-M", "names-before-numbers=true"]
        found = _pandoc(_without_comments(markdown).encode(), to="json", source=_READER, arguments=arguments)
    tree = json.loads(found)
    meta = tree.get("meta", {})
    tree["meta"] = {key: meta[key] for key in (*_META, *_PEOPLE) if key in meta}
    pictures = prepare(tree)
    columns.share(tree)
    _clean(tree)  # after the references, which may hold anything too
    return Text(tree=json.dumps(tree), markdown=markdown, pictures=tuple(pictures))


def write(text: Text, *, to: str, resources: Path) -> Document:
    """The text in one of the formats it was read for, with the pictures it needs from that folder."""
    if to == "md":
        return Document(data=text.markdown.encode("utf-8"), pictures=_named(text.markdown, resources))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        tree = json.loads(text.tree)
        shown = [_placed(node, to=to, resources=resources, folder=folder) for node in _images(tree)]
        _name_people(tree, to)
        _set_quotes(tree, to)
        if to == "pdf":
            _keep_together(tree)
        if to in ("docx", "html", "jats"):
            number_captions(tree["blocks"])
        if to == "pdf":
            tree["meta"].setdefault("title", {"t": "MetaInlines", "c": plain(UNTITLED)})
            speak(tree["blocks"])
            _hang_references(tree["blocks"])
        elif to == "jats":
            say_signs(tree["blocks"])
        made = _written(json.dumps(tree).encode(), to=to, folder=folder)
        beside = {name: (folder / name).read_bytes() for name in shown} if to in ("tex", "jats") else {}
        return Document(data=made.data, pictures=beside, unfit=made.unfit)


def _written(tree: bytes, *, to: str, folder: Path) -> Document:
    common = ["--standalone", f"--resource-path={folder}"]
    if to == "docx":
        return Document(data=word.finished(_pandoc(tree, to="docx", arguments=common)))
    if to == "html":
        page = folder / "style.html"
        page.write_text(f"<style>{_HTML_STYLE}</style>", encoding="utf-8")
        more = ["--mathml", "--embed-resources", f"--include-in-header={page}", "-M", "document-css=false"]
        return Document(data=_pandoc(tree, to="html5", arguments=[*common, *more]))
    if to == "tex":
        more = ["-V", "papersize=a4", "-V", "geometry=margin=2.4cm"]
        return Document(data=_pandoc(tree, to="latex", arguments=[*common, *more]))
    if to == "jats":
        return Document(data=title_page.without_empty(_pandoc(tree, to="jats_archiving", arguments=common)))
    head, before = folder / "head.typ", folder / "before.typ"
    head.write_text(TYPST + formulas.TYPST, encoding="utf-8")
    before.write_text(_TYPST_LAYOUT, encoding="utf-8")
    included = [f"--include-in-header={head}", f"--include-before-body={before}"]
    source = _pandoc(tree, to="typst-citations", arguments=[*common, *_TYPST_PAGE, *included])
    return _typeset(source, folder)


def _typeset(source: bytes, folder: Path) -> Document:
    """PDF/UA-1 (readable by a screen reader) where the text allows it, else a tagged PDF that does not claim it."""
    typst = export_module("typst")
    main = folder / "main.typ"
    main.write_bytes(source)
    reasons = []
    for standards in (["ua-1"], []):
        try:
            data = bytes(typst.compile(str(main), root=str(folder), pdf_standards=standards))
        except (RuntimeError, ValueError, typst.TypstError) as error:
            reasons.append(str(error).splitlines()[0])
        else:
            return Document(data=data, unfit=reasons[0] if reasons else "")
    raise ReviewError(f"The PDF could not be set: {reasons[-1]}", hint="Build the HTML to look for the place.")


def _pandoc(data: bytes, *, to: str, source: str = "json", arguments: list[str]) -> bytes:
    """What pandoc writes; it is called itself, since its Python wrapper asks it for its formats at every call."""
    program = export_module("pypandoc").get_pandoc_path()
    command = [program, f"--from={source}", f"--to={to}", "--output=-", *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - a list, no shell
    except OSError as error:
        raise ReviewError(f"pandoc cannot be run: {error}.", hint="Run `review doctor`.") from error
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ReviewError(
            f"The document could not be made: {reason[-1] if reason else 'pandoc gave no reason'}",
            hint="Look at the place in the manuscript, or run `review doctor`.",
        )
    return done.stdout


def _without_comments(markdown: str) -> str:
    """Comments are the author's and the checklist's; they are not printed. Those inside code stay."""
    split = header_end(markdown)
    return _commentless(markdown[:split]) + _commentless(markdown[split:])


def _commentless(text: str) -> str:
    return _left(text, [part for part in verbatim(text, mathematics=False) if part.kind is Kind.COMMENT])


def _left(text: str, taken: list[Verbatim]) -> str:
    """The text without these parts of it."""
    parts, done = [], 0
    for found in taken:
        parts.append(text[done : found.start])
        done = found.end
    return "".join([*parts, text[done:]])


# The parsed document: what is dropped, who wrote it, and where pictures may come from.


def _clean(tree: Node) -> None:
    places, links = set(), []
    for node in nodes(tree):
        for found in attributes(node) if node["t"] in ATTRIBUTED else ():
            found[2] = [pair for pair in found[2] if pair[0] in _KEPT]
            places.add(f"#{found[0]}")
        if node["t"] == "Link":
            links.append(node)
    for link in links:
        target = str(link["c"][-1][0])
        if not _LINK.match(target) or (
            target.startswith("#") and target not in places
        ):  # such as an unknown citation's
            link |= {"t": "Span", "c": [["", [], []], link["c"][1]]}


def _name_people(tree: Node, to: str) -> None:
    meta = tree["meta"]
    found = title_page.people(meta)
    corresponding = words(meta.get("corresponding"))
    for key in _PEOPLE:
        meta.pop(key, None)
    if to == "jats":
        meta |= title_page.for_jats(found, corresponding)
        if abstract := title_page.take_abstract(tree["blocks"]):
            meta["abstract"] = abstract
    elif found:
        meta["author"] = title_page.names(found)
        tree["blocks"][:0] = title_page.lines(found, corresponding, to=to)


def _set_quotes(tree: Node, to: str) -> None:
    """A task stands out in yellow; what somebody else said is set quietly."""
    marks = {"pdf": ("typst", "#remark[", "]"), "html": ("html", '<div class="remark">', "</div>")}.get(to)
    if marks is None:
        return
    language, opens, closes = marks
    for node in [node for node in nodes(tree["blocks"]) if node["t"] == "BlockQuote"]:
        if not words(node["c"]).startswith("To write:"):
            quote = {"t": "BlockQuote", "c": node["c"]}
            raw = [{"t": "RawBlock", "c": [language, code]} for code in (opens, closes)]
            node |= {"t": "Div", "c": [["", [], []], [raw[0], quote, raw[1]]]}


def _keep_together(tree: Node) -> None:
    """A small table stands on one page with its caption; a large one goes on over the next."""
    for node in [node for node in nodes(tree["blocks"]) if node["t"] == "Table"]:
        rows = sum(len(body[3]) for body in node["c"][4])
        if rows <= _SMALL_TABLE and len(words(node["c"])) <= _SMALL_TEXT:
            raw = [{"t": "RawBlock", "c": ["typst", code]} for code in ("#block(breakable: false, width: 100%)[", "]")]
            node |= {"t": "Div", "c": [["", [], []], [raw[0], {"t": "Table", "c": node["c"]}, raw[1]]]}


def _hang_references(blocks: list[Node]) -> None:
    """The second line of a reference stands below its text, not below its number."""
    for node in blocks:
        if node["t"] == "Div" and node["c"][0][0] == "refs":
            node["c"][1].insert(0, {"t": "RawBlock", "c": ["typst", "#set par(hanging-indent: 1.6em)"]})


def _images(tree: Node) -> list[Node]:
    return [node for node in nodes(tree) if node["t"] == "Image"]


def _placed(image: Node, *, to: str, resources: Path, folder: Path) -> str:
    """Copy the picture beside the document, as PNG where the format cannot take a drawing; its name there."""
    target = image["c"][-1]
    path, name = _found(str(target[0]), resources)
    if path.suffix.lower() == ".svg" and to in _NO_SVG:
        name = f"{name[:-4]}.png"
        if not (folder / name).exists():
            _parent(folder / name).write_bytes(svg_to_png(path.read_text(encoding="utf-8"), dpi=300))
    else:
        shutil.copyfile(path, _parent(folder / name))
    target[0] = name
    return name


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _named(markdown: str, resources: Path) -> dict[str, bytes]:
    """The pictures that a Markdown text shows, as far as they are there."""
    body, found = markdown[header_end(markdown) :], {}
    for name in _SHOWN.findall(_left(body, verbatim(body))):
        with suppress(BadInput):
            path, as_seen = _found(name, resources)
            found[as_seen] = path.read_bytes()
    return found


def _found(name: str, resources: Path) -> tuple[Path, str]:
    """(where a picture lies, its name as seen from the paper's folder)."""
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
    return path, path.relative_to(root).as_posix()


def blocks(data: bytes, *, source: str) -> list[Node]:
    """The blocks of a text that somebody sent, in one of pandoc's formats; nothing but the text itself is opened."""
    found: list[Node] = json.loads(_pandoc(data, to="json", source=source, arguments=["--sandbox"]))["blocks"]
    return found
