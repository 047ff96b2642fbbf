"""Agreement of the people who rated the same items, from a table with a row per rating."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from review.domain.estimate import Cell, Estimate, Evidence, Table
from review.domain.finding import Finding, Severity
from review.domain.naming import file_name
from review.domain.plot import BlandAltman, Confusion, Plot
from review.evidence import raters
from review.evidence.bootstrap import LARGEST
from review.evidence.ratings import LEVELS, Ratings, Reading, gathered
from review.evidence.resampling import Resampling
from review.services.evidence.read_files import rows

__all__ = ["LEVELS", "Reading", "Resampling", "agreement"]

ALIASES = {
    "item": ("case", "case_id", "image", "scan", "study", "record", "record_id", "unit", "item_name"),
    "rater": ("reader", "annotator", "reviewer", "observer", "coder", "annotator_id", "reader_id"),
    "label": ("rating", "score", "value", "category", "class", "grade", "answer", "measurement"),
    "patient": ("subject", "subject_id", "patientid"),
}
_SHOWN_PAIRS = 6  # pairs of raters with a table and a picture of their own
_SHOWN_CATEGORIES = 20


def agreement(path: Path, reading: Reading | None = None, how: Resampling | None = None) -> Evidence:
    """Every coefficient of agreement of a file of ratings (item, rater, label and, if known, patient).

    Raises `Missing` if there is no such file.
    """
    reading, how = reading or Reading(), how or Resampling()
    read = rows(path, required=("item", "rater", "label"), aliases=ALIASES)
    options = {"level": reading.level, "order": list(reading.order), "resamples": how.resamples, "seed": how.seed}
    whole = {"kind": "agreement", "function": "review.services.evidence.ratings.agreement", "inputs": (read.file,)}
    if not read.usable:
        return Evidence(**whole, findings=read.findings, options=options)  # type: ignore[arg-type]
    ratings, faults = gathered(read.frame, path.name, reading)
    findings = (*read.findings, *faults)
    if ratings is None:
        return Evidence(**whole, findings=findings, options=options)  # type: ignore[arg-type]
    values = raters.coefficients(ratings, how)
    return Evidence(
        kind="agreement",
        function="review.services.evidence.ratings.agreement",
        values=values,
        findings=(*findings, *_notes(ratings, path)),
        inputs=(read.file,),
        tables=(_summary(values), *_tables(ratings)),
        plots=tuple(_plots(ratings, values)),
        sentence=_sentence(ratings, how),
        options=options | {"level": ratings.level},
    )


def _notes(ratings: Ratings, path: Path) -> Iterable[Finding]:
    alone = int(((ratings.codes >= 0).sum(axis=1) < 2).sum())
    if alone:
        message = f"{alone:,} of {len(ratings.items):,} items have one rating only and cannot tell of agreement."
        yield Finding(rule="AGR-01", severity=Severity.WARNING, message=message, path=path.name, hint="State it.")
    if ratings.level == "ordinal" and "alphabetical" in ratings.order:
        message = f"The labels were taken {ratings.order}: {' < '.join(ratings.categories[:8])}."
        hint = "Say the right order, such as --order none,mild,severe."
        yield Finding(rule="AGR-ORDER", severity=Severity.WARNING, message=message, path=path.name, hint=hint)
    if not ratings.asked and ratings.numbers is not None:
        message = f"The labels were taken as {ratings.level}."
        hint = f"If that is wrong, say --level {', '.join(each for each in LEVELS if each != ratings.level)}."
        yield Finding(rule="AGR-LEVEL", severity=Severity.INFO, message=message, path=path.name, hint=hint)


def _summary(values: Iterable[Estimate]) -> Table:
    def line(e: Estimate) -> tuple[Cell, ...]:
        return e.name, ", ".join(e.by.values()), e.value, e.low, e.high, e.n, e.method if e.value is None else ""

    return Table(
        name="agreement",
        title="Agreement of the raters",
        columns=("statistic", "of", "value", "95 % low", "95 % high", "n", "note"),
        rows=tuple(line(e) for e in values if not e.name.endswith("_se")),
        note="The file with all methods is written with --out agreement.json.",
    )


def _tables(ratings: Ratings) -> Iterable[Table]:
    """The confusion tables of the first pairs."""
    if len(ratings.categories) > _SHOWN_CATEGORIES:
        return
    for i, j, _ in list(raters.every_two(ratings))[:_SHOWN_PAIRS]:
        first, second = ratings.raters[i], ratings.raters[j]
        counts = raters.table_of(ratings, i, j)
        yield Table(
            name=f"confusion-{file_name(first, otherwise='rater')}-{file_name(second, otherwise='rater')}",
            title=f"Ratings by {first} (rows) and {second} (columns)",
            columns=(first, *ratings.categories, "total"),
            rows=tuple((name, *row, sum(row)) for name, row in zip(ratings.categories, counts, strict=True)),
        )


def _plots(ratings: Ratings, values: Iterable[Estimate]) -> Iterable[Plot]:
    by_name = {(e.name, e.by.get("raters", "")): e.value for e in values}
    for i, j, by in list(raters.every_two(ratings))[:_SHOWN_PAIRS]:
        first, second, pair = ratings.raters[i], ratings.raters[j], by.get("raters", "")
        if len(ratings.categories) <= _SHOWN_CATEGORIES:
            counts = raters.table_of(ratings, i, j)
            yield Confusion(
                name=f"confusion-{file_name(first, otherwise='rater')}-{file_name(second, otherwise='rater')}",
                title=f"{first} and {second}",
                rows_are=first,
                columns_are=second,
                categories=ratings.categories,
                counts=tuple(tuple(row) for row in counts),
            )
        bias, low, high = (by_name.get((f"bland_altman_{name}", pair)) for name in ("bias", "low", "high"))
        if ratings.numbers is None or ratings.level == "nominal" or bias is None or low is None or high is None:
            continue
        scores = ratings.numbers[:, [i, j]]
        scores = scores[np.isfinite(scores).all(axis=1)]
        yield BlandAltman(
            name=f"bland-altman-{file_name(first, otherwise='rater')}-{file_name(second, otherwise='rater')}",
            title=f"{first} − {second}",
            axis="rating",
            means=tuple(map(float, scores.mean(axis=1))),
            differences=tuple(map(float, scores[:, 0] - scores[:, 1])),
            bias=bias,
            low=low,
            high=high,
        )


def _sentence(ratings: Ratings, how: Resampling) -> str:
    n, k = len(ratings.items), len(ratings.raters)
    of = f" of {ratings.patients:,} patients" if ratings.owner is not None else ""
    counted = f"{k} raters judged {n:,} items{of} independently"
    missing = int((ratings.codes < 0).sum())
    gap = f" ({missing:,} of {n * k:,} ratings are missing)" if missing else ""
    if ratings.level in ("interval", "ratio"):
        told = "intraclass correlation coefficients (model and type named with each) and limits of agreement"
    elif k == 2:
        told = "raw agreement with Wilson's interval, Cohen's kappa, Gwet's AC1 and Krippendorff's alpha"
    else:
        told = "mean pairwise agreement, Fleiss' kappa, Gwet's AC1 and Krippendorff's alpha"
    unit = "patients" if ratings.owner is not None else "items"
    how_made = (
        f"intervals are 95 % percentile intervals of {how.resamples:,} bootstrap resamples of {unit} (seed {how.seed})"
    )
    if ratings.patients > LARGEST or not how.resamples:
        how_made = f"intervals are analytic where a formula exists ({ratings.patients:,} {unit} were not resampled)"
    elif ratings.owner is None:
        how_made = f"intervals are analytic where a formula exists, else {how_made.removeprefix('intervals are ')}"
    return f"{counted}{gap}. Agreement is given as {told}, at the {ratings.level} level; {how_made}."
