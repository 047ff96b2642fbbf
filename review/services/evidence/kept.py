"""Evidence kept in a project: numbers tied to the files they came from, and which of them have lost their footing.

Each computation lies in `evidence/NAME.json` with its values, options, versions and the hash of every input. The numbers
in it become facts (`services/facts.py`). An input that changed makes them stale, one that is gone makes them orphans;
both are said wherever the numbers are used, and nothing is deleted.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from review import __version__
from review.domain.errors import BadInput, Missing, NotAllowed, ReviewError
from review.domain.estimate import Evidence, Table
from review.domain.finding import Finding, Severity, Status
from review.domain.naming import fact_name
from review.domain.provenance import Fact
from review.domain.team import Right
from review.resources import write_file
from review.services import rights
from review.services.evidence.read_files import fingerprint
from review.services.project import PROTOCOL, Project

FOLDER = "evidence"
DATA = "data"
_ENDINGS = (".csv", ".tsv", ".xlsx", ".json", ".yml", ".yaml", ".csv.gz", ".csv.xz", ".tsv.gz", ".tsv.xz")
_OWN = frozenset({PROTOCOL, "flow.csv", "flow.json"})  # written by the review itself
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PREFIX: Mapping[str, str] = {
    "accounting": "n",
    "splits": "split",
    "agreement": "agree",
    "evaluation": "eval",
    "benchmark": "bench",
    "rubric": "rubric",
    "release": "release",
}
# What of an evaluation goes without saying: the mean is the value, and the rest hangs below it.
_PLAIN = frozenset({"mean", "count", "value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One computation as it lies in the project. `inputs` are paths as stored and their hashes."""

    name: str
    kind: str
    at: str
    version: str
    function: str
    sentence: str
    options: Mapping[str, object]
    inputs: Mapping[str, str]
    values: tuple[Mapping[str, Any], ...]
    findings: tuple[Mapping[str, Any], ...] = ()
    apart: bool = False  # its name stands in its facts, because another computation has the plain names
    tables: tuple[Table, ...] = ()


@rights.needs(Right.WRITE)
def keep(project: Project, evidence: Evidence, name: str, *, now: datetime | None = None) -> tuple[str, ...]:
    """Store a computation under a name, in place of an earlier one of that name. Gives the names of its facts.

    Raises `ReviewError` for a name no manuscript could write, and where the data had faults that forbid to use it.
    """
    if not _NAME.fullmatch(name):
        raise ReviewError(
            f"{name!r} cannot be a name in a manuscript.",
            hint="Use small letters, digits and underscores, such as test_dice.",
        )
    if not evidence.values:
        raise ReviewError("There is no number to keep.", hint="Mend what the findings say, then try again.")
    document = evidence.as_dict() | {
        "at": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "version": __version__,
        "inputs": [{"path": _stored(project, each.path), "sha256": each.sha256} for each in evidence.inputs],
    }
    path = project.root / FOLDER / f"{name}.json"
    taken = {fact.name for each in kept(project) if each.name != name for fact in facts_of(each)}
    document["apart"] = any(fact.name in taken for fact in facts_of(_of(document, path)))
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    path.parent.mkdir(exist_ok=True)
    write_file(path, text.encode())
    return tuple(fact.name for fact in facts_of(_read(path)))


@rights.needs(Right.WRITE)
def drop(project: Project, name: str) -> tuple[str, ...]:
    """Take a computation out of the project; the names of the facts that go with it."""
    found = {each.name: each for each in kept(project)}
    if name not in found:
        raise Missing("evidence", name, found)
    (project.root / FOLDER / f"{name}.json").unlink()
    return tuple(fact.name for fact in facts_of(found[name]))


@rights.needs(Right.WRITE)
def take(project: Project, name: str, data: bytes) -> str:
    """Lay a file of data into the project, in place of an earlier one of that name; its path seen from the project.

    What was computed from the earlier one becomes stale. Raises `NotAllowed` for a name or kind of file that is none.
    """
    bare = Path(name.replace("\\", "/")).name.strip()
    if not bare or bare.startswith(".") or not bare.isprintable() or not bare.lower().endswith(_ENDINGS):
        raise NotAllowed(f"{name!r} is not a file of data.", hint=f"Evidence is read from {', '.join(_ENDINGS)}.")
    place = project.root / FOLDER / DATA / bare
    place.parent.mkdir(parents=True, exist_ok=True)
    write_file(place, data)
    return place.relative_to(project.root).as_posix()


@rights.needs(Right.READ)
def files(project: Project) -> tuple[str, ...]:
    """The files evidence may be computed from: those laid into the project, then those that stand in its folder."""
    laid = sorted((project.root / FOLDER / DATA).glob("*"))
    beside = sorted(path for path in project.root.glob("*") if path.name not in _OWN)
    found = [path for path in (*laid, *beside) if path.is_file() and path.name.lower().endswith(_ENDINGS)]
    return tuple(path.relative_to(project.root).as_posix() for path in found)


@rights.needs(Right.READ)
def kept(project: Project) -> tuple[Kept, ...]:
    """Every computation in the project, by name. Raises `BadInput` for a file that was damaged."""
    return tuple(_read(path) for path in sorted((project.root / FOLDER).glob("*.json")))


