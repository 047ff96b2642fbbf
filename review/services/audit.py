"""Who did what when: read from the facts themselves, blinded for whoever asks, and taken out as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from review.domain.errors import Missing
from review.domain.screening import Decision, Role, Stage, Verdict
from review.domain.team import Right
from review.services import blinding, rights, sheets, standing, works
from review.services.charting.charted import charted, sees
from review.services.project import Project
from review.storage import trail

HIDDEN = "open: shown once the work is judged by enough people, and by you if it waits for you"
STAGES = {Stage.TITLE_ABSTRACT: "title and abstract", Stage.FULL_TEXT: "full text"}
_VERDICTS = {
    Verdict.INCLUDE: "included",
    Verdict.EXCLUDE: "excluded",
    Verdict.MAYBE: "said maybe",
    None: "took back",
}
_FILES = {
    "kept": "kept the file of a full text",
    "waiting": "brought a file that waits for its report",
    "removed": "took a file away",
}
_RELATIONS = {
    "version": "said that two are versions of one report",
    "study": "said that two reports are of one study",
    "apart": "said that two reports are apart",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing somebody did. `kind` is the part of the work; `about` the record, person or file."""

    at: str
    who: str
    kind: str
    what: str
    about: str = ""
    detail: str = ""


COLUMNS = tuple(field.name for field in fields(Event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events: empty parts ask for all. `since` and `until` are days, both included."""

    who: str = ""
    kind: str = ""
    words: str = ""
    since: str = ""
    until: str = ""

    def __contains__(self, event: Event) -> bool:
        text = f"{event.who} {event.what} {event.about} {event.detail}".casefold()
        return (
            self.who in ("", event.who)
            and self.kind in ("", event.kind)
            and (not self.since or event.at[:10] >= self.since)
            and (not self.until or event.at[:10] <= self.until)
            and all(word in text for word in self.words.casefold().split())
        )


@rights.needs(Right.AUDIT)
def events(project: Project, wanted: Wanted | None = None) -> list[Event]:
    """Everything that was done, the newest first. Nobody reads an open decision of another here."""
    asked = wanted or Wanted()
    if asked.kind and asked.kind not in KINDS:
        raise Missing("part of the work", asked.kind, KINDS)
    found = [event for part in _PARTS for event in part(project) if event in asked]
    return sorted(found, key=lambda event: event.at, reverse=True)


@rights.needs(Right.AUDIT)
def as_csv(project: Project, wanted: Wanted | None = None) -> bytes:
    """The same as a sheet for Excel, in which no text can act as a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([sheets.safe(value) for value in astuple(event)] for event in events(project, wanted))
    return buffer.getvalue().encode("utf-8-sig")


# The parts of the work


def _seen(project: Project, rows: Sequence[Any]) -> Iterator[Any]:
    """Those not about a work whose outcome is hidden: that its full text is sought would already tell it."""
    work_of, hidden = works.works(project).work_of, standing.hidden(project)
    return (row for row in rows if work_of.get(row["record_id"]) not in hidden)


def _rows(project: Project, table: str, *columns: str) -> Sequence[Any]:
    return trail.rows(project.store, table, (*columns, "at"))


def _protocol(project: Project) -> Iterator[Event]:
    for row in _rows(project, "protocol_versions", "number", "sha256", "reason", "who"):
        first = row["number"] == 0
        yield Event(
            at=row["at"],
            who=row["who"],
            kind="protocol",
            what="froze the protocol" if first else f"amended the protocol (version {row['number']})",
            about=f"SHA-256 {row['sha256'][:12]}…",
            detail=row["reason"],
        )


def _people(project: Project) -> Iterator[Event]:
    before: dict[str, tuple[str, int]] = {}
    for row in _rows(project, "people", "name", "role", "active", "who"):
        name, now = row["name"], (row["role"], row["active"])
        was = before.get(name)
        what = (
            "joined" if was is None and row["who"] == name else
            "took into the review" if was is None else
            "let in again" if now[1] and not was[1] else
            "took out of the review" if not now[1] and was[1] else
            "gave another role to"
        )  # fmt: skip
        before[name] = now
        yield Event(at=row["at"], who=row["who"], kind="people", what=what, about=name, detail=f"role {row['role']}")


def _collecting(project: Project) -> Iterator[Event]:
    brought = {row["about"]: row["who"] for row in _rows(project, "deeds", "who", "about")}
    for row in _rows(project, "search_runs", "number", "label", "file_name", "query", "reported"):
        name = row["file_name"] or "an answer of the source"
        run = f"search run {row['number']}"
        yield Event(
            at=row["at"], who=brought.get(run, ""), kind="collecting", what=f"brought in {name}", about=row["label"],
            detail=row["query"],
        )  # fmt: skip
    for row in _rows(project, "dedup_runs", "number", "records", "version"):
        yield Event(
            at=row["at"], who=brought.get(f"deduplication {row['number']}", ""), kind="duplicates",
            what="looked for duplicates", detail=f"{row['records']:,} records, version {row['version']}",
        )  # fmt: skip


def _source_kinds(project: Project) -> Iterator[Event]:
    for row in _rows(project, "source_kinds", "source", "kind", "reason", "who"):
        what = f"put the kind of a source right: {row['kind']}"
        yield Event(
            at=row["at"], who=row["who"], kind="collecting", what=what, about=row["source"], detail=row["reason"]
        )


def _corrections(project: Project) -> Iterator[Event]:
    for row in _rows(project, "corrections", "record_id", "field", "value", "reason", "who"):
        what = "gave back to its source" if row["value"] == "null" else "put right"
        yield Event(
            at=row["at"],
            who=row["who"],
            kind="collecting",
            what=f"{what}: {row['field']}",
            about=row["record_id"],
            detail=row["reason"],
        )


def _duplicates(project: Project) -> Iterator[Event]:
    for row in _rows(project, "judgements", "record_a", "record_b", "same_work", "person", "withdrawn"):
        what = "said that two records are one work" if row["same_work"] else "said that two records are two works"
        if row["withdrawn"]:
            what = "took back what was said of two records"
        about = f"{row['record_a']} and {row['record_b']}"
        yield Event(at=row["at"], who=row["person"], kind="duplicates", what=what, about=about)


def _screening(project: Project) -> Iterator[Event]:
    may_read = blinding.reader(project)
    columns = ("record_id", "stage", "reviewer", "role", "verdict", "reason", "note")
    for row in _rows(project, "decisions", *columns):
        said = None if row["verdict"] is None else Verdict(row["verdict"])
        stage, role = Stage(row["stage"]), Role(row["role"])
        one = Decision(record_id=row["record_id"], stage=stage, reviewer=row["reviewer"], verdict=said, role=role)
        seen = may_read(one)
        detail = "; ".join(part for part in (row["reason"], row["note"]) if part)
        yield Event(
            at=row["at"],
            who=row["reviewer"],
            kind="screening" if stage is Stage.TITLE_ABSTRACT else "full text",
            what=f"{'settled: ' * (role is Role.ADJUDICATOR)}{_VERDICTS[said]}" if seen else "decided",
            about=row["record_id"],
            detail=detail if seen else HIDDEN,
        )


def _retrievals(project: Project) -> Iterator[Event]:
    for row in _seen(project, _rows(project, "retrievals", "record_id", "status", "who", "note")):
        what = f"full text {row['status'].replace('_', ' ')}"
        yield Event(
            at=row["at"], who=row["who"], kind="full text", what=what, about=row["record_id"], detail=row["note"]
        )


def _files(project: Project) -> Iterator[Event]:
    for row in _seen(project, _rows(project, "full_texts", "record_id", "status", "name", "who", "note")):
        yield Event(
            at=row["at"], who=row["who"], kind="full text", what=_FILES[row["status"]], about=row["record_id"] or "",
            detail="; ".join(part for part in (row["name"], row["note"]) if part),
        )  # fmt: skip


def _reports(project: Project) -> Iterator[Event]:
    work_of, hidden = works.works(project).work_of, standing.hidden(project)
    for row in _rows(project, "report_links", "record_a", "record_b", "relation", "who", "note"):
        if not {work_of.get(row["record_a"]), work_of.get(row["record_b"])} & hidden:
            yield Event(
                at=row["at"], who=row["who"], kind="full text", what=_RELATIONS[row["relation"]],
                about=f"{row['record_a']}, {row['record_b']}", detail=row["note"],
            )  # fmt: skip


def _charting(project: Project) -> Iterator[Event]:
    work_of = works.works(project).work_of
    may_see = sees(project, charted(project))
    columns = ("record_id", "field_id", "row", "reviewer", "value", "answer", "consensus")
    for row in _seen(project, _rows(project, "chart_entries", *columns)):
        said = row["value"] or (row["answer"] or "nothing").replace("_", " ")
        seen = may_see(work_of[row["record_id"]], "" if row["consensus"] else row["reviewer"])
        what = f"{'settled' if row['consensus'] else 'charted'} {row['field_id']}" + f", row {row['row']}" * bool(
            row["row"]
        )
        yield Event(
            at=row["at"], who=row["reviewer"], kind="charting", what=what if seen else "charted",
            about=row["record_id"], detail=said if seen else HIDDEN,
        )  # fmt: skip
    for row in _seen(project, _rows(project, "hand_ins", "record_id", "reviewer")):
        yield Event(at=row["at"], who=row["reviewer"], kind="charting", what="handed in", about=row["record_id"])
    for row in _rows(project, "form_changes", "field_id", "becomes_id", "action", "who"):
        what = {"keep": "kept", "map": f"carried over to {row['becomes_id']}", "ask": "asked again"}[row["action"]]
        about = f"answers to {row['field_id']}, which was changed"
        yield Event(at=row["at"], who=row["who"], kind="charting", what=what, about=about)


def _arrangements(project: Project) -> Iterator[Event]:
    for row in _rows(project, "arrangements", "what", "detail", "who"):
        what = "dealt the work out" if row["what"] == "deal" else "confirmed the pilot round"
        yield Event(at=row["at"], who=row["who"], kind="people", what=what, detail=row["detail"])
    for row in _rows(project, "audit_samples", "rest", "seed", "who"):
        detail = f"of {row['rest']:,} works not settled, seed {row['seed']}"
        yield Event(at=row["at"], who=row["who"], kind="screening", what="drew a random sample", detail=detail)
    for row in _seen(
        project, _rows(project, "remarks", "record_id", "who")
    ):  # what was said is for those of the conflict alone
        what = "said something about a conflict"
        yield Event(at=row["at"], who=row["who"], kind="screening", what=what, about=row["record_id"])


def _deeds(project: Project) -> Iterator[Event]:
    for row in _rows(project, "deeds", "who", "what", "about", "detail"):
        if row["what"]:  # without words it only says who did what another fact tells
            yield Event(**{name: row[name] for name in ("at", "who", "what", "about", "detail")}, kind="app")


def _manuscript(project: Project) -> Iterator[Event]:
    for row in _rows(project, "section_facts", "paper", "section", "kind", "who", "note"):
        if row["who"]:  # what a build noted of the text was nobody's act
            yield Event(
                at=row["at"],
                who=row["who"],
                kind="manuscript",
                what=f"{row['kind']}: {row['section']}",
                about=row["paper"],
                detail=row["note"],
            )


_PARTS = (
    _protocol,
    _people,
    _collecting,
    _source_kinds,
    _corrections,
    _duplicates,
    _screening,
    _retrievals,
    _files,
    _reports,
    _charting,
    _manuscript,
    _arrangements,
    _deeds,
)
KINDS = ("protocol", "people", "collecting", "duplicates", "screening", "full text", "charting", "manuscript", "app")
