"""Licences by the many names people give them: which one is meant, what it asks for, and whether several agree.

Names are those of SPDX. What is said here is what the licences' own summaries say; it is no legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from review.domain.finding import Finding, Severity, Status

_CC = "https://creativecommons.org/licenses/{parts}/{version}/"
_SOFTWARE: Mapping[str, str] = {
    "apache-2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "mit": "MIT",
    "mit license": "MIT",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause",
    "gpl-3.0": "GPL-3.0-only",
    "gpl-3.0-only": "GPL-3.0-only",
    "gpl-3.0-or-later": "GPL-3.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gpl-2.0": "GPL-2.0-only",
    "agpl-3.0": "AGPL-3.0-only",
    "agpl-3.0-only": "AGPL-3.0-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "mpl-2.0": "MPL-2.0",
    "isc": "ISC",
}
_DATA: Mapping[str, str] = {
    "cc0": "CC0-1.0",
    "cc0-1.0": "CC0-1.0",
    "cc zero": "CC0-1.0",
    "odbl": "ODbL-1.0",
    "odbl-1.0": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "odc-by-1.0": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "pddl-1.0": "PDDL-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
}
_URLS: Mapping[str, str] = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
_SHARE_ALIKE = frozenset({"ODbL-1.0", "CDLA-Sharing-1.0"})
_COPYLEFT = re.compile(r"(?:A|L)?GPL-|MPL-")
# How the text of a licence gives itself away, the most special first.
_TEXTS: Sequence[tuple[str, str]] = (
    (r"Attribution-NonCommercial-ShareAlike (\d\.\d)", "CC-BY-NC-SA-{}"),
    (r"Attribution-NonCommercial-NoDerivatives (\d\.\d)", "CC-BY-NC-ND-{}"),
    (r"Attribution-NonCommercial (\d\.\d)", "CC-BY-NC-{}"),
    (r"Attribution-ShareAlike (\d\.\d)", "CC-BY-SA-{}"),
    (r"Attribution-NoDerivatives (\d\.\d)", "CC-BY-ND-{}"),
    (r"Creative Commons Attribution (\d\.\d)|Attribution (\d\.\d) International", "CC-BY-{}"),
    (r"CC0 1\.0|Creative Commons Zero", "CC0-1.0"),
    (r"Open Database License|ODbL", "ODbL-1.0"),
    (r"Apache License\s+Version 2\.0", "Apache-2.0"),
    (r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3", "AGPL-3.0-only"),
    (r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3", "LGPL-3.0-only"),
    (r"GNU GENERAL PUBLIC LICENSE\s+Version 3", "GPL-3.0-only"),
    (r"GNU GENERAL PUBLIC LICENSE\s+Version 2", "GPL-2.0-only"),
    (r"Mozilla Public License,? [Vv]ersion 2\.0", "MPL-2.0"),
    (r"Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    (r"Neither the name of .{0,120} may be used to endorse", "BSD-3-Clause"),
    (r"Redistribution and use in source and binary forms", "BSD-2-Clause"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence as SPDX names it. `known` is False for a name that means nothing here."""

    id: str
    known: bool = True

    @property
    def for_software(self) -> bool:
        return self.id in _SOFTWARE.values()

    @property
    def share_alike(self) -> bool:
        return "-SA-" in self.id or self.id in _SHARE_ALIKE or bool(_COPYLEFT.match(self.id))

    @property
    def non_commercial(self) -> bool:
        return "-NC-" in self.id

    @property
    def no_derivatives(self) -> bool:
        return "-ND-" in self.id

    @property
    def url(self) -> str:
        """Where the licence can be read; Croissant asks for an address."""
        if found := re.fullmatch(r"CC-(BY(?:-NC|-SA|-ND)*)-(\d\.\d)", self.id):
            return _CC.format(parts=found[1].lower(), version=found[2])
        return _URLS.get(self.id, f"https://spdx.org/licenses/{self.id}.html" if self.known else self.id)


def licence(text: str) -> Licence | None:
    """What licence a name, an SPDX identifier or an address means; None for nothing at all.

    >>> [licence(t).id for t in ("cc-by-nc-sa-4.0", "CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by/4.0/", "MIT")]
    ['CC-BY-NC-SA-4.0', 'CC-BY-NC-SA-4.0', 'CC-BY-4.0', 'MIT']
    >>> licence("ask us").known, licence(" ")
    (False, None)
    """
    form = " ".join(text.strip().strip("\"'").casefold().split())
    if not form:
        return None
    if found := re.search(r"creativecommons\.org/(?:licenses/([a-z-]+)/(\d\.\d)|publicdomain/zero)", form):
        return Licence(id=f"CC-{found[1].upper()}-{found[2]}" if found[1] else "CC0-1.0")
    if found := re.search(
        r"spdx\.org/licenses/([\w.+-]+?)(?:\.html|\.json)?$|opensource\.org/licen[sc]es?/([\w.+-]+)", form
    ):
        form = (found[1] or found[2]).rstrip("/")
    if known := next((spdx for spdx, address in _URLS.items() if address.rstrip("/") in form), ""):
        return Licence(id=known)
    if "apache.org/licenses/license-2.0" in form:
        return Licence(id="Apache-2.0")
    plain = re.sub(r"[\s_-]+", "-", re.sub(r"\b(?:international|license|licence|the|version|deed)\b", " ", form)).strip(
        "-"
    )
    if found := re.fullmatch(
        r"(?:cc|creative-commons)-(by(?:-(?:nc|sa|nd))*)(?:-(\d(?:\.\d)?)(?:-[a-z]{2,})?)?", plain
    ):
        version = found[2] or "4.0"
        return Licence(id=f"CC-{found[1].upper()}-{version if '.' in version else version + '.0'}")
    for names in (_SOFTWARE, _DATA):
        for key, spdx in names.items():
            if form in {key, spdx.casefold()} or plain == re.sub(r"[\s_-]+", "-", key):
                return Licence(id=spdx)
    return Licence(id=" ".join(text.split())[:80], known=False)


