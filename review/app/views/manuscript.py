"""Manuscripts: started from a skeleton, built into documents whose numbers are looked up, checked item by item."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from review import plugins
from review.app import frame, person, reviewer
from review.app.frame import callback
from review.app.markup import plain
from review.domain.finding import Finding
from review.domain.manuscript import PROJECT_TYPES, SectionStanding, SectionState
from review.domain.team import Right
from review.services import facts
from review.services.manuscript import approval, building, paper, venues
from review.services.project import Project

_BUILT = "built"
_STATES = {
    SectionState.DRAFT: ":material/edit:",
    SectionState.REVISED: ":material/rate_review:",
    SectionState.APPROVED: ":material/verified:",
}
_MIME = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".tex": "application/x-tex",
    ".md": "text/markdown",
}


def show(project: Project) -> None:
    st.title("Manuscript")
    found = paper.papers(project)
    if not found:
        st.write(
            "There is no manuscript yet. It begins with a skeleton that asks for your words and fills in the numbers."
        )
    else:
        _one(project, found)
    if not person.may(project, Right.WRITE):
        return
    with st.expander("Start a new manuscript", expanded=not found), st.form("new-paper", border=False):
        st.text_input("Name of its folder in the project", "paper" if not found else "", key="paper-name")
        kinds = {name: plugins.load("review.paper_types", name) for name in PROJECT_TYPES}
        at = PROJECT_TYPES.index(project.type) if project.type in PROJECT_TYPES else 0
        st.selectbox(
            "Kind of paper",
            PROJECT_TYPES,
            index=at,
            format_func=lambda name: f"{kinds[name].title}: {kinds[name].question}",
            key="paper-type",
        )
        st.selectbox(
            "Where it will be sent",
            venues.names(),
            index=venues.names().index("generic"),
            format_func=lambda name: venues.load(name).title,
            key="paper-venue",
        )
        st.form_submit_button("Create", on_click=_create, args=(project,))


@callback
def _create(project: Project) -> None:
    place = paper.create(
        project,
        Path(str(st.session_state.get("paper-name", "")).strip() or "paper"),
        type=str(st.session_state.get("paper-type") or ""),
        for_venue=str(st.session_state.get("paper-venue") or "generic"),
    )
    frame.notice(f"Created. Write your text in {place / paper.MANUSCRIPT}; numbers in it are looked up at each build.")


def _one(project: Project, found: list[Path]) -> None:
    folder = (
        st.selectbox("Manuscript", found, format_func=lambda p: p.name, key="paper") if len(found) > 1 else found[0]
    )
    if folder is None:
        return
    st.caption(plain(f"The text is {folder.name}/{paper.MANUSCRIPT}. Edit it with any text editor, then build."))
    build, remarks, parts, values = st.tabs(["Documents", "As a reviewer", "Sections", "Facts"])
    with build:
        _build(project, folder)
    with remarks:
        reviewer.show(project, folder)
    with parts:
        _sections(project, folder)
    with values:
        _facts(project)


def _build(project: Project, folder: Path) -> None:
    chosen = st.pills(
        "Build as", list(building.FORMATS), selection_mode="multi", default=["docx", "pdf"], key="paper-formats"
    )
    if st.button("Build", type="primary", disabled=not chosen or not person.may(project, Right.WRITE), key="build"):
        with st.spinner("Looking up the numbers and writing the documents …"):
            st.session_state[_BUILT] = (folder, building.build(project, folder, chosen))
    files = sorted((folder / paper.BUILD).glob("manuscript.*"))
    with st.container(horizontal=True):
        for path in files:
            st.download_button(
                path.name,
                path.read_bytes(),
                file_name=path.name,
                mime=_MIME.get(path.suffix, "application/octet-stream"),
                on_click="ignore",
                icon=":material/download:",
                key=f"download-{folder.name}-{path.name}",
            )
    built = st.session_state.get(_BUILT)
    if built and built[0] == folder:
        st.success(f"Built {len(built[1].files)} documents.", icon=":material/task_alt:")
        _findings(built[1].findings)


def _findings(found: tuple[Finding, ...]) -> None:
    if not found:
        st.write("Nothing to mend was found.")
        return
    st.write(f"{len(found)} things to look at before you send it on:")
    table = {
        "Severity": [str(f.severity) for f in found],
        "Line": [f.line for f in found],
        "What": [f.message for f in found],
        "What to do": [f.hint for f in found],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, alt="Findings in the manuscript")


def _sections(project: Project, folder: Path) -> None:
    st.caption(
        "A section is a draft while a task is open in it. Approve what you stand for; a later change of its text undoes the "
        "approval, and the documents say which sections nobody approved."
    )
    found = approval.standings(project, folder)
    done = sum(one.state is SectionState.APPROVED for one in found)
    st.progress(done / len(found) if found else 0.0, text=f"{done} of {len(found)} sections approved")
    for at, one in enumerate(found):
        told, press = st.columns([5, 1], vertical_alignment="center")
        told.markdown(f"{_STATES[one.state]} **{plain(one.section)}** {plain(_standing(one))}")
        if one.state is SectionState.REVISED and person.may(project, Right.WRITE):
            press.button("Approve", key=f"approve-{at}", on_click=_approve, args=(project, folder, one.section))


def _standing(one: SectionStanding) -> str:
    if one.state is SectionState.APPROVED:
        return f"approved by {one.who} on {one.at[:10]}"
    if one.lapsed:
        return f"changed since {one.who} approved it on {one.at[:10]}"
    return f"{one.tasks} task{'s' if one.tasks != 1 else ''} open" if one.tasks else "ready to be read and approved"


@callback
def _approve(project: Project, folder: Path, section: str) -> None:
    one = approval.approve(project, folder, section, str(st.session_state.get("who", "")))
    frame.notice(f"“{one.section}” is approved in the name of {one.who}.")


def _facts(project: Project) -> None:
    st.caption(
        "Write a fact's name between double braces in the manuscript; the build puts in its value of that moment."
    )
    found = facts.facts(project)
    words = st.text_input("Find a fact", key="fact-find").casefold()
    wanted = [fact for name, fact in found.items() if words in f"{name} {fact.formula}".casefold()]
    table = {
        "Name": [f.name for f in wanted],
        "Value": ["undefined" if f.value is None else str(f.value) for f in wanted],
        "Unit": [f.unit for f in wanted],
        "How it is computed": [f.formula for f in wanted],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, height=560, alt="Facts a manuscript may name")


if __name__ == "__main__":
    frame.page(show)
