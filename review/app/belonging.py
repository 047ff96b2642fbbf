"""Saying which reports belong together: versions of one report, and reports of one study."""

from __future__ import annotations

import streamlit as st

from review.app import choosing, frame
from review.app.frame import callback
from review.domain.record import Record
from review.domain.report import Relation
from review.services import reports
from review.services.project import Project
from review.services.works import read

_SAYS = {
    "ours": "Versions of one report, and the one above counts",
    "theirs": "Versions of one report, and the other one counts",
    "study": "Two reports of one study",
}


def show(project: Project, who: str, work: str, shown: dict[str, Record]) -> None:
    found = reports.together(project, work)
    linked = len(found.versions) + len(found.study)
    with st.expander(f"Versions and studies ({linked} linked)" if linked else "Versions and studies"):
        st.caption(
            "A preprint and its article are versions: one of them counts as the report, is assessed and charted. "
            "Reports of one study are assessed one by one, and counted as one study in the flow diagram."
        )
        others = read(project, [*found.versions, *found.study])
        for other in (*found.versions, *found.study):
            said = "another version" if other in found.versions else "of the same study"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{_named(others[other])} ({said})")
                st.button(
                    "They are apart", key=f"apart-{work}-{other}", on_click=_apart, args=(project, who, work, other)
                )
        _link(project, who, work, shown)


def _named(record: Record) -> str:
    return f"{record.short_citation}: {record.title}"


def _link(project: Project, who: str, work: str, shown: dict[str, Record]) -> None:
    near = {b if a == work else a for a, b in reports.likely(project) if work in (a, b)}
    if near:
        st.info(
            "A report much like this one is here too: perhaps another version, or of the same study.",
            icon=":material/difference:",
        )
    offered = [other for other in shown if other in near] + [o for o in shown if o not in near and o != work]
    if not offered:
        return

    def named(other: str) -> str:
        return _named(shown[other]) if other in shown else other

    other = choosing.one_of("Belongs together with", offered, named, key=f"with-{work}", first=bool(near))
    said = st.radio("They are", list(_SAYS), format_func=_SAYS.__getitem__, key=f"as-{work}")
    st.button(
        "Link them",
        key=f"link-{work}",
        disabled=other is None,
        on_click=_say,
        args=(project, who, (work, str(other)), str(said)),
    )


@callback
def _say(project: Project, who: str, pair: tuple[str, str], said: str) -> None:
    first, second = pair if said != "theirs" else pair[::-1]
    relation = Relation.STUDY if said == "study" else Relation.VERSION
    reports.link(project, first, second, relation, person=who)
    st.session_state.pop("ft-work", None)
    frame.notice("Linked. The flow diagram counts them so from now on.")


@callback
def _apart(project: Project, who: str, work: str, other: str) -> None:
    reports.link(project, work, other, Relation.APART, person=who)
    frame.notice("They are apart again; what was decided of each counts again.")
