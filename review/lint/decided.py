"""REV-02: the boxes of the flow diagram against the decisions, those of full texts and their reasons among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from review.domain import flow as arithmetic
from review.domain.flow import FlowCounts, Rows
from review.lint.rule import Context, Log, Remark

# What the boxes are called in a message.
WORDS: Mapping[str, str] = {
    "identified": "records identified",
    "duplicates": "duplicates removed",
    "records_screened": "records screened",
    "records_excluded": "records excluded",
    "new_studies": "studies included",
    "new_reports": "reports included",
    "dbr_sought_reports": "reports sought (databases)",
    "dbr_not_assessed": "reports not retrieved or still awaited (databases)",
    "dbr_assessed": "reports assessed (databases)",
    "dbr_excluded": "reports excluded (databases)",
    "other_sought_reports": "reports sought (other methods)",
    "other_not_assessed": "reports not retrieved or still awaited (other methods)",
    "other_assessed": "reports assessed (other methods)",
    "other_excluded": "reports excluded (other methods)",
}


def boxes(context: Context, flow: FlowCounts, log: Log) -> Iterator[Remark]:
    """Every box that the decisions give another number for, and every reason."""
    stated = _stated(flow)
    # Records that a program marked before screening, and no person saw, are neither screened nor excluded by people.
    marked = log.machine_alone if flow.excluded_automatic else 0
    for box, counted in log.boxes.items():
        right = counted - (marked if box in ("records_screened", "records_excluded") else 0)
        if stated.get(box, 0) != right:
            yield Remark(
                message=f"The diagram says {WORDS.get(box, box)} = {stated.get(box, 0):,}; the decisions give {right:,}.",
                path=context.paths.get("flow"),
                expected=str(right),
                got=str(stated.get(box, 0)),
            )
    for column, counted_by in log.reasons.items():
        yield from _reasons(context, flow.dbr_excluded if column == "dbr" else flow.other_excluded, counted_by)


def _stated(flow: FlowCounts) -> dict[str, int]:
    """The boxes of the diagram, with the sums that decisions can be held against."""
    return dict(arithmetic.boxes(flow)) | {
        "dbr_sought_reports": flow.dbr_sought_reports + flow.dbr_versions,
        "dbr_not_assessed": flow.dbr_notretrieved_reports + flow.dbr_awaiting + flow.dbr_versions,
        "dbr_excluded": flow.dbr_excluded_total,
        "other_sought_reports": flow.other_sought_reports + flow.other_versions,
        "other_not_assessed": flow.other_notretrieved_reports + flow.other_awaiting + flow.other_versions,
        "other_excluded": flow.other_excluded_total,
    }


def _reasons(context: Context, rows: Rows, counted: Mapping[str, tuple[int, int]]) -> Iterator[Remark]:
    path = context.paths.get("flow")
    without = counted.get("", (0, 0))[1]
    if without:
        yield Remark(
            message=f"{without:,} full {'text was' if without == 1 else 'texts were'} excluded without a reason.",
            path=context.paths.get("decisions"),
            hint="Give one reason for each report that is excluded at full text; PRISMA asks for their numbers.",
        )
    known = {reason: n for reason, n in counted.items() if reason}
    shown = {_plain(label): (label, n) for label, n in rows}
    if not known or not rows:
        return
    if not {_plain(reason) for reason in known} & set(shown):
        yield from _as_codes(context, rows, known)
        return
    for reason, (sure, most) in known.items():
        label, n = shown.pop(_plain(reason), (reason, 0))
        if not sure <= n <= most:
            between = f"{sure:,}" if sure == most else f"{sure:,} to {most:,}"
            yield Remark(
                message=f"The diagram excludes {n:,} full texts for “{label}”; the decisions give {between}.",
                path=path,
                expected=between,
                got=f"{n:,}",
            )
    for label, n in shown.values():
        if n:
            yield Remark(
                message=f"The diagram excludes {n:,} full texts for “{label}”; no decision gives that reason.",
                path=path,
                expected="0",
                got=f"{n:,}",
            )


def _as_codes(context: Context, rows: Rows, known: Mapping[str, tuple[int, int]]) -> Iterator[Remark]:
    """Decisions that name their reasons otherwise than the diagram, as E1: only the numbers can be compared."""
    if any(sure != most for sure, most in known.values()):
        return
    stated, counted = sorted(n for _, n in rows if n), sorted(n for n, _ in known.values())
    if stated != counted:
        right, got = (", ".join(map(str, reversed(numbers))) for numbers in (counted, stated))
        yield Remark(
            message=f"By reason the diagram excludes {got} full texts; the decisions give {right} ({', '.join(known)}).",
            path=context.paths.get("flow"),
            expected=right,
            got=got,
            hint="Name the reasons in the diagram as in the decisions, so that each can be compared.",
        )


def _plain(label: str) -> str:
    return " ".join(label.casefold().replace("_", " ").split())
