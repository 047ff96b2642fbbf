"""The counts of a paper: from an accounting file, from a manifest, or from both, of which one is then held to the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from review.domain.errors import ReviewError
from review.domain.estimate import Evidence, Input, Table
from review.domain.finding import Finding, Severity, Status
from review.evidence.accounting import account
from review.evidence.counting import Counted, count
from review.evidence.manifest import ALIASES, column_named, place_of
from review.evidence.quantity import Quantity, one_unit
from review.services.evidence.accounting_file import read
from review.services.evidence.accounting_tree import COLUMNS, Source, Written
from review.services.evidence.read_files import Rows, fingerprint, rows

FUNCTION = "review.services.evidence.accounting.accounting"
_TREES = frozenset({".yml", ".yaml", ".json"})
_TOTALS = frozenset({"", "all", "total", "overall"})
_DEFAULT_BY = ("split", "class")
_MOST_LEVELS = 200  # of what is taken for a class without being asked: a column of file names is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person may choose: the manifest to hold counts to, the columns to count by, the classes declared."""

    manifest: Path | None = None
    by: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def accounting(path: Path, choices: Choices | None = None) -> Evidence:
    """Check an accounting file (counts.yml, accounting.csv), or count a manifest. Raises `Missing`, `ReviewError`."""
    chosen = choices or Choices()
    if path.suffix.lower() in _TREES:
        return _stated(path, chosen)
    table = rows(path, required=(), aliases=ALIASES)
    if all({name, *COLUMNS[name]} & {*table.frame.columns} for name in ("unit", "n")):
        return _stated(path, chosen)
    if chosen.manifest is not None:
        raise ReviewError(
            f"{path.name} is a manifest itself: it has no columns unit and n.",
            hint="Give the manifest alone, or an accounting file together with --manifest.",
        )
    return _derived(table, path.name, chosen)


# Stated counts


def _stated(path: Path, chosen: Choices) -> Evidence:
    inputs = [fingerprint(path)]
    written = read(path)
    found = account(written.accounts)
    findings = [*written.findings, *(replace(each, path=path.name) for each in found.findings)]
    sources, told = _sources(written, path)
    inputs += sources
    findings += told
    options: dict[str, object] = {}
    if chosen.manifest is not None:
        table = rows(chosen.manifest, required=(), aliases=ALIASES)
        counted, faults = _counted(table, chosen.manifest.name, chosen)
        inputs.append(table.file)
        findings += [*faults, *(_against(written.accounts.quantities, counted, path.name) if counted else ())]
        options = {"manifest": chosen.manifest.name, "by": list(counted.by) if counted else []}
    n, holding = len(found.checked), sum(each.holds for each in found.checked)
    held = f"{holding} of {n} identities hold" if n else "no identity was given to check them by"
    sentence = f"{len(written.accounts.quantities):,} quantities were stated; {held}."
    return Evidence(
        kind="accounting",
        function=FUNCTION,
        values=found.values,
        findings=tuple(findings),
        inputs=tuple(dict.fromkeys(inputs)),
        tables=found.tables,
        sentence=sentence if written.accounts.quantities else "",
        options=options,
    )


def _sources(written: Written, path: Path) -> tuple[list[Input], list[Finding]]:
    """The files that exist, and a finding for each that is not what was counted."""
    inputs: dict[str, Input] = {}
    findings: list[Finding] = []
    for source in written.sources:
        file = path.parent / source.name
        if source.name not in inputs and file.is_file():
            inputs[source.name] = fingerprint(file)
        found = inputs.get(source.name)
        if source.sha256 and found is None:
            findings.append(
                _source_finding(source, path, "is not here, so its hash could not be checked", checked=False)
            )
        elif found and source.sha256 and not _same_hash(found.sha256, source.sha256):
            told = "has changed since it was counted"
            findings.append(_source_finding(source, path, told, expected=source.sha256, got=found.sha256))
    return list(inputs.values()), findings


def _same_hash(found: str, stated: str) -> bool:
    """A hash may be given by its beginning, as printed tables do."""
    form = stated.casefold().removeprefix("sha256:").rstrip("….")
    return len(form) >= 8 and found.startswith(form)  # fewer letters could fit by chance


