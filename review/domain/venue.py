"""What a journal or conference asks of a manuscript, and whether it is kept: parts, limits, statements, blinding, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.domain.finding import Finding, Severity
from review.domain.markup import Kind, header_end, verbatim
from review.domain.sections import Section, bare, role, sections, words

# The statements a venue may ask for: what each is called, and how its heading reads.
STATEMENTS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    name: (told, re.compile(pattern, re.IGNORECASE))
    for name, told, pattern in (
        ("ethics", "on ethics", r"ethic|institutional review|\bIRB\b"),
        ("data", "on where the data are", r"\bdata\b.*\b(?:avail|access|code)|avail.*\bdata\b|^data,|data and code|code and data|^release"),
        ("code", "on where the code is", r"\bcode\b"),
        ("licence", "on the licence", r"licen[cs]e|terms of use"),
        ("funding", "on funding", r"fund|support"),
        ("interests", "on competing interests", r"interest|conflict|disclos"),
        ("ai", "on the use of AI tools", r"\bAI\b|artificial intelligence|language model"),
        ("impact", "on what it does to society", r"impact|societ"),
        ("limitations", "on limitations", r"limitation"),
    )
}  # fmt: skip
_TABLE_OR_TASK = re.compile(r"^\s*(?:\||>|!\[)")
_CAPTION = re.compile(r"^(?::|Table:)\s+(?P<words>\S.*)$|^!\[(?P<figure>[^\]]+)\]\(", re.MULTILINE)
_BLINDED = re.compile(r"github\.com/|huggingface\.co/(?!datasets/anonymous)|orcid\.org/", re.IGNORECASE)
_REFERENCES = re.compile(r"^(?:references|appendix|supplement)", re.IGNORECASE)
_SIGN = re.compile(r"[^\n]")
_IDENTIFIER = re.compile(r"10\.\d{4,9}/(?!\S{0,200}X{3})\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """Words that have no place in this kind of article, with what to say of them."""

    pattern: re.Pattern[str]
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A profile: limits are None where the venue has none, `blinding` is none, single or double."""

    name: str
    title: str
    note: str
    abstract_headings: tuple[str, ...]
    abstract_words: int | None
    words: int | None
    pages: int | None
    caption_words: int | None
    statements: tuple[str, ...]
    checklists: tuple[str, ...]
    blinding: str
    identifier: bool  # the data must have a lasting identifier when the paper is sent
    forbidden: tuple[Forbidden, ...]


