"""The text of a manuscript as a reader sees it, with every sign at its place: markup, code and mathematics become blanks.

What is left of mathematics are plain numbers (`$5{,}749$`), and the signs that statistics are written with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from review.domain.markup import Kind, Verbatim, verbatim

_SIGN = re.compile(r"[^\n]")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_FACT = re.compile(r"\{\{[^{}]{0,500}\}\}|\{%[^%]{0,500}%\}")
_TARGET = re.compile(r"(?<=\])\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_ATTRIBUTES = re.compile(r"(?<=[\])*_`])\{[.#][^{}\n]*\}|^(#{1,6}\s.*?)\{[.#-][^{}\n]*\}\s*$", re.MULTILINE)
_COMMA = re.compile(r"\d{1,3}(?:\{,\}\d{3})+")
# What a writer leaves for a co-author: `[Give the date each database was searched]`. It says nothing of what was done.
AUTHOR_TASK = re.compile(
    r"\[(?-i:State|Give|Describe|Confirm|Specify|Provide|Insert|Complete|Fill|Replace|Update|Explain|Mention|Clarify|Report|Add|Check|Name|Say)\s[^\[\]\n]{8,}\](?![(\[{:])"
)
_SUPERSCRIPT = re.compile(r"<sup>[^<>\n]{0,60}</sup>|(?<=\S)\^[^\s^]{1,24}\^(?!\w)")
_WORDED = re.compile(r"\\(?:math(?:rm|bf|it|sf)|text(?:rm|bf|it)?|operatorname)\s?\{(?P<said>[A-Za-z%. -]{1,24})\}")
_FENCE = re.compile(r"^:{3,}.*$", re.MULTILINE)  # the fences that pandoc sets around parts
_DOT = re.compile(r"(?<=\d)[·‧](?=\d)")  # the decimal point of some journals
_ESCAPED = re.compile(r"\\(?=[\\`*_{}\[\]()#+.!%&$~^<>|@'\"-])")
_EMPHASIS = re.compile(r"(?<![\w\\])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|\*\*")
_NUMERIC = re.compile(r"(?:[\d\s.,;:{}\\%()\[\]<>=±+/~≈≤≥−-]|\b(?:CIs?|SD|SE|IQR|a?OR|HR|RR|AUC|AUROC)\b)+")
_STATISTIC = re.compile(
    r"\(?\s*(?:p|n|N|P|r|t|z|F|d|κ|α|SD|SE|a?OR|HR|RR|AUC|AUROC|R\^2|I\^2|\\kappa|\\alpha|\\chi\^2|\\rho)\s*(?:=|<|>|≤|≥|\\leq?|\\geq?|\\approx|\\sim)"
)
_COMMANDS = {
    r"\pm": "±",
    r"\kappa": "κ",
    r"\alpha": "α",
    r"\times": "×",
    r"\leq": "≤",
    r"\le": "≤",
    r"\geq": "≥",
    r"\ge": "≥",
    r"\approx": "≈",
    r"\sim": "~",
    r"\%": "%",
    r"\,": " ",
    r"\;": " ",
    r"\ ": " ",
    r"\cdot": "·",
}
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|[%,; ])")


def readable(body: str) -> str:
    r"""A body of the same length in which only prose is left.

    >>> readable("A **bold** `x = 5` and $5{,}749$ ribs").split()
    ['A', 'bold', 'and', '5,749', 'ribs']
    """
    parts, done = [], 0
    for piece in verbatim(body):
        parts += [body[done : piece.start], _shown(body, piece)]
        done = piece.end
    text = "".join([*parts, body[done:]])
    text = _COMMA.sub(lambda m: m[0].replace("{,}", ",").ljust(len(m[0])), text)
    text = _DOT.sub(".", text)
    for pattern in (_FENCE, _FACT, AUTHOR_TASK, _SUPERSCRIPT, _TAG, _TARGET, _ESCAPED, _EMPHASIS):
        text = pattern.sub(_blank, text)
    return _ATTRIBUTES.sub(lambda m: (m[1] or "").ljust(len(m[0])), text)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these parts made blank; lines stay."""
    parts, done = [], 0
    for start, end in spans:
        if start < done:
            continue
        parts += [text[done:start], _SIGN.sub(" ", text[start:end])]
        done = end
    return "".join([*parts, text[done:]])


def _blank(match: re.Match[str]) -> str:
    return _SIGN.sub(" ", match[0])


def _shown(body: str, piece: Verbatim) -> str:
    whole = body[piece.start : piece.end]
    if piece.kind is not Kind.MATHEMATICS or whole.startswith("$$"):
        return _SIGN.sub(" ", whole)
    inside = _WORDED.sub(lambda m: m["said"].ljust(len(m[0])), whole[1:-1])
    inside = _COMMAND.sub(lambda m: _COMMANDS.get(m[0], "§").ljust(len(m[0])), inside)
    if "§" in inside or not (_NUMERIC.fullmatch(inside) or _STATISTIC.match(inside.strip())):
        return _SIGN.sub(" ", whole)
    return f" {inside} "
