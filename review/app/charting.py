"""The charting form in the browser: what it is sent, and what becomes of what it sends back.

Its page, look and script are in `component/`. Each box arrives as it is typed and is kept as a draft in a transaction of
its own; whatever becomes of it empties the browser's outbox, unless it could not be stored at this moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

import streamlit as st

from review.domain.charting import Answer, ChartEntry, ChartingField, ChartingForm, form_text
from review.domain.errors import NotSignedIn, ReviewError, StorageFailure
from review.services import chart
from review.services.charting import drafts, texts
from review.services.charting.drafts import Filled
from review.services.project import Project

KEY = "charting-form"
OTHER_SECTION = "Further fields"
_FILES = Path(__file__).parent / "component"
_LONGEST = 20_000  # letters of one box
_MOST_OFFERS = 300  # of one study

_form = st.components.v2.component(
    "scopewright_charting_form",
    html=(_FILES / "chart.html").read_text(encoding="utf-8"),
    css=(_FILES / "chart.css").read_text(encoding="utf-8"),
    js="\n".join(
        (_FILES / name).read_text(encoding="utf-8") for name in ("chart_box.js", "chart_sentences.js", "chart.js")
    ),
    isolate_styles=False,  # the page around it shares its look, and people's tools find the form
)


def show(project: Project, who: str, work: str) -> None:
    """The form of one person for one study, beside the text of its paper."""
    held: dict[str, Any] = st.session_state.setdefault(
        "charting-answer", {"stored": [], "refused": [], "message": {}, "build": 0}
    )

    def arrived() -> None:
        said = st.session_state[KEY].said
        said = said if isinstance(said, dict) else {}
        if said.get("uid") == held["message"].get("id"):  # Streamlit may deliver one word twice; it was handed in then
            said = {**said, "hand_in": ""}
        held.update(take(project, who, said))
        held["build"] += bool(held["handed"])

    filled = drafts.filled(project, work, reviewer=who)
    form = chart.form(project)
    pages = texts.pages(project, work)
    text_id = f"{work} {len(pages.pages)} {sum(map(len, pages.pages))}" if pages.there else ""
    known = held.pop("known", "")
    _form(
        key=KEY,
        data={
            "place": f"{project.id}/{who}/{work}",
            "work": work,
            "build": f"{work} {held['build']} {_mark(form)}",
            "sections": _sections(form),
            "rows": {group.id: _rows(form, group.id, filled) for group in form.groups},
            "values": {f"{name}|{row}": _value(one) for (name, row), one in filled.items()},
            "offers": _offers(project, work),
            "text": {"id": text_id, "pages": None if known == text_id else list(pages.pages)},
            "why": pages.why,
            "stored": held["stored"],
            "refused": held["refused"],
            "message": held["message"],  # stays until the next thing arrives: a run of the page may be cut short
            "handed": work in drafts.handed(project, reviewer=who),
        },
        on_said_change=arrived,
    )


def _mark(form: ChartingForm) -> int:
    """A number that changes with the form, and is the same after a new start of the program."""
    return crc32(form_text(form).encode())


def _sections(form: ChartingForm) -> list[dict[str, Any]]:
    """The form as the browser draws it: sections in order, in each its fields and repeated groups."""
    found = []
    for title, fields in groupby(form.fields, key=lambda f: f.section or OTHER_SECTION):
        parts: list[dict[str, Any]] = []
        for group, members in groupby(fields, key=lambda f: f.group):
            shown = [_shown(field) for field in members]
            about = form.group(group)
            if about is None:
                parts += shown
            else:
                parts.append({"id": group, "label": about.label, "help": about.help, "fields": shown})
        found.append({"title": title, "parts": parts})
    return found


def _shown(field: ChartingField) -> dict[str, Any]:
    return {
        "id": field.id,
        "label": field.label,
        "kind": str(field.kind),
        "unit": field.unit,
        "units": list(field.units),
        "options": list(field.options),
        "help": field.help,
    }


def _rows(form: ChartingForm, group: str, filled: Mapping[tuple[str, int], Filled]) -> list[int]:
    """The rows of a group that say something, or a first empty one."""
    members = {field.id for field in form.of_group(group)}
    return sorted({row for (name, row), one in filled.items() if name in members and not one.entry.blank}) or [1]


def _value(one: Filled) -> dict[str, Any]:
    entry = one.entry
    return {
        "value": entry.value,
        "answer": str(entry.answer or ""),
        "unit": entry.unit,
        "quote": entry.quote,
        "page": entry.page,
        "draft": one.draft,
        "fault": one.fault,
        "warning": one.warning,
    }


def _offers(project: Project, work: str) -> dict[str, list[dict[str, Any]]]:
    """What the text offers, looked up once for a study."""
    held = st.session_state.get("charting-offers")
    stamp = (work, _mark(chart.form(project)), len(texts.pages(project, work).pages))
    if held is None or held[0] != stamp:
        found: dict[str, list[dict[str, Any]]] = {}
        for one in texts.suggestions(project, work)[:_MOST_OFFERS]:
            said = {"value": one.value, "unit": one.unit, "sentence": one.sentence, "page": one.page}
            found.setdefault(one.field_id, []).append(said)
        held = (stamp, found)
        st.session_state["charting-offers"] = held
    return dict(held[1])


# What comes back


def take(project: Project, who: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a browser sent, in its order, and hand in if it asks for that.

    Tells the uids that are kept, those refused with the reason, and what became of handing in.
    """
    stored: list[str] = []
    refused: list[dict[str, str]] = []
    for item in said.get("items") or []:
        if not isinstance(item, dict) or not isinstance(item.get("uid"), str) or len(item["uid"]) > 64:
            continue  # not from our form: there is nothing it could be told
        try:
            drafts.keep(project, _entry(item, who, item.get("work") or said.get("work")), typed_at=_time(item))
        except (StorageFailure, NotSignedIn) as error:  # the browser keeps it and sends it again
            refused.append({"uid": item["uid"], "message": f"Not saved yet: {error}", "keep": "yes"})
        except ReviewError as error:
            refused.append({"uid": item["uid"], "message": f"Not saved: {error}"})
        else:
            stored.append(item["uid"])
    answer: dict[str, Any] = {"stored": stored, "refused": refused, "known": said.get("known") or ""}
    answer["handed"] = False
    if said.get("hand_in") and not refused:
        answer |= _hand_in(project, who, str(said["hand_in"]), str(said.get("uid")))
    return answer


