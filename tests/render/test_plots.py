"""Pictures of evidence: all kinds are drawn, in every form, the same each time, and hold their words as text."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

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
from review.render.plots import drawn

BARS = (
    Bar(label="L5", value=0.91, low=0.88, high=0.93, n=120, group="Test"),
    Bar(label="sacrum $S_1$ & <b>", value=0.71, low=0.62, high=0.79, n=41, group="Test"),
    Bar(label="transitional vertebra of the lumbosacral junction", value=None, n=2, group="External"),
)
PLOTS: tuple[Plot, ...] = (
    Forest(name="classes", title="Dice per class", axis="Dice (95 % CI)", bars=BARS, reference=0.8),
    PairedDifferences(
        name="paired",
        title="A − B",
        axis="difference in Dice",
        differences=(0.1, -0.02, 0.03, 0.0),
        middle=0.02,
        low=-0.01,
        high=0.05,
    ),
    Calibration(name="calibration", title="Calibration", predicted=(0.1, 0.5), observed=BARS[:2]),
    BlandAltman(
        name="ba",
        title="Cobb angle",
        axis="°",
        means=(10, 20, 30),
        differences=(1, -1, 2),
        bias=0.7,
        low=-2.3,
        high=3.7,
    ),
    Confusion(
        name="confusion",
        title="Castellvi type",
        rows_are="reader 1",
        columns_are="reader 2",
        categories=("none", "Ia", "IIa", "transitional"),
        counts=((88, 14, 18, 1), (10, 40, 10, 0), (2, 6, 12, 1200), (0, 0, 0, 0)),
    ),
    Balance(
        name="balance",
        title="Strata",
        sides=("train", "val", "test"),
        strata=("LSTV", "no LSTV"),
        shares=((0.2, 0.1, 0.3), (0.8, 0.9, 0.7)),
        counts=((20, 1, 3), (80, 9, 7)),
    ),
    *(
        Bubbles(
            name=name,
            title="Task by modality",
            rows_are="Task",
            columns_are="Modality",
            rows=("detect", "segment", "label or number levels"),
            columns=("CT", "MRI T1", "MRI T2", "X-ray AP", "not reported"),
            counts=((12, 3, 0, 5, 1), (7, 0, 2, 0, 0), (1, 0, 0, 0, 0)),
            heat=heat,
        )
        for name, heat in (("bubbles", False), ("heat", True))
    ),
    Timeline(
        name="timeline",
        title="Included studies per year",
        years=tuple(str(year) for year in range(2012, 2027)),
        series=("CT", "MRI"),
        counts=((0, 0, 1, 0, 2, 1, 3, 2, 4, 4, 6, 5, 8, 9, 3), (1, 0, 0, 0, 0, 1, 1, 2, 1, 3, 2, 4, 4, 6, 2)),
    ),
    Overlap(
        name="overlap",
        title="What each combination of sources found",
        sets=("PubMed", "Scopus", "arXiv"),
        members=((True, False, False), (True, True, False), (False, False, True), (True, True, True)),
        counts=(61, 33, 20, 2),
    ),
    RecallCurves(
        name="recall",
        title="Relevant records found, 2 sets, 4 replays",
        rankers=("tfidf", "other <b> $x$"),
        shares=(0.0, 0.5, 1.0),
        found=((0.0, 0.9, 1.0), (0.0, 0.6, 1.0)),
        low=((0.0, 0.8, 1.0), (0.0, 0.6, 1.0)),
        high=((0.0, 1.0, 1.0), (0.0, 0.6, 1.0)),
        ends=(("held", 0.5, 0.9), ("a $rule$", 0.8, 0.95)),
    ),
)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
@pytest.mark.parametrize(("form", "mark"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_plot_is_the_same_file_each_time(plot: Plot, form: str, mark: bytes) -> None:
    first = drawn(plot, form, dpi=60)
    assert first.startswith(mark)
    assert drawn(plot, form, dpi=60) == first


def test_words_stay_text_and_a_dollar_stays_a_dollar() -> None:
    svg = drawn(PLOTS[0], "svg").decode()
    assert "sacrum $S_1$ &amp; &lt;b&gt;" in svg
    assert "undefined" in svg


@pytest.mark.parametrize(
    "plot",
    [
        Forest(name="f", title="", axis="", bars=()),
        Confusion(name="c", title="", rows_are="", columns_are="", categories=(), counts=()),
        Balance(name="b", title="", sides=(), strata=(), shares=(), counts=()),
        PairedDifferences(name="p", title="", axis="", differences=(), middle=0),
        Bubbles(name="m", title="", rows_are="", columns_are="", rows=(), columns=(), counts=()),
        Timeline(name="t", title="", years=(), series=(), counts=()),
        Overlap(name="o", title="", sets=(), members=(), counts=()),
    ],
    ids=lambda plot: plot.name,
)
def test_nothing_to_draw_is_an_empty_picture_not_a_crash(plot: Plot) -> None:
    assert drawn(plot, "svg").startswith(b"<?xml")


@pytest.mark.parametrize(
    "plot",
    [
        Timeline(name="t", title="Years", years=("2024",), series=("",), counts=((3,),)),
        Overlap(name="o", title="Sources", sets=("PubMed",), members=((True,),), counts=(4,)),
    ],
    ids=["timeline", "overlap"],
)
def test_a_bar_that_stands_alone_is_no_broader_than_one_of_several(plot: Timeline | Overlap) -> None:
    picture = np.asarray(Image.open(io.BytesIO(drawn(plot, "png", dpi=60))).convert("RGB")).astype(int)
    blue = (picture[:, :, 2] - picture[:, :, 0] > 100).any(axis=0)
    assert 0.05 < blue.mean() < 0.2
