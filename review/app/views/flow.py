"""The PRISMA flow diagram, drawn from the facts as the team wants it to look, and its files."""

from __future__ import annotations

from functools import partial

import streamlit as st

from review.app import frame, person
from review.app.evidence_shown import picture
from review.app.frame import callback
from review.app.markup import plain
from review.domain.errors import ReviewError
from review.domain.flow import FlowCounts
from review.domain.screening import Stage
from review.domain.team import Right
from review.render.flow_words import OPTIONAL, PARTS, WORDS, FlowLook, checked
from review.services import flow, flow_look, overview, protocol
from review.services.project import Project

_FILES = (
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".pdf", "application/pdf"),
    (".csv", "text/csv"),
    (".json", "application/json"),
)
_DPI = (300, 600)  # what journals ask of pictures, and of line drawings


def show(project: Project) -> None:
    st.title("Flow diagram")
    if _hidden(project):
        return
    since = _since(project)
    counts = flow.counts(project, since=since)
    left, right = st.columns([7, 3], gap="large")
    with right:
        look = _look(project, counts)
    with left:
        for finding in flow.check(project, since=since):
            st.error(plain(finding), icon=":material/calculate:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for suffix, mime in _FILES:
                _download(project, (suffix, mime), since, look)
        svg = flow.as_file(project, ".svg", since=since, look=look)
        picture(svg, title=f"PRISMA 2020 flow diagram: {counts.total_studies} studies included")
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
    """A reviewer with work left is asked first: the counts can give away what others decided of it.

    Where one person judges each record, nobody has decided what is left.
    """
    who = str(st.session_state.get("who", ""))
    alone = protocol.in_force(project).screening.reviewers_per_record == 1
    if alone or not who or st.session_state.get("flow-shown"):
        return False
    waiting = overview.waiting_for(project, who, Stage.TITLE_ABSTRACT) + overview.waiting_for(
        project, who, Stage.FULL_TEXT
    )
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


def _download(project: Project, form: tuple[str, str], since: str | None, look: FlowLook) -> None:
    """A file that is made once somebody asks for it: the picture takes a while."""
    suffix, mime = form
    label = suffix.removeprefix(".").upper()
    if (missing := flow.missing_for(suffix)) is not None:
        st.button(label, disabled=True, help=plain(missing))
        return
    for dpi in _DPI if suffix == ".png" else (0,):
        st.download_button(
            f"{label} {dpi} dpi" if dpi else label,
            partial(flow.as_file, project, suffix, since=since, look=look, dpi=dpi or _DPI[0]),
            file_name=f"flow{suffix}",
            mime=mime,
            on_click="ignore",
            icon=":material/download:",
            key=f"flow{suffix}{dpi}",
        )


# How it looks: tried out at once, kept for everybody when asked


def _look(project: Project, counts: FlowCounts) -> FlowLook:
    kept = flow_look.look(project)
    if not person.may(project, Right.WRITE):
        return kept
    with st.expander("Words and lines", icon=":material/edit:", expanded=True):
        hide = st.multiselect(
            "Leave out",
            [*OPTIONAL, *PARTS],
            default=sorted(kept.hide),
            format_func=lambda name: {**OPTIONAL, **PARTS}[name],
            placeholder="Nothing is left out",
            help="A line that counts something stays in the diagram: no number of the review disappears.",
            key="flow-hide",
        )
        changed = st.multiselect(
            "Words to change",
            _used(counts),
            default=[key for key in _used(counts) if key in kept.labels],
            format_func=WORDS.__getitem__,
            placeholder="Choose a line",
            key="flow-changed",
        )
        labels = {
            key: st.text_input(WORDS[key], value=kept.word(key), max_chars=200, key=f"flow-word-{key}")
            for key in changed
        }
        try:
            wanted = checked({**_unused(kept, counts), **labels}, hide)
        except ReviewError as error:
            frame.refuse(error)
            return kept
        for remark in flow_look.remarks(project, counts, wanted):
            st.warning(plain(remark), icon=":material/visibility:")
        same = (dict(wanted.labels), wanted.hide) == (dict(kept.labels), kept.hide)
        st.caption("The diagram shows them at once. Kept, they hold for everybody, for every file and for the paper.")
        with st.container(horizontal=True):
            st.button("Keep", type="primary", disabled=same, key="flow-keep", on_click=_keep, args=(project, wanted))
            st.button(
                "As in PRISMA 2020", disabled=kept == FlowLook(), key="flow-usual", on_click=_usual, args=(project,)
            )
    return wanted


def _used(counts: FlowCounts) -> list[str]:
    """The words that can stand in this diagram: those of an update only in one."""
    update = {"heading_previous", "heading_databases_update", "heading_other_update"}
    of_update = {key for key in WORDS if key in update or key.endswith(("_previous", "_new", "_total"))}
    once = {"heading_databases", "heading_other", "studies", "reports"}
    return [key for key in WORDS if key not in (once if counts.is_update else of_update)]


def _unused(kept: FlowLook, counts: FlowCounts) -> dict[str, str]:
    """The words kept for the other form of the diagram, which is not edited now."""
    used = _used(counts)
    return {key: label for key, label in kept.labels.items() if key not in used}


@callback
def _keep(project: Project, wanted: FlowLook) -> None:
    flow_look.keep(project, wanted.labels, wanted.hide)
    frame.notice("Kept in review.toml: the diagram looks so everywhere.")


@callback
def _usual(project: Project) -> None:
    flow_look.keep(project, {}, ())
    for key in [key for key in st.session_state if str(key).startswith("flow-")]:
        if key != "flow-shown":
            del st.session_state[key]
    frame.notice("The diagram has the words of PRISMA 2020 again.")


if __name__ == "__main__":
    frame.page(show)
