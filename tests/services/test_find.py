"""Finding records: each term narrows, and nobody learns of another's open decision by looking."""

from __future__ import annotations

import pytest

from review.domain.errors import ReviewError
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import Seat
from review.services import collect, find, marks, protocol, screen, works
from review.services.collect import Origin
from review.services.project import create

RIS = """TY  - JOUR
TI  - Deep learning for spines 100%
AB  - A network_of vertebrae.
AU  - Smith, Ann
PY  - 2019
JO  - Journal of Bones
DO  - 10.5555/one
ER  -
TY  - JOUR
TI  - Counting phantom vertebrae
AU  - Jones, Bo
PY  - 2021
DO  - 10.5555/two
ER  -
TY  - JOUR
TI  - Hearts and learning
AU  - Smith, Carl
ER  -
"""


@pytest.fixture
def project(tmp_path):
    made = create(tmp_path / "review")
    protocol.freeze(made)
    collect.import_bytes(made, RIS.encode(), file_name="a.ris", origin=Origin(source="scopus"))
    yield made
    made.close()


def titles(project, query, person="Ana"):
    return [hit.record.title.split()[0] for hit in find.find(project, person, query).first]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Deep", "Counting", "Hearts"]),
        ("LEARNING", ["Deep", "Hearts"]),
        ("learning smith", ["Deep", "Hearts"]),
        ('"deep learning"', ["Deep"]),
        ('"learning deep"', []),
        ("learning -spines", ["Hearts"]),
        ("vertebrae -title:vertebrae", ["Deep"]),
        ("author:smith year:2018-2020", ["Deep"]),
        ("year:2020-", ["Counting"]),
        ("year:-2020", ["Deep"]),
        ("-year:2019", ["Counting", "Hearts"]),
        ("doi:10.5555/two", ["Counting"]),
        ("10.5555/one", ["Deep"]),
        ("100%", ["Deep"]),
        ("%", ["Deep"]),
        ("network_of", ["Deep"]),
        ("source:scopus", ["Deep", "Counting", "Hearts"]),
        ("journal:bones", ["Deep"]),
    ],
)
def test_every_term_must_hold(project, query, expected):
    assert titles(project, query) == expected
    assert find.find(project, "Ana", query).total == len(expected)


@pytest.mark.parametrize("query", ["colour:red", "year:soon", "year:-", "mine:perhaps", "outcome:good"])
def test_what_is_not_understood_is_refused_in_a_sentence(project, query):
    with pytest.raises(ReviewError):
        find.find(project, "Ana", query)


def decide(project, who, work, verdict):
    screen.decide(
        project,
        Decision(record_id=work, shown=work, stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict(verdict)),
    )


def test_verdicts_and_tags_are_ones_own(project):
    first, second, _ = works.works(project).members
    decide(project, "Ana", first, "maybe")
    decide(project, "Bo", second, "include")
    marks.set_tags(project, "Ana", second, ["Ask Bo"])
    assert titles(project, "mine:maybe") == ["Deep"]
    assert titles(project, "mine:none") == ["Counting", "Hearts"]
    assert titles(project, "mine:include") == []
    assert titles(project, "tag:ask") == ["Counting"]
    assert titles(project, "tag:ask", "Bo") == []


def test_an_outcome_is_found_only_by_those_to_whom_it_is_open(project):
    first, second, _ = works.works(project).members
    for who in ("Bo", "Cy"):
        decide(project, who, first, "include")
    decide(project, "Ana", second, "exclude")
    decide(project, "Bo", second, "include")
    ana = project.seated(Seat(name="Ana", trusted=True))
    assert titles(ana, "outcome:included") == ["Deep"], "enough others judged it, so it does not wait for Ana"
    assert titles(ana, "outcome:conflict") == ["Counting"]
    decide(project, "Bo", works.works(project).work_of[second], "exclude")
    assert titles(ana, "outcome:conflict") == []


def test_filters_are_kept_for_their_owner_and_forgotten(project):
    find.save(project, "Ana", "  my   doubts ", "mine:maybe")
    assert find.saved(project, "Ana") == {"my doubts": "mine:maybe"}
    assert find.saved(project, "Bo") == {}
    with pytest.raises(ReviewError):
        find.save(project, "Ana", "wrong", "colour:red")
    find.save(project, "Ana", "my doubts", "")
    assert find.saved(project, "Ana") == {}
