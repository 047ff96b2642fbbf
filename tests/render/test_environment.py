"""A manuscript can name facts and nothing else: every mistake is told with its line, nothing can be run or read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.provenance import Fact
from review.render.environment import escape_markdown, render_manuscript

FACTS = {
    name: Fact(name=name, value=value, formula="as given")
    for name, value in {
        "flow.records_screened": 1520,
        "flow.records_excluded": 1230,
        "agree.kappa": None,
        "agree.low": 0.7,
        "protocol.title": 'Deep "learning" *of* $5 @risk',
    }.items()
}
TABLES = {"included": "| a |\n|---|\n| *b* |"}


def render(text: str) -> tuple[str, list[str]]:
    out, findings = render_manuscript(text, FACTS, TABLES)
    return out, [f"{f.line}: {f.message} {f.hint}".strip() for f in findings]


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("n = {{ flow.records_screened }}", "n = 1520"),
        ("{{ flow.records_screened | thousands }}", "1,520"),
        ("{{ flow.records_excluded | pct(flow.records_screened) }}", "80.9%"),
        ("{{ flow.records_excluded | n_pct(flow.records_screened, 0) }}", "1,230 (81%)"),
        ("{{ flow.records_screened - flow.records_excluded }}", "290"),
        ("{{ 100 * flow.records_excluded / flow.records_screened }}", "80.92105263157895"),
        ("{% if agree.kappa is not none %}x{% else %}undefined{% endif %}", "undefined"),
        ("{% if agree.kappa %}x{% else %}none{% endif %}", "none"),
        ('{{ table("included") }}', TABLES["included"]),
        ("{{ protocol.title }}", 'Deep "learning" \\*of\\* \\$5 \\@risk'),
        ("", ""),
        ("no braces\n", "no braces\n"),
    ],
)
def test_facts_take_their_places(text: str, out: str) -> None:
    assert render(text) == (out, [])


def test_a_title_with_quotes_keeps_the_header_valid() -> None:
    out, findings = render('---\ntitle: "{{ protocol.title }}"\n---\n\nText {{ flow.records_screened }}.\n')
    assert findings == []
    assert out == '---\ntitle: "Deep \\"learning\\" *of* $5 @risk"\n---\n\nText 1520.\n'


@pytest.mark.parametrize(
    "text",
    [
        "`{{ not.a.fact }}`",
        "```\n{{ not.a.fact }}\n{% if %}\n```",
        "~~~ python\nf'{{x}}'\n~~~",
        "$a_{{i}}$ and $$\n\\frac{{a}}{{b}}\n$$",
        "<!-- {{ not.a.fact }}\nover lines -->",
        "``a ` {{ b }}``",
        "costs $5 and $6 {# not #}"[:15],
    ],
)
def test_code_mathematics_and_comments_are_left_alone(text: str) -> None:
    assert render(f"before\n\n{text}\n\nafter {{{{ flow.records_screened }}}}\n") == (
        f"before\n\n{text}\n\nafter 1520\n",
        [],
    )


def test_every_unknown_name_is_told_with_its_line_and_the_nearest_names() -> None:
    out, findings = render("ok\n\n{{ flow.records_screend }}\n`code`\n{{ nothing.like.it }} {{ table('includd') }}\n")
    assert out.startswith("ok")
    assert findings == [
        "3: There is no fact called flow.records_screend. Did you mean flow.records_screened or flow.records_excluded?",
        "5: There is no fact called nothing.like.it. See all of them with `review paper facts`.",
        "5: There is no table called includd. Did you mean included?",
    ]


def test_lines_are_counted_behind_a_header_and_a_long_comment() -> None:
    _, findings = render("---\na: b\n---\n<!-- one\ntwo\nthree -->\n{{ x.y }}\n")
    assert findings[0].startswith("7: ")


def test_a_fact_without_a_value_says_why_and_never_prints_nothing() -> None:
    _, findings = render("kappa\n{{ agree.kappa }}")
    assert findings == ["2: agree.kappa has no value (as given)."]
    _, findings = render("{{ agree.kappa | ci(agree.low, agree.low) }}")
    assert "agree.kappa has no value" in findings[0]
    _, findings = render("{{ flow.records_screened | pct(flow.records_screened - 1520) }}")
    assert "percentage of nothing" in findings[0]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ flow.__class__ }}",
        "{{ flow.records_screened.__class__ }}",
        "{{ table.__globals__ }}",
        "{{ table(protocol.title) }}",
        "{{ self }}",
        "{{ config }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% for a in range(999999999) %}x{% endfor %}",
        "{% macro a() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{{ 'a' * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x'.join('y') }}",
        "{{ flow['records_screened'] }}",
        "{{ 'x' | center(999999999) }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ flow }}",
        "{% raw %}{{ x }}{% endraw %}{{ y }}",
        "{{ unfinished",
        "{% if flow.records_screened %}",
    ],
)
def test_nothing_but_facts_can_be_named(text: str) -> None:
    out, findings = render(text)
    assert findings, out


@given(st.text(max_size=80))
def test_no_text_makes_it_crash_and_plain_text_comes_back_unchanged(text: str) -> None:
    out, findings = render(text)
    if not findings and "{" not in text and "\ue000" not in text and "\ue001" not in text:
        assert out == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(max_size=60))
def test_an_escaped_text_has_no_bare_special_character(text: str) -> None:
    import re

    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`$@<>|\[\]]", escape_markdown(text).replace("\\\\", ""))


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "not " * 5000 + "1 }}",
        "{% if 1 %}" * 120 + "x" + "{% endif %}" * 120,
    ],
)
def test_what_is_nested_too_deeply_is_said_and_stops_nothing(text: str) -> None:
    out, said = render(text)
    assert out == text
    assert said == [said[0]]
    assert "nested too deeply" in said[0]


@pytest.mark.parametrize(
    "text",
    [
        "{{ flow.records_excluded | pct(flow.records_screened, 300000000) }}",
        "{{ flow.records_excluded | round(-100000000) }}",
        "{{ agree.low | ci(0, 1, 300000000) }}",
    ],
)
def test_a_number_is_never_printed_so_long_that_it_fills_the_memory(text: str) -> None:
    out, said = render(text)
    assert out == text
    assert "decimals" in said[0]


def test_headings_and_figures_may_have_names() -> None:
    text = "# Methods {#sec:methods}\n\nn = {{ flow.records_screened }} ![x](a.png){#fig:a width=50%}"
    out, said = render(text)
    assert said == []
    assert out == text.replace("{{ flow.records_screened }}", "1520")


def test_a_title_never_opens_a_comment_that_swallows_what_follows() -> None:
    assert "<!--" not in escape_markdown("Growth <!-- of spines")
