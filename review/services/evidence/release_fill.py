"""What the files of a release answer of its datasheet, its card and its Croissant description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.estimate import Estimate, Evidence
from review.domain.finding import Finding
from review.evidence.licences import Licence
from review.evidence.manifest import ALIASES
from review.render import tables
from review.render.croissant import Columns
from review.render.datasheet import Prefill, Question, Reply, Standing
from review.resources import data_dir, read_yaml
from review.services.evidence import accounting, ratings, splits
from review.services.evidence.read_files import rows
from review.services.evidence.release_folder import Folder

_MOST_LEVELS = 12  # different entries of a column that are listed with their counts
_GROUPS = ("sex", "site", "subgroup", "ethnicity", "race", "phenotype", "lstv", "scanner", "manufacturer")
_LABELS = ("label", "class", "diagnosis", "phenotype", "lstv", "grade", "castellvi")
_AGREEMENT: Mapping[str, str] = {
    "percent_agreement": "share of equal readings",
    "cohen_kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
}
_UNKNOWN = frozenset({"", "na", "n/a", "nan", "none", "null", "unknown", "."})
# The answers that also speak for the responsible-use part of Croissant.
RESPONSIBLE: Mapping[str, Sequence[str]] = {
    "rai:dataCollection": ("P1",),
    "rai:dataCollectionMissingData": ("C6",),
    "rai:dataCollectionRawData": ("L2",),
    "rai:dataPreprocessingProtocol": ("L1",),
    "rai:dataAnnotationProtocol": ("C5",),
    "rai:personalSensitiveInformation": ("C15",),
    "rai:dataBiases": ("C3", "C13"),
    "rai:dataLimitations": ("C9", "U5"),
    "rai:dataSocialImpact": ("U4",),
    "rai:dataUseCases": ("U3",),
    "rai:dataReleaseMaintenancePlan": ("N4",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files that answer questions: a table of cases, the counts, the splits, and double readings."""

    manifest: Path | None = None
    counts: Path | None = None
    splits: Path | None = None
    ratings: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was computed from the sources; each is None where its file was not given or has faults."""

    manifest: pd.DataFrame | None
    counts: Evidence | None
    splits: Evidence | None
    ratings: Evidence | None
    findings: tuple[Finding, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(each for each in (self.counts, self.splits, self.ratings) if each is not None)


def look(sources: Sources) -> Known:
    """Compute what the sources tell. Raises `Missing` for a file that is not there."""
    frame = None
    findings: list[Finding] = []
    if sources.manifest:
        read = rows(sources.manifest, required=(), aliases=ALIASES)
        findings += read.findings
        frame = read.frame if read.usable and len(read.frame) else None
    counted = sources.counts or sources.manifest
    found = Known(
        manifest=frame,
        counts=accounting.accounting(counted) if counted else None,
        splits=_splits(sources, frame),
        ratings=ratings.agreement(sources.ratings) if sources.ratings else None,
        findings=(),
    )
    told = [finding for each in found.evidence for finding in each.findings]
    return Known(
        manifest=found.manifest,
        counts=found.counts,
        splits=found.splits,
        ratings=found.ratings,
        findings=tuple(dict.fromkeys([*findings, *told])),
    )


def _splits(sources: Sources, frame: pd.DataFrame | None) -> Evidence | None:
    """The splits of their file, else those of a column of the manifest."""
    if sources.splits:
        return splits.check(sources.splits, splits.Choices(manifest=sources.manifest))
    if sources.manifest and frame is not None and {"split", "fold"} & {*frame.columns}:
        return splits.check(sources.manifest)
    return None


def questions() -> tuple[Question, ...]:
    """The 57 questions in our words, in seven parts."""
    path = data_dir("templates") / "checklists" / "datasheets.yaml"
    tree = read_yaml(path.read_text(encoding="utf-8"), path=path.name).tree
    return tuple(
        Question(
            number=str(item["number"]),
            part=str(item["section"]).split(" ", 1)[-1],
            ask=str(item["ask"]),
            optional=bool(item.get("optional")) or item.get("flag") == "comment",
            about_people=item.get("flag") == "people",
        )
        for item in tree["items"]
    )


# Datasheet


def prefills(folder: Folder, known: Known, data: Licence | None) -> dict[str, Prefill]:
    """What can be answered without asking anybody, by the number of the question."""
    found = {**_from_about(folder, data), **_from_manifest(known.manifest), **_from_evidence(known)}
    if folder.said.get("people") is False or folder.text("people").casefold() in {"no", "false"}:
        reason = "n/a: release.yaml says that the data are not about people."
        found |= {q.number: Prefill(text=reason) for q in questions() if q.about_people}
    return found


def _from_about(folder: Folder, data: Licence | None) -> dict[str, Prefill]:
    people = [_person(each) for each in folder.listed("creators")]
    sources = [_source(each) for each in folder.listed("upstream")]
    given = folder.text("doi")
    where = [f"<https://doi.org/{given}>" if given else "", f"<{folder.text('url')}>" if folder.text("url") else ""]
    simple = {
        "M1": (folder.text("description"), False),
        "M2": ("; ".join(p for p in people if p), True),
        "M3": (folder.text("funding"), True),
        "P6": (folder.text("ethics"), True),
        "P9": (folder.text("consent"), True),
        "C14": (folder.text("deidentification"), False),
        "L3": (folder.text("code"), True),
        "D1": (folder.text("access"), True),
        "D2": (", ".join(each for each in where if each), True),
        "D3": (folder.text("date_published"), True),
        "D4": (f"{data.id}, <{data.url}>" if data else "", True),
        "N1": (folder.text("publisher"), False),
        "N2": (folder.text("contact"), True),
        "C10": ("Made from:\n\n" + "\n".join(f"- {each}" for each in sources) if sources else "", False),
    }
    return {number: Prefill(text=text, whole=whole) for number, (text, whole) in simple.items() if text}


def _person(each: Any) -> str:
    if not isinstance(each, dict):
        return str(each)
    return ", ".join(str(each[key]) for key in ("name", "affiliation") if each.get(key))


def _source(each: Any) -> str:
    if not isinstance(each, dict):
        return str(each)
    return ", ".join(str(each[key]) for key in ("name", "licence", "license", "url", "doi") if each.get(key))


def _from_manifest(frame: pd.DataFrame | None) -> dict[str, Prefill]:
    if frame is None:
        return {}
    found = {"C4": Prefill(text=f"Each entry has: {', '.join(map(str, frame.columns))}.", whole=False)}
    blank = {name: int(frame[name].str.casefold().isin(_UNKNOWN).sum()) for name in frame}
    short = [f"- {name}: {n:,} of {len(frame):,} ({100 * n / len(frame):.1f} %)" for name, n in blank.items() if n]
    found["C6"] = Prefill(
        text="Empty or unknown entries:\n\n" + "\n".join(short) if short else "No entry of the manifest is empty.",
        whole=not short,
    )
    if "patient" in frame:
        per = frame["patient"].value_counts()
        many = int((per > 1).sum())
        text = f"{len(frame):,} rows belong to {len(per):,} patients; {many:,} patients have more than one (at most {per.max():,})."
        found["C7"] = Prefill(text=f"{text} The column `patient` says which belong together.")
    for number, wanted, whole in (("C5", _LABELS, False), ("C13", _GROUPS, False)):
        told = [_levels(frame[name]) for name in frame if str(name) in wanted]
        ages = _ages(frame) if number == "C13" else ""
        text = "\n".join(each for each in (*told, ages) if each)
        if text:
            found[number] = Prefill(text=text, whole=whole)
    return found


def _levels(column: pd.Series) -> str:
    counts = column.where(~column.str.casefold().isin(_UNKNOWN), "not recorded").value_counts()
    if len(counts) > _MOST_LEVELS:
        return f"- {column.name}: {len(counts):,} different entries"
    return f"- {column.name}: " + ", ".join(
        f"{level} {n:,}" for level, n in sorted(counts.items(), key=lambda x: str(x[0]))
    )


def _ages(frame: pd.DataFrame) -> str:
    if "age" not in frame:
        return ""
    known = pd.to_numeric(frame["age"], errors="coerce").dropna()
    if known.empty:
        return ""
    low, middle, high = known.min(), known.median(), known.max()
    return f"- age: median {middle:g}, {low:g} to {high:g}, known for {len(known):,} of {len(frame):,} rows"


def _from_evidence(known: Known) -> dict[str, Prefill]:
    found = {}
    for number, each, whole in (("C2", known.counts, True), ("C8", known.splits, False)):
        if each and each.tables:
            found[number] = Prefill(text=tables.markdown(each.tables[0]), whole=whole)
    agreed = [_agreed(each) for each in (known.ratings.values if known.ratings else ()) if each.name in _AGREEMENT]
    if any(agreed):
        text = "Agreement of the readers:\n\n" + "\n".join(f"- {each}" for each in agreed if each)
        found["L1"] = Prefill(text=text, whole=False)
    return found


def _agreed(value: Estimate) -> str:
    """A coefficient with its interval, "" where it is undefined."""
    if value.value is None or len(value.by):
        return ""
    between = (
        f" (95 % CI {value.low:.2f} to {value.high:.2f})" if value.low is not None and value.high is not None else ""
    )
    return f"{_AGREEMENT[value.name]} {value.value:.2f}{between}, {value.n:,} items"


# Croissant


def properties(folder: Folder, replies: Sequence[Reply], data: Licence | None) -> dict[str, Any]:
    """The properties of the dataset as schema.org and Croissant name them."""
    said, answers = folder.said, {r.question.number: r.text for r in replies if r.standing is Standing.ANSWERED}
    given = folder.text("doi")
    sources = said.get("upstream")
    own: Mapping[str, Any] = said["rai"] if isinstance(said.get("rai"), dict) else {}
    told: dict[str, Any] = {
        "name": folder.text("name"),
        "description": folder.text("description"),
        "license": data.url if data else None,
        "url": folder.text("url") or (f"https://doi.org/{given}" if given else ""),
        "identifier": f"https://doi.org/{given}" if given else "",
        "creator": [_creator(each) for each in folder.listed("creators")],
        "publisher": {"@type": "sc:Organization", "name": folder.text("publisher")}
        if folder.text("publisher")
        else None,
        "datePublished": folder.text("date_published"),
        "version": folder.text("version"),
        "keywords": [str(each) for each in folder.listed("keywords")],
        "inLanguage": [str(each) for each in folder.listed("languages")],
        "rai:hasSyntheticData": said.get("synthetic") if isinstance(said.get("synthetic"), bool) else None,
        "prov:wasDerivedFrom": [_derived(each) for each in sources or ()]
        or ("nothing else" if sources == [] else None),
        "prov:wasGeneratedBy": folder.text("generated_by"),
    }
    for name, numbers in RESPONSIBLE.items():
        text = "\n\n".join(answers[number] for number in numbers if number in answers)
        told[name] = own.get(name.partition(":")[2]) or text
    told |= {f"rai:{name}": value for name, value in own.items()}
    return told


def _creator(each: Any) -> dict[str, Any]:
    one = each if isinstance(each, dict) else {"name": str(each)}
    made: dict[str, Any] = {"@type": "sc:Person", "name": str(one.get("name") or "")}
    if one.get("orcid"):
        made["identifier"] = f"https://orcid.org/{one['orcid']}"
    if one.get("affiliation"):
        made["affiliation"] = {"@type": "sc:Organization", "name": str(one["affiliation"])}
    return made


def _derived(each: Any) -> dict[str, Any]:
    one = each if isinstance(each, dict) else {"name": str(each)}
    address = one.get("url") or (f"https://doi.org/{one['doi']}" if one.get("doi") else None)
    return {key: str(value) for key, value in (("@id", address), ("name", one.get("name"))) if value}


def columns(path: str, frame: pd.DataFrame, header: Sequence[str]) -> Columns:
    """The columns of a table under the names of its header, each with the kind of its entries."""
    kinds = {}
    for name, written in zip(frame.columns, header, strict=True):
        known = frame[name][~frame[name].str.casefold().isin(_UNKNOWN)]
        kinds[written] = "sc:Text" if str(name) in ALIASES or known.empty else _kind(known)
    split = next((w for n, w in zip(frame.columns, header, strict=True) if str(n) in {"split", "fold"}), "")
    return Columns(path=path, columns=kinds, split=split)


def _kind(known: pd.Series) -> str:
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.isna().any():
        return "sc:Text"
    return "sc:Integer" if known.str.fullmatch(r"[+-]?\d+").all() else "sc:Float"
