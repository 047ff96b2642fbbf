"""The report of the searches for the appendix of a paper: every string verbatim, and each item of PRISMA-S answered.

What is answered comes from the stored runs and from the protocol. An item that neither can answer is marked as open,
with the place where the answer belongs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from review import __version__
from review.domain.checklist import ChecklistItem
from review.domain.protocol import PlannedSearch, Protocol
from review.domain.record import SourceKind
from review.domain.team import Right
from review.render.documents import build_document
from review.render.environment import escape_markdown
from review.resources import write_file
from review.services import known, protocol, rights
from review.services.manuscript import checklists
from review.services.manuscript.tables import markdown_table
from review.services.project import Project
from review.services.works import groups, works
from review.storage import duplicates, records
from review.storage.records import StoredRun
from review.storage.store import now

CHECKLIST = "prisma-s"
ANSWERED, PARTLY, OPEN = "answered", "partly", "open"
_LINKED = {SourceKind.WEBSITE, SourceKind.ORGANISATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An item of the guideline with its answer; `state` is answered, partly or open."""

    number: str
    section: str
    ask: str
    state: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """The report as Markdown, its answers item by item, and the runs it rests on."""

    markdown: str
    items: tuple[Answered, ...]
    runs: tuple[StoredRun, ...]

    @property
    def open(self) -> int:
        return sum(item.state != ANSWERED for item in self.items)

    def as_dict(self) -> dict[str, object]:
        shown = (
            "source",
            "label",
            "kind",
            "platform",
            "query",
            "limits",
            "run_at",
            "reported",
            "tool_version",
            "file_name",
        )
        runs = [
            {**{name: getattr(run, name) for name in shown}, "stored": run.read, "new": run.new} for run in self.runs
        ]
        return {"items": [asdict(item) for item in self.items], "open": self.open, "searches": runs}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the answers are made of."""

    rules: Protocol
    runs: Sequence[StoredRun]
    kinds: Mapping[str, SourceKind]
    deduplication: str
    total: int

    def of(self, *kinds: SourceKind) -> list[StoredRun]:
        return [run for run in self.runs if self.kinds[run.source] in kinds]

    @property
    def databases(self) -> list[StoredRun]:
        return self.of(SourceKind.DATABASE, SourceKind.REGISTER)


Said = tuple[str, str]  # state and answer


@rights.needs(Right.READ)
def report(project: Project) -> Appendix:
    """The report as things stand now."""
    runs = tuple(records.runs(project.store))
    facts = _Facts(
        rules=protocol.in_force(project),
        runs=runs,
        kinds=works(project).kinds,
        deduplication=_deduplication(project),
        total=records.count(project.store),
    )
    items = tuple(_answered(item, facts) for item in checklists.load(CHECKLIST).items)
    parts = [*_head(project, facts), *_overview(facts), *_strings(facts), *_rest(project, facts), *_checklist(items)]
    return Appendix(markdown="\n\n".join(parts) + "\n", items=items, runs=runs)


@rights.needs(Right.READ)
def write(project: Project, path: Path) -> Appendix:
    """Write the report in the form of the file's ending: .md .docx .pdf .html .tex"""
    made = report(project)
    form = path.suffix.lower().removeprefix(".") or "md"
    form = {"markdown": "md", "htm": "html"}.get(form, form)
    write_file(path, build_document(made.markdown, to=form, resources=project.root))
    return made


# The parts of the report


def _head(project: Project, facts: _Facts) -> Iterator[str]:
    state = protocol.status(project)
    frozen = f"frozen on {state.history[0].at[:10]}" if state.history else "not frozen yet"
    amended = f", amended {len(state.history) - 1} times" if len(state.history) > 1 else ""
    yield f"# Report of the searches: {_safe(facts.rules.title)}"
    yield (
        f"Written by Scopewright {__version__} on {now()[:10]} from the searches that are stored with their records. "
        f"The protocol is {frozen}{amended}. The items at the end are those of PRISMA-S (10.1186/s13643-020-01542-z)."
    )


def _overview(facts: _Facts) -> Iterator[str]:
    yield "## Searches and their results"
    if not facts.runs:
        yield "*No search is stored yet.*"
        return
    rows = [
        (
            str(number),
            _safe(run.label),
            _safe(run.platform) or "*not named*",
            run.run_at[:10],
            "not given" if run.reported is None else f"{run.reported:,}",
            f"{run.read:,}",
            f"{run.new:,}",
        )
        for number, run in enumerate(facts.runs, start=1)
    ]
    head = ("No.", "Source", "Platform", "Searched on", "Results reported", "Records read", "New")
    yield markdown_table(head, rows, widths=(6, 20, 24, 14, 14, 12, 10))
    yield f"In all {facts.total:,} records are stored. New: not in the project before this search."


