"""Names made of what people write: a column's, a fact's, a file's; a number with its noun; a text cut to a message's length."""

from __future__ import annotations

from collections.abc import Sequence


def column_name(text: str) -> str:
    """A column's name as it is known here: `Patient ID` and `patient_id` are one.

    >>> column_name(" Patient ID "), column_name("Closed QA (avg)")
    ('patient_id', 'closed_qa_avg')
    """
    return "_".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def fact_name(text: str) -> str:
    """A part of a fact's name that a template can write: an identifier, so a number gets a letter before it.

    >>> fact_name("X-ray (AP/lateral)"), fact_name("2 mm"), fact_name("m²"), fact_name("≥")
    ('x_ray_ap_lateral', 'n2_mm', 'm', 'blank')
    """
    name = "_".join("".join(c if f"a{c}".isidentifier() else " " for c in text.casefold()).split()) or "blank"
    return name if name.isidentifier() else f"n{name}"


def file_name(text: str, *, otherwise: str) -> str:
    """A file's name that every system takes; `otherwise` where nothing of the text can be kept.

    >>> file_name("L5/S1 (mm)", otherwise="value"), file_name("≥", otherwise="value")
    ('l5-s1-mm', 'value')
    """
    return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in text.casefold()).split()) or otherwise


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "record"), counted(1200, "record"), counted(2, "study", "studies")
    ('1 record', '1,200 records', '2 studies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def named(names: Sequence[str], most: int = 5) -> str:
    """The first names of many, and how many more there are.

    >>> named(["a.pdf", "b.pdf"]), named(["a", "b", "c"], most=2)
    ('a.pdf, b.pdf', 'a, b and 1 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def sized(n_bytes: float) -> str:
    """A size as a person says it.

    >>> sized(0), sized(1_300_000), sized(10_530_000_000)
    ('0 MB', '1 MB', '10.5 GB')
    """
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 999_500_000 else f"{n_bytes / 1e6:,.0f} MB"


def argument(text: str) -> str:
    """A name as it is typed in a command: between quotation marks where it has spaces.

    >>> argument("paper"), argument("my paper")
    ('paper', '"my paper"')
    """
    return f'"{text}"' if len(text.split()) > 1 else text


def shortened(text: str, longest: int = 60) -> str:
    """A text on one line, cut where it is longer.

    >>> shortened("Two  words"), shortened("Many words", 6)
    ('Two words', 'Many…')
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"
