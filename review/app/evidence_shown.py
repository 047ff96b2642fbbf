"""Tables and pictures of evidence on a page, each with its files to take along."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import PurePosixPath

import pandas as pd
import streamlit as st

from review.app.markup import plain
from review.domain.estimate import Evidence, Table
from review.domain.plot import Plot
from review.render import tables
from review.render.plots import drawn
from review.render.workbook import workbook

_WHOLE = 40  # rows that are shown without a scroll bar


def pictures(found: Evidence) -> None:
    """Every picture, with SVG, PNG (300 dpi) and PDF to download; the files are made when asked for."""
    for plot in found.plots:
        picture(_svg(plot), title=plot.title)
        with st.container(horizontal=True):
            for form in ("svg", "png", "pdf"):
                _download(f"{plot.name}.{form}", partial(drawn, plot, form), f"plot-{plot.name}")


def picture(svg: bytes, *, title: str) -> None:
    """An image of its own, so that the marks of two pictures cannot mix; its numbers are in a table or file, too.

    On a narrow screen it keeps a width at which its words can be read, and scrolls.
    """
    data = base64.b64encode(svg).decode()
    st.html(
        f'<div class="picture" tabindex="0" role="region" aria-label="{escape(title)}, the picture">'
        f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{data}"></div>'
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _svg(plot: Plot) -> bytes:
    return drawn(plot, "svg")


def table_shown(table: Table, *, titled: bool = True) -> None:
    """One table, whole, and its files."""
    if titled:
        st.markdown(f"**{plain(table.title)}**")
    whole = len(table.rows) <= _WHOLE
    st.dataframe(
        pd.DataFrame(table.rows, columns=list(table.columns)), hide_index=True, height="content" if whole else "auto"
    )
    if table.note:
        st.caption(plain(table.note))
    with st.container(horizontal=True):
        for ending, write in tables.WRITERS.items():
            _download(f"{table.name}{ending}", partial(_written, write, table), f"table-{table.name}")
        _download(f"{table.name}.xlsx", partial(workbook, [table]), f"table-{table.name}")


def _written(write: Callable[[Table], str], table: Table) -> bytes:
    return write(table).encode()


def _download(name: str, data: Callable[[], bytes], key: str) -> None:
    ending = PurePosixPath(name).suffix
    st.download_button(
        ending.removeprefix(".").upper(), data=data, file_name=name, key=f"{key}{ending}", icon=":material/download:"
    )
