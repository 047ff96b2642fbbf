"""A release held against what is asked of one: the properties Croissant requires, and the fifteen FAIR principles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from review.domain.finding import Finding, Severity

REQUIRED = (
    "@context",
    "@type",
    "conformsTo",
    "name",
    "description",
    "license",
    "url",
    "creator",
    "datePublished",
    "distribution",
)
RECOMMENDED = ("keywords", "publisher", "version", "inLanguage")
# What venues ask of the responsible-use part; the last three are not in the RAI 1.0 vocabulary but are asked for with it.
RESPONSIBLE = (
    "rai:dataLimitations",
    "rai:dataBiases",
    "rai:personalSensitiveInformation",
    "rai:dataUseCases",
    "rai:dataSocialImpact",
    "rai:hasSyntheticData",
    "prov:wasDerivedFrom",
    "prov:wasGeneratedBy",
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
# Archives that give DOIs, register them at DataCite, and keep the description when data are gone.
_ARCHIVES: Mapping[str, str] = {
    "10.5281": "Zenodo",
    "10.6084": "figshare",
    "10.5061": "Dryad",
    "10.7937": "The Cancer Imaging Archive",
    "10.13026": "PhysioNet",
    "10.7910": "Harvard Dataverse",
    "10.18112": "OpenNeuro",
    "10.57967": "Hugging Face",
    "10.17605": "OSF",
    "10.34740": "Kaggle",
}
_MEDICAL = (".nii", ".nii.gz", ".dcm", ".mha", ".nrrd")


def incomplete(document: Mapping[str, Any], path: str) -> Iterator[Finding]:
    """What a Croissant document lacks: required properties are errors, the responsible-use part and the rest warnings."""
    for name in REQUIRED:
        if not document.get(name):
            yield _lacks(name, path, "required", Severity.ERROR)
    for name in RESPONSIBLE:
        if document.get(name) in (None, "", {}):
            yield _lacks(name, path, "asked for by venues", Severity.WARNING)
    for name in RECOMMENDED:
        if not document.get(name):
            yield _lacks(name, path, "recommended", Severity.INFO)
    version = str(document.get("version") or "")
    if version and not _VERSION.fullmatch(version):
        yield Finding(
            rule="REL-04",
            severity=Severity.WARNING,
            message=f"The version {version!r} does not have the form 1.0.0.",
            path=path,
            hint="Last number: same data, better text. Middle: data added. First: data changed, or splits shuffled.",
        )


def _lacks(name: str, path: str, how: str, severity: Severity) -> Finding:
    where = "below `rai:` or by answering the datasheet" if name.startswith("rai:") else "in release.yaml"
    return Finding(
        rule="REL-04",
        severity=severity,
        message=f"The description lacks {name}, which is {how}.",
        path=path,
        hint=f"Write it {where}, then run the command again.",
    )


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """One FAIR principle: the verdict, and what was looked at to reach it."""

    number: str
    verdict: Verdict
    looked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is known of a release. `doi` is "" unless well formed; `answered` are the datasheet's questions with an answer."""

    document: Mapping[str, Any]
    valid: bool | None
    doi: str
    url: str
    access: str
    licence: str
    licence_known: bool
    upstream: Sequence[Mapping[str, Any]] | None
    vocabularies: Sequence[str]
    answered: frozenset[str]
    endings: frozenset[str]


def fair(of: Described) -> tuple[Principle, ...]:
    """The fifteen principles (Wilkinson 2016, 10.1038/sdata.2016.18), as far as files can tell."""
    return (*_findable(of), *_accessible(of), *_interoperable(of), *_reusable(of))


def _said(number: str, verdict: bool | None, looked_at: str) -> Principle:
    return Principle(
        number=number,
        verdict=Verdict.CANNOT_TELL if verdict is None else Verdict.YES if verdict else Verdict.NO,
        looked_at=looked_at,
    )


def _findable(of: Described) -> Iterator[Principle]:
    archive = _ARCHIVES.get(of.doi.partition("/")[0], "")
    if of.doi:
        yield _said("F1", True, f"the DOI {of.doi}")
    else:
        yield _said(
            "F1", False, f"no DOI, only the address {of.url}, which may change" if of.url else "no DOI and no address"
        )
    lacking = [name for name in (*REQUIRED, "keywords") if not of.document.get(name)]
    few = len(of.document.get("keywords") or ()) < 3
    looked = f"croissant.json lacks {', '.join(lacking)}" if lacking else "croissant.json has every required property"
    yield _said("F2", not lacking and not few, looked + (", fewer than three keywords" if few else " and keywords"))
    named = of.doi and of.doi in str(of.document.get("identifier", ""))
    yield _said("F3", bool(named), "croissant.json names the DOI" if named else "croissant.json names no DOI")
    if archive:
        yield _said("F4", True, f"{archive} registers its DOIs at DataCite, where they can be searched")
    else:
        yield _said(
            "F4", None if of.doi or of.url else False, "whether a catalogue lists the data was not asked on the network"
        )


def _accessible(of: Described) -> Iterator[Principle]:
    archive = _ARCHIVES.get(of.doi.partition("/")[0], "")
    address = f"https://doi.org/{of.doi}" if of.doi else of.url
    by_web = address.startswith("https://")
    yield _said("A1", by_web, f"the address {address}" if address else "no address")
    yield _said("A1.1", by_web, "https is open and free" if by_web else "no https address")
    said = f"release.yaml says: {of.access}" if of.access else "release.yaml does not say who gets the data and how"
    yield _said("A1.2", True if of.access else None, said)
    yield _said(
        "A2",
        True if archive else None,
        f"{archive} keeps the description" if archive else "no archive that is known to keep it",
    )


def _interoperable(of: Described) -> Iterator[Principle]:
    if of.valid is None:
        yield _said("I1", None, "croissant.json could not be checked without mlcroissant")
    else:
        yield _said("I1", of.valid, "croissant.json is valid JSON-LD" if of.valid else "croissant.json has errors")
    listed = ", ".join(of.vocabularies)
    yield _said(
        "I2", True if listed else None, f"labels come from {listed}" if listed else "release.yaml names no word list"
    )
    if of.upstream is None:
        yield _said("I3", None, "release.yaml does not say what the data are made from")
    else:
        linked = [each for each in of.upstream if each.get("url") or each.get("doi")]
        whole = len(linked) == len(of.upstream)
        sources = (
            f"{len(linked)} of {len(of.upstream)} sources have an address" if of.upstream else "made from nothing else"
        )
        yield _said("I3", whole, sources)


def _reusable(of: Described) -> Iterator[Principle]:
    fields = [field for table in of.document.get("recordSet") or () for field in table.get("field") or ()]
    told = sum(bool(field.get("description")) for field in fields)
    if fields:
        yield _said("R1", told == len(fields), f"{told} of {len(fields)} columns have a description in croissant.json")
    else:
        yield _said("R1", None, "no table of the release was given, so no column could be looked at")
    yield _said(
        "R1.1", of.licence_known, f"the licence {of.licence}" if of.licence else "no licence of the data is named"
    )
    need = ("P1", "L1")
    open_ = [number for number in need if number not in of.answered]
    looked = (
        f"the datasheet leaves {' and '.join(open_)} open"
        if open_
        else "the datasheet says how data were got and prepared"
    )
    yield _said("R1.2", not open_ and of.upstream is not None, looked)
    medical = sorted(of.endings & set(_MEDICAL))
    yield _said(
        "R1.3",
        True if medical else None,
        f"files in {', '.join(medical)}" if medical else "no file in a format of the field",
    )
