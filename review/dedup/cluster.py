"""From joined pairs to works: people's answers first, then the conditions, strongest first; and the pairs left open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from review.domain.record import DuplicateGroup, DuplicateLink, Judgement, fingerprint

Pair = tuple[str, str]

BY_HAND = "person"  # the condition named in links that a person made


def pair_of(one: str, other: str) -> Pair:
    """The two ids in order, so that (a, b) and (b, a) are one pair."""
    return (one, other) if one <= other else (other, one)


def standing_answers(judgements: Sequence[Judgement], known: Iterable[str]) -> dict[Pair, Judgement]:
    """The latest answer on each pair of known records that its person did not take back; then what was said before
    stands again, whoever said it. Without times, the later in the sequence stands.
    """
    ids = set(known)
    said: dict[Pair, list[Judgement]] = {}
    for answer in sorted(judgements, key=lambda judgement: judgement.at):
        pair = pair_of(answer.record_a, answer.record_b)
        if pair[0] != pair[1] and ids.issuperset(pair):
            before = said.pop(pair, [])  # a later answer also takes its place in the order
            said[pair] = _without_last(before, answer) if answer.withdrawn else [*before, answer]
    return {pair: answers[-1] for pair, answers in said.items() if answers}


def _without_last(answers: list[Judgement], withdrawn: Judgement) -> list[Judgement]:
    """The answers but for the last that the same person gave to the same effect."""
    meant = (withdrawn.person, withdrawn.same_work)
    last = next(
        (n for n in range(len(answers) - 1, -1, -1) if (answers[n].person, answers[n].same_work) == meant), None
    )
    return answers if last is None else answers[:last] + answers[last + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What speaks against a chain: pairs that contradict each other, pairs that any veto keeps apart, the conditions
    that give way to these, and the source of each record that has one which lists every work once.
    """

    against: frozenset[Pair] = frozenset()
    vetoed: frozenset[Pair] = frozenset()
    doubtful: frozenset[str] = frozenset()
    source_of: Mapping[str, str] = field(default_factory=dict)


class _Works:
    """Union–find that knows which works must stay apart."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._apart: dict[str, set[str]] = {}

    def of(self, record: str) -> str:
        root = self._parent.setdefault(record, record)
        while root != self._parent[root]:
            self._parent[root] = self._parent[self._parent[root]]
            root = self._parent[root]
        return root

    def keep_apart(self, pair: Pair) -> None:
        one, other = self.of(pair[0]), self.of(pair[1])
        self._apart.setdefault(one, set()).add(other)
        self._apart.setdefault(other, set()).add(one)

    def may_join(self, pair: Pair) -> bool:
        return self.of(pair[1]) not in self._apart.get(self.of(pair[0]), ())

    def join(self, pair: Pair) -> bool:
        """True if two works became one."""
        one, other = sorted((self.of(pair[0]), self.of(pair[1])))
        if one == other or not self.may_join(pair):
            return False
        self._parent[other] = one
        self._members.setdefault(one, [one]).extend(self._members.pop(other, [other]))
        for foe in self._apart.pop(other, set()):
            self._apart[foe].discard(other)
            self._apart[foe].add(one)
            self._apart.setdefault(one, set()).add(foe)
        return True

    def members(self, record: str) -> list[str]:
        root = self.of(record)
        return self._members.get(root, [root])

    def all(self) -> list[tuple[str, ...]]:
        return sorted(tuple(sorted(members)) for members in self._members.values())


def group(
    links: Sequence[DuplicateLink], answers: Mapping[Pair, Judgement], doubts: Doubts | None = None
) -> tuple[DuplicateGroup, ...]:
    """The groups that `links`, strongest first, and people's answers make.

    An answer "not the same work" is never crossed, not even by a chain of other records; where people contradict
    one another in this way (A is B, B is C, A is not C), the answers that keep apart prevail. Nor does a chain join
    two works of which more pairs are kept apart by a veto than are joined, nor two records of a source that lists each
    work once, unless a condition joins those two themselves.
    """
    doubts = doubts or Doubts()
    joined = {pair_of(link.record_a, link.record_b) for link in links}
    works = _Works()
    for pair, answer in answers.items():
        if not answer.same_work:
            works.keep_apart(pair)
    kept: list[DuplicateLink] = []
    for pair, answer in sorted(answers.items()):
        if answer.same_work and works.may_join(pair):
            works.join(pair)
            kept.append(_by_hand(pair, answer))
    for link in links:
        pair = pair_of(link.record_a, link.record_b)
        if pair in answers:
            continue
        if works.of(pair[0]) != works.of(pair[1]) and not _chain_holds(works, link, joined, doubts):
            continue
        works.join(pair)
        if works.of(pair[0]) == works.of(pair[1]):
            kept.append(link)
    return _groups(works, kept)


def _chain_holds(works: _Works, link: DuplicateLink, joined: set[Pair], doubts: Doubts) -> bool:
    ones, others = works.members(link.record_a), works.members(link.record_b)
    if len(ones) == len(others) == 1:
        return True
    if link.condition in doubts.doubtful and any(pair_of(*each) in doubts.vetoed for each in product(ones, others)):
        return False
    balance = 0
    for one, other in product(ones, others):
        each = pair_of(one, other)
        if each in joined:
            balance += 1
            continue
        balance -= each in doubts.against
        source = doubts.source_of.get(one)
        if source is not None and source == doubts.source_of.get(other):
            return False
    return balance >= 0


def _by_hand(pair: Pair, answer: Judgement) -> DuplicateLink:
    who = answer.person or "Somebody"
    return DuplicateLink(
        record_a=pair[0], record_b=pair[1], condition=BY_HAND, explanation=f"{who} said that these are one work."
    )


def _groups(works: _Works, links: Sequence[DuplicateLink]) -> tuple[DuplicateGroup, ...]:
    by_work: dict[str, list[DuplicateLink]] = {}
    for link in links:
        by_work.setdefault(works.of(link.record_a), []).append(link)
    return tuple(
        DuplicateGroup(
            group_id=fingerprint(*members),
            members=members,
            links=tuple(sorted(by_work.get(works.of(members[0]), ()), key=lambda k: (k.record_a, k.record_b))),
        )
        for members in works.all()
    )
