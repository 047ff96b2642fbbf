"""One search without a project: its records into a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from review.domain import syntax
from review.domain.errors import BadInput, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.domain.string_check import check_string
from review.formats import registry as formats
from review.resources import write_file
from review.services.project import Progress, silent
from review.sources import registry
from review.sources.contract import Page, Plan, Question, Source
from review.sources.http import Http
from review.storage.store import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was written. `reported` is what the source has, `records` how many of them are in the file."""

    path: Path
    format: str
    source: str
    query: str
    reported: int
    records: int
    requests: int
    findings: tuple[Finding, ...]


def fetch(
    source: str,
    query: str,
    *,
    out: Path,
    limit: int | None = None,
    progress: Progress = silent,
    http: Http | None = None,
) -> Fetched:
    """Search a source and write what it has, or the first `limit` records, in the format of the file's ending."""
    chosen = registry.named(source)
    if not out.suffix:
        raise BadInput(out, "its name has no ending, so its format is not known.", hint=f"Call it {out.name}.ris.")
    target = formats.writable(out.suffix)
    if not query.strip():
        raise ReviewError("The search string is empty.", hint="Put it between quotation marks behind the source.")
    doubts = _checked(chosen, query)
    question = Question(query=" ".join(query.split()), until=now()[:10], most=limit)
    line = http or registry.connect(chosen)
    try:
        progress(f"Asking {chosen.label}", 0.0)
        plan = chosen.plan(question, line)
        if plan.cost:
            progress(f"{chosen.label}: {plan.reported:,} results, {plan.cost}", 0.0)
        pages = chosen.pages(question, plan, line, "")
        found, findings = _read(chosen, _watched(pages, plan, limit, chosen.label, progress), limit)
    finally:
        line.close()
    wanted = min(plan.reported, limit or plan.reported)
    if len(found) != wanted:
        findings.append(_differs(chosen, plan, wanted, len(found)))
    write_file(out, formats.write(found, target.name))
    return Fetched(
        path=out,
        format=target.name,
        source=chosen.name,
        query=plan.sent,
        reported=plan.reported,
        records=len(found),
        requests=line.requests,
        findings=(*doubts, *plan.findings, *findings),
    )


def _checked(chosen: Source, query: str) -> list[Finding]:
    """What is doubtful about the string; refused if no source can read it."""
    faults = [replace(fault, line=None, column=None) for fault in check_string(query, syntax.named(chosen.name))]
    for fault in faults:
        if fault.severity is Severity.ERROR:
            raise ReviewError(fault.message, hint=fault.hint)
    return faults


def _watched(pages: Iterator[Page], plan: Plan, limit: int | None, label: str, progress: Progress) -> Iterator[Page]:
    total = min(plan.expected, limit or plan.expected)
    done = 0
    for page in pages:
        yield page
        done += page.expected
        progress(f"{label}: {min(done, total):,} of {total:,}", min(1.0, done / max(total, 1)))


def _read(chosen: Source, pages: Iterator[Page], limit: int | None) -> tuple[list[Record], list[Finding]]:
    form = formats.named(chosen.format)
    found: dict[str, Record] = {}
    findings: list[Finding] = []
    for number, page in enumerate(pages, start=1):
        if page.fault:
            findings.append(Finding(rule="SEARCH-PAGE", message=f"Page {number:,} is not whole: {page.fault}."))
        try:
            for entry in formats.read(page.data, source=chosen.name, file_name=f"page {number:,}", found=form):
                if isinstance(entry, Finding):
                    findings.append(entry)
                else:
                    found.setdefault(entry.source_id, entry)
        except BadInput as error:
            findings.append(Finding(rule="SEARCH-PAGE", message=error.message, hint=error.hint))
        if limit is not None and len(found) >= limit:
            break
    return list(found.values())[:limit], findings


def _differs(chosen: Source, plan: Plan, wanted: int, got: int) -> Finding:
    return Finding(
        rule="SEARCH-COUNT",
        severity=Severity.WARNING,
        message=f"{chosen.label} reported {plan.reported:,} results; {wanted:,} were wanted and {got:,} came.",
        expected=str(wanted),
        got=str(got),
        hint="Run it again and see whether it persists.",
    )
