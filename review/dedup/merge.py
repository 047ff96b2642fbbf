"""One record from the several of a work: of each field the best that any of them gives, and from which it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from review.dedup.prepare import is_preprint
from review.dedup.words import title_words
from review.domain.record import Record

# A place is taken from one record as a whole: the volume of one and the page of another are no place.
_PLACE = ("journal", "volume", "issue", "pages")
FIELDS = ("title", "authors", "year", *_PLACE, "doi", "pmid", "arxiv_id", "abstract", "keywords", "language", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`record` carries the id of the first it was made of; `origin[field]` is the id of the record that gave the field."""

    record: Record
    origin: Mapping[str, str]


def merged(records: Sequence[Record]) -> Merged:
    """The best of each field; those that no record gives are empty and have no origin. The order makes no difference.

    What is published goes before a preprint; then the title most sources agree on, the most authors, the place with the
    most parts and its year, the longest abstract.
    """
    ordered = sorted(records, key=lambda record: (is_preprint(record), record.record_id))
    givers = {name: giver for name, best in _BEST.items() if (giver := best(ordered)) is not None}
    place = _placed(ordered)
    givers |= {name: place for name in _PLACE if place is not None and getattr(place, name)}
    if place is not None and place.year and place.volume:  # else it may have appeared online the year before
        givers["year"] = place
    values = {name: getattr(givers[name], name) for name in givers}
    blank = replace(ordered[0], **{name: getattr(_BLANK, name) for name in FIELDS})
    return Merged(
        record=replace(blank, **values), origin={name: givers[name].record_id for name in FIELDS if name in givers}
    )


_BLANK = Record(source="", source_id="", title="")
_Choice = Callable[[Sequence[Record]], Record | None]


def _published(records: Sequence[Record]) -> Sequence[Record]:
    """Those that are no preprints, if there are such."""
    return [record for record in records if not is_preprint(record)] or records


def _giving(name: str, records: Sequence[Record]) -> Sequence[Record]:
    """The records that give a field; the published ones, if any of them does."""
    return _published([record for record in records if getattr(record, name)])


def _longest(name: str) -> _Choice:
    def choose(records: Sequence[Record]) -> Record | None:
        given = [record for record in records if getattr(record, name)]
        return max(given, key=lambda record: len(getattr(record, name)), default=None)

    return choose


def _commonest(name: str) -> _Choice:
    """The value that most records give, and of these the first."""

    def choose(records: Sequence[Record]) -> Record | None:
        given = _giving(name, records)
        count = Counter(getattr(record, name) for record in given)
        return max(given, key=lambda r: count[getattr(r, name)], default=None)

    return choose


def _title(records: Sequence[Record]) -> Record | None:
    given = _giving("title", [record for record in records if record.title.strip()])
    words = {record.record_id: title_words(record.title) for record in given}
    count = Counter(words.values())
    return max(given, key=lambda r: (count[words[r.record_id]], not r.title.isupper()), default=None)


def _authors(records: Sequence[Record]) -> Record | None:
    given = [record for record in records if record.authors]
    return max(given, key=lambda record: (len(record.authors), len("".join(record.authors))), default=None)


def _placed(records: Sequence[Record]) -> Record | None:
    given = _published([record for record in records if any(getattr(record, name) for name in _PLACE)])
    return max(given, key=lambda record: sum(bool(getattr(record, name)) for name in _PLACE), default=None)


_BEST: dict[str, _Choice] = {
    "title": _title,
    "authors": _authors,
    "year": _commonest("year"),
    "doi": _commonest("doi"),
    "pmid": _commonest("pmid"),
    "arxiv_id": _commonest("arxiv_id"),
    "abstract": _longest("abstract"),
    "keywords": _longest("keywords"),
    "language": _commonest("language"),
    "type": _commonest("type"),
}
