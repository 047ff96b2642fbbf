"""Pictures of evidence, drawn with matplotlib: the same numbers always give the same file.

Colours stay apart for colour-blind readers and in grey print (Okabe & Ito). Text stays text in SVG and PDF, so that a
journal can edit it.
"""

from __future__ import annotations

import io
import textwrap
from functools import singledispatch
from itertools import cycle
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from review.domain.plot import (
    Balance,
    Bar,
    BlandAltman,
    Bubbles,
    Calibration,
    Confusion,
    Forest,
    Overlap,
    PairedDifferences,
    Plot,
    RecallCurves,
    Timeline,
)
from review.render.typeface import FAMILIES

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#666666"
_DARK = "#333333"
_ENDS = "osD^vP"  # marks that are told apart without colour
_SIDES = (BLUE, ORANGE, GREEN, PINK, "#E69F00", "#56B4E9")
_WIDTH = 6.3  # inches: the text of an A4 page
_SEVERAL = 6  # bars that fill the width
_LABEL = 34  # letters of a label before it is broken
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": list(FAMILIES),
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "svg.fonttype": "none",
    "svg.hashsalt": "scopewright",
    "pdf.fonttype": 42,
}


def drawn(plot: Plot, form: str, *, dpi: int = 300) -> bytes:
    """The plot as `svg`, `png` (at `dpi`) or `pdf`, on white."""
    with mpl.rc_context(_STYLE):
        figure = _figure(plot)
        data = io.BytesIO()
        when = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
        figure.savefig(data, format=form, dpi=dpi, facecolor="white", bbox_inches="tight", metadata=when)
    return data.getvalue()


@singledispatch
def _figure(plot: Any) -> Figure:
    raise TypeError(f"no picture is known for {type(plot).__name__}")


def _axes(plot: Plot, height: float, *, width: float = _WIDTH) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_broken(plot.title, 72), pad=10)
    return figure, axes


def _broken(text: str, width: int = _LABEL) -> str:
    """Long labels on several lines."""
    return textwrap.fill(text, width)


@_figure.register
def _(plot: Forest) -> Figure:
    lines: list[tuple[str, int | None]] = []  # what stands on each line: a heading, or the number of a bar
    group = ""
    for place, bar in enumerate(plot.bars):
        if bar.group != group:
            lines.append((bar.group, None))
            group = bar.group
        lines.append((bar.label, place))
    figure, axes = _axes(plot, 0.9 + 0.27 * len(lines))
    for at, (_, number) in enumerate(lines):
        if number is not None:
            _interval(axes, at, plot.bars[number])
    if plot.reference is not None:
        axes.axvline(plot.reference, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(lines)), [_broken(text) for text, _ in lines])
    for tick, (_, shown) in zip(axes.get_yticklabels(), lines, strict=True):
        tick.set_fontweight("bold" if shown is None else "normal")
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(_broken(plot.axis, 80))
    return figure


def _interval(axes: Axes, at: float, bar: Bar) -> None:
    """One line of a forest plot, and its numbers beside it."""
    if bar.low is not None and bar.high is not None:
        axes.plot([bar.low, bar.high], [at, at], color=BLUE, linewidth=1.4, solid_capstyle="butt")
    if bar.value is None:
        axes.annotate("undefined", (0.5, at), xycoords=("axes fraction", "data"), ha="center", va="center", color=GREY)
    else:
        axes.plot(bar.value, at, "s", color=BLUE, markersize=4.5)
    said = _said(bar.value, bar.low, bar.high, bar.n)
    axes.annotate(said, (1.02, at), xycoords=("axes fraction", "data"), va="center")


def _said(value: float | None, low: float | None, high: float | None, n: int | None) -> str:
    if value is None:
        return f"n = {n:,}" if n is not None else ""
    interval = f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else ""
    return f"{value:.3f}{interval}" + (f"  n = {n:,}" if n is not None else "")


