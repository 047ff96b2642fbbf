"""Map: where the evidence lies and where there is none, studies over the years, what each source found."""

from __future__ import annotations

import streamlit as st

from review.app import frame
from review.app.evidence_shown import pictures, table_shown
from review.domain.estimate import Evidence
from review.services import flow, maps
from review.services.project import Project

_LIKELY = ("task", "modality", "year", "journal")  # what a first map is drawn of, if the form has it


def show(project: Project) -> None:
    st.title("Evidence map")
    st.write(
        "Where the included studies lie, and where there is none: the empty cells are the gaps you may write about."
    )
    if not flow.included(project):
        st.info("No study is included yet. The map draws itself as full texts are included and charted.")
        _sources(project)
        return
    labels = maps.fields(project)
    names = list(labels)
    first = [name for name in _LIKELY if name in labels] + names
    left, right, form = st.columns([3, 3, 2])
    rows = left.selectbox("Rows", names, index=names.index(first[0]), format_func=labels.__getitem__, key="map-rows")
    columns = right.selectbox(
        "Columns", names, index=names.index(first[1]), format_func=labels.__getitem__, key="map-columns"
    )
    drawn = form.selectbox("Drawn as", ["Bubbles", "Shades"], key="map-form")
    _shown(maps.map_of(project, rows, columns, heat=drawn == "Shades"))
    st.subheader("Over the years")
    by = st.selectbox(
        "In the levels of", ["", *names], format_func=lambda name: labels.get(name, "(one bar a year)"), key="map-by"
    )
    _shown(maps.timeline(project, by=by))
    _sources(project)


def _sources(project: Project) -> None:
    st.subheader("What each source found")
    only = st.checkbox("Included studies only", key="map-included")
    found = maps.overlap(project, included=only)
    if found.plots:
        _shown(found)
    else:
        st.info("There is nothing to count yet.")


def _shown(found: Evidence) -> None:
    pictures(found)
    if found.tables and not found.plots:
        st.info("This has too many levels for a picture; the table has them all.")
    for number, table in enumerate(found.tables):
        with st.expander(table.title, expanded=not found.plots and not number):
            table_shown(table, titled=False)


if __name__ == "__main__":
    frame.page(show)
