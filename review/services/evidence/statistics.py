"""Single statistics without a table of cases: a proportion, tests of a two-by-two table, an ROC area, corrected p-values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from review.domain.errors import Missing, ReviewError
from review.domain.estimate import Estimate, Evidence, Table
from review.domain.finding import Finding, Severity
from review.domain.naming import column_name
from review.evidence import contingency, delong, multiplicity, proportions
from review.evidence.scores import events
from review.services.evidence.read_files import Rows, rows

KIND = "statistics"
SCORE_NAMES = ("probability", "prob", "y_score", "predicted", "prediction", "p")
LABEL_NAMES = ("truth", "y", "y_true", "target", "outcome", "reference_label", "event")

_USUAL = {"score": SCORE_NAMES, "label": LABEL_NAMES}


def proportion(hits: int, n: int, *, method: str = "wilson") -> Evidence:
    """A share with its 95 % interval. Raises `ReviewError` for a share that cannot be and `Missing` for a method."""
    if method not in proportions.INTERVALS:
        raise Missing("interval", method, proportions.INTERVALS)
    if not 0 <= hits <= n:
        raise ReviewError(f"{hits} of {n} is no share.", hint="Give the smaller number first, both at least 0.")
    found = proportions.proportion(hits, n, method=method)
    words = proportions.INTERVALS[method][1].removeprefix("95 % ")
    sentence = f"The 95 % confidence interval of the proportion is the {words}."
    return _evidence("proportion", (found,), sentence, {"hits": hits, "n": n, "method": method})


def mcnemar(cells: tuple[int, int, int, int]) -> Evidence:
    """McNemar's test from a table read row by row. Raises `ReviewError` for a count below 0."""
    found = contingency.mcnemar(_counts(cells))
    sentence = "Paired proportions were compared by McNemar's test (exact binomial form)."
    return _evidence("mcnemar", found, sentence, {"table": list(cells)})


def fisher(cells: tuple[int, int, int, int]) -> Evidence:
    """Fisher's exact test from a table read row by row. Raises `ReviewError` for a count below 0."""
    found = contingency.fisher(_counts(cells))
    sentence = "Proportions of two groups were compared by Fisher's exact test, two-sided."
    return _evidence("fisher", found, sentence, {"table": list(cells)})


def corrected(p_values: Sequence[float], correction: str) -> Evidence:
    """p-values corrected over the family they are, by `holm` or `bh`. Raises `ReviewError` for what is no p-value."""
    strange = [p for p in p_values if not 0 <= p <= 1]
    if strange or not p_values:
        what = f"{strange[0]:g} is no p-value." if strange else "There is no p-value."
        raise ReviewError(what, hint="Give numbers between 0 and 1, such as 0.01 0.04.")
    adjusted = multiplicity.corrected(p_values, correction)
    words = f"{multiplicity.CORRECTIONS[correction]}; family: the {len(adjusted)} p-values given"
    values = tuple(
        Estimate(name="p_adjusted", value=new, n=len(adjusted), method=f"{words}; raw p {old:g}", by={"index": str(at)})
        for at, (old, new) in enumerate(zip(p_values, adjusted, strict=True), start=1)
    )
    name = {"holm": "Holm", "bh": "Benjamini–Hochberg"}[correction]
    table = Table(
        name=correction,
        title=f"p-values corrected by {name} over a family of {len(adjusted)}",
        columns=("index", "p", "adjusted p", "below 0.05"),
        rows=tuple(
            (at, old, new, "yes" if new < 0.05 else "no")
            for at, (old, new) in enumerate(zip(p_values, adjusted, strict=True), start=1)
        ),
    )
    sentence = f"p-values were corrected over the family of {len(adjusted)} tests by the method of {name}."
    return _evidence(correction, values, sentence, {"p_values": list(p_values)}, tables=(table,))


def auc(path: Path, *, scores: Sequence[str] = (), label: str = "label", positive: str | None = None) -> Evidence:
    """The area under the ROC curve of each score column, and of two or more their differences by DeLong's test.

    Raises `Missing` if there is no such file.
    """
    asked = [column_name(name) for name in scores] or ["score"]
    label = column_name(label)
    aliases: dict[str, tuple[str, ...]] = {"patient": ("subject", "subject_id")}
    aliases |= {name: known for name, known in _USUAL.items() if name in (*asked, label)}
    read = rows(path, required=[*asked, label], numbers=asked, aliases=aliases)
    options: dict[str, object] = {"scores": list(asked), "label": label, "positive": positive}
    if not read.usable or label not in read.frame:
        return _evidence("auc", (), "", options, read=read)
    column = read.frame.columns.get_loc(label)
    event, strange = events(read.frame[label], positive=positive, path=path.name, column=int(str(column)) + 1)
    kept = read.frame[event.notna() & read.frame[asked].notna().all(axis=1)]
    findings = (*strange, *_left_out(len(read.frame) - len(kept), path, [*asked, label]))
    if strange:
        return _evidence("auc", (), "", options, read=read, findings=findings)
    values = _areas(kept, asked, event[kept.index].to_numpy(dtype=bool))
    sentence = "Areas under the ROC curve are given with the 95 % confidence interval of DeLong et al." + (
        " and compared by their test for paired curves." if len(asked) > 1 else ""
    )
    return _evidence("auc", values, sentence, options, read=read, findings=findings)


def _areas(kept: pd.DataFrame, asked: Sequence[str], event: np.ndarray) -> tuple[Estimate, ...]:
    patients = kept["patient"].to_numpy(dtype=str) if "patient" in kept else None
    several = len(asked) > 1
    values = [
        delong.auc(kept[name].to_numpy(float), event, patients=patients, by={"score": name} if several else {})
        for name in asked
    ]
    for first, second in combinations(asked, 2):
        by = {"scores": f"{first} − {second}"}
        pair = kept[first].to_numpy(float), kept[second].to_numpy(float)
        values += delong.compare(*pair, event, patients=patients, by=by)
    return tuple(values)


def _left_out(n: int, path: Path, columns: Sequence[str]) -> tuple[Finding, ...]:
    if not n:
        return ()
    message = f"{n:,} rows have no {' or no '.join(columns)}; they were left out."
    return (
        Finding(
            rule="EVA-08", severity=Severity.WARNING, message=message, path=path.name, hint="Say why in the paper."
        ),
    )


def _counts(cells: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if min(cells) < 0 or not sum(cells):
        raise ReviewError("A table of counts has none below 0 and at least one above.", hint="Give four whole numbers.")
    return cells


def _evidence(
    function: str,
    values: Sequence[Estimate],
    sentence: str,
    options: dict[str, object],
    *,
    read: Rows | None = None,
    findings: tuple[Finding, ...] = (),
    tables: tuple[Table, ...] = (),
) -> Evidence:
    return Evidence(
        kind=KIND,
        function=f"review.services.evidence.statistics.{function}",
        values=tuple(values),
        findings=(*(read.findings if read else ()), *findings),
        inputs=(read.file,) if read else (),
        tables=tables,
        sentence=sentence,
        options=options,
    )