def of_text(text: str) -> Licence | None:
    """The licence whose text this is, or that this file names; None if it cannot be told.

    >>> of_text("Attribution-NonCommercial-ShareAlike 4.0 International").id
    'CC-BY-NC-SA-4.0'
    """
    head = text[:20_000]
    for pattern, spdx in _TEXTS:
        if found := re.search(pattern, head, re.IGNORECASE | re.DOTALL):
            version = next((group for group in found.groups() if group), "")
            return Licence(id=spdx.format(version))
    first = next((line for line in head.splitlines() if line.strip()), "")
    guess = licence(first) if len(first) < 80 else None
    return guess if guess and guess.known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A place that names a licence: for the data, for the code, or without saying for which ("")."""

    path: str
    line: int | None
    licence: Licence
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Something a dataset is made from, with its licence if it is known."""

    name: str
    licence: Licence | None
    path: str
    line: int | None = None


def agree(statements: Sequence[Statement]) -> Iterator[Finding]:
    """A finding for every place that names another licence than the first for the same thing, and where none is named.

    What a place without a word on data or code names is held against what is declared for either.
    """
    for about in ("data", "code"):
        named = [s for s in statements if s.about == about]
        yield from (_clash(named[0], each, about) for each in named[1:] if each.licence.id != named[0].licence.id)
    declared = {s.licence.id for s in statements if s.about}
    data = [s for s in statements if s.about == "data"]
    code = [s for s in statements if s.about == "code"]
    first = next(iter(data or [s for s in statements if not s.about]), None)
    for each in (s for s in statements if not s.about):
        if declared and each.licence.id not in declared and first:
            yield _unclear(first, each) if each.licence.for_software and not code else _clash(first, each, "data")
        elif not declared and first and each.licence.id != first.licence.id:
            yield _unclear(first, each)
    for each in statements:
        if not each.licence.known:
            yield Finding(
                rule="REL-01",
                severity=Severity.WARNING,
                message=f"{each.licence.id!r} is no licence that a program knows.",
                path=each.path,
                line=each.line,
                hint="Use an SPDX name such as CC-BY-4.0 or Apache-2.0, see https://spdx.org/licenses/.",
            )
    if not statements:
        hint = "Add a file LICENSE, and name the licence of data and code in release.yaml."
        yield Finding(rule="REL-01", severity=Severity.BLOCKER, message="No file names a licence.", hint=hint)


def _clash(first: Statement, other: Statement, about: str) -> Finding:
    where = first.path + (f":{first.line}" if first.line else "")
    return Finding(
        rule="REL-01",
        severity=Severity.BLOCKER,
        message=f"The licence of the {about} is {other.licence.id} here and {first.licence.id} in {where}.",
        path=other.path,
        line=other.line,
        expected=first.licence.id,
        got=other.licence.id,
        hint="Decide which one holds and write it in every place.",
    )


def _unclear(first: Statement, other: Statement) -> Finding:
    found = _clash(first, other, "dataset")
    hint = (
        "If one is for the data and the other for the code, say so in release.yaml below `licence:` as data and code."
    )
    return Finding(
        rule=found.rule,
        severity=Severity.ERROR,
        message=found.message,
        path=found.path,
        line=found.line,
        expected=found.expected,
        got=found.got,
        hint=hint,
    )


def inherited(data: Licence | None, sources: Iterable[Upstream]) -> Iterator[Finding]:
    """What the licences of the sources forbid or ask of the licence of the data."""
    for source in sources:
        if source.licence is None or not source.licence.known:
            yield Finding(
                rule="REL-01",
                severity=Severity.WARNING,
                status=Status.NOT_EVALUABLE,
                message=f"The licence of the source {source.name} is not known, so nothing says the data may be passed on.",
                path=source.path,
                line=source.line,
                hint="Look it up where the source was got, and write it below `upstream:` in release.yaml.",
            )
            continue
        yield from (_forbidden(source, said, severity) for said, severity in _limits(data, source.licence))


def _limits(data: Licence | None, source: Licence) -> Iterator[tuple[str, Severity]]:
    """What a source's licence asks for that the data's does not give, and how bad that is."""
    if source.no_derivatives:
        yield "allows no changed copies to be passed on (NoDerivatives)", Severity.BLOCKER
    if data is None:
        for asks, word in ((source.share_alike, "ShareAlike"), (source.non_commercial, "NonCommercial")):
            if asks:
                yield f"asks for {word}, and the data name no licence", Severity.ERROR
        return
    if source.non_commercial and not data.non_commercial:
        yield f"forbids commercial use (NonCommercial), which {data.id} allows", Severity.BLOCKER
    if source.share_alike and not source.no_derivatives and not _alike(source, data):
        yield (
            f"asks that what is made from it carries the same licence (ShareAlike), and the data carry {data.id}",
            Severity.BLOCKER,
        )


def _alike(source: Licence, data: Licence) -> bool:
    """The same licence, or a later version of it."""
    one, _, before = source.id.rpartition("-")
    other, _, after = data.id.rpartition("-")
    return source.id == data.id or (source.id.startswith("CC-") and one == other and after >= before)


def _forbidden(source: Upstream, said: str, severity: Severity) -> Finding:
    name = source.licence.id if source.licence else ""
    return Finding(
        rule="REL-01",
        severity=severity,
        message=f"The source {source.name} ({name}) {said}.",
        path=source.path,
        line=source.line,
        got=name,
        hint="Take over what the source asks for, leave the source out, or get its owner's written leave and keep it.",
    )
