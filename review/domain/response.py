"""The response to reviewers: every comment with its answer, where the text changed and how it stands; and that none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from review.domain.finding import Finding, Severity
from review.domain.naming import shortened
from review.domain.sections import anchor, nearest

FILE = "response.yaml"


class CommentState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


FIELDS = ("id", "reviewer", "comment", "anchor", "action", "where", "status", "from")
# A place that no heading names: a page, a line, a table, a figure, a supplement.
_PLACE = re.compile(
    r"\b(?:p(?:age|p)?\.?\s*\d|lines?\s*\d|table|figure|fig\.|appendix|supplement|title|abstract|references|throughout|cover letter)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One thing a reviewer said. `anchor` is what of the text it is about, `where` what was changed, `action` the answer."""

    id: str
    reviewer: str
    comment: str
    anchor: str = ""
    action: str = ""
    where: str = ""
    status: str = CommentState.OPEN
    source: str = ""  # the file it came from; empty where it was written by hand
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file of comments, and how many it held."""

    file: str
    sha256: str
    comments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    comments: tuple[Comment, ...] = ()
    imports: tuple[Imported, ...] = ()
    letter: str = ""  # what stands above the comments

    @property
    def reviewers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(comment.reviewer for comment in self.comments))


def state_of(comment: Comment) -> CommentState | None:
    said = comment.status.strip().casefold()
    return CommentState(said) if said in set(CommentState) else None


def totals(comments: Sequence[Comment]) -> dict[str, int]:
    """How many comments there are, and how many are done, declined and open."""
    states = [state_of(comment) for comment in comments]
    shown = (CommentState.DONE, CommentState.DECLINED, CommentState.OPEN)
    return {"comments": len(states)} | {str(state): states.count(state) for state in shown}


def check(response: Response, text: str, *, path: str) -> list[Finding]:
    """Whether the totals reconcile, and what is missing in each answer. `text` is the manuscript."""
    found = [*_lost(response, path)]
    seen: dict[str, int | None] = {}
    for comment in response.comments:
        if comment.id in seen:
            found.append(
                _fault(comment, "RESPONSE-ID", f"The id {comment.id} stands twice.", "Give one of them another.", path)
            )
        seen[comment.id] = comment.line
        found += _of_comment(comment, text, path)
    return found


def _lost(response: Response, path: str) -> Iterator[Finding]:
    """Comments that a file brought and that are no longer there; and a sum that does not come out."""
    for one in response.imports:
        left = sum(comment.source == one.file for comment in response.comments)
        if left != one.comments:
            message = f"{one.file} held {one.comments} comments, and {left} of them are here."
            hint = "Import it again: answers that are there stay as they are."
            yield Finding(
                rule="RESPONSE-TOTAL", message=message, path=path, hint=hint, expected=str(one.comments), got=str(left)
            )
    sums = totals(response.comments)
    if sums["comments"] != sums["done"] + sums["declined"] + sums["open"]:
        message = "Done, declined and open do not add up to all comments."
        hint = "A status that is none of the three is named below."
        told = f"{sums['done']} + {sums['declined']} + {sums['open']}"
        yield Finding(
            rule="RESPONSE-TOTAL", message=message, path=path, hint=hint, expected=str(sums["comments"]), got=told
        )


def _fault(
    comment: Comment, rule: str, message: str, hint: str, path: str, *, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(
        rule=rule, severity=severity, message=message, hint=hint, path=path, line=comment.line, got=comment.id
    )


def _of_comment(comment: Comment, text: str, path: str) -> Iterator[Finding]:
    state, name = state_of(comment), comment.id
    if state is None:
        message = f"{name} has the status {comment.status!r}."
        yield _fault(comment, "RESPONSE-STATUS", message, f"Known: {', '.join(CommentState)}.", path)
    if state is CommentState.OPEN:
        yield _fault(
            comment,
            "RESPONSE-OPEN",
            f"{name} is open.",
            "Answer it: done or declined.",
            path,
            severity=Severity.WARNING,
        )
    if state in (CommentState.DONE, CommentState.DECLINED) and not comment.action:
        what = "what was done" if state is CommentState.DONE else "why"
        message = f"{name} is {state}, but it does not say {what}."
        yield _fault(comment, "RESPONSE-ACTION", message, "Write it under action.", path)
    if state is CommentState.DONE and not comment.where:
        message = f"{name} is done, but it does not say where the text changed."
        yield _fault(comment, "RESPONSE-WHERE", message, "Name the heading, the sentence, the table or the line.", path)
    for field, place in (("anchor", comment.anchor), ("where", comment.where)):
        if place and not _is_there(place, text):
            message = f"{name}: the manuscript has no “{shortened(place)}”, which is given under {field}."
            hint = f"Headings there are: {', '.join(nearest(text, place)[:5])}."
            yield _fault(comment, "RESPONSE-PLACE", message, hint, path, severity=Severity.WARNING)


def _is_there(place: str, text: str) -> bool:
    """Whether it names a page, line, table or the like, or a heading or sentence that is in the text."""
    parts = [part.strip(" “”\"'") for part in re.split(r"[;,>/]", place)]
    return bool(_PLACE.search(place)) or any(part and anchor(text, part) for part in (place, *parts))


# Comments as editors send them: headings for reviewers, numbers or paragraphs for comments.

_REVIEWER = re.compile(
    r"\b(?P<who>(?:associate |academic |section |handling )?editor(?:[- ]in[- ]chief)?|meta-?reviewer|reviewer|referee)s?\b"
    r"\s*(?:#|no\.?\s|number\s)?\s*(?P<number>\d{1,2}|[A-D]\b)?",
    re.IGNORECASE,
)
_PART = re.compile(
    r"^\W*(?:(?:major|minor|specific|general|additional|detailed|other|technical)\s+)?"
    r"(?:comments?|points?|concerns?|issues?|revisions?|remarks?|suggestions?)(?:\s+(?:to|for)\s+(?:the\s+)?authors?)?\W*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^(?:(?:comment|point|question|remark|issue|[QCR])\s*#?\s*)?\(?\d{1,3}(?:\.\d{1,2})?\s?[.):]\s+(?=\S)",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:dear\b.{0,60}(?=[,:]$)|(?:yours\s+)?sincerely|(?:kind|best|warm)(?:est)?\s+(?:regards|wishes)|yours\s+(?:truly|faithfully))[,.:]?$",
    re.IGNORECASE,
)
_HEADING_WORDS = 9  # a longer line is a sentence that speaks of a reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paragraph of a file of comments; an `item` has a number, a `bullet` has none, a `heading` stands above others."""

    text: str
    item: bool = False
    bullet: bool = False
    heading: bool = False


