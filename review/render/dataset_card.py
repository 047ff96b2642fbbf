"""The card of a dataset: a page with a machine-readable header, filled from the files and from the datasheet's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from review.render.datasheet import block, with_block

_OPEN = "Not written yet; answer {questions} in datasheet.md."
_PARTS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("What it is", "what", ("C1", "M1")),
    ("How many", "how many", ("C2",)),
    ("Splits", "splits", ("C8",)),
    ("Labels", "labels", ("C5", "L1")),
    ("Where it comes from", "origin", ("P1", "C10")),
    ("Who is in it", "people", ("C13",)),
    ("What it is for", "uses", ("U3",)),
    ("What it is not for", "limits", ("U5", "U4", "C9")),
    ("Licence", "licence", ("D4",)),
    ("Ethics and privacy", "ethics", ("P6", "C14", "C15")),
    ("Who keeps it up", "upkeep", ("N1", "N2", "N4")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the header says; `licence` is an SPDX name."""

    title: str
    licence: str
    keywords: Sequence[str]
    languages: Sequence[str]


def new(header: Header, answers: Mapping[str, str], citation: str) -> str:
    """A new card."""
    told = {
        "license": header.licence.lower() or None,
        "pretty_name": header.title or None,
        "language": list(header.languages) or None,
        "tags": list(header.keywords) or None,
    }
    front = yaml.safe_dump({k: v for k, v in told.items() if v}, allow_unicode=True, sort_keys=False)
    lines = [
        "---",
        front.rstrip() if any(told.values()) else "license:",
        "---",
        "",
        f"# {header.title or 'Dataset'}",
        "",
    ]
    for title, key, questions in _PARTS:
        lines += [f"## {title}", "", block(key, _said(questions, answers))]
    lines += ["## How to cite", "", block("citation", citation)]
    return "\n".join(lines)


def renewed(text: str, answers: Mapping[str, str], citation: str) -> str:
    """The card with its parts from the files written anew; header and other text stay as the author left them."""
    for _, key, questions in _PARTS:
        text = with_block(text, key, _said(questions, answers))
    return with_block(text, "citation", citation)


def _said(questions: Sequence[str], answers: Mapping[str, str]) -> str:
    told = [answers[number] for number in questions if answers.get(number)]
    return "\n\n".join(told) or _OPEN.format(questions=" and ".join(questions))
