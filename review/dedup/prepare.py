"""Normal forms: a record reduced to what can be compared, whatever the source wrote around it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from review.domain.record import Record


def _words(text: str) -> list[str]:
    return text.split()


# Words that sources add, drop or abbreviate freely; they never tell two works apart.
_STOP = frozenset(_words("a an and the of in for on to with by from at as is its or et und der die das la le les de"))
_NUMBER_WORDS = {
    **{w: str(n) for n, w in enumerate(_words("one two three four five six seven eight nine ten eleven twelve"), 1)},
    **{w: str(n) for n, w in enumerate(_words("ii iii iv"), 2)},
    **{w: str(n) for n, w in enumerate(_words("vi vii viii ix"), 6)},
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
}
_GREEK = {
    ord(letter): f" {name} "
    for letter, name in zip(
        "αβγδεζηθικλμνξοπρστυφχψως",
        _words(
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
            "phi chi psi omega sigma"
        ),
        strict=True,
    )
}
# British and American spellings differ by these letters and nothing else.
_SPELLING = (
    ("ae", "e"),
    ("oe", "e"),
    ("our", "or"),
    ("isation", "ization"),
    ("ise", "ize"),
    ("yse", "yze"),
    ("ll", "l"),
)
_LANGUAGE = (
    "chinese|german|french|spanish|russian|japanese|polish|turkish|italian|portuguese|korean|dutch|czech|danish|"
    "hungarian|hebrew|persian|arabic|swedish|norwegian|finnish|ukrainian|croatian|serbian|bulgarian|romanian|slovak"
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_LANGUAGE_NOTE = re.compile(
    rf"(?:[\[(]\s*(?:in\s+)?(?:{_LANGUAGE})[^\])]{{0,40}}[\])]|(?<=[.?!])\s*(?:{_LANGUAGE}))\s*\.?\s*$", re.IGNORECASE
)
# "(vol 360, pg 542, 2009)" and "(N Engl J Med (2009) 360 (542-544))" name the article that a notice corrects.
_VOLUME_NOTE = re.compile(
    r"\(\s*vol\.?\s*\d+[^)]{0,80}\)?|\([^()]{4,120}\(\d{4}\)[^()]{0,40}\([^()]{1,40}\)[^()]{0,80}\)?\s*$",
    re.IGNORECASE,
)
_ERRATUM_WORD = re.compile(r"^\W*(?:erratum|errata|corrigendum|corrigenda|correction)(?: to)?\b\W*", re.IGNORECASE)
_REPRINT = re.compile(r"^\W*reprint of\W*|\(reprinted (?:from|with)\b[^)]*\)?\s*$", re.IGNORECASE)
# Notes that a source adds to the title of the corrected article itself; it stays the article.
_SOURCE_NOTE = re.compile(
    r"\.{0,3}\s{0,3}\[?\(?(?:corrected\]\s*\[|\[?published )?(?:erratum|correction) (?:appears|in)\b.*$|\[corrected\]|"
    r"\[version \d.*$|\[electronic resource\]|\[\d+ refs?\]|\[review\]|\(multiple letters\)|"
    r"\.\.\.?\s[^.]*\d{4}[^.]*;\s*\d+.*$",  # "... N Engl J Med. 2009 Jan 29;360(5):544-6"
    re.IGNORECASE,
)
_MAY_HOLD_NOTE = re.compile(r"[\[(]|[.?!]\s*\w+\W*$|\.\.|erratum|corr|reprint", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_ERRATUM = re.compile(
    r"\b(?:errat(?:um|a)|corrigend(?:um|a)|corrections?\s+to|correction\s*:|retract(?:ion|ed)\b|expression of concern|"
    r"publisher s? ?(?:note|correction)|author correction)",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"^\W*(?:re\b\s*:|repl(?:y|ies)\b|response to\b|authors?'?s? (?:reply|response)|letters?\b|comments?\b|commentary\b|"
    r"editorial\b|invited comment|summary of\b)|(?:\breply|authors? response|\bcomment)\W*$",
    re.IGNORECASE,
)
_SUBTITLE = re.compile(r"\s*[:?.]\s+|\s+[-–—]+\s+")

_MONTHS = {m: n for n, m in enumerate(_words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_EXCEL_DAY_MONTH = re.compile(r"^(\d{1,2})-([a-z]{3})$")
_EXCEL_MONTH_YEAR = re.compile(r"^([a-z]{3})-(\d{1,2})$")
_ISSUE_PARTS = re.compile(r"\bsup[a-z]*|\bspec[a-z]*|s(?=\.?\d|$)|\d+")
_PAGE = re.compile(r"([a-z]{0,6}\.?\d+[a-z]?)(?:\s*[-–—]+\s*([a-z]{0,6}\.?\d+[a-z]?))?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(
    r"(?:arxiv[:./ ]|arxiv\.org/(?:abs|pdf)/|^)\s*((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?",
    re.IGNORECASE,
)
_PMID_URL = re.compile(r"(?:ncbi\.nlm\.nih\.gov/pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{5,9})")
_COCHRANE = re.compile(r"10\.1002/14651858\.((?:cd|mr|ed)\d{6})")
_COCHRANE_PAGE = re.compile(r"((?:cd|mr|ed)\d{6})$")
_PREPRINT_DOI = ("10.1101/", "10.48550/", "10.21203/", "10.20944/", "10.2139/", "10.31234/", "10.26434/", "10.36227/")
_PREPRINT_PLACE = re.compile(r"arxiv|biorxiv|medrxiv|preprint|research square|ssrn|psyarxiv|chemrxiv", re.IGNORECASE)
# A journal that carries a meeting; proceedings that are a venue of their own do not count.
_MEETING = re.compile(
    r"\.\s*conference|conference:|congress|annual meeting|annual scientific|\babstracts? (?:of|from)", re.IGNORECASE
)

# An author cell that was glued together on export: "Chen R.Wang Y." or "Bezdjian ArenVersnel Huib".
_GLUED_DOT = re.compile(r"(?<=\.)(?=[^\W\d_]{2})")
_GLUED_CASE = re.compile(
    r"(?<=[a-zà-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bLe)(?<!\bLa)(?<!\bDe)(?<!\bDi)(?<!\bDu)(?<!\bVan)(?<!\bFitz)(?=[A-ZÀ-Þ])"
)
_AUTHORS_READ = 12  # more names than this never change an answer

_TITLE_READ = 600  # characters; the longest real titles have about 500
_FIELD_READ = 300  # characters of any other field; a broken export may put a whole page into one
_AUTHORS_CELL = 4000  # characters of one cell, which may hold all authors glued together
_ABSTRACT_READ = 400  # characters of an abstract that are looked at
_ABSTRACT_KEY = 120  # letters that make the key; shorter abstracts have none


_CUT_FIELDS = ("journal", "volume", "issue", "pages", "doi", "pmid", "arxiv_id")


@dataclass(frozen=True, slots=True)
class NormalForm:
    """One record in comparable form. Every text is lower-case ASCII where it can be; "" means not given."""

    title: str  # words without stop words, in one spelling
    title_key: str  # the same without spaces
    main_title: str  # key of the part before the subtitle, "" if there is none
    numbers: str  # the numbers in the title, in order
    kind: str  # "erratum", "reprint", "reply" or ""
    first_author: str  # all names of the first author, longest forms only
    family: str  # best guess at the family name of the first author
    authors: str  # names of all authors
    year: int  # 0 if not given
    journal: str  # first three letters of each word
    volume: str
    issue: str
    first_page: str
    last_page: str
    doi: str
    pmid: str
    arxiv: str
    cochrane: str  # number of a Cochrane review, whatever its version
    abstract: str  # beginning of the abstract
    abstract_key: str
    preprint: bool
    meeting: bool  # a conference abstract, as far as the record says


def normal_forms(records: Sequence[Record], *, progress: Callable[[float], None] | None = None) -> list[NormalForm]:
    """The normal form of each record, in order."""
    journals: dict[str, str] = {}
    forms: list[NormalForm] = []
    for number, record in enumerate(records):
        if progress is not None and number % 5000 == 0:
            progress(number / len(records))
        forms.append(_normal_form(record, journals))
    return forms


def _normal_form(record: Record, journals: dict[str, str]) -> NormalForm:
    record = _cut(record)
    title = title_words(record.title)
    first, family, everyone = author_names(record.authors)
    volume, issue, (first_page, last_page) = _place(record)
    doi = normal_doi(record.doi) or (normal_doi(record.url) if "doi.org/10." in record.url else "")
    if record.journal not in journals:
        journals[record.journal] = journal_stems(record.journal)
    abstract = " ".join(_WORD.findall(plain(record.abstract[:_ABSTRACT_READ])))
    letters = abstract.replace(" ", "")
    cochrane = _COCHRANE.match(doi) or (_COCHRANE_PAGE.match(first_page) if "ochrane" in record.journal else None)
    return NormalForm(
        title=title,
        title_key=title.replace(" ", ""),
        main_title=_main_title(record.title),
        numbers=" ".join(_DIGITS.findall(title.replace(" ", ""))),
        kind=_kind(record.title),
        first_author=first,
        family=family,
        authors=everyone,
        year=record.year if record.year and 1000 < record.year < 3000 else 0,
        journal=journals[record.journal],
        volume=volume,
        issue=issue,
        first_page=first_page,
        last_page=last_page,
        doi=doi,
        pmid=normal_pmid(record),
        arxiv=normal_arxiv(record),
        cochrane=cochrane[1] if cochrane else "",
        abstract=abstract,
        abstract_key=letters[:_ABSTRACT_KEY] if len(letters) >= _ABSTRACT_KEY else "",
        preprint=_is_preprint(record, doi),
        meeting=_is_meeting(record, issue, first_page),
    )


def _cut(record: Record) -> Record:
    """The record with no field longer than is ever looked at; nearly all come back as they are."""
    long = {
        name: text[:limit]
        for name, text, limit in (
            ("title", record.title, _TITLE_READ),
            *((name, getattr(record, name), _FIELD_READ) for name in _CUT_FIELDS),
        )
        if len(text) > limit
    }
    return replace(record, **long) if long else record


def plain(text: str) -> str:
    """Lower-case text without markup and accents; Greek letters are spelt out.

    >>> plain("<i>TNF</i>-α in Müller&#39;s")
    "tnf- alpha  in muller's"
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    text = text.casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text).translate(_GREEK)
    return "".join(c for c in text if not unicodedata.combining(c))


