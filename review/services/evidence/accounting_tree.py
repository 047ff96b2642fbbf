"""counts.yml as its author wrote it: numbers with their last digit, every quantity and identity with its line.

What cannot be understood is a finding at its place, and the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.domain.finding import Finding
from review.evidence.accounting import Accounts
from review.evidence.identities import BadFormula, Identity, Kind, Term, names_of
from review.evidence.printed import printed
from review.evidence.quantity import Quantity, find, nearest
from review.formats.decoding import decode
from review.resources import YamlDocument, read_yaml

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "n": ("value", "count", "number", "total"),
    "unit": ("units", "granularity"),
    "subset": ("group", "category", "of"),
    "partition_of": ("part_of", "partition", "whole", "parent"),
    "name": ("quantity",),
    "source": ("source_file", "file"),
    "sha256": ("hash", "source_sha256", "checksum"),
}
_WHOLE = ("of", "equals", "equal", "total", "whole", "result", "is", "value")
_MEMBERS = ("members", "parts", "terms", "addends", "quantities", "items")
_PAIRS = (("part", "whole"), ("part", "of"), ("numerator", "denominator"), ("minuend", "subtrahend"))
_NAMES: Mapping[str, Kind] = {
    **{str(kind): kind for kind in Kind},
    "check": Kind.FORMULA,
    "percentage": Kind.PERCENT,
    "average": Kind.MEAN,
}
_HELP = "See docs/evidence/accounting.md for the forms."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that a quantity was counted in, as named, with the hash it had then."""

    name: str
    sha256: str
    line: int | None
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the file states, the files it names as sources with the hash it gives, and what could not be understood."""

    accounts: Accounts
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]


def read_tree(path: Path) -> Written:
    """Read counts.yml, or the same as JSON."""
    return _Tree(path).read()


class _Tree:
    """Reads counts.yml; collects what it does not understand on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = decode(path.read_bytes()).text()
        self.lines = text.splitlines()
        self.document: YamlDocument = read_yaml(text, path=path.name, as_written=True)
        self.findings = list(self.document.findings)
        self.quantities: list[Quantity] = []
        self.sources: list[Source] = []

    def read(self) -> Written:
        tree = self.document.tree
        if tree is None and not self.findings:
            self.fault("The file is empty.", (), hint=_HELP)
        elif tree is not None and not isinstance(tree, dict):
            self.fault("An accounting file begins with `quantities:`.", (), hint=_HELP)
        whole = tree if isinstance(tree, dict) else {}
        units = whole.get("units") or {}
        title = whole.get("title")
        self._read_quantities(whole)
        identities = tuple(self._identities(whole))
        accounts = Accounts(
            quantities=tuple(self.quantities),
            identities=identities,
            units={str(k): _text(v) for k, v in units.items()} if isinstance(units, dict) else {},
            title=title if isinstance(title, str) else "",
        )
        return Written(accounts=accounts, sources=tuple(self.sources), findings=tuple(self.findings))

    def _read_quantities(self, whole: Mapping[str, Any]) -> None:
        given = whole.get("quantities", whole.get("counts"))
        if given is None and whole:
            self.fault("There is no `quantities:` in this file.", (), hint=_HELP)
        key = "quantities" if "quantities" in whole else "counts"
        if isinstance(given, dict):
            for name, entry in given.items():
                self._quantity(_named(str(name), entry), (key, name))
        elif isinstance(given, list):
            for at, entry in enumerate(given):
                self._quantity(entry, (key, at))
        elif given is not None:
            self.fault("`quantities` is a list of entries.", (key,), hint=_HELP)

    def _quantity(self, entry: Any, at: tuple[Any, ...]) -> None:
        if not isinstance(entry, dict):
            self.fault(f"{_text(entry)[:60]!r} is no quantity; it needs a unit, a subset and a value.", at, hint=_HELP)
            return
        first = {key: next((entry[k] for k in (key, *COLUMNS[key]) if k in entry), None) for key in COLUMNS}
        place = next(((*at, k) for k in ("n", *COLUMNS["n"]) if k in entry), at)
        known = _text(first["name"]) or f"{_text(first['unit'])}.{_text(first['subset'])}"
        number = printed(_text(first["n"]))
        if number is None:
            said = f"{_text(first['n'])[:40]!r} is not a number" if first["n"] is not None else "there is no value"
            self.fault(f"{known}: {said}.", place, hint="Write `value: 802`, digits only.", word=_text(first["n"]))
            return
        line, column = self.place(place, _text(first["n"]))
        source, digest = _source_of(first)
        self.quantities.append(
            Quantity(
                name=_text(first["name"]),
                unit=_text(first["unit"]),
                subset=_text(first["subset"]) or "all",
                number=number,
                source=source,
                line=line,
                column=column,
            )
        )
        if source:
            where = self.place((*at, "source"), source)
            self.sources.append(Source(name=source, sha256=digest, line=where[0], column=where[1]))

    def _identities(self, whole: Mapping[str, Any]) -> Iterable[Identity]:
        given = whole.get("identities", whole.get("checks")) or []
        key = "identities" if "identities" in whole else "checks"
        if isinstance(given, dict):
            given = [{"note": name, **entry} if isinstance(entry, dict) else entry for name, entry in given.items()]
        if not isinstance(given, list):
            self.fault("`identities` is a list of entries.", (key,), hint=_HELP)
            return
        for at, entry in enumerate(given):
            found = self._identity(entry, (key, at))
            if found is not None:
                yield found

    def _identity(self, entry: Any, at: tuple[Any, ...]) -> Identity | None:
        if isinstance(entry, str):
            entry = {"check": entry}
        kind, entry = _kind(entry) if isinstance(entry, dict) else (None, {})
        if kind is None:
            names = ", ".join(k for k in Kind if k != Kind.FORMULA)
            self.fault("This identity has no kind that is known.", at, hint=f"Begin it with one of {names}, check.")
            return None
        if kind is Kind.FORMULA:
            return self._formula(_text(entry.get("members")), _text(entry.get("note")), at)
        given, used = _members(entry, kind)
        members = [self._term(each, at) for each in given]
        wholes = [entry[k] for k in _WHOLE if k in entry and k not in used and not isinstance(entry[k], list | dict)]
        whole = self._term(wholes[0], at) if wholes else None
        pair = kind in (Kind.RATIO, Kind.PERCENT)
        if not wholes or not members or (pair and len(members) != 2):
            wanted = "two members and a result" if pair else "members and a whole"
            self.fault(f"This {kind} needs {wanted}.", at, hint=f"Write `{_example(kind)}`. {_HELP}")
            return None
        remainder, good = self._remainder(entry.get("remainder", entry.get("rest")), at)
        known = [term for term in members if term is not None]
        if whole is None or len(known) < len(members) or not good:
            return None  # told already, name by name
        line, column = self.place(at, "")
        return Identity(
            kind=kind,
            members=tuple(known),
            whole=whole,
            remainder=remainder,
            note=_text(entry.get("note")),
            line=line,
            column=column,
        )

    def _remainder(self, given: Any, at: tuple[Any, ...]) -> tuple[dict[str, Term | None], bool]:
        """Each declared rest by name: a number, a quantity, or nothing where it is to be worked out."""
        if given is None:
            return {}, True
        if isinstance(given, dict):
            found = {str(name): self._term(each, at) for name, each in given.items()}
            return {n: _called(t, n) for n, t in found.items()}, all(t is not None for t in found.values())
        each = given if isinstance(given, list) else [given]
        terms: dict[str, Term | None] = {}
        for one in each:
            number, quantity = printed(_text(one)), find(self.quantities, _text(one))
            if quantity is not None:
                terms[quantity.known_as] = _term_of(quantity)
            elif number is not None:
                terms["remainder"] = Term(number=number, name="remainder")
            else:
                terms[_text(one)] = None
        return terms, True

    def _formula(self, text: str, note: str, at: tuple[Any, ...]) -> Identity | None:
        try:
            names = names_of(text)
        except BadFormula as error:
            self.fault(f"{text[:80]!r} cannot be checked: {error}.", at, hint=_HELP)
            return None
        terms = [(name, self._term(name, at)) for name in names]
        if any(term is None for _, term in terms):
            return None
        line, column = self.place(at, text)
        members = tuple(Term(number=t.number, name=name, unit=t.unit) for name, t in terms if t is not None)
        return Identity(kind=Kind.FORMULA, members=members, formula=text, note=note, line=line, column=column)

    def _term(self, given: Any, at: tuple[Any, ...]) -> Term | None:
        text = _text(given)
        quantity = find(self.quantities, text)
        if quantity is not None:
            return _term_of(quantity)
        number = printed(text)
        if number is None:
            self.fault(
                f"There is no quantity called {text[:60]!r}.",
                at,
                hint=f"Known: {nearest(self.quantities, text)}.",
                rule="ACC-UNKNOWN",
                word=text,
            )
            return None
        return Term(number=number)

    def place(self, at: Sequence[Any], word: str) -> tuple[int | None, int | None]:
        """The line of a path, and the column of a word in it (or of the first letter)."""
        line = self.document.line(*at)
        if line is None or line > len(self.lines):
            return line, None
        text = self.lines[line - 1]
        found = text.find(word) if word else -1
        return line, (found if found >= 0 else len(text) - len(text.lstrip(" -"))) + 1

    def fault(self, message: str, at: Sequence[Any], *, hint: str, rule: str = "ACC-FILE", word: str = "") -> None:
        line, column = self.place(at, word)
        self.findings.append(
            Finding(rule=rule, message=message, path=self.path.name, line=line or 1, column=column, hint=hint)
        )


