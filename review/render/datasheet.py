"""A datasheet as Markdown: a heading for each question, what the files answer, what the author answers, what is open.

What comes from files stands between two comments and is written anew each time; every other letter is the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_HEADING = re.compile(r"^### (?P<number>[A-Z]\d{1,2})\b.*$", re.MULTILINE)
_ANY_HEADING = re.compile(r"^#{1,3} ", re.MULTILINE)
_BLOCK = re.compile(r"<!-- from the files: (?P<key>[\w .-]+) -->\n.*?<!-- end of \1 -->\n?", re.DOTALL)
_TASK = re.compile(r"^>\s*\*\*To write:\*\*.*\n?(?:^>.*\n?)*", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NOT_APPLICABLE = re.compile(r"^\W*(?:n\s*/\s*a|not applicable|na)\b[\s.:,;–—-]*", re.IGNORECASE)
_REASON = 10  # letters below which "n/a" gives no reason


class Standing(StrEnum):
    ANSWERED = "answered"
    NOT_APPLICABLE = "not applicable"
    UNJUSTIFIED = "not applicable without a reason"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    number: str
    part: str
    ask: str
    optional: bool = False
    about_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """What the files say to a question. It is `whole` if nothing has to be added by a person."""

    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A question as it stands: the text that answers it, of the files and of the author, and the line of its heading."""

    question: Question
    standing: Standing
    text: str
    line: int


def new(title: str, questions: Sequence[Question], prefills: Mapping[str, Prefill]) -> str:
    """A datasheet with every question, answered as far as the files go."""
    lines = [
        f"# Datasheet: {title}",
        "",
        "The questions are those of Datasheets for Datasets (Gebru and colleagues 2021, doi:10.1145/3458723) in our own words.",
        "Write your answer below a question and delete its line *To write*. Where a question does not apply, write",
        "*n/a:* and the reason. What stands between the comments *from the files* is renewed by the program; the rest is yours.",
        "",
    ]
    part = ""
    for each in questions:
        if each.part != part:
            part = each.part
            lines += [f"## {part}", ""]
        lines.append(_question(each, prefills.get(each.number)))
    return "\n".join(lines)


def renewed(text: str, questions: Sequence[Question], prefills: Mapping[str, Prefill]) -> str:
    """The datasheet with the parts from files written anew and the questions it lacked added at its end; nothing else changes."""
    found = {match["number"] for match in _HEADING.finditer(text)}
    for each in questions:
        if each.number in found:
            text = _with_prefill(text, each, prefills.get(each.number))
    missing = [each for each in questions if each.number not in found]
    if missing:
        added = "\n\n".join(_question(each, prefills.get(each.number)) for each in missing)
        text = f"{text.rstrip()}\n\n## Questions that were missing\n\n{added}\n"
    return text


def replies(text: str, questions: Sequence[Question]) -> Iterator[Reply]:
    """Where every question stands; a question the datasheet does not hold is open, at line 1."""
    spans = {number: (start, end) for number, start, end in _spans(text)}
    for each in questions:
        start, end = spans.get(each.number, (0, 0))
        body = text[start:end].partition("\n")[2]
        said = plain(body)
        line = text.count("\n", 0, start) + 1
        yield Reply(question=each, standing=_standing(body, said), text=said, line=line)


def plain(body: str) -> str:
    """What a question's part says, without tasks and comments."""
    return _COMMENT.sub("", _TASK.sub("", body)).strip()


def own(text: str, number: str) -> str:
    """What the author wrote to a question, without the part from the files."""
    span = next((text[start:end] for at, start, end in _spans(text) if at == number), "")
    return plain(_BLOCK.sub("", span.partition("\n")[2]))


def block(key: str, text: str) -> str:
    """Text from the files between its two comments."""
    return f"<!-- from the files: {key} -->\n{text.strip()}\n<!-- end of {key} -->\n"


def with_block(text: str, key: str, said: str) -> str:
    """A text with one of its blocks from the files written anew, if it still has it."""
    return _BLOCK.sub(lambda match: block(key, said) if match["key"] == key else match[0], text)


def _standing(body: str, said: str) -> Standing:
    if _TASK.search(_COMMENT.sub("", body)):
        return Standing.OPEN
    if found := _NOT_APPLICABLE.match(said):
        reason = said[found.end() :].strip()
        return Standing.NOT_APPLICABLE if len(reason) >= _REASON else Standing.UNJUSTIFIED
    return Standing.ANSWERED if said else Standing.OPEN


def _question(each: Question, prefill: Prefill | None) -> str:
    body = [f"### {each.number} {each.ask}", ""]
    if prefill:
        body += [block(each.number, prefill.text)]
    if not (prefill and prefill.whole) and not each.optional:
        body.append(_task(each, prefill))
    return "\n".join(body).rstrip() + "\n"


def _task(each: Question, prefill: Prefill | None) -> str:
    words = "what the files cannot tell." if prefill else "your answer, or *n/a:* with the reason."
    return f"> **To write:** {each.number}, {words}"


def _with_prefill(text: str, each: Question, prefill: Prefill | None) -> str:
    start, end = next((start, end) for number, start, end in _spans(text) if number == each.number)
    part = text[start:end]
    had = any(match["key"] == each.number for match in _BLOCK.finditer(part))
    if had and prefill is None:
        part = _BLOCK.sub(lambda match: "" if match["key"] == each.number else match[0], part)
        if not plain(part.partition("\n")[2]) and not _TASK.search(part) and not each.optional:
            part = part.rstrip() + f"\n\n{_task(each, None)}\n\n"
    elif had and prefill:
        part = with_block(part, each.number, prefill.text)
    elif prefill and not plain(part.partition("\n")[2]):
        head, _, rest = part.partition("\n")
        part = f"{head}\n\n{block(each.number, prefill.text)}\n{rest.lstrip()}"
    if prefill and prefill.whole:
        part = part.replace(_task(each, None) + "\n", "").replace(_task(each, prefill) + "\n", "")
    return text[:start] + part + text[end:]


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Each question's number with where its part begins and ends."""
    for match in _HEADING.finditer(text):
        after = _ANY_HEADING.search(text, match.end())
        yield match["number"], match.start(), after.start() if after else len(text)
