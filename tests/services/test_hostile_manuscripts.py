"""No manuscript, whoever wrote it, holds up the reader: time grows with its length and no faster."""

from __future__ import annotations

import time

import pytest

from review.lint import document, drafts, references
from review.render.documents import _without_comments
from review.render.environment import render_manuscript

HOSTILE = {
    "comments": "<!-- ",
    "marks": "<!-- reports: a -- ",
    "closed marks": "# a\n<!-- open: a -->\n",
    "fences": "```a\n",
    "tildes": "~~~\n~~~~\n",
    "ticks": "` `` ",
    "paired ticks": "`a` ",
    "dollars": "$ ",
    "amounts": "$5 ",
    "formulas": "$a$ ",
    "double dollars": "$$ a",
    "spaces": " ",
    "lines": "\n",
    "headings": "# {",
    "citations": "@{",
    "placeholders": "[XX",
    "entries": "@a{",
    "headers": "---\n",
}


def read_everywhere(text: str) -> None:
    parsed = document.parse(text)
    for rule in (drafts.OPEN_TASK, drafts.PLACEHOLDER, references.CITED_AND_MISSING):
        rule.check(parsed, "")
    references.bibliography_keys(text)
    _without_comments(text)
    render_manuscript(text, {})


def seconds(text: str) -> float:
    began = time.process_time()
    read_everywhere(text)
    return time.process_time() - began


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_to_read_a_text_grows_with_its_length_and_no_faster(name: str) -> None:
    piece = HOSTILE[name]
    small, large = (seconds((piece * (size // len(piece) + 1))[:size]) for size in (12_500, 100_000))
    # Eight times the length; a quadratic reading takes sixty-four times as long.
    assert large < 25 * max(small, 0.01)
