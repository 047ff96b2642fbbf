"""An evaluation as people read it: the tables and pictures of its values, and the sentence for Methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from review.domain.estimate import Cell, Estimate, Input, Table
from review.domain.naming import file_name
from review.domain.plot import Bar, Calibration, Forest, PairedDifferences, Plot
from review.evidence import calibration, comparison
from review.evidence.case_table import Prepared
from review.evidence.comparison import TESTS, Pairs
from review.services.evidence.score_table import Curve

__all__ = ["Input", "plots", "sentence", "tables"]

_MOST_PICTURES = 12
_COMPARED = ("mean_difference", "hodges_lehmann", "auc_difference")
_OF_GROUP = ("n_patients", "n_cases", "mean", "median", "q1", "q3", "excluded_no_reference", "no_value")
_OF_SCORES = (
    "auc",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "brier",
    "ece",
    "calibration_slope",
    "calibration_intercept",
)
Key = tuple[tuple[str, str], ...]


def tables(values: Sequence[Estimate], compare: Sequence[tuple[str, str]]) -> tuple[Table, ...]:
    """Results per group, comparisons with their corrected p-values, and the worst cases."""
    groups = _by_group(e for e in values if e.by or e.name in _OF_SCORES or e.name == "n_cases")
    found: list[Table] = []
    plain = {k: v for k, v in groups.items() if "mean" in v or "auc" in v}
    if any("mean" in v for v in plain.values()):
        found.append(_results({k: v for k, v in plain.items() if "mean" in v}))
    if any("auc" in v for v in plain.values()):
        found.append(_scores({k: v for k, v in plain.items() if "auc" in v}))
    if compare:
        found.append(_comparisons({k: v for k, v in groups.items() if any(name == "comparison" for name, _ in k)}))
    worst = [e for e in values if e.name == "worst"]
    if worst:
        names = list(dict.fromkeys(name for e in worst for name in e.by))
        found.append(
            Table(
                name="worst",
                title="The worst cases of each group",
                columns=(*names, "value"),
                rows=tuple((*(e.by.get(name) for name in names), e.value) for e in worst),
            )
        )
    return tuple(found)


def _by_group(values: Iterable[Estimate]) -> dict[Key, dict[str, Estimate]]:
    found: dict[Key, dict[str, Estimate]] = {}
    for e in values:
        if e.name != "worst":
            found.setdefault(tuple(e.by.items()), {})[e.name] = e
    return found


def _cells(group: Mapping[str, Estimate], name: str, *, interval: bool) -> list[Cell]:
    e = group.get(name)
    value: Cell = None if e is None else e.value
    if e is not None and e.unit and value is not None:
        value = int(value)
    return [value, e.low if e else None, e.high if e else None] if interval else [value]


def _results(groups: Mapping[Key, Mapping[str, Estimate]]) -> Table:
    names = list(dict.fromkeys(name for key in groups for name, _ in key))
    rows = []
    for key, group in groups.items():
        cells: list[Cell] = [dict(key).get(name) for name in names]
        for name in _OF_GROUP:
            cells += _cells(group, name, interval=name in ("mean", "median"))
        rows.append(tuple(cells))
    return Table(
        name="results",
        title="Results by " + ", ".join(names),
        columns=(
            *(*names, "patients", "cases", "mean", "mean low", "mean high", "median", "median low", "median high"),
            *("q1", "q3", "no reference", "no value"),
        ),
        rows=tuple(rows),
        note="Intervals are 95 % percentile intervals from resampling patients, expanded for few (Hesterberg 2015).",
    )


def _scores(groups: Mapping[Key, Mapping[str, Estimate]]) -> Table:
    names = list(dict.fromkeys(name for key in groups for name, _ in key))
    rows = [
        (*(dict(key).get(name) for name in names), statistic, e.value, e.low, e.high, e.n)
        for key, group in groups.items()
        for statistic in _OF_SCORES
        if (e := group.get(statistic)) is not None
    ]
    return Table(
        name="scores",
        title="Discrimination and calibration",
        columns=(*names, "statistic", "value", "95 % low", "95 % high", "n"),
        rows=tuple(rows),
    )


def _comparisons(groups: Mapping[Key, Mapping[str, Estimate]]) -> Table:
    names = list(dict.fromkeys(name for key in groups for name, _ in key))
    rows = []
    for key, group in groups.items():
        labels: list[Cell] = [dict(key).get(name) for name in names]
        effect = next((group[name] for name in _COMPARED[1:] if name in group), None)
        mean = group.get("mean_difference", effect)
        for test in TESTS:
            if test in group:
                ps = [_p(group.get(name)) for name in (test, f"{test}_holm", f"{test}_bh")]
                ends = (mean.value, mean.low, mean.high) if mean else (None, None, None)
                shift = effect.value if effect else None
                rows.append((*labels, *ends, shift, test.removesuffix("_p").replace("_", " "), *ps))
    return Table(
        name="comparisons",
        title="Paired comparisons on the same patients",
        columns=(*names, "difference", "low", "high", "shift", "test", "p", "p Holm", "p BH"),
        rows=tuple(rows),
        note="Difference is first − second; shift is the Hodges–Lehmann estimate (of an area, the difference itself).",
    )


def _p(e: Estimate | None) -> Cell:
    """A p-value as papers print it; the file with all values has every digit."""
    if e is None or e.value is None:
        return None
    return "<0.001" if e.value < 0.001 else e.value


def plots(
    values: Sequence[Estimate], pairs: Sequence[Pairs], curves: Sequence[Curve], bin_count: int
) -> tuple[Plot, ...]:
    """A forest plot per metric, the paired differences, and calibration."""
    return (*_forests(values), *_differences(values, pairs), *_calibrations(curves, bin_count))


def _forests(values: Sequence[Estimate]) -> Iterable[Forest]:
    means = [e for e in values if e.name == "mean"] or [e for e in values if e.name == "auc" and e.by]
    for metric in dict.fromkeys(e.by.get("metric", "area under the ROC curve") for e in means):
        own = [e for e in means if e.by.get("metric", metric) == metric]
        yield Forest(
            name=f"forest-{file_name(metric, otherwise='value')}",
            title=metric,
            axis=f"mean {metric}" if own[0].name == "mean" else metric,
            bars=tuple(
                Bar(label=_label(e), value=e.value, low=e.low, high=e.high, n=e.n, group=e.by.get("model", ""))
                for e in own
            ),
        )


def _label(e: Estimate) -> str:
    return ", ".join(value for name, value in e.by.items() if name not in ("metric", "model")) or "all"


def _differences(values: Sequence[Estimate], pairs: Sequence[Pairs]) -> Iterable[PairedDifferences]:
    shifts = {tuple(e.by.items()): e for e in values if e.name == "hodges_lehmann"}
    for one in pairs[:_MOST_PICTURES]:
        name = "differences-" + "-".join(file_name(value, otherwise="value") for value in one.by.values())
        picture = comparison.picture(one, shifts[tuple(one.by.items())], name=name)
        if picture is not None:
            yield picture


def _calibrations(curves: Sequence[Curve], bin_count: int) -> Iterable[Calibration]:
    for one in curves[:_MOST_PICTURES]:
        if one.scores.size and one.scores.min() >= 0 and one.scores.max() <= 1:
            name = f"calibration-{file_name(one.label, otherwise='value')}" if one.label else "calibration"
            yield calibration.picture(
                one.scores, one.positive, bin_count=bin_count, name=name, title=one.label or "Calibration"
            )


def sentence(values: Sequence[Estimate], table: Prepared | None, options: Mapping[str, Any], held_out: str) -> str:
    """What was done, ready for Methods."""
    said = [_of_metrics(table, options)] if table is not None else [_of_scores(options)]
    if held_out:
        said.append(held_out)
    said += _of_tests(values)
    return " ".join(said)


def _of_metrics(table: Prepared, options: Mapping[str, Any]) -> str:
    told = ", ".join(["metric", *(["model"] if "model" in table.frame else []), *(options["by"] or ())])
    parts = [f"Mean, median and quartiles over cases are given by {told}."]
    if options["resamples"]:
        parts.append(
            f"95 % confidence intervals are expanded percentile (and BCa) bootstrap intervals from {options['resamples']:,} resamples "
            f"of patients (seed {options['seed']}), so that all cases of a patient stay together."
        )
    without, silent = int(table.no_reference.sum()), int(table.no_value.sum())
    if without:
        parts.append(f"{without:,} case-class pairs without a reference were excluded, not scored as 0.")
    if silent:
        parts.append(f"{silent:,} pairs with a reference but without a value are reported as such and are in no mean.")
    rules = {
        "exclude": "was left out",
        "one": "counted as 1 for overlap measures and was left out of distances",
        "zero": "counted as 0 for overlap measures and was left out of distances",
    }
    parts.append(f"A case whose reference and prediction were both empty {rules[options['empty_empty']]}.")
    return " ".join(parts)


def _of_scores(options: Mapping[str, Any]) -> str:
    return (
        "Discrimination is given as area under the ROC curve with the 95 % confidence interval of DeLong, and as "
        f"sensitivity and specificity at a score of {options['threshold']:g} with Wilson's interval (or, where patients "
        f"have several cases, that of {options['resamples']:,} resamples of patients, seed {options['seed']}); calibration "
        f"as intercept and slope of a logistic fit on the logit of the probability, Brier score, and expected calibration "
        f"error over {options['bins']} bins of equal width."
    )


def _of_tests(values: Sequence[Estimate]) -> Iterable[str]:
    ways = {
        "wilcoxon_p": "Wilcoxon's signed-rank test with the Hodges–Lehmann shift",
        "permutation_p": "a sign-flip permutation test of the mean difference",
        "mcnemar_exact_p": "McNemar's exact test",
        "delong_p": "DeLong's test for paired ROC curves",
    }
    used = [test for test in ways if any(e.name == test and e.value is not None for e in values)]
    if not used:
        return
    named = [ways[test] for test in used]
    listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    yield f"Models were compared on the same patients by {listed}, two-sided."
    family = next(e for e in values if e.name == f"{used[0]}_holm").method.rsplit("family: ", 1)[-1]
    if family.startswith("1 "):
        yield "One comparison was tested, so no p-value was corrected."
        return
    yield f"p-values were corrected by Holm's method, and by that of Benjamini and Hochberg (family: {family})."