@_figure.register
def _(plot: PairedDifferences) -> Figure:
    figure, axes = _axes(plot, 3.2)
    ordered = sorted(plot.differences)
    places = range(1, len(ordered) + 1)
    axes.vlines(
        places,
        0,
        ordered,
        color=[ORANGE if d < 0 else BLUE for d in ordered],
        linewidth=max(0.6, 180 / len(ordered) if len(ordered) > 60 else 3),
    )
    if plot.low is not None and plot.high is not None:
        axes.axhspan(plot.low, plot.high, color=GREY, alpha=0.2, linewidth=0)
    axes.axhline(plot.middle, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        f"{plot.middle:+.3f}".replace("-", "−"), (1.01, plot.middle), xycoords=("axes fraction", "data"), va="center"
    )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlim(0.3, len(ordered) + 0.7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("patients, in order of the difference")
    axes.set_ylabel(_broken(plot.axis))
    return figure


@_figure.register
def _(plot: Calibration) -> Figure:
    figure, axes = _axes(plot, 4.2, width=4.2)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    for at, bar in zip(plot.predicted, plot.observed, strict=True):
        if bar.value is None:
            continue
        if bar.low is not None and bar.high is not None:
            axes.plot([at, at], [bar.low, bar.high], color=BLUE, linewidth=1.4)
        axes.plot(at, bar.value, "o", color=BLUE, markersize=4.5)
        if bar.n is not None:
            axes.annotate(
                f"{bar.n:,}", (at, bar.value), xytext=(5, -9), textcoords="offset points", fontsize=7, color=GREY
            )
    axes.set(
        xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="predicted probability", ylabel="observed share", aspect="equal"
    )
    return figure


@_figure.register
def _(plot: BlandAltman) -> Figure:
    figure, axes = _axes(plot, 3.6)
    axes.scatter(plot.means, plot.differences, s=12, color=BLUE, alpha=0.6, linewidths=0)
    for value, name, style in (
        (plot.high, "upper limit", (0, (4, 3))),
        (plot.bias, "bias", "solid"),
        (plot.low, "lower limit", (0, (4, 3))),
    ):
        axes.axhline(value, color=ORANGE, linewidth=1, linestyle=style)
        axes.annotate(
            f"{name} {value:.3g}".replace("-", "−"), (1.01, value), xycoords=("axes fraction", "data"), va="center"
        )
    axes.set_xlabel(_broken(f"mean of both ({plot.axis})", 80))
    axes.set_ylabel(_broken(f"difference ({plot.axis})"))
    return figure


@_figure.register
def _(plot: Confusion) -> Figure:
    size = len(plot.categories)
    side = max(2.6, 0.55 * size)
    figure, axes = _axes(plot, side + 0.9, width=side + 1.6)
    most = max((count for row in plot.counts for count in row), default=0) or 1
    if size:
        axes.imshow([[count / most for count in row] for row in plot.counts], cmap="Blues", vmin=0, vmax=1.25)
    for i, row in enumerate(plot.counts):
        for j, count in enumerate(row):
            axes.text(j, i, f"{count:,}", ha="center", va="center", color="white" if count > 0.7 * most else "black")
    labels = [_broken(name, 16) for name in plot.categories]
    turned = max(map(len, plot.categories), default=0) > 5 and size > 3
    axes.set_xticks(range(size), labels, rotation=45 if turned else 0, ha="right" if turned else "center")
    axes.set_yticks(range(size), labels)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(_broken(plot.columns_are))
    axes.set_ylabel(_broken(plot.rows_are))
    return figure


@_figure.register
def _(plot: Balance) -> Figure:
    sides = len(plot.sides)
    figure, axes = _axes(plot, 1.1 + 0.16 * len(plot.strata) * (sides + 1))
    thick = 0.8 / max(1, sides)
    for place, (shares, counts) in enumerate(zip(plot.shares, plot.counts, strict=True)):
        for number, (share, count) in enumerate(zip(shares, counts, strict=True)):
            at = place - 0.4 + thick * (number + 0.5)
            axes.barh(
                at,
                100 * share,
                height=thick * 0.9,
                color=_SIDES[number % len(_SIDES)],
                label=plot.sides[number] if not place else None,
            )
            axes.annotate(
                f"{count:,}",
                (100 * share, at),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
                color=GREY,
            )
    axes.set_yticks(range(len(plot.strata)), [_broken(name) for name in plot.strata])
    axes.set_ylim(len(plot.strata) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("share of the side, % (number beside it)")
    if sides:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    return figure


@_figure.register
def _(plot: Bubbles) -> Figure:
    rows, columns = len(plot.rows), len(plot.columns)
    figure, axes = _axes(plot, 1.6 + 0.42 * rows, width=max(_WIDTH, 2.4 + 0.62 * columns))
    most = max((n for line in plot.counts for n in line), default=0) or 1
    for i, line in enumerate(plot.counts):
        for j, n in enumerate(line):
            _cell(axes, (j, i), n, n / most, heat=plot.heat)
    axes.set_xticks(range(columns), [_broken(name, 22) for name in plot.columns], rotation=40, ha="right")
    axes.set_yticks(range(rows), [_broken(name) for name in plot.rows])
    axes.set(xlim=(-0.5, max(columns, 1) - 0.5), ylim=(max(rows, 1) - 0.5, -0.5))
    axes.set_xlabel(_broken(plot.columns_are, 80))
    axes.set_ylabel(_broken(plot.rows_are))
    axes.tick_params(length=0)
    if not plot.heat:
        axes.grid(color="#e3e3e3", linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _cell(axes: Axes, place: tuple[int, int], n: int, share: float, *, heat: bool) -> None:
    """A bubble whose area grows with the number, or a shade; a gap stays white with a small cross."""
    if not n:
        axes.text(*place, "×", ha="center", va="center", color="#999999")
        return
    if heat:
        axes.add_patch(
            Rectangle((place[0] - 0.5, place[1] - 0.5), 1, 1, color=BLUE, alpha=0.15 + 0.75 * share, linewidth=0)
        )
    else:
        axes.scatter(*place, s=60 + 560 * share, color=BLUE, alpha=0.85, linewidths=0)
    dark = share > 0.55 if heat else True
    axes.text(*place, f"{n:,}", ha="center", va="center", color="white" if dark else "black", fontsize=8)


@_figure.register
def _(plot: Timeline) -> Figure:
    figure, axes = _axes(plot, 3.2)
    below = [0] * len(plot.years)
    several = len(plot.series) > 1
    for number, (name, line) in enumerate(zip(plot.series, plot.counts, strict=True)):
        shade = _SIDES[number % len(_SIDES)]
        hatch = "//" if number >= len(_SIDES) else None
        axes.bar(plot.years, line, bottom=below, width=0.75, color=shade, hatch=hatch, edgecolor="white", label=name)
        below = [a + b for a, b in zip(below, line, strict=True)]
    for year, n in zip(plot.years, below, strict=True):
        if n:
            axes.annotate(f"{n:,}", (year, n), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8)
    _no_broader(axes, len(plot.years))
    if len(plot.years) > 12:
        axes.set_xticks(range(0, len(plot.years), -(-len(plot.years) // 12)))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="year of publication", ylabel="included studies")
    if several:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    return figure


@_figure.register
def _(plot: Overlap) -> Figure:
    """Bars over a table of dots: every column is one combination of sets (an UpSet plot, Lex et al. 2014)."""
    shown = min(len(plot.counts), 25)
    sets = len(plot.sets)
    figure = Figure(figsize=(max(_WIDTH, 2.2 + 0.36 * shown), 2.6 + 0.26 * sets), layout="constrained")
    bars, dots = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, max(0.4, 0.26 * sets)])
    bars.set_title(_broken(plot.title, 72), pad=10)
    bars.bar(range(shown), plot.counts[:shown], width=0.62, color=BLUE)
    for at, n in enumerate(plot.counts[:shown]):
        bars.annotate(f"{n:,}", (at, n), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8)
    _no_broader(bars, shown)
    bars.set_ylabel("number")
    bars.tick_params(axis="x", length=0)
    for at, members in enumerate(plot.members[:shown]):
        within = [place for place, member in enumerate(members) if member]
        dots.scatter([at] * sets, range(sets), s=26, color="#dddddd", linewidths=0)
        dots.plot([at] * len(within), within, "o-", color=_DARK, markersize=5, linewidth=1.4)
    dots.set_yticks(range(sets), [_broken(name) for name in plot.sets])
    dots.set_ylim(max(sets, 1) - 0.5, -0.5)
    dots.set_xticks([])
    dots.tick_params(length=0)
    for spine in dots.spines.values():
        spine.set_visible(False)
    return figure


def _no_broader(axes: Axes, columns: int) -> None:
    """A bar that stands alone is no broader than one of several."""
    if 0 < columns < _SEVERAL:
        middle, half = (columns - 1) / 2, _SEVERAL / 2 + 0.1
        axes.set_xlim(middle - half, middle + half)


@_figure.register
def _(plot: RecallCurves) -> Figure:
    figure, axes = _axes(plot, 4.0)
    for number, name in enumerate(plot.rankers):
        shade = _SIDES[number % len(_SIDES)]
        axes.fill_between(plot.shares, plot.low[number], plot.high[number], color=shade, alpha=0.15, linewidth=0)
        band = " (band: nine in ten replays)" if plot.low[number] != plot.high[number] else ""
        axes.plot(plot.shares, plot.found[number], color=shade, linewidth=1.6, label=f"{name}{band}")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="in any order")
    axes.axhline(0.95, color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.annotate("95 %", (1.01, 0.95), xycoords=("axes fraction", "data"), va="center", color=GREY, fontsize=8)
    for mark, (name, share, found) in zip(cycle(_ENDS), plot.ends, strict=False):
        axes.plot(
            share,
            found,
            mark,
            color=_DARK,
            markersize=6,
            markerfacecolor="white",
            clip_on=False,
            label=f"end by {name}",
        )
    axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="share of the records screened", ylabel="share of the relevant found")
    axes.legend(loc="lower right", frameon=False)
    return figure
