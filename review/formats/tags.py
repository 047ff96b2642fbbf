"""The values of one tagged entry (RIS, MEDLINE, Web of Science, …) by tag, asked for by field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.formats import fields

_ALONE = re.compile(r"10\.\d{4,9}/[^\s,;]{2,}")  # what is nothing but a DOI
Tags = dict[str, list[str]]


def first(tags: Tags, names: tuple[str, ...]) -> str:
    """The first value under any of the tags, the best tag first, that holds text."""
    for name in names:
        if name in tags:
            for value in tags[name]:
                text = fields.plain(value)
                if text:
                    return text
    return ""


def every(tags: Tags, names: tuple[str, ...]) -> list[str]:
    """All values under the tags, one for each line."""
    values = [value for name in names if name in tags for value in tags[name]]
    text = "\n".join(values)
    return text.split("\n") if text.count("\n") >= len(values) else values


def year(tags: Tags, names: tuple[str, ...]) -> int | None:
    """The year of the first date under the tags that has one."""
    return fields.first_year([value for name in names if name in tags for value in tags[name]])


def keywords(tags: Tags, names: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords under the tags, each once."""
    return fields.keywords([value for name in names if name in tags for value in tags[name]])


def doi(tags: Tags, names: tuple[str, ...], *, inside: tuple[str, ...] = ()) -> str:
    """The first DOI under the tags; under those of `inside` only where "doi" stands beside it or it stands alone."""
    for name in names:
        for value in tags.get(name, ()):
            found = fields.doi(value)
            if found:
                return found
    for name in inside:
        for value in tags.get(name, ()):
            if "10." in value and ("doi" in value.lower() or _ALONE.fullmatch(value.strip())):
                found = fields.doi(value)
                if found:
                    return found
    return ""


def links(tags: Tags, names: tuple[str, ...]) -> list[str]:
    """Every web address under the tags, several in a value parted by blanks or semicolons."""
    return list(_links(every(tags, names)))


def _links(values: list[str]) -> Iterator[str]:
    for value in values:
        for part in value.replace(";", " ").split():
            found = fields.link(part)
            if found:
                yield found


def other_links(found: list[str]) -> list[str]:
    """What to note of the addresses after the first."""
    return [f"Other link: {address}" for address in dict.fromkeys(found[1:]) if address != found[0]]
