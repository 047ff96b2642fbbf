"""The one way in: records and people's answers go in, groups of duplicates and a short queue of open pairs come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.dedup.block import Indexes, candidate_pairs
from review.dedup.cluster import Pair, group, pair_of, standing_answers
from review.dedup.compare import CONDITIONS, VETOES, Verdicts, judge
from review.dedup.features import features
from review.dedup.prepare import normal_forms
from review.domain.record import DuplicateGroup, DuplicateLink, Judgement, Record

Progress = Callable[[str, float], None]

# What a person can look through in one sitting; and how alike a pair must be to be worth the look.
_QUEUE = 200
_QUEUE_SHARE = 0.01  # of the records, when these are many
_WORTH_A_LOOK = 0.80
NO_CONDITION = "no_condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupResult:
    """`groups` have two members or more; `unsure` are pairs for a person to look at, likeliest first.

    The condition of an unsure pair is the name of the veto that kept it apart, or `no_condition`.
    """

    groups: tuple[DuplicateGroup, ...] = ()
    unsure: tuple[DuplicateLink, ...] = ()


def find_duplicates(
    records: Sequence[Record], *, judgements: Sequence[Judgement] = (), progress: Progress | None = None
) -> DedupResult:
    """Which records are one work. The order of the records makes no difference.

    >>> one = Record(source="a", source_id="1", title="Labelling vertebrae in MRI of the whole spine", year=2020,
    ...              authors=("Wu, Y.",))
    >>> two = Record(source="b", source_id="7", title="Labeling Vertebrae in MRI of the Whole Spine.", year=2020,
    ...              authors=("Wu, Yi",))
    >>> find_duplicates([one, two]).groups[0].members
    ('a:1', 'b:7')
    """
    tell = progress or (lambda _step, _share: None)
    unique = _each_once(records)
    ids = [record.record_id for record in unique]
    forms = normal_forms(unique, progress=lambda share: tell("Reading the records", 0.6 * share))
    tell("Looking for candidates", 0.6)
    left, right = candidate_pairs(forms)
    tell("Comparing", 0.7)
    verdicts = judge(features(forms, left, right))
    answers = standing_answers(judgements, ids)
    groups = group(_links(ids, left, right, verdicts), answers)
    tell("Listing what is unsure", 0.95)
    unsure = _unsure(_Candidates(ids, left, right, verdicts), groups, answers)
    tell("Done", 1.0)
    return DedupResult(groups=groups, unsure=unsure)


def _each_once(records: Sequence[Record]) -> list[Record]:
    """Sorted by id, so that order cannot matter; of two entries with one id the one that reads first."""
    known: dict[str, Record] = {}
    for record in records:
        key = record.record_id
        if key not in known or repr(record) < repr(known[key]):
            known[key] = record
    return [known[key] for key in sorted(known)]


def _links(ids: Sequence[str], left: Indexes, right: Indexes, verdicts: Verdicts) -> list[DuplicateLink]:
    """Joined pairs, by strength of the condition, then by likeness, then by id."""
    joined = np.flatnonzero(verdicts.condition >= 0)
    order = np.lexsort((right[joined], left[joined], -verdicts.score[joined], verdicts.condition[joined]))
    links: list[DuplicateLink] = []
    for n in joined[order].tolist():
        rule = CONDITIONS[verdicts.condition[n]]
        one, other = pair_of(ids[left[n]], ids[right[n]])
        links.append(
            DuplicateLink(
                record_a=one,
                record_b=other,
                condition=rule.name,
                explanation=rule.explanation,
                score=round(float(verdicts.score[n]), 3),
            )
        )
    return links


@dataclass(frozen=True, slots=True)
class _Candidates:
    ids: Sequence[str]
    left: Indexes
    right: Indexes
    verdicts: Verdicts


def _unsure(
    found: _Candidates, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> tuple[DuplicateLink, ...]:
    """The open pairs that are most alike, one for each two works."""
    work = {member: each.group_id for each in groups for member in each.members}
    score = found.verdicts.score
    open_pairs = (found.verdicts.condition < 0) & (
        found.verdicts.near_miss | ((score >= _WORTH_A_LOOK) & (found.verdicts.vetoes <= 1))
    )
    near = np.flatnonzero(open_pairs)
    order = np.lexsort((found.right[near], found.left[near], -score[near]))
    limit = max(_QUEUE, int(len(found.ids) * _QUEUE_SHARE))
    seen: set[Pair] = set()
    queue: list[DuplicateLink] = []
    for n in near[order].tolist():
        one, other = pair_of(found.ids[found.left[n]], found.ids[found.right[n]])
        works = pair_of(work.get(one, one), work.get(other, other))
        if works[0] == works[1] or works in seen or (one, other) in answers:
            continue
        seen.add(works)
        queue.append(_open_pair(one, other, int(found.verdicts.veto[n]), float(score[n])))
        if len(queue) == limit:
            break
    return tuple(queue)


def _open_pair(one: str, other: str, veto: int, score: float) -> DuplicateLink:
    name, why = (
        (VETOES[veto].name, VETOES[veto].explanation)
        if veto >= 0
        else (NO_CONDITION, "Much is alike, but no condition is met in full.")
    )
    return DuplicateLink(record_a=one, record_b=other, condition=name, explanation=why, score=round(score, 3))
