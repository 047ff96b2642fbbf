"""What becomes of answers when the form changes; rows of two people; quotes in a text; what a text offers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.charting import (
    Answer,
    ChartEntry,
    ChartingField,
    ChartingForm,
    ChartingGroup,
    FieldKind,
    form_of,
    form_text,
    meaning,
    with_unit,
)
from review.domain.consensus import compare
from review.domain.form_changes import Carry, FormChange, carried, latest
from review.domain.quotes import page_of
from review.domain.suggestions import suggest

PATIENTS = ChartingField(id="n", label="Patients", kind=FieldKind.NUMBER, unit="patients")
SIZE = ChartingField(id="size", label="Size", kind=FieldKind.NUMBER, units=("patients", "images"))
SCAN = ChartingField(id="scan", label="Scan", kind=FieldKind.MULTI, options=("CT", "MRI"))
MODEL = ChartingField(id="model", label="Model", group="models")
DICE = ChartingField(id="dice", label="Dice", kind=FieldKind.NUMBER, unit="per cent", group="models")
FORM = ChartingForm(fields=(PATIENTS, SIZE, SCAN, MODEL, DICE), groups=(ChartingGroup(id="models", label="Models"),))


def said(field: str, value: str, who: str = "Ana", **more: object) -> ChartEntry:
    return ChartEntry(record_id="r", field_id=field, reviewer=who, value=value, **more)  # type: ignore[arg-type]


def test_a_form_is_read_back_from_its_text() -> None:
    assert form_of(form_text(FORM)) == replace(FORM, people=1)


@pytest.mark.parametrize(
    ("field", "value", "unit", "stored"),
    [
        (PATIENTS, "1,204", "", ("1204", "patients")),
        (PATIENTS, "120 patients", "", ("120", "patients")),
        (SIZE, "120 Images", "", ("120", "images")),
        (SIZE, "120", "patients", ("120", "patients")),
        (SIZE, "", "", ("", "")),
    ],
)
def test_a_number_is_stored_with_its_unit(field: ChartingField, value: str, unit: str, stored: tuple[str, str]) -> None:
    assert with_unit(field, value, unit) == stored


@pytest.mark.parametrize(
    ("field", "value", "unit", "words"),
    [
        (SIZE, "120", "", "120 of what"),
        (PATIENTS, "120", "images", "in patients, not in images"),
        (PATIENTS, "120 images", "", "in patients, not in images"),
        (PATIENTS, "12 (3)", "", "not a number"),
        (SIZE, "120 images", "patients", "Keep one of them"),
    ],
)
def test_a_unit_left_out_or_wrong_is_named(field: ChartingField, value: str, unit: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        with_unit(field, value, unit)


def change(was: ChartingField, now: ChartingField, action: Carry, **values: str) -> FormChange:
    return FormChange(
        field_id=was.id, was=meaning(was), becomes_id=now.id, becomes=meaning(now), action=action, values=values
    )


def test_an_answer_to_an_unchanged_field_stays_and_one_to_a_changed_field_waits() -> None:
    assert carried(said("n", "12"), PATIENTS, FORM, {}).entry == said("n", "12")
    images = replace(PATIENTS, unit="images")
    found = carried(said("n", "12"), images, FORM, {})
    assert found.open
    assert found.entry == said("n", "12"), "nothing is lost before somebody decides"


def test_what_was_decided_is_carried_through_several_changes() -> None:
    first = replace(SCAN, options=("X-ray", "CT"))
    second = replace(SCAN, options=("radiograph", "CT"))
    renamed = replace(SCAN, id="modality", options=("radiograph", "CT", "MRI"))
    form = ChartingForm(fields=(renamed,))
    changes = latest(
        [
            change(first, second, Carry.MAP, **{"X-ray": "radiograph"}),
            change(second, renamed, Carry.MAP),
        ]
    )
    found = carried(said("scan", "X-ray; CT"), first, form, changes)
    assert (found.entry and found.entry.field_id, found.entry and found.entry.value) == ("modality", "radiograph; CT")
    assert not found.open


def test_what_is_asked_again_no_longer_counts() -> None:
    images = replace(PATIENTS, unit="images")
    assert carried(said("n", "12"), images, FORM, latest([change(images, PATIENTS, Carry.ASK)])).entry is None


# Two people


def test_rows_of_two_people_are_matched_by_their_name_and_not_by_their_number() -> None:
    ana = [said("model", "U-Net", row=1), said("dice", "90", row=1), said("model", "nnU-Net", row=2)]
    bo = [said("model", "nnu-net", "Bo", row=1), said("model", "U-Net", "Bo", row=2), said("dice", "91", "Bo", row=2)]
    found = {(one.field_id, one.row): one for one in compare([*ana, *bo], FORM)}
    dice = found["dice", 1]
    assert {name: entry and entry.value for name, entry in dice.answers.items()} == {"Ana": "90", "Bo": "91"}
    assert not dice.agree
    assert len([spot for spot in found if spot[0] == "model"]) == 2


def test_what_people_settled_on_counts_and_where_they_differ_nothing_does() -> None:
    both = [said("n", "12", number=1), said("n", "13", "Bo", number=2)]
    [one] = compare(both, FORM)
    assert one.open
    assert one.counts is None
    [one] = compare([*both, said("n", "13", "Cy", consensus=True, number=3)], FORM)
    assert (one.open, one.counts and one.counts.value) == (False, "13")


def test_a_blank_differs_from_not_reported_among_those_who_were_asked() -> None:
    only = [said("n", "", answer=Answer.NOT_REPORTED)]
    assert not compare(only, FORM, ("Ana", "Bo"))[0].agree
    assert compare(only, FORM)[0].agree, "nobody else has a say"


@given(st.lists(st.sampled_from(["U-Net", "nnU-Net", "SVM", "YOLO"]), unique=True), st.randoms())
def test_two_people_with_the_same_rows_agree_in_whatever_order_they_wrote_them(names: list[str], random) -> None:
    other = list(names)
    random.shuffle(other)
    entries = [said("model", name, row=at) for at, name in enumerate(names, start=1)]
    entries += [said("model", name, "Bo", row=at) for at, name in enumerate(other, start=1)]
    assert all(one.agree for one in compare(entries, FORM, ("Ana", "Bo")))


# Quotes and what a text offers

PAGES = (
    "Methods. We analysed 2,140 conse-\ncutive patients (n = 2,140) from three hospitals.\nAll had computed tomography.",
    "Results. The sensitivity was 86.2% (95% CI 76.1 to 92.6). Of 48 scans, 12 were excluded.",
)


@pytest.mark.parametrize(
    ("quote", "page"),
    [
        ("2,140 consecutive patients", 1),
        ("The  sensitivity\nwas 86.2%", 2),
        ("we analysed … three hospitals", 1),
        ("computed tomography. Results. The sensitivity", 1),
        ("2,141 patients", None),
        ("three hospitals … We analysed", None),
        ("", None),
    ],
)
def test_a_quote_is_found_where_it_stands(quote: str, page: int | None) -> None:
    assert page_of(quote, PAGES) == page


@given(st.sampled_from(PAGES), st.data())
def test_whatever_is_copied_from_a_page_is_found_there(text: str, data) -> None:
    words = text.split()
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    copied = " ".join(words[start:end])
    if "conse-" not in copied.split() and "cutive" not in copied.split():  # half a parted word stands nowhere
        assert page_of(copied, PAGES) is not None


def test_a_text_offers_numbers_with_their_unit_options_and_metrics_with_their_sentence() -> None:
    sensitivity = ChartingField(id="sens", label="Sensitivity", kind=FieldKind.NUMBER, unit="per cent")
    found = {
        (one.field_id, one.value, one.unit, one.page) for one in suggest([PATIENTS, SIZE, SCAN, sensitivity], PAGES)
    }
    assert ("n", "2140", "patients", 1) in found
    assert ("size", "48", "images", 2) in found
    assert ("scan", "CT", "", 1) in found
    assert ("sens", "86.2", "per cent", 2) in found
    assert not any(value in {"95", "76.1"} for _, value, _, _ in found), "an interval is no sample"
    for one in suggest([PATIENTS], PAGES):
        assert one.value in one.sentence.replace(",", "")


@given(st.text(max_size=300))
def test_whatever_a_page_holds_every_offer_is_an_answer_of_its_field(text: str) -> None:
    for one in suggest([PATIENTS, SIZE, SCAN], [text, f"{text} 12 patients"]):
        field = next(f for f in (PATIENTS, SIZE, SCAN) if f.id == one.field_id)
        assert with_unit(field, one.value, one.unit)[0]
