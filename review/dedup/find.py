"""The ways in: records and people's answers go in; groups of duplicates, related records and open pairs come out."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2

import numpy as np

from review.dedup.block import Indexes, candidate_pairs, joined_marks
from review.dedup.cluster import Doubts, Pair, group, pair_of, standing_answers
from review.dedup.columns import Bools, Codes, Scores
from review.dedup.compare import CONDITIONS, DOUBTFUL
from review.dedup.features import RUBRIC, generic_titles
from review.dedup.judged import Bench, Judged, bench, judged, together
from review.dedup.memory import Memory
from review.dedup.ready import Ready, Spread, in_turn, made_ready, no_collecting, ready
from review.dedup.related import RELATIONS
from review.dedup.vetoes import VETOES
from review.domain.record import DuplicateGroup, DuplicateLink, Judgement, Record

Progress = Callable[[str, float], None]

# What a person can look through in one sitting.
_QUEUE = 200
_QUEUE_SHARE = 0.05  # of the records, when these are many
_RIVALLED = 0.05  # so much later is a pair looked at when twice as many are as likely
NO_CONDITION = "no_condition"
OTHERS_CONTRADICT = "others_contradict"


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupResult:
    """`groups` have two members or more; `unsure` are pairs for a person to look at, likeliest first; `related` are
    pairs that belong together and are two works, such as an erratum and its article.

    The condition of an unsure pair is the name of the veto that kept it apart, `others_contradict` or `no_condition`;
    that of a related pair is the name of the relation.
    """

    groups: tuple[DuplicateGroup, ...] = ()
    unsure: tuple[DuplicateLink, ...] = ()
    related: tuple[DuplicateLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """All records of a run by their place in the order of ids."""

    ids: Sequence[str]
    on: Bench
    fresh: Bools  # no earlier run saw them
    before: Judged | None = None  # what the earlier runs found, by today's places
    turned: Bools | None = None  # their title became a rubric since
    source_of: Mapping[str, str]

    def pair(self, found: Judged, n: int) -> Pair:
        return pair_of(self.ids[found.left[n]], self.ids[found.right[n]])


def find_duplicates(
    records: Iterable[Record],
    *,
    judgements: Sequence[Judgement] = (),
    one_each: Collection[str] = (),
    progress: Progress | None = None,
    spread: Spread = in_turn,
) -> DedupResult:
    """Which records are one work. The order of the records makes no difference, nor does who does it (`spread`).

    `records` are gone through once and not kept. `one_each`, looked at after that, names the sources that list each
    work once: two records of such a source are joined only if they are copies or carry the same number.

    >>> one = Record(source="a", source_id="1", title="Labelling vertebrae in MRI of the whole spine", year=2020,
    ...              authors=("Wu, Y.",))
    >>> two = Record(source="b", source_id="7", title="Labeling Vertebrae in MRI of the Whole Spine.", year=2020,
    ...              authors=("Wu, Yi",))
    >>> find_duplicates([one, two]).groups[0].members
    ('a:1', 'b:7')
    """
    tell = progress or (lambda _step, _share: None)
    with no_collecting():
        found = _each_once(records, spread, tell)
        wanted = set(one_each)
        source_of = {key: source for key, source in zip(found.ids, found.sources, strict=True) if source in wanted}
        stock = replace(_first(found, spread, _numbered(found.sources, one_each)), source_of=source_of)
        return _result(stock, judgements, tell)[0]


def find_more(
    memory: Memory | None,
    fresh: Iterable[Record],
    *,
    read: Callable[[Sequence[str]], Mapping[str, Record]],
    judgements: Sequence[Judgement] = (),
    progress: Progress | None = None,
    spread: Spread = in_turn,
) -> tuple[DedupResult, Memory]:
    """What `find_duplicates` would say of all records, when only `fresh` were not there at the run that left `memory`.

    Only pairs with a fresh record are compared. `read` gives the records of earlier runs that these may be copies of.
    """
    tell = progress or (lambda _step, _share: None)
    with no_collecting():
        found = _each_once(fresh, spread, tell)
        stock = _first(found, spread) if memory is None else _added(memory, found, read, spread)
        result, judged_pairs = _result(stock, judgements, tell)
    return result, Memory(ids=tuple(stock.ids), marks=stock.on.marks, judged=judged_pairs)


def _each_once(records: Iterable[Record], spread: Spread, tell: Progress) -> Ready:
    total = len(records) if isinstance(records, Sequence) else 0

    def told(count: int) -> None:
        if total:
            tell(f"Reading the records: {count:,}", 0.6 * count / total)

    return ready(records, spread, told)


def _first(found: Ready, spread: Spread, source: Codes | None = None) -> _Stock:
    on = bench(found.marks, lambda places: [found.lines[n] for n in places.tolist()], spread=spread, source=source)
    return _Stock(ids=found.ids, on=on, fresh=np.ones(len(found.ids), dtype=bool), source_of={})


def _added(
    memory: Memory, found: Ready, read: Callable[[Sequence[str]], Mapping[str, Record]], spread: Spread
) -> _Stock:
    """The records of the memory and the fresh ones; the former are made ready when they are asked for."""
    seen = set(memory.ids)
    new = [n for n, key in enumerate(found.ids) if key not in seen]
    everything = [*memory.ids, *(found.ids[n] for n in new)]
    order = np.array(sorted(range(len(everything)), key=everything.__getitem__), dtype=np.int64)
    place = np.empty(len(order), dtype=np.int64)  # of each in the order of all ids
    place[order] = np.arange(len(order))
    old = len(memory.ids)
    marks = joined_marks([memory.marks, found.marks.take(new)]).take(order)
    known = {int(place[old + n]): found.lines[at] for n, at in enumerate(new)}
    sorted_ids = [everything[n] for n in order.tolist()]

    def lines(places: Indexes) -> list[str]:
        asked = places.tolist()
        lacking = [n for n in asked if n not in known]
        if lacking:
            again = read([sorted_ids[n] for n in lacking])
            known.update(zip(lacking, made_ready([again[sorted_ids[n]] for n in lacking]).lines, strict=True))
        return [known[n] for n in asked]

    on = bench(marks, lines, spread=spread)
    was_generic = np.full(len(order), RUBRIC)
    was_generic[place[:old]] = generic_titles(memory.marks)
    return _Stock(
        ids=sorted_ids,
        on=on,
        fresh=order >= old,
        before=replace(memory.judged, left=place[memory.judged.left], right=place[memory.judged.right]),
        turned=on.generic > was_generic,
        source_of={},
    )


def _result(stock: _Stock, judgements: Sequence[Judgement], tell: Progress) -> tuple[DedupResult, Judged]:
    answers = standing_answers(judgements, stock.ids)
    found = _judged(stock, answers, tell)
    tell("Joining", 0.9)
    against, vetoed = (_pairs(stock, found, which) for which in (found.against, found.vetoed))
    doubts = Doubts(against=against, vetoed=vetoed, doubtful=DOUBTFUL, source_of=stock.source_of)
    groups = group(_links(stock, found), answers, doubts)
    tell("Listing what is unsure", 0.95)
    related, told = _related(stock, found, groups, answers)
    unsure = _unsure(stock, found, groups, answers, told)
    tell("Done", 1.0)
    return DedupResult(groups=groups, unsure=unsure, related=related), found


def _pairs(stock: _Stock, found: Judged, which: Bools) -> frozenset[Pair]:
    return frozenset(stock.pair(found, n) for n in np.flatnonzero(which).tolist())


def _judged(stock: _Stock, answers: Mapping[Pair, Judgement], tell: Progress) -> Judged:
    """All pairs that have something to say: those with a fresh record, and those of earlier runs that still are candidates."""
    tell("Looking for candidates", 0.6)
    left, right = candidate_pairs(stock.on.marks)
    tell("Comparing", 0.65)
    new = stock.fresh[left] | stock.fresh[right]
    parts = [
        judged(stock.on, left[new], right[new], tell=lambda share: tell("Comparing", 0.65 + 0.2 * share)),
        *_still(stock, left, right),
    ]
    found = together(parts)
    tell("Looking for contradictions", 0.85)
    inside = _inside(stock, found, answers, left, right)
    return together([found, judged(stock.on, left[inside], right[inside], everything=True)])


def _still(stock: _Stock, left: Indexes, right: Indexes) -> list[Judged]:
    """What earlier runs found and still is a candidate; judged anew where a title has become a rubric."""
    if stock.before is None or stock.turned is None:
        return []
    before = stock.before.take(_within(stock, stock.before.left, stock.before.right, among=(left, right)))
    turned = stock.turned[before.left] | stock.turned[before.right]
    again = before.take(turned)
    return [before.take(~turned), judged(stock.on, again.left, again.right, everything=True)]


def _within(stock: _Stock, left: Indexes, right: Indexes, *, among: tuple[Indexes, Indexes]) -> Bools:
    """Which of the pairs are among others, which stand in ascending order."""
    count = max(len(stock.ids), 1)
    return np.isin(left * count + right, among[0] * count + among[1])


def _inside(stock: _Stock, found: Judged, answers: Mapping[Pair, Judgement], left: Indexes, right: Indexes) -> Indexes:
    """The candidates that a chain of joined pairs ties, and that have said nothing yet: do they contradict it?

    Chains that hold nothing fresh, and no record that a person judged, were asked by an earlier run.
    """
    place = {key: n for n, key in enumerate(stock.ids)} if answers else {}
    hands = np.array([(place[a], place[b]) for a, b in answers], dtype=np.int64).reshape(-1, 2)
    joined = found.condition >= 0
    ones, others = np.append(found.left[joined], hands[:, 0]), np.append(found.right[joined], hands[:, 1])
    chain = _chains(len(stock.ids), ones, others)
    asked = np.zeros(len(stock.ids), dtype=bool)
    asked[chain[stock.fresh]] = asked[chain[hands.ravel()]] = True
    tied = np.flatnonzero((chain[left] == chain[right]) & asked[chain[left]])
    known = _within(stock, left[tied], right[tied], among=(found.left, found.right))
    return np.asarray(tied[~known])


def _chains(count: int, left: Indexes, right: Indexes) -> Indexes:
    """For each record the lowest place that a chain of pairs leads to."""
    lowest = np.arange(count)
    while True:
        step = lowest.copy()
        np.minimum.at(step, lowest[left], lowest[right])
        np.minimum.at(step, lowest[right], lowest[left])
        step = step[step]
        if (step == lowest).all():
            return lowest
        lowest = step


def _numbered(sources: Sequence[str], one_each: Collection[str]) -> Codes | None:
    if not one_each:
        return None
    number = {source: place for place, source in enumerate(sorted(one_each), start=1)}
    return np.array([number.get(source, 0) for source in sources], dtype=np.int64)


def _links(stock: _Stock, found: Judged) -> list[DuplicateLink]:
    """Joined pairs, by strength of the condition, then by likeness, then by id."""
    joined = np.flatnonzero(found.condition >= 0)
    order = np.lexsort((found.right[joined], found.left[joined], -found.score[joined], found.condition[joined]))
    rules = [CONDITIONS[number] for number in found.condition[joined][order].tolist()]
    pairs = zip(joined[order].tolist(), rules, strict=True)
    return [_link(stock, found, n, rule.name, rule.explanation) for n, rule in pairs]


def _link(stock: _Stock, found: Judged, n: int, name: str, why: str) -> DuplicateLink:
    one, other = stock.pair(found, n)
    score = round(float(found.score[n]), 3)
    return DuplicateLink(
        record_a=one, record_b=other, condition=name, explanation=f"{why} {found.said[n]}", score=score
    )


def _unsure(
    stock: _Stock,
    found: Judged,
    groups: Sequence[DuplicateGroup],
    answers: Mapping[Pair, Judgement],
    told: Collection[Pair],
) -> tuple[DuplicateLink, ...]:
    """The open pairs that are likeliest, one for each two works; none of works that are `told` already."""
    limit = max(_QUEUE, int(len(stock.ids) * _QUEUE_SHARE))
    # Two works may hold a pair that a condition joins, if other records of theirs contradict each other.
    wanted = np.where(found.condition >= 0, found.score, found.open)
    near = _one_for_each_two_works(stock, found, wanted, groups, answers)
    open_pairs = {works: n for works, n in near.items() if works not in told}
    chosen = _least_rivalled(open_pairs, wanted)[:limit]
    return tuple(_link(stock, found, n, *_reason(int(found.condition[n]), int(found.veto[n]))) for n in chosen)


def _least_rivalled(open_pairs: Mapping[Pair, int], wanted: Scores) -> list[int]:
    """The pairs in order; each comes later for every other pair of its works that is wanted as much: a column that has
    no place may be in any of six issues, but only in one.
    """
    of_work: dict[str, list[float]] = defaultdict(list)
    for works, n in open_pairs.items():
        for work in works:
            insort(of_work[work], float(wanted[n]))

    def rivals(works: Pair, n: int) -> int:
        return max(len(of_work[work]) - bisect_left(of_work[work], float(wanted[n])) for work in works)

    soon = {n: float(wanted[n]) - _RIVALLED * log2(rivals(works, n)) for works, n in open_pairs.items()}
    return sorted(soon, key=lambda n: -soon[n])


def _reason(condition: int, veto: int) -> tuple[str, str]:
    """The name of what kept an open pair apart, and its explanation."""
    if condition >= 0:
        return OTHERS_CONTRADICT, "These two are alike enough, but other records of the two works contradict it."
    if veto < 0:
        return NO_CONDITION, "Much is alike, but no condition is met in full."
    return VETOES[veto].name, VETOES[veto].explanation


def _related(
    stock: _Stock, found: Judged, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> tuple[tuple[DuplicateLink, ...], Collection[Pair]]:
    """The pairs that belong together without being one work, the likest first; and the works of each, which nobody need
    be asked about.
    """
    chosen = _one_for_each_two_works(stock, found, np.where(found.relation >= 0, found.score, 0), groups, answers)
    return tuple(_link(stock, found, n, *RELATIONS[found.relation[n]]) for n in chosen.values()), chosen


def _one_for_each_two_works(
    stock: _Stock, found: Judged, wanted: Scores, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> dict[Pair, int]:
    """The most `wanted` pair of each two works, in order; none of those that are wanted with 0."""
    work = {member: each.group_id for each in groups for member in each.members}
    near = np.flatnonzero(wanted > 0)
    order = np.lexsort((found.right[near], found.left[near], -wanted[near]))
    chosen: dict[Pair, int] = {}
    for n in near[order].tolist():
        one, other = stock.pair(found, n)
        works = pair_of(work.get(one, one), work.get(other, other))
        if works[0] != works[1] and works not in chosen and (one, other) not in answers:
            chosen[works] = n
    return chosen
