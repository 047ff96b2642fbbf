"""Duplicates in a project: the second search costs little and finds the same; versions, related works, moves and undoing."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

import pytest

from review.domain.errors import Missing, ReviewError
from review.services import collect, duplicates, flow, programs, protocol, works
from review.services.collect import Origin
from review.services.project import Project
from review.storage import duplicates as stored
from review.storage import records

TITLE = "Labelling lumbar vertebrae in children with transitional anatomy on MRI"
RIBS = "Counting ribs in newborn lambs by ultrasound"
PLACE = {
    "journal": "European Spine Journal",
    "volume": "30",
    "pages": "1012-1020",
    "doi": "10.1007/s00586-021-06700-1",
}
COLUMNS = ("record_id", "title", "authors", "year", "journal", "volume", "pages", "doi", "abstract")


def entry(number: str, **said: str) -> dict[str, str]:
    return {"record_id": number, "title": TITLE, "authors": "Okafor, Ada", "year": "2021", **said}


def take(project: Project, source: str, *entries: dict[str, str]) -> None:
    stream = io.StringIO()
    table = csv.DictWriter(stream, COLUMNS)
    table.writeheader()
    table.writerows(entries)
    origin = Origin(source=source)
    collect.import_bytes(project, stream.getvalue().encode(), file_name=f"{source}.csv", origin=origin)


def named(project: Project, number: str) -> str:
    """The id of the record that its source calls so."""
    return next(record for record in works.works(project).work_of if record.endswith(f":{number}"))


@pytest.fixture
def spines(empty: Project) -> Project:
    """An article from three sources, its preprint, its erratum, and another work."""
    notice = {"title": f"Erratum: {TITLE}", "journal": PLACE["journal"], "volume": "30", "pages": "1300"}
    take(empty, "pubmed", entry("a1", **PLACE), entry("n1", **notice))
    take(empty, "scopus", entry("a2", **PLACE, abstract="Purpose: to label vertebrae. " * 9))
    take(empty, "embase", entry("a3", **{**PLACE, "doi": ""}), entry("z1", title=RIBS))
    take(empty, "medrxiv", entry("p1", year="2020", journal="medRxiv", doi="10.1101/2020.04.05.123456"))
    works.dedup(empty)
    return empty


def group_of(project: Project, record: str) -> tuple[str, ...]:
    total = works.works(project)
    return total.members[total.work_of[record]]


def state(project: Project) -> tuple[object, ...]:
    return (
        [(group.members, group.links) for group in works.groups(project)],
        works.unsure(project),
        duplicates.related(project),
    )


def test_a_preprint_is_a_version_and_an_erratum_a_related_work_of_its_own(spines: Project) -> None:
    article, preprint, notice = named(spines, "a1"), named(spines, "p1"), named(spines, "n1")
    assert preprint in group_of(spines, article)
    assert duplicates.versions(spines) == {preprint}
    assert group_of(spines, notice) == (notice,)
    (link,) = duplicates.related(spines)
    assert link.condition == "notice"
    shown = works.works(spines).work_of[article]
    assert {each.relation for each in duplicates.beside(spines, [shown])[shown]} == {"version", "notice"}
    assert [each.record.record_id for each in duplicates.beside(spines, [notice])[notice]] == [shown]


def test_each_field_says_which_record_gave_it(spines: Project) -> None:
    found = duplicates.merged(spines, group_of(spines, named(spines, "a1")))
    assert found.origin["abstract"] == named(spines, "a2")
    assert found.record.doi == PLACE["doi"], "what is published goes before the preprint"
    assert found.record.journal == PLACE["journal"]
    with pytest.raises(Missing):
        duplicates.merged(spines, ["nobody:1"])


def test_a_work_goes_to_another_program_with_the_best_of_each_field_under_the_id_it_is_shown_by(
    spines: Project, tmp_path: Path
) -> None:
    take(spines, "crossref", entry("c1", **{**PLACE, "doi": "", "pages": ""}, abstract="Purpose: to label all. " * 20))
    works.dedup(spines)
    shown = works.works(spines).work_of[named(spines, "a1")]
    assert shown == named(spines, "c1")
    programs.write_records(spines, tmp_path / "library.csv", programs.Wanted())
    with (tmp_path / "library.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = [row for row in csv.DictReader(stream) if row["record_id"] == shown]
    assert (row["doi"], row["pages"], row["year"]) == (PLACE["doi"], PLACE["pages"], "2021")
    assert row["abstract"].startswith("Purpose: to label all.")
    programs.write_records(spines, tmp_path / "copies.csv", programs.Wanted(copies=True))
    with (tmp_path / "copies.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert {row["record_id"]: row["doi"] for row in csv.DictReader(stream)}[shown] == "", "a copy stays as it is"


def test_a_record_moved_out_stays_out_and_the_others_stay_together(spines: Project) -> None:
    one = named(spines, "a2")
    rest = tuple(record for record in group_of(spines, one) if record != one)
    duplicates.move(spines, one, to="", person="Ana")
    assert group_of(spines, one) == (one,)
    assert group_of(spines, rest[0]) == rest
    works.dedup(spines)
    assert group_of(spines, one) == (one,)
    assert group_of(spines, rest[0]) == rest


def test_a_record_moved_out_is_a_work_of_its_own_though_a_rule_would_now_join_it_elsewhere(spines: Project) -> None:
    take(spines, "wos", entry("w2", title=RIBS))
    works.dedup(spines)
    ribs, copy, article = named(spines, "z1"), named(spines, "w2"), named(spines, "a1")
    assert group_of(spines, ribs) == tuple(sorted((ribs, copy)))
    works.judge(spines, [(ribs, article)], same_work=True, person="Ana")
    works.judge(spines, [(copy, article)], same_work=False, person="Bo")
    assert group_of(spines, copy) == (copy,), "the answer keeps the copy from the work"
    duplicates.move(spines, ribs, to="", person="Ana")
    assert group_of(spines, ribs) == (ribs,)
    duplicates.take_back(spines, at=duplicates.acts(spines)[0].at, person="Ana")
    assert ribs in group_of(spines, article)


def test_a_record_moved_to_another_work_is_one_with_it_and_taking_it_back_undoes_all(spines: Project) -> None:
    before = state(spines)
    one, other = named(spines, "a3"), named(spines, "z1")
    duplicates.move(spines, one, to=other, person="Ana")
    assert group_of(spines, one) == tuple(sorted((one, other)))
    works.dedup(spines)
    assert group_of(spines, one) == tuple(sorted((one, other)))
    (act,) = duplicates.acts(spines)
    duplicates.take_back(spines, at=act.at, person="Ana")
    assert duplicates.acts(spines) == []
    assert state(spines) == before


def test_a_group_split_in_two_is_two_works(spines: Project) -> None:
    (group,) = works.groups(spines)
    out = [named(spines, "p1"), named(spines, "a3")]
    duplicates.split(spines, group.group_id, out=out, person="Ana")
    assert sorted(len(each.members) for each in works.groups(spines)) == [2, 2]
    assert group_of(spines, out[0]) == tuple(sorted(out))


@pytest.mark.parametrize("out", [[], ["a1", "a2", "a3", "p1"], ["z1"]])
def test_a_split_needs_some_of_the_groups_own_records(spines: Project, out: list[str]) -> None:
    (group,) = works.groups(spines)
    with pytest.raises(ReviewError, match="split into two parts"):
        duplicates.split(spines, group.group_id, out=[named(spines, each) for each in out], person="Ana")


def test_only_a_standing_answer_of_ones_own_is_taken_back(spines: Project) -> None:
    duplicates.move(spines, named(spines, "a2"), to="", person="Ana")
    (act,) = duplicates.acts(spines)
    with pytest.raises(Missing):
        duplicates.take_back(spines, at=act.at, person="Bo")
    duplicates.take_back(spines, at=act.at, person="Ana")
    with pytest.raises(Missing):
        duplicates.take_back(spines, at=act.at, person="Ana")


def test_a_record_is_not_moved_to_where_it_stands(spines: Project) -> None:
    with pytest.raises(ReviewError, match="stands there already"):
        duplicates.move(spines, named(spines, "a1"), to=named(spines, "a2"), person="Ana")


def test_an_answer_given_twice_is_one_answer_and_taking_it_back_leaves_none(spines: Project) -> None:
    pair = (named(spines, "a1"), named(spines, "z1"))
    for _ in range(2):
        works.judge(spines, [pair], same_work=True, person="Ana")
    (act,) = duplicates.acts(spines)
    duplicates.take_back(spines, at=act.at, person="Ana")
    assert duplicates.acts(spines) == []
    works.judge(spines, [pair], same_work=True, person="Ana")
    works.judge(spines, [pair], same_work=True, person="Bo")
    works.judge(spines, [pair], same_work=False, person="Ana")
    assert [(act.person, act.answers[0].same_work) for act in duplicates.acts(spines)] == [("Ana", False)]


def test_an_answer_taken_back_leaves_what_was_said_before(spines: Project) -> None:
    pair = tuple(sorted((named(spines, "a1"), named(spines, "z1"))))
    works.judge(spines, [pair], same_work=True, person="Ana")
    works.judge(spines, [pair], same_work=False, person="Bo")
    duplicates.take_back(spines, at=duplicates.acts(spines)[0].at, person="Bo")
    assert set(pair) <= set(group_of(spines, pair[0]))
    (act,) = duplicates.acts(spines)
    assert (act.person, act.answers[0].same_work) == ("Ana", True), "what stands again is Ana's, in her name"
    duplicates.take_back(spines, at=act.at, person="Ana")
    assert duplicates.acts(spines) == []


def test_a_second_search_reads_only_what_is_new_and_finds_what_one_search_of_all_finds(
    spines: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = records.all_records
    monkeypatch.setattr(records, "all_records", lambda _store: pytest.fail("all records were read again"))
    take(spines, "wos", entry("w1", **PLACE), entry("w2", title=RIBS))
    works.dedup(spines)
    after = state(spines)
    monkeypatch.setattr(records, "all_records", everything)
    stored.keep_memory(spines.store, rules="older", content=b"")
    works.dedup(spines)
    assert state(spines) == after
    assert len(group_of(spines, named(spines, "w1"))) == 5


def test_a_memory_of_other_records_is_not_used(spines: Project) -> None:
    memory = works.unpacked(stored.memory(spines.store, rules=works._rules(spines)) or b"")
    strange = dataclasses.replace(memory, ids=(*memory.ids[:-1], "nobody:1"))
    stored.keep_memory(spines.store, rules=works._rules(spines), content=works.packed(strange))
    before = state(spines)
    works.dedup(spines)
    assert state(spines) == before


def test_looking_again_with_nothing_new_changes_nothing(made: Project) -> None:
    before = state(made)
    works.dedup(made)
    assert state(made) == before


def counted_as(project: Project, word: str) -> None:
    """Freeze the protocol, or amend it, so that it counts versions in this way."""
    text = project.protocol_path.read_text(encoding="utf-8")
    changed = re.sub(r"versions_count_as: \w+", f"versions_count_as: {word}", text)
    project.protocol_path.write_text(changed, encoding="utf-8")
    if protocol.status(project).frozen:
        protocol.amend(project, reason="Asked by the librarian.")
    else:
        protocol.freeze(project)


def test_versions_are_one_work_unless_the_frozen_protocol_counts_each_by_itself(spines: Project) -> None:
    article, preprint = named(spines, "a2"), named(spines, "p1")
    one = flow.counts(spines)
    counted_as(spines, "several")
    total = works.works(spines)
    assert total.work_of[preprint] == preprint
    assert total.members[article] == (named(spines, "a3"), named(spines, "a1"), article)
    several = flow.counts(spines)
    assert (several.duplicates, several.left_unscreened) == (one.duplicates - 1, one.left_unscreened + 1)
    assert "version" in {link.condition for link in duplicates.related(spines)}
    assert [(b.relation, b.record.record_id) for b in duplicates.beside(spines, [preprint])[preprint]] == [
        ("version", article)
    ]
    counted_as(spines, "one")
    assert flow.counts(spines) == one
    assert "version" not in {link.condition for link in duplicates.related(spines)}


def test_what_a_person_said_of_two_versions_outranks_the_protocol(spines: Project) -> None:
    counted_as(spines, "several")
    works.judge(spines, [(named(spines, "a2"), named(spines, "p1"))], same_work=True, person="Ada")
    assert len(group_of(spines, named(spines, "p1"))) == 4


def test_a_new_look_for_duplicates_leaves_versions_apart(spines: Project) -> None:
    counted_as(spines, "several")
    works.dedup(spines)
    duplicates.split(spines, works.groups(spines)[0].group_id, out=[named(spines, "a3")], person="Ada")
    assert group_of(spines, named(spines, "p1")) in ((), (named(spines, "p1"),))
    assert len(group_of(spines, named(spines, "a1"))) == 2
