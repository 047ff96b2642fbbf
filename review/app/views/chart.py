"""Charting: the protocol's form for one included study, each answer with the words and page it rests on."""

from __future__ import annotations

from codecs import BOM_UTF8
from datetime import date
from itertools import groupby

import pandas as pd
import streamlit as st

from review.app import frame, markup, person
from review.app.markup import plain
from review.domain.charting import Answer, ChartEntry, ChartingField, FieldKind
from review.domain.errors import ReviewError
from review.domain.team import Right
from review.services import chart, sheets
from review.services.project import Project
from review.services.works import read, works

_VALUE, _MISSING, _NOT_APPLICABLE = "value", "not reported", "not applicable"
_ANSWERS = {_VALUE: None, _MISSING: Answer.NOT_REPORTED, _NOT_APPLICABLE: Answer.NOT_APPLICABLE}
_OTHER_SECTION = "Further fields"
_AT_ONCE = (
    24  # fields of a form that is drawn as a whole: each takes four boxes, and Streamlit's time grows with their square
)


def show(project: Project) -> None:
    st.title("Chart")
    who = frame.reviewer(project)
    studies = chart.studies(project)
    form = chart.form(project)
    if not studies:
        st.info("No study has been included yet. Include full texts first (page Full text).")
        return
    if not form.fields:
        st.info("The protocol has no charting form: add fields under `charting:` in protocol.yaml.")
        return
    shown = read(project, [study.record_id for study in studies])
    views = ("Chart a study", "Table of studies")
    view: str | None = views[1]
    if person.may(project, Right.REVIEW):
        view = st.segmented_control("View", views, default=views[0], label_visibility="collapsed", key="chart-view")
    if view == views[1]:
        _table(project)
        return
    mine = [entry for entry in chart.entries(project) if entry.reviewer == who]
    answered: dict[str, dict[str, ChartEntry]] = {}
    work_of = works(project).work_of
    for entry in sorted(mine, key=lambda found: found.number):
        answered.setdefault(work_of[entry.record_id], {})[entry.field_id] = entry

    def named(work: str) -> str:
        return (
            f"{shown[work].short_citation}: {shown[work].title} ({len(answered.get(work, {}))} of {len(form.fields)})"
        )

    work = st.selectbox("Study", list(shown), format_func=named, key="chart-work")
    if work is None:
        return
    with st.expander("Title and abstract"):
        st.html(markup.record_card(shown[work]))
    _form(project, who, work, answered.get(work, {}))


def _form(project: Project, who: str, work: str, stored: dict[str, ChartEntry]) -> None:
    """The whole form, or, of a long one, the parts that were opened: each is drawn, and saved, by itself."""
    fields = chart.form(project).fields
    st.caption("A blank is not the same as “not reported”. Every number needs the words of the paper and a page.")
    parts = [(section, list(part)) for section, part in groupby(fields, key=lambda f: f.section or _OTHER_SECTION)]
    if len(fields) <= _AT_ONCE:
        _part(project, who, work, parts, stored)
        return
    opened: set[str] = st.session_state.setdefault(f"chart-opened-{work}", set())
    for number, (section, part) in enumerate(parts):
        done = sum(field.id in stored for field in part)
        place = f"chart-part-{number}-{work}"
        box = st.expander(
            f"{plain(section)} ({done} of {len(part)})", expanded=number == 0, key=place, on_change="rerun"
        )
        if box.open:
            opened.add(place)
        if place in opened:  # also once it is closed again: what was typed there and not saved stays
            with box:
                _part(project, who, work, [(section, part)], stored)


def _part(
    project: Project,
    who: str,
    work: str,
    sections: list[tuple[str, list[ChartingField]]],
    stored: dict[str, ChartEntry],
) -> None:
    fields = [field for _, part in sections for field in part]
    with st.form(f"chart-{work}-{fields[0].id}", border=False):
        for section, part in sections:
            if len(sections) > 1:
                st.subheader(plain(section), divider="gray")
            for field in part:
                _field(work, field, stored.get(field.id))
        saved = st.form_submit_button("Save", type="primary", key=f"save-{work}-{fields[0].id}")
    if saved:
        _save(project, [_entry(work, field, who) for field in fields])


