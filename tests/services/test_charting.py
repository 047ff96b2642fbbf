"""Charting by several people on both databases: drafts, units, rows, blinding, consensus, and a form that changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from invented import work

from review.domain.charting import Answer, ChartEntry
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.form_changes import Carry
from review.domain.screening import Role, Stage
from review.domain.team import Seat, TeamRole
from review.services import audit, chart, facts, included, maps, protocol, team
from review.services.charting import comparison, drafts, exports, form_changes
from review.services.project import Project, open_project

FORM = """\
charting:
  people_per_study: 2
  fields:
    - {id: n_patients, label: Patients, kind: number, unit: patients}
    - {id: size, label: Size, kind: number, units: [patients, images]}
    - {id: scan, label: Scan, kind: multi, options: [CT, MRI, 1.10]}
    - {id: design, label: Design, kind: choice, options: [prospective, retrospective]}
    - {id: code, label: Code is open, kind: yes_no}
    - {id: day, label: Day of data, kind: date}
    - {id: remark, label: Remark, kind: text}
    - id: models
      label: Models
      kind: group
      fields:
        - {id: model, label: Model, kind: text}
        - {id: dice, label: Dice, kind: number, unit: per cent}
"""
FT = Stage.FULL_TEXT


def with_form(project: Project, form: str, *, amend: bool = False) -> None:
    text = project.protocol_path.read_text(encoding="utf-8")
    before, _, after = text.partition("charting:\n")
    _, _, rest = after.partition("\nsynthesis:")
    project.protocol_path.write_text(f"{before}{form}\nsynthesis:{rest}", encoding="utf-8")
    if amend:
        protocol.amend(project, reason="the form was mended", who="Olga")


@pytest.fixture
def two(made: Project, say: Callable[..., bool]) -> Project:
    """Two works included; the protocol asks for two people to chart each."""
    with_form(made, FORM, amend=True)
    for number in (0, 1):
        for stage in Stage:
            for who in ("Ana", "Bo"):
                say(who, number, "include", stage=stage)
    for name, role in (("Olga", TeamRole.OWNER), ("Ada", TeamRole.ADJUDICATOR), ("Lee", TeamRole.READER)):
        team.add(made, name, role=role)
    return made


def entry(project: Project, field: str, value: str = "", who: str = "Ana", **more: object) -> ChartEntry:
    return ChartEntry(record_id=work(project, 0), field_id=field, reviewer=who, value=value, **more)  # type: ignore[arg-type]


def by(project: Project, who: str) -> Project:
    return project.seated(Seat(name=who))


def charted_alike(project: Project, *, differ: bool = True) -> str:
    """Both hand in the first work; they differ in the number of patients, and wrote their models in another order."""
    for who, patients, models in (("Ana", "12", ("U-Net", "SVM")), ("Bo", "13" if differ else "12", ("SVM", "U-Net"))):
        rows = [entry(project, "model", name, who, row=at) for at, name in enumerate(models, start=1)]
        chart.save(
            project, [entry(project, "n_patients", patients, who), entry(project, "scan", "CT; MRI", who), *rows]
        )
        drafts.hand_in(project, work(project, 0), reviewer=who)
    return work(project, 0)


# Drafts


def test_what_is_typed_is_kept_as_it_is_until_it_can_be_an_answer(two: Project) -> None:
    at = work(two, 0)
    found = drafts.keep(two, entry(two, "n_patients", "about 30"))
    assert "not a number" in found.fault
    found = drafts.keep(two, entry(two, "size", "30"))
    assert "30 of what" in found.fault
    with pytest.raises(ReviewError, match="2 answers cannot be stored") as refusal:
        drafts.hand_in(two, at, reviewer="Ana")
    assert "30 of what" in str(refusal.value)
    with closing(open_project(two.root)) as again:
        kept = drafts.filled(again, at, reviewer="Ana")
    assert {spot: one.entry.value for spot, one in kept.items()} == {("n_patients", 0): "about 30", ("size", 0): "30"}
    assert chart.entries(two) == []
    drafts.keep(two, entry(two, "n_patients", "30"))
    drafts.keep(two, entry(two, "size", "", answer=Answer.NOT_REPORTED))
    done = drafts.hand_in(two, at, reviewer="Ana")
    assert (done.new, "Scan" in done.blank) == (2, True)
    assert not any(one.draft for one in drafts.filled(two, at, reviewer="Ana").values())


def test_a_draft_that_arrives_late_does_not_overwrite_what_was_typed_after_it(two: Project) -> None:
    drafts.keep(two, entry(two, "remark", "later words"), typed_at=2_000.0)
    drafts.keep(two, entry(two, "remark", "earlier words"), typed_at=1_000.0)
    assert drafts.filled(two, work(two, 0), reviewer="Ana")["remark", 0].entry.value == "later words"


def test_what_says_nothing_new_is_no_draft(two: Project) -> None:
    at = work(two, 0)
    typed = entry(two, "n_patients", "1,204", quote="1204 patients")
    drafts.keep(two, typed)
    drafts.hand_in(two, at, reviewer="Ana")
    assert not drafts.keep(two, typed).draft, "it arrived a second time"
    assert drafts.keep(two, replace(typed, value="1205")).draft
    assert not drafts.keep(two, typed).draft, "it was typed back"
    assert drafts.counts(two, reviewer="Ana")[at] == (1, 0)
    assert drafts.keep(two, replace(typed, value="", quote="")).draft, "a blank takes the answer back"


def test_nobody_reads_or_writes_anothers_drafts(two: Project) -> None:
    drafts.keep(by(two, "Ana"), entry(two, "remark", "secret"))
    assert drafts.filled(by(two, "Bo"), work(two, 0), reviewer="Bo") == {}
    with pytest.raises(NotAllowed):
        drafts.filled(by(two, "Bo"), work(two, 0), reviewer="Ana")
    with pytest.raises(NotAllowed):
        drafts.keep(by(two, "Bo"), entry(two, "remark", "forged", "Ana"))


@pytest.mark.parametrize("field", ["n_patients", "size", "scan", "design", "code", "day", "remark", "model"])
@pytest.mark.parametrize("answer", list(Answer))
def test_not_reported_and_not_applicable_are_answers_in_every_kind(made, say, field: str, answer: Answer) -> None:
    with_form(made, FORM.replace("people_per_study: 2", "people_per_study: 1"), amend=True)
    for stage in Stage:
        for who in ("Ana", "Bo"):
            say(who, 0, "include", stage=stage)
    chart.save(made, [entry(made, field, answer=answer, row=int(field == "model"))])
    [study] = chart.studies(made)
    assert study.answers[field].answer is answer


def test_an_option_that_looks_like_a_number_stays_as_it_was_written(two: Project) -> None:
    field = chart.form(two).field("scan")
    assert field is not None
    assert field.options == ("CT", "MRI", "1.10")


# Two people


def test_a_study_is_open_until_both_have_handed_it_in(two: Project) -> None:
    at = work(two, 0)
    chart.save(two, [entry(two, "n_patients", "12"), entry(two, "n_patients", "13", "Bo")])
    drafts.hand_in(two, at, reviewer="Ana")
    for who in ("Ana", "Olga", "Ada", "Lee"):
        seen = chart.entries(by(two, who))
        assert {e.reviewer for e in seen} <= {who}, who
        assert b'"13"' not in exports.long_json(by(two, who))
        assert comparison.comparable(by(two, who)) == []
        with pytest.raises(NotAllowed, match="1 of 2 people"):
            comparison.compared(by(two, who), at)
    assert "13" not in str([e.detail for e in audit.events(by(two, "Ana")) if e.kind == "charting"])
    assert facts.facts(two)["chart.n_patients.reported"].value == 0
    drafts.hand_in(two, at, reviewer="Bo")
    assert {e.reviewer for e in chart.entries(by(two, "Ana"))} == {"Ana", "Bo"}
    assert comparison.comparable(by(two, "Lee")) == [at]


def test_a_third_person_who_charts_stays_blinded_until_they_hand_in(two: Project) -> None:
    at = charted_alike(two)
    team.add(two, "Cy", role=TeamRole.REVIEWER)
    assert chart.entries(by(two, "Cy")) != []
    drafts.keep(by(two, "Cy"), entry(two, "remark", "mine", "Cy"))
    assert chart.entries(by(two, "Cy")) == []
    with pytest.raises(NotAllowed, match="have not handed it in"):
        comparison.compared(by(two, "Cy"), at)


def test_facts_tables_and_maps_follow_the_consensus(two: Project) -> None:
    at = charted_alike(two)
    [study] = [s for s in chart.studies(two) if s.record_id == at]
    assert study.unsettled == 1
    assert "n_patients" not in study.answers
    assert study.answers["scan"].value == "CT; MRI"
    assert [row["model"].value for row in study.rows["models"]] == ["U-Net", "SVM"]
    known = facts.facts(two)
    assert (known["chart.n_patients.sum"].value, known["chart.unsettled"].value) == (0, 1)
    [one] = [c for c in comparison.compared(two, at) if not c.agree]
    taken = comparison.as_settled(one.answers["Bo"], one, "Ana")
    assert comparison.settle(by(two, "Ana"), [taken], role=Role.REVIEWER) == 1
    assert comparison.settle(by(two, "Ana"), [taken], role=Role.REVIEWER) == 0
    known = facts.facts(two)
    assert (known["chart.n_patients.sum"].value, known["chart.unsettled"].value) == (13, 0)
    assert "13" in str(included.studies(two).tables[0].rows)
    assert maps.axis(two, "n_patients").of[at] == ("10 to 99",)
    back = replace(taken, value="", answer=None, unit="")
    comparison.settle(two, [back], role=Role.REVIEWER)
    assert facts.facts(two)["chart.unsettled"].value == 1


def test_who_may_settle(two: Project) -> None:
    at = charted_alike(two)
    settled = entry(two, "n_patients", "12", "Ada")
    assert comparison.settle(by(two, "Ada"), [settled], role=Role.ADJUDICATOR) == 1
    with pytest.raises(NotAllowed, match="no third person"):
        comparison.settle(two, [replace(settled, reviewer="Bo")], role=Role.ADJUDICATOR)
    with pytest.raises(NotAllowed, match="did not chart"):
        comparison.settle(by(two, "Olga"), [replace(settled, reviewer="Olga")], role=Role.REVIEWER)
    with pytest.raises(NotAllowed):
        comparison.settle(by(two, "Lee"), [replace(settled, reviewer="Lee")], role=Role.ADJUDICATOR)
    assert facts.facts(two)["chart.n_patients.sum"].value == 12
    assert at in comparison.comparable(two)


def test_agreement_is_told_by_field(two: Project) -> None:
    charted_alike(two)
    found = {(v.name, v.by.get("field", "")): v for v in comparison.agreement(two).values}
    assert found["chart_agreement", "n_patients"].value == 0
    assert found["chart_agreement", "scan"].value == 100
    assert found["chart_agreement", "design"].value is None, "nobody charted it"
    assert found["chart_agreement", "model"].n == 2


# A form that changes


def test_every_answer_carries_the_version_of_its_form(two: Project) -> None:
    at = charted_alike(two, differ=False)
    with_form(two, FORM.replace("label: Remark", "label: Remarks"), amend=True)
    chart.save(two, [entry(two, "remark", "new words")])
    assert {e.form for e in chart.entries(two)} == {1, 2}
    assert form_changes.pending(two) == [], "a label may be mended freely"
    assert chart.studies(two)[0].record_id == at


def test_answers_to_a_changed_field_wait_and_are_carried_over(two: Project) -> None:
    charted_alike(two, differ=False)
    with_form(two, FORM.replace("options: [CT, MRI, 1.10]", "options: [computed tomography, MRI]"), amend=True)
    [waiting] = form_changes.pending(two)
    assert (waiting.was.id, waiting.answers) == ("scan", 2)
    assert any("'CT' is not one of" in said for said in waiting.misfits)
    with pytest.raises(ReviewError, match="cannot be answers to 'Scan'"):
        form_changes.decide(two, waiting, Carry.KEEP)
    form_changes.decide(two, waiting, Carry.MAP, values={"CT": "computed tomography"}, who="Olga")
    assert form_changes.pending(two) == []
    assert chart.studies(two)[0].answers["scan"].value == "computed tomography; MRI"


def test_what_is_typed_into_a_field_that_went_meanwhile_is_kept_shown_and_counts_nowhere(two: Project) -> None:
    at = work(two, 0)
    drafts.keep(two, entry(two, "n_patients", "about 12", quote="twelve of us"), typed_at=1.0)
    drafts.keep(two, entry(two, "scan", "CT"), typed_at=2.0)
    assert drafts.no_longer_asked(two, at, reviewer="Ana") == []
    with_form(two, FORM.replace("id: n_patients, label: Patients", "id: n_people, label: People"), amend=True)
    late = drafts.keep(two, entry(two, "n_patients", "about 13", quote="twelve of us"), typed_at=3.0)
    assert late.fault == "This field is no longer in the form."
    [(label, typed)] = drafts.no_longer_asked(two, at, reviewer="Ana")
    assert (label, typed.value, typed.quote) == ("Patients", "about 13", "twelve of us")
    assert drafts.counts(two, reviewer="Ana")[at] == (1, 1)
    assert drafts.store(two, at, reviewer="Ana") == 1, "a number that is none stops nobody once it is not asked"
    assert drafts.counts(two, reviewer="Ana")[at] == (1, 0)
    assert [e.value for _, e in drafts.no_longer_asked(two, at, reviewer="Ana")] == ["about 13"]
    drafts.forget(two, at, reviewer="Ana", of=[("n_patients", 0)])
    assert drafts.no_longer_asked(two, at, reviewer="Ana") == []
    with pytest.raises(Missing):
        drafts.keep(two, entry(two, "never_a_field", "x"))


def test_answers_to_a_field_that_is_gone_may_go_to_another_or_be_asked_again(two: Project) -> None:
    charted_alike(two, differ=False)
    other = FORM.replace("id: n_patients, label: Patients", "id: n_people, label: People")
    with_form(two, other, amend=True)
    [waiting] = form_changes.pending(two)
    assert waiting.now is None
    form_changes.decide(two, waiting, Carry.MAP, to="n_people")
    assert facts.facts(two)["chart.n_people.sum"].value == 12
    with_form(two, other.replace("kind: number, unit: patients", "kind: number, unit: images"), amend=True)
    for one in form_changes.pending(two):
        form_changes.decide(two, one, Carry.ASK)
    assert "n_people" not in chart.studies(two)[0].answers
    assert drafts.filled(two, work(two, 0), reviewer="Ana").get(("n_people", 0)) is None
    chart.save(two, [entry(two, "n_people", "400"), entry(two, "n_people", "400", "Bo")])
    assert facts.facts(two)["chart.n_people.sum"].value == 400
    kinds = [e.what for e in audit.events(two) if e.kind == "charting"]
    assert {"asked again", "carried over to n_people", "handed in"} <= set(kinds)


def test_only_an_owner_decides_what_becomes_of_answers(two: Project) -> None:
    with pytest.raises(NotAllowed):
        form_changes.pending(by(two, "Ana"))


# Files


def test_everything_charted_is_in_the_long_file_and_the_map(two: Project) -> None:
    charted_alike(two, differ=False)
    told = json.loads(exports.long_json(two))
    study = next(s for s in told["studies"] if s["answers"])
    assert {(a["field_id"], a["row"]) for a in study["answers"]} >= {("n_patients", 0), ("model", 1), ("model", 2)}
    drawn = json.loads(exports.eppi_json(two))
    codes = {c["AttributeId"]: c["AttributeName"] for p in drawn["CodeSets"][0]["Attributes"]["AttributesList"]
             for c in p.get("Attributes", {}).get("AttributesList", ())}  # fmt: skip
    stands = {codes[c["AttributeId"]] for r in drawn["References"] for c in r["Codes"]}
    assert {"CT", "MRI"} <= stands
    assert "1.10" in codes.values(), "a level without a study is a gap"


# The names in a report of EPPI-Reviewer that its users published.
EPPI_SET = {"SetName", "ReviewSetId", "SetId", "SetType", "SetDescription", "Attributes"}
EPPI_ATTRIBUTE = {"AttributeSetId", "AttributeId", "OriginalAttributeID", "AttributeSetDescription", "AttributeType",
                  "AttributeName", "AttributeDescription", "ExtURL", "ExtType", "Attributes"}  # fmt: skip
EPPI_CODE = {"AttributeId", "AdditionalText", "ArmId", "ArmTitle"}
EPPI_ITEM = {"QuickCitation", "ItemId", "Title", "ParentTitle", "ShortTitle", "Year", "Month", "StandardNumber", "City",
             "Country", "Publisher", "Institution", "Volume", "Pages", "Edition", "Issue", "Availability", "URL", "OldItemId",
             "Abstract", "Comments", "TypeName", "Authors", "ParentAuthors", "DOI", "Keywords", "ItemStatus",
             "ItemStatusTooltip", "Codes"}  # fmt: skip


def test_the_map_has_the_names_of_a_published_report_of_eppi_reviewer(two: Project) -> None:
    charted_alike(two, differ=False)
    drawn = json.loads(exports.eppi_json(two))
    assert set(drawn) == {"CodeSets", "References"}
    [code_set] = drawn["CodeSets"]
    assert set(code_set) == EPPI_SET
    parents = code_set["Attributes"]["AttributesList"]
    leaves = [leaf for parent in parents for leaf in parent.get("Attributes", {}).get("AttributesList", ())]
    assert all(set(one) | {"Attributes"} == EPPI_ATTRIBUTE for one in (*parents, *leaves))
    numbers = [one["AttributeId"] for one in (*parents, *leaves)]
    assert len(numbers) == len(set(numbers))
    assert all(set(item) == EPPI_ITEM for item in drawn["References"])
    codes = [code for item in drawn["References"] for code in item["Codes"]]
    assert codes
    assert all(set(code) == EPPI_CODE and code["AttributeId"] in numbers for code in codes)


@pytest.mark.parametrize("ending", exports.REFERENCES)
def test_references_carry_what_was_decided(two: Project, ending: str) -> None:
    text = exports.references(two, ending).decode()
    assert text.count("Scopewright decision: included, by 2 people") == 2
    assert "Scopewright: included" in text
