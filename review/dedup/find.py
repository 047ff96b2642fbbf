"""The one way in: records and people's answers go in; groups of duplicates, related records and open pairs come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from review.dedup.block import Indexes, candidate_pairs
from review.dedup.cluster import Doubts, Pair, group, pair_of, standing_answers
from review.dedup.compare import CONDITIONS, VETOES, Verdicts, judge
from review.dedup.features import Bools, Codes, Features, features
from review.dedup.prepare import NormalForm, normal_form
from review.dedup.related import RELATIONS, relations
from review.domain.record import DuplicateGroup, DuplicateLink, Judgement, Record

Progress = Callable[[str, float], None]

# What a person can look through in one sitting; and how alike a pair must be to be worth the look.
_QUEUE = 200
_QUEUE_SHARE = 0.01  # of the records, when these are many
_WORTH_A_LOOK = 0.80
_TOLD_EVERY = 5_000  # records
NO_CONDITION = "no_condition"
# Vetoes that make a chain doubtful; the others only say that too little is known.
_CONTRADICTIONS = ("different_numbers", "erratum_or_reply", "different_doi", "different_pmid", "different_authors")


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupResult:
    """`groups` have two members or more; `unsure` are pairs for a person to look at, likeliest first; `related` are
    pairs that belong together and are two works, such as an erratum and its article.

    The condition of an unsure pair is the name of the veto that kept it apart, or `no_condition`; that of a related
    pair is the name of the relation.
    """

    groups: tuple[DuplicateGroup, ...] = ()
    unsure: tuple[DuplicateLink, ...] = ()
    related: tuple[DuplicateLink, ...] = ()


@dataclass(frozen=True, slots=True)
class _Compared:
    ids: Sequence[str]
    left: Indexes
    right: Indexes
    features: Features
    verdicts: Verdicts

    def pair(self, n: int) -> Pair:
        return pair_of(self.ids[self.left[n]], self.ids[self.right[n]])

    def link(self, n: int, name: str, why: str) -> DuplicateLink:
        one, other = self.pair(n)
        score = round(float(self.verdicts.score[n]), 3)
        said = f"{why} {_similarities(self.features, n)}"
        return DuplicateLink(record_a=one, record_b=other, condition=name, explanation=said, score=score)


def find_duplicates(
    records: Iterable[Record],
    *,
    judgements: Sequence[Judgement] = (),
    one_each: Collection[str] = (),
    progress: Progress | None = None,
) -> DedupResult:
    """Which records are one work. The order of the records makes no difference.

    `records` are gone through once and not kept. `one_each`, looked at after that, names the sources that list each work once: two records
    of such a source are joined only if they are copies or carry the same number.

    >>> one = Record(source="a", source_id="1", title="Labelling vertebrae in MRI of the whole spine", year=2020,
    ...              authors=("Wu, Y.",))
    >>> two = Record(source="b", source_id="7", title="Labeling Vertebrae in MRI of the Whole Spine.", year=2020,
    ...              authors=("Wu, Yi",))
    >>> find_duplicates([one, two]).groups[0].members
    ('a:1', 'b:7')
    """
    tell = progress or (lambda _step, _share: None)
    ids, forms, sources = _each_once(records, tell)
    tell("Looking for candidates", 0.6)
    left, right = candidate_pairs(forms)
    tell("Comparing", 0.7)
    found = features(forms, left, right, source=_numbered(sources, one_each) if one_each else None)
    compared = _Compared(ids, left, right, found, judge(found))
    tell("Joining", 0.9)
    answers = standing_answers(judgements, ids)
    wanted = set(one_each)
    source_of = {key: source for key, source in zip(ids, sources, strict=True) if source in wanted}
    groups = group(_links(compared), answers, Doubts(against=_against(compared), source_of=source_of))
    tell("Listing what is unsure", 0.95)
    unsure, related = _unsure(compared, groups, answers), _related(compared, groups, answers)
    tell("Done", 1.0)
    return DedupResult(groups=groups, unsure=unsure, related=related)


def _each_once(records: Iterable[Record], tell: Progress) -> tuple[list[str], list[NormalForm], list[str]]:
    """Ids, normal forms and sources, sorted by id so that order cannot matter; of two entries with one id the lesser."""
    total = len(records) if isinstance(records, Sequence) else 0
    known: dict[str, tuple[NormalForm, str]] = {}
    for number, record in enumerate(records):
        if total and number % _TOLD_EVERY == 0:
            tell(f"Reading the records: {number:,}", 0.6 * number / total)
        form = normal_form(record)
        if record.record_id not in known or form < known[record.record_id][0]:
            known[record.record_id] = form, record.source
    ids = sorted(known)
    return ids, [known[key][0] for key in ids], [known[key][1] for key in ids]


def _numbered(sources: Sequence[str], one_each: Collection[str]) -> Codes:
    number = {source: place for place, source in enumerate(sorted(one_each), start=1)}
    return np.array([number.get(source, 0) for source in sources], dtype=np.int64)


def _links(found: _Compared) -> list[DuplicateLink]:
    """Joined pairs, by strength of the condition, then by likeness, then by id."""
    verdicts = found.verdicts
    joined = np.flatnonzero(verdicts.condition >= 0)
    order = np.lexsort((found.right[joined], found.left[joined], -verdicts.score[joined], verdicts.condition[joined]))
    rules = [CONDITIONS[number] for number in verdicts.condition[joined][order].tolist()]
    pairs = zip(joined[order].tolist(), rules, strict=True)
    return [found.link(n, rule.name, rule.explanation) for n, rule in pairs]


def _against(found: _Compared) -> frozenset[Pair]:
    """The pairs a veto contradicts; only those of records that some condition joins to others can matter."""
    verdicts = found.verdicts
    joined = verdicts.condition >= 0
    touched = np.zeros(len(found.ids), dtype=bool)
    touched[found.left[joined]] = touched[found.right[joined]] = True
    numbers = [n for n, veto in enumerate(VETOES) if veto.name in _CONTRADICTIONS]
    doubtful = ~joined & np.isin(verdicts.veto, numbers) & touched[found.left] & touched[found.right]
    return frozenset(found.pair(n) for n in np.flatnonzero(doubtful).tolist())


def _similarities(f: Features, n: int) -> str:
    """What the fields say, in words: `Title 97 %, authors 100 %; same: year, volume; different: DOI.`"""
    said = [f"Title {f.title[n]:.0f} %"]
    said += [f"authors {f.authors[n]:.0f} %"] if f.authors[n] else []
    said += [] if f.abstract_missing[n] else [f"abstract {f.abstract[n]:.0f} %"]
    fields = {"journal": f.journal, "volume": f.volume, "issue": f.issue, "pages": f.page, "DOI": f.doi}
    same = ["year"] if f.year_gap[n] == 0 else []
    differ = ["year"] if f.year_gap[n] > 0 else []
    same += [name for name, each in fields.items() if each.same[n]]
    differ += [name for name, each in fields.items() if each.differ[n]]
    parts = [", ".join(said)]
    parts += [f"same: {', '.join(same)}"] if same else []
    parts += [f"different: {', '.join(differ)}"] if differ else []
    return "; ".join(parts) + "."


def _unsure(
    found: _Compared, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> tuple[DuplicateLink, ...]:
    """The open pairs that are most alike, one for each two works."""
    verdicts = found.verdicts
    open_pairs = (verdicts.condition < 0) & (
        verdicts.near_miss | ((verdicts.score >= _WORTH_A_LOOK) & (verdicts.vetoes <= 1))
    )
    limit = max(_QUEUE, int(len(found.ids) * _QUEUE_SHARE))
    chosen = _one_for_each_two_works(found, open_pairs, groups, answers)[:limit]
    return tuple(_open_pair(found, n) for n in chosen)


def _related(
    found: _Compared, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> tuple[DuplicateLink, ...]:
    """The pairs that belong together without being one work, the likest first."""
    relation = relations(found.features, found.verdicts)
    chosen = _one_for_each_two_works(found, relation >= 0, groups, answers)
    return tuple(found.link(n, *RELATIONS[relation[n]]) for n in chosen)


def _one_for_each_two_works(
    found: _Compared, wanted: Bools, groups: Sequence[DuplicateGroup], answers: Mapping[Pair, Judgement]
) -> list[int]:
    work = {member: each.group_id for each in groups for member in each.members}
    near = np.flatnonzero(wanted)
    order = np.lexsort((found.right[near], found.left[near], -found.verdicts.score[near]))
    seen: set[Pair] = set()
    chosen: list[int] = []
    for n in near[order].tolist():
        one, other = found.pair(n)
        works = pair_of(work.get(one, one), work.get(other, other))
        if works[0] != works[1] and works not in seen and (one, other) not in answers:
            seen.add(works)
            chosen.append(n)
    return chosen


def _open_pair(found: _Compared, n: int) -> DuplicateLink:
    veto = int(found.verdicts.veto[n])
    if veto < 0:
        return found.link(n, NO_CONDITION, "Much is alike, but no condition is met in full.")
    return found.link(n, VETOES[veto].name, VETOES[veto].explanation)
