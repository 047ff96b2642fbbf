"""A benchmark's scores as tables, forest plots and the sentence for Methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from review.domain.estimate import Cell, Estimate, Table
from review.domain.plot import Bar, Forest

_TOTAL = "total (weighted)"
_MACRO = "mean of parts (macro)"


def tables(values: Sequence[Estimate], models: Sequence[str]) -> Iterable[Table]:
    """The items per part, then a table per part with the models in columns, then the comparison."""
    sizes = [v for v in values if v.name == "items"]
    if sizes:
        yield Table(
            name="items",
            title="Items of the benchmark",
            columns=("Part", "Level", "Items"),
            rows=tuple((*_part(v), _whole(v.value)) for v in sizes),
        )
    if models:
        yield _scores(values, models)
    compared = [v for v in values if "first" in v.by]
    if compared:
        yield _comparison(compared)


def _part(value: Estimate) -> tuple[str, str]:
    return next(iter(value.by.items()), ("all", "all"))


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _scores(values: Sequence[Estimate], models: Sequence[str]) -> Table:
    """A row per level and a column per model; the total and the plain mean stand side by side at the end."""
    cells = {(label, v.by["model"]): v for v in values if (label := _label(v)) and "model" in v.by}
    labels = sorted(dict.fromkeys(label for label, _ in cells), key=lambda one: one in {(_TOTAL, ""), (_MACRO, "")})
    return Table(
        name="accuracy",
        title="Accuracy in % with 95 % confidence interval",
        columns=("Part", "Level", "n", *models),
        rows=tuple(
            (*label, _most(cells, label, models), *(_cell(cells.get((label, m))) for m in models)) for label in labels
        ),
        note="The total counts every item the same, the mean of parts every type the same.",
    )


def _label(value: Estimate) -> tuple[str, str] | None:
    if value.name in {"weighted_total", "macro_mean"}:
        return (_TOTAL if value.name == "weighted_total" else _MACRO, "")
    if value.name != "accuracy":
        return None
    return next((part, level) for part, level in value.by.items() if part != "model")


def _most(cells: Mapping[tuple[tuple[str, str], str], Estimate], label: tuple[str, str], models: Sequence[str]) -> int:
    return max((cells[label, m].n or 0 for m in models if (label, m) in cells), default=0)


def _cell(value: Estimate | None) -> Cell:
    if value is None or value.value is None:
        return None
    if value.low is None or value.high is None:
        return f"{100 * value.value:.1f}"
    return f"{100 * value.value:.1f} ({100 * value.low:.1f} to {100 * value.high:.1f})"


def _comparison(values: Sequence[Estimate]) -> Table:
    first, second = values[0].by["first"], values[0].by["second"]
    words = {
        "difference": f"{first} minus {second}",
        "only_first": f"right in {first} only",
        "only_second": f"right in {second} only",
        "mcnemar_exact_p": "exact McNemar test, p",
        "mcnemar_statistic": "McNemar's chi-square",
        "mcnemar_p_value": "McNemar's chi-square, p",
    }
    return Table(
        name="comparison",
        title=f"{first} against {second} on the same items",
        columns=("What", "Items", "Value", "Low", "High", "n"),
        rows=tuple((words[v.name], v.by.get("type", "all"), _number(v), v.low, v.high, v.n) for v in values),
        note="Differences are shares: 0.05 is five percentage points.",
    )


def _number(value: Estimate) -> Cell:
    return round(value.value) if value.unit == "items" and value.value is not None else value.value


def plots(values: Sequence[Estimate], models: Sequence[str]) -> Iterable[Forest]:
    """The total of every model; the accuracy of every model at every level; the differences of two."""
    totals = [v for v in values if v.name == "weighted_total"]
    if models:
        levels = [v for v in values if v.name == "accuracy"]
        yield Forest(
            name="accuracy",
            title="Accuracy of the models",
            axis="Accuracy",
            bars=tuple(
                _bar(v, v.by["model"], group)
                for group, some in (("All items", totals), *_grouped(levels))
                for v in some
            ),
        )
    gaps = [v for v in values if v.name == "difference"]
    if gaps and gaps[0].value is not None:
        first, second = gaps[0].by["first"], gaps[0].by["second"]
        yield Forest(
            name="difference",
            title=f"{first} minus {second}",
            axis="Difference of accuracy",
            bars=tuple(_bar(v, v.by.get("type", "all items"), "") for v in gaps),
            reference=0.0,
        )


def _grouped(levels: Sequence[Estimate]) -> list[tuple[str, list[Estimate]]]:
    found: dict[str, list[Estimate]] = {}
    for value in levels:
        part, level = _label(value) or ("", "")
        found.setdefault(f"{part}: {level}", []).append(value)
    return list(found.items())


def _bar(value: Estimate, label: str, group: str) -> Bar:
    return Bar(label=label, value=value.value, low=value.low, high=value.high, n=value.n, group=group)


def sentence(values: Sequence[Estimate], models: Sequence[str], options: Mapping[str, object]) -> str:
    """What was done, ready for Methods."""
    n = next((round(v.value) for v in values if v.name == "items" and not v.by and v.value is not None), 0)
    several = f"{len(models)} models were" if len(models) > 1 else f"{models[0]} was"
    open_items = "counted as wrong" if options["unanswered"] == "wrong" else "left out and counted"
    text = (
        f"On {n:,} items {several} scored; the accuracy of each part is given with its 95 % confidence interval, the total "
        f"weighted by the number of items and, beside it, the plain mean of the types. Items without an answer were {open_items}."
    )
    if any(v.name == "difference" for v in values):
        text += (
            " Two models were compared on the items that both answered, by the difference of their shares with a "
            f"bootstrap interval ({options['resamples']:,} resamples, seed {options['seed']}) and McNemar's exact test."
        )
    return text
