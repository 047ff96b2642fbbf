"""Names: people in any order and glued together by exports, and journals whether written out or abbreviated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from review.dedup.words import STOP, folded, plain

_WORD = re.compile(r"[^\W_]+")
# An author cell that was glued together on export: "Chen R.Wang Y." or "Bezdjian ArenVersnel Huib".
_GLUED_CASE = re.compile(
    r"(?=[A-ZÀ-Þ])(?<=[a-zà-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bLe)(?<!\bLa)(?<!\bDe)(?<!\bDi)(?<!\bDu)(?<!\bVan)(?<!\bFitz)"
    # "Mallion JMBaguet JP": initials run into the next family
    r"|(?<=\s[A-Z])(?=[A-Z][a-z])|(?<=\s[A-Z]{2})(?=[A-Z][a-z])|(?<=\s[A-Z]{3})(?=[A-Z][a-z])|(?<=\s[A-Z]{4})(?=[A-Z][a-z])"
)
AUTHORS_READ = 12  # more names than this never change an answer
_ONE_NAME = 60  # letters: longer cells with a comma may hold several people
AUTHORS_CELL = 800  # characters of one cell, which may hold all authors glued together
_NO_NAMES = frozenset({"jr", "sr", "et", "al", "anonymous", "anon"})
_PARTICLES = frozenset({"de", "del", "della", "dos", "van", "von", "der", "den", "ter", "zu"})
_INITIALS = re.compile("[b-df-hj-np-tvwxz]{2}")  # a name of two letters has a vowel
_NOT_LETTERS = bytes(n if n < 128 and chr(n).isalnum() else 32 for n in range(256))
_LETTERS_AND_LINES = bytes(10 if n == 10 else each for n, each in enumerate(_NOT_LETTERS))  # 10 ends a line
_FIRST_OR_WORD = re.compile(r"\n?[^\W_]+")
_CONGRESS = re.compile(r"\bconference:\s*([^.:(\[]{12,})", re.IGNORECASE)
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
        alone = "," in entry and len(entry) < _ONE_NAME and ";" not in entry and " and " not in entry
        people += (entry,) if alone else _unglued(entry[:AUTHORS_CELL])
        if len(people) >= AUTHORS_READ:
            break
    for at, person in enumerate(people[:AUTHORS_READ], start=1):
        if first := _name_words(person):
            everyone = dict.fromkeys([*first, *_words_of(people[at:AUTHORS_READ])])
            return " ".join(first), _family(first), " ".join(everyone)
    return "", "", ""


def _family(names: Sequence[str]) -> str:
    """The first name that is neither a particle, which sources put before it, behind it or leave out, nor initials."""
    return next((name for name in names if name not in _PARTICLES and not _INITIALS.fullmatch(name)), names[0])


def _unglued(entry: str) -> list[str]:
    if ";" in entry or " and " in entry:
        return [part for part in re.split(r";| and ", entry) if part.strip()]
    if "," in entry and len(entry) < _ONE_NAME:
        return [entry]
    parts = _apart_at_dots(entry) if "." in entry else [entry]
    if len(entry) > 30 or len(parts) > 1:
        # Where each word begins with its only capital, nothing is glued; this is far cheaper to see.
        parts = [piece for part in parts for piece in ((part,) if part.istitle() else _GLUED_CASE.split(part))]
    return [part for part in parts if part.strip()]


def _apart_at_dots(entry: str) -> list[str]:
    """The people of "Chen R.Wang Y.": two letters right after a full stop begin another."""
    people: list[str] = []
    for piece in entry.split("."):
        begin = piece[:2]
        if not people or (len(begin) == 2 and begin.isalpha()):
            if len(people) > AUTHORS_READ:
                break
            people.append(piece)
        else:
            people[-1] += f".{piece}"
    return people


def _words_of(people: Sequence[str]) -> list[str]:
    """The names of several people, each of which stands on a line of its own on the way: their initials are left out,
    but a family name of two capitals is none.
    """
    text = "\n" + " \n".join(people)
    plainly = text.isascii() and "&" not in text and "<" not in text
    if plainly:
        found = text.encode().translate(_LETTERS_AND_LINES, b"'").decode().split(" ")
    else:
        found = _FIRST_OR_WORD.findall(text.replace("'", "").replace("’", ""))
    kept = " ".join([w for w in found if len(w) > 2 or (len(w) == 2 and w[0] != "\n" and not w.isupper())])
    words = (kept.lower() if plainly else plain(kept)).split()
    return words if _NO_NAMES.isdisjoint(words) else [word for word in words if word not in _NO_NAMES]


@lru_cache(maxsize=1 << 15)
def _name_words(person: str) -> tuple[str, ...]:
    """Names in the order family, given; initials are left out unless there is nothing else."""
    source = person.replace("'", "").replace("’", "")
    plainly = source.isascii() and "&" not in source and "<" not in source
    raw = source.encode().translate(_NOT_LETTERS).decode().split() if plainly else _WORD.findall(source)
    names = [word for word in raw if len(word) > 1 and not (word.isupper() and len(word) <= 2 and word is not raw[0])]
    words = [word.lower() if plainly else plain(word) for word in names or raw]
    return tuple(word for word in words if word not in _NO_NAMES)


def congress_stems(journal: str) -> str:
    """The meeting that a journal names behind its own title, as stems; "" if it names none.

    >>> congress_stems("J Thromb Haemost.Conference: 23rd Congress of the ISTH") == journal_stems("23rd Congress of the ISTH")
    True
    """
    found = _CONGRESS.search(journal)
    return journal_stems(found[1]) if found else ""


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
