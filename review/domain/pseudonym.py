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
_HEADER = re.compile(r"\A---[ ]*\n.*?^(?:---|\.\.\.)[ ]*$", re.DOTALL | re.MULTILINE)  # of a manuscript
_PLACES = r"(?:affiliations?|institutions?|departments?|address|corresponding)"
_PLACE = re.compile(rf"([ -]*{_PLACES}[ ]*:)(?=\s)", re.IGNORECASE)
_PLACE_BESIDE = re.compile(rf"""([{{,]\s*{_PLACES}\s*:)\s*("[^"]*"|'[^']*'|[^,}}\n]*)""", re.IGNORECASE)
_LEFT_OUT = '"(left out)"'
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


def hide_affiliations(text: str) -> str:
    r"""A manuscript whose header no longer says where its authors work and who is to be written to.

    >>> print(hide_affiliations("---\nauthors:\n  - name: Bo\n    affiliation: >\n      Here,\n      There\n---\nText"))
    ---
    authors:
      - name: Bo
        affiliation: "(left out)"
    ---
    Text
    """
    if (header := _HEADER.match(text)) is None:
        return text
    kept: list[str] = []
    below: int | None = None  # how far in the field begins whose further lines are left out, too
    for line in header[0].splitlines(keepends=True):
        begins = len(line) - len(line.lstrip(" -"))
        if below is not None and (begins > below or not line.strip()):
            continue
        below = None
        if found := _PLACE.match(line):
            below = begins
            kept.append(f"{found[1]} {_LEFT_OUT}\n")
        else:
            kept.append(_PLACE_BESIDE.sub(rf"\1 {_LEFT_OUT}", line))
    return "".join(kept) + text[header.end() :]


def authors_in(header: object) -> frozenset[str]:
    """The names under `authors:` or `author:` of a manuscript's header; what stands between brackets is still to be filled in.

    >>> sorted(authors_in({"authors": [{"name": "Ana Lima"}, "Bo Ek", {"name": "[Second author]"}]}))
    ['Ana Lima', 'Bo Ek']
    """
    given = (header.get("authors") or header.get("author")) if isinstance(header, dict) else None
    every = given if isinstance(given, list) else [given]
    names = {str(each.get("name") if isinstance(each, dict) else each or "").strip() for each in every}
    return frozenset(name for name in names if name and not name.startswith("["))


def header_of(text: str) -> str:
    """The header of a manuscript as YAML; "" if it has none."""
    return found[0].strip().strip("-.") if (found := _HEADER.match(text)) else ""
