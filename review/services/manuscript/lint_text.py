"""A manuscript as the linter reads it: Markdown as it is, LaTeX and Word through pandoc, with the lines of the original.

A manuscript of a project is read with its facts in place; each line knows the line of the author's file it came from.
"""

from __future__ import annotations

import re
import textwrap
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from review.domain.errors import BadInput, Missing, NotInstalled, NotUtf8
from review.domain.finding import Finding, Severity
from review.domain.markup import Kind, header_end, verbatim
from review.domain.naming import counted
from review.domain.provenance import Fact
from review.lint import document
from review.lint.document import Document, Origin
from review.render.environment import render_manuscript

READ = (".md", ".markdown", ".txt", ".tex", ".docx", ".html", ".rst")
_PANDOC: Mapping[str, str] = {".tex": "latex", ".docx": "docx", ".html": "html", ".rst": "rst"}
_TO = "markdown-simple_tables-multiline_tables-grid_tables+pipe_tables-raw_attribute-header_attributes-link_attributes-smart"
_ABSTRACT = re.compile(r"^abstract: (?:[|>]-?)?(?P<text>.*\n(?:[ \t]+.*\n|\n(?=[ \t\n]))*)", re.MULTILINE)
# A line that is the name of a part, bold or not: what writers of Word files set where a heading should be.
_PART = re.compile(
    r"^(?:\*\*|__)?(?:\d+(?:\\?\.\d+)*\\?\.?[ \t]+)?(?P<name>abstract|(?:structured )?summary|introduction|background|(?:objectives?|purpose|aims?)|"
    r"(?:(?:materials?|patients|subjects|data) and )?methods?|methodology|results?|(?:results and )?discussion|limitations?|conclusions?|"
    r"references|bibliography|(?:data|code)(?: and code)? availability(?: statement)?|acknowledge?ments?|funding|ethics(?: statement| approval)?|"
    r"declarations?|competing interests|conflicts? of interests?):?(?:\*\*|__)?:?$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#{1,6}\s", re.MULTILINE)
_TRACKED = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo)\s")
_WORD = re.compile(r"[A-Za-z]{3,}|\d+")
_AHEAD = 600  # words of the original in which the beginning of a line is looked for
_OPEN, _CLOSE = "\ue010", "\ue011"  # private-use signs around the number of a line
_MARKED = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


def of_file(path: Path, *, shown: str = "") -> Document:
    """A manuscript from a file of any kind in `READ`. Raises `Missing`, `BadInput`, `NotInstalled`."""
    if not path.is_file():
        raise Missing("file", str(path), [each.name for each in path.parent.glob("*") if each.suffix in READ])
    kind = path.suffix.lower()
    name = shown or path.as_posix()
    if kind in _PANDOC:
        return _converted(path, name)
    if kind not in READ:
        raise BadInput(path, "a manuscript of this kind cannot be read.", hint=f"Give one of {', '.join(READ)}.")
    return document.parse(_text(path), path=name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(path, error) from error


def _converted(path: Path, name: str) -> Document:
    try:
        import pypandoc
    except ImportError as error:
        raise NotInstalled("pandoc, which reads LaTeX and Word", "export") from error
    arguments = ["--wrap=preserve", "--markdown-headings=atx", "--standalone"]
    try:
        text: str = pypandoc.convert_file(
            str(path.resolve()), _TO, format=_PANDOC[path.suffix.lower()], extra_args=arguments, sandbox=True
        )
    except RuntimeError as error:
        reason = " ".join(str(error).split())[-200:].rpartition("conversion: ")[2].rstrip(".")
        raise BadInput(
            path, f"pandoc could not read it: {reason}.", hint="Open it, see whether it is whole, and save it again."
        ) from error
    text = _with_headings(_with_abstract(text))
    source = _text(path).splitlines() if path.suffix.lower() == ".tex" else []
    lines = aligned(text.splitlines(), source) if source else []
    return document.parse(text, path=name, origin=Origin(lines=lines, source=source) if source else None)


def tracked(path: Path) -> list[Finding]:
    """What a Word file still holds of its making: changes that nobody has accepted or rejected. It is read as if accepted."""
    if path.suffix.lower() != ".docx":
        return []
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml") if "word/document.xml" in archive.namelist() else b""
    n = len(_TRACKED.findall(body))
    if not n:
        return []
    message = f"The file has {counted(n, 'tracked change')}; it was read as if all were accepted."
    hint = "Accept or reject them before you send it to anybody."
    return [Finding(rule="DOCX-CHANGES", severity=Severity.INFO, message=message, path=path.as_posix(), hint=hint)]


def _with_abstract(text: str) -> str:
    r"""The abstract that pandoc puts into the header, as a section of its own.

    >>> print(_with_abstract("---\nabstract: |\n  One.\n\n  Two.\ntitle: T\n---\n\nText"))
    ---
    title: T
    ---
    <BLANKLINE>
    # Abstract
    <BLANKLINE>
    One.
    <BLANKLINE>
    Two.
    <BLANKLINE>
    Text
    """
    split = header_end(text)
    found = _ABSTRACT.search(text, 0, split)
    if found is None:
        return text
    header = text[: found.start()] + text[found.end() : split]
    return f"{header}\n# Abstract\n\n{textwrap.dedent(found['text']).strip()}\n{text[split:]}"


def _with_headings(text: str) -> str:
    r"""Names of parts that stand alone on a line as headings: all of them where the text has none, else that of the abstract.

    >>> print(_with_headings("**Abstract**\n\nResults:\n\nGood.\n\n1. Introduction\n\nWhy.\n\nMethods\n\nHow."))
    # Abstract
    <BLANKLINE>
    ## Results
    <BLANKLINE>
    Good.
    <BLANKLINE>
    # Introduction
    <BLANKLINE>
    Why.
    <BLANKLINE>
    # Methods
    <BLANKLINE>
    How.
    """
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if _HEADING.match(line)), None)
    alone = [n for n, line in enumerate(lines) if _PART.match(line) and not any(map(str.strip, _beside(lines, n)))]
    names = {n: match["name"] for n in alone if (match := _PART.match(lines[n]))}
    begun = [n for n, name in names.items() if name.casefold() in ("introduction", "background")]
    abstract = next((n for n, name in names.items() if name.casefold() in ("abstract", "summary")), None)
    inside = max(begun, default=-1) if abstract is not None else -1
    for n, name in names.items():
        if first is not None and (n != abstract or n > first):
            continue
        within = abstract is not None and abstract < n < inside
        lines[n] = f"{'##' if within else '#'} {name}"
    return "\n".join(lines)


