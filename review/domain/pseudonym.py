"""People's names, addresses and folders in what is handed on: found however they are written, and replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# The folder of a person on some computer, as it stands in exports of reference managers; in a web address it is none.
_FOLDER = re.compile(
    r"""(?P<web>\b(?:https?|ftp)://[^\s"'<>{}]+)
    |(?:\b[a-z]\\?:)? (?:[\\/]+mnt[\\/]+[a-z])? [\\/]+ (?:home|users|documents[ ]and[ ]settings) [\\/]+
     (?: [^\\/:;,"'{}<>|\n]{1,60}(?=[\\/]) | [^\\/\s:;,"'{}<>|]+ )""",
    re.IGNORECASE | re.VERBOSE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_ORCID = re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{3}[\dXx]\b")
_BETWEEN = re.compile(r"[\s_.\-]+")  # the words of a name: a file may be called ana_lima.ris


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """What each person is called instead: `of` maps a name as the review writes it to the pseudonym."""

    of: Mapping[str, str]
    by_key: Mapping[str, str]
    pattern: re.Pattern[str] | None

    def hide(self, text: str) -> str:
        """The text with pseudonyms for the people, also for their e-mail addresses, and `~` for anybody's own folder."""
        bare = hide_folders(text)
        return self.pattern.sub(lambda m: self.by_key.get(_key(m[0]), "Person"), bare) if self.pattern else bare

    def hide_all(self, text: str) -> str:
        """The same of what the people themselves wrote: without any e-mail address or ORCID."""
        return _ORCID.sub("(ORCID)", _EMAIL.sub("(e-mail)", self.hide(text)))

    def names(self, text: str) -> bool:
        """Whether a person is named in it, or anybody's own folder."""
        return bool(self.pattern and self.pattern.search(text)) or hide_folders(text) != text


def pseudonyms(people: Iterable[str], addresses: Mapping[str, str]) -> Pseudonyms:
    """`Person 01`, `Person 02` … for these people by the alphabet; `addresses` maps an e-mail address to its person.

    >>> p = pseudonyms(["Ana Lima", "Bo"], {"al@x.example": "Ana Lima"})
    >>> p.hide("ana_lima.ris, AL@x.example and Bo, not Bob; /Users/al/a.pdf")
    'Person 01.ris, Person 01 and Person 02, not Bob; ~/a.pdf'
    """
    of = {name: f"Person {at:02d}" for at, name in enumerate(sorted(set(people)), start=1)}
    said = of | {address: of[name] for address, name in addresses.items() if address and name in of}
    escaped = {json.dumps(name, ensure_ascii=False)[1:-1]: called for name, called in said.items()}
    every = escaped | said
    longest_first = sorted(every, key=len, reverse=True)
    either = "|".join(_pattern(name) for name in longest_first)
    return Pseudonyms(
        of=of,
        by_key={_key(name): called for name, called in every.items()},
        pattern=re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])") if every else None,
    )


def _one_word(name: str) -> bool:
    return "@" not in name and not _BETWEEN.search(name)


def _pattern(name: str) -> str:
    """A name of one word only as it is written, for it may be a word like any other; else in whatever capitals."""
    if _one_word(name):
        return re.escape(name)
    words = [re.escape(word) for word in _BETWEEN.split(name) if word]
    return "(?i:" + r"[\s_.\-]{0,3}".join(words) + ")"


def _key(name: str) -> str:
    return _BETWEEN.sub("", name).casefold()


def hide_folders(text: str) -> str:
    r"""A text with `~` for the folder of a person on some computer.

    >>> hide_folders(r"file = {a.pdf:C\:\\Users\\Ana Lima\\Zotero\\a.pdf}, https://x.example/users/ana")
    'file = {a.pdf:~\\\\Zotero\\\\a.pdf}, https://x.example/users/ana'
    """
    return _FOLDER.sub(lambda m: m["web"] or "~", text)
