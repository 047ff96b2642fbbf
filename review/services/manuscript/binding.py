"""Names for numbers that stand as figures in a manuscript: each with the facts that have the value it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from review.domain.markup import Kind, header_end, verbatim
from review.domain.provenance import Fact
from review.domain.team import Right
from review.services import facts, rights
from review.services.manuscript import paper
from review.services.project import Project

# A number that stands alone: no part of a word, a version, a range, a DOI or a citation.
_LITERAL = re.compile(
    r"(?<![\w.,/@#:§$\-–+\\])(?P<sign>[-−]?)(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?(?P<percent>\s?%)?(?![\w,.]*\w|[/:@\-–])"
)
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CITED = re.compile(
    r"\[[^\]\n]{0,300}@[^\]\n]{0,300}\]|\[\d[\d,;–\s-]{0,100}\]|https?://\S+|\b10\.\d{4,9}/\S+|\b95\s?%\s?(?:CI|confidence)"
)
_BEFORE = re.compile(r"(?:Table|Figure|Fig\.|Section|Appendix|item|version|page|p\.|equation|Eq\.)\s*$", re.IGNORECASE)
_SIGN = re.compile(r"[^\n]")
_MOST = 3  # names suggested for one number
_SMALL = 10  # below it a whole number is as likely a word of the language as a count


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A number written as figures, and what could stand in its place, the likeliest first."""

    line: int
    column: int
    literal: str
    names: tuple[str, ...]
    replacement: str
    certain: bool  # one fact alone has this value and the unit that stands behind the number


@rights.needs(Right.READ)
def suggest(project: Project, folder: Path) -> list[Suggestion]:
    """Names for the numbers of a manuscript that stand there as figures."""
    return list(suggestions(paper.text_of(paper.find(project, folder)), facts.facts(project)))


def suggestions(text: str, known: Mapping[str, Fact]) -> Iterator[Suggestion]:
    """The same for a text and the facts there are. Years, citations, addresses, headings and code are left alone."""
    start = header_end(text)
    for number, line in enumerate(_prose(text[start:]).split("\n"), start=text.count("\n", 0, start) + 1):
        if line.lstrip().startswith(("#", ">")):
            continue
        for match in _LITERAL.finditer(line):
            if _BEFORE.search(line[: match.start()]):
                continue
            behind = line[match.end() : match.end() + 60].casefold()
            found = _ranked(match, line.casefold(), behind, known)
            if found:
                yield _told(number, match, behind, found)


def _told(line: int, match: re.Match[str], behind: str, found: list[Fact]) -> Suggestion:
    best = found[0]
    return Suggestion(
        line=line,
        column=match.start() + 1,
        literal=match[0].strip(),
        names=tuple(fact.name for fact in found[:_MOST]),
        replacement=f"{{{{ {best.name}{_filter(match, best)} }}}}",
        certain=[_unit_follows(fact, behind) for fact in found].count(True) == 1,
    )


def _prose(text: str) -> str:
    """The text with everything blanked out in which a number is no number of this paper."""
    parts, done = [], 0
    for piece in verbatim(text):
        if piece.kind is not Kind.MATHEMATICS:
            parts += [text[done : piece.start], _SIGN.sub(" ", text[piece.start : piece.end])]
            done = piece.end
    bare = "".join([*parts, text[done:]])
    for pattern in (_BRACES, _CITED):
        bare = pattern.sub(lambda found: _SIGN.sub("\x00", found[0]), bare)
    return bare


def _ranked(match: re.Match[str], line: str, behind: str, known: Mapping[str, Fact]) -> list[Fact]:
    """The facts this number could be: first those whose unit follows it, then those whose name the line speaks of."""
    printed = match["number"].replace(",", "") + (match["rest"] or "")
    value = float(printed) * (-1 if match["sign"] else 1)
    decimals = len(match["rest"]) - 1 if match["rest"] else 0
    whole = decimals == 0 and not match["percent"]
    found = [fact for fact in known.values() if _prints(fact, value, decimals, percent=bool(match["percent"]))]
    named = [fact for fact in found if _unit_follows(fact, behind)]
    if whole and not named and (value < _SMALL or (1900 <= value <= 2100 and "," not in match["number"])):
        return []
    return sorted(
        found, key=lambda fact: (not _unit_follows(fact, behind), -_spoken(fact, line), fact.name.count("."), fact.name)
    )


def _prints(fact: Fact, value: float, decimals: int, *, percent: bool) -> bool:
    """Whether a fact, printed with as many decimals, reads like this."""
    if fact.value is None or isinstance(fact.value, str):
        return False
    if percent:
        return any(round(known, decimals) == value for known in _percents(fact))
    if isinstance(fact.value, int):
        return decimals == 0 and fact.value == value
    return decimals > 0 and round(fact.value, decimals) == value


def _percents(fact: Fact) -> Iterator[float]:
    if isinstance(fact.value, float):
        yield fact.value if fact.unit == "%" else 100 * fact.value


def _unit_follows(fact: Fact, behind: str) -> bool:
    """Whether the fact's unit is one of the few words behind the number."""
    unit = fact.unit.casefold().rstrip("s")
    words = re.findall(r"[a-z-]+", re.split(r"[.;,(]", behind, maxsplit=1)[0])[:4]
    return bool(unit) and unit != "%" and any(word.rstrip("s") == unit for word in words)


def _spoken(fact: Fact, line: str) -> int:
    """How many parts of the fact's name stand in the line."""
    return sum(part.replace("_", " ") in line for part in fact.name.split(".")[1:])


def _filter(match: re.Match[str], fact: Fact) -> str:
    decimals = len(match["rest"]) - 1 if match["rest"] else 0
    if match["percent"] and isinstance(fact.value, float):
        return f" | pct({100 if fact.unit == '%' else 1}, {decimals})"
    if isinstance(fact.value, float):
        return f" | round({decimals})"
    return " | thousands" if "," in match["number"] else ""
