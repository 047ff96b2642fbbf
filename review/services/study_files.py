"""What a study of replays leaves in a folder: recall curves, a table of runs, a table of figures, and every order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from review.domain.naming import file_name
from review.domain.plot import RecallCurves
from review.render import plots
from review.resources import write_file
from review.services import sheets
from review.services.study import Run, estimates, stops

POINTS = 200  # of a curve, at equal distances
_CURVE = ("set", "ranker", "seed", "screened_share", "recall")
_STOPS = (
    "set",
    "ranker",
    "seed",
    "rule",
    "screened",
    "records",
    "screened_share",
    "recall",
    "reached_95",
    "never_spoke",
)
_FIGURES = ("ranker", "figure", "mean", "low", "high", "n", "over")


def write(folder: Path, runs: Sequence[Run]) -> list[Path]:
    """Write everything; the paths, the tables first."""
    tables = {
        "runs.csv": _table([one.row() for one in runs]),
        "figures.csv": sheets.as_csv(_FIGURES, [[getattr(one, name) for name in _FIGURES] for one in estimates(runs)]),
        "curves.csv": sheets.as_csv(_CURVE, [row for one in runs for row in _curve_rows(one)]),
        "stops.csv": sheets.as_csv(_STOPS, [row for one in runs for row in _stop_rows(one)]),
        "curves.svg": plots.drawn(curves(runs), "svg"),
        "curves.png": plots.drawn(curves(runs), "png"),
    }
    orders = {
        f"orders/{file_name(one.data, otherwise='set')}-{file_name(one.ranker, otherwise='ranker')}-{one.seed}.csv": "".join(
            f"{sheets.safe(record)}\n" for record in one.order
        ).encode()
        for one in runs
    }
    for name, data in (tables | orders).items():
        write_file(folder / name, data)
    return [folder / name for name in (*tables, "orders")]


def _table(rows: Sequence[dict[str, object]]) -> bytes:
    columns = list(rows[0]) if rows else []
    return sheets.as_csv(columns, [[row[name] for name in columns] for row in rows])


def _curve(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Shares screened and found at equal distances."""
    found = np.concatenate([[0], np.cumsum(run.seen)])
    shares = np.linspace(0, 1, POINTS + 1)
    return shares, found[np.floor(shares * len(run.seen) + 1e-9).astype(int)] / max(1, found[-1])


def _curve_rows(run: Run) -> list[tuple[object, ...]]:
    shares, recall = _curve(run)
    return [
        (run.data, run.ranker, run.seed, round(float(share), 4), round(float(found), 6))
        for share, found in zip(shares, recall, strict=True)
    ]


def _stop_rows(run: Run) -> list[tuple[object, ...]]:
    whose = (run.data, run.ranker, run.seed)
    return [
        (*whose, end.rule, end.screened, end.total, round(end.share, 4), round(end.recall, 6), end.kept, end.never)
        for end in run.endings
    ]


def curves(runs: Sequence[Run]) -> RecallCurves:
    """One curve per ranker: the mean over sets of the mean over seeds, with the range of nine in ten runs.

    The ends are those of the stopping rules with the first ranker, on average.
    """
    rankers = tuple(dict.fromkeys(one.ranker for one in runs))
    middle, low, high = [], [], []
    for ranker in rankers:
        own = [one for one in runs if one.ranker == ranker]
        by_set = [
            np.mean([_curve(one)[1] for one in own if one.data == name], axis=0)
            for name in dict.fromkeys(one.data for one in own)
        ]
        every = np.asarray([_curve(one)[1] for one in own])
        middle.append(tuple(np.mean(by_set, axis=0).tolist()))
        low.append(tuple(np.quantile(every, 0.05, axis=0).tolist()))
        high.append(tuple(np.quantile(every, 0.95, axis=0).tolist()))
    sets = len({one.data for one in runs})
    return RecallCurves(
        name="recall",
        title=f"Relevant records found, {sets} {'set' if sets == 1 else 'sets'}, {len(runs):,} replays",
        rankers=rankers,
        shares=tuple(np.linspace(0, 1, POINTS + 1).tolist()),
        found=tuple(middle),
        low=tuple(low),
        high=tuple(high),
        ends=tuple((one.rule, one.screened_share, one.recall) for one in stops(runs) if one.ranker == rankers[0]),
    )