def title_words(title: str) -> str:
    """The words that carry a title, numbers as digits, without notes on language or place.

    >>> title_words("The role of MRI in phase II trials. [German]")
    'role mri phase 2 trials'
    """
    if _MAY_HOLD_NOTE.search(title):
        title = _ERRATUM_WORD.sub("", _REPRINT.sub("", title)) or title
        title = _VOLUME_NOTE.sub("", _LANGUAGE_NOTE.sub("", _SOURCE_NOTE.sub("", title)))
    words = _WORD.findall(plain(title))
    kept = [_NUMBER_WORDS.get(word, word) for word in words if word not in _STOP]
    return one_spelling(" ".join(kept or words))


def one_spelling(words: str) -> str:
    for british, american in _SPELLING:
        words = words.replace(british, american)
    return words


def _main_title(title: str) -> str:
    parts = _SUBTITLE.split(title.strip(" []."), maxsplit=1)
    return title_words(parts[0]).replace(" ", "") if len(parts) == 2 and len(parts[0]) >= 25 else ""


def _kind(title: str) -> str:
    """What a record is if it is not the work itself: a notice, an answer, a second printing."""
    own = _SOURCE_NOTE.sub("", title)
    if _ERRATUM.search(own) or _VOLUME_NOTE.search(own):
        return "erratum"
    return "reprint" if _REPRINT.search(own) else "reply" if _REPLY.search(own) else ""


