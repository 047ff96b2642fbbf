"""Quantities, their units, and the one table: what is stated twice, mixed or vague."""

from __future__ import annotations

from review.domain.finding import Severity
from review.evidence.accounting import Accounts, account
from review.evidence.identities import Identity, Kind, Term
from review.evidence.printed import printed
from review.evidence.quantity import Quantity, find, one_unit


def quantity(unit: str, subset: str, n: object, name: str = "", source: str = "card") -> Quantity:
    number = printed(n)
    assert number is not None
    return Quantity(unit=unit, subset=subset, number=number, name=name, source=source)


def rules(*quantities: Quantity, identities: tuple[Identity, ...] = (), **units: str) -> list[str]:
    found = account(Accounts(quantities=quantities, identities=identities, units=units))
    return [f.rule for f in found.findings]


def of(q: Quantity) -> Term:
    return Term(number=q.number, name=q.known_as, unit=q.unit)


# The levels of the story: 825 patients searched, 802 released, 1,498 masks, 1,153 volumes.
LEVELS = (
    quantity("patients", "cohort", 825),
    quantity("series", "candidates", "3,451"),
    quantity("masks", "placed", "1,498"),
    quantity("patients", "released", 802),
    quantity("volumes", "released", "1,153"),
    quantity("volumes", "LSTV", 53),
    quantity("patients", "LSTV", 33),
)


def test_clean_accounts_have_no_finding_and_one_table_with_a_column_per_unit() -> None:
    found = account(Accounts(quantities=LEVELS))
    assert found.findings == ()
    (table,) = found.tables
    assert table.columns == ("subset", "patients", "series", "masks", "volumes")
    assert ("released", 802, None, None, 1153) in table.rows
    assert ("LSTV", 33, None, None, 53) in table.rows
    assert [(v.name, v.by["unit"], v.by["subset"], v.value) for v in found.values][3] == (
        "count", "patients", "released", 802,
    )  # fmt: skip


def test_three_values_of_one_quantity_are_one_finding_with_their_sources() -> None:
    stated = [
        quantity("volumes", "released", n, source=s)
        for n, s in (("1,137", "abstract"), ("1,163", "Table 3"), ("1,153", "release"))
    ]
    found = account(Accounts(quantities=tuple(stated)))
    (finding,) = found.findings
    assert finding.rule == "ACC-02"
    assert all(word in finding.message for word in ("1,137 (abstract", "1,163 (Table 3", "1,153 (release"))
    assert len(found.values) == 1
    assert rules(quantity("volumes", "released", 1153), quantity("Volume", "Released", "1,153")) == []


def test_the_same_word_with_two_units_is_a_finding_that_names_both() -> None:
    found = account(
        Accounts(
            quantities=(
                quantity("masks", "released", 1498, "released volumes"),
                quantity("volumes", "released", 1153, "Released volumes"),
            )
        )
    )
    (finding,) = found.findings
    assert finding.rule == "ACC-05"
    assert "1,498 masks" in finding.message
    assert "1,153 volumes" in finding.message


def test_masks_and_volumes_are_not_added() -> None:
    fused, pelvic, whole = (
        quantity("volumes", "fused", 342),
        quantity("masks", "pelvic", 714),
        quantity("masks", "all", 1056),
    )
    mixed = Identity(kind=Kind.SUM, members=(of(fused), of(pelvic)), whole=of(whole))
    assert rules(fused, pelvic, whole, identities=(mixed,)) == ["ACC-05"]
    same = Identity(kind=Kind.SUM, members=(of(fused), of(fused)), whole=Term(number=quantity("", "", 684).number))
    assert rules(fused, identities=(same,)) == []


def test_one_count_as_a_share_of_two_wholes_is_said() -> None:
    shares = [
        Identity(
            kind=Kind.PERCENT,
            members=tuple(Term(number=quantity("", "", n).number) for n in (2, whole)),
            whole=Term(number=quantity("", "", rate).number),
        )
        for whole, rate in (("11,548", "0.017"), ("5,749", "0.035"))
    ]
    found = account(Accounts(quantities=(), identities=tuple(shares)))
    assert [(f.rule, f.severity) for f in found.findings] == [("ACC-04", Severity.WARNING)]
    assert "11,548 and of 5,749" in found.findings[0].message
    assert account(Accounts(quantities=(), identities=tuple(shares[:1]))).findings == ()


def test_a_vague_unit_needs_a_definition_and_a_number_a_unit() -> None:
    assert rules(quantity("cases", "all", 5)) == ["ACC-05"]
    assert rules(quantity("cases", "all", 5), cases="one image with its labels") == []
    assert rules(quantity("", "all", 5, "total")) == ["ACC-05"]


def test_counts_are_whole_and_not_negative_and_other_numbers_need_not_be() -> None:
    assert rules(quantity("patients", "all", "12.5")) == ["ACC-VALUE"]
    assert rules(quantity("patients", "all", -1)) == ["ACC-VALUE"]
    assert rules(quantity("mm", "all", "12.5"), quantity("%", "all", "-0.1")) == []


def test_a_quantity_is_found_under_all_that_people_call_it() -> None:
    known = (*LEVELS, quantity("score", "test", "0.770", "mean Dice"))
    for name in ("masks.placed", "placed masks", "Masks_placed", "mask.placed", "placed"):
        assert find(known, name) is known[2]
    assert find(known, "mean_dice") is known[-1]
    assert find(known, "released") is None  # patients or volumes?
    assert one_unit("Studies") == "study"
