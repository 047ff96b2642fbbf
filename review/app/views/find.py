"""Finding records again, with filters that can be kept."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import correcting, frame, markup, menu, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.team import Right
from review.services import find
from review.services.find import Hit
from review.services.project import Project

_HELP = """Write words; every one must occur. `"deep learning"` is a phrase, `-phantom` must not occur.

`title:` `abstract:` `author:` `journal:` `keyword:` `doi:` `pmid:` `source:` look in one field; `year:2018-2021` is a span.

`mine:include` (exclude, maybe, none) and `tag:…` are your own; `outcome:included` (excluded, conflict) finds works that
are no longer open to you, for screening is blinded."""


def show(project: Project) -> None:
    st.title("Find records")
    who = frame.reviewer(project)
    if named := str(st.query_params.get("record", "")):
        _one(project, find.one(project, who, named), who)
    _saved(project, who)
    st.text_input(
        "Look for", key="find-query", placeholder='lstv author:smith year:2018- mine:maybe "deep learning"', help=_HELP
    )
    query = str(st.session_state.get("find-query", ""))
    found = find.find(project, who, query)
    st.caption(f"{found.total:,} works" + (f", the first {len(found.first)} are listed" if found.total > 200 else ""))
    if not found.total:
        st.info("Nothing fits. Use fewer words, or look at the question mark beside the field for what can be written.")
        return
    chosen = _table(found.first)
    _keep(project, who, query)
    if chosen is not None and chosen.work != named:
        _one(project, chosen, who)


def _saved(project: Project, who: str) -> None:
    saved = find.saved(project, who)
    if not saved:
        return
    with st.container(horizontal=True):
        for name, query in saved.items():
            st.button(plain(name), key=f"saved-{name}", on_click=_use, args=(query,), icon=":material/filter_alt:")


def _use(query: str) -> None:
    st.session_state["find-query"] = query


def _table(hits: tuple[Hit, ...]) -> Hit | None:
    table = pd.DataFrame(
        {
            "Title": [hit.record.title for hit in hits],
            "Year": [str(hit.record.year or "") for hit in hits],
            "Journal": [hit.record.journal for hit in hits],
            "My verdict": [str(hit.mine.verdict) if hit.mine else "" for hit in hits],
            "My tags": [", ".join(hit.tags) for hit in hits],
        }
    )
    state = st.dataframe(
        table,
        hide_index=True,
        height=320,
        key="find-table",
        on_select="rerun",
        selection_mode="single-row",
        alt="Works that were found",
    )
    rows = state.selection.rows
    return hits[rows[0]] if rows and rows[0] < len(hits) else None


def _keep(project: Project, who: str, query: str) -> None:
    with st.popover("Keep this filter", disabled=not query.strip()):
        st.text_input("Name", key="filter-name", max_chars=60)
        st.button("Keep", key="filter-keep", type="primary", on_click=_save, args=(project, who, query))
        saved = find.saved(project, who)
        if saved:
            st.selectbox("Forget a kept one", list(saved), index=None, key="filter-forget")
            st.button("Forget", key="filter-drop", on_click=_forget, args=(project, who))


@callback
def _save(project: Project, who: str, query: str) -> None:
    find.save(project, who, str(st.session_state["filter-name"]), query)
    frame.notice("The filter is kept; only you see it.")


@callback
def _forget(project: Project, who: str) -> None:
    if name := st.session_state.get("filter-forget"):
        find.save(project, who, str(name), "")


def _one(project: Project, hit: Hit, who: str) -> None:
    with st.container(border=True):
        if hit.mine is not None:
            reason = f", reason {plain(hit.mine.reason)}" if hit.mine.reason else ""
            note = f" Your note: {plain(hit.mine.note)}" if hit.mine.note else ""
            st.markdown(f"You said **{hit.mine.verdict}**{reason}.{note}")
        st.html(markup.record_card(hit.record))
        past = menu.at("history")
        if person.may(project, past.right):
            st.page_link(
                past.path,
                label="What was said of it",
                icon=past.icon,
                query_params={"record": hit.work},
            )
        if person.may(project, Right.REVIEW):
            correcting.show(project, hit.work, who)


if __name__ == "__main__":
    frame.page(show)
