"""What a manuscript rests on, read for the linter from plain files: counts, splits, scores, ratings, the flow, a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.errors import Missing
from review.domain.finding import Finding, Severity
from review.domain.flow import FlowCounts
from review.domain.string_check import check_string
from review.domain.syntax import behind
from review.evidence.split_forms import Strange, of_tree
from review.lint.metrics import metrics_in
from review.lint.rule import Charting, Log, Search
from review.services.evidence import accounting_file
from review.services.evidence.read_files import rows, tree
from review.services.manuscript import lint_decisions, lint_repository

# The usual names of each input in a folder; the first that is there is taken.
USUAL: Mapping[str, tuple[str, ...]] = {
    "counts": ("counts.yml", "counts.yaml", "accounting.csv"),
    "splits": ("splits.csv", "splits_final.json", "splits_5fold.json", "splits.json"),
    "manifest": ("manifest.csv",),
    "cases": ("metrics.csv", "cases.csv", "scores.csv"),
    "ratings": ("ratings.csv", "agreement.csv"),
    "comparisons": ("comparisons.csv",),
    "labels": ("labels.yaml", "labels.yml"),
    "tasks": ("tasks.yaml", "tasks.yml"),
    "flow": ("flow.csv", "flow.json", "flow.yaml"),
    "searches": ("searches.yaml", "searches.yml"),
    "decisions": ("decisions.csv",),
    "screening": ("ai_screening.yaml", "ai_screening.yml"),
    "charting": ("charting.csv",),
    "codebook": ("codebook.yaml", "codebook.yml"),
    "references": ("references.bib",),
}
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "case": ("scan", "volume", "image", "study"),
    "patient": ("subject", "participant", "person"),
    "split": ("set", "subset", "partition"),
    "fold": ("folds", "cv_fold"),
    "site": ("centre", "center", "hospital", "institution"),
    "class": ("label", "structure", "organ"),
    "metric": ("measure",),
    "value": ("score",),
    "model": ("method", "algorithm"),
    "reference_present": ("reference", "has_reference"),
}
_RATINGS: Mapping[str, tuple[str, ...]] = {
    "item": ("case", "scan", "record", "image"),
    "rater": ("reader", "reviewer", "annotator"),
    "label": ("rating", "value", "grade", "verdict"),
}
_YES = frozenset({"yes", "true", "1", "retracted"})


@dataclass(slots=True)
class Inputs:
    """Inputs by the name the linter knows them under, the file of each, and what is wrong in these files.

    `unread` names the files of inputs that were given and hold nothing that can be used.
    """

    values: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def keep(self, name: str, path: Path, value: Any) -> None:
        if value is not None:
            self.values[name] = value
            self.paths[name] = path.as_posix()


def usual(folder: Path) -> dict[str, Path]:
    """The inputs that lie in a folder under their usual names."""
    if not folder.is_dir():
        raise Missing("folder", str(folder), [each.name for each in folder.parent.glob("*") if each.is_dir()])
    found = {}
    for name, names in USUAL.items():
        path = next((folder / each for each in names if (folder / each).is_file()), None)
        if path is not None:
            found[name] = path
    return found


def read(files: Mapping[str, Path]) -> Inputs:
    """Read each input; a folder called `repository` gives the release. Raises `Missing` for a file that is not there."""
    found = Inputs()
    for name, path in files.items():
        if name in _READERS:
            _READERS[name](found, path)
            if name not in found.paths and name != "repository":  # a folder, whose parts are told one by one
                found.unread[name] = path.name
    if "cases" in found.values and "metric" not in found.values["cases"]:
        frame = found.values.pop("cases")  # a table of cases without scores is a manifest
        found.values.setdefault("manifest", frame)
        found.paths.setdefault("manifest", found.paths.pop("cases"))
    log, told = found.values.get("log"), found.values.get("screening")
    if isinstance(log, Log) and isinstance(told, dict):
        found.values["log"] = lint_decisions.declared(log, told)
    return found


def _counts(found: Inputs, path: Path) -> None:
    written = accounting_file.read(path)
    found.findings += written.findings
    if written.accounts.quantities:
        found.keep("counts", path, written.accounts)


def _table(name: str, aliases: Mapping[str, tuple[str, ...]]) -> Callable[[Inputs, Path], None]:
    def read_it(found: Inputs, path: Path) -> None:
        table = rows(path, required=(), aliases=aliases)
        found.findings += table.findings
        if table.usable:
            found.keep(name, path, table.frame)

    return read_it


def _cases(found: Inputs, path: Path) -> None:
    """Scores in long form; a table with a column per metric is turned into one."""
    table = rows(path, required=(), aliases=_ALIASES)
    found.findings += table.findings
    if not table.usable:
        return
    frame = table.frame
    wide = [str(column) for column in frame if metrics_in(str(column).replace("_", " "))]
    if "metric" not in frame and wide:
        own = [column for column in frame if column not in wide]
        long = frame.reset_index(names="_line").melt(id_vars=[*own, "_line"], value_vars=wide, var_name="metric")
        frame = long.set_index("_line")
    found.keep("cases", path, frame)


def _splits(found: Inputs, path: Path) -> None:
    if path.suffix.lower() != ".json":
        _table("splits", _ALIASES)(found, path)
        return
    document, _ = tree(path)
    found.findings += document.findings
    try:
        split = of_tree(document.tree)
    except Strange as error:
        found.findings.append(Finding(rule="SPL-FILE", message=f"{error}", path=path.name, line=1))
        return
    told = [{"fold": side.fold, "split": side.name, "case": case} for side in split.sides for case in side.cases]
    found.keep("splits", path, pd.DataFrame(told, columns=["fold", "split", "case"], index=[1] * len(told)))


def _tree(name: str) -> Callable[[Inputs, Path], None]:
    def read_it(found: Inputs, path: Path) -> None:
        document, _ = tree(path)
        found.findings += document.findings
        held = document.tree
        if name == "tasks" and isinstance(held, dict):
            held = held.get("tasks", [held])
        if name == "codebook" and isinstance(held, dict) and isinstance(held.get("variables"), dict):
            held = held["variables"]
        if isinstance(held, dict | list):
            found.keep(name, path, held)

    return read_it


def _flow(found: Inputs, path: Path) -> None:
    """Flow counts by key: a CSV of the PRISMA2020 package, JSON as `review flow` writes it, or YAML."""
    if path.suffix.lower() == ".csv":
        table = rows(path, required=("data", "n"))
        found.findings += table.findings
        held: Any = dict(zip(table.frame["data"], table.frame["n"], strict=True)) if table.usable else {}
    else:
        document, _ = tree(path)
        found.findings += document.findings
        held = document.tree or {}
        held = held.get("counts", held) if isinstance(held, dict) else {}
    found.keep("flow", path, flow_counts(held) if held else None)


def flow_counts(held: Mapping[str, Any]) -> FlowCounts:
    """The boxes from a mapping; rows are a mapping, pairs, or text such as `Label, 12; Other, 3`.

    >>> flow_counts({"dbr_excluded": "Wrong outcome, 12; Other, 3", "new_studies": "4"}).dbr_excluded
    (('Wrong outcome', 12), ('Other', 3))
    """
    made: dict[str, Any] = {}
    for column in fields(FlowCounts):
        value = held.get(column.name)
        if value is None or value in ("", "NA"):
            continue
        made[column.name] = _listed(value) if isinstance(column.default, tuple) else int(str(value).replace(",", ""))
    return FlowCounts(**made)


def _listed(value: Any) -> tuple[tuple[str, int], ...]:
    if isinstance(value, Mapping):
        return tuple((str(label), int(n)) for label, n in value.items())
    if isinstance(value, str):
        pairs = [part.rpartition(",") for part in value.split(";") if part.strip()]
        return tuple((label.strip(), int(n)) for label, _, n in pairs if n.strip().isdigit())
    pairs_of = [tuple(pair.values()) if isinstance(pair, Mapping) else tuple(pair) for pair in value]
    return tuple((str(label), int(n)) for label, n, *_ in pairs_of)


def _searches(found: Inputs, path: Path) -> None:
    document, _ = tree(path)
    found.findings += document.findings
    held = document.tree.get("searches", []) if isinstance(document.tree, dict) else document.tree or []
    made = []
    for each in held:
        if isinstance(each, dict):
            hits = each.get("hits", each.get("reported"))
            made.append(
                Search(
                    source=str(each.get("source") or each.get("database") or each.get("name") or "a source"),
                    platform=str(each.get("platform") or ""),
                    run_on=str(each.get("date") or each.get("run_on") or each.get("run_at") or ""),
                    string=str(each.get("string") or each.get("query") or ""),
                    hits=int(str(hits).replace(",", "")) if str(hits or "").replace(",", "").isdigit() else None,
                    limits=None if each.get("limits") is None else str(each["limits"]),
                    string_faults=_faults(each),
                )
            )
    found.keep("searches", path, made)


def _faults(search: Mapping[str, Any]) -> tuple[str, ...]:
    """What no source survives in the string of a search, in the syntax of its platform where that is known."""
    source, platform = str(search.get("source") or search.get("database") or ""), str(search.get("platform") or "")
    query = str(search.get("string") or search.get("query") or "")
    found = check_string(query, behind(source, platform=platform, label=source, query=query)) if query else []
    return tuple(f.message for f in found if f.severity in (Severity.ERROR, Severity.BLOCKER))


def _decisions(found: Inputs, path: Path) -> None:
    log, faults = lint_decisions.read(path)
    found.findings += faults
    if log is not None:
        found.keep("log", path, log)
        found.paths["decisions"] = path.as_posix()


def _charting(found: Inputs, path: Path) -> None:
    table = rows(path, required=("record",), aliases={"record": ("study", "id", "source")})
    found.findings += table.findings
    if not table.usable:
        return
    frame = table.frame.drop_duplicates("record").set_index("record")
    keys = dict(frame["key"]) if "key" in frame else {}
    known = [name for name in ("doi", "pmid") if name in frame]
    identified = frozenset(frame.index[(frame[known] != "").any(axis=1)]) if known else frozenset(frame.index)
    skipped = {"key", "doi", "pmid", "title", "retracted"}
    charted = {
        str(work): {str(n): v or None for n, v in row.items() if n not in skipped} for work, row in frame.iterrows()
    }
    retracted = frame.index[frame["retracted"].str.casefold().isin(_YES)] if "retracted" in frame else ()
    found.keep(
        "charting",
        path,
        Charting(
            rows=charted,
            included=tuple(charted),
            keys=keys,
            identified=identified,
            retracted=frozenset(map(str, retracted)),
        ),
    )


def _references(found: Inputs, path: Path) -> None:
    found.keep("references", path, path.read_text(encoding="utf-8-sig", errors="replace"))


def _repository(found: Inputs, folder: Path) -> None:
    """What is released, from the folder that will be."""
    found.values["release"], paths, faults = lint_repository.read(folder)
    found.paths |= paths
    found.findings += faults


_READERS: Mapping[str, Callable[[Inputs, Path], None]] = {
    "counts": _counts,
    "splits": _splits,
    "manifest": _table("manifest", _ALIASES),
    "cases": _cases,
    "ratings": _table("ratings", _RATINGS),
    "comparisons": _table("comparisons", {}),
    "labels": _tree("labels"),
    "tasks": _tree("tasks"),
    "flow": _flow,
    "searches": _searches,
    "decisions": _decisions,
    "screening": _tree("screening"),
    "charting": _charting,
    "codebook": _tree("codebook"),
    "references": _references,
    "repository": _repository,
}