def _hand_in(project: Project, who: str, work: str, uid: str) -> dict[str, Any]:
    try:
        done = drafts.hand_in(project, work, reviewer=who)
    except ReviewError as error:
        return {"message": {"id": uid, "text": str(error)}}
    return {"message": {"id": uid, "text": handed_in(done), "good": True}, "handed": True}


def handed_in(done: drafts.HandedIn) -> str:
    """What handing in did, in a sentence."""
    left = f" Left blank, which is not the same as not reported: {', '.join(done.blank)}." if done.blank else ""
    return f"Handed in: {done.new} answer{'s' * (done.new != 1)} stored.{left}"


def _entry(item: Mapping[str, Any], who: str, work: object) -> ChartEntry:
    def text(name: str) -> str:
        value = item.get(name) or ""
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise ReviewError("This is longer than any answer.", hint=f"Keep below {_LONGEST:,} letters.")
        return value

    answer, row = text("answer"), item.get("row")
    if answer not in {"", *Answer} or not isinstance(row, int) or not 0 <= row < 1_000 or not isinstance(work, str):
        raise ReviewError("The page sent something that is no answer.", hint="Load the page again.")
    return ChartEntry(
        record_id=work,
        field_id=text("field"),
        reviewer=who,
        value=text("value"),
        answer=Answer(answer) if answer else None,
        unit=text("unit"),
        quote=text("quote"),
        page=text("page"),
        row=row,
    )


def _time(item: Mapping[str, Any]) -> float:
    said = item.get("typed_at")
    return float(said) if isinstance(said, int | float) else 0.0
