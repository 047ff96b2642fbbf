"""The response to reviewers in `response.yaml` of a manuscript's folder: comments taken in, answered, and printed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from review.domain import response as answers
from review.domain.errors import AlreadyExists, BadInput, Missing
from review.domain.finding import Finding, Severity
from review.domain.response import FIELDS, FILE, Comment, CommentState, Imported, Line, Response
from review.domain.team import Right
from review.domain.tree import TreeReader
from review.render.documents import blocks
from review.render.tree import Node, words
from review.resources import read_yaml, write_file
from review.services import rights, sheets
from review.services.manuscript import paper
from review.services.project import Project

_HEAD = """\
# The response to reviewers. Write under each comment what you did (action), where the text changed (where), and set its
# status to done or declined. `review paper response build DIR` makes the document; {{ names }} of facts work here too.
"""
_KINDS: Mapping[str, str] = {".docx": "docx", ".md": "markdown", ".txt": "markdown"}
_TABLES = (".csv", ".tsv", ".xlsx")
_OPTIONAL = ("reviewer", "id", "anchor", "action", "where", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReport:
    """The comments and how they stand; `totals` counts them all, and those done, declined and open."""

    response: Response
    totals: Mapping[str, int]
    findings: tuple[Finding, ...]
    path: str


@rights.needs(Right.WRITE)
def new(project: Project, folder: Path) -> Path:
    """Start an empty response; its path."""
    path = paper.find(project, folder) / FILE
    if path.exists():
        raise AlreadyExists(path, hint="Import more comments into it: review paper response import DIR FILE")
    _write(path, Response())
    return path


@rights.needs(Right.WRITE)
def take(project: Project, folder: Path, path: Path) -> tuple[ResponseReport, int]:
    """Take in the comments of a Word, Markdown or text file, or of a table with a column `comment`; (report, how many are new).

    What is there already, answers among it, stays as it is. Raises BadInput for a file without a comment.
    """
    place = paper.find(project, folder)
    held, told = _read(place)
    _refuse_broken(place / FILE, told)
    data = sheets.read_bytes(path)
    kind = path.suffix.lower()
    if kind in _TABLES:
        found = list(_of_table(path))
    elif kind in _KINDS:
        found = answers.split(list(_lines(blocks(data, source=_KINDS[kind]))), source=path.name)
    else:
        known = ", ".join((*_KINDS, *_TABLES))
        raise BadInput(path, "comments cannot be read from this kind of file.", hint=f"Give one of {known}.")
    if not found:
        raise BadInput(path, "there is no comment in it.", hint="Put each comment into a paragraph of its own.")
    imported = Imported(file=path.name, sha256=hashlib.sha256(data).hexdigest(), comments=len(found))
    together, fresh = answers.added(held, found, imported)
    _write(place / FILE, together)
    return check(project, folder), fresh


@rights.needs(Right.WRITE)
def answer(project: Project, folder: Path, name: str, given: Mapping[str, str]) -> ResponseReport:
    """Answer a comment: `given` are its fields anchor, action, where and status."""
    place = paper.find(project, folder)
    held, told = _found(place)
    _refuse_broken(place / FILE, told)
    if name not in {comment.id for comment in held.comments}:
        raise Missing("comment", name, [comment.id for comment in held.comments])
    status = given.get("status", "")
    if status and status not in set(CommentState):
        raise Missing("status of a comment", status, list(CommentState))
    _write(place / FILE, answers.answered(held, name, given))
    return check(project, folder)


@rights.needs(Right.READ)
def check(project: Project, folder: Path) -> ResponseReport:
    """How the response stands, and what is missing in it."""
    place = paper.find(project, folder)
    held, told = _found(place)
    path = f"{place.name}/{FILE}"
    found = (*told, *answers.check(held, paper.text_of(place), path=path))
    return ResponseReport(response=held, totals=answers.totals(held.comments), findings=found, path=path)


def _found(place: Path) -> tuple[Response, list[Finding]]:
    if not (place / FILE).is_file():
        raise Missing("response to reviewers in this paper", FILE, ["start one: review paper response new DIR"])
    return _read(place)


def _refuse_broken(path: Path, told: Sequence[Finding]) -> None:
    """A file with a fault is never written anew: what could not be read would be lost."""
    first = next((finding for finding in told if finding.severity is Severity.ERROR), None)
    if first is not None:
        raise BadInput(f"{path}:{first.line or 1}", first.message, hint=f"{first.hint} Nothing was changed.".strip())


# Comments from files


def _of_table(path: Path) -> Iterator[Comment]:
    sheet = sheets.read(path, required=("comment",), optional=_OPTIONAL)
    numbers: dict[str, int] = {}
    for row in sheet.rows:
        if not row["comment"]:
            continue
        reviewer = answers.reviewer_named(row["reviewer"])
        numbers[reviewer] = numbers.get(reviewer, 0) + 1
        yield Comment(
            id=row["id"] or answers.id_of(reviewer, numbers[reviewer]),
            reviewer=reviewer,
            comment=row["comment"],
            anchor=row["anchor"],
            action=row["action"],
            where=row["where"],
            status=row["status"].casefold() or CommentState.OPEN,
            source=path.name,
        )


def _lines(found: Sequence[Node]) -> Iterator[Line]:
    """The paragraphs of a text; those of one item of a list are one."""
    for node in found:
        kind = node["t"]
        if kind == "Header":
            yield Line(text=words(node["c"][2]), heading=True)
        elif kind in ("Para", "Plain", "CodeBlock", "LineBlock", "Table"):
            text = node["c"][1] if kind == "CodeBlock" else words(node["c"])
            if text.strip():
                yield Line(text=text)
        elif kind in ("OrderedList", "BulletList"):
            for entry in node["c"][1] if kind == "OrderedList" else node["c"]:
                text = "\n\n".join(line.text for line in _lines(entry))
                if text.strip():
                    yield Line(text=text, item=kind == "OrderedList", bullet=kind == "BulletList")
        elif kind in ("BlockQuote", "Div"):
            yield from _lines(node["c"][1] if kind == "Div" else node["c"])


# The file


def _read(place: Path) -> tuple[Response, list[Finding]]:
    path = place / FILE
    if not path.is_file():
        return Response(), []
    parsed = read_yaml(paper.text_at(path), path=f"{place.name}/{FILE}", as_written=True)
    reader = TreeReader(line=parsed.line, path=f"{place.name}/{FILE}")
    tree: Mapping[str, Any] = parsed.tree if isinstance(parsed.tree, dict) else {}
    reader.known(tree, (), ("letter", "imports", "comments"))
    imports = []
    for at, item in reader.items(tree, ("imports",), ("file", "sha256", "comments")):
        number = reader.text(item, (*at, "comments"))
        if not number.isdecimal():
            reader.wrong((*at, "comments"), "a whole number", number)
            continue
        imports.append(
            Imported(
                file=reader.text(item, (*at, "file")), sha256=reader.text(item, (*at, "sha256")), comments=int(number)
            )
        )
    comments = [_comment(reader, at, item) for at, item in reader.items(tree, ("comments",), FIELDS)]
    held = Response(comments=tuple(comments), imports=tuple(imports), letter=reader.text(tree, ("letter",)))
    return held, [*parsed.findings, *reader.findings]


def _comment(reader: TreeReader, at: tuple[Any, ...], item: Mapping[str, Any]) -> Comment:
    said = {name: reader.text(item, (*at, name), required=name in ("id", "comment")) for name in FIELDS}
    source = said.pop("from")
    said["status"] = said["status"] or CommentState.OPEN
    return Comment(**said, source=source, line=reader.line(*at))


class _Blocks(yaml.SafeDumper):
    """Writes a text of several lines as a block, so that people can read and change it."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _as_block)


def _write(path: Path, held: Response) -> None:
    tree: dict[str, object] = {"letter": held.letter}
    tree["imports"] = [{"file": one.file, "sha256": one.sha256, "comments": one.comments} for one in held.imports]
    tree["comments"] = [
        {name: str(comment.source if name == "from" else getattr(comment, name)) for name in FIELDS}
        for comment in held.comments
    ]
    text = yaml.dump(tree, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=110)
    write_file(path, (_HEAD + text).encode("utf-8"))
