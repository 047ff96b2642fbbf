"""No manuscript, whoever wrote it, holds up the reader: time grows with its length and no faster."""

from __future__ import annotations

import time

import pytest

from review.lint import document, references
from review.lint.rule import Context
from review.render.documents import _without_comments
from review.render.environment import render_manuscript
from review.services.manuscript.lint import rules

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
    "brackets": "(",
    "numbers": "1 ",
    "thousands": "1,000,",
    "parts": "342 fused, ",
    "counts": "12 of 40 patients (30%) and ",
    "sums": "1+2",
    "cells": "| 12 (3%) ",
    "tables": "|a|b|\n|--|--|\n|1|2|\n\n",
    "captions": "Table 1. A\n\n",
    "scores": "mean Dice was 0.84, ",
    "agreement": "kappa was 0.84 with ",
    "thousands in braces": "5{,}749",
    "claims": "It outperforms the baseline. ",
    "tags": "<td ",
}


def read_everywhere(text: str) -> None:
    parsed = document.parse(text)
    for type_ in ("dataset", "review"):
        for rule in rules():
            rule.findings(Context(document=parsed, references="", type=type_))
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

    def grown() -> float:
        small, large = (seconds((piece * (size // len(piece) + 1))[:size]) for size in (4_000, 32_000))
        return large / max(small, 0.01)

    # Eight times the length; a quadratic reading takes sixty-four times as long, every time.
    assert any(grown() < 25 for _ in range(4))