def _strings(facts: _Facts) -> Iterator[str]:
    yield "## Search strings, word for word"
    for number, run in enumerate(facts.runs, start=1):
        yield f"### {number}. {_safe(run.label)}, {run.run_at[:10]}"
        file = f"file {_safe(run.file_name)}, SHA-256 {run.raw_sha256[:16]}…" if run.file_name else ""
        lines = (
            ("Platform", _safe(run.platform) or "*not named*"),
            ("Date and time", _safe(run.run_at.replace("T", " "))),
            ("Limits", _safe(run.limits) or "*not stated*"),
            ("Results", _results(run)),
            ("Taken in by", f"Scopewright {_safe(run.tool_version)}, {file}".rstrip(", ")),
        )
        yield "\n".join(f"- {name}: {text}" for name, text in lines)
        yield _fenced(run.query) if run.query.strip() else "*The string of this search is not stored.*"
    for search in _planned(facts):
        yield f"### Planned and not yet run: {_safe(search.label)}"
        yield f"- Platform: {_safe(search.platform) or '*not named*'}\n- Limits: {_safe(search.limits) or '*not stated*'}"
        yield _fenced(search.query) if search.query else "*No string yet.*"


def _results(run: StoredRun) -> str:
    reported = "" if run.reported is None else f"{run.reported:,} reported by the source, "
    return f"{reported}{_records(run.read)} read, {run.new:,} of them new"


def _planned(facts: _Facts) -> list[PlannedSearch]:
    done = {run.source for run in facts.runs}
    return [search for search in facts.rules.searches if search.name not in done]


def _fenced(text: str) -> str:
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.strip()}\n{fence}"


def _rest(project: Project, facts: _Facts) -> Iterator[str]:
    yield "## Duplicates"
    yield facts.deduplication or "*Duplicates were not looked for yet.*"
    found = known.recall(project)
    if found is not None:
        yield "## Known studies found"
        yield (
            f"Of {found.n:,} studies known to be relevant, {found.found:,} were found by at least one search "
            "(relative recall)."
        )
        rows = [(_safe(each.label), f"{each.found:,} of {each.n:,}", f"{each.alone:,}") for each in found.strings]
        yield markdown_table(("Source", "Found", "By this source alone"), rows, widths=(50, 25, 25))
        if found.missed:
            yield "Not found: " + "; ".join(_safe(study.name) for study in found.missed) + "."


def _checklist(items: Sequence[Answered]) -> Iterator[str]:
    yield "## PRISMA-S, item by item"
    rows = [(item.number, _safe(item.ask), item.state, item.answer) for item in items]
    yield markdown_table(("Item", "What is asked", "State", "Answer"), rows, widths=(6, 34, 10, 50))


_safe = escape_markdown


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


# The items


def _answered(item: ChecklistItem, facts: _Facts) -> Answered:
    state, answer = _ITEMS[item.number](facts)
    return Answered(number=item.number, section=item.section, ask=item.ask, state=state, answer=answer)


def _per_source(runs: Sequence[StoredRun], say: Callable[[StoredRun], str]) -> str:
    """Each source with what is said of its latest run."""
    latest = {run.source: run for run in runs}
    return "; ".join(f"{_safe(run.label)}: {say(run)}" for run in latest.values())


def _lacking(runs: Sequence[StoredRun], has: Callable[[StoredRun], str], what: str, where: str) -> Said | None:
    """The partial answer where something is not stored for some source."""
    bare = list(dict.fromkeys(_safe(run.label) for run in runs if not has(run).strip()))
    return (PARTLY, f"{what} of {', '.join(bare)} is not stored: {where}.") if bare else None


def _databases(facts: _Facts) -> Said:
    runs = facts.of(SourceKind.DATABASE)
    if not runs:
        return OPEN, "No database was searched yet."
    lacking = _lacking(runs, lambda run: run.platform, "The platform", "name it under sources: in the protocol")
    return lacking or (ANSWERED, _per_source(runs, lambda run: _safe(run.platform)))


def _together(facts: _Facts) -> Said:
    latest = {run.source: run for run in facts.databases}
    on: dict[str, list[str]] = {}
    for run in latest.values():
        if run.platform and run.label not in on.setdefault(run.platform, []):
            on[run.platform].append(run.label)
    shared = {platform: names for platform, names in on.items() if len(names) > 1}
    if shared:
        told = "; ".join(f"{_safe(platform)}: {_safe(', '.join(names))}" for platform, names in shared.items())
        return ANSWERED, f"Several searches on one platform, each with its own string: {told}."
    return (ANSWERED, "Each database was searched by itself.") if latest else (OPEN, "No database was searched yet.")