def split(lines: Sequence[Line], *, source: str) -> list[Comment]:
    """The comments in what an editor sent.

    Where a reviewer numbers, a comment goes from one number to the next; where nobody numbers, each paragraph is one.
    Nothing but headings, salutations and farewells is left out.

    >>> found = split([Line(text="Reviewer 2"), Line(text="1. Say n."), Line(text="For each class."), Line(text="2. Cite.")], source="a.md")
    >>> [(one.id, one.comment.split()[-1]) for one in found]
    [('R2.1', 'class.'), ('R2.2', 'Cite.')]
    """
    found: list[Comment] = []
    reviewer, block = "", list[Line]()
    for line in [*lines, Line(text="", heading=True)]:
        named = _reviewer(line)
        if named or line.heading or _PART.match(line.text):
            found += _comments(block, reviewer, len([c for c in found if c.reviewer == reviewer]), source)
            block = []
            reviewer = named or reviewer
        elif not _POLITE.match(line.text):
            block.append(line)
    return found


def _reviewer(line: Line) -> str:
    """Whose comments begin here, if that is what the line says."""
    if line.item or line.bullet or len(line.text.split()) > _HEADING_WORDS or line.text.rstrip().endswith("."):
        return ""
    named = _REVIEWER.search(line.text)
    if not named:
        return ""
    return f"{named['who'].capitalize()} {named['number'] or ''}".strip()


def reviewer_named(text: str) -> str:
    """A reviewer as a table names one: 1, R1, Reviewer 1 and referee #1 each have their number.

    >>> reviewer_named("1"), reviewer_named("R2"), reviewer_named("Editor"), reviewer_named("")
    ('Reviewer 1', 'Reviewer 2', 'Editor', 'Reviewers')
    """
    said = " ".join(text.split())
    short = re.fullmatch(r"[Rr]?\s?(\d{1,2})", said)
    return f"Reviewer {short[1]}" if short else said or "Reviewers"


def id_of(reviewer: str, number: int) -> str:
    return f"{_letter(reviewer)}.{number}"


def _comments(block: Sequence[Line], reviewer: str, before: int, source: str) -> list[Comment]:
    """A comment for each number; where there is none for each bullet; where there is neither for each paragraph."""
    numbers = [line.item or bool(_NUMBERED.match(line.text)) for line in block]
    bullets = [line.bullet for line in block]
    begins = numbers if any(numbers) else bullets if any(bullets) else [True] * len(block)
    texts: list[str] = []
    for line, first in zip(block, begins, strict=True):
        said = line.text if line.item or line.bullet else _NUMBERED.sub("", line.text, count=1)
        if first or not texts:
            texts.append(said)
        else:
            texts[-1] = f"{texts[-1]}\n\n{said}"
    return [
        Comment(id=id_of(reviewer, before + at), reviewer=reviewer or "Reviewers", comment=text, source=source)
        for at, text in enumerate(texts, start=1)
    ]


def _letter(reviewer: str) -> str:
    number = re.search(r"(\d+|[A-D])$", reviewer)
    first = "E" if "ditor" in reviewer else "M" if reviewer.casefold().startswith("meta") else "R"
    return f"{first}{number[1] if number else ''}"


def added(response: Response, new: Sequence[Comment], imported: Imported) -> tuple[Response, int]:
    """The response with those comments that are not in it yet; (it, how many were new). Answers stay."""
    held = {(comment.reviewer, " ".join(comment.comment.split())) for comment in response.comments}
    used = {comment.id for comment in response.comments}
    fresh = []
    for comment in new:
        if (comment.reviewer, " ".join(comment.comment.split())) in held:
            continue
        fresh.append(_with_free_id(comment, used))
        used.add(fresh[-1].id)
    mine = sum(comment.source == imported.file for comment in (*response.comments, *fresh))
    others = tuple(one for one in response.imports if one.file != imported.file)
    record = Imported(file=imported.file, sha256=imported.sha256, comments=mine)
    imports = (*others, record) if mine else others
    return Response(comments=(*response.comments, *fresh), imports=imports, letter=response.letter), len(fresh)


def _with_free_id(comment: Comment, used: set[str]) -> Comment:
    letter, _, number = comment.id.rpartition(".")
    at = int(number) if number.isdecimal() else 1
    while f"{letter}.{at}" in used:
        at += 1
    return replace(comment, id=f"{letter}.{at}")


def answered(response: Response, name: str, given: Mapping[str, str]) -> Response:
    """The response with these fields of one comment changed."""

    def changed(one: Comment) -> Comment:
        said = {field: given.get(field, getattr(one, field)) for field in ("anchor", "action", "where", "status")}
        return replace(one, **said)

    return replace(response, comments=tuple(changed(one) if one.id == name else one for one in response.comments))