def from_tree(tree: Mapping[str, Any]) -> Venue:
    """A profile as its YAML file holds it."""
    abstract = tree.get("abstract") or {}
    return Venue(
        name=tree["name"],
        title=tree["title"],
        note=tree.get("note", ""),
        abstract_headings=tuple(abstract.get("headings") or ()),
        abstract_words=abstract.get("words"),
        words=tree.get("words"),
        pages=tree.get("pages"),
        caption_words=tree.get("caption_words"),
        statements=tuple(tree.get("statements") or ()),
        checklists=tuple(tree.get("checklists") or ()),
        blinding=tree.get("blinding", "none"),
        identifier=bool(tree.get("identifier", False)),
        forbidden=tuple(
            Forbidden(pattern=re.compile(f["pattern"], re.IGNORECASE), message=f["message"], hint=f["hint"])
            for f in tree.get("forbidden") or ()
        ),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A manuscript against a profile: `text` as it is written, `built` with its numbers looked up."""

    venue: Venue
    text: str
    found: Sequence[Section]
    built: str
    path: str
    kind: str

    def fault(self, part: str, message: str, hint: str, line: int | None = None, **more: Any) -> Finding:
        rule = f"VENUE-{part}"  # a venue sends back, it does not say that a paper is wrong
        return Finding(
            rule=rule, severity=Severity.WARNING, message=message, hint=hint, path=self.path, line=line, **more
        )


def check(venue: Venue, text: str, *, built: str, path: str, kind: str = "") -> list[Finding]:
    """What the venue would send back. Lengths are those of the built text, lines those of the text as it is written."""
    draft = _Draft(venue, text, sections(text), built, path, kind)
    parts = (_abstract, _length, _captions, _statements, _blinding, _words, _identifier)
    return [finding for part in parts for finding in part(draft)]


_PART = re.compile(r"^\*\*[^*\n]+\.\*\*", re.MULTILINE)


def with_abstract(text: str, venue: Venue) -> str:
    """The text of a skeleton with the venue's parts in its abstract, one for one; unchanged where they are not as many."""
    found = next((s for s in sections(text) if role(s.heading) == "abstract"), None)
    wanted = list(venue.abstract_headings)
    if found is None or not wanted or len(_PART.findall(found.own)) != len(wanted):
        return text
    parts = iter(wanted)
    return text.replace(found.own, _PART.sub(lambda _: f"**{next(parts)}.**", found.own), 1)


def _abstract(draft: _Draft) -> Iterator[Finding]:
    found = next((s for s in sections(draft.built) if role(s.heading) == "abstract"), None)
    line = next((s.line for s in draft.found if role(s.heading) == "abstract"), None)
    if found is None:
        yield draft.fault("ABSTRACT", "There is no section called Abstract.", "Add one.")
        return
    limit = draft.venue.abstract_words
    count = words(_prose(found.whole))
    if limit and count > limit:
        message = f"The abstract has {count} words; {draft.venue.title} takes {limit}."
        yield draft.fault("ABSTRACT", message, "Shorten it.", line, expected=str(limit), got=str(count))
    said = [m.rstrip(" .:*").casefold() for m in re.findall(r"^(?:#+\s*|\*\*)([^*\n]+)", found.whole, re.MULTILINE)]
    missing = [name for name in draft.venue.abstract_headings if name.casefold() not in said]
    if missing:
        names = ", ".join(draft.venue.abstract_headings)
        yield draft.fault("ABSTRACT", f"The abstract lacks the part {missing[0]}.", f"The parts are: {names}.", line)


def _length(draft: _Draft) -> Iterator[Finding]:
    limit = draft.venue.words
    text = " ".join(
        _prose(s.own)
        for s in sections(draft.built)
        if not _REFERENCES.match(s.heading) and role(s.heading) != "abstract"
    )
    count = words(text)
    if limit and count > limit:
        message = f"The text has {count:,} words; {limit:,} fit into what {draft.venue.title} takes."
        yield draft.fault("LENGTH", message, "Move detail to a supplement.", expected=f"{limit:,}", got=f"{count:,}")


def pages(venue: Venue, count: int, *, path: str) -> list[Finding]:
    """Whether a PDF of so many pages is too long; the journal's own layout may need fewer."""
    if venue.pages is None or count <= venue.pages:
        return []
    message = f"The PDF has {count} pages; {venue.title} takes {venue.pages} in its own layout."
    hint = "Look how many pages the journal's template makes of it."
    return [Finding(rule="VENUE-PAGES", severity=Severity.WARNING, message=message, path=path, hint=hint)]


def _captions(draft: _Draft) -> Iterator[Finding]:
    limit = draft.venue.caption_words
    for match in _CAPTION.finditer(draft.text) if limit else ():
        count = words(match["words"] or match["figure"])
        if limit and count > limit:
            line = draft.text.count("\n", 0, match.start()) + 1
            yield draft.fault(
                "CAPTION", f"This caption has {count} words; at most {limit} are taken.", "Shorten it.", line
            )


def _statements(draft: _Draft) -> Iterator[Finding]:
    headings = [s.heading for s in draft.found]
    for name in draft.venue.statements:
        if name == "ethics" and draft.kind == "review":  # of published reports, which no board decides on
            continue
        told, pattern = STATEMENTS[name]
        if not any(pattern.search(heading) for heading in headings):
            yield draft.fault(
                "STATEMENT",
                f"A statement {told} is missing.",
                "Add a section with that heading.",
            )


def _blinding(draft: _Draft) -> Iterator[Finding]:
    if draft.venue.blinding != "double":
        return
    names = re.findall(
        r"^[ \t]{0,40}(?:-[ \t]{0,9})?name:[ \t]*\"?([^\"\n\[\]]+)\"?\s*$",
        draft.text[: header_end(draft.text)],
        re.MULTILINE,
    )
    if names:
        message = f"Reviewers of {draft.venue.title} must not know you, and the header names {names[0].strip()}."
        yield draft.fault("BLINDING", message, "Take the names out of the copy you send.", 1)
    for number, line in _lines(draft):
        if _BLINDED.search(line):
            hint = "Use an anonymous copy until the paper is accepted."
            yield draft.fault("BLINDING", "This address tells reviewers who you are.", hint, number)


def _words(draft: _Draft) -> Iterator[Finding]:
    for number, line in _lines(draft):
        for rule in draft.venue.forbidden:
            match = rule.pattern.search(line)
            if match:
                yield draft.fault("WORDS", rule.message, rule.hint, number, got=match[0], column=match.start() + 1)


def _identifier(draft: _Draft) -> Iterator[Finding]:
    if draft.venue.identifier and not any(_IDENTIFIER.search(line) for _, line in _lines(draft)):
        message = (
            "No lasting identifier of the data stands in the text, and this venue wants it when the paper is sent."
        )
        yield draft.fault("IDENTIFIER", message, "Deposit the data and write its DOI.")


def _lines(draft: _Draft) -> Iterable[tuple[int, str]]:
    """The lines of the author's text outside comments, code, tasks and the references."""
    start = header_end(draft.text)
    body, parts, done = draft.text[start:], [], 0
    for part in verbatim(body, mathematics=False):
        if part.kind in (Kind.COMMENT, Kind.BLOCK, Kind.CODE):
            parts += [body[done : part.start], _SIGN.sub(" ", body[part.start : part.end])]
            done = part.end
    text = "".join([*parts, body[done:]])
    first = draft.text.count("\n", 0, start) + 1
    return [(n, line) for n, line in enumerate(text.split("\n"), start=first) if not line.startswith(">")]


def _prose(text: str) -> str:
    """What counts as text: no tables, pictures or tasks."""
    return bare("\n".join(line for line in text.split("\n") if not _TABLE_OR_TASK.match(line)))