def _key(work: str, field: ChartingField, part: str) -> str:
    return f"chart {work} {field.id} {part}"


def _field(work: str, field: ChartingField, stored: ChartEntry | None) -> None:
    value, answer, quote, page = st.columns([4, 2, 4, 1])
    label = plain(f"{field.label} ({field.unit})" if field.unit else field.label)
    with value:
        _value(field, label, stored.value if stored else "", _key(work, field, "value"))
    said = next((name for name, kind in _ANSWERS.items() if stored and stored.answer is kind), _VALUE)
    answer.selectbox("Answer", list(_ANSWERS), index=list(_ANSWERS).index(said), key=_key(work, field, "answer"))
    quote.text_input("Words of the paper", stored.quote if stored else "", key=_key(work, field, "quote"))
    page.text_input("Page", stored.page if stored else "", key=_key(work, field, "page"))


def _value(field: ChartingField, label: str, stored: str, key: str) -> None:
    about = plain(field.help) or None
    chosen = [part.strip() for part in stored.split(";") if part.strip()]
    if field.kind in (FieldKind.CHOICE, FieldKind.YES_NO):
        options = ["", *(field.options if field.kind is FieldKind.CHOICE else ("yes", "no"))]
        st.selectbox(label, options, index=options.index(stored) if stored in options else 0, help=about, key=key)
    elif field.kind is FieldKind.MULTI:
        known = [part for part in chosen if part in field.options]
        st.multiselect(label, list(field.options), default=known, help=about, key=key, placeholder="Choose any")
    elif field.kind is FieldKind.DATE:
        day = date.fromisoformat(stored) if stored else None
        st.date_input(label, value=day, min_value=date(1800, 1, 1), help=about, key=key)
    else:
        st.text_input(label, stored, help=about, key=key)


def _entry(work: str, field: ChartingField, who: str) -> ChartEntry:
    """The answer as it stands in the form."""
    held = st.session_state.get(_key(work, field, "value"))
    if isinstance(held, list):
        value = "; ".join(held)
    else:
        value = held.isoformat() if isinstance(held, date) else str(held or "").strip()
    return ChartEntry(
        record_id=work,
        field_id=field.id,
        reviewer=who,
        value=value,
        answer=_ANSWERS[str(st.session_state[_key(work, field, "answer")])],
        quote=str(st.session_state[_key(work, field, "quote")]).strip(),
        page=str(st.session_state[_key(work, field, "page")]).strip(),
    )


def _save(project: Project, entries: list[ChartEntry]) -> None:
    """All or nothing: every fault is named at once, and nothing is stored before all are mended."""
    faults: list[ReviewError] = []
    for entry in entries:
        try:
            chart.check(project, entry)
        except ReviewError as error:
            faults.append(error)
    for fault in faults:
        frame.refuse(fault)
    if faults:
        st.warning("Nothing was stored yet. Mend the answers named above, then save again.")
        return
    new = chart.save(project, entries)
    frame.notice(f"Saved: {new} answer{'s' * (new != 1)} changed." if new else "Saved: nothing had changed.")
    st.rerun()


def _table(project: Project) -> None:
    fields = chart.form(project).fields
    studies = chart.studies(project)
    shown = read(project, [study.record_id for study in studies])
    table = pd.DataFrame(
        [
            {
                "Study": shown[study.record_id].short_citation,
                "Title": shown[study.record_id].title,
                "Charted by": ", ".join(study.reviewers),
                **{field.label: chart.shown(study.answers.get(field.id)) for field in fields},
            }
            for study in studies
        ]
    )
    st.caption("NR: not reported. NA: not applicable. A blank: nobody has answered yet.")
    st.dataframe(table, hide_index=True, alt="Included studies with what was charted")
    st.download_button(
        "Download as CSV",
        BOM_UTF8 + sheets.as_csv(list(table.columns), table.itertuples(index=False)),
        file_name="charting.csv",
        mime="text/csv",
        on_click="ignore",
    )


if __name__ == "__main__":
    frame.page(show)
