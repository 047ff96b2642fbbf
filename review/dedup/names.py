"""Names: people in any order and glued together by exports, and journals whether written out or abbreviated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from review.dedup.words import STOP, folded, plain

_WORD = re.compile(r"[^\W_]+")
# An author cell that was glued together on export: "Chen R.Wang Y." or "Bezdjian ArenVersnel Huib".
_GLUED_DOT = re.compile(r"(?<=\.)(?=[^\W\d_]{2})")
_GLUED_CASE = re.compile(
    r"(?=[A-ZÀ-Þ])(?<=[a-zà-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bLe)(?<!\bLa)(?<!\bDe)(?<!\bDi)(?<!\bDu)(?<!\bVan)(?<!\bFitz)"
)
AUTHORS_READ = 12  # more names than this never change an answer
AUTHORS_CELL = 800  # characters of one cell, which may hold all authors glued together
_NO_NAMES = frozenset({"jr", "sr", "et", "al", "anonymous", "anon"})
_NOT_LETTERS = bytes(n if n < 128 and chr(n).isalnum() else 32 for n in range(256))
_PLACE_NOTE = re.compile(r"\.\s*conference|[\[(:=/]| : ")  # "Pediatric Nephrology.Conference: 44th Annual …"


def author_names(authors: Sequence[str]) -> tuple[str, str, str]:
    """The first author's names, the likely family name, and the names of all, as words without initials.

    >>> author_names(("Müller, Karl H.", "Wu, Y."))
    ('muller karl', 'muller', 'muller karl wu')
    >>> author_names(("Chen R.Wang Y.Liang L.",))
    ('chen', 'chen', 'chen wang liang')
    """
    people: list[str] = []
    for entry in authors:
        people += _unglued(entry[:AUTHORS_CELL])
        if len(people) >= AUTHORS_READ:
            break
    named = [words for words in map(_name_words, people[:AUTHORS_READ]) if words]
    if not named:
        return "", "", ""
    return " ".join(named[0]), named[0][0], " ".join(dict.fromkeys(word for words in named for word in words))


def _unglued(entry: str) -> list[str]:
    if ";" in entry or " and " in entry:
        return [part for part in re.split(r";| and ", entry) if part.strip()]
    if "," in entry and len(entry) < 60:
        return [entry]
    parts = _GLUED_DOT.split(entry) if "." in entry else [entry]
    if len(entry) > 30 or len(parts) > 1:
        parts = [piece for part in parts for piece in _GLUED_CASE.split(part)]
    return [part for part in parts if part.strip()]


@lru_cache(maxsize=1 << 15)
def _name_words(person: str) -> tuple[str, ...]:
    """Names in the order family, given; initials are left out unless there is nothing else."""
    family, comma, given = person.partition(",")
    source = f"{family} {given}" if comma else person
    source = source.replace("'", "").replace("’", "")
    plainly = source.isascii() and "&" not in source and "<" not in source
    raw = source.encode().translate(_NOT_LETTERS).decode().split() if plainly else _WORD.findall(source)
    names = [word for word in raw if len(word) > 1 and not (word.isupper() and len(word) <= 2 and word is not raw[0])]
    words = [word.lower() if plainly else plain(word) for word in names or raw]
    return tuple(word for word in words if word not in _NO_NAMES)


def journal_stems(journal: str) -> str:
    """A journal as the first three letters of its words, so that abbreviations meet full names.

    >>> journal_stems("Plastic and Reconstructive Surgery") == journal_stems("Plast. Reconstr. Surg.")
    True
    >>> journal_stems("International Conference on Information Systems")
    'int con inf sys'
    """
    text = plain(journal)
    words = [word for word in folded(_PLACE_NOTE.split(text, maxsplit=1)[0] or text) if word not in STOP]
    return words[0] if len(words) == 1 else " ".join(word[:3] for word in words)
