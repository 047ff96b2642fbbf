"""What people see of duplicates and do about them: versions, related works, the best of each field, where a record
belongs, and taking an answer back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from review.dedup import cluster
from review.dedup.merge import Merged
from review.dedup.merge import merged as best_of
from review.dedup.related import versions_in
from review.domain.errors import Missing, ReviewError
from review.domain.record import DuplicateLink, Judgement, Record
from review.domain.team import Right
from review.services import rights, team, works
from review.services.project import Project
from review.storage import duplicates, records, stamps

Parts = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person said at one time about some pairs of records."""

    person: str
    at: str
    answers: tuple[Judgement, ...]

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(sorted({record for each in self.answers for record in (each.record_a, each.record_b)}))


@rights.needs(Right.READ)
def related(project: Project) -> list[DuplicateLink]:
    """Pairs of works that belong together, such as an erratum and its article, or versions of one work where the protocol
    counts each by itself (their condition is `version`); never what people hold for one work.
    """

    def compute() -> list[DuplicateLink]:
        run = duplicates.latest_run(project.store)
        found = duplicates.links(project.store, run[0], duplicates.RELATED) if run else []
        found += [replace(link, condition="version") for link in works.versions_apart(project)]
        work_of = works.works(project).work_of
        return [link for link in found if work_of[link.record_a] != work_of[link.record_b]]

    return project.cached("related", stamps.read(project.store).works, compute)