def author_names(authors: Sequence[str]) -> tuple[str, str, str]:
    """The first author's names, the likely family name, and the names of all, as words without initials.

    >>> author_names(("Müller, Karl H.", "Wu, Y."))
    ('muller karl', 'muller', 'muller karl wu')
    >>> author_names(("Chen R.Wang Y.Liang L.",))
    ('chen', 'chen', 'chen wang liang')
    """
    people: list[str] = []
    for entry in authors:
        people += _unglued(entry[:_AUTHORS_CELL])
        if len(people) >= _AUTHORS_READ:
            break
    named = [words for words in (_name_words(person) for person in people[:_AUTHORS_READ]) if words]
    if not named:
        return "", "", ""
    return " ".join(named[0]), named[0][0], " ".join(dict.fromkeys(word for words in named for word in words))


def _unglued(entry: str) -> list[str]:
    if ";" in entry or " and " in entry:
        return [part for part in re.split(r";| and ", entry) if part.strip()]
    if "," in entry and len(entry) < 60:
        return [entry]
    parts = _GLUED_DOT.split(entry)
    if len(entry) > 30 or len(parts) > 1:
        parts = [piece for part in parts for piece in _GLUED_CASE.split(part)]
    return [part for part in parts if part.strip()]


def _name_words(person: str) -> list[str]:
    """Names in the order family, given; initials are left out unless there is nothing else."""
    family, comma, given = person.partition(",")
    source = f"{family} {given}" if comma else person
    raw = _WORD.findall(source.replace("'", "").replace("’", ""))
    names = [word for word in raw if len(word) > 1 and not (word.isupper() and len(word) <= 2 and word is not raw[0])]
    words = [plain(word) for word in names or raw]
    return [word for word in words if word not in {"jr", "sr", "et", "al", "anonymous", "anon"}]


