"""Two people's answers side by side: which rows belong together, where they agree, and what counts.

What counts is computed and never stored: what people settled on, else what all who charted the study say alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from review.domain.charting import ChartEntry, ChartingForm

Spot = tuple[str, int]  # a field and a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One field of one study, in one row: each person's answer (None: left blank), and what they settled on."""

    field_id: str
    row: int
    answers: Mapping[str, ChartEntry | None]
    consensus: ChartEntry | None = None

    @property
    def agree(self) -> bool:
        """Whether all said the same, blanks included."""
        return len({entry and entry.said for entry in self.answers.values()}) <= 1

    @property
    def open(self) -> bool:
        return self.consensus is None and not self.agree

    @property
    def counts(self) -> ChartEntry | None:
        """The answer that counts: of equal ones the one that rests on most words of the paper."""
        if self.consensus is not None:
            return self.consensus
        given = [entry for entry in self.answers.values() if entry is not None]
        if not given or not self.agree:
            return None
        return max(given, key=lambda e: (bool(e.quote), bool(e.page), e.number))


def compare(entries: Iterable[ChartEntry], form: ChartingForm, people: Sequence[str] = ()) -> list[Compared]:
    """The answers to one study, field by field in the order of the form.

    `people` are those whose blanks count as blanks; without them, whoever left a field blank has no say in it.
    """
    named: dict[Spot, dict[str, ChartEntry]] = defaultdict(dict)
    settled: dict[Spot, ChartEntry] = {}
    for entry in aligned(entries, form):
        spot = (entry.field_id, entry.row)
        if entry.consensus:
            settled[spot] = entry
        elif not people or entry.reviewer in people:
            named[spot][entry.reviewer] = entry
    order = {field.id: at for at, field in enumerate(form.fields)}
    spots = sorted((s for s in {*named, *settled} if s[0] in order), key=lambda s: (order[s[0]], s[1]))
    return [
        Compared(
            field_id=field,
            row=row,
            answers={who: named[field, row].get(who) for who in people} if people else dict(named[field, row]),
            consensus=settled.get((field, row)),
        )
        for field, row in spots
    ]


def aligned(entries: Iterable[ChartEntry], form: ChartingForm) -> list[ChartEntry]:
    """The entries with the rows of each repeated group numbered alike for everybody.

    Rows with the same first field belong together; those that are left over, in their order; what people settled on
    leads.
    """
    by_group: dict[str, dict[str, list[ChartEntry]]] = defaultdict(lambda: defaultdict(list))
    found: list[ChartEntry] = []
    group_of = {field.id: field.group for field in form.fields}
    for entry in entries:
        group = group_of.get(entry.field_id, "")
        if group:
            by_group[group]["" if entry.consensus else entry.reviewer].append(entry)
        else:
            found.append(entry)
    for group, of_person in by_group.items():
        first = form.of_group(group)[0].id
        known: dict[int, str] = {}  # common rows with their names
        for who in sorted(of_person):
            place = _placed(of_person[who], first, known)
            found += [replace(entry, row=place[entry.row]) for entry in of_person[who]]
    return found


def _placed(entries: Sequence[ChartEntry], first: str, known: dict[int, str]) -> dict[int, int]:
    """Where each row of one person goes among the common rows, which grow by those that are new."""
    names = {entry.row: "" for entry in sorted(entries, key=lambda e: e.row)}
    names |= {e.row: " ".join(e.value.casefold().split()) for e in entries if e.field_id == first}
    if not known:
        known.update(names)
        return {row: row for row in names}
    free = dict(known)
    place: dict[int, int] = {}
    for row, name in names.items():
        same = next((at for at, taken in free.items() if name and taken == name), None)
        if same is not None:
            place[row] = same
            del free[same]
    for row, name in names.items():
        if row in place:
            continue
        at = next(iter(free), 0)
        if at:
            del free[at]
        else:
            at = max(known) + 1
            known[at] = name
        place[row] = at
    return place
