"""Numbers that a change of mind, a copy, an amendment or a word could make wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import ris, work

from review.domain.charting import ChartEntry, ChartingField, FieldKind, check_value
from review.domain.errors import ReviewError
from review.domain.record import SourceKind
from review.domain.screening import Stage
from review.services import chart, collect, facts, flow, fulltext, overview, protocol, works
from review.services.collect import Origin
from review.services.manuscript import tables
from review.services.project import Project


def amend(found: Project, old: str, new: str) -> None:
    text = found.protocol_path.read_text(encoding="utf-8")
    assert old in text
    found.protocol_path.write_text(text.replace(old, new, 1), encoding="utf-8")
    protocol.amend(found, reason="For this test.")


def include(say, *numbers: int) -> None:
    for number in numbers:
        for stage in Stage:
            for who in ("Ana", "Ben"):
                say(who, number, "include", stage=stage)


def answer(found: Project, number: int, field: str, value: str) -> int:
    return chart.save(found, [ChartEntry(record_id=work(found, number), field_id=field, reviewer="Ana", value=value)])


def test_a_second_file_of_a_source_is_of_the_kind_said_with_the_first(made: Project) -> None:
    cited = Origin(source="cited", kind=SourceKind.CITATION)
    collect.import_bytes(made, ris(5).replace("inv.5", "inv.75").encode(), file_name="a.ris", origin=cited)
    before = flow.counts(made).database_results
    again = ris(6).replace("inv.6", "inv.76").encode()
    collect.import_bytes(made, again, file_name="b.ris", origin=Origin(source="cited"))
    counts = flow.counts(made)
    assert (counts.citations_results, counts.database_results) == (2, before)


def test_a_second_file_of_a_source_cannot_move_the_first_to_another_column(made: Project) -> None:
    before = flow.counts(made)
    one_more = ris(6).replace("inv.6", "inv.76").encode()
    asked = Origin(source="scopus", kind=SourceKind.CITATION)
    with pytest.raises(
        ReviewError, match=r"Scopus was imported before as .* kind database, not citation.* scopus-citation"
    ):
        collect.import_bytes(made, one_more, file_name="b.ris", origin=asked)
    assert flow.counts(made) == before
    collect.import_bytes(made, one_more, file_name="b.ris", origin=replace(asked, source="scopus-citation"))
    assert flow.counts(made).database_specific_results == before.database_specific_results
    assert flow.counts(made).citations_results == 1


def test_a_source_cannot_be_called_so_that_two_records_have_one_id(made: Project) -> None:
    with pytest.raises(ReviewError, match="cannot be the name of a source"):
        collect.import_bytes(made, ris(1).encode(), file_name="a.ris", origin=Origin(source="a:b"))


@pytest.mark.parametrize("text", ["1,5", "0,75", "1,2345", "12,34,567", "1.234,5", "0,123"])
def test_a_comma_that_may_be_a_decimal_point_is_asked_about(text: str) -> None:
    field = ChartingField(id="n", label="Slope", kind=FieldKind.NUMBER, unit="degrees")
    with pytest.raises(ValueError, match="two ways"):
        check_value(field, text)


@pytest.mark.parametrize(("text", "stored"), [("1,234", "1234"), ("12,345.5", "12345.5"), ("-1,234,567", "-1234567")])
def test_thousands_may_be_parted(text: str, stored: str) -> None:
    field = ChartingField(id="n", label="Slope", kind=FieldKind.NUMBER, unit="degrees")
    assert check_value(field, text) == stored


def test_a_missing_full_text_that_left_the_review_hides_no_work(made: Project, say) -> None:
    for number in (0, 1):
        for who in ("Ana", "Ben"):
            say(who, number, "include")
    for number in range(2, 8):
        for who in ("Ana", "Ben"):
            say(who, number, "exclude")
    fulltext.set_retrieval(made, work(made, 0), "not_retrieved", person="Ana")
    for who in ("Ana", "Ben"):
        say(who, 0, "exclude")
    found = overview.status(made)
    assert found.not_retrieved == flow.counts(made).dbr_notretrieved_reports == 0
    assert "Assess 1 full text" in found.next_step


def test_agreement_counts_every_two_of_three_people(made: Project, say) -> None:
    for who in ("Ana", "Ben", "Cy"):
        say(who, 0, "include")
    assert facts.facts(made)["agree.title_abstract.n"].value == 3


def test_the_kappa_of_three_people_is_that_of_fleiss_and_that_of_two_cohens(made: Project, say) -> None:
    verdicts = {
        0: ("include", "include"),
        1: ("include", "exclude"),
        2: ("exclude", "exclude"),
        3: ("exclude", "exclude"),
    }
    for number, (ana, ben) in verdicts.items():
        say("Ana", number, ana)
        say("Ben", number, ben)
    two = facts.facts(made)
    assert two["agree.title_abstract.kappa_name"].value == "Cohen's kappa"
    assert two["agree.title_abstract.kappa"].value == pytest.approx(0.5)
    for number, cy in enumerate(("include", "include", "include", "exclude")):
        say("Cy", number, cy)
    three = facts.facts(made)
    assert three["agree.title_abstract.kappa_name"].value == "Fleiss' kappa"
    # Counts of include per work: 3, 2, 1, 0 of three; P = (1 + 1/3 + 1/3 + 1)/4, both shares 1/2.
    assert three["agree.title_abstract.kappa"].value == pytest.approx((2 / 3 - 0.5) / 0.5)
    assert three["agree.title_abstract.observed"].value == pytest.approx(66.7)
    assert "Fleiss" in three["agree.title_abstract.kappa"].formula


def test_an_answer_given_for_one_copy_is_taken_back_for_the_work(made: Project, say) -> None:
    include(say, 1)
    first = work(made, 1)
    answer(made, 1, "population", "adults")
    longer = ris(1, journal="Another Journal").replace("AB  - ", "AB  - A longer abstract than the first one. ")
    collect.import_bytes(made, longer.encode(), file_name="new.ris", origin=Origin(source="wos"))
    works.dedup(made)
    assert work(made, 1) != first
    assert answer(made, 1, "population", "") == 1
    assert chart.studies(made)[0].answers == {}


def test_a_criterion_that_an_amendment_removed_keeps_its_label(made: Project, say) -> None:
    include(say, 1)
    for number, reason in ((2, "E7"), (3, "E3")):
        for stage, verdict in ((Stage.TITLE_ABSTRACT, "include"), (Stage.FULL_TEXT, "exclude")):
            for who in ("Ana", "Ben"):
                say(who, number, verdict, reason=reason if verdict == "exclude" else "", stage=stage)
    before = flow.counts(made).dbr_excluded
    assert ("Outside dates or language", 1) in before
    text = made.protocol_path.read_text(encoding="utf-8")
    removed = text[text.index("    - id: E7") : text.index("screening:")]
    amend(made, removed, "\n")
    assert sorted(flow.counts(made).dbr_excluded) == sorted(before)
    assert "E7: Outside dates or language" in tables.tables(made, keys={})["excluded_reports"]
    assert protocol.criterion_label(made, "E99") == "E99"


def test_the_id_of_a_criterion_breaks_no_table(made: Project) -> None:
    amend(made, "- id: E7", '- id: "E|7*"')
    table = tables.tables(made, keys={})["criteria"]
    assert "| E\\|7\\* | exclude |" in table


def test_a_sum_over_answers_in_another_unit_is_undefined(made: Project, say) -> None:
    include(say, 0)
    answer(made, 0, "population", "about thirty adults")
    amend(made, "label: Population\n      kind: text", "label: Population\n      kind: number\n      unit: people")
    fact = facts.facts(made)["chart.population.sum"]
    assert fact.value is None
    assert "about thirty adults" in fact.formula


def test_options_that_read_alike_are_counted_apart(made: Project, say) -> None:
    new = 'label: Population\n      kind: choice\n      options: ["n < 50", "n ≥ 50", "n < 50; n ≥ 50", Not reported]'
    amend(made, "label: Population\n      kind: text", new)
    include(say, 0, 1)
    answer(made, 0, "population", "n < 50; n ≥ 50")
    answer(made, 1, "population", "n ≥ 50")
    known = {name: fact for name, fact in facts.facts(made).items() if name.startswith("chart.population.")}
    assert {fact.formula: fact.value for fact in known.values()} == {
        "with a value": 2,
        "charted as NR": 0,
        "charted as 'n < 50'": 0,
        "charted as 'n ≥ 50'": 1,
        "charted as 'n < 50; n ≥ 50'": 1,
        "charted as 'Not reported'": 0,
    }


def test_a_title_that_several_works_share_names_none_of_them(made: Project) -> None:
    sheet = "record_id,title,abstract\n1,Editorial,On spines and their numbers.\n2,Editorial,On rivers and rain.\n"
    collect.import_bytes(made, sheet.encode(), file_name="e.csv", origin=Origin(source="e"))
    assert collect.find_records(made, ["Editorial", "e:1"]) == {"e:1": "e:1"}
    copies = collect.find_records(made, ["10.5555/INV.0"])
    assert copies["10.5555/INV.0"] in works.works(made).members[work(made, 0)]


def test_a_file_name_that_is_no_text_stops_no_import(made: Project) -> None:
    report = collect.import_bytes(made, ris(5).encode(), file_name="M\udcfcller.ris", origin=Origin(source="m"))
    assert (report.read, report.file) == (1, "M?ller.ris")
