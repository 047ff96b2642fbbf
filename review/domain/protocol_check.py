"""A YAML tree turned into a `Protocol`: every mistake is listed with its line, and the reading goes on after each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from review.domain.charting import ChartingField, ChartingForm, FieldKind
from review.domain.finding import Finding, Severity
from review.domain.protocol import Criterion, Pcc, PlannedSearch, Protocol, ScreeningRules
from review.domain.record import SourceKind
from review.domain.tree import LineOf, TreeReader

# A field's id is part of the names of its facts, which a manuscript must be able to write.
_FIELD_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = ("studies", "fields")


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


class _Reader(TreeReader):
    __slots__ = ()

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
