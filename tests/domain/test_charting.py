"""Charted values: stored in one form, refused with a sentence when they are not of their kind."""

from __future__ import annotations

import pytest

from review.domain.charting import Answer, ChartEntry, ChartingField, FieldKind, check_value, current_entries


def field(kind: FieldKind, **values: object) -> ChartingField:
    return ChartingField(id="f", label="Field", kind=kind, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        (FieldKind.NUMBER, " 1,498 ", "1498"),
        (FieldKind.NUMBER, "0.84", "0.84"),
        (FieldKind.NUMBER, "-3", "-3"),
        (FieldKind.YES_NO, "Yes", "yes"),
        (FieldKind.DATE, "2024-03-31", "2024-03-31"),
        (FieldKind.TEXT, "  ResNet ", "ResNet"),
        (FieldKind.MULTI, "CT; MRI", "CT; MRI"),
        (FieldKind.CHOICE, "CT", "CT"),
        (FieldKind.NUMBER, "", ""),
    ],
)
def test_a_value_is_stored_in_one_form(kind: FieldKind, given: str, stored: str) -> None:
    assert check_value(field(kind, options=("CT", "MRI"), unit="patients"), given) == stored


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (FieldKind.NUMBER, "about 30"),
        (FieldKind.NUMBER, "nan"),
        (FieldKind.NUMBER, "inf"),
        (FieldKind.YES_NO, "perhaps"),
        (FieldKind.DATE, "31.3.2024"),
        (FieldKind.CHOICE, "PET"),
        (FieldKind.MULTI, "CT; PET"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(kind: FieldKind, given: str) -> None:
    with pytest.raises(ValueError, match="Field"):
        check_value(field(kind, options=("CT", "MRI"), unit="patients"), given)


def test_the_latest_answer_stands_and_a_blank_takes_it_back() -> None:
    def entry(number: int, value: str, answer: Answer | None = None) -> ChartEntry:
        return ChartEntry(record_id="r", field_id="f", reviewer="Ana", value=value, answer=answer, number=number)

    assert [e.value for e in current_entries([entry(2, "4"), entry(1, "3")]).values()] == ["4"]
    assert current_entries([entry(1, "3"), entry(2, "")]) == {}
    assert len(current_entries([entry(1, "3"), entry(2, "", Answer.NOT_REPORTED)])) == 1
