"""What a picture of evidence shows, apart from how it is drawn: each kind of plot as the numbers it needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A line of a forest plot: a value with its interval. An undefined value is None, and its line stays empty."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    group: str = ""  # the heading it stands under


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Values with their intervals below one another, such as one per class."""

    name: str
    title: str
    axis: str
    bars: tuple[Bar, ...]
    reference: float | None = None  # a line to compare with, such as 0 for differences


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifferences:
    """Per patient the difference of two models, in order of size, with the estimate of the middle."""

    name: str
    title: str
    axis: str
    differences: tuple[float, ...]
    middle: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Per bin the mean predicted probability, the observed share with its interval, and how many cases."""

    name: str
    title: str
    predicted: tuple[float, ...]
    observed: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """The differences of two raters against their means, with bias and limits of agreement."""

    name: str
    title: str
    axis: str
    means: tuple[float, ...]
    differences: tuple[float, ...]
    bias: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A table of counts: rows are the reference or the first rater, columns the prediction or the second."""

    name: str
    title: str
    rows_are: str
    columns_are: str
    categories: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Per stratum its share (0 to 1) of each side of a split."""

    name: str
    title: str
    sides: tuple[str, ...]
    strata: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]  # a row per stratum, a column per side
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubbles:
    """An evidence map: studies where a row meets a column, as bubbles or as shades. A cell of 0 is a gap."""

    name: str
    title: str
    rows_are: str
    columns_are: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    heat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Studies per year, in one series or several that stand on one another; a row of counts per series."""

    name: str
    title: str
    years: tuple[str, ...]
    series: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How much each combination of sets holds; `members[k][s]` says whether combination k is in set s."""

    name: str
    title: str
    sets: tuple[str, ...]
    members: tuple[tuple[bool, ...], ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallCurves:
    """Per ranker the share of relevant records found over the share screened, with a band; shares ascend from 0 to 1.

    `ends` are points with a name: where something would have ended the reading, and what was found by then.
    """

    name: str
    title: str
    rankers: tuple[str, ...]
    shares: tuple[float, ...]
    found: tuple[tuple[float, ...], ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]
    ends: tuple[tuple[str, float, float], ...] = ()


Plot = (
    Forest
    | PairedDifferences
    | Calibration
    | BlandAltman
    | Confusion
    | Balance
    | Bubbles
    | Timeline
    | Overlap
    | RecallCurves
)
