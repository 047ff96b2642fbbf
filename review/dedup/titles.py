"""How two titles are related, word by word: the same, spelt otherwise, one within the other, or some words replaced."""

from __future__ import annotations

import re
from collections import Counter

from rapidfuzz.distance import DamerauLevenshtein

from review.dedup.words import STOP

# A letter of its own tells "Case B" from "Case A" and vitamin D from vitamin A; an s is left of a genitive, an r of a trade mark.
_LABELS = frozenset("bcefghijkmopqvwxyz")
_BETWEEN = f"(?:{'|'.join(sorted(STOP))})*"
OTHER, SUBSTITUTED, CONTAINED, CLOSE, EQUAL = range(5)


def title_relation(one: str, other: str) -> int:
    """EQUAL, CLOSE (spelling only), CONTAINED (words added on one side), SUBSTITUTED (some words replaced) or OTHER.

    >>> title_relation("lstm vertebra labelling spine mri", "lstv vertebra labelling spine mri") == SUBSTITUTED
    True
    >>> title_relation("executive deficit after stroke", "executive defict after stroke") == CLOSE
    True
    """
    words, others = one.split(), other.split()
    left, right = _only_in(words, others), _only_in(others, words)
    if not left and not right:
        return EQUAL
    shared = len(words) - len(left)
    for word in list(left):
        match = next((other for other in right if other[0] == word[0] and same_word(word, other)), None)
        if match is not None:
            left.remove(word)
            right.remove(match)
            shared += 1
    if (not left and not right) or _run_together(left, right):
        return CLOSE
    if shared < 3:
        return OTHER
    if not left or not right:
        return SUBSTITUTED if _LABELS.issuperset(left or right) else CONTAINED
    return SUBSTITUTED if shared >= max(len(left), len(right)) else OTHER


def _only_in(words: list[str], others: list[str]) -> list[str]:
    """The words that `others` does not hold, as often as they stand in one more than in the other."""
    known = set(others)
    if len(known) == len(others) and len(set(words)) == len(words):
        return [word for word in words if word not in known]
    return list((Counter(words) - Counter(others)).elements())


def _run_together(left: list[str], right: list[str]) -> bool:
    """The same letters, or nearly, cut into words differently."""
    if not left or not right:
        return False
    one, other = "".join(left), "".join(right)
    return len(one) >= 5 and (one == other or sorted(one) == sorted(other) or _with_stop_words(left, right))


def _with_stop_words(left: list[str], right: list[str]) -> bool:
    """Words lost their spaces, as in "effectongut" for "effect on gut": those between them were not left out."""
    few, words = sorted((left, right), key=len)
    if not len(few) == 1 < len(words):
        return False
    glued, at = few[0], 0
    for word in words:  # to look is much sooner done than to make the pattern
        at = glued.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return bool(re.fullmatch(_BETWEEN.join(words), glued))


def same_word(one: str, other: str) -> bool:
    """A plural or a slip of the pen; never a number, and never a short word or abbreviation."""
    if one[0] != other[0] or abs(len(one) - len(other)) > 2:
        return False
    short = min(len(one), len(other))
    allowed = 0 if short < 5 else 1 if short < 8 else 2
    if not allowed or DamerauLevenshtein.distance(one, other, score_cutoff=allowed) > allowed:
        return False
    return not any(c.isdigit() for c in one + other)
