"""Drafts of the search strings from the protocol's concept table, and their way into protocol.yaml.

Only an empty `query:` is filled. Everything else in the file, comments and layout too, stays as the author left it;
the new text is read again and is kept only if nothing but these strings has changed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from review.domain import strings
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.finding import Finding
from review.domain.protocol import PlannedSearch, Protocol
from review.domain.string_check import check_string
from review.domain.syntax import SYNTAXES, Syntax, named
from review.domain.team import Right
from review.resources import read_yaml, write_file
from review.services import protocol, rights
from review.services.project import Project

_HOW = "List them under concepts: in protocol.yaml, each with a name: and its synonyms:, one to a line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The draft for one source. `searches` are those of the protocol that are written in its syntax, `empty` those of
    them that have no string yet, `written` those that this draft was written into.
    """

    name: str
    label: str
    query: str
    searches: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "source": self.name,
            "label": self.label,
            "query": self.query,
            "searches": list(self.searches),
            "written": list(self.written),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def _right(arguments: Mapping[str, Any]) -> Right:
    return Right.GOVERN if arguments["write"] else Right.READ


@rights.needs(_right)
def drafts(project: Project, *, sources: Sequence[str] = (), write: bool = False) -> list[Drafted]:
    """A draft for each source of the protocol, or for those named; written into empty strings if asked for.

    A name is that of a search in the protocol or of any source whose syntax is known.
    """
    rules = as_written(project)
    if not rules.concepts:
        raise ReviewError("The protocol has no concept table to derive strings from.", hint=_HOW)
    found = [_drafted(rules, syntax) for syntax in _chosen(rules, sources)]
    return _written(project, rules, found) if write else found


@rights.needs(Right.READ)
def as_written(project: Project) -> Protocol:
    """What protocol.yaml says now, frozen or not; refused if it holds an error."""
    status = protocol.status(project)
    if status.protocol is None:
        raise BadInput(
            project.protocol_path, "it holds errors.", hint="See every mistake with `review protocol check`."
        )
    return status.protocol


def _chosen(rules: Protocol, sources: Sequence[str]) -> list[Syntax]:
    by_search = {search.name: strings.behind(search) for search in rules.searches}
    chosen: dict[str, Syntax] = {}
    for name in sources or by_search:
        syntax = by_search.get(name) or named(name)
        if syntax is not None:
            chosen[syntax.name] = syntax
        elif sources:
            raise Missing("source whose syntax is known", name, [each.name for each in SYNTAXES])
    if not chosen:
        raise ReviewError(
            "The protocol lists no source whose syntax is known.",
            hint=f"Name one with --source: {', '.join(syntax.name for syntax in SYNTAXES)}.",
        )
    return list(chosen.values())


def _drafted(rules: Protocol, syntax: Syntax) -> Drafted:
    made = strings.draft(rules.concepts, syntax)
    mine = [search for search in rules.searches if strings.behind(search) == syntax]
    return Drafted(
        name=syntax.name,
        label=syntax.label,
        query=made.query,
        searches=tuple(search.name for search in mine),
        empty=tuple(search.name for search in mine if not search.query),
        findings=made.findings,
    )


@rights.needs(Right.READ)
def faults(project: Project, search: PlannedSearch) -> list[Finding]:
    """What is wrong with a string of the protocol before it is sent; an error means that it must not be."""
    path = project.protocol_path.name
    return [
        replace(fault, message=f"{search.name}: {fault.message}", path=path, line=None, column=None)
        for fault in check_string(search.query, strings.behind(search))
    ]


def _written(project: Project, rules: Protocol, found: Sequence[Drafted]) -> list[Drafted]:
    """The drafts in the file, each in the searches of its source that have no string yet."""
    data = project.protocol_path.read_bytes()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data[len(mark) :].decode("utf-8")
    order = [search.name for search in rules.searches]
    done: list[Drafted] = []
    for each in found:
        names = each.empty if each.query else ()
        for name in names:
            text = _filled(project, text, order.index(name), each.query)
        done.append(
            Drafted(
                name=each.name,
                label=each.label,
                query=each.query,
                searches=each.searches,
                empty=() if names else each.empty,
                written=names,
                findings=each.findings,
            )
        )
    if any(each.written for each in done):
        write_file(project.protocol_path, mark + text.encode("utf-8"))
    return done


def _filled(project: Project, text: str, index: int, query: str) -> str:
    """The text with one query filled in; refused if that would change anything else."""
    wanted = copy.deepcopy(read_yaml(text).tree)
    wanted["sources"][index]["query"] = query
    made = with_query(text, index, query)
    if made is None or read_yaml(made).tree != wanted:
        raise BadInput(
            project.protocol_path,
            f"the string of source {index + 1} could not be written without changing something else.",
            hint="Copy it from `review protocol strings` by hand.",
        )
    return made


def with_query(text: str, index: int, query: str) -> str | None:
    """A protocol's text with the empty query of one source filled; None if it is written in a way not known here."""
    source = _source(text, index)
    if source is None:
        return None
    if source.flow_style:
        return _in_braces(text, source, query)
    newline = "\r\n" if "\r\n" in text else "\n"
    for key, value in source.value:
        if key.value == "query":
            margin = " " * (key.start_mark.column + 2)
            block = "".join(f"{newline}{margin}{line}" for line in query.split("\n"))
            begin, end = value.start_mark.index, value.end_mark.index
            gap = "" if text[begin - 1 : begin].isspace() else " "
            line_end = _line_end(text, end)
            return f"{text[:begin]}{gap}|-{text[end:line_end]}{block}{text[line_end:]}"
    key, value = source.value[0]
    margin = " " * key.start_mark.column
    block = "".join(f"{newline}{margin}  {line}" for line in query.split("\n"))
    line_end = _line_end(text, value.end_mark.index)
    return f"{text[:line_end]}{newline}{margin}query: |-{block}{text[line_end:]}"


def _in_braces(text: str, source: yaml.MappingNode, query: str) -> str:
    """The same where the source is written in one line: {name: pubmed, query: ""}."""
    quoted = json.dumps(query, ensure_ascii=False)  # YAML reads a string of JSON as JSON does
    for key, value in source.value:
        if key.value == "query":
            begin, end = value.start_mark.index, value.end_mark.index
            gap = "" if text[begin - 1 : begin].isspace() else " "
            return f"{text[:begin]}{gap}{quoted}{text[end:]}"
    end = source.value[0][1].end_mark.index
    return f"{text[:end]}, query: {quoted}{text[end:]}"


def _source(text: str, index: int) -> yaml.MappingNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)  # this loader tells places in characters
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "sources" and isinstance(value, yaml.SequenceNode):
            found = value.value[index]
            return found if isinstance(found, yaml.MappingNode) else None
    return None


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end
