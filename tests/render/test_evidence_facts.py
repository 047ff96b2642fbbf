"""Facts with an interval, of a name that is also the beginning of others, and facts that are not there yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.finding import Severity
from review.domain.provenance import Fact
from review.render.environment import render_manuscript
from review.render.facts import n_pct, pct, thousands, value_of, with_interval

FACTS = {
    fact.name: fact
    for fact in (
        Fact(name="n.patients.all", value=1153, unit="patients"),
        Fact(name="eval.dice.test", value=0.8164, low=0.7912, high=0.8391, n=174),
        Fact(name="eval.dice.test.median", value=0.83),
        Fact(name="eval.hits", value=27 / 33, low=0.656, high=0.914, n=33),
        Fact(name="eval.share", value=81.8, low=65.6, high=91.4, n=33, unit="%"),
        Fact(name="eval.none", value=None, formula="undefined: one rater is constant", n=12),
        Fact(name="agree.label", value="two raters"),
    )
}
TABLES = {"accounting": "| a |\n|---|\n| 1 |"}


def render(text: str) -> tuple[str, list[tuple[int | None, str, Severity]]]:
    out, findings = render_manuscript(text, FACTS, TABLES)
    return out, [(f.line, f.rule, f.severity) for f in findings]


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("{{ eval.dice.test | ci }}", "0.82 (95% CI 0.79 to 0.84)"),
        ("{{ eval.dice.test | ci(3) }}", "0.816 (95% CI 0.791 to 0.839)"),
        ("{{ eval.dice.test | ci(0.1, 0.9) }}", "0.82 (95% CI 0.10 to 0.90)"),
        ("{{ eval.share | ci }}", "81.8% (95% CI 65.6 to 91.4)"),
        ("{{ eval.hits | n_pct }}", "27 (81.8%)"),
        ("{{ n.patients.all | thousands }}", "1,153"),
        ("{{ n.patients.all | pending }}", "1,153"),
        ("{{ eval.dice.test.median }} of {{ eval.dice.test.n }}", "0.83 of 174"),
        ("{{ eval.dice.test.low | round(2) }}", "0.79"),
        ("{{ eval.dice.test - eval.dice.test.low > 0 }}", "True"),
        ("{% if eval.dice.nobody is defined %}x{% else %}none{% endif %}", "none"),
        ("{% if eval.dice.test is defined %}x{% endif %}", "x"),
        ('{{ table("accounting") | pending }}', TABLES["accounting"]),
        ("{{ agree.label }} {{ n.patients.all.unit }}", "two raters patients"),
    ],
)
def test_a_value_carries_its_interval_and_a_name_may_begin_another(text: str, out: str) -> None:
    assert render(text) == (out, [])


@pytest.mark.parametrize("name", ["n.scans.all", "eval.hd95", "split.patients.train", "eval.none"])
def test_what_is_not_there_yet_is_an_open_task_in_its_place(name: str) -> None:
    for text in (
        f"{{{{ {name} | pending }}}}",
        f"{{{{ {name} | ci | pending }}}}",
        f"{{{{ {name} | n_pct | pending }}}}",
    ):
        out, findings = render(f"A\n\n{text} b")
        assert out == f"A\n\n**[still to be computed: {name}]** b"
        assert findings == [(3, "FACT-PENDING", Severity.WARNING)]


def test_a_table_that_is_not_there_yet_is_an_open_task_too() -> None:
    out, findings = render('{{ table("results") | pending }}')
    assert out == '**[still to be computed: table("results")]**'
    assert findings == [(1, "FACT-PENDING", Severity.WARNING)]


def test_the_warning_says_how_to_compute_it_and_what_was_perhaps_meant() -> None:
    _, (finding,) = render_manuscript("{{ n.patients.al | pending }}", FACTS)
    assert "review evidence accounting" in finding.hint
    assert "n.patients.all?" in finding.hint


@pytest.mark.parametrize(
    "text",
    [
        "{{ n.scans.all }}",
        "{{ n.scans.all | thousands }}",
        "{{ eval.none }}",
        "{{ eval.none | thousands }}",
        "{{ eval.dice.test.median | ci }}",
        "{{ n.patients.all | n_pct }}",
        "{{ eval.dice.test | n_pct }}",
        "{{ n.patients.all.low }}",
        "{{ n.patients.all.real }}",
        '{{ table("results") }}',
        "{{ pending }}",
    ],
)
def test_without_the_filter_a_name_or_a_value_that_is_missing_stays_an_error(text: str) -> None:
    assert [severity for _, _, severity in render(text)[1]] == [Severity.ERROR]


def test_one_open_task_does_not_hide_an_error_beside_it() -> None:
    out, findings = render("{{ n.scans.all | pending }} {{ wrong }}")
    assert out == "{{ n.scans.all | pending }} {{ wrong }}"
    assert {severity for _, _, severity in findings} == {Severity.WARNING, Severity.ERROR}


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_prints_the_count_it_was_made_of(count: int, whole: int) -> None:
    count = min(count, whole)
    share = value_of(Fact(name="s", value=count / whole, n=whole))
    assert n_pct(share) == f"{thousands(count)} ({pct(count, whole)})"  # type: ignore[arg-type]


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5), st.integers(0, 6))
def test_an_interval_prints_the_same_from_the_fact_and_from_its_numbers(
    value: float, below: float, above: float, digits: int
) -> None:
    low, high = value - below, value + above
    carried = value_of(Fact(name="v", value=float(value), low=low, high=high))
    assert with_interval(carried, digits) == with_interval(value, low, high, digits)  # type: ignore[arg-type]
