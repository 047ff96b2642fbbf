"""Deduplication: laws that hold for any records, and for one search after another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from review.dedup import (
    DedupResult,
    Memory,
    cluster,
    find_duplicates,
    find_more,
    merge,
)
from review.dedup.memory import packed, unpacked
from review.dedup.prepare import normal_form
from review.dedup.ready import form_of, line_of
from review.domain.record import Judgement, Record
from tests.dedup.article import ARTICLE

some_words = st.sampled_from(
    ["spine", "vertebra", "labelling", "deep", "learning", "MRI", "reply", "editorial", "LSTV", "LSTM", "3", "III", "α"]
)
titles = st.one_of(st.lists(some_words, max_size=9).map(" ".join), st.text(max_size=30))
some_records = st.lists(
    st.builds(
        Record,
        source=st.sampled_from(["a", "b"]),
        source_id=st.sampled_from([str(n) for n in range(12)]),
        title=titles,
        authors=st.lists(
            st.sampled_from(["Wu, Y.", "Müller K.", "Chen R.Wang Y."]) | st.text(max_size=8), max_size=2
        ).map(tuple),
        year=st.none() | st.integers(-5, 3000),
        journal=st.sampled_from(["", "Spine", "Eur Spine J", "European Spine Journal"]) | st.text(max_size=8),
        volume=st.sampled_from(["", "3", "1)"]) | st.text(max_size=5),
        issue=st.text(max_size=5),
        pages=st.sampled_from(["", "08-Nov", "1-7", "1649--55"]) | st.text(max_size=8),
        doi=st.sampled_from(["", "10.1000/a.b", "https://doi.org/10.1000/A.B", "10.1000/ab"]) | st.text(max_size=8),
        pmid=st.sampled_from(["", "123", "0123"]) | st.text(max_size=5),
        arxiv_id=st.sampled_from(["", "2101.00001v2", "2101.00001"]),
        abstract=st.text(max_size=20),
        url=st.text(max_size=12),
    ),
    max_size=14,
)
some_answers = st.lists(
    st.builds(
        Judgement,
        record_a=st.sampled_from([f"{s}:{n}" for s in "ab" for n in range(12)]),
        record_b=st.sampled_from([f"{s}:{n}" for s in "ab" for n in range(12)]),
        same_work=st.booleans(),
        person=st.just("Ada"),
        at=st.sampled_from(["2026-01-01", "2026-01-02", ""]),
    ),
    max_size=6,
)


def together(result: DedupResult) -> dict[str, str]:
    return {member: group.group_id for group in result.groups for member in group.members}


@settings(max_examples=80, deadline=None)
@given(some_records, some_answers, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(
    records: list[Record], answers: list[Judgement], chance: random.Random
) -> None:
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert find_duplicates(records, judgements=answers) == find_duplicates(shuffled, judgements=answers)


@settings(max_examples=80, deadline=None)
@given(some_records, some_answers)
def test_groups_are_disjoint_sorted_and_of_two_or_more(records: list[Record], answers: list[Judgement]) -> None:
    result = find_duplicates(records, judgements=answers)
    members = [member for group in result.groups for member in group.members]
    assert len(members) == len(set(members))
    assert set(members) <= {record.record_id for record in records}
    for group in result.groups:
        assert len(group.members) >= 2
        assert list(group.members) == sorted(group.members)
        assert {link.record_a for link in group.links} | {link.record_b for link in group.links} == set(group.members)
    where = together(result)
    for link in result.unsure:
        assert where.get(link.record_a, link.record_a) != where.get(link.record_b, link.record_b)


@settings(max_examples=60, deadline=None)
@given(some_records)
def test_the_same_records_once_more_change_nothing(records: list[Record]) -> None:
    assert find_duplicates([*records, *records]) == find_duplicates(records)


def one_after_another(parts: list[list[Record]], answers: list[Judgement]) -> tuple[DedupResult, set[str]]:
    """The result when each part is added to the ones before, and the records that had to be read again."""
    known: dict[str, Record] = {}
    again: set[str] = set()
    memory: Memory | None = None
    result = DedupResult()

    def read(ids: Sequence[str]) -> dict[str, Record]:
        again.update(ids)
        return {key: known[key] for key in ids}

    for part in parts:
        fresh = [record for record in part if record.record_id not in known]
        result, memory = find_more(memory, fresh, read=read, judgements=answers)
        memory = unpacked(packed(memory))
        known |= {record.record_id: record for record in fresh}
    return result, again


@settings(max_examples=150, deadline=None)
@given(some_records, some_answers, st.integers(0, 14), st.integers(0, 14))
def test_search_after_search_finds_what_one_search_of_all_finds(
    records: list[Record], answers: list[Judgement], first: int, second: int
) -> None:
    records = list({record.record_id: record for record in records}.values())
    cut, other = sorted((first, second))
    parts = [records[:cut], records[cut:other], records[other:]]
    assert one_after_another(parts, answers)[0] == find_duplicates(records, judgements=answers)


def test_a_title_that_a_later_search_makes_a_rubric_joins_nothing_more() -> None:
    records = [
        replace(ARTICLE, source_id=f"{n}", title="Abstracts of the annual spine week", authors=(author,), doi="", pages="",
                abstract="", source=source, year=2021 if source == "a" else 2020)
        for n, author in enumerate(("Wu, Y.", "Ito, K.", "Lima, A.", "Abel, N.", "Cole, B."))
        for source in ("a", "b")
    ]  # fmt: skip
    early, all_at_once = find_duplicates(records[:6]), find_duplicates(records)
    assert early.groups
    assert one_after_another([records[:6], records[6:]], [])[0] == all_at_once
    assert not all_at_once.groups


def test_blocks_that_a_later_search_overfills_give_the_same_candidates() -> None:
    crowd = [
        replace(ARTICLE, source_id=str(n), title=f"Title {n % 40} of spine number {n % 7}", doi="") for n in range(150)
    ]
    assert one_after_another([crowd[:50], crowd[50:110], crowd[110:]], [])[0] == find_duplicates(crowd)


def test_only_what_may_be_a_copy_is_read_again() -> None:
    old = [replace(ARTICLE, source_id=str(n), title=f"{n} {'abcdefghij'[n % 10] * 9} {n}{n} lumbar {n}", doi="", authors=(f"A{n}",),
                   journal=f"J{n}", pages=f"{n}", volume=f"{n}", abstract="") for n in range(100)]  # fmt: skip
    again = one_after_another([old, [replace(old[7], source="b")]], [])[1]
    assert old[7].record_id in again
    assert len(again) < 10


@settings(max_examples=60, deadline=None)
@given(some_records)
def test_feeding_the_groups_back_as_answers_gives_the_groups(records: list[Record]) -> None:
    first = find_duplicates(records)
    answers = [
        Judgement(record_a=group.members[0], record_b=member, same_work=True, person="Ada")
        for group in first.groups
        for member in group.members[1:]
    ]
    again = find_duplicates(records, judgements=answers)
    assert [group.members for group in again.groups] == [group.members for group in first.groups]


@settings(max_examples=80, deadline=None)
@given(some_records, some_answers)
def test_an_answer_no_always_separates(records: list[Record], answers: list[Judgement]) -> None:
    where = together(find_duplicates(records, judgements=answers))
    for (one, other), answer in cluster.standing_answers(answers, (r.record_id for r in records)).items():
        if not answer.same_work:
            assert one not in where or where[one] != where.get(other)


@settings(max_examples=60, deadline=None)
@given(some_records, st.data())
def test_an_answer_yes_always_joins(records: list[Record], data: st.DataObject) -> None:
    ids = sorted({record.record_id for record in records})
    if len(ids) < 2:
        return
    one, other = data.draw(st.permutations(ids))[:2]
    answer = Judgement(record_a=one, record_b=other, same_work=True, person="Ada")
    where = together(find_duplicates(records, judgements=[answer]))
    assert where[one] == where[other]


@settings(max_examples=200, deadline=None)
@given(some_records)
def test_a_normal_form_comes_back_from_its_line(records: list[Record]) -> None:
    for record in records:
        form = normal_form(replace(record, abstract=f"{record.title}\x1f{record.url}", doi=f"10.1234/{record.doi}"))
        assert form_of(line_of(form)) == form


@settings(max_examples=60, deadline=None)
@given(some_records.filter(bool), st.randoms(use_true_random=False))
def test_no_field_of_a_merged_record_is_made_up(records: list[Record], chance: random.Random) -> None:
    records = list({record.record_id: record for record in records}.values())
    found = merge.merged(records)
    by_id = {record.record_id: record for record in records}
    for name, origin in found.origin.items():
        assert getattr(found.record, name) == getattr(by_id[origin], name)
    for name in merge.FIELDS:
        assert bool(getattr(found.record, name)) == (name in found.origin)
    for name in ("authors", "year", "doi", "pmid", "arxiv_id", "abstract"):
        assert (name in found.origin) == any(getattr(record, name) for record in records)
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert merge.merged(shuffled) == found
