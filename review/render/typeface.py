"""How wide a line of text is, and where to break it, whichever plain sans-serif the reader's machine has.

Widths are in thousandths of the type size: for every character the wider of Arial's metric twin (Liberation
Sans) and DejaVu Sans, so that a line measured here fits in either.
"""

from __future__ import annotations

import unicodedata

FAMILIES = ("Arial", "Helvetica", "Liberation Sans", "Nimbus Sans", "DejaVu Sans", "Noto Sans")  # in order of likeness
NBSP = "\u00a0"  # keeps "(n = 12)" on one line

_BOLD = 1.16  # measured over the words of the diagram; the widest single letters differ more, whole words do not
_WIDEST = 1_100  # of the Latin, Greek and Cyrillic letters beyond the tables
_SYMBOL = 1_400  # pictures such as arrows and emoji
_ASCII = tuple(
    int(width)
    for width in """
    318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636
    636 337 337 838 838 838 556 1015 684 686 722 770 667 611 778 752 295 500 667 557 863 748 787 667
    787 722 667 611 732 684 989 685 667 685 390 337 390 838 556 500 613 635 550 635 615 352 635 634 278
    278 579 278 974 634 612 635 635 411 521 392 634 592 818 592 592 525 636 337 636 838
    """.split()  # noqa: SIM905 - a table of numbers reads better so
)  # U+0020 to U+007E
_LATIN = tuple(
    int(width)
    for width in """
    318 401 636 636 636 636 337 556 500 1000 471 612 838 361 1000 552 500 838 401 401 500 636 636 318
    500 401 471 612 969 969 969 611 684 684 684 684 684 684 1000 722 667 667 667 667 295 295 295 295
    775 748 787 787 787 787 787 838 787 732 732 732 732 667 667 630 613 613 613 613 613 613 982 550 615
    615 615 615 278 278 278 278 612 634 612 612 612 612 612 838 612 634 634 634 634 592 635 592
    """.split()  # noqa: SIM905 - a table of numbers reads better so
)  # U+00A0 to U+00FF


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The room a line needs, in the unit of `size`."""
    return sum(_advance(character) for character in text) * size / 1000 * (_BOLD if bold else 1)


def _advance(character: str) -> int:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return _ASCII[code - 0x20]
    if 0xA0 <= code < 0x100:
        return _LATIN[code - 0xA0]
    if unicodedata.combining(character):
        return 0
    return _SYMBOL if unicodedata.category(character) == "So" else _WIDEST


def wrap(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines no wider than `room`: broken at spaces, and inside a word only when it is too long for a line of its own.

    >>> wrap("Records marked as ineligible", 90, 12)
    ['Records marked', 'as ineligible']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, size, bold=bold) > room and len(line) > 1:
            head = _longest_head(line, room, size, bold=bold)
            lines.append(line[:head])
            line = line[head:]
    if line or not lines:
        lines.append(line)
    return lines


def _longest_head(word: str, room: float, size: float, *, bold: bool) -> int:
    taken = 0.0
    for index, character in enumerate(word):
        taken += width(character, size, bold=bold)
        if taken > room:
            return max(1, index)
    return len(word)


def printable(text: str) -> str:
    """The text on one line, without the control characters that XML and typesetters refuse."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cs", "Cn", "Co", "Cf"}).split())
