"""Each rule flags what it must and nothing else; the parser knows prose from code and comments."""

from __future__ import annotations

import pytest

from review import plugins
from review.lint import document
from review.lint.document import Rule

BIB = "@article{smith2024deep,\n title={A}\n}\n@book(lee2020map, title={B})\n@comment{no,}\n"


def rule(name: str) -> Rule:
    found = plugins.load("review.rules", name)
    assert isinstance(found, Rule)
    return found


FAILING = {
    "REF-01": [
        ("As shown before [@smith2024deap].", 1, "Did you mean @smith2024deep?"),
        ("Line one.\n\n@nobody1999 said so.", 3, "@nobody1999"),
        ("Both [@smith2024deep; @gone2001x, p. 3].", 1, "@gone2001x"),
    ],
    "DRAFT-01": [
        ("# Methods\n\n> **To write:** say why.", 3, "“Methods”"),
        ("> **To write:** a title.", 1, "“Title”"),
    ],
    "DRAFT-02": [
        ("Good.\nVolume [VOLUME # TBD] of it.", 2, "TBD"),
        ("TODO: ask Ben", 1, "TODO"),
        ("We found ??? patients", 1, "???"),
    ],
}
PASSING = {
    "REF-01": [
        "[@smith2024deep; @lee2020map]",
        "Write to ana@example.org",
        "`@code` and\n```\n@code2\n```",
        "<!-- @c -->",
    ],
    "DRAFT-01": ["> A quotation.", "```\n> **To write:** shown as an example\n```", "<!-- > **To write:** x -->"],
    "DRAFT-02": ["Todoist is an app.", "Really??", "`TODO`-free", "The XX chromosome"],
}


@pytest.mark.parametrize(
    ("name", "text", "line", "said"), [(n, *case) for n, cases in FAILING.items() for case in cases]
)
def test_a_rule_flags_what_it_must(name: str, text: str, line: int, said: str) -> None:
    found = rule(name).check(document.parse(text), BIB)
    assert [(f.line, f.rule) for f in found] == [(line, name)]
    assert said in str(found[0])


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, texts in PASSING.items() for text in texts])
def test_a_rule_leaves_the_rest_alone(name: str, text: str) -> None:
    assert rule(name).check(document.parse(text), BIB) == []


def test_every_installed_rule_has_cases_of_both_kinds() -> None:
    assert set(plugins.names("review.rules")) == set(FAILING) == set(PASSING)


def test_marks_know_their_heading_and_kind() -> None:
    text = (
        "---\ntitle: x\n# not a heading\n---\n<!-- reports: a:1 -->\n# One\n<!-- open: a:2, a:3 -->\n"
        "## Two {#id}\n<!-- na: a:4 -- not done\nhere -->\n```\n# code\n```\n<!-- reports: a:5 -->\n"
    )
    marks = document.parse(text).marks
    assert [(m.kind, sorted(m.items), m.heading, m.line) for m in marks] == [
        ("reports", ["a:1"], "Title", 5),
        ("open", ["a:2", "a:3"], "One", 7),
        ("na", ["a:4"], "Two", 9),
        ("reports", ["a:5"], "Two", 14),
    ]
    assert marks[2].note.split() == ["not", "done", "here"]
