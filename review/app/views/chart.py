"""Charting: the protocol's form for one included study, each answer with the words and page it rests on."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from review.app import chart_basic, chart_compare, chart_form, charting, frame, markup, person
from review.app.markup import plain
from review.domain.errors import ReviewError
from review.domain.record import Record
from review.domain.team import Right
from review.services import chart, included, sheets
from review.services.chart import ChartedStudy
from review.services.charting import drafts, exports
from review.services.project import Project
from review.services.works import read

_CHART, _COMPARE, _TABLE = "Chart a study", "Compare and settle", "Table of studies"


def show(project: Project) -> None:
    st.title("Chart")
    who = frame.reviewer(project)
    studies = chart.studies(project)
    form = chart.form(project)
    if not studies:
        st.info("No study has been included yet. Include full texts first (page Full text).")
        return
    if not form.fields:
        st.info("The protocol has no charting form: add fields under `charting:` in protocol.yaml.")
        return
    if person.may(project, Right.GOVERN):
        chart_form.show(project, who)
    shown = read(project, [study.record_id for study in studies])
    views = (_CHART, _COMPARE, _TABLE) if person.may(project, Right.REVIEW) else (_COMPARE, _TABLE)
    first = views[0] if person.may(project, Right.REVIEW) else _TABLE
    view = st.segmented_control("View", views, default=first, label_visibility="collapsed", key="chart-view")
    if view == _TABLE or view is None:
        _table(project, studies)
    elif view == _COMPARE:
        chart_compare.show(project, who, shown)
    else:
        _chart(project, who, studies, shown)


def _chart(project: Project, who: str, studies: list[ChartedStudy], shown: Mapping[str, Record]) -> None:
    counts = drafts.counts(project, reviewer=who)
    handed = drafts.handed(project, reviewer=who)
    new = exports.new_studies(project)
    fields = len(chart.form(project).fields)

    def named(work: str) -> str:
        done, typed = counts.get(work, (0, 0))
        state = "handed in" if work in handed and not typed else f"{done} of {fields}"
        fresh = "new: " if work in new and work not in handed else ""
        return f"{fresh}{shown[work].short_citation}: {shown[work].title} ({state})"

    if new - handed:
        st.caption(f"The last update of the search brought {len(new)} included studies; they are marked new.")
    order = sorted((study.record_id for study in studies), key=lambda w: w in handed)
    work = st.selectbox("Study", order, format_func=named, key="chart-work")
    if work is None:
        return
    with st.expander("Title and abstract"):
        st.html(markup.record_card(shown[work]))
    if frame.plainly():
        _no_longer_asked(project, who, work)
        chart_basic.show(project, who, work)
    else:
        st.caption("A blank is not the same as “not reported”. Every number needs the words of the paper and a page.")
        _form(project, who, work)


@st.fragment
def _form(project: Project, who: str, work: str) -> None:
    _no_longer_asked(project, who, work)
    try:
        charting.show(project, who, work)
    except ReviewError as error:
        frame.refuse(error)


def _no_longer_asked(project: Project, who: str, work: str) -> None:
    """What was typed into a field that went when the form was changed: nobody's words are lost without being seen."""
    found = drafts.no_longer_asked(project, work, reviewer=who)
    if not found:
        return
    st.warning(
        "The form was changed, and these fields are no longer asked. What you typed there is not among your answers: copy "
        "what you still need.",
        icon=":material/edit_note:",
    )
    for label, entry in found:
        st.text(f"{label}: {'; '.join(part for part in (chart.shown(entry), entry.quote, entry.page) if part)}")
    st.button(
        "I do not need it any more",
        key=f"gone-{work}",
        on_click=_let_go,
        args=(project, who, work, [(entry.field_id, entry.row) for _, entry in found]),
    )


@frame.callback
def _let_go(project: Project, who: str, work: str, spots: list[drafts.Spot]) -> None:
    drafts.forget(project, work, reviewer=who, of=spots)


def _table(project: Project, studies: list[ChartedStudy]) -> None:
    found = included.studies(project).tables[0]
    who = {study.record_id: ", ".join(study.reviewers) for study in studies}
    table = pd.DataFrame(found.rows, columns=list(found.columns))
    table.insert(2, "Charted by", list(who.values()))
    unsettled = sum(study.unsettled for study in studies)
    st.caption("NR: not reported. NA: not applicable. A blank: nobody has answered yet.")
    if unsettled:
        st.caption(f"{unsettled} answers in which people differ are left blank until they are settled.")
    waiting = [study for study in studies if not study.answers and study.reviewers]
    if waiting and chart.form(project).people > 1:
        st.caption(f"{len(waiting)} studies count once {chart.form(project).people} people have handed them in.")
    st.dataframe(table, hide_index=True, alt="Included studies with what was charted")
    csv = BOM_UTF8 + sheets.as_csv(list(table.columns), table.itertuples(index=False))
    _files("The table", {"included.csv": lambda: csv, **{
        f"included{ending}": partial(exports.table_file, project, ending) for ending in (".xlsx", ".md", ".tex")
    }})  # fmt: skip
    _files("Every answer with its words and page, and the map for EPPI-Mapper", {
        "charting.json": partial(exports.long_json, project),
        "eppi-map.json": partial(exports.eppi_json, project),
    })  # fmt: skip
    _files("The included studies as references, with decisions", {
        f"included-studies{ending}": partial(exports.references, project, ending) for ending in exports.REFERENCES
    })  # fmt: skip


def _files(title: str, made: Mapping[str, Callable[[], bytes]]) -> None:
    st.caption(plain(title))
    with st.container(horizontal=True):
        for name, data in made.items():
            ending = name.rpartition(".")[2]
            label = f"{ending.upper()}{' (map)' if name.startswith('eppi') else ''}"
            st.download_button(
                label,
                data=data,
                file_name=name,
                key=f"chart-file-{name}",
                icon=":material/download:",
                on_click="ignore",
            )


if __name__ == "__main__":
    frame.page(show)
