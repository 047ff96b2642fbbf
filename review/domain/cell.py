"""Cells of a table: which text a spreadsheet would run as a formula, and how it is written so that none does."""

from __future__ import annotations

import re

# What begins a formula in Excel, LibreOffice and Google Sheets, also behind blanks and apostrophes and in full width; a
# tab or a line end moves what follows into a cell of its own (OWASP, "CSV injection").
_RUNS = re.compile(r"'*(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")


def runs(text: str) -> bool:
    """Whether a spreadsheet would run this text, or what is behind its apostrophes."""
    return bool(_RUNS.match(text))


def harmless(text: str) -> str:
    """The text as no spreadsheet runs it: with an apostrophe before it.

    >>> harmless("=1+1"), harmless("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if runs(text) else text
