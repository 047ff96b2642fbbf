"""The PRISMA 2020 flow diagram in its scoping-review use: a number per box, and the identities between them.

Keys are those of the PRISMA2020 R package's data model (Haddaway et al. 2022, 10.1002/cl2.1230), so files
travel both ways. Vocabulary: a *record* is an entry in a source, a *report* a document, a *study* an
investigation that may have several reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from review.domain.finding import Finding, Severity

Rows = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCounts:
    """All boxes. Rows are (label, count); `left_unscreened`, `dbr_awaiting` and `other_awaiting` are work not done yet.

    `dbr_versions` and `other_versions` are records that came to full text as another version of a report that counts,
    as a preprint of its article.

    In an update of a review `previous_studies` and `previous_reports` are those of its earlier version, and every other
    box counts only what is new; else they are 0.
    """

    database_results: int = 0
    database_specific_results: Rows = ()
    register_results: int = 0
    register_specific_results: Rows = ()
    duplicates: int = 0
    excluded_automatic: int = 0
    excluded_other: int = 0
    records_screened: int = 0
    left_unscreened: int = 0
    records_excluded: int = 0
    dbr_versions: int = 0
    dbr_sought_reports: int = 0
    dbr_notretrieved_reports: int = 0
    dbr_assessed: int = 0
    dbr_awaiting: int = 0
    dbr_excluded: Rows = ()
    website_results: int = 0
    organisation_results: int = 0
    citations_results: int = 0
    other_versions: int = 0
    other_sought_reports: int = 0
    other_notretrieved_reports: int = 0
    other_assessed: int = 0
    other_awaiting: int = 0
    other_excluded: Rows = ()
    new_studies: int = 0
    new_reports: int = 0
    previous_studies: int = 0
    previous_reports: int = 0

    @property
    def is_update(self) -> bool:
        return bool(self.previous_studies or self.previous_reports)

    @property
    def total_studies(self) -> int:
        return self.previous_studies + self.new_studies

    @property
    def total_reports(self) -> int:
        return self.previous_reports + self.new_reports

    @property
    def identified(self) -> int:
        return self.database_results + self.register_results

    @property
    def removed_before_screening(self) -> int:
        return self.duplicates + self.excluded_automatic + self.excluded_other

    @property
    def dbr_excluded_total(self) -> int:
        return sum(count for _, count in self.dbr_excluded)

    @property
    def other_excluded_total(self) -> int:
        return sum(count for _, count in self.other_excluded)

    @property
    def has_other_methods(self) -> bool:
        return bool(self.website_results + self.organisation_results + self.citations_results)

    @property
    def finished(self) -> bool:
        return not (self.left_unscreened or self.dbr_awaiting or self.other_awaiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One equation between boxes: left and right side with their values, and the boxes it names."""

    id: str
    text: str
    left: int
    right: int
    boxes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.left == self.right


def identities(c: FlowCounts) -> list[Identity]:
    """The arithmetic of the diagram. Unfinished work is a declared remainder, so it holds at every moment."""
    eq = _equation
    return [
        eq(
            "I1",
            "records from databases = sum over databases",
            c.database_results,
            sum(n for _, n in c.database_specific_results),
            "database_results database_specific_results",
        ),
        eq(
            "I1r",
            "records from registers = sum over registers",
            c.register_results,
            sum(n for _, n in c.register_specific_results),
            "register_results register_specific_results",
        ),
        eq(
            "I2",
            "screened + not yet screened = identified − duplicates − removed by automation − removed for other reasons",
            c.records_screened + c.left_unscreened,
            c.identified - c.removed_before_screening,
            "records_screened left_unscreened database_results register_results duplicates excluded_automatic excluded_other",
        ),
        eq(
            "I4",
            "reports sought + other versions of them = screened − excluded",
            c.dbr_sought_reports + c.dbr_versions,
            c.records_screened - c.records_excluded,
            "dbr_sought_reports dbr_versions records_screened records_excluded",
        ),
        eq(
            "I5",
            "assessed + awaiting = sought − not retrieved",
            c.dbr_assessed + c.dbr_awaiting,
            c.dbr_sought_reports - c.dbr_notretrieved_reports,
            "dbr_assessed dbr_awaiting dbr_sought_reports dbr_notretrieved_reports",
        ),
        eq(
            "I6",
            "other methods: assessed + awaiting = sought − not retrieved",
            c.other_assessed + c.other_awaiting,
            c.other_sought_reports - c.other_notretrieved_reports,
            "other_assessed other_awaiting other_sought_reports other_notretrieved_reports",
        ),
        eq(
            "I8",
            "reports included = assessed − excluded, both columns",
            c.new_reports,
            c.dbr_assessed - c.dbr_excluded_total + c.other_assessed - c.other_excluded_total,
            "new_reports dbr_assessed dbr_excluded other_assessed other_excluded",
        ),
    ]


def _equation(name: str, text: str, left: int, right: int, boxes: str) -> Identity:
    return Identity(id=name, text=text, left=left, right=right, boxes=tuple(boxes.split()))


def check(counts: FlowCounts) -> list[Finding]:
    """A finding for each identity that fails and each impossible number; none when the flow balances."""
    found = [
        Finding(
            rule=f"FLOW-{i.id}",
            severity=Severity.BLOCKER,
            message=f"The flow diagram does not balance: {i.text}.",
            expected=str(i.right),
            got=str(i.left),
            hint=f"Look at {', '.join(i.boxes)}.",
        )
        for i in identities(counts)
        if not i.holds
    ]
    found += [
        Finding(
            rule="FLOW-I11",
            severity=Severity.BLOCKER,
            message=f"{name} is negative.",
            got=str(number),
            hint="A box counts things; look at what feeds it.",
        )
        for name, number in boxes(counts)
        if number < 0
    ]
    for studies, reports, where in (
        (counts.new_studies, counts.new_reports, "are included"),
        (counts.previous_studies, counts.previous_reports, "stand in the previous version"),
    ):
        if studies > reports:
            found.append(
                Finding(
                    rule="FLOW-I9",
                    severity=Severity.BLOCKER,
                    message=f"More studies than reports {where}.",
                    expected=f"at most {reports}",
                    got=str(studies),
                )
            )
    return found


def boxes(counts: FlowCounts) -> Iterator[tuple[str, int]]:
    """Every number in the diagram by its key; rows of a box as `key[label]`."""
    for column in fields(counts):
        value = getattr(counts, column.name)
        if isinstance(value, tuple):
            for label, number in value:
                yield f"{column.name}[{label}]", number
        else:
            yield column.name, value