def _source_finding(
    source: Source, path: Path, told: str, *, checked: bool = True, expected: str = "", got: str = ""
) -> Finding:
    return Finding(
        rule="ACC-SOURCE",
        severity=Severity.ERROR if checked else Severity.WARNING,
        status=Status.FAIL if checked else Status.NOT_EVALUABLE,
        message=f"The source {source.name} {told}.",
        path=path.name,
        line=source.line,
        column=source.column,
        expected=expected or None,
        got=got or None,
        hint="Count again and write the new number and hash." if checked else "Put the file beside this one.",
    )


def _against(quantities: Sequence[Quantity], counted: Counted, path: str) -> Iterable[Finding]:
    """Stated counts that the manifest contradicts. A subset that it has no column for is left alone."""
    known = _by_key(counted)
    for quantity in quantities:
        unit, subset = one_unit(quantity.unit), quantity.subset.casefold().replace("_", " ")
        n = known.get((unit, "" if subset in _TOTALS else subset))
        if n is not None and n != quantity.number.value:
            yield Finding(
                rule="ACC-01",
                message=f"{quantity.known_as} is stated as {quantity.number}; the manifest has {n:,}.",
                path=path,
                line=quantity.line,
                column=quantity.column,
                expected=f"{n:,}",
                got=str(quantity.number),
                hint="Find out which one is right; the manifest is what can be counted again.",
            )


def _by_key(counted: Counted) -> Mapping[tuple[str, str], int]:
    """Counts by unit and subset, where a subset is `train`, `sacralisation` or `train sacralisation` in either order."""
    found: dict[tuple[str, str], int] = {}
    for value in counted.estimates:
        levels = [level for name, level in value.by.items() if name not in {"unit", "subset"}]
        for names in (levels, levels[::-1]):
            key = " ".join(name.casefold().replace("_", " ") for name in names)
            found.setdefault((one_unit(value.unit), key), int(value.value or 0))
    return found


# Counts from a manifest


def _derived(table: Rows, path: str, chosen: Choices) -> Evidence:
    counted, faults = _counted(table, path, chosen)
    if counted is None:
        return Evidence(kind="accounting", function=FUNCTION, findings=tuple(faults), inputs=(table.file,))
    totals = [f"{int(v.value or 0):,} {v.unit}" for v in counted.estimates if "subset" in v.by]
    by = f", by {' and '.join(counted.by)}" if counted.by else ""
    tables: tuple[Table, ...] = (counted.table,) if counted.table else ()
    return Evidence(
        kind="accounting",
        function=FUNCTION,
        values=counted.estimates,
        findings=tuple(faults),
        inputs=(table.file,),
        tables=tables,
        sentence=f"The data comprise {_listed(totals)}, counted from the manifest{by}; each was counted once.",
        options={"by": list(counted.by), "classes": list(chosen.classes)},
    )


def _counted(table: Rows, path: str, chosen: Choices) -> tuple[Counted | None, list[Finding]]:
    if not table.usable:
        return None, list(table.findings)
    by, faults = _grouping(table.frame, chosen.by, path)
    if by is None:
        return None, [*table.findings, *faults]
    title = f"Counts per {' and '.join(by)}" if by else "Counts"
    counted = count(table.frame, by=by, path=path, classes=chosen.classes, title=title)
    return counted, [*table.findings, *faults, *counted.findings]


def _grouping(frame: pd.DataFrame, wanted: Sequence[str], path: str) -> tuple[tuple[str, ...] | None, list[Finding]]:
    """The columns to count by: those asked for, or split and class if they are there; None if one asked for is not."""
    if wanted:
        columns = tuple(dict.fromkeys(column_named(frame, name) for name in wanted))
        missing = [name for name in columns if name not in frame]
        if not missing:
            return columns, []
        told = f"There is no column {missing[0]!r} to count by."
        hint = f"The header has: {', '.join(map(str, frame.columns[:12]))}."
        return None, [Finding(rule="EVIDENCE-TABLE", message=told, path=path, line=1, column=1, hint=hint)]
    present = tuple(name for name in _DEFAULT_BY if name in frame)
    many = [name for name in present if frame[name].nunique() > _MOST_LEVELS]
    faults = [
        Finding(
            rule="ACC-CLASS",
            severity=Severity.INFO,
            message=f"Column {name} has {frame[name].nunique():,} different values, so it was not taken as {name}.",
            path=path,
            line=1,
            column=place_of(frame, name),
            hint=f"If they are meant, count with --by {name}.",
        )
        for name in many
    ]
    return tuple(name for name in present if name not in many), faults


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
