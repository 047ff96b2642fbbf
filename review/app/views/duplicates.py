"""Duplicates: found with their reason, shown side by side; confirmed, separated, split and moved, and all of it undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from review.app import frame, markup, person
from review.app.frame import callback
from review.app.markup import plain
from review.app.together import RELATIONS
from review.domain.kind_words import language_in_words, type_in_words
from review.domain.record import DuplicateGroup, DuplicateLink, Record
from review.domain.team import Right
from review.services import duplicates, overview
from review.services import find as search
from review.services import works as service
from review.services.duplicates import Act
from review.services.project import Project

Pair = tuple[str, str]

_PER_PAGE = 10
_OFFERED = 12  # works that a search for the right place shows
_CHANGING = "dup-changing"  # the group that is being changed
_LATER = "dup-later"  # the pairs put off in this window, the newest last
_BEFORE = "dup-before"  # one's newest answer when the pairs were first shown; Undo goes no further back
_ONE_ANSWER = Path(__file__).resolve().parent.parent / "one_answer.js"
_WORDS = {"language": language_in_words, "type": type_in_words}
_FIELDS = {name: label for name, label in markup.FIELDS.items() if name != "url"}  # links always differ


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
    waiting = overview.needs_dedup(project)
    if waiting:
        st.warning("Records were added since the last look for duplicates, or there was none.")
    if person.may(project, Right.GOVERN) and st.button(
        "Look for duplicates", type="primary" if waiting else "secondary", key="dedup"
    ):
        _look(project)
    st.write(f"{len(found.work_of):,} records are {len(found.members):,} works.")
    _sources(project)
    groups, unsure, related = service.groups(project), service.unsure(project), duplicates.related(project)
    acts = duplicates.acts(project)
    if not groups and not unsure and not related and not acts:
        return
    if not person.may(project, Right.REVIEW):
        st.info("Reviewers say which of these are one work.")
        return
    who = frame.reviewer(project)
    views = {
        "unsure": f"Unsure pairs ({len(unsure):,})",
        "groups": f"Joined groups ({len(groups):,})",
        "related": f"Related works ({len(related):,})",
        "answers": f"Answers ({len(acts):,})",
    }
    view = st.segmented_control(
        "View", list(views), format_func=views.__getitem__, default="unsure" if unsure else "groups", key="dup-view"
    )
    if view == "groups":
        _groups(project, who, groups)
    elif view == "related":
        _related(project, related)
    elif view == "answers":
        _answers(project, who, acts)
    else:
        _unsure(project, who, unsure, acts)


def _look(project: Project) -> None:
    moved, gone = frame.progress_bar("Looking for duplicates")
    groups, unsure = service.dedup(project, progress=moved)
    gone()
    frame.notice(f"Found {len(groups):,} groups of duplicates; {len(unsure):,} pairs need a person's answer.")
    st.rerun()


def _sources(project: Project) -> None:
    with st.expander("What each source gave"):
        given = duplicates.per_source(project)
        table = {
            "Source": [one.label for one in given],
            "Records": [one.records for one in given],
            "Works": [one.works for one in given],
            "Works found nowhere else": [one.alone for one in given],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True, alt="What each source gave")
        st.caption("A work that several sources found is counted in the line of each.")


def _shown(count: int, key: str) -> slice:
    """The part that is shown. A list that answers make shorter by a page leaves the reader where they were."""
    pages, kept = max(1, -(-count // _PER_PAGE)), f"{key}-at"
    page = min(st.session_state.get(kept, 1), pages)
    if pages > 1:
        page = st.number_input(f"Page (of {pages})", 1, pages, value=page, key=f"{key}-of-{pages}", width=160)
    st.session_state[kept] = page
    return slice((page - 1) * _PER_PAGE, page * _PER_PAGE)


def _labels(project: Project) -> dict[str, str]:
    return dict(service.works(project).labels)


# Groups: one work each


def _groups(project: Project, who: str, groups: Sequence[DuplicateGroup]) -> None:
    if not groups:
        st.info("No records were joined.")
        return
    part = groups[_shown(len(groups), "groups-page")]
    shown = service.read(project, [member for group in part for member in group.members])
    other = duplicates.versions(project)
    for group in part:
        with st.container(border=True):
            members = [shown[member] for member in group.members]
            st.html(markup.side_by_side(members, _labels(project)))
            for link in group.links:
                st.caption(plain(f"Joined: {link.explanation}"))
            if named := [_called(shown[member]) for member in group.members if member in other]:
                st.caption(
                    plain(f"Versions of one work: {'; '.join(named)} is another version than the rest. All stay.")
                )
            with st.expander("What is known of the work, and from which record"):
                _merged(project, group)
            with st.container(horizontal=True):
                st.button(
                    "These are different works: separate them",
                    key=f"separate-{group.group_id}",
                    on_click=_separate,
                    args=(project, who, group.group_id),
                )
                st.button("Split it or move a record", key=f"change-{group.group_id}", on_click=_change, args=(group,))
            if st.session_state.get(_CHANGING) == group.group_id:
                _changing(project, who, group, members)


def _called(record: Record) -> str:
    return " · ".join(part for part in (record.short_citation, record.journal or record.source) if part)


def _merged(project: Project, group: DuplicateGroup) -> None:
    found = duplicates.merged(project, group.members)
    sources, labels = service.works(project).sources, _labels(project)
    rows = []
    for name, label in _FIELDS.items():
        if origin := found.origin.get(name):
            source = sources[origin]
            column = group.members.index(origin) + 1
            rows.append((label, _in_words(name, found.record), f"from {column}. {labels.get(source, source)}"))
    st.html(markup.one_record(rows))


def _in_words(name: str, record: Record) -> str:
    if name in _WORDS:
        return _WORDS[name](getattr(record, name))
    value = getattr(record, name)
    return "; ".join(value) if isinstance(value, tuple) else str(value)


@callback
def _change(group: DuplicateGroup) -> None:
    st.session_state[_CHANGING] = group.group_id


def _changing(project: Project, who: str, group: DuplicateGroup, members: Sequence[Record]) -> None:
    """Which records go together, and where one of them belongs instead."""
    called = _numbered(project, members)
    if len(members) > 2:
        out = st.multiselect(
            "Records that are another work, together", list(called), format_func=called.__getitem__, key="dup-out"
        )
        st.button(
            "Split these off",
            key="dup-split",
            on_click=_split,
            args=(project, who, group.group_id, out),
            disabled=not 0 < len(out) < len(members),
            help="Choose at least one record, and leave at least one.",
        )
    record = st.selectbox("Record to move", list(called), format_func=called.__getitem__, key="dup-record")
    words = st.text_input("Words of the work it belongs to", key="dup-words", placeholder="title:vertebrae author:wu")
    offered = {"": "No other: it is a work of its own"}
    if words.strip():
        hits = search.find(project, who, words, most=_OFFERED + 1)
        mine = set(group.members)
        offered |= {
            hit.work: f"{hit.record.title} · {_called(hit.record)}" for hit in hits.first if not mine & {hit.work}
        }
        st.caption(f"{hits.total:,} works found." + (" Say more words to see others." if hits.total > _OFFERED else ""))
    to = st.selectbox("Where it belongs", list(offered), format_func=offered.__getitem__, key="dup-to")
    st.button("Move it there", key="dup-move", on_click=_move, args=(project, who, record, to))


def _numbered(project: Project, members: Sequence[Record]) -> dict[str, str]:
    """What each record of a group is called: by the column it stands in first, as copies are called the same."""
    labels = _labels(project)
    return {
        record.record_id: f"{at}. {labels.get(record.source, record.source)} · {_called(record)} ({record.record_id})"
        for at, record in enumerate(members, start=1)
    }


@callback
def _split(project: Project, who: str, group_id: str, out: Sequence[str]) -> None:
    duplicates.split(project, group_id, out=out, person=who)
    st.session_state.pop(_CHANGING, None)
    frame.notice("The group is two works now. The view Answers takes it back.")


@callback
def _move(project: Project, who: str, record: str, to: str) -> None:
    duplicates.move(project, record, to=to, person=who)
    st.session_state.pop(_CHANGING, None)
    where = "with the other work" if to else "as a work of its own"
    frame.notice(f"The record stands {where} now. The view Answers takes it back.")


@callback
def _separate(project: Project, who: str, group_id: str) -> None:
    group = service.undo_group(project, group_id, person=who)
    frame.notice(f"The {len(group.members)} records are separate works now, and stay so in every later run.")


# Unsure: a person says, with a key for each answer


def _unsure(project: Project, who: str, unsure: Sequence[DuplicateLink], acts: Sequence[Act]) -> None:
    later: dict[Pair, None] = st.session_state.setdefault(_LATER, {})
    place = {pair: at for at, pair in enumerate(later)}
    ordered = sorted(unsure, key=lambda link: place.get(_pair(link), -1))
    part = ordered[_shown(len(ordered), "unsure-page")]
    if ordered:
        st.caption(
            "The likeliest come first. Keys for the first pair: S same work, D different works, L later, U undo. "
            "Marked words stand in one record and not in the other."
        )
    else:
        st.success("No pair waits for an answer.", icon=":material/task_alt:")
        st.caption(
            "The list holds as many pairs as one person can look through. Look for duplicates again: others may follow."
        )
    mine = max((act.at for act in acts if act.person == who), default="")
    before = st.session_state.setdefault(_BEFORE, mine)
    st.button(
        "Undo my last answer",
        key="dup-undo",
        shortcut="u",
        on_click=_take_back,
        args=(project, who, mine),
        disabled=mine <= before,
    )
    shown = service.read(project, [record for link in part for record in _pair(link)])
    for link in part:
        with st.container(border=True):
            st.markdown(plain(f"{link.explanation} {100 * link.score:.0f} % alike in all."))
            st.html(markup.side_by_side([shown[record] for record in _pair(link)], _labels(project)))
            _answering(project, who, link, first=link is part[0])
    st.html(f"<script>{_ONE_ANSWER.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)


def _answering(project: Project, who: str, link: DuplicateLink, *, first: bool) -> None:
    """The buttons of a pair; those of the first have keys. They stand below the pair, which so is there before them."""
    pair = _pair(link)
    with st.container(horizontal=True):
        for label, same in (("Same work", True), ("Different works", False)):
            st.button(
                label,
                key=f"judge-{same}-{'|'.join(pair)}",
                type="primary" if same else "secondary",
                shortcut=("s" if same else "d") if first else None,
                on_click=_judge,
                args=(project, who, pair, same),
            )
        st.button(
            "Later", key=f"later-{'|'.join(pair)}", shortcut="l" if first else None, on_click=_put_off, args=(pair,)
        )


def _pair(link: DuplicateLink) -> Pair:
    return link.record_a, link.record_b


@callback
def _judge(project: Project, who: str, pair: Pair, same: bool) -> None:
    service.judge(project, [pair], same_work=same, person=who)


@callback
def _put_off(pair: Pair) -> None:
    later = st.session_state.setdefault(_LATER, {})
    later.pop(pair, None)
    later[pair] = None


# Related works: linked, and each screened for itself


def _related(project: Project, related: Sequence[DuplicateLink]) -> None:
    if not related:
        st.info("No erratum, protocol or conference abstract was found beside its article.")
        return
    st.write("These belong together and are two works: each is screened for itself, and its card names the other.")
    part = related[_shown(len(related), "related-page")]
    shown = service.read(project, [record for link in part for record in _pair(link)])
    for link in part:
        with st.container(border=True):
            st.markdown(f"**{plain(RELATIONS.get(link.condition, link.condition))}**")
            st.html(markup.side_by_side([shown[record] for record in _pair(link)], _labels(project)))
            st.caption(plain(link.explanation))


# Answers: what people said, and taking it back


def _answers(project: Project, who: str, acts: Sequence[Act]) -> None:
    if not acts:
        st.info("Nobody has said anything about duplicates yet.")
        return
    part = acts[_shown(len(acts), "answers-page")]
    shown = service.read(project, [record for act in part for record in act.records])
    for act in part:
        with st.container(border=True):
            st.html(markup.side_by_side([shown[record] for record in act.records], _labels(project)))
            same = sum(answer.same_work for answer in act.answers)
            said = [f"{same:,} as one work"] if same else []
            said += [f"{len(act.answers) - same:,} as different works"] if same < len(act.answers) else []
            st.caption(plain(f"{act.person}, {act.at[:16].replace('T', ' ')} UTC: pairs {', '.join(said)}."))
            if act.person == who:
                st.button("Take it back", key=f"back-{act.at}", on_click=_take_back, args=(project, who, act.at))


@callback
def _take_back(project: Project, who: str, at: str) -> None:
    duplicates.take_back(project, at=at, person=who)
    frame.notice("Your answer is taken back: what stood before stands again.")


if __name__ == "__main__":
    frame.page(show)
