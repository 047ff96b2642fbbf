"""Putting a record right: which field, what it really is, and where that was read."""

from __future__ import annotations

from html import escape

import streamlit as st

from review.app import frame, menu
from review.app.frame import callback
from review.app.markup import FIELDS, plain
from review.services import corrections
from review.services.corrections import Corrected
from review.services.project import Project

_SEVERAL = "Several are parted by semicolons."


def show(project: Project, record_id: str, who: str) -> None:
    """What was put right in a record, and the form to put more of it right."""
    found = corrections.of(project, record_id)
    box = st.expander("Something missing or wrong?", key=f"correct-{record_id}", expanded=not found.record.abstract)
    with box:
        st.caption("What the source gave is kept, and can be given back. Decisions stay as they are.")
        for name in found.differing:
            _difference(project, found, name, who)
        fields = list(corrections.FIELDS)
        name = st.selectbox(
            "Field",
            fields,
            index=0 if found.record.abstract else fields.index("abstract"),
            format_func=lambda name: FIELDS[name],
            key=f"correct-field-{record_id}",
        )
        held = _written(getattr(found.record, name))
        several = _SEVERAL if name in {"authors", "keywords"} else None
        # With each correction a new box: what was kept is shown, not what was typed.
        key = f"correct-to-{record_id}-{name}-{len(found.corrections)}"
        st.text_area("What it really is", value=held, key=key, max_chars=100_000, help=several)
        st.text_input(
            "Where you read it",
            placeholder="the publisher's page; the PDF, page 1",
            key=f"correct-reason-{record_id}",
            max_chars=500,
        )
        st.button(
            "Keep the correction",
            type="primary",
            key=f"correct-keep-{record_id}",
            on_click=_keep,
            args=(project, record_id, name, who),
            kwargs={"typed": key},
        )


def link(record_id: str) -> None:
    """The way to the form from a page that has no room for it."""
    page = menu.at("find")
    st.page_link(
        page.path, label="Add or correct a field of this record", icon=page.icon, query_params={"record": record_id}
    )


def _difference(project: Project, found: Corrected, name: str, who: str) -> None:
    record_id = found.given.record_id
    newest = next(one for one in found.corrections if one.field == name)
    was, becomes = _short(getattr(found.given, name)), _short(getattr(found.record, name))
    row = st.container(horizontal=True, vertical_alignment="center")
    row.html(
        f"<p><strong>{escape(FIELDS[name])}:</strong> {escape(becomes)}<br><small>The source gave "
        f"{escape(was) or 'nothing'}. {escape(newest.who)}, {escape(newest.at[:10])}: {escape(newest.reason)}</small></p>"
    )
    row.button(
        f"Give back: {plain(FIELDS[name])}",
        help=f"The {plain(FIELDS[name])} is then again what the source gave.",
        key=f"give-back-{record_id}-{name}",
        on_click=_give_back,
        args=(project, record_id, name, who),
    )


def _written(value: object) -> str:
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, tuple) else str(value)


def _short(value: object, longest: int = 200) -> str:
    text = _written(value)
    return text if len(text) <= longest else text[:longest].rstrip() + " …"


@callback
def _keep(project: Project, record_id: str, name: str, who: str, *, typed: str) -> None:
    said = str(st.session_state[typed])
    reason = str(st.session_state[f"correct-reason-{record_id}"])
    corrections.correct(project, record_id, {name: said}, reason=reason, person=who)
    st.session_state[f"correct-reason-{record_id}"] = ""
    frame.notice("Kept. The next search for duplicates and the next ranking go by it.")


@callback
def _give_back(project: Project, record_id: str, name: str, who: str) -> None:
    corrections.give_back(project, record_id, name, person=who)
    frame.notice("It is again as the source gave it.")
