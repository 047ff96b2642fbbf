"""A search string taken apart: the statements of a history, and the words, phrases and brackets of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from review.domain.syntax import Syntax

BOOLEAN = frozenset({"and", "or", "not", "andnot"})
_NUMBERED = re.compile(r"\s*(?:#\s?\d{1,3}[.):]?|\d{1,3}[.):]|\d{1,3}(?=\s))\s*")
_WORD = re.compile(r"[^\s()\[\]\"]+")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is word, quoted, open, close or square; `at` counts from the string's first character."""

    kind: str
    text: str
    at: int


def statements(query: str, syntax: Syntax | None) -> list[tuple[int, str]]:
    """The string as a whole; or, if it is a list of lines for a search by hand, each of them with its place."""
    if syntax is not None and syntax.sent:
        return [(0, query)]
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", query) if m[0].strip()]
    numbered = [(at, text) for at, text in lines if _NUMBERED.match(text)]
    if len(numbered) > 1 and numbered[0] == lines[0]:  # a line without a number goes on with the one above
        ends = [at for at, _ in numbered[1:]] + [len(query)]
        starts = [at + _end_of_number(text) for at, text in numbered]
        return [(start, query[start:end]) for start, end in zip(starts, ends, strict=True)]
    whole = len(lines) > 1 and all(text.count("(") == text.count(")") for _, text in lines)
    joined = any(_edge(a, last=True) or _edge(b, last=False) for (_, a), (_, b) in pairwise(lines))
    return lines if whole and not joined else [(0, query)]


def _end_of_number(line: str) -> int:
    found = _NUMBERED.match(line)
    return found.end() if found else 0


def _edge(line: str, *, last: bool) -> bool:
    words = line.split()
    return bool(words) and words[-1 if last else 0].strip("()").lower() in BOOLEAN


def read(text: str, *, single: bool) -> Iterator[Token]:
    """Words, quoted phrases, brackets; "lost" is a sign without its partner."""
    at, last = 0, text.rfind("]")
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            at += 1
        elif sign in "()":
            yield Token("open" if sign == "(" else "close", sign, at)
            at += 1
        elif sign == '"' or (single and sign == "'" and not text[at - 1 : at].isalnum()):
            end = _closing(text, at, sign)
            yield Token("quoted" if end else "lost", text[at : end or len(text)], at)
            at = end or at + 1
        elif sign in "[]":
            end = text.find("]", at) + 1 if sign == "[" and at < last else 0
            yield Token("square" if end else "lost", text[at : end or at + 1], at)
            if end and text.count('"', at, end) % 2:  # [mh "Spine]
                yield Token("lost", '"', text.index('"', at))
            at = end or at + 1
        else:
            match = _WORD.match(text, at)
            end = match.end() if match else at + 1
            yield Token("word", text[at:end], at)
            at = end


def _closing(text: str, at: int, sign: str) -> int:
    """The place behind the closing mark; 0 if there is none. An apostrophe inside a word closes nothing."""
    end = text.find(sign, at + 1)
    while sign == "'" and end > 0 and text[end + 1 : end + 2].isalnum():
        end = text.find(sign, end + 1)
    return end + 1
