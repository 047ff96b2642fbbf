"""Which records are one work: deduplication runs, people's answers, and the works computed from both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from review import __version__
from review.dedup import Memory, cluster, find, find_more
from review.dedup.compare import VERSIONS
from review.dedup.memory import packed, unpacked
from review.domain.errors import Missing, ReviewError
from review.domain.protocol import VersionsCountAs
from review.domain.record import DuplicateGroup, DuplicateLink, Judgement, Record, SourceKind, fingerprint
from review.domain.team import Right
from review.services import processes, protocol, rights, team
from review.services.project import Progress, Project, silent
from review.storage import deeds, duplicates, projects, records, stamps
from review.storage.stamps import Stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """Every work by its shown record: the member with the longest abstract. All maps cover all records.

    `members[work]` are the record ids of one work; `work_of[record]` is its work; `sources[record]` names
    the source, `kinds[source]` its column in the flow diagram.
    """

    members: Mapping[str, tuple[str, ...]]
    work_of: Mapping[str, str]
    sources: Mapping[str, str]
    kinds: Mapping[str, SourceKind]
    labels: Mapping[str, str]
    other_only: frozenset[str]

    def from_databases(self, work: str) -> bool:
        """True if any record of the work came from a database or register: it is then screened by title first."""
        return work not in self.other_only


@rights.needs(Right.GOVERN)
def dedup(
    project: Project, *, progress: Progress = silent, jobs: int = 1
) -> tuple[list[DuplicateGroup], list[DuplicateLink]]:
    """Look for duplicates among all records; the groups in force afterwards, and the pairs a person should look at.

    Records that an earlier look compared are not compared again; what is found is the same.
    """
    look(project, progress=progress, jobs=jobs)
    return groups(project), unsure(project)


@rights.internal
def look(project: Project, *, progress: Progress = silent, jobs: int = 1) -> None:
    """Look for duplicates, in so many processes if there are many new records, and store what was found."""
    rules = _rules(project)
    ids = [record for record, _ in records.ids_and_sources(project.store)]
    memory = _memory(project, rules, ids)
    seen = set(memory.ids) if memory else set()
    fresh = records.by_id(project.store, [key for key in ids if key not in seen]) if seen else None
    with processes.spread(jobs) as spread:
        result, left = find_more(
            memory,
            records.all_records(project.store) if fresh is None else list(fresh.values()),
            read=lambda wanted: records.by_id(project.store, wanted),
            judgements=duplicates.read_judgements(project.store),
            progress=progress,
            spread=spread,
        )
    found = {
        duplicates.JOINED: [link for group in result.groups for link in group.links],
        duplicates.UNSURE: result.unsure,
        duplicates.RELATED: result.related,
    }
    number = duplicates.append_run(project.store, version=__version__, records=len(left.ids), links=found)
    with project.store.writing() as connection:
        deeds.append_author(connection, project.who, f"deduplication {number}")
    duplicates.keep_memory(project.store, rules=rules, content=packed(left))


def _memory(project: Project, rules: str, ids: Sequence[str]) -> Memory | None:
    """What the last look left, unless it went by other rules or knows records that are not here."""
    content = duplicates.memory(project.store, rules=rules)
    memory = unpacked(content) if content else None
    return memory if memory and set(ids).issuperset(memory.ids) else None


def _rules(project: Project) -> str:
    """A name for how duplicates are found, and in which state of the records: what was put right is compared anew."""
    return f"{_code()} {stamps.read(project.store).correction}"


@cache
def _code() -> str:
    """A name for how duplicates are found that changes whenever a line of it does."""
    folder = Path(find.__file__).parent
    return fingerprint(*(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))))


@rights.needs(Right.READ)
def groups(project: Project) -> list[DuplicateGroup]:
    """The groups in force: the links of the newest run, and every person's answer."""

    def compute() -> list[DuplicateGroup]:
        judgements = duplicates.read_judgements(project.store)
        known = {record for j in judgements for record in (j.record_a, j.record_b)}
        return list(cluster.group(joined(project), cluster.standing_answers(judgements, known)))

    return project.cached("groups", stamps.read(project.store).works[2:], compute)


@rights.internal
def joined(project: Project) -> list[DuplicateLink]:
    """What the newest run joined and the protocol counts as one work."""
    apart = set(versions_apart(project))
    return [link for link in _links(project, duplicates.JOINED) if link not in apart]