def _beside(lines: Sequence[str], n: int) -> list[str]:
    return [*lines[max(0, n - 1) : n], *lines[n + 1 : n + 2]]


def aligned(lines: Sequence[str], source: Sequence[str]) -> list[int]:
    r"""For each line of a converted text the line of the original that it begins in, found by its first words in order.

    >>> aligned(["# One", "Two words here", ""], ["% comment", "\\section{One}", "Two words", "here"])
    [2, 3, 3]
    """
    words = [(word.casefold(), n) for n, line in enumerate(source, start=1) for word in _WORD.findall(line)]
    found, at, here = [], 0, 1
    for line in lines:
        first = [word.casefold() for word in _WORD.findall(line)[:4]]
        place = _next(words, at, first) if first else None
        if place is not None:
            here, at = words[place][1], place + 1
        found.append(here)
    return found


def _next(words: Sequence[tuple[str, int]], at: int, first: Sequence[str]) -> int | None:
    """Where the words stand one after the other, or nearly, from a place on."""
    for place in range(at, min(at + _AHEAD, len(words))):
        if words[place][0] != first[0]:
            continue
        following = {word for word, _ in words[place : place + 8]}
        if sum(word in following for word in first) >= max(1, len(first) - 1):
            return place
    return None


def with_facts(
    text: str, facts: Mapping[str, Fact], tables: Mapping[str, str], *, path: str
) -> tuple[Document, list[Finding]]:
    """The manuscript with its facts in place. Where one is not known the text stands as it is, with a finding for each."""
    marked = _with_lines(text)
    rendered, found = render_manuscript(marked, facts, tables)
    found = [_unmarked(finding, path) for finding in found]
    if any(finding.severity in (Severity.ERROR, Severity.BLOCKER) for finding in found):
        return document.parse(text, path=path), found
    lines, numbers, here = [], [], 1
    for line in rendered.split("\n"):
        stamps = _MARKED.findall(line)
        here = int(stamps[0]) if stamps else here
        lines.append(_MARKED.sub("", line))
        numbers.append(here)
        here = int(stamps[-1]) if stamps else here
    origin = Origin(lines=numbers, source=text.split("\n"))
    return document.parse("\n".join(lines), path=path, origin=origin), found


def _unmarked(finding: Finding, path: str) -> Finding:
    return replace(finding, path=finding.path or path, message=_MARKED.sub("", finding.message))


def _with_lines(text: str) -> str:
    """A stamp at the beginning of each line of prose, but never inside braces, code, comments or the header."""
    split = header_end(text)
    body = text[split:]
    closed = [(p.start, p.end) for p in verbatim(body) if p.kind is not Kind.CODE]
    closed += [m.span() for m in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", body, re.DOTALL)]
    first = text.count("\n", 0, split) + 1
    parts, at = [], 0
    inside = sorted(closed)
    place = 0
    for n, line in enumerate(body.split("\n")):
        while place < len(inside) and inside[place][1] <= at:
            place += 1
        covered = any(
            start < at < end or (start == at and body[at] in "`~") for start, end in inside[place : place + 3]
        )
        parts.append(line if covered else f"{_OPEN}{first + n}{_CLOSE}{line}")
        at += len(line) + 1
    return text[:split] + "\n".join(parts)
