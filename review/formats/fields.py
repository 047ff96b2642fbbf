"""The fields of a reference brought to one form: text, identifiers, years, authors, pages, keywords."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import unquote

# Controls, soft hyphens, zero-width and bidirectional marks, lone surrogates, non-characters: never part of a title.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
# The inline markup publishers put in titles and abstracts; anything else between < and > is text ("p < 0.05 and n > 3").
_MARKUP = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|u|em|strong|sub|sup|inf|span|scp|sc|small|tt|p|br|div|font|italic|bold|sec|title|"
    r"named-content|nlm:[a-z]+)(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"']+))*\s*/?>",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"<(?:jats:)?/?(?:p|br|div|sec|title)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?:(?!\d)|(?=(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)))")
_DOI = re.compile(r"(?<![\d.])10\.\d{1,9}(?:\.\d+)*/\S+")
_PAGE_OF_DOI = re.compile(r"(?:[?#&].*|/(?:full|abstract|pdf|epdf|html|fulltext|summary|meta))+$", re.IGNORECASE)
_PMID = re.compile(r"(?<!\d)\d{1,9}(?!\d)")
_NAMED_PMID = re.compile(
    r"pmid\s{0,3}:?\s{0,3}(?:nlm)?(\d{1,9})|pubmed\S{0,40}/(\d{1,9})|pubmed\s{1,3}(\d{1,9})\b|(\d{1,9})\s{0,3}\[pmid\]",
    re.IGNORECASE,
)
_ARXIV = re.compile(
    r"(?:arxiv(?:\.org/(?:abs|pdf|html)/|\s*[:.]\s*))((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?)",
    re.IGNORECASE,
)
_ARXIV_BARE = re.compile(r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?$")
_INITIALS = re.compile(r"^(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,4}$")
_INITIAL = re.compile(r"^[A-ZÀ-ÖØ-Þ]\.(?:-?[A-ZÀ-ÖØ-Þ]\.)?$")
_GROUP_WORDS = frozenset(
    [
        "and",
        "association",
        "collaboration",
        "collaborative",
        "collaborators",
        "committee",
        "consortium",
        "department",
        "group",
        "institute",
        "investigators",
        "ministry",
        "network",
        "organization",
        "organisation",
        "society",
        "study",
        "team",
        "trial",
        "university",
        "working",
    ]
)
_PARTICLES = frozenset(
    [
        "af",
        "al",
        "ap",
        "av",
        "da",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "lo",
        "ten",
        "ter",
        "van",
        "von",
        "zu",
        "zur",
    ]
)
_AMPERSAND = re.compile(r",?\s+&\s+")
_DASH = re.compile(r"(?<=\w)\s*[-\u2010-\u2015\u2212]+\s*(?=\w)")
_LINK = re.compile(r"^(?:https?://|ftp://|www\.)", re.IGNORECASE)


def fold(text: str) -> str:
    """One line: every run of white space is one blank, and characters nobody can see are gone."""
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join(_UNWANTED.sub("", line).split())


def visible(text: str) -> str:
    """The text without characters that files and screens choke on; line breaks stay."""
    return text if text.isprintable() else _UNWANTED.sub("", text)


def plain(text: str) -> str:
    """Text as it is to be read: simple markup stripped, entities decoded once, white space folded.

    >>> plain("The <i>E. coli</i> of H<sub>2</sub>O &amp; p &lt; 0.05")
    'The E. coli of H2O & p < 0.05'
    """
    if "<" in text:
        text = _MARKUP.sub("", _BLOCK.sub(lambda match: " " + match.group(), text))
    if "&" in text:
        text = html.unescape(text)
    # An import calls this for every field: text that is in order already is not taken apart.
    text = text.strip()
    return text if "  " not in text and text.isprintable() else fold(text)


def marked(text: str) -> str:
    """What `plain` turns back into this text: escaped only where reading would change it."""
    if "<" not in text and "&" not in text:
        return text
    return text if plain(text) == text else text.replace("&", "&amp;").replace("<", "&lt;")


def year(text: object) -> int | None:
    """The first year of a date however spelt, or None.

    >>> [year(text) for text in ("2015/03/07/", "Spring 2015", "c2015", "20150307", "2001.0", "in press", "0000")]
    [2015, 2015, 2015, 2015, 2001, None, None]
    """
    found = _YEAR.match(text) if isinstance(text, str) and len(text) == 4 else _YEAR.search(str(text)[:200])
    return int(found.group(1)) if found else None


def first_year(dates: Iterable[str]) -> int | None:
    """The year of the first date that has one."""
    return next((found for date in dates if (found := year(date))), None)


def doi(text: str) -> str:
    """The first DOI in a text, lower-case and without prefix or trailing punctuation; "" if there is none.

    >>> doi("https://doi.org/10.1016/S0140-6736(05)1.")
    '10.1016/s0140-6736(05)1'
    """
    if "10." not in text:
        return ""
    if "%2f" in text.lower():
        text = unquote(text)
    found = _DOI.search(text)
    if not found:
        return ""
    value = html.unescape(found.group()) if "&" in found.group() else found.group()
    if "://" in text[: found.start()] and len(value) < 1000:
        value = _PAGE_OF_DOI.sub("", unquote(value))
    value = fold(value.lower()).split(" ", maxsplit=1)[0]
    while value:
        closes = value[-1]
        if closes in ".,;:\"'>":
            if closes == ">" and "<" in value:
                break
            value = value[:-1]
        elif closes in ")]}" and value.count(closes) > value.count({")": "(", "]": "[", "}": "{"}[closes]):
            value = value[:-1]
        else:
            break
    return "" if value.endswith("/") and value.count("/") == 1 else value


def pmid(text: str) -> str:
    """The digits of a PubMed number, "" if there are none."""
    found = _PMID.search(text)
    return found.group().lstrip("0") if found else ""


def named_pmid(text: str) -> str:
    """The first PubMed number in a text that says it is one, by name or as an address; "" if there is none.

    >>> named_pmid("Accession Number: 135; PMID: NLM31000000."), named_pmid("https://pubmed.ncbi.nlm.nih.gov/31000001/")
    ('31000000', '31000001')
    """
    found = _NAMED_PMID.search(text)
    return pmid(next(group for group in found.groups() if group)) if found else ""


def arxiv_id(text: str) -> str:
    """An arXiv id as printed, version kept, from a link, `arXiv:…` or alone; "" if there is none."""
    text = text.strip()
    found = _ARXIV.search(text)
    if found:
        return found.group(1)
    return text if _ARXIV_BARE.match(text) else ""


def link(text: str) -> str:
    """The web address a text begins with, or ""; `javascript:` and `file:` never come through."""
    value = fold(text)
    return value.split(" ", maxsplit=1)[0] if _LINK.match(value) else ""


def pages(first: str, last: str = "") -> str:
    """`11-19` from `11` and `19`, `11--19`, `11–19` or `11-19` and `19`."""
    first, last = fold(first), fold(last)
    if not first.isalnum():
        first = _DASH.sub("-", first)
        begin, _, end = first.partition("-")
        first = begin if begin == end else first
    if not last or last == first or first.endswith("-" + last):
        return first
    return f"{first}-{last}" if first and "-" not in first else first or last


def author(text: str) -> str:
    """`Family, Given` from `Family, Given`, `Family JA`, `Family J.` or `J. A. Family`; other forms and groups stay.

    >>> author("Smith JA"), author("WHO Collaborating Group"), author("Shannon,Claude E."), author("J. A. Smith")
    ('Smith, JA', 'WHO Collaborating Group', 'Shannon, Claude E.', 'Smith, J. A.')
    """
    return _arranged(plain(text))


def _arranged(name: str) -> str:
    name = name.strip(" ;,")
    if "," in name:
        if name.count(",") == 1 and ", " in name and " ," not in name:
            return name
        parts = name.split(",")
        return ", ".join([part.strip() for part in parts if part.strip()])
    words = name.split()
    if 2 <= len(words) <= 6 and not _GROUP_WORDS & set(name.lower().split()):
        if len(words) <= 4 and _INITIALS.match(words[-1]):
            return f"{' '.join(words[:-1])}, {words[-1]}"
        rest = [word for word in words if not _INITIAL.match(word) and word.lower() not in _PARTICLES]
        if _INITIAL.match(words[0]) and words[0] not in {"U.S.", "U.K."} and len(rest) in {1, 2}:
            return _family_first(words)
    return name


def turned(text: str) -> str:
    """`Family, Given` from `Given Family`, with particles kept to the family; groups stay as they are.

    >>> turned("Jan van der Waals"), turned("Smith, John"), turned("The LSTV Study Group")
    ('van der Waals, Jan', 'Smith, John', 'The LSTV Study Group')
    """
    name = author(text)
    words = name.split()
    if "," in name or len(words) < 2 or _GROUP_WORDS & set(name.lower().split()):
        return name
    return _family_first(words)


def _family_first(words: list[str]) -> str:
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return f"{' '.join(words[start:])}, {' '.join(words[:start])}"


def author_list(values: Iterable[str]) -> tuple[str, ...]:
    """Authors of a repeated field, one or several (`;`) a value."""
    names: list[str] = []
    for value in values:
        text = plain(value)
        for part in text.split(";") if ";" in text else (text,):
            name = _arranged(part)
            if name:
                names.append(name)
    return tuple(names)


def author_cell(text: str) -> tuple[str, ...]:
    """The authors of one table cell: `;`, `|` and ` and ` separate; a comma does where it cannot be Family, Given."""
    text = fold(text)
    if re.match(r"^\[\s*['\"]", text):
        return author_list(
            match[0] or match[1] for match in re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", text)
        )
    for separator in (r"\s*;\s*", r"\s*\|+\s*", r"\s+and\s+"):
        if re.search(separator, text):
            return author_list(re.split(separator, text))
    # PubMed's tables put one full stop after the last author.
    listed = text[:-1] if text.endswith(".") and text.count(".") == 1 else text
    parts = [part.strip() for part in _AMPERSAND.sub(", ", listed).split(",") if part.strip()]
    if len(parts) > 1 and all(" " in part for part in parts) and not (len(parts) == 2 and _are_initials(parts[1])):
        return tuple(turned(part) for part in parts)
    return _in_pairs(parts) or author_list(_AMPERSAND.split(text))


def _in_pairs(parts: list[str]) -> tuple[str, ...]:
    """`Roe, J. A., Lee, B.` as two names, where there are two or more; else nothing."""
    if len(parts) < 4 or len(parts) % 2 or not all(map(_are_initials, parts[1::2])):
        return ()
    return tuple(f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))


def _are_initials(text: str) -> bool:
    return bool(_INITIALS.match(text.replace(" ", "")))


def keywords(values: Iterable[str]) -> tuple[str, ...]:
    """Keywords of a repeated or `;`-joined field, each once, in order."""
    found: dict[str, None] = {}
    for value in values:
        if value.isalnum():  # one word, as many are
            found.setdefault(value)
            continue
        text = plain(value) if "&" in value or "<" in value else value.strip()
        for part in re.split(r"[;\n]|\s\|\s", text) if ";" in text or "\n" in text or "|" in text else (text,):
            word = plain(part)
            if word:
                found.setdefault(word)
    return tuple(found)


def noted(*notes: str | Iterable[str]) -> str:
    """What has no field of its own as one text; empty notes are left out.

    >>> noted("Retracted", "", ["PMCID: PMC1"])
    'Retracted; PMCID: PMC1'
    """
    parts = [part for note in notes for part in ([note] if isinstance(note, str) else note)]
    return "; ".join(part for part in parts if part)
