"""Zotero's own JSON, as its programming interface and Better BibTeX give it: an item's fields by Zotero's names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from review.formats import fields, kinds
from review.formats.entry import Entry
from review.formats.json_parts import listed, text

_PARTS = frozenset({"attachment", "note", "annotation"})  # what hangs on a reference and is none
_TITLE = ("title", "caseName", "nameOfAct", "subject")
_CONTAINER = (
    "publicationTitle", "bookTitle", "proceedingsTitle", "encyclopediaTitle", "dictionaryTitle", "websiteTitle", "blogTitle",
    "conferenceName", "university", "repository", "institution",
)  # fmt: skip
_DATES = ("date", "dateDecided", "dateEnacted", "issueDate", "filingDate")
_NOT_AUTHORS = frozenset(
    {"editor", "seriesEditor", "translator", "reviewedAuthor", "bookAuthor", "contributor", "recipient"}
)
_SAID = re.compile(r"(?im)^\s*(DOI|PMID|arXiv)\s*:\s*(\S+)")  # what has no field of its own stands in "Extra"


def item(found: object) -> Mapping[str, Any] | None:
    """The fields of a Zotero item, from its place under `data` or as they are; None for what is no such item."""
    if not isinstance(found, dict):
        return None
    data = found.get("data")
    if isinstance(data, dict) and "itemType" in data:
        return data
    return found if "itemType" in found else None


def is_part(data: Mapping[str, Any]) -> bool:
    """Whether an item is a file or a note of another one."""
    return data.get("itemType") in _PARTS


def entry(data: Mapping[str, Any]) -> Entry:
    """The reference of an item; its id is Zotero's key."""
    title = _first(data, _TITLE)
    extra = str(data.get("extra") or "")
    said = {name.lower(): value for name, value in _SAID.findall(extra)}
    archived = text(data, "archiveID")
    return Entry(
        own_id=text(data, "key") or text(data, "itemKey"),
        title=title,
        abstract=text(data, "abstractNote"),
        authors=_people(data),
        year=fields.first_year([text(data, name) for name in _DATES]),
        journal=next((found for name in _CONTAINER if (found := text(data, name)) and found != title), ""),
        volume=text(data, "volume"),
        issue=text(data, "issue"),
        pages=fields.pages(text(data, "pages")),
        doi=fields.doi(text(data, "DOI") or said.get("doi", "")),
        pmid=fields.pmid(text(data, "PMID") or said.get("pmid", "")),
        arxiv_id=fields.arxiv_id(archived) or fields.arxiv_id(said.get("arxiv", "")),
        keywords=fields.keywords(tag if isinstance(tag, str) else text(tag, "tag") for tag in listed(data, "tags")),
        language=text(data, "language"),
        type=kinds.from_name(text(data, "itemType")),
        url=fields.link(text(data, "url")),
        notes=fields.noted(fields.plain(line) for line in extra.splitlines() if not _SAID.match(line)),
        raw=json.dumps(data, ensure_ascii=False, default=str),
    )


def _first(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := text(data, name))), "")


def _people(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The authors, under whatever name the kind of item has for them; the editors where there are none."""
    people = [(text(one, "creatorType"), _name(one)) for one in listed(data, "creators")]
    authors = tuple(name for role, name in people if name and role not in _NOT_AUTHORS)
    return authors or tuple(name for _, name in people if name)


def _name(creator: object) -> str:
    family, given = text(creator, "lastName"), text(creator, "firstName")
    return ", ".join(part for part in (family, given) if part) or text(creator, "name")
