"""Duplicates: found with their reason, shown side by side, undone or confirmed by a person."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from review.app import frame, markup, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.record import DuplicateGroup, DuplicateLink
from review.domain.team import Right
from review.services import overview
from review.services import works as service
from review.services.project import Project

_PER_PAGE = 10


def show(project: Project) -> None:
    st.title("Duplicates")
    found = service.works(project)
    st.write(
        "The same work often comes from several databases. It is screened once; every record keeps its source, and "
        "whatever is joined here can be separated again."
    )
    if not found.work_of:
        st.info("There are no records yet. Import the export files of your searches first (page Import).")
        return
    if overview.needs_dedup(project):
        st.warning("Records were added since the last look for duplicates, or there was none.")
    if person.may(project, Right.GOVERN) and st.button("Look for duplicates", type="primary", key="dedup"):
        _look(project)
    groups, unsure = service.groups(project), service.unsure(project)
    st.caption(f"{len(found.work_of):,} records are {len(found.members):,} works.")
    if not groups and not unsure:
        return
    if not person.may(project, Right.REVIEW):
        st.info("Reviewers say which of these are one work.")
        return
    who = frame.reviewer(project)
    views = {"unsure": f"Unsure pairs ({len(unsure):,})", "groups": f"Joined groups ({len(groups):,})"}
    view = st.segmented_control(
        "View", list(views), format_func=views.__getitem__, default="unsure" if unsure else "groups", key="dup-view"
    )
    if view == "groups":
        _groups(project, who, groups)
    else:
        _unsure(project, who, unsure)


def _look(project: Project) -> None:
    moved, gone = frame.progress_bar("Looking for duplicates")
    groups, unsure = service.dedup(project, progress=moved)
    gone()
    frame.notice(f"Found {len(groups):,} groups of duplicates; {len(unsure):,} pairs need a person's answer.")
    st.rerun()


def _shown(count: int, key: str) -> slice:
    pages = -(-count // _PER_PAGE)
    page = st.number_input(f"Page (of {pages})", 1, pages, key=key, width=160) if pages > 1 else 1
    return slice((page - 1) * _PER_PAGE, page * _PER_PAGE)


def _groups(project: Project, who: str, groups: Sequence[DuplicateGroup]) -> None:
    if not groups:
        st.info("No records were joined.")
        return
    part = groups[_shown(len(groups), "groups-page")]
    shown = service.read(project, [member for group in part for member in group.members])
    labels = dict(service.works(project).labels)
    for group in part:
        with st.container(border=True):
            st.html(markup.side_by_side([shown[member] for member in group.members], labels))
            for link in group.links:
                st.caption(plain(f"Joined because {link.explanation} ({link.condition})"))
            st.button(
                "These are different works: separate them",
                key=f"separate-{group.group_id}",
                on_click=_separate,
                args=(project, who, group.group_id),
            )


@callback
def _separate(project: Project, who: str, group_id: str) -> None:
    group = service.undo_group(project, group_id, person=who)
    frame.notice(f"The {len(group.members)} records are separate works now, and stay so in every later run.")


def _unsure(project: Project, who: str, unsure: Sequence[DuplicateLink]) -> None:
    if not unsure:
        st.success("No pair waits for an answer.", icon=":material/task_alt:")
        return
    part = unsure[_shown(len(unsure), "unsure-page")]
    shown = service.read(project, [record for link in part for record in (link.record_a, link.record_b)])
    labels = dict(service.works(project).labels)
    for link in part:
        pair = (link.record_a, link.record_b)
        with st.container(border=True):
            st.html(markup.side_by_side([shown[record] for record in pair], labels))
            st.caption(plain(f"{link.explanation} (likeness {link.score:.2f})"))
            with st.container(horizontal=True):
                for label, same in (("Same work", True), ("Different works", False)):
                    st.button(
                        label,
                        key=f"judge-{same}-{'|'.join(pair)}",
                        type="primary" if same else "secondary",
                        on_click=_judge,
                        args=(project, who, pair, same),
                    )


@callback
def _judge(project: Project, who: str, pair: tuple[str, str], same: bool) -> None:
    service.judge(project, [pair], same_work=same, person=who)


if __name__ == "__main__":
    frame.page(show)
