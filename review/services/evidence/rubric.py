"""Reports scored against a rubric: what `review evidence rubric SCORES.csv` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from review.domain.estimate import Cell, Estimate, Evidence, Table
from review.domain.finding import Finding, Severity, Status
from review.domain.plot import Bar, BlandAltman, Forest
from review.evidence import rubric as method
from review.evidence.resampling import Resampling
from review.services.evidence.read_files import Rows, rows
from review.services.evidence.rubric_input import SCORE_NAMES, Rubric, checked, read_rubric

_FUNCTION = "review.services.evidence.rubric.score"
_FEW = 10  # reports below which an agreement is called descriptive


def score(scores: Path, *, rubric: str = "", resampling: Resampling | None = None) -> Evidence:
    """Score every report, and hold automatic scores against those of people, dimension by dimension.

    `rubric` is the name of one that ships, or a file; without it the sections are those of the scores' own column
    `section`. Raises `Missing` for a file or a rubric that is not there, `BadInput` for a rubric that cannot be used.
    """
    resampling = resampling or Resampling()
    read = rows(scores, required=["report", "dimension", "score"], numbers=["score"], aliases=SCORE_NAMES)
    asked = read_rubric(rubric) if rubric else None
    findings = [*read.findings, *(asked.findings if asked else ())]
    inputs = (read.file, *((asked.file,) if asked and asked.file else ()))
    options = {
        "rubric": asked.name if asked else "the column section",
        "resamples": resampling.resamples,
        "seed": resampling.seed,
    }
    frame = _usable(read, asked, findings, scores)
    if frame is None:
        return Evidence(kind="rubric", function=_FUNCTION, findings=tuple(findings), inputs=inputs, options=options)
    highest = asked.high if asked else 5.0
    totals = method.totals(frame, highest=highest)
    values = [*_reports(totals, highest), *method.levels(frame, totals, resampling)]
    if frame["kind"].nunique() == 2:
        agreed = method.agreement(frame, totals, resampling)
        values += agreed
        findings += _on_agreement(agreed, scores)
    else:
        findings.append(_one_kind(frame, scores))
    findings += _missing(frame, asked, scores)
    return Evidence(
        kind="rubric",
        function=_FUNCTION,
        values=tuple(values),
        findings=tuple(findings),
        inputs=inputs,
        tables=tuple(_tables(values, asked)),
        plots=tuple(_plots(values, totals)),
        sentence=_sentence(frame, asked, highest, options),
        options=options,
    )


def _usable(read: Rows, asked: Rubric | None, findings: list[Finding], path: Path) -> pd.DataFrame | None:
    """The scores with kind, section and dimension set; None where a fault forbids to use them."""
    if not read.usable:
        return None
    frame = checked(read.frame, asked, findings, path)
    bad = any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in findings)
    return None if bad or frame["score"].notna().sum() == 0 else frame


def _reports(totals: pd.DataFrame, highest: float) -> Iterator[Estimate]:
    words = f"{100 / highest:g} × mean of the section means, as one rater scored one report"
    for row in totals.to_dict("records"):
        yield Estimate(
            name="report_score",
            value=float(row["score"]),
            n=int(row["sections"]),
            unit="points of 100",
            method=words,
            by={"report": str(row["report"]), "rater": str(row["rater"])},
        )


# What is wrong or weak


def _missing(frame: pd.DataFrame, asked: Rubric | None, path: Path) -> Iterator[Finding]:
    """Dimensions that a rater left open in a report: a blank cell, or no row at all."""
    wanted = list(asked.dimensions) if asked else sorted(frame["dimension"].unique())
    given = frame[frame["score"].notna()]
    seen = {key: set(own["dimension"]) for key, own in given.groupby(["report", "rater"], sort=True)}
    judged = sorted({(str(r), str(p)) for r, p in zip(frame["report"], frame["rater"], strict=True)})
    short = [(key, [d for d in wanted if d not in seen.get(key, set())]) for key in judged]
    short = [(key, open_) for key, open_ in short if open_]
    if not short:
        return
    n = sum(len(open_) for _, open_ in short)
    (report, rater), open_ = short[0]
    yield Finding(
        rule="RUBRIC-MISSING",
        severity=Severity.WARNING,
        message=f"{n:,} scores are missing, such as {open_[0]} of report {report} by {rater}.",
        path=path.name,
        hint="They are left out of the means and never counted as 0. Say so in the paper, or have them scored.",
    )


def _one_kind(frame: pd.DataFrame, path: Path) -> Finding:
    there = str(frame["kind"].iloc[0])
    other = "an automatic" if there == "human" else "a human"
    return Finding(
        rule="RUBRIC-ONE-KIND",
        severity=Severity.INFO,
        status=Status.NOT_EVALUABLE,
        message=f"All raters are {there}, so there is nothing to hold against {other} rater.",
        path=path.name,
        hint="For agreement among people, see `review evidence agreement`.",
    )


def _on_agreement(values: Sequence[Estimate], path: Path) -> Iterator[Finding]:
    for value in values:
        if value.name != "pearson":
            continue
        at = value.by["dimension"]
        if not value.n:
            yield _weak(
                f"{at}: no report was scored by people and by a program.", "Have the same reports scored by both.", path
            )
        elif value.value is None:
            why = value.method.removeprefix("undefined: ")
            hint = "It is left out of the lowest, median and highest; report it as undefined, and the bias beside it."
            yield _weak(f"{at}: agreement is undefined, since {why}.", hint, path)
    shared = [value.n or 0 for value in values if value.name == "pearson" and value.n]
    if shared and max(shared) < _FEW:
        yield _weak(
            f"Only {max(shared)} reports were scored by both, so agreement is descriptive.",
            "Give the intervals and draw no conclusion from them alone.",
            path,
        )


def _weak(message: str, hint: str, path: Path) -> Finding:
    return Finding(rule="RUBRIC-AGREEMENT", severity=Severity.WARNING, message=message, path=path.name, hint=hint)


# What is shown


def _tables(values: Sequence[Estimate], asked: Rubric | None) -> Iterator[Table]:
    yield _scores(values, asked)
    at = _in_order([v.by["dimension"] for v in values if v.name == "pearson"], asked.dimensions if asked else ())
    if at:
        names = ("pearson", "spearman", "cohen_kappa_quadratic", "icc_2_1", "bias")
        cells = {(v.by.get("dimension"), v.name): v for v in values}
        yield Table(
            name="agreement",
            title="Automatic against human scores",
            columns=("Dimension", "n", "Pearson (95 % CI)", "Spearman", "Weighted kappa", "ICC(2,1)", "Bias (95 % CI)"),
            rows=tuple((d, cells[d, "pearson"].n, *(_cell(cells[d, name], name) for name in names)) for d in at),
            note="Bias is automatic minus human, in points of the scale; of the total, in points of 100. "
            + _strong(values),
        )


def _in_order(names: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The names once each, in the rubric's order and then as they come."""
    there = list(dict.fromkeys(names))
    first = [name for name in wanted if name in there]
    return first + [name for name in there if name not in first]


