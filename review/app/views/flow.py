"""The PRISMA flow diagram, drawn from the facts, and its files."""

from __future__ import annotations

import streamlit as st

from review.app import frame
from review.app.markup import plain
from review.domain.screening import Stage
from review.services import flow
from review.services.project import Project

_FILES = (
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".pdf", "application/pdf"),
    (".csv", "text/csv"),
    (".json", "application/json"),
)


def show(project: Project) -> None:
    st.title("Flow diagram")
    if _hidden(project):
        return
    since = _since(project)
    for finding in flow.check(project, since=since):
        st.error(plain(finding), icon=":material/calculate:")
    counts = flow.counts(project, since=since)
    with st.container(horizontal=True):
        for suffix, mime in _FILES:
            _download(project, suffix, mime, since)
    svg = flow.as_file(project, ".svg", since=since).decode("utf-8")
    st.image(svg, alt=f"PRISMA 2020 flow diagram: {counts.total_studies} studies included")
    st.caption(
        "Every number is counted from the records and decisions at this moment; unfinished work is said in its box."
    )


def _since(project: Project) -> str | None:
    """From where the diagram counts: as the protocol says, or what the newest update brought if that is asked for."""
    if not flow.was_updated(project):
        return None
    asked = st.toggle(
        "As the update of an earlier version",
        help="Studies found before the newest update stand in a box of their own. Only for a review that was published before.",
    )
    return flow.LAST if asked else None


def _hidden(project: Project) -> bool:
    """A reviewer with work left is asked first: the counts can give away what others decided."""
    who = str(st.session_state.get("who", ""))
    if not who or st.session_state.get("flow-shown"):
        return False
    waiting = frame.waiting_for(project, who, Stage.TITLE_ABSTRACT) + frame.waiting_for(project, who, Stage.FULL_TEXT)
    if not waiting:
        return False
    st.info(
        f"{waiting:,} decisions still wait for you. The diagram counts outcomes, which can tell you what others "
        "decided; screening is meant to be blinded."
    )
    if st.button("Show the diagram all the same"):
        st.session_state["flow-shown"] = True
        st.rerun()
    return True


def _download(project: Project, suffix: str, mime: str, since: str | None) -> None:
    """A file that is made once somebody asks for it: the picture takes a while."""
    label = suffix.removeprefix(".").upper()
    if (missing := flow.missing_for(suffix)) is not None:
        st.button(label, disabled=True, help=plain(missing))
        return
    st.download_button(
        label,
        lambda: flow.as_file(project, suffix, since=since),
        file_name=f"flow{suffix}",
        mime=mime,
        on_click="ignore",
        icon=":material/download:",
    )


if __name__ == "__main__":
    frame.page(show)