@rights.needs(Right.READ)
def facts(project: Project) -> tuple[Fact, ...]:
    """The numbers kept, as facts a manuscript may name."""
    return tuple(fact for each in kept(project) for fact in facts_of(each))


@rights.needs(Right.READ)
def check(project: Project) -> tuple[Finding, ...]:
    """A finding per input that changed (stale) or is gone (orphaned), naming the facts, and per file of doubtful numbers."""
    return tuple(finding for each in kept(project) for finding in (*_footing(project, each), *_doubts(each)))


@rights.needs(Right.READ)
def chain(project: Project, fact: str) -> list[str]:
    """From a kept fact to its files, a line each; empty if no such fact is kept."""
    for each in kept(project):
        if fact in {one.name for one in facts_of(each)}:
            lines = [
                f"kept as: {each.name}, computed {each.at} by {each.function}, Scopewright {each.version}",
                *(f"option: {name} = {value}" for name, value in each.options.items()),
            ]
            for path, digest in each.inputs.items():
                lines.append(f"file: {path}, sha256 {digest} ({_state(project, path, digest)})")
            return lines
    return []


def _state(project: Project, path: str, digest: str) -> str:
    try:
        now = fingerprint(_found(project, path))
    except Missing:
        return "orphaned: the file is gone"
    return "unchanged" if now.sha256 == digest else "stale: the file has changed since"


def _footing(project: Project, each: Kept) -> Iterable[Finding]:
    names = [fact.name for fact in facts_of(each)]
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
    for path, digest in each.inputs.items():
        state = _state(project, path, digest)
        if state != "unchanged":
            word, why = state.split(": ", 1)
            yield Finding(
                rule="EVIDENCE-ORPHANED" if word == "orphaned" else "EVIDENCE-STALE",
                severity=Severity.ERROR,
                message=f"{path}: {why}, so {len(names):,} facts are {word}: {listed}.",
                path=f"{FOLDER}/{each.name}.json",
                hint=f"Put the file back, or compute {each.name} again with --keep {each.name}.",
            )


def _doubts(each: Kept) -> Iterable[Finding]:
    """What was wrong with the data when the numbers were kept: it does not go away by keeping them."""
    wrong = [
        f for f in each.findings if f["severity"] in (Severity.ERROR, Severity.BLOCKER) and f["status"] == Status.FAIL
    ]
    if wrong:
        more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        yield Finding(
            rule="EVIDENCE-DOUBTFUL",
            severity=Severity.ERROR,
            message=f"{each.name} was computed from data with faults: {wrong[0]['message']}{more}",
            path=f"{FOLDER}/{each.name}.json",
            hint=f"Mend the data, then compute it again with --keep {each.name}.",
        )


def _stored(project: Project, path: str) -> str:
    """A path as seen from the project, so that the folder may move."""
    return Path(os.path.relpath(Path(path).resolve(), project.root.resolve())).as_posix()


def _found(project: Project, path: str) -> Path:
    return project.root / path


def _read(path: Path) -> Kept:
    try:
        return _of(json.loads(path.read_bytes()), path)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise BadInput(path.name, "this evidence file is damaged.", hint="Compute it again with --keep.") from error


def _of(document: Mapping[str, Any], path: Path) -> Kept:
    return Kept(
        name=path.stem,
        inputs={each["path"]: each["sha256"] for each in document["inputs"]},
        values=tuple(document["values"]),
        findings=tuple(document["findings"]),
        apart=bool(document.get("apart")),
        tables=tuple(_table(each) for each in document.get("tables", ())),
        **{key: document[key] for key in ("kind", "at", "version", "function", "sentence", "options")},
    )


def facts_of(each: Kept) -> list[Fact]:
    """Names: the kind, what the value tells of (`by`), then the value, such as `eval.dice.sacrum.test.median`."""
    inputs = tuple(f"{path} (sha256 {digest[:12]}…)" for path, digest in each.inputs.items())
    found = {
        name: Fact(
            name=name,
            value=value["value"],
            low=value["low"],
            high=value["high"],
            n=value["n"],
            unit=value["unit"],
            formula=value["method"],
            inputs=inputs,
            at=each.at,
        )
        for name, value in zip(reversed(_fact_names(each)), reversed(each.values), strict=True)
    }
    return list(reversed(found.values()))


def _fact_names(each: Kept) -> list[str]:
    """A name for every value. Where two would have the same, they say of which part they tell: `type_text`, not `text`."""
    short = [_fact_name(each, value, [str(part) for part in value["by"].values()]) for value in each.values]
    uses = Counter(short)
    return [
        name if uses[name] == 1 else _fact_name(each, value, [f"{key} {part}" for key, part in value["by"].items()])
        for name, value in zip(short, each.values, strict=True)
    ]


def _fact_name(each: Kept, value: Mapping[str, Any], levels: Sequence[str]) -> str:
    parts = [fact_name(level) for level in levels]
    if value["name"] not in _PLAIN or not parts:
        parts.append(fact_name(value["name"]))
    if each.apart or each.kind == "agreement":
        parts.insert(0, each.name)
    return ".".join((_PREFIX.get(each.kind, each.kind), *parts))


def _table(stored: Mapping[str, Any]) -> Table:
    return Table(
        name=stored["name"],
        title=stored["title"],
        columns=tuple(stored["columns"]),
        rows=tuple(tuple(row) for row in stored["rows"]),
        note=stored.get("note", ""),
    )