def _named(name: str, entry: Any) -> Any:
    """An entry of the short form: `patients.train: 402`, or a name with its own unit and subset."""
    if isinstance(entry, dict):
        return entry if "name" in entry else {"name": name, **entry}
    unit, dot, subset = name.partition(".")
    return {"unit": unit, "subset": subset, "value": entry} if dot else {"name": name, "value": entry}


def _kind(entry: dict[str, Any]) -> tuple[Kind | None, dict[str, Any]]:
    """The kind of an identity, and its entry with the members under `members`."""
    said = next((entry[k] for k in ("type", "kind", "identity", "op") if isinstance(entry.get(k), str)), "")
    if said.casefold() in _NAMES:
        kind = _NAMES[said.casefold()]
        return kind, {"members": entry.get("formula", entry.get("check")), **entry} if kind is Kind.FORMULA else entry
    for name, kind in _NAMES.items():
        if name in entry:
            rest = {k: v for k, v in entry.items() if k != name}
            inner = entry[name]
            if isinstance(inner, dict):
                return kind, {**rest, **inner}
            is_whole = isinstance(inner, str) and kind is not Kind.FORMULA
            return kind, {**rest, "total" if is_whole else "members": inner}
    return None, entry


def _members(entry: Mapping[str, Any], kind: Kind) -> tuple[list[Any], tuple[str, ...]]:
    """The members of an identity and the keys they stand under."""
    for key in _MEMBERS:
        if isinstance(entry.get(key), list):
            return list(entry[key]), (key,)
    if kind in (Kind.RATIO, Kind.PERCENT, Kind.DIFFERENCE):
        for one, other in _PAIRS:
            if one in entry and other in entry:
                return [entry[one], entry[other]], (one, other)
    return (list(entry["of"]), ("of",)) if isinstance(entry.get("of"), list) else ([], ())


def _example(kind: Kind) -> str:
    result = "of: patients.all" if kind is Kind.PARTITION else "equals: 70.3"
    return f"{{{kind}: [patients.female, patients.male], {result}}}"


def _called(term: Term | None, name: str) -> Term | None:
    return term if term is None or term.name else Term(number=term.number, name=name)


def _term_of(quantity: Quantity) -> Term:
    return Term(number=quantity.number, name=quantity.known_as, unit=quantity.unit)


def _source_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """A source is a path, or {file, sha256}."""
    given = entry["source"]
    if isinstance(given, dict):
        return _text(given.get("file", given.get("path"))), _text(given.get("sha256", given.get("hash")))
    return _text(given), _text(entry["sha256"])


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
