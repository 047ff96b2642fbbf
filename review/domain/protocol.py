"""The review protocol: question, sources with their exact strings, criteria, rules of the game, charting form.

`check` turns a YAML tree into a `Protocol` and lists every mistake with its line, going on after each one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.domain.charting import ChartingField, ChartingForm, FieldKind
from review.domain.finding import Finding, Severity
from review.domain.record import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pcc:
    """Population, concept, context: the JBI form of a scoping-review question."""

    population: str
    concept: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSearch:
    """A source and the exact string to be sent to it."""

    name: str
    label: str
    kind: SourceKind
    platform: str
    query: str
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """An inclusion or exclusion criterion; `label` is the short form for buttons and the flow diagram."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRules:
    """The rules of the game: how many people judge each record, and what must hold before screening goes on."""

    reviewers_per_record: int = 2
    pilot_records: int = 0
    kappa_target: float | None = None
    stopping: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    title: str
    question: str
    objectives: tuple[str, ...]
    pcc: Pcc
    searches: tuple[PlannedSearch, ...]
    include: tuple[Criterion, ...]
    exclude: tuple[Criterion, ...]
    screening: ScreeningRules
    include_terms: tuple[str, ...]
    exclude_terms: tuple[str, ...]
    form: ChartingForm
    registration: str = ""
    synthesis: str = ""

    def exclusion(self, criterion_id: str) -> Criterion | None:
        return next((c for c in self.exclude if c.id == criterion_id), None)

    @property
    def own_words(self) -> str:
        """Everything the protocol says about what is sought: the text a cold-start ranking reads."""
        parts = [self.title, self.question, *self.objectives, self.pcc.population, self.pcc.concept, self.pcc.context]
        parts += [c.text for c in self.include] + list(self.include_terms)
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A numbered version of the protocol. Number 0 is the frozen original; later ones carry a reason."""

    number: int
    sha256: str
    text: str
    reason: str
    who: str
    at: str


# A field's id is part of the names of its facts, which a manuscript must be able to write.
_FIELD_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = ("studies", "fields")

LineOf = Callable[..., int | None]


def check(tree: object, *, line: LineOf, path: str = "protocol.yaml") -> tuple[Protocol | None, list[Finding]]:
    """The protocol and every fault found. It is None only when a fault is an error.

    `line(*keys)` tells the line of a place in the tree.
    """
    reader = _Reader(line, path)
    if not isinstance(tree, dict):
        reader.fault(
            (),
            "The protocol is empty or not a list of `name: value` lines.",
            "Start from a preset: review new DIR --type review --protocol scoping-review",
        )
        return None, reader.findings
    protocol = reader.protocol(tree)
    failed = any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in reader.findings)
    return (None if failed else protocol), reader.findings


_TOP = (
    "title",
    "question",
    "objectives",
    "pcc",
    "registration",
    "sources",
    "criteria",
    "screening",
    "highlights",
    "charting",
    "synthesis",
)


@dataclass(slots=True)
class _Reader:
    line: LineOf
    path: str
    findings: list[Finding] = field(default_factory=list)

    def fault(
        self,
        at: Sequence[Hashable],
        message: str,
        hint: str = "",
        *,
        severity: Severity = Severity.ERROR,
        rule: str = "PROTOCOL",
    ) -> None:
        self.findings.append(
            Finding(rule=rule, severity=severity, message=message, hint=hint, path=self.path, line=self.line(*at))
        )

    def protocol(self, tree: Mapping[str, Any]) -> Protocol:
        self.known(tree, (), _TOP)
        pcc = self.mapping(tree, ("pcc",), ("population", "concept", "context"), required=True)
        criteria = self.mapping(tree, ("criteria",), ("include", "exclude"), required=True)
        highlights = self.mapping(tree, ("highlights",), ("include", "exclude"))
        charting = self.mapping(tree, ("charting",), ("fields",))
        seen: dict[str, str] = {}
        include = self.criteria(criteria, "include", seen)
        exclude = self.criteria(criteria, "exclude", seen)
        if not exclude:
            self.fault(
                ("criteria",),
                "There is no exclusion criterion.",
                "A full text is excluded for exactly one of them: add at least one under criteria: exclude.",
            )
        return Protocol(
            title=self.text(tree, ("title",), required=True),
            question=self.text(tree, ("question",), required=True),
            objectives=self.texts(tree, ("objectives",)),
            pcc=Pcc(
                population=self.text(pcc, ("pcc", "population"), required=True),
                concept=self.text(pcc, ("pcc", "concept"), required=True),
                context=self.text(pcc, ("pcc", "context"), required=True),
            ),
            searches=self.searches(tree),
            include=include,
            exclude=exclude,
            screening=self.screening(tree),
            include_terms=self.texts(highlights, ("highlights", "include")),
            exclude_terms=self.texts(highlights, ("highlights", "exclude")),
            form=ChartingForm(fields=self.fields(charting)),
            registration=self.text(tree, ("registration",)),
            synthesis=self.text(tree, ("synthesis",)),
        )

    # Values of one kind each; every fault names its line and the reading goes on.

    def known(self, tree: Mapping[str, Any], at: tuple[Hashable, ...], names: Sequence[str]) -> None:
        import difflib

        for key in tree:
            if key not in names:
                near = difflib.get_close_matches(str(key), names, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(names)}."
                self.fault((*at, key), f"The key {key!r} is not known here.", hint, rule="PROTOCOL-UNKNOWN-KEY")

    def mapping(
        self, tree: Mapping[str, Any], at: tuple[Hashable, ...], names: Sequence[str], *, required: bool = False
    ) -> Mapping[str, Any]:
        value = tree.get(str(at[-1]))
        if value is None:
            if required:
                self.fault(at, f"The part {at[-1]!r} is missing.", f"Add {at[-1]}: with {', '.join(names)} below it.")
            return {}
        if not isinstance(value, dict):
            self.wrong(at, "a group of `name: value` lines", value)
            return {}
        self.known(value, at, names)
        return value

    def text(self, tree: Mapping[str, Any], at: tuple[Hashable, ...], *, required: bool = False) -> str:
        value = tree.get(str(at[-1]))
        if value is None or value == "":
            if required:
                self.fault(
                    at, f"{'.'.join(str(part) for part in at)} is missing.", "Write it in one or two plain sentences."
                )
            return ""
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            self.wrong(at, "text", value)
            return ""
        return str(value).strip()

    def texts(self, tree: Mapping[str, Any], at: tuple[Hashable, ...]) -> tuple[str, ...]:
        value = tree.get(str(at[-1]))
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(at, "a list, one item to a line, each beginning with a dash", value)
            return ()
        result = []
        for index, item in enumerate(value):
            if isinstance(item, (str, int, float)) and not isinstance(item, bool):
                result.append(str(item).strip())
            else:
                self.wrong((*at, index), "text", item)
        return tuple(result)

    def items(
        self, tree: Mapping[str, Any], at: tuple[Hashable, ...], names: Sequence[str]
    ) -> list[tuple[tuple[Hashable, ...], Mapping[str, Any]]]:
        value = tree.get(str(at[-1]))
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(at, "a list, each item beginning with a dash", value)
            return []
        found: list[tuple[tuple[Hashable, ...], Mapping[str, Any]]] = []
        for index, item in enumerate(value):
            here = (*at, index)
            if isinstance(item, dict):
                self.known(item, here, names)
                found.append((here, item))
            else:
                self.wrong(here, f"a group with {', '.join(names)}", item)
        return found

    def number(
        self, tree: Mapping[str, Any], at: tuple[Hashable, ...], *, least: float, most: float, whole: bool
    ) -> float | None:
        value = tree.get(str(at[-1]))
        if value is None:
            return None
        kind = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
            self.wrong(at, f"a {'whole ' if whole else ''}number from {least:g} to {most:g}", value)
            return None
        return float(value)

    def wrong(self, at: tuple[Hashable, ...], expected: str, value: object) -> None:
        name = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in at)
        got = {dict: "a group", list: "a list", bool: f"{value}".lower(), type(None): "nothing"}.get(
            type(value), repr(value)[:60]
        )
        self.findings.append(
            Finding(
                rule="PROTOCOL-WRONG-TYPE",
                message=f"{name} must be {expected}.",
                path=self.path,
                line=self.line(*at),
                expected=expected,
                got=str(got),
                hint=f"Found {got}.",
            )
        )

    def identifier(self, item: Mapping[str, Any], at: tuple[Hashable, ...], seen: dict[str, str], what: str) -> str:
        found = self.text(item, (*at, "id"), required=True)
        if found and found in seen:
            self.fault(
                (*at, "id"),
                f"The {what} id {found!r} is used twice.",
                f"It was first used in {seen[found]}; give each its own id.",
                rule="PROTOCOL-DUPLICATE-ID",
            )
        elif found:
            seen[found] = ".".join(str(part) for part in at if not isinstance(part, int))
        return found

    def criteria(self, tree: Mapping[str, Any], which: str, seen: dict[str, str]) -> tuple[Criterion, ...]:
        result = []
        for at, item in self.items(tree, ("criteria", which), ("id", "label", "text")):
            text = self.text(item, (*at, "text"), required=True)
            result.append(
                Criterion(
                    id=self.identifier(item, at, seen, "criterion"),
                    label=self.text(item, (*at, "label")) or text,
                    text=text,
                )
            )
        return tuple(result)

    def searches(self, tree: Mapping[str, Any]) -> tuple[PlannedSearch, ...]:
        result = []
        seen: dict[str, str] = {}
        for at, item in self.items(tree, ("sources",), ("name", "label", "kind", "platform", "query", "limits")):
            name = self.text(item, (*at, "name"), required=True)
            if name in seen:
                self.fault(
                    (*at, "name"),
                    f"The source {name!r} is listed twice.",
                    "Give each search its own name, for example pubmed and pubmed-sensitive.",
                    rule="PROTOCOL-DUPLICATE-ID",
                )
            seen[name] = "sources"
            kind = self.text(item, (*at, "kind")) or "database"
            if kind not in list(SourceKind):
                self.wrong((*at, "kind"), f"one of {', '.join(SourceKind)}", kind)
                kind = "database"
            query = self.text(item, (*at, "query"))
            if not query:
                self.fault(
                    (*at, "query"),
                    f"The search string for {name or 'this source'} is missing.",
                    "PRISMA-ScR item 8 asks for the exact string.",
                    severity=Severity.WARNING,
                )
            result.append(
                PlannedSearch(
                    name=name,
                    label=self.text(item, (*at, "label")) or name,
                    kind=SourceKind(kind),
                    platform=self.text(item, (*at, "platform")),
                    query=query,
                    limits=self.text(item, (*at, "limits")),
                )
            )
        if not result:
            self.fault(
                ("sources",),
                "No source is listed.",
                "Add at least one under sources:, with its name and its exact search string.",
                severity=Severity.WARNING,
            )
        return tuple(result)

    def screening(self, tree: Mapping[str, Any]) -> ScreeningRules:
        part = self.mapping(
            tree, ("screening",), ("reviewers_per_record", "pilot_records", "kappa_target", "stopping", "instructions")
        )
        at = ("screening",)
        people = self.number(part, (*at, "reviewers_per_record"), least=1, most=9, whole=True)
        pilot = self.number(part, (*at, "pilot_records"), least=0, most=100_000, whole=True)
        return ScreeningRules(
            reviewers_per_record=int(people) if people else 2,
            pilot_records=int(pilot or 0),
            kappa_target=self.number(part, (*at, "kappa_target"), least=0, most=1, whole=False),
            stopping=self.text(part, (*at, "stopping")),
            instructions=self.text(part, (*at, "instructions")),
        )

    def fields(self, tree: Mapping[str, Any]) -> tuple[ChartingField, ...]:
        result = []
        seen: dict[str, str] = {}
        for at, item in self.items(
            tree, ("charting", "fields"), ("id", "label", "kind", "unit", "options", "help", "section")
        ):
            kind = self.text(item, (*at, "kind")) or "text"
            if kind not in list(FieldKind):
                self.wrong((*at, "kind"), f"one of {', '.join(FieldKind)}", kind)
                kind = "text"
            name = self.identifier(item, at, seen, "charting field")
            if name and (not _FIELD_ID.fullmatch(name) or name in _TAKEN):
                self.fault(
                    (*at, "id"),
                    f"The charting field id {name!r} cannot be used.",
                    f"A manuscript names it as chart.{name}.…: write letters, digits and underscores, beginning with a "
                    f"letter, and none of {', '.join(_TAKEN)}.",
                    rule="PROTOCOL-ID",
                )
            options = self.texts(item, (*at, "options"))
            unit = self.text(item, (*at, "unit"))
            if kind in ("choice", "multi") and not options:
                self.fault(at, f"The field {name!r} offers a choice but no options.", "List them under options:.")
            if kind == "number" and not unit:
                self.fault(
                    at,
                    f"The number {name!r} has no unit.",
                    "Say what is counted or measured, for example unit: patients.",
                )
            result.append(
                ChartingField(
                    id=name,
                    label=self.text(item, (*at, "label")) or name,
                    kind=FieldKind(kind),
                    unit=unit,
                    options=options,
                    help=self.text(item, (*at, "help")),
                    section=self.text(item, (*at, "section")),
                )
            )
        return tuple(result)
