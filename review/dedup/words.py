"""Words: text of any source, and titles above all, in one spelling without markup, accents and notes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence


def _words(text: str) -> list[str]:
    return text.split()


# Words that sources add, drop or abbreviate freely; they never tell two works apart.
STOP = frozenset(_words("a an and the of in for on to with by from at as is its or et und der die das la le les de"))
# Words of the titles that journals put over their columns.
COLUMN_WORDS = frozenset(
    _words(
        "editor editors editorial comment comments commentary note notes news letter letters introduction preface "
        "foreword message president presidents reply response book books issue section abstract abstracts "
        "correction obituary memoriam announcement announcements contents index contributors reviewers calendar "
        "report reports brief briefs remarks welcome discussion conclusion conclusions summary column forum "
        "question questions meeting image images"
    )
)
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
_LANGUAGES = frozenset(_LANGUAGE.split("|"))
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
# Notes that a source adds to the title of the article itself, corrected or retracted; it stays the article.
_SOURCE_NOTE = re.compile(
    r"\.{0,3}\s{0,3}\[?\(?(?:corrected\]\s*\[|\[?published )?(?:erratum|correction) (?:appears|in)\b.*$|\[corrected\]|"
    r"\[version \d.*$|\[electronic resource\]|\[\d+ refs?\]|\[review\]|\(multiple letters\)|\s\[\d{1,2}\]\s*$|"
    r"[(\[]retracted article\b.*$|^\W*(?:retracted(?: article)?|withdrawn)\s*[:.]\s|"
    r"\.\.\.?\s[^.]*\d{4}[^.]*;\s*\d+.*$",  # "... N Engl J Med. 2009 Jan 29;360(5):544-6"
    re.IGNORECASE,
)
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
_SUBTITLE_MARKS = (": ", ". ", "? ", " -", " –", " —")  # most titles have none, and are not searched further
_RE = re.compile(r"\W*re\b\s*:", re.IGNORECASE)
_SUBTITLE = re.compile(r"[:?.]\s+|\s+[-–—]+\s+")
_NOTE_LETTERS = 80  # at the end of a title hold its note on language
_MAIN_LETTERS = 25  # a shorter beginning is too little to recognise a work by
# What a title must hold for one of the expressions above to be worth trying; nearly all titles hold none of these.
_NOTE_HINTS = ("errat", "corrig", "correction", "reprint", "retracted", "withdrawn")
_SOURCE_HINTS = (
    "errat",
    "correct",
    "[version",
    "[electronic",
    " ref",
    "[review]",
    "(multiple",
    "retracted",
    "withdrawn",
    "..",
)
_ERRATUM_HINTS = ("errat", "corrig", "correction", "retract", "concern", "publisher")
_REPLY_HINTS = ("repl", "respon", "letter", "comment", "editorial", "summary of")

# Bytes to bytes: letters to lower case, digits kept, anything else to a space.
_ASCII = bytes(ord(chr(n).lower()) if chr(n).isalnum() and n < 128 else 32 for n in range(256))


class _Foreign(dict[int, str]):
    """What becomes of a letter beyond ASCII once it is decomposed; each is looked up once."""

    def __missing__(self, code: int) -> str:
        letter = _GREEK.get(code) or ("" if unicodedata.combining(chr(code)) else chr(code))
        self[code] = letter
        return letter


_FOREIGN = _Foreign()


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
    return text if text.isascii() else unicodedata.normalize("NFKD", text).translate(_FOREIGN)


def folded(text: str) -> list[str]:
    """The words of a text in plain form.

    >>> folded("<b>TNF-α</b> in_Müller’s 2nd study")
    ['tnf', 'alpha', 'in', 'muller', 's', '2nd', 'study']
    """
    if not text.isascii() or "&" in text or "<" in text:
        text = plain(text)
    return text.encode().translate(_ASCII).decode().split() if text.isascii() else _WORD.findall(text)


def spaced(text: str) -> str:
    """The words of a text in plain form, one space between them; for texts of which the single words do not matter."""
    if not text.isascii() or "&" in text or "<" in text:
        return " ".join(folded(text))
    found = text.encode().translate(_ASCII).decode()
    while "  " in found:
        found = found.replace("  ", " ")
    return found.strip()


def titled(title: str) -> tuple[str, str, str, str]:
    """What `title_words` says of a title, the key of what stands before the subtitle, what `kind_of_title` says, and the
    language that a note names.
    """
    low = title.lower()
    noted = _noted(low)
    named = _language(low) if noted else ""
    return _carried(title, low, noted=noted), _main(title, noted=noted), _kind(title, low, noted=noted), named


def title_words(title: str) -> str:
    """The words that carry a title, numbers as digits, without notes on language or place.

    >>> title_words("The role of MRI in phase II trials. [German]")
    'role mri phase 2 trials'
    """
    low = title.lower()
    return _carried(title, low, noted=_noted(low))


def _carried(title: str, low: str, *, noted: bool) -> str:
    if noted:
        title = _without_notes(title, low)
    words = folded(title)
    kept = [_NUMBER_WORDS.get(word, word) for word in words if word not in STOP]
    return one_spelling(" ".join(kept or words))


def _without_notes(title: str, low: str) -> str:
    """Each expression is tried only where it has a chance."""
    if "errat" in low or "corrig" in low or "correction" in low or "reprint" in low:
        title = _ERRATUM_WORD.sub("", _REPRINT.sub("", title)) or title
    title = _own_title(title, low)
    if title.rstrip(" .").endswith((")", "]")) or _names_language(title.lower()):
        title = _LANGUAGE_NOTE.sub("", title)
    return _VOLUME_NOTE.sub("", title) if "vol" in low or low.count("(") > 1 else title


def _own_title(title: str, low: str) -> str:
    """The title without the notes that a source adds to it."""
    return _SOURCE_NOTE.sub("", title) if low.endswith("]") or _holds(low, _SOURCE_HINTS) else title


def _holds(text: str, any_of: Sequence[str]) -> bool:
    for each in any_of:  # noqa: SIM110  # a third of the time that `any` takes; asked of every title five times
        if each in text:
            return True
    return False


def _noted(low: str) -> bool:
    """A title in lower case holds what one of the expressions for notes begins with. Nearly all hold nothing of it."""
    return "(" in low or "[" in low or ".." in low or _holds(low, _NOTE_HINTS) or _names_language(low)


def _names_language(low: str) -> bool:
    last = low.rstrip(" .").rpartition(" ")[2]
    return last.rpartition(".")[2] in _LANGUAGES


def one_spelling(words: str) -> str:
    for british, american in _SPELLING:
        words = words.replace(british, american)
    return words


def _language(low: str) -> str:
    """The language that a note at the end of a title in lower case names, if it is one.

    >>> _language("treatment of wilson's disease. [french]"), _language("gait [in german, english]"), _language("gait")
    ('french', '', '')
    """
    found = _LANGUAGE_NOTE.search(low[-_NOTE_LETTERS:])
    named = _LANGUAGES.intersection(folded(found[0]) if found else ())
    return next(iter(named)) if len(named) == 1 and "english" not in low[-40:] else ""


def _main(title: str, *, noted: bool) -> str:
    """The key of what stands before the subtitle; "" if there is none, or too little before it."""
    if not _holds(title, _SUBTITLE_MARKS):
        return ""
    parts = _SUBTITLE.split(title.strip(" []."), maxsplit=1)
    begin = parts[0].rstrip()
    if len(parts) < 2 or len(begin) < _MAIN_LETTERS:
        return ""
    return _carried(begin, begin.lower(), noted=noted).replace(" ", "")


def kind_of_title(title: str) -> str:
    """What a record is if it is not the work itself: a notice ("erratum"), an answer ("reply"), a second printing.

    >>> kind_of_title("Erratum: gait in stroke"), kind_of_title("Retracted: gait in stroke"), kind_of_title("Gait")
    ('erratum', '', '')
    """
    low = title.lower()
    return _kind(title, low, noted=_noted(low))


def _kind(title: str, low: str, *, noted: bool) -> str:
    own = _own_title(title, low) if noted else title
    if _holds(low, _ERRATUM_HINTS) and _ERRATUM.search(own):
        return "erratum"
    if noted and ("vol" in low or low.count("(") > 1) and _VOLUME_NOTE.search(own):
        return "erratum"
    if noted and "reprint" in low and _REPRINT.search(own):
        return "reprint"
    answers = _holds(low, _REPLY_HINTS) or (":" in low and _RE.match(own))
    return "reply" if answers and _REPLY.search(own) else ""
