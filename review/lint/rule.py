"""A rule of the linter and what it may look at. Every input is optional: one that is missing is said, and is never a pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from review.domain.bibliography import Bibliography
from review.domain.finding import Finding, Severity, Status
from review.domain.flow import FlowCounts
from review.domain.paper_settings import PaperSettings
from review.domain.provenance import Fact
from review.domain.record import Record
from review.evidence.accounting import Accounts
from review.lint.document import Document, Sentence

# Kinds of paper as the rules name them; a paper of no known kind is held to what every kind must satisfy.
LETTERS: Mapping[str, str] = {"dataset": "D", "method": "M", "clinical": "C", "review": "S"}
ANY = "DMCS"
# How each input is given.
GIVEN_BY: Mapping[str, str] = {
    "counts": "--counts counts.yml",
    "splits": "--splits splits.csv",
    "manifest": "--manifest manifest.csv",
    "cases": "--cases cases.csv",
    "ratings": "--ratings ratings.csv",
    "labels": "`labels:` under evidence in paper.yaml, or --evidence FOLDER with labels.yaml",
    "tasks": "`tasks:` under evidence in paper.yaml, or --evidence FOLDER with tasks.yaml",
    "comparisons": "`comparisons:` under evidence in paper.yaml, or --evidence FOLDER with comparisons.csv",
    "flow": "--flow flow.csv, or lint the paper inside its project",
    "searches": "--evidence FOLDER with searches.yaml, or lint the paper inside its project",
    "decisions": "--evidence FOLDER with decisions.csv, or lint the paper inside its project",
    "charting": "--evidence FOLDER with charting.csv, or lint the paper inside its project",
    "codebook": "--evidence FOLDER with codebook.yaml, or lint the paper inside its project",
    "release": "--repository FOLDER with release.yaml",
    "croissant": "--repository FOLDER with croissant.json",
    "datasheet": "--repository FOLDER with datasheet.md",
    "subgroups": "`subgroups: [...]` in paper.yaml, or --subgroup NAME",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is released: `manifest` is release.yaml, `licences` what each file says (file → licence), `files` what is there.

    `hashes` are the sha256 of split files by name, `texts` what README and dataset card say, by path.
    """

    manifest: Mapping[str, Any] | None = None
    licences: Mapping[str, str] = field(default_factory=dict)
    croissant: Mapping[str, Any] | None = None
    datasheet: str | None = None
    files: frozenset[str] = frozenset()
    hashes: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of a review: None or nothing where it was not recorded. `string_faults` are what is wrong in its text."""

    source: str
    platform: str = ""
    run_on: str = ""
    string: str = ""
    hits: int | None = None
    limits: str | None = None
    string_faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The decisions of a review. `boxes` of the flow are counted from them; `reviewers` per stage; `machine` the actors that are programs.

    `reasons` are the full texts that are out, by column of the diagram (dbr, other) and reason: surely, and at most.
    `machine_excluded` records were excluded by a program, `machine_alone` of them without a person having judged them.
    """

    boxes: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    reviewers: Mapping[str, int] = field(default_factory=dict)
    machine: tuple[str, ...] = ()
    machine_excluded: int = 0
    machine_alone: int = 0
    unscreened: int = 0
    trailing_excludes: int | None = None
    stopping_rule: int | None = None  # so many irrelevant records in a row, as declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Charting:
    """Charted studies: work → field → value (None where the cell is empty), with the citation key and identifiers of each."""

    rows: Mapping[str, Mapping[str, str | None]]
    included: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    identified: frozenset[str] = frozenset()
    retracted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A manuscript and what it rests on. None is an input that was not given.

    `references` is the text of the list and `bibliography` its entries; `stored` are the project's records of a work by
    the key of its reference; `at_crossref` what Crossref was asked for, by DOI.
    """

    document: Document
    references: str | None = None
    bibliography: Bibliography | None = None
    stored: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    at_crossref: Mapping[str, Record | None] | None = None
    type: str = ""
    settings: PaperSettings = field(default_factory=PaperSettings)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    counts: Accounts | None = None
    splits: pd.DataFrame | None = None
    manifest: pd.DataFrame | None = None
    cases: pd.DataFrame | None = None
    ratings: pd.DataFrame | None = None
    comparisons: pd.DataFrame | None = None
    labels: Mapping[str, Any] | None = None
    tasks: Sequence[Mapping[str, Any]] | None = None
    flow: FlowCounts | None = None
    log: Log | None = None
    searches: Sequence[Search] | None = None
    screening: Mapping[str, Any] | None = None
    charting: Charting | None = None
    codebook: Mapping[str, Any] | None = None
    release: Release | None = None
    venue: Mapping[str, Any] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)  # input → the file it came from
    today: dt.date | None = None

    @property
    def letter(self) -> str:
        return LETTERS.get(self.type, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a rule has to say. The place is `at` in the body, or a line of another file; the rule's own severity unless given."""

    message: str
    at: int | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    severity: Severity | None = None
    status: Status = Status.FAIL
    expected: str | None = None
    got: str | None = None
    hint: str = ""


Check = Callable[[Context], Iterable[Remark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a reviewer looks for. `types` are the kinds of paper it is for (D dataset, M method, C clinical, S review).

    `asks` says that it wants something which a paper of that kind must have; without a kind such a rule is not asked.
    `serves` are the guideline items it stands for; `needs` names the inputs it reads. What a rule says of several sentences
    of a section is told once where `by_section`.
    """

    id: str
    title: str
    severity: Severity
    check: Check
    types: str = ANY
    asks: bool = False
    by_section: bool = False
    needs: tuple[str, ...] = ("manuscript",)
    does: str = ""
    why: str = ""
    bad: str = ""
    good: str = ""
    fix: str = ""
    serves: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """What it is, in words, for those who read JSON."""
        told = ("id", "title", "severity", "does", "why", "bad", "good", "fix", "needs", "serves")
        kinds = [name for name, letter in LETTERS.items() if letter in self.types]
        return {name: getattr(self, name) for name in told} | {"types": kinds}

    def applies(self, context: Context) -> bool:
        if context.letter:
            return context.letter in self.types
        return not self.asks

    def findings(self, context: Context) -> list[Finding]:
        """What it finds, each with its place in the author's file."""
        return [self._finding(context, remark) for remark in self.check(context)] if self.applies(context) else []

    def _finding(self, context: Context, remark: Remark) -> Finding:
        line, column = remark.line, remark.column
        path = remark.path or context.document.path
        if remark.at is not None:
            line, column = context.document.place(remark.at)
        return Finding(
            rule=self.id,
            severity=remark.severity or self.severity,
            status=remark.status,
            message=remark.message,
            path=path,
            line=line,
            column=column,
            expected=remark.expected,
            got=remark.got,
            hint=remark.hint or ("" if remark.status is Status.NOT_EVALUABLE else self.fix),
        )


def missing(*names: str, what: str = "") -> Remark:
    """That a rule could not be asked, since these inputs were not given."""
    listed = " and ".join(names)
    told = f"Not evaluable without {listed}{f': {what}' if what else ''}."
    ways = "; ".join(GIVEN_BY.get(name, name) for name in names)
    return Remark(message=told, severity=Severity.INFO, status=Status.NOT_EVALUABLE, hint=f"Give {ways}.")


def at(sentence: Sentence, offset: int = 0) -> int:
    """A place in a sentence as a place in the body."""
    return sentence.start + offset


def quoted(text: str, longest: int = 70) -> str:
    """A piece of the text for a message."""
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= longest else plain[: longest - 1].rstrip() + '…'}”"
