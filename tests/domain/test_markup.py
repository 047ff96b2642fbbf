"""What stands verbatim in a Markdown text, held against the same law written as one slow pattern."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.markup import Kind, header_end, verbatim

# The law: the first of these that begins, ends as soon as it can; what never ends is not begun.
LAW = re.compile(
    r"(?P<block>^ {0,3}(?P<fence>(?P<sign>[`~])(?P=sign){2,})(?!(?P=sign))(?:(?<=`)[^`\n]*|(?<=~)[^\n]*)\n"
    r".*?^ {0,3}(?P=fence)(?P=sign)*[ \t]*$)"
    r"|(?P<comment><!--.*?-->)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<mathematics>\$\$.+?\$\$|(?<![\\$])\$(?=\S)(?:(?!\n\n)[^$])+?(?<=\S)\$(?!\d))",
    re.DOTALL | re.MULTILINE,
)
PIECES = ["`", "``", "```", "````", "~~~", "~~~~", "$", "$$", "<!--", "-->", "<!-->", "\n", "\n\n", " ", "a", "5", "\\"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_what_is_verbatim_follows_the_law(text: str) -> None:
    expected = [(m.lastgroup, *m.span()) for m in LAW.finditer(text)]
    kinds = {"ticks": "code", "sign": "block", "fence": "block"}
    assert [(f.kind.value, f.start, f.end) for f in verbatim(text)] == [
        (kinds.get(str(kind), kind), start, end) for kind, start, end in expected
    ]


def test_without_mathematics_amounts_of_money_hide_no_comment() -> None:
    text = "It costs $5 <!-- open: a:1 --> or 6 US$ more"
    assert [f.kind for f in verbatim(text)] == [Kind.MATHEMATICS]
    assert [text[f.start : f.end] for f in verbatim(text, mathematics=False)] == ["<!-- open: a:1 -->"]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("---\na: 1\n---\nText", "---\na: 1\n---\n"),
        ("---\n---\nText\n---\n", "---\n---\n"),
        ("---\na: 1\n...", "---\na: 1\n..."),
        ("---\na: 1\n", ""),
        ("Text\n---\na: 1\n---\n", ""),
    ],
)
def test_a_header_ends_at_its_first_closing_line(text: str, head: str) -> None:
    assert text[: header_end(text)] == head
