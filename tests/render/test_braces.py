"""What stands wrongly between braces is told at its line, in words of those who never wrote a program."""

from __future__ import annotations

import pytest

from review.domain.finding import Finding, Severity
from review.domain.provenance import Fact
from review.render.environment import render_manuscript

FACTS = {"n.patients.all": Fact(name="n.patients.all", value=40, unit="patients")}


def told(text: str) -> list[Finding]:
    return render_manuscript(f"# Results\n\nWe saw 3.\n\n{text}\n", FACTS)[1]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Of {{ n.patients.all patients", "never closed", "two braces at either end"),
        ("Of {{ n.patients.all\n\nLater {{ n.patients.all }}.", "never closed", "two braces"),
        ("Of {{ n.patients.all } patients", "never closed", "two braces"),
        ("Of {{ }} patients", "Nothing stands between", "review paper facts"),
        ("{% if x %}", "{% begins an instruction", "backticks"),
        ("{{ n.patients.all all }}", "cannot be read", "with a filter behind |"),
        ("{{ table(counts) }}", "No table is named", 'table("accounting")'),
    ],
)
def test_the_first_cause_is_told_with_what_to_write(text: str, message: str, hint: str) -> None:
    first = told(text)[0]
    assert (first.rule, first.severity, first.line) == ("FACT-SYNTAX", Severity.ERROR, 5)
    assert message in first.message
    assert hint in first.hint
    assert "Jinja" not in str(first)
    assert "token" not in first.hint


def test_a_number_between_single_braces_is_pointed_out_and_printed_as_it_stands() -> None:
    markdown, found = render_manuscript("Of { n.patients.all } patients, {a.b} and {{ n.patients.all }}.\n", FACTS)
    assert "{ n.patients.all } patients, {a.b} and 40" in markdown
    assert [(f.rule, f.severity, f.line) for f in found] == [("FACT-SYNTAX", Severity.WARNING, 1)]
    assert "{{ n.patients.all }}" in found[0].hint


@pytest.mark.parametrize("text", ["`{ n.patients.all }`", "$\\frac{n.patients.all}{2}$", "{{ n.patients.all }}", "{x}"])
def test_code_mathematics_and_other_braces_are_left_alone(text: str) -> None:
    assert told(text) == []