@rights.needs(Right.READ)
def versions(project: Project) -> frozenset[str]:
    """The records that are another version of their work than the others of their group."""
    return project.cached(
        "versions",
        stamps.read(project.store).works,
        lambda: frozenset(member for group in works.groups(project) for member in versions_in(group)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSource:
    """What one source gave: its records, the works they are, and how many of these no other source has."""

    source: str
    label: str
    records: int
    works: int
    alone: int


@rights.needs(Right.READ)
def per_source(project: Project) -> list[OfSource]:
    """The sources in the order in which they came. Their records add up to all records; works of several count in each."""
    total = works.works(project)
    count, found, alone = Counter(total.sources.values()), Counter[str](), Counter[str]()
    for members in total.members.values():
        sources = {total.sources[member] for member in members}
        found.update(sources)
        if len(sources) == 1:
            alone.update(sources)
    return [
        OfSource(source=one, label=total.labels.get(one, one), records=number, works=found[one], alone=alone[one])
        for one, number in count.items()
    ]


@rights.needs(Right.READ)
def merged(project: Project, members: Sequence[str]) -> Merged:
    """The best of each field that the records of a work give, and from which it comes."""
    found = records.by_id(project.store, members)
    for member in members:
        if member not in found:
            raise Missing("record", member, list(found))
    return best_of(list(found.values()))


@rights.needs(Right.READ)
def best(project: Project, wanted: Sequence[str]) -> dict[str, Record]:
    """Each of these works as one record: the one it is shown by, with the best of each field that its records give."""
    members = works.works(project).members
    found = records.by_id(project.store, [member for work in wanted for member in members[work]])
    return {work: _whole(found[work], [found[member] for member in members[work]]) for work in wanted}


def _whole(shown: Record, copies: Sequence[Record]) -> Record:
    if len(copies) == 1:
        return shown
    made = best_of(copies)
    return replace(shown, **{name: getattr(made.record, name) for name in made.origin})


@rights.needs(Right.REVIEW, whose="person")
def move(project: Project, record: str, *, to: str, person: str) -> None:
    """Say that a record is the same work as another, and not as those it stood with; `to` is "" for a work of its own."""
    total = works.works(project)
    for one in (record, to) if to else (record,):
        if one not in total.work_of:
            raise Missing("record", one, list(total.work_of))
    old = total.members[total.work_of[record]]
    if to in old:
        raise ReviewError("The record stands there already.", hint="Choose another work.")
    new = total.members[total.work_of[to]] if to else ()
    _arrange(project, [[r for r in old if r != record], [record, *new]], person)


@rights.needs(Right.REVIEW, whose="person")
def split(project: Project, group_id: str, *, out: Sequence[str], person: str) -> None:
    """Say that some records of a group are one work and the others another."""
    known = {group.group_id: group.members for group in works.groups(project)}
    if group_id not in known:
        raise Missing("group of duplicates", group_id, known)
    rest = [member for member in known[group_id] if member not in set(out)]
    if not out or not rest or len(rest) + len(set(out)) != len(known[group_id]):
        raise ReviewError(
            "A group is split into two parts of its own records.", hint="Choose at least one record, and not all."
        )
    _arrange(project, [rest, list(dict.fromkeys(out))], person)


def _arrange(project: Project, parts: Parts, person: str) -> None:
    """Say that each part is one work, and that no two records which stood together stay so across the parts."""
    who = team.join(project, person)
    work_of = works.works(project).work_of
    apart = [
        pair
        for one, other in combinations(parts, 2)
        for pair in product(one, other)
        if work_of[pair[0]] == work_of[pair[1]]
    ]
    together = [pair for part in parts for pair in combinations(part, 2) if work_of[pair[0]] != work_of[pair[1]]]
    said = [_answer(pair, who, same=False) for pair in apart] + [_answer(pair, who, same=True) for pair in together]
    while more := _mending(project, parts, said, who):
        said += more
    duplicates.append_judgements(project.store, said)


def _mending(project: Project, parts: Parts, said: Sequence[Judgement], who: str) -> list[Judgement]:
    """What must be said besides, so that each part is one work and nothing else is in it.

    A part may fall asunder because the record that tied it has gone, and be joined with a work from which that record
    had kept it apart. Each pair is said at most once, so asking again comes to an end.
    """
    everything = [*duplicates.read_judgements(project.store), *(replace(each, at="~") for each in said)]
    touched = {record for part in parts for record in part}
    known = touched | {record for each in everything for record in (each.record_a, each.record_b)}
    groups = cluster.group(works.joined(project), cluster.standing_answers(everything, known))
    members_of = {member: group.members for group in groups for member in group.members}
    wanted: dict[cluster.Pair, bool] = {}
    for part in parts:
        for one in part:
            strange = set(members_of.get(one, ())) - set(part)
            wanted |= dict.fromkeys((cluster.pair_of(one, other) for other in strange), False)
        asunder = (other for other in part[1:] if other not in members_of.get(part[0], ()))
        wanted |= dict.fromkeys((cluster.pair_of(part[0], other) for other in asunder), True)
    mended = {cluster.pair_of(each.record_a, each.record_b) for each in said}
    return [_answer(pair, who, same=same) for pair, same in wanted.items() if pair not in mended]


def _answer(pair: tuple[str, str], who: str, *, same: bool) -> Judgement:
    return Judgement(record_a=min(pair), record_b=max(pair), same_work=same, person=who)


@rights.needs(Right.READ)
def acts(project: Project) -> list[Act]:
    """What people said and stands, the newest first; what was taken back or said anew on every pair is left out."""
    answers = duplicates.read_judgements(project.store)
    standing = cluster.standing_answers(answers, _records_of(answers))
    found: dict[tuple[str, str], list[Judgement]] = {}
    for answer in answers:
        if standing.get(cluster.pair_of(answer.record_a, answer.record_b)) is answer:
            found.setdefault((answer.person, answer.at), []).append(answer)
    made = [Act(person=person, at=at, answers=tuple(said)) for (person, at), said in found.items()]
    return sorted(made, key=lambda act: act.at, reverse=True)


def _records_of(answers: Iterable[Judgement]) -> set[str]:
    return {record for each in answers for record in (each.record_a, each.record_b)}


@rights.needs(Right.REVIEW, whose="person")
def take_back(project: Project, *, at: str, person: str) -> Act:
    """Undo what a person said at a time: on each pair stands again what stood before, or the rules decide."""
    who = team.join(project, person)
    known = {(act.person, act.at): act for act in acts(project)}
    if (who, at) not in known:
        raise Missing("answer of yours", at, [act.at for act in known.values() if act.person == who])
    act = known[who, at]
    duplicates.append_judgements(project.store, [replace(each, at="", withdrawn=True) for each in act.answers])
    if at <= duplicates.latest_time(project.store):  # that run left out what a person had answered
        works.look(project)
    return act


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A record that belongs with a work without being screened for itself under it: how, and which it is."""

    relation: str  # "version", or the name of a relation in `review.dedup.related`
    record: Record


@rights.needs(Right.READ)
def beside(project: Project, wanted: Sequence[str]) -> dict[str, list[Beside]]:
    """For each of these works its other versions and the works related to it; works that have none are absent."""
    every = project.cached("beside", stamps.read(project.store).works, lambda: _beside(project))
    found = {work: every[work] for work in wanted if work in every}
    shown = records.by_id(project.store, sorted({record for pairs in found.values() for _, record in pairs}))
    return {
        work: [Beside(relation=relation, record=shown[record]) for relation, record in pairs]
        for work, pairs in found.items()
    }


def _beside(project: Project) -> dict[str, list[tuple[str, str]]]:
    """For each work that has any: how a record belongs with it, and which."""
    total, other = works.works(project), versions(project)
    found: dict[str, dict[tuple[str, str], None]] = {}
    for work in {total.work_of[record] for record in other}:
        for member in total.members[work]:
            if member != work and (member in other) != (work in other):
                found.setdefault(work, {})["version", member] = None
    for link in related(project):
        one, two = total.work_of[link.record_a], total.work_of[link.record_b]
        found.setdefault(one, {})[link.condition, two] = None
        found.setdefault(two, {})[link.condition, one] = None
    return {work: list(pairs) for work, pairs in found.items()}
