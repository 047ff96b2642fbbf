"""What a person keeps beside the records for themselves: put off for later, tags, and how they like the card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields

from review.domain.errors import Missing, ReviewError
from review.domain.team import Right
from review.services import rights, works
from review.services.project import Project
from review.storage import marks

ACTIONS: Mapping[str, str] = {
    "include": "i",
    "exclude": "e",
    "maybe": "m",
    "undo": "u",
    "later": "l",
    "note": "n",
    "tag": "t",
    "highlights": "h",
    "help": "?",
}
_MOST_TAGS, _LONGEST_TAG = 20, 60
_PREFERENCE = "card"


@rights.needs(Right.REVIEW, whose="person")
def postpone(project: Project, person: str, record_id: str, *, uid: str = "") -> bool:
    """Put a record to the end of this person's queue; False if this was stored before."""
    return marks.append(
        project.store, record_id=_known(project, record_id), person=person, kind=marks.LATER, value="", uid=uid
    )


@rights.needs(Right.REVIEW, whose="person")
def postponed(project: Project, person: str) -> dict[str, int]:
    """The works this person put off, each with a number that grows with the time of it."""
    work_of = works.works(project).work_of
    return {work_of[record]: number for record, number in marks.later(project.store, person).items()}


@rights.needs(Right.REVIEW, whose="person")
def set_tags(project: Project, person: str, record_id: str, tags: Sequence[str], *, uid: str = "") -> bool:
    """Keep these tags, and no others, of this person on a record; False if this was stored before."""
    said = json.dumps(clean_tags(tags), ensure_ascii=False)
    return marks.append(
        project.store, record_id=_known(project, record_id), person=person, kind=marks.TAGS, value=said, uid=uid
    )


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags without blanks around them, each once, in the order given; refuses too many and too long ones."""
    found = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(found) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in found):
        raise ReviewError(
            f"A record has at most {_MOST_TAGS} tags, each of at most {_LONGEST_TAG} letters.",
            hint="Write fewer or shorter ones, and what is longer into the note.",
        )
    return found


@rights.needs(Right.REVIEW, whose="person")
def tags_of(project: Project, person: str, records: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """A person's own tags by record; nobody else reads them."""
    return marks.tags(project.store, person, records)


def _known(project: Project, record_id: str) -> str:
    known = works.works(project).work_of
    if record_id not in known:
        raise Missing("record", record_id, list(known)[:2_000])
    return record_id


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPreferences:
    """How a person likes the screening card. `keys` gives each action its key; `hidden` keeps authors and journal away."""

    keys: Mapping[str, str] = field(default_factory=lambda: dict(ACTIONS))
    hidden: bool = False
    include_terms: tuple[str, ...] | None = None  # None: the protocol's
    exclude_terms: tuple[str, ...] | None = None


@rights.needs(Right.READ, whose="person")
def preferences(project: Project, person: str) -> CardPreferences:
    """How this person likes the card; what cannot be read back is left at its default."""
    said = json.loads(marks.read_preferences(project.store, person).get(_PREFERENCE, "{}"))
    known = {name: said[name] for name in (f.name for f in fields(CardPreferences)) if said.get(name) is not None}
    for name in ("include_terms", "exclude_terms"):
        if name in known:
            known[name] = tuple(known[name])
    known["keys"] = {**ACTIONS, **{name: key for name, key in known.get("keys", {}).items() if name in ACTIONS}}
    return CardPreferences(**known)


@rights.needs(Right.READ, whose="person")
def prefer(project: Project, person: str, wanted: CardPreferences) -> None:
    """Keep how a person likes the card. Each action needs a key of its own: a letter or a sign, no digit."""
    for action, key in wanted.keys.items():
        if len(key) != 1 or key.isdigit() or key.isspace() or key != key.casefold():
            raise ReviewError(
                f"The key for {action} is {key!r}.",
                hint="Choose one small letter or sign; the digits choose a reason.",
            )
    if len(set(wanted.keys.values())) < len(wanted.keys):
        raise ReviewError("Two actions have the same key.", hint="Give each its own.")
    marks.set_preference(project.store, person, _PREFERENCE, json.dumps(asdict(wanted), ensure_ascii=False))
