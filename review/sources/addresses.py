"""A search string that is an address copied from a browser, or the part of one behind the question mark."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

# What is said anew with each request, or is nobody's business: pages, keys, and what of a work is to be shown.
_DROPPED = frozenset(
    {
        "page",
        "per-page",
        "per_page",
        "cursor",
        "rows",
        "offset",
        "mailto",
        "api_key",
        "email",
        "select",
        "sort",
        "order",
    }
)


class NotAsked(Exception):
    """An address holds a parameter that changes what is found in a way that is not known here."""


def parameters(text: str, names: str) -> dict[str, str] | None:
    """The parameters of an address by name; `names` is a pattern of those that are asked. None if the text is no address.

    >>> parameters("https://api.example.org/works?filter=a%20b,c:1&page=2", "filter|search")
    {'filter': 'a b,c:1'}
    >>> parameters("filter=a b|c&search=x & y", "filter|search")
    {'filter': 'a b|c', 'search': 'x & y'}
    >>> parameters("filter and search", "filter|search") is None
    True
    """
    if re.match(r"https?://", text):
        pairs = parse_qsl(urlsplit(text).query, keep_blank_values=False)
    elif re.match(rf"(?:{names})=", text):
        pieces = [piece.partition("=") for piece in re.split(rf"&(?=(?:{names}|{'|'.join(sorted(_DROPPED))})=)", text)]
        pairs = [(name, unquote(value)) for name, _, value in pieces]
    else:
        return None
    strange = [name for name, _ in pairs if name not in _DROPPED and not re.fullmatch(names, name)]
    if strange:
        raise NotAsked(strange[0])
    return {name: value for name, value in pairs if name not in _DROPPED}
