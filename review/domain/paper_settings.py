"""What a manuscript says about itself in `paper.yaml`: its kind, venue, guidelines, evidence, and what was waived why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from review.domain.evidence_map import Gap
from review.domain.finding import Finding, Severity
from review.domain.tree import LineOf, Place, TreeReader

# Which file holds what the manuscript rests on. The names are those of `review evidence` and of the linter's inputs.
EVIDENCE = (
    *("counts", "splits", "manifest", "cases", "ratings", "benchmark", "rubric", "repository"),
    *("labels", "tasks", "comparisons"),
)
_KEYS = ("type", "venue", "style", "checklists", "evidence", "subgroups", "primary_metric", "gaps", "waivers")
_GAP = ("rows", "row", "columns", "column")
_WAIVER = ("rule", "where", "reason", "who", "date", "sentence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that somebody looked at and let stand: which rule, where, why, who and when.

    `sentence` is the text it was given for, or the hash of it; the waiver lapses when that is no longer there.
    """

    rule: str
    where: str = ""
    reason: str
    who: str
    date: str
    sentence: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSettings:
    """`paper.yaml` read. `evidence` maps a name of `EVIDENCE` to a path as seen from the project; `style` is how references
    are cited; `gaps` are the cells of the evidence map that the paper speaks of.
    """

    type: str = "review"
    venue: str = "generic"
    style: str = "vancouver"
    checklists: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    subgroups: tuple[str, ...] = ()
    primary_metric: str = ""
    gaps: tuple[Gap, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names a `paper.yaml` may use."""

    types: Sequence[str]
    venues: Sequence[str]
    checklists: Sequence[str]
    styles: Sequence[str] = ("vancouver",)


def read(tree: Any, *, line: LineOf, path: str, known: Known) -> tuple[PaperSettings, tuple[Finding, ...]]:
    """The settings, and a finding with its line for each thing that cannot be meant; what is wrong is left at its default."""
    reader = TreeReader(line=line, path=path)
    if tree is not None and not isinstance(tree, dict):
        reader.wrong((), "a group of `name: value` lines", tree)
    found: Mapping[str, Any] = tree if isinstance(tree, dict) else {}
    reader.known(found, (), _KEYS)
    default = PaperSettings()
    settings = PaperSettings(
        type=_one(reader, found, "type", known.types) or default.type,
        venue=_one(reader, found, "venue", known.venues) or default.venue,
        style=_one(reader, found, "style", known.styles) or default.style,
        checklists=_several(reader, found, "checklists", known.checklists),
        evidence=_evidence(reader, found),
        subgroups=reader.texts(found, ("subgroups",)),
        primary_metric=reader.text(found, ("primary_metric",)),
        gaps=_gaps(reader, found),
        waivers=_waivers(reader, found),
    )
    return settings, tuple(replace(f, rule=f.rule.replace("PROTOCOL", "PAPER")) for f in reader.findings)


def _one(reader: TreeReader, tree: Mapping[str, Any], key: str, names: Sequence[str]) -> str:
    said = reader.text(tree, (key,))
    if said and said not in names:
        reader.fault((key,), f"There is no {key} called {said!r}.", f"Known: {', '.join(names)}.")
        return ""
    return said


def _several(reader: TreeReader, tree: Mapping[str, Any], key: str, names: Sequence[str]) -> tuple[str, ...]:
    said = reader.texts(tree, (key,))
    for at, name in enumerate(said):
        if name not in names:
            reader.fault((key, at), f"There is no checklist called {name!r}.", f"Known: {', '.join(names)}.")
    return tuple(name for name in dict.fromkeys(said) if name in names)


def _evidence(reader: TreeReader, tree: Mapping[str, Any]) -> Mapping[str, str]:
    part = reader.mapping(tree, ("evidence",), EVIDENCE)
    said = {name: reader.text(part, ("evidence", name)) for name in EVIDENCE if name in part}
    return {name: path for name, path in said.items() if path}


def _gaps(reader: TreeReader, tree: Mapping[str, Any]) -> tuple[Gap, ...]:
    found = []
    for at, item in reader.items(tree, ("gaps",), _GAP):
        said = {name: reader.text(item, (*at, name), required=True) for name in _GAP}
        if all(said.values()):
            found.append(Gap(**said))
    return tuple(found)


def _waivers(reader: TreeReader, tree: Mapping[str, Any]) -> tuple[Waiver, ...]:
    found = []
    for at, item in reader.items(tree, ("waivers",), _WAIVER):
        said = {name: reader.text(item, (*at, name), required=name in _NEEDED) for name in _WAIVER}
        if all(said[name] for name in _NEEDED):
            found.append(Waiver(**said, line=reader.line(*at)))
        elif any(said.values()):
            _without(reader, at)
    return tuple(found)


_NEEDED = ("rule", "reason", "who", "date")


def _without(reader: TreeReader, at: Place) -> None:
    reader.fault(
        at,
        "This waiver does not count.",
        "It needs the rule, a reason, who gave it and the date.",
        severity=Severity.WARNING,
    )
