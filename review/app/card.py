"""The screening card in the browser: what it is sent, and what becomes of the decisions it sends back.

Its page, look and script are in `component/`. The browser holds the next records and an outbox; whatever arrives here is
stored in a transaction of its own, or refused with a sentence, and either answer empties the outbox. Sending a
decision twice stores it once, for each carries its own uid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import streamlit as st

from review.app import markup, together
from review.app.waiting import Waiting
from review.domain.errors import NotSignedIn, ReviewError, StorageFailure
from review.domain.protocol import Protocol
from review.domain.screening import Decision, Verdict
from review.services import marks, screen
from review.services.marks import CardPreferences
from review.services.project import Project
from review.services.works import works

KEY = "screening-card"
_AHEAD = 20  # records the browser holds: as many decisions as can be made while the server is away
_BEHIND = 6  # decided records it holds, for undo
_FILES = Path(__file__).parent / "component"
_LONGEST = 200_000  # letters of one answer: nothing a person types is longer

_card = st.components.v2.component(
    "scopewright_screening_card",
    html=(_FILES / "card.html").read_text(encoding="utf-8"),
    css=(_FILES / "card.css").read_text(encoding="utf-8"),
    js=(_FILES / "card.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # the marks and the page around it share one look, and people's tools find the card
)


def show(project: Project, waiting: Waiting, rules: Protocol, *, notice: str, nothing: str) -> None:
    """The card of one person's queue. `notice` stands above the buttons, `nothing` where no record is left."""
    answer: dict[str, Any] = st.session_state.setdefault("card-answer", {"stored": [], "refused": []})

    def arrived() -> None:
        said = st.session_state[KEY].decisions
        said = said if isinstance(said, dict) else {}
        answer["stored"], answer["refused"] = take(project, waiting, said.get("items") or [])
        answer["known"] = {record for record in said.get("known") or [] if isinstance(record, str)}
        waiting.follow(project)

    liked = marks.preferences(project, waiting.reviewer)
    ahead, behind = list(islice(waiting.ids, _AHEAD)), waiting.behind[-_BEHIND:]
    known = answer.pop("known", set())
    _card(
        key=KEY,
        data={
            "outbox": f"{project.id}/{waiting.reviewer}/{waiting.stage}",
            "next": ahead,
            "behind": behind,
            "records": _drawn(project, waiting, rules, liked, of=[w for w in (*ahead, *behind) if w not in known]),
            "stored": answer["stored"],
            "refused": answer["refused"],
            "decided": waiting.decided,
            "waiting": len(waiting.ids),
            "reasons": [{"id": c.id, "label": c.label, "text": c.text} for c in rules.exclude],
            "keys": dict(liked.keys),
            "notice": notice,
            "nothing": nothing,
        },
        on_decisions_change=arrived,
    )


def _drawn(
    project: Project, waiting: Waiting, rules: Protocol, liked: CardPreferences, *, of: Sequence[str]
) -> list[dict[str, str]]:
    """What the card shows of each of these works."""
    tags = marks.tags_of(project, waiting.reviewer, of)
    with_it = together.notes(project, of, named=not liked.hidden)
    terms = (
        rules.include_terms if liked.include_terms is None else liked.include_terms,
        rules.exclude_terms if liked.exclude_terms is None else liked.exclude_terms,
    )
    return [
        {
            "id": record.record_id,
            "title": markup.record_title(record, terms),
            "about": markup.about(record, named=not liked.hidden),
            "links": markup.links(record),
            "body": markup.record_body(record, terms) + with_it.get(record.record_id, ""),
            "tags": ", ".join(tags.get(record.record_id, ())),
        }
        for record in waiting.records(project, of)
    ]


def take(project: Project, waiting: Waiting, items: Sequence[object]) -> tuple[list[str], list[dict[str, str]]]:
    """Store what a browser sent, in its order: the uids that are stored, and those refused with the reason."""
    stored: list[str] = []
    refused: list[dict[str, str]] = []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("uid"), str) or len(item["uid"]) > 64:
            continue  # not from our card: there is nothing it could be told
        try:
            _take_one(project, waiting, item)
        except (StorageFailure, NotSignedIn) as error:  # the browser keeps it and sends it again
            refused.append({"uid": item["uid"], "message": f"Not stored yet: {error}", "keep": "yes"})
        except ReviewError as error:
            refused.append({"uid": item["uid"], "message": f"Not stored: {error}"})
        else:
            stored.append(item["uid"])
    return stored, refused


def _take_one(project: Project, waiting: Waiting, item: Mapping[str, object]) -> None:
    def said(name: str) -> str:
        value = item.get(name) or ""
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise ReviewError("The page sent something that is no decision.", hint="Load the page again.")
        return value

    work, uid, verdict = said("id"), said("uid"), said("verdict")
    if item.get("tags") is not None:
        marks.set_tags(project, waiting.reviewer, work, said("tags").split(","), uid=f"{uid}-tags")
    if verdict == "later":
        if marks.postpone(project, waiting.reviewer, work, uid=uid):
            waiting.postpone(work)
        return
    if verdict not in {"", *Verdict}:
        raise ReviewError("The page sent something that is no decision.", hint="Load the page again.")
    fresh = screen.decide(
        project,
        Decision(
            uid=uid,
            record_id=work,
            stage=waiting.stage,
            reviewer=waiting.reviewer,
            verdict=Verdict(verdict) if verdict else None,
            reason=said("reason"),
            note=said("note").strip(),
            shown=said("shown"),
        ),
    )
    if not fresh:
        return
    if verdict:
        waiting.decide(work)
    else:
        waiting.take_back(works(project).work_of[work])
