"""Two people's charting side by side: what each said, field by field, and what they settle on."""

from __future__ import annotations

from html import escape

import streamlit as st

from review.app import frame, person
from review.app.evidence_shown import table_shown
from review.app.markup import plain
from review.domain.charting import ChartEntry, ChartingForm
from review.domain.consensus import Compared
from review.domain.record import Record
from review.domain.screening import Role
from review.domain.team import Right
from review.services import chart, maps
from review.services.charting import comparison
from review.services.project import Project

_FIRST = 20  # differences that are drawn at once: each takes several boxes


def show(project: Project, who: str, shown: dict[str, Record]) -> None:
    works = comparison.comparable(project)
    if not works:
        needed = chart.form(project).people
        st.info(
            "No study has been charted by two people yet. "
            + (
                f"The protocol asks for {needed} people; they see each other's answers once all have handed a study in."
                if needed > 1
                else "To have each charted by two, write `people_per_study: 2` under `charting:` in protocol.yaml."
            )
        )
        return
    open_in = {work: sum(one.open for one in comparison.compared(project, work)) for work in works}
    left = sum(open_in.values())
    n = len(works)
    st.caption(
        f"{n} {'study' if n == 1 else 'studies'} charted by two or more people; {left} answer{'s' * (left != 1)} to settle."
    )
    work = st.selectbox(
        "Study",
        sorted(works, key=lambda w: -bool(open_in[w])),
        format_func=lambda w: f"{shown[w].short_citation}: {shown[w].title}",
        key="compare-work",
    )
    everything = st.toggle("Show where they agree, too", key="compare-all")
    found = comparison.compared(project, work)
    differ = [one for one in found if not one.agree]
    _settled(project, who, work, [one for one in differ if one.open], found)
    done = [one for one in found if (one.consensus is not None) or (everything and one.agree)]
    if done:
        st.html(_table(chart.form(project), done))
    with st.expander("Agreement by field"):
        table_shown(comparison.agreement(project).tables[0], titled=False)


def _settled(project: Project, who: str, work: str, open_ones: list[Compared], found: list[Compared]) -> None:
    if not open_ones:
        st.success("Nothing is left to settle in this study.", icon=":material/task_alt:")
        return
    people = {name for one in found for name in one.answers}
    role = Role.REVIEWER if who in people else Role.ADJUDICATOR
    right = Right.REVIEW if role is Role.REVIEWER else Right.ADJUDICATE
    if not person.may(project, right):
        st.info("Those who charted this study settle it between them, or an adjudicator does.")
        st.html(_table(chart.form(project), open_ones))
        return
    st.write(
        "Talk about each with the other, then take the answer that holds, or write another."
        if role is Role.REVIEWER
        else "You charted neither side: what you take counts."
    )
    for one in open_ones[:_FIRST]:
        _one(project, who, work, one, role)
    if len(open_ones) > _FIRST:
        st.caption(f"{len(open_ones) - _FIRST} more follow once these are settled.")


def _one(project: Project, who: str, work: str, one: Compared, role: Role) -> None:
    field = chart.form(project).field(one.field_id)
    if field is None:
        return
    key = f"{work} {one.field_id} {one.row}"
    with st.container(border=True):
        st.markdown(f"**{plain(maps.head(field))}**" + (f", row {one.row}" if one.row else ""))
        for column, (name, entry) in zip(st.columns(len(one.answers)), one.answers.items(), strict=True):
            with column:
                st.html(_side(name, entry))
                if entry is not None:
                    st.button(
                        f"Take {plain(name)}'s answer",
                        key=f"take {key} {name}",
                        on_click=_take,
                        args=(project, who, entry, one, role),
                    )
        with st.popover("Another answer"):
            value = st.text_input("Value", key=f"other {key}")
            unit_said = st.selectbox("Unit", field.units, key=f"other-unit {key}") if field.units else ""
            quote = st.text_input("Words of the paper", key=f"other-quote {key}")
            page = st.text_input("Page", key=f"other-page {key}")
            entry = ChartEntry(
                record_id=work, field_id=one.field_id, reviewer=who, value=value, unit=unit_said, quote=quote, page=page
            )
            st.button("Take this", key=f"other-take {key}", on_click=_take, args=(project, who, entry, one, role))


@frame.callback
def _take(project: Project, who: str, entry: ChartEntry, one: Compared, role: Role) -> None:
    comparison.settle(project, [comparison.as_settled(entry, one, who)], role=role)
    frame.notice("Settled. Both answers stay in the history.")


def _side(name: str, entry: ChartEntry | None) -> str:
    """What one person said, escaped."""
    said = escape(_said(entry))
    rests = (
        f'<p class="quiet">“{escape(entry.quote)}”{f" (p. {escape(entry.page)})" if entry.page else ""}</p>'
        if entry and entry.quote
        else ""
    )
    return f'<p class="quiet">{escape(name)}</p><p>{said}</p>{rests}'


def _said(entry: ChartEntry | None) -> str:
    words = {"NR": "not reported", "NA": "not applicable", "": "left blank"}
    told = chart.shown(entry)
    unit = f" {entry.unit}" if entry and entry.value and entry.unit else ""
    return words.get(told, told) + unit


def _table(form: ChartingForm, found: list[Compared]) -> str:
    """A row for each field, a column for each person, the last for what counts."""
    people = list(dict.fromkeys(name for one in found for name in one.answers))
    head = "".join(f"<th>{escape(name)}</th>" for name in ("Field", *people, "Counts"))
    rows = []
    for one in found:
        field = form.field(one.field_id)
        name = (field.label if field else one.field_id) + (f", row {one.row}" if one.row else "")
        cells = [_said(one.answers.get(who)) for who in people]
        counts = "not settled" if one.counts is None else _said(one.counts)
        rows.append(f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(c)}</td>' for c in (*cells, counts))}</tr>")
    return f'<table class="sides"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
