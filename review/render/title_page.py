"""Who wrote it: the authors of a manuscript's header as names, affiliations and identifiers, for print and for JATS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from review.render.tree import Node, paragraph, plain, words

# How each format sets lines in the middle; elsewhere they stand at the left.
_CENTRED = {
    "pdf": ("typst", "#align(center)[", "]"),
    "tex": ("latex", "\\begin{center}", "\\end{center}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: list[Node]
    affiliation: str = ""
    orcid: str = ""
    email: str = ""


def people(meta: Node) -> list[Person]:
    """The people of `authors:` (name, affiliation, orcid, email) or of plain `author:`."""
    listed = meta.get("authors") or meta.get("author")
    if not listed:
        return []
    found = [_person(each) for each in (listed["c"] if listed["t"] == "MetaList" else [listed])]
    return [person for person in found if words(person.name)]


def _person(given: Node) -> Person:
    if given["t"] != "MetaMap":
        return Person(name=_inlines(given))
    part = given["c"]
    return Person(
        name=_inlines(part.get("name")),
        affiliation=words(part.get("affiliation")),
        orcid=words(part.get("orcid")).removeprefix("https://orcid.org/"),
        email=words(part.get("email")),
    )


def _inlines(given: Node | None) -> list[Node]:
    if given is None:
        return []
    return list(given["c"]) if given["t"] == "MetaInlines" else plain(words(given))


def names(found: list[Person]) -> Node:
    """The authors as pandoc's templates print them."""
    return {"t": "MetaList", "c": [{"t": "MetaInlines", "c": person.name} for person in found]}


def lines(found: list[Person], corresponding: str, *, to: str) -> list[Node]:
    """What stands below the names: each affiliation with those who are there, and who is to be written to."""
    by_place: dict[str, list[str]] = {}
    for person in found:
        if person.affiliation:
            by_place.setdefault(person.affiliation, []).append(words(person.name))
    told = [place if len(who) == len(found) else f"{place} ({', '.join(who)})" for place, who in by_place.items()]
    if corresponding:
        told.append(f"Corresponding author: {corresponding}")
    return _set([paragraph(plain(line)) for line in told], to) if told else []


def _set(blocks: list[Node], to: str) -> list[Node]:
    if to in _CENTRED:
        language, opens, closes = _CENTRED[to]
        return [{"t": "RawBlock", "c": [language, opens]}, *blocks, {"t": "RawBlock", "c": [language, closes]}]
    style = [["custom-style", "Author"]] if to == "docx" else []
    return [{"t": "Div", "c": [["", ["affiliations"], style], blocks]}]


def for_jats(found: list[Person], corresponding: str) -> dict[str, Any]:
    """The same as the fields of pandoc's JATS template."""
    places = list(dict.fromkeys(person.affiliation for person in found if person.affiliation))
    numbers = {place: str(number) for number, place in enumerate(places, start=1)}
    authors = [
        _map(
            name={"t": "MetaInlines", "c": person.name},
            orcid=_text(person.orcid),
            email=_text(person.email),
            affiliation=_list([_text(numbers[person.affiliation])] if person.affiliation else []),
        )
        for person in found
    ]
    notes = _map(corresp=_list([_map(id=_text("1"), email=_text(corresponding))])) if corresponding else None
    fields = {
        "author": _list(authors),
        "affiliation": _list([_map(id=_text(n), organization=_text(place)) for place, n in numbers.items()]),
        "article": _map(**{"author-notes": notes}),
    }
    return {name: value for name, value in fields.items() if value is not None}


def take_abstract(blocks: list[Node]) -> Node | None:
    """The blocks of the section called Abstract, taken out of the text, since JATS has a place of its own for them."""
    begins = next(
        (n for n, node in enumerate(blocks) if _opens(node) and words(node["c"][2]).casefold() == "abstract"), None
    )
    if begins is None:
        return None
    ends = next((n for n in range(begins + 1, len(blocks)) if _opens(blocks[n])), len(blocks))
    inside = [_bold(node) if node["t"] == "Header" else node for node in blocks[begins + 1 : ends]]
    del blocks[begins:ends]
    return {"t": "MetaBlocks", "c": inside} if inside else None


def _opens(node: Node) -> bool:
    return bool(node["t"] == "Header" and node["c"][0] == 1)


def _bold(header: Node) -> Node:
    return paragraph([{"t": "Strong", "c": header["c"][2]}])


_EMPTY = re.compile(
    rb"<journal-meta>(?:\s|</?(?:journal-id|journal-title-group|issn|publisher|publisher-name)>)*</journal-meta>\s*|<permissions>\s*</permissions>\s*"
)


def without_empty(article: bytes) -> bytes:
    """JATS without the parts that pandoc leaves open for a journal; the journal fills them in."""
    return _EMPTY.sub(b"", article)


def _text(text: str) -> Node | None:
    return {"t": "MetaInlines", "c": plain(text)} if text else None


def _list(items: list[Node | None]) -> Node | None:
    kept = [item for item in items if item is not None]
    return {"t": "MetaList", "c": kept} if kept else None


def _map(**fields: Node | None) -> Node | None:
    kept = {name: value for name, value in fields.items() if value is not None}
    return {"t": "MetaMap", "c": kept} if kept else None