@rights.internal
def versions_apart(project: Project) -> list[DuplicateLink]:
    """What ties versions of a work, if the frozen protocol counts each of them by itself; else nothing."""
    if projects.latest_protocol(project.store) < 0:
        return []
    if protocol.in_force(project).screening.versions_count_as is VersionsCountAs.ONE:
        return []
    return [link for link in _links(project, duplicates.JOINED) if link.condition in VERSIONS]


def _links(project: Project, kind: str) -> list[DuplicateLink]:
    """What the newest run found; what people answer changes none of it."""
    run = duplicates.latest_run(project.store)
    if not run:
        return []
    return project.cached(f"links {kind}", run[0], lambda: duplicates.links(project.store, run[0], kind))


@rights.needs(Right.READ)
def unsure(project: Project) -> list[DuplicateLink]:
    """Pairs nobody has answered yet, the most likely first."""
    given = duplicates.read_judgements(project.store)
    answered = set(cluster.standing_answers(given, {record for j in given for record in (j.record_a, j.record_b)}))
    group_of = {member: group.group_id for group in groups(project) for member in group.members}
    return [
        link
        for link in _links(project, duplicates.UNSURE)
        if cluster.pair_of(link.record_a, link.record_b) not in answered
        and (link.record_a not in group_of or group_of.get(link.record_a) != group_of.get(link.record_b))
    ]


@rights.needs(Right.REVIEW, whose="person")
def undo_group(project: Project, group_id: str, *, person: str) -> DuplicateGroup:
    """Say that the records of a group are not one work; they are separate from now on, in every later run too."""
    known = {group.group_id: group for group in groups(project)}
    if group_id not in known:
        raise Missing("group of duplicates", group_id, known)
    members = known[group_id].members
    judge(project, list(combinations(members, 2)), same_work=False, person=person)
    return known[group_id]


@rights.needs(Right.REVIEW, whose="person")
def judge(project: Project, pairs: Sequence[tuple[str, str]], *, same_work: bool, person: str) -> None:
    """Keep a person's answer for each pair; it outranks every rule."""
    who = team.join(project, person)
    known = records.by_id(project.store, sorted({record for pair in pairs for record in pair}))
    for a, b in pairs:
        if a == b:
            raise ReviewError("A record is not a duplicate of itself.", hint="Choose two different records.")
        for record in (a, b):
            if record not in known:
                raise Missing("record", record, list(known))
    answers = [Judgement(record_a=min(a, b), record_b=max(a, b), same_work=same_work, person=who) for a, b in pairs]
    duplicates.append_judgements(project.store, answers)


@rights.needs(Right.READ)
def works(project: Project, *, now: Stamps | None = None) -> Works:
    """All works now. Rests on the records, the newest deduplication and people's answers."""
    moment = now or stamps.read(project.store)

    def compute() -> Works:
        sources = project.cached("sources", moment.record, lambda: dict(records.ids_and_sources(project.store)))
        grouped = groups(project)
        copies = [member for group in grouped for member in group.members]
        length = records.abstract_lengths(project.store, copies)
        members: dict[str, tuple[str, ...]] = {}
        work_of: dict[str, str] = {}
        for group in grouped:
            shown = min(group.members, key=lambda r: (-length.get(r, 0), r))
            members[shown] = group.members
            work_of.update(dict.fromkeys(group.members, shown))
        ordered: dict[str, tuple[str, ...]] = {}
        for record_id in sources:
            work = work_of.setdefault(record_id, record_id)
            ordered.setdefault(work, members.get(work, (record_id,)))
        runs = records.runs(project.store)
        kinds = {source: SourceKind(kind) for source, kind in records.kinds(project.store).items()}
        screened_first = {source for source, kind in kinds.items() if not kind.is_other_method}
        by_database = {work_of[record_id] for record_id, source in sources.items() if source in screened_first}
        return Works(
            members=ordered,
            work_of=work_of,
            sources=sources,
            kinds=kinds,
            labels={run.source: run.label for run in runs},
            other_only=frozenset(ordered.keys() - by_database),
        )

    return project.cached("works", moment.works, compute)


@rights.needs(Right.READ)
def read(project: Project, record_ids: Sequence[str]) -> dict[str, Record]:
    """The records behind these ids, by id; unknown ids are absent."""
    return records.by_id(project.store, record_ids)
