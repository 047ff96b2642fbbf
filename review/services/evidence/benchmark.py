"""A benchmark's items and the answers of models, scored: what `review evidence benchmark ITEMS.csv` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from review.domain.errors import Missing
from review.domain.estimate import Estimate, Evidence, Input
from review.domain.finding import Finding, Severity, Status
from review.evidence import benchmark
from review.evidence.resampling import Resampling
from review.services.evidence import benchmark_shown
from review.services.evidence.benchmark_input import PARTS, answers_of, items_of, read


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a benchmark paper must say beside its scores: how contamination was ruled out, and how many items each split has."""

    contamination: str = ""
    splits: Mapping[str, int] = field(default_factory=dict)


def score(
    items: Path,
    answers: Path | None = None,
    *,
    compare: Sequence[str] = (),
    about: About | None = None,
    missing_is_wrong: bool = False,
    resampling: Resampling | None = None,
) -> Evidence:
    """Score every model on every part of the benchmark, and compare two of them on the same items.

    `answers` may be left out where the items' file holds `model` and `correct` itself. Raises `Missing` for a file or a
    model that is not there.
    """
    resampling = resampling or Resampling()
    described, answered = read(items, answers)
    findings = [*described.findings, *(answered.findings if answered and answered is not described else ())]
    inputs = tuple(dict.fromkeys((described.file, answered.file) if answered else (described.file,)))
    options: dict[str, object] = {
        "resamples": resampling.resamples,
        "seed": resampling.seed,
        "unanswered": "wrong" if missing_is_wrong else "left out and counted",
    }
    if not described.usable or (answered and not answered.usable):
        return _evidence(findings=findings, inputs=inputs, options=options)
    table = items_of(described, findings, items, repeated=answered is described)
    frame = pd.DataFrame()
    if answered is not None and not _wrong(findings):
        frame = answers_of(answered, table, findings, answers or items)
    if _wrong(findings):
        return _evidence(findings=findings, inputs=inputs, options=options)
    findings += _required(table, about or About(), items)
    values = [*_sizes(table, about or About())]
    parts = [part for part in PARTS if part in table]
    if not frame.empty:
        frame, unanswered = _completed(frame, table, wrong=missing_is_wrong)
        findings += _unanswered(unanswered, answers or items)
        scored = [*parts, *(["contamination"] if len({*frame.get("contamination", ())}) > 1 else [])]
        values += benchmark.scores(frame, parts=scored, resampling=resampling)
        values += _compared(frame, compare, resampling)
    return _evidence(values=values, findings=findings, inputs=inputs, options=options)


def _evidence(
    *,
    findings: Sequence[Finding],
    inputs: Sequence[Input],
    options: Mapping[str, object],
    values: Sequence[Estimate] = (),
) -> Evidence:
    models = list(dict.fromkeys(v.by["model"] for v in values if "model" in v.by))
    return Evidence(
        kind="benchmark",
        function="review.services.evidence.benchmark.score",
        values=tuple(values),
        findings=tuple(findings),
        inputs=tuple(inputs),
        tables=tuple(benchmark_shown.tables(values, models)),
        plots=tuple(benchmark_shown.plots(values, models)),
        sentence=benchmark_shown.sentence(values, models, options) if models else "",
        options=options,
    )


def _wrong(findings: Sequence[Finding]) -> bool:
    return any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in findings)


def _completed(frame: pd.DataFrame, items: pd.DataFrame, *, wrong: bool) -> tuple[pd.DataFrame, Mapping[str, int]]:
    """The answers with their item's parts, and how many items each model left open; those count as wrong if asked for."""
    given = frame[frame["correct"].notna()]
    unanswered = {str(m): len(items) - int((given["model"] == m).sum()) for m in sorted(frame["model"].unique())}
    if wrong:
        every = pd.MultiIndex.from_product([list(unanswered), items["item"]], names=["model", "item"])
        given = given.set_index(["model", "item"]).reindex(every, fill_value=0.0).reset_index()
    return given.merge(items.drop(columns=["model", "correct"], errors="ignore"), on="item"), unanswered


def _unanswered(unanswered: Mapping[str, int], path: Path) -> Iterable[Finding]:
    for model, n in unanswered.items():
        if n:
            yield Finding(
                rule="BENCH-UNANSWERED",
                severity=Severity.WARNING,
                message=f"{model} has no answer for {n:,} {'item' if n == 1 else 'items'}.",
                path=path.name,
                hint="They are left out unless you say --unanswered wrong. State in the paper which of the two you did.",
            )


def _compared(frame: pd.DataFrame, compare: Sequence[str], resampling: Resampling) -> tuple[Estimate, ...]:
    if not compare:
        return ()
    models = sorted(frame["model"].unique())
    for name in compare:
        if name not in models:
            raise Missing("model", name, models)
    typed = frame if "type" in frame else frame.assign(type="all")
    found = benchmark.compare(typed, compare[0], compare[1], resampling=resampling)
    return tuple(each for each in found if "type" in frame or "type" not in each.by)


# What must be said beside the scores


def _required(items: pd.DataFrame, about: About, path: Path) -> Iterable[Finding]:
    if "contamination" in items:
        seen = int((items["contamination"] == "seen in training").sum())
        unknown = int((items["contamination"] == "not known").sum())
        if seen or unknown:
            yield Finding(
                rule="BENCH-CONTAMINATION",
                severity=Severity.WARNING,
                message=f"{seen:,} items were seen in training and of {unknown:,} it is not known.",
                path=path.name,
                hint="Report the score over the clean items beside the total; it is among the values.",
            )
    elif not about.contamination:
        yield _not_said(
            "BENCH-CONTAMINATION",
            "Nothing says whether the models may have seen these items in training.",
            "Add a column `contamination` (clean or seen), or say how it was ruled out with --contamination.",
            path,
        )
    if "split" not in items and not about.splits:
        yield _not_said(
            "BENCH-SPLITS",
            "Nothing says how many items each split has.",
            "Add a column `split`, or give the counts: --split train=4500 --split test=487.",
            path,
        )
    if "split" in items and about.splits:
        counted = items.groupby("split")["n"].sum()
        for name, n in about.splits.items():
            if name in counted and int(counted[name]) != n:
                yield Finding(
                    rule="ACC-02",
                    message=f"The split {name} is said to have {n:,} items, the file has {int(counted[name]):,}.",
                    path=path.name,
                    expected=str(n),
                    got=str(int(counted[name])),
                    hint="Correct the one that is wrong; every number in the paper must match.",
                )


def _not_said(rule: str, message: str, hint: str, path: Path) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        status=Status.NOT_EVALUABLE,
        message=message,
        path=path.name,
        hint=hint,
    )


def _sizes(items: pd.DataFrame, about: About) -> Iterable[Estimate]:
    method = "items counted in the file"
    total = int(items["n"].sum())
    yield Estimate(name="items", value=total, n=total, unit="items", method=method)
    for part in (name for name in (*PARTS, "split", "contamination") if name in items):
        for level, n in items.groupby(part, sort=True)["n"].sum().items():
            yield Estimate(name="items", value=int(n), n=total, unit="items", method=method, by={part: str(level)})
    if "split" not in items:
        for name, n in about.splits.items():
            yield Estimate(name="items", value=n, n=n, unit="items", method="as stated", by={"split": name})
