"""Words: text of any source, and titles above all, in one spelling without markup, accents and notes."""

from __future__ import annotations

import html
import re
import unicodedata


def _words(text: str) -> list[str]:
    return text.split()


# Words that sources add, drop or abbreviate freely; they never tell two works apart.
STOP = frozenset(_words("a an and the of in for on to with by from at as is its or et und der die das la le les de"))
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
    r"\[version \d.*$|\[electronic resource\]|\[\d+ refs?\]|\[review\]|\(multiple letters\)|"
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
_SUBTITLE = re.compile(r"\s*[:?.]\s+|\s+[-–—]+\s+")
# What a title must hold for one of the expressions above to be worth trying; nearly all titles hold none of these.
_NOTE_HINTS = ("(", "[", "..", "errat", "corrig", "correction", "reprint", "retracted", "withdrawn")
_ERRATUM_HINTS = ("errat", "corrig", "correction", "retract", "concern", "publisher", "(")
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
    text = plain(text)
    return text.encode().translate(_ASCII).decode().split() if text.isascii() else _WORD.findall(text)


def title_words(title: str) -> str:
    """The words that carry a title, numbers as digits, without notes on language or place.

    >>> title_words("The role of MRI in phase II trials. [German]")
    'role mri phase 2 trials'
    """
    if _may_hold_note(title):
        title = _ERRATUM_WORD.sub("", _REPRINT.sub("", title)) or title
        title = _VOLUME_NOTE.sub("", _LANGUAGE_NOTE.sub("", _SOURCE_NOTE.sub("", title)))
    words = folded(title)
    kept = [_NUMBER_WORDS.get(word, word) for word in words if word not in STOP]
    return one_spelling(" ".join(kept or words))


def _may_hold_note(title: str) -> bool:
    low = title.lower()
    if any(hint in low for hint in _NOTE_HINTS):
        return True
    last = low.rstrip(" .").rpartition(" ")[2]
    return last.rpartition(".")[2] in _LANGUAGES


def one_spelling(words: str) -> str:
    for british, american in _SPELLING:
        words = words.replace(british, american)
    return words


def main_title(title: str) -> str:
    """The key of what stands before the subtitle; "" if there is none, or too little before it."""
    if not any(mark in title for mark in _SUBTITLE_MARKS):
        return ""
    parts = _SUBTITLE.split(title.strip(" []."), maxsplit=1)
    return title_words(parts[0]).replace(" ", "") if len(parts) == 2 and len(parts[0]) >= 25 else ""


def kind_of_title(title: str) -> str:
    """What a record is if it is not the work itself: a notice ("erratum"), an answer ("reply"), a second printing.

    >>> kind_of_title("Erratum: gait in stroke"), kind_of_title("Retracted: gait in stroke"), kind_of_title("Gait")
    ('erratum', '', '')
    """
    low = title.lower()
    noted = any(hint in low for hint in _NOTE_HINTS)
    own = _SOURCE_NOTE.sub("", title) if noted else title
    if any(hint in low for hint in _ERRATUM_HINTS) and (_ERRATUM.search(own) or _VOLUME_NOTE.search(own)):
        return "erratum"
    if noted and _REPRINT.search(own):
        return "reprint"
    answers = any(hint in low for hint in _REPLY_HINTS) or _RE.match(own)
    return "reply" if answers and _REPLY.search(own) else ""
