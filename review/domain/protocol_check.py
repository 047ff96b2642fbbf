"""A YAML tree turned into a `Protocol`: every mistake is listed with its line, and the reading goes on after each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from review.domain.finding import Finding, Severity
from review.domain.form_check import form_in
from review.domain.protocol import (
    Concept,
    Criterion,
    Pcc,
    PlannedSearch,
    PreviousVersion,
    Protocol,
    ScreeningRules,
    SearchMethods,
    Term,
    VersionsCountAs,
)
from review.domain.protocol_blanks import blanks
from review.domain.record import SourceKind
from review.domain.string_check import check_string
from review.domain.strings import behind
from review.domain.syntax import TermField, spelt
from review.domain.tree import LineOf, Place, TreeReader

# A synonym is plain words: each source has its own quotation marks, brackets and operators, which the draft adds.
_SYNONYM = re.compile(r"[^\W_](?:[\w \-/.,&+'’]|\*(?!\*))*")
_OPERATORS = re.compile(r"\b(?:AND|OR|NOT|ANDNOT|NEAR|NEXT|ADJ)\b")


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
    reader.findings.extend(blanks(tree, line=line, path=path))
    failed = any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in reader.findings)
    return (None if failed else protocol), reader.findings


def sought(tree: object, *, line: LineOf, path: str = "protocol.yaml") -> tuple[str, list[Finding]]:
    """What a protocol says of what it seeks, for which a title or a question is enough; empty with what is wrong."""
    reader = _Reader(line, path)
    protocol = reader.protocol(tree) if isinstance(tree, dict) else None
    wrong = [f for f in reader.findings if f.rule != "PROTOCOL" and f.severity in (Severity.ERROR, Severity.BLOCKER)]
    if protocol is None or wrong or not (protocol.title or protocol.question):
        reader.fault(
            (), "There is neither a title nor a question.", "Write at least one line such as title: What is sought"
        )
        return "", wrong or reader.findings[-1:]
    return protocol.own_words, []


_TOP = (
    "title",
    "question",
    "objectives",
    "pcc",
    "registration",
    "concepts",
    "sources",
    "search_methods",
    "previous_version",
    "criteria",
    "screening",
    "highlights",
    "charting",
    "synthesis",
)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class _Reader(TreeReader):
    __slots__ = ()

    def protocol(self, tree: Mapping[str, Any]) -> Protocol:
        self.known(tree, (), _TOP)
        pcc = self.mapping(tree, ("pcc",), ("population", "concept", "context"), required=True)
        criteria = self.mapping(tree, ("criteria",), ("include", "exclude"), required=True)
        highlights = self.mapping(tree, ("highlights",), ("include", "exclude"))
        charting = self.mapping(tree, ("charting",), ("people_per_study", "fields"))
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
            concepts=self.concepts(tree),
            search_methods=self.search_methods(tree),
            previous_version=self.previous_version(tree),
            searches=self.searches(tree),
            include=include,
            exclude=exclude,
            screening=self.screening(tree),
            include_terms=self.texts(highlights, ("highlights", "include")),
            exclude_terms=self.texts(highlights, ("highlights", "exclude")),
            form=form_in(self, charting),
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

    def concepts(self, tree: Mapping[str, Any]) -> tuple[Concept, ...]:
        """The concept table; a concept that nothing stands for is a fault, since it would find nothing."""
        result = []
        seen: set[str] = set()
        for at, item in self.items(tree, ("concepts",), ("name", "field", "synonyms")):
            name = self.text(item, (*at, "name"), required=True)
            if name in seen:
                self.fault(
                    (*at, "name"), f"The concept {name!r} is listed twice.", "Put all its synonyms under one name."
                )
            seen.add(name)
            where = self.term_field(item, (*at, "field"), TermField.TITLE_ABSTRACT)
            synonyms = self.synonyms(item, (*at, "synonyms"), where)
            if not synonyms:
                self.fault(
                    (*at, "synonyms") if "synonyms" in item else at,
                    f"The concept {name!r} has no synonym, so nothing can be searched for it.",
                    "List under synonyms: every word an author may have used for it, one to a line.",
                    severity=Severity.WARNING,
                    rule="PROTOCOL-CONCEPT",
                )
            result.append(Concept(name=name, synonyms=synonyms))
        return tuple(result)

    def synonyms(self, item: Mapping[str, Any], at: Place, where: TermField) -> tuple[Term, ...]:
        """Synonyms are plain words, or groups of a text and its own field."""
        given = item.get("synonyms")
        if given is None:
            return ()
        if not isinstance(given, list):
            self.wrong(at, "a list, one synonym to a line, each beginning with a dash", given)
            return ()
        found: dict[Term, None] = {}
        for index, one in enumerate(given):
            here = (*at, index)
            group = one if isinstance(one, dict) else {"text": one}
            self.known(group, here, ("text", "field"))
            text = self.text(group, (*here, "text"), required=True)
            if text and (not _SYNONYM.fullmatch(text) or _OPERATORS.search(text)):
                self.fault(
                    here,
                    f"The synonym {text!r} is not plain words.",
                    "Leave out quotation marks, brackets, field tags and operators: each source gets its own. "
                    "Only * for any ending is allowed.",
                    rule="PROTOCOL-CONCEPT",
                )
                continue
            field = self.term_field(group, (*here, "field"), where)
            if field is TermField.MESH and "*" in text:
                self.fault(
                    here,
                    f"The MeSH heading {text!r} holds a *.",
                    "Write it as MeSH does, in full.",
                    rule="PROTOCOL-CONCEPT",
                )
            elif text:
                found[Term(text=text, field=field)] = None
        return tuple(found)

    def term_field(self, item: Mapping[str, Any], at: Place, default: TermField) -> TermField:
        given = self.text(item, at)
        if given and given not in list(TermField):
            self.wrong(at, f"one of {', '.join(TermField)}", given)
        return TermField(given) if given in list(TermField) else default

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
            search = PlannedSearch(
                name=name,
                label=self.text(item, (*at, "label")) or spelt(name),
                kind=SourceKind(kind),
                platform=self.text(item, (*at, "platform")),
                query=query,
                limits=self.text(item, (*at, "limits")),
            )
            self.string(item, at, search)
            result.append(search)
        if not result:
            self.fault(
                ("sources",),
                "No source is listed.",
                "Add at least one under sources:, with its name and its exact search string.",
                severity=Severity.WARNING,
            )
        return tuple(result)

    def string(self, item: Mapping[str, Any], at: Place, search: PlannedSearch) -> None:
        """The faults of a search string. None makes a protocol unusable: a search refuses what it cannot send."""
        given = item.get("query")
        for fault in check_string(given, behind(search)) if isinstance(given, str) and search.query else ():
            self.findings.append(
                replace(
                    fault,
                    severity=Severity.WARNING,
                    message=f"{search.name}: {fault.message}",
                    path=self.path,
                    line=self.line(*at, "query", fault.line),
                    column=None,
                )
            )

    def search_methods(self, tree: Mapping[str, Any]) -> SearchMethods:
        names = [each.name for each in fields(SearchMethods)]
        part = self.mapping(tree, ("search_methods",), names)
        return SearchMethods(**{name: self.text(part, ("search_methods", name)) for name in names})

    def previous_version(self, tree: Mapping[str, Any]) -> PreviousVersion | None:
        at = ("previous_version",)
        part = self.mapping(tree, at, ("searched_until", "studies", "reports"))
        day = self.text(part, (*at, "searched_until"))
        studies = self.number(part, (*at, "studies"), least=0, most=100_000, whole=True)
        reports = self.number(part, (*at, "reports"), least=0, most=100_000, whole=True)
        if not part:
            return None
        if day and not _is_day(day):
            self.wrong((*at, "searched_until"), "a day, as in 2026-01-31", day)
        if not day and studies is None:
            self.fault(
                at,
                "The previous version has neither a day nor a number of studies.",
                "Say searched_until: if it is in this project, or studies: and reports: as they were published.",
            )
        return PreviousVersion(
            searched_until=day,
            studies=None if studies is None else int(studies),
            reports=None if reports is None else int(reports),
        )

    def screening(self, tree: Mapping[str, Any]) -> ScreeningRules:
        part = self.mapping(
            tree,
            ("screening",),
            ("reviewers_per_record", "pilot_records", "kappa_target", "stopping", "instructions", "versions_count_as"),
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
            versions_count_as=self.versions(part, (*at, "versions_count_as")),
        )

    def versions(self, part: Mapping[str, Any], at: Place) -> VersionsCountAs:
        said = self.text(part, at) or VersionsCountAs.ONE
        if said not in set(VersionsCountAs):
            self.wrong(at, "one or several", said)
            return VersionsCountAs.ONE
        return VersionsCountAs(said)
