"""The counts of a paper: one number per quantity, unit and subset, and the identities that tie them together.

Counts reported at different granularities (patients, scans, masks, volumes) are the first source of confusion among
reviewers, so every quantity names its unit, and one table gives them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from review.domain.estimate import Cell, Estimate, Table
from review.domain.finding import Finding, Severity
from review.evidence.identities import ADDING, Checked, Identity, Kind, check
from review.evidence.printed import short
from review.evidence.quantity import Quantity, one_unit, word

T = TypeVar("T")
METHOD = "counted; as stated in the accounting file"
# Units that come in whole ones. Other units (mm, %, score, years) may have decimals.
_WHOLE = frozenset(
    {
        "patient",
        "subject",
        "participant",
        "person",
        "people",
        "case",
        "scan",
        "study",
        "series",
        "volume",
        "mask",
        "image",
        "slice",
        "annotation",
        "label",
        "rib",
        "vertebra",
        "session",
        "visit",
        "exam",
        "examination",
        "record",
        "report",
        "lesion",
        "finding",
        "site",
        "centre",
        "center",
        "reader",
        "rater",
        "row",
        "file",
        "item",
        "question",
        "surgery",
        "radiograph",
        "sample",
        "instance",
    }
)
_VAGUE = frozenset({"case", "sample", "subject", "image", "record", "instance", "item", "entry"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All that an accounting file states. `units` says what one of each unit is."""

    quantities: tuple[Quantity, ...]
    identities: tuple[Identity, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The numbers, the tables made of them, and what does not add up."""

    values: tuple[Estimate, ...]
    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...]


def account(accounts: Accounts) -> Account:
    """Check quantities and identities and set up the tables.

    >>> from review.evidence.printed import printed
    >>> q = [Quantity(unit="patients", subset=s, number=printed(n)) for s, n in (("all", 802), ("female", 393))]
    >>> [(v.name, v.by, v.value) for v in account(Accounts(quantities=tuple(q))).values][1]
    ('count', {'unit': 'patients', 'subset': 'female'}, 393)
    """
    checked = tuple(check(identity) for identity in accounts.identities)
    findings = [
        *(finding for each in checked for finding in each.findings),
        *_two_values(accounts.quantities),
        *_two_units(accounts.quantities),
        *_mixed_units(accounts.identities),
        *_two_denominators(accounts.identities),
        *_not_counts(accounts.quantities),
        *_undefined_units(accounts),
        *_unsourced(accounts.quantities),
    ]
    return Account(
        values=(*_values(accounts.quantities), *_remainders(checked)),
        tables=tuple(_tables(accounts, checked)),
        findings=tuple(findings),
        checked=checked,
    )


# What is wrong


def _two_values(quantities: Sequence[Quantity]) -> Iterable[Finding]:
    for same in _grouped(quantities, lambda q: (word(q.name), one_unit(q.unit), word(q.subset))):
        values = dict.fromkeys(q.number.value for q in same)
        if len(values) > 1:
            told = ", ".join(f"{q.number}{_where(q)}" for q in same)
            yield _fault(
                "ACC-02",
                f"{same[0].known_as} is stated with {len(values)} values: {told}.",
                same[-1],
                hint="Find out which one is right and write it everywhere.",
            )


def _two_units(quantities: Sequence[Quantity]) -> Iterable[Finding]:
    for same in _grouped([q for q in quantities if q.name], lambda q: (word(q.name),)):
        units = {one_unit(q.unit): q for q in reversed(same)}
        if len(units) > 1:
            told = ", ".join(f"{q}{_where(q)}" for q in reversed(units.values()))
            yield _fault(
                "ACC-05",
                f"The word {same[0].name!r} is used with {len(units)} units: {told}.",
                next(iter(units.values())),
                hint="Give each its own word, such as masks and volumes, and say what one of each is under `units`.",
            )


def _mixed_units(identities: Iterable[Identity]) -> Iterable[Finding]:
    """Members that are added must count the same thing; the parts of a percentage should."""
    for identity in identities:
        if identity.kind not in ADDING and identity.kind is not Kind.PERCENT:
            continue
        terms = [*identity.members, *(t for t in identity.remainder.values() if t)]
        if identity.whole is not None and identity.kind in ADDING:
            terms.append(identity.whole)
        units = dict.fromkeys(one_unit(term.unit) for term in terms if term.unit)
        if len(units) > 1:
            told = ", ".join(f"{term.name} counts {term.unit}" for term in terms if term.unit)
            verb = "divides" if identity.kind is Kind.PERCENT else "adds"
            yield Finding(
                rule="ACC-05",
                severity=Severity.WARNING if identity.kind is Kind.PERCENT else Severity.ERROR,
                message=f"This {identity.kind} {verb} different units: {told}.",
                line=identity.line,
                column=identity.column,
                hint="Count all of its members in one unit.",
            )


def _two_denominators(identities: Iterable[Identity]) -> Iterable[Finding]:
    """A count given as a share of two wholes reads as two rates; the reader must be told which is meant."""
    shares = [i for i in identities if i.kind is Kind.PERCENT]
    for same in _grouped(shares, lambda i: (i.members[0].name or i.members[0].number.text,)):
        wholes = {i.members[1].number.value: i for i in same}
        if len(wholes) > 1:
            told = " and ".join(f"of {i.members[1]}" for i in wholes.values())
            yield Finding(
                rule="ACC-04",
                severity=Severity.WARNING,
                message=f"{same[0].members[0]} is given as a share {told}: two denominators for one count.",
                line=same[-1].line,
                column=same[-1].column,
                hint="Name the denominator each time; a rate is a share of those that could be evaluated.",
            )


def _not_counts(quantities: Iterable[Quantity]) -> Iterable[Finding]:
    for q in quantities:
        if one_unit(q.unit) in _WHOLE and (q.number.value < 0 or q.number.value.denominator != 1):
            yield _fault(
                "ACC-VALUE",
                f"{q.known_as} is {q.number.text}: {q.unit} come in whole numbers from 0.",
                q,
                hint="Write the count itself.",
            )


def _undefined_units(accounts: Accounts) -> Iterable[Finding]:
    told = {one_unit(unit) for unit, meaning in accounts.units.items() if str(meaning).strip()}
    for same in _grouped(accounts.quantities, lambda q: (one_unit(q.unit),)):
        if not same[0].unit:
            yield _fault(
                "ACC-05",
                f"{', '.join(repr(q.name or q.subset) for q in same[:8])}: a number without a unit.",
                same[0],
                hint="Add `unit: patients`, or scans, series, masks, volumes.",
            )
        elif one_unit(same[0].unit) in _VAGUE - told:
            yield _fault(
                "ACC-05",
                f"The unit {same[0].unit!r} can mean several things, and nothing here says which.",
                same[0],
                hint=f"Add a line under `units:`, such as `{same[0].unit}: one released pair of image and labels`.",
                severity=Severity.WARNING,
            )


def _unsourced(quantities: Sequence[Quantity]) -> Iterable[Finding]:
    bare = [q for q in quantities if not q.source]
    if bare:
        yield _fault(
            "ACC-SOURCE",
            f"{len(bare):,} of {len(quantities):,} quantities name no source, {bare[0].known_as} first.",
            bare[0],
            hint="Add `source:` with the file each was counted in.",
            severity=Severity.INFO,
        )


# Numbers and tables


def _values(quantities: Iterable[Quantity]) -> Iterable[Estimate]:
    """One value per quantity; a second one that differs is a finding, not a value."""
    seen: set[tuple[str, ...]] = set()
    for q in quantities:
        key = (word(q.name), one_unit(q.unit), word(q.subset))
        if key not in seen:
            seen.add(key)
            yield Estimate(
                name=q.name or "count",
                value=q.number.number,
                n=None,
                unit=q.unit,
                method=f"{METHOD}; from {q.source}" if q.source else METHOD,
                by={"unit": q.unit, "subset": q.subset},
            )


def _remainders(checked: Iterable[Checked]) -> Iterable[Estimate]:
    """What a declared remainder without a number comes to."""
    for each in checked:
        whole = each.identity.whole
        for name, left in each.left_over.items():
            yield Estimate(
                name="count",
                value=int(left) if left.denominator == 1 else float(left),
                n=None,
                unit=whole.unit if whole else "",
                method=f"remainder of {whole}: the whole less {each.text}",
                by={"unit": (whole.unit if whole else "") or "remainder", "subset": name},
            )


def _tables(accounts: Accounts, checked: Sequence[Checked]) -> Iterable[Table]:
    title = accounts.title or "Counts"
    counts = [q for q in accounts.quantities if not q.name and q.number.whole]
    named = [q for q in accounts.quantities if q.name or not q.number.whole]
    meanings = "; ".join(f"{unit}: {meaning}" for unit, meaning in accounts.units.items() if meaning)
    if counts:
        yield _authoritative(counts, title, meanings)
    if named:
        yield Table(
            name="quantities",
            title=f"{title}: named quantities" if counts else title,
            columns=("quantity", "unit", "subset", "value", "source"),
            rows=tuple((q.name or q.known_as, q.unit, q.subset, _cell(q), q.source) for q in named),
            note="" if counts else meanings,
        )
    if checked:
        yield Table(
            name="identities",
            title="Identities checked",
            columns=("identity", "computed", "stated", "verdict"),
            rows=tuple(_row(each) for each in checked),
            note=f"{sum(each.holds for each in checked)} of {len(checked)} hold.",
        )


def _authoritative(counts: Sequence[Quantity], title: str, note: str) -> Table:
    """A row per subset, a column per unit, both in the order of the file."""
    units = dict.fromkeys(q.unit for q in counts)
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for q in counts:
        rows[q.subset].setdefault(q.unit, int(q.number.value))
    return Table(
        name="accounting",
        title=title,
        columns=("subset", *units),
        rows=tuple((subset, *(row.get(unit) for unit in units)) for subset, row in rows.items()),
        note=note,
    )


def _cell(quantity: Quantity) -> Cell:
    return int(quantity.number.value) if quantity.number.whole else quantity.number.text


def _row(each: Checked) -> tuple[Cell, ...]:
    sign = " %" if each.identity.kind is Kind.PERCENT else ""
    computed = None if each.computed is None else f"{short(each.computed)}{sign}"
    whole = each.identity.whole
    if whole is not None:
        stated = f"{whole.number}{sign} ({whole.name})" if whole.name else f"{whole.number}{sign}"
    else:
        stated = "" if each.stated is None else short(each.stated)
    left = "".join(f", {name} {short(number)}" for name, number in each.left_over.items())
    return (each.identity.note or each.text, computed, stated, "holds" + left if each.holds else "fails")


# Small things


def _grouped(items: Iterable[T], key: Callable[[T], tuple[str, ...]]) -> list[list[T]]:
    groups: dict[tuple[str, ...], list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return list(groups.values())


def _where(quantity: Quantity) -> str:
    place = f"line {quantity.line}" if quantity.line else ""
    told = ", ".join(part for part in (quantity.source, place) if part)
    return f" ({told})" if told else ""


def _fault(rule: str, message: str, quantity: Quantity, *, hint: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(rule=rule, severity=severity, message=message, line=quantity.line, column=quantity.column, hint=hint)
