"""Reports that belong together: what is linked is grouped, what is parted is not, and order never matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from review.domain.report import Relation, ReportLink, counting_versions, standing_links, studies

WORKS = list("abcdef")
PAIRS = st.tuples(st.sampled_from(WORKS), st.sampled_from(WORKS)).filter(lambda pair: pair[0] != pair[1])
SAID = st.lists(st.tuples(PAIRS, st.sampled_from(Relation)), max_size=12)
ITSELF = {work: work for work in WORKS}


def links(said: list[tuple[tuple[str, str], Relation]]) -> list[ReportLink]:
    return [
        ReportLink(record_a=a, record_b=b, relation=relation, who="Ana", number=number)
        for number, ((a, b), relation) in enumerate(said)
    ]


@given(SAID, st.permutations(WORKS))
def test_every_report_is_of_exactly_one_study_and_linked_ones_of_the_same(said, there) -> None:
    now = standing_links(links(said), ITSELF)
    groups = studies(now, there)
    assert sorted(work for group in groups for work in group) == WORKS
    for link in now:
        assert any({link.record_a, link.record_b} <= set(group) for group in groups)


@given(SAID, st.permutations(WORKS))
def test_one_version_of_each_report_counts_and_the_others_lead_to_it(said, there) -> None:
    now = standing_links(links(said), ITSELF)
    counting = counting_versions(now, there)
    assert not set(counting) & set(counting.values()), "what counts is no other's version"
    for link in now:
        if link.relation is Relation.VERSION:
            a, b = link.record_a, link.record_b
            assert counting.get(a, a) == counting.get(b, b)


@given(SAID)
def test_the_last_word_on_two_reports_holds(said) -> None:
    now = {frozenset((x.record_a, x.record_b)): x.relation for x in standing_links(links(said), ITSELF)}
    last = {frozenset(pair): relation for pair, relation in said}
    assert now == {pair: relation for pair, relation in last.items() if relation is not Relation.APART}


def test_the_version_named_last_counts_and_another_if_it_is_not_there() -> None:
    now = links([(("a", "b"), Relation.VERSION), (("c", "b"), Relation.VERSION)])
    assert counting_versions(now, ["a", "b", "c"]) == {"a": "c", "b": "c"}
    assert counting_versions(now, ["b", "a"]) == {"b": "a"}
    by_c = links([(("c", "a"), Relation.VERSION), (("c", "b"), Relation.VERSION)])
    assert counting_versions(by_c, ["b", "a"]) == {"a": "b"}, "the first that is there"


def test_a_link_between_records_that_became_one_work_says_nothing() -> None:
    assert standing_links(links([(("a", "b"), Relation.STUDY)]), {"a": "a", "b": "a"}) == []