def _registers(facts: _Facts) -> Said:
    runs = facts.of(SourceKind.REGISTER)
    return ANSWERED, _per_source(runs, _counted) if runs else "No register was searched."


def _counted(run: StoredRun) -> str:
    return f"{_records(run.read)} on {run.run_at[:10]}"


def _browsing(facts: _Facts) -> Said:
    return _stated(facts.of(*_LINKED), facts.rules.search_methods.browsing, "browsing")


def _citations(facts: _Facts) -> Said:
    return _stated(facts.of(SourceKind.CITATION), facts.rules.search_methods.citations, "citations")


def _stated(runs: Sequence[StoredRun], said: str, key: str) -> Said:
    """What the author says and what is stored; open if neither says anything."""
    parts = [_safe(said)] if said else []
    if runs:
        parts.append(_per_source(runs, _counted))
    if parts:
        return ANSWERED, " ".join(parts)
    return OPEN, f"Say it in the protocol: search\\_methods: {_safe(key)}: (also that nothing was done)."


def _author_says(key: str) -> Callable[[_Facts], Said]:
    return lambda facts: _stated((), getattr(facts.rules.search_methods, key), key)


def _verbatim(facts: _Facts) -> Said:
    if not facts.runs:
        return OPEN, "No search is stored yet."
    lacking = _lacking(facts.databases, lambda run: run.query, "The string", "import the file with its string")
    return lacking or (ANSWERED, "All strings stand above, word for word.")


def _limits(facts: _Facts) -> Said:
    if not facts.runs:
        return OPEN, "No search is stored yet."
    lacking = _lacking(facts.databases, lambda run: run.limits, "The limit", "write limits: under the source, or none")
    return lacking or (ANSWERED, _per_source(facts.databases, lambda run: _safe(run.limits)))


def _updates(facts: _Facts) -> Said:
    days: dict[str, list[str]] = {}
    for run in facts.databases:
        days.setdefault(run.label, []).append(run.run_at[:10])
    again = {label: sorted(set(found)) for label, found in days.items() if len(set(found)) > 1}
    said = facts.rules.search_methods.updates
    told = [_safe(said)] if said else []
    told += [f"{_safe(label)}: searched on {', '.join(found)}." for label, found in again.items()]
    if told:
        return ANSWERED, " ".join(told)
    return (ANSWERED, "The searches were run once.") if facts.runs else (OPEN, "No search is stored yet.")


def _dates(facts: _Facts) -> Said:
    if not facts.runs:
        return OPEN, "No search is stored yet."
    return ANSWERED, _per_source(facts.runs, lambda run: run.run_at[:10])


def _totals(facts: _Facts) -> Said:
    if not facts.runs:
        return OPEN, "No search is stored yet."
    new: Counter[str] = Counter()
    for run in facts.runs:
        new[run.label] += run.new
    told = "; ".join(f"{_safe(label)}: {count:,}" for label, count in new.items())
    return ANSWERED, f"{told}. Together {_records(facts.total)}."


def _duplicates(facts: _Facts) -> Said:
    return (ANSWERED, facts.deduplication) if facts.deduplication else (OPEN, "Run `review dedup`.")


_ITEMS: dict[str, Callable[[_Facts], Said]] = {
    "1": _databases,
    "2": _together,
    "3": _registers,
    "4": _browsing,
    "5": _citations,
    "6": _author_says("contacts"),
    "7": _author_says("other"),
    "8": _verbatim,
    "9": _limits,
    "10": _author_says("filters"),
    "11": _author_says("earlier_strategies"),
    "12": _updates,
    "13": _dates,
    "14": _author_says("peer_review"),
    "15": _totals,
    "16": _duplicates,
}


def _deduplication(project: Project) -> str:
    """How duplicates were found and what became of them; "" if nobody looked for them yet."""
    version = duplicates.latest_version(project.store)
    if not version:
        return ""
    count, found = records.count(project.store), works(project)
    answers = duplicates.read_judgements(project.store)
    people = len({answer.person for answer in answers})
    by_hand = (
        f"; {len(answers):,} pairs were judged by {people:,} people, whose answer overrules the program"
        if answers
        else ""
    )
    return (
        f"Scopewright {_safe(version)} compared identifiers, titles, authors, years and places of the {count:,} records under "
        f"named conditions and joined {sum(len(group.members) for group in groups(project)):,} of them in "
        f"{len(groups(project)):,} groups{by_hand}. {len(found.members):,} works remained. Every join is stored with its "
        "reason and can be undone."
    )