def _strong(values: Sequence[Estimate]) -> str:
    found = {v.name: v for v in values if v.name in {"dimensions_above_0_7", "dimensions_undefined"}}
    above, left = found["dimensions_above_0_7"], found["dimensions_undefined"]
    said = (
        f"Pearson r is above 0.7 in {above.value:.0f} of {above.n} dimensions"
        if above.value is not None
        else "No dimension has a coefficient"
    )
    return f"{said}; {left.value:.0f} undefined and left out."


def _cell(value: Estimate, name: str) -> Cell:
    if value.value is None:
        return "undefined"
    if name in {"pearson", "bias"} and value.low is not None and value.high is not None:
        return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"
    return f"{value.value:.2f}"


def _scores(values: Sequence[Estimate], asked: Rubric | None) -> Table:
    """The score and its sections, a column for each kind of rater."""
    kinds = [kind for kind in method.KINDS if any(v.by.get("rater_kind") == kind for v in values)]
    cells = {(v.name, v.by.get("section", ""), v.by["rater_kind"]): v for v in values if "rater_kind" in v.by}
    sections = _in_order([v.by["section"] for v in values if v.name == "section_mean"], asked.titles if asked else ())
    titles = asked.titles if asked else {}
    rows_ = [("Score, 0 to 100", "score", ""), *((titles.get(s, s), "section_mean", s) for s in sections)]
    return Table(
        name="scores",
        title="Mean scores over reports, with 95 % confidence interval",
        columns=("", *(f"{kind} ({what})" for kind in kinds for what in ("mean", "n"))),
        rows=tuple(
            (title, *(c for kind in kinds for c in _mean_cells(cells.get((name, section, kind)))))
            for title, name, section in rows_
        ),
        note="Each section counts the same in the score; a dimension that was not scored is left out.",
    )


def _mean_cells(value: Estimate | None) -> tuple[Cell, Cell]:
    return (None, None) if value is None else (_cell(value, "bias"), value.n)


def _plots(values: Sequence[Estimate], totals: pd.DataFrame) -> Iterator[Forest | BlandAltman]:
    found = [v for v in values if v.name == "pearson"]
    if any(v.value is not None for v in found):
        yield Forest(
            name="agreement",
            title="Automatic against human scores, per dimension",
            axis="Pearson r",
            bars=tuple(Bar(label=v.by["dimension"], value=v.value, low=v.low, high=v.high, n=v.n) for v in found),
            reference=0.0,
        )
    if found:
        human, automatic = method.paired(totals)
        gaps = automatic - human
        if len(gaps) > 2:
            bias, spread = float(gaps.mean()), 1.96 * float(gaps.std(ddof=1))
            yield BlandAltman(
                name="total",
                title="Score of the report: automatic minus human",
                axis="points of 100",
                means=tuple(map(float, (automatic + human) / 2)),
                differences=tuple(map(float, gaps)),
                bias=bias,
                low=bias - spread,
                high=bias + spread,
            )


def _sentence(frame: pd.DataFrame, asked: Rubric | None, highest: float, options: dict[str, object]) -> str:
    raters = frame.drop_duplicates(["rater", "kind"])["kind"].value_counts()
    who = " and ".join(
        f"{raters[kind]} {kind} rater{'s' if raters[kind] > 1 else ''}" for kind in method.KINDS if kind in raters
    )
    name = f"the rubric {asked.name}" if asked else "a rubric"
    text = (
        f"{frame['report'].nunique():,} reports were scored by {who} on {frame['dimension'].nunique()} dimensions of {name}; the score "
        f"of a report is {100 / highest:g} times the mean of its section means, dimensions without a score left out."
    )
    if len(raters) == 2:
        text += (
            " Automatic scores were held against human ones per dimension by Pearson and Spearman correlation, quadratic weighted "
            "kappa, ICC(2,1) and the mean difference; where scores did not vary, coefficients are undefined and stay out of "
            f"summaries (bootstrap intervals: {options['resamples']:,} resamples of reports, seed {options['seed']})."
        )
    return text
