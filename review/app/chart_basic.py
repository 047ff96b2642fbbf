"""The charting form in Streamlit's own boxes, for browsers without scripts: saved by a button, a part at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby

import streamlit as st

from review.app import frame
from review.app.charting import OTHER_SECTION, handed_in
from review.app.markup import plain
from review.domain.charting import Answer, ChartEntry, ChartingField, ChartingForm, FieldKind
from review.domain.errors import ReviewError
from review.services import chart
from review.services.charting import drafts
from review.services.charting.drafts import Filled
from review.services.project import Project

_VALUE, _MISSING, _NOT_APPLICABLE = "value", "not reported", "not applicable"
_ANSWERS = {_VALUE: None, _MISSING: Answer.NOT_REPORTED, _NOT_APPLICABLE: Answer.NOT_APPLICABLE}
_AT_ONCE = (
    24  # fields of a form that is drawn as a whole: each takes four boxes, and Streamlit's time grows with their square
)
Spot = tuple[ChartingField, int]  # a field and a row


def show(project: Project, who: str, work: str) -> None:
    """The whole form, or, of a long one, the parts that were opened: each is drawn, and saved, by itself."""
    form = chart.form(project)
    stored = drafts.filled(project, work, reviewer=who)
    st.caption("A blank is not the same as “not reported”. Every number needs the words of the paper and a page.")
    for one in stored.values():
        for said in (one.fault, one.warning):
            if said:
                st.warning(plain(said), icon=":material/warning:")
    parts = [
        (section, list(part))
        for section, part in groupby(_spots(form, stored), key=lambda s: s[0].section or OTHER_SECTION)
    ]
    if sum(len(part) for _, part in parts) <= _AT_ONCE:
        _part(project, who, work, parts, stored)
    else:
        _opened(project, who, work, parts, stored)
    st.button("Hand in this study", key=f"hand-in-{work}", on_click=_hand_in, args=(project, work, who))


def _opened(
    project: Project, who: str, work: str, parts: list[tuple[str, list[Spot]]], stored: Mapping[tuple[str, int], Filled]
) -> None:
    opened: set[str] = st.session_state.setdefault(f"chart-opened-{work}", set())
    for number, (section, part) in enumerate(parts):
        done = sum((field.id, row) in stored for field, row in part)
        place = f"chart-part-{number}-{work}"
        box = st.expander(
            f"{plain(section)} ({done} of {len(part)})", expanded=number == 0, key=place, on_change="rerun"
        )
        if box.open:
            opened.add(place)
        if place in opened:  # also once it is closed again: what was typed there and not saved stays
            with box:
                _part(project, who, work, [(section, part)], stored)


def _spots(form: ChartingForm, stored: Mapping[tuple[str, int], Filled]) -> list[Spot]:
    """Every field in order; those of a repeated group once for each row that says something, and for one more."""
    found: list[Spot] = []
    for group, members in groupby(form.fields, key=lambda f: f.group):
        fields = list(members)
        if not group:
            found += [(field, 0) for field in fields]
            continue
        known = {field.id for field in fields}
        rows = sorted({row for (name, row), one in stored.items() if name in known and not one.entry.blank})
        found += [(field, row) for row in [*rows, max(rows, default=0) + 1] for field in fields]
    return found


def _part(
    project: Project,
    who: str,
    work: str,
    sections: list[tuple[str, list[Spot]]],
    stored: Mapping[tuple[str, int], Filled],
) -> None:
    spots = [spot for _, part in sections for spot in part]
    with st.form(f"chart-{work}-{spots[0][0].id}", border=False):
        for section, part in sections:
            if len(sections) > 1:
                st.subheader(plain(section), divider="gray")
            for field, row in part:
                found = stored.get((field.id, row))
                _field(work, field, row, found.entry if found else None)
        saved = st.form_submit_button("Save", type="primary", key=f"save-{work}-{spots[0][0].id}")
    if saved:
        _save(project, work, who, [_entry(work, field, row, who) for field, row in spots])


def _key(work: str, field: ChartingField, row: int, part: str) -> str:
    return f"chart {work} {field.id}{f' {row}' if row else ''} {part}"


def _field(work: str, field: ChartingField, row: int, stored: ChartEntry | None) -> None:
    value, answer, quote, page = st.columns([4, 2, 4, 1])
    label = plain(f"{field.label} ({field.unit})" if field.unit else field.label) + (f", row {row}" if row else "")
    with value:
        _value(field, label, stored.value if stored else "", _key(work, field, row, "value"))
        if field.units:
            units = ["", *field.units]
            at = units.index(stored.unit) if stored and stored.unit in units else 0
            st.selectbox("Unit", units, index=at, key=_key(work, field, row, "unit"))
    said = next((name for name, kind in _ANSWERS.items() if stored and stored.answer is kind), _VALUE)
    answer.selectbox("Answer", list(_ANSWERS), index=list(_ANSWERS).index(said), key=_key(work, field, row, "answer"))
    quote.text_input("Words of the paper", stored.quote if stored else "", key=_key(work, field, row, "quote"))
    page.text_input("Page", stored.page if stored else "", key=_key(work, field, row, "page"))


def _value(field: ChartingField, label: str, stored: str, key: str) -> None:
    about = plain(field.help) or None
    chosen = [part.strip() for part in stored.split(";") if part.strip()]
    if field.kind in (FieldKind.CHOICE, FieldKind.YES_NO):
        options = ["", *(field.options if field.kind is FieldKind.CHOICE else ("yes", "no"))]
        st.selectbox(label, options, index=options.index(stored) if stored in options else 0, help=about, key=key)
    elif field.kind is FieldKind.MULTI:
        known = [part for part in chosen if part in field.options]
        st.multiselect(label, list(field.options), default=known, help=about, key=key, placeholder="Choose any")
    elif field.kind is FieldKind.DATE and _is_day(stored):
        day = date.fromisoformat(stored) if stored else None
        st.date_input(label, value=day, min_value=date(1800, 1, 1), help=about, key=key)
    else:
        st.text_input(label, stored, help=about, key=key)


def _is_day(text: str) -> bool:
    """Whether the box for days can show it; a draft that is no day is shown as it was typed."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _entry(work: str, field: ChartingField, row: int, who: str) -> ChartEntry:
    """The answer as it stands in the form."""

    def said(part: str) -> str:
        return str(st.session_state.get(_key(work, field, row, part)) or "").strip()

    held = st.session_state.get(_key(work, field, row, "value"))
    if isinstance(held, list):
        value = "; ".join(held)
    else:
        value = held.isoformat() if isinstance(held, date) else str(held or "").strip()
    return ChartEntry(
        record_id=work,
        field_id=field.id,
        reviewer=who,
        value=value,
        answer=_ANSWERS[said("answer")],
        unit=said("unit"),
        quote=said("quote"),
        page=said("page"),
        row=row,
    )


def _save(project: Project, work: str, who: str, entries: list[ChartEntry]) -> None:
    """All or nothing: every fault is named at once. What cannot be stored yet is kept as a draft, also for a reload."""
    faults: list[ReviewError] = []
    for entry in entries:
        try:
            if not entry.blank or entry.quote or entry.page:
                chart.check(project, entry)
        except ReviewError as error:
            faults.append(error)
    for fault in faults:
        frame.refuse(fault)
    if faults:
        for entry in entries:
            if not entry.blank:
                drafts.keep(project, entry)
        st.warning("Nothing was stored yet. Mend the answers named above, then save again; what you typed is kept.")
        return
    new = chart.save(project, entries)
    drafts.forget(project, work, reviewer=who, of=[(entry.field_id, entry.row) for entry in entries])
    frame.notice(f"Saved: {new} answer{'s' * (new != 1)} changed." if new else "Saved: nothing had changed.")
    st.rerun()


@frame.callback
def _hand_in(project: Project, work: str, who: str) -> None:
    frame.notice(handed_in(drafts.hand_in(project, work, reviewer=who)))
