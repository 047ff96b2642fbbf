"""After the charting form was changed: an owner says what becomes of the answers given before."""

from __future__ import annotations

import streamlit as st

from review.app import frame
from review.app.markup import plain
from review.domain.charting import ChartingField
from review.domain.form_changes import Carry
from review.services import chart
from review.services.charting import form_changes
from review.services.charting.form_changes import Pending
from review.services.project import Project

_SAID = {
    Carry.KEEP: "Keep them as they are",
    Carry.MAP: "Carry them over to other values or another field",
    Carry.ASK: "Ask again",
}
_MOST_VALUES = 40  # different values that are mapped on the page


def show(project: Project, who: str) -> None:
    """Nothing, unless answers wait for a decision."""
    waiting = form_changes.pending(project)
    if not waiting:
        return
    n = sum(one.answers for one in waiting)
    st.warning(
        f"The charting form has changed since {n} answer{'s were' if n != 1 else ' was'} given. "
        "Until you say what becomes of them, they count as they are.",
        icon=":material/difference:",
    )
    for one in waiting:
        with st.expander(f"{plain(one.was.label)}: {one.answers} answer{'s' * (one.answers != 1)}"):
            _one(project, who, one)


def _one(project: Project, who: str, one: Pending) -> None:
    key = f"{one.was.id} {one.was.kind}"
    st.write(
        f"It asked for {plain(_asks(one.was))}. Now: {plain(_asks(one.now)) if one.now else 'it is not in the form'}."
    )
    given = ", ".join(f"{value} {unit}".strip() + f" ({n})" for (value, unit), n in list(one.values.items())[:12])
    st.caption(plain(f"Given: {given}{' …' if len(one.values) > 12 else ''}"))
    for said in one.misfits[:5]:
        st.caption(plain(f"Does not fit as it is: {said}"))
    offered = [action for action in Carry if action is not Carry.KEEP or (one.now is not None and not one.misfits)]
    action = st.radio("What becomes of them?", offered, format_func=_SAID.__getitem__, key=f"carry {key}")
    to, values = one.was.id, dict[str, str]()
    if action is Carry.MAP:
        to, values = _mapping(project, one, key)
    st.button(
        "Decide", key=f"decide {key}", type="primary", on_click=_decide, args=(project, one, action, (to, values), who)
    )


def _mapping(project: Project, one: Pending, key: str) -> tuple[str, dict[str, str]]:
    fields = {field.id: field for field in chart.form(project).fields}
    names = list(fields)
    at = names.index(one.was.id) if one.was.id in fields else 0
    to = st.selectbox("Field", names, index=at, format_func=lambda n: plain(fields[n].label), key=f"to {key}")
    values = {}
    for value in list(dict.fromkeys(value for value, _ in one.values))[:_MOST_VALUES]:
        if value in ("NR", "NA"):
            continue
        label = f"“{plain(value)}” becomes"
        options = fields[to].options
        if options:
            offered = ["", *options]
            index = offered.index(value) if value in offered else 0
            said = st.selectbox(label, offered, index=index, key=f"map {key} {to} {value}")
        else:
            said = st.text_input(label, value, key=f"map {key} {to} {value}")
        if said != value:
            values[value] = said
    return to, values


def _asks(field: ChartingField) -> str:
    unit = f" in {' or '.join(field.known_units)}" if field.known_units else ""
    options = f": {', '.join(field.options)}" if field.options else ""
    return f"{str(field.kind).replace('_', ' ')}{unit}{options}"


@frame.callback
def _decide(project: Project, one: Pending, action: Carry, mapped: tuple[str, dict[str, str]], who: str) -> None:
    to, values = mapped
    form_changes.decide(project, one, action, to=to, values=values, who=who)
    frame.notice("Decided. What was said stays in the history.")