def journal_stems(journal: str) -> str:
    """A journal as the first three letters of its words, so that abbreviations meet full names.

    >>> journal_stems("Plastic and Reconstructive Surgery") == journal_stems("Plast. Reconstr. Surg.")
    True
    """
    place = re.split(r"\.?\s*conference|[\[(:=/]| : ", plain(journal), maxsplit=1)[0] or plain(journal)
    words = [word for word in _WORD.findall(place) if word not in _STOP]
    return words[0] if len(words) == 1 else " ".join(word[:3] for word in words)


def _place(record: Record) -> tuple[str, str, tuple[str, str]]:
    """Volume, issue and pages; an article number in the wrong column is taken for the page it is."""
    volume, issue, pages = record.volume, record.issue, record.pages
    if not re.search(r"\d", pages) and re.match(r"^[a-z]+\d{2,}$", issue.strip().casefold()):
        issue, pages = "", issue
    # "1)" is what is left of "50 (SUPPL. 1)": an issue, not a volume.
    number = None if re.match(r"^\w*\)$", volume.strip()) else _DIGITS.search(volume)
    return (str(int(number[0][:12])) if number else "", normal_issue(issue), normal_pages(pages))


def normal_issue(issue: str) -> str:
    """Numbers of an issue, with an s for a supplement.

    >>> normal_issue("5 Suppl 2"), normal_issue("Pt 11"), normal_issue("SUPPL. 3")
    ('5s2', '11', 's3')
    """
    text = plain(issue)
    return "".join("s" if part[0] == "s" else part.lstrip("0") for part in _ISSUE_PARTS.findall(text))


def normal_pages(pages: str) -> tuple[str, str]:
    """First and last page; dates that a spreadsheet made of page numbers are turned back.

    >>> normal_pages("08-Nov"), normal_pages("Oct-15"), normal_pages("1649--55"), normal_pages("e4747")
    (('8', '11'), ('10', '15'), ('1649', '1655'), ('e4747', ''))
    """
    text = plain(pages).strip()
    day_month, month_year = _EXCEL_DAY_MONTH.match(text), _EXCEL_MONTH_YEAR.match(text)
    if day_month and day_month[2] in _MONTHS:
        return day_month[1].lstrip("0"), str(_MONTHS[day_month[2]])
    if month_year and month_year[1] in _MONTHS:
        return str(_MONTHS[month_year[1]]), month_year[2].lstrip("0")
    found = _PAGE.search(text)
    if not found or text.startswith("(no pag"):
        return "", ""
    first = found[1].lstrip("0").replace(".", "")
    last = (found[2] or "").lstrip("0").replace(".", "")
    if last.isdigit() and first.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def normal_doi(doi: str) -> str:
    """A DOI in lower case without prefix or percent signs; "" if the text holds none.

    >>> normal_doi("https://doi.org/10.1016/S0273-2300%2803%2900007-2.")
    '10.1016/s0273-2300(03)00007-2'
    """
    if not doi:
        return ""
    found = _DOI.search(unquote(doi))
    return found[0].casefold().rstrip(".,;") if found else ""


def normal_pmid(record: Record) -> str:
    digits = record.pmid.strip()
    if digits.isdigit():
        return digits.lstrip("0")
    found = set(_PMID_URL.findall(record.url))
    return found.pop() if len(found) == 1 else ""


def normal_arxiv(record: Record) -> str:
    """The arXiv number without its version, wherever the record gives it."""
    for text in (record.arxiv_id, record.doi, record.journal, record.url):
        if text and (found := _ARXIV.search(text.strip())) and (text is record.arxiv_id or "arxiv" in text.casefold()):
            return found[1].casefold()
    return ""


def _is_preprint(record: Record, doi: str) -> bool:
    return bool(record.arxiv_id) or doi.startswith(_PREPRINT_DOI) or bool(_PREPRINT_PLACE.search(record.journal))


def _is_meeting(record: Record, issue: str, first_page: str) -> bool:
    """A conference abstract: it says so, or stands in a supplement on a page of its own numbering."""
    supplement = "s" in issue or "suppl" in record.volume.casefold() or record.volume.strip().endswith(")")
    return (
        bool(_MEETING.search(record.journal))
        or "meeting abstract" in record.type.casefold()
        or bool(re.match(r"^[sa]\d", first_page))
        or (supplement and not record.doi)
    )
