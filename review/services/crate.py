"""A bundle described as an RO-Crate 1.2: every file with its hash, the people, the searches, the program that packed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from review import __version__
from review.services import protocol, rights
from review.services.project import Project
from review.services.pseudonyms import Packing
from review.storage import projects, records
from review.storage.store import now

NAME = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.2"
_PROGRAM = "#scopewright"
_RIGHTS = "#rights"
_ENCODINGS = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".toml": "application/toml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".bib": "application/x-bibtex",
    ".csl": "application/xml",
    ".gz": "application/gzip",
    ".pdf": "application/pdf",
}
# What a file is, by its name or the beginning of it.
_IS = {
    "review.toml": "The project's name and identity",
    "protocol.yaml": "The protocol as it stands",
    "facts.json": "Every named number of the review, with its formula and what it rests on",
    "flow.json": "The numbers of the flow diagram",
    "flow.svg": "The PRISMA 2020 flow diagram",
    "charting.json": "What was charted, study by study, with the words of the papers",
    "included.csv": "The included studies with what was charted",
    "excluded.csv": "The reports left out at full text, with the reason",
    "manifest.json": "The SHA-256 of every file",
    "facts/": "Facts of the review, a row to a line: ",
    "papers/": "A manuscript and what belongs to it: ",
    "searches/": "An answer of a search as it came: ",
    "evidence/": "Numbers kept for the manuscript: ",
    "full_texts/": "A full text, named by its SHA-256: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file of the bundle: its hash and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a crate says of the review itself, whatever files are in it."""

    name: str
    question: str
    people: tuple[Mapping[str, object], ...]
    searches: tuple[Mapping[str, object], ...]


@rights.internal
def review_of(project: Project) -> Review:
    rules = protocol.in_force(project)
    return Review(
        name=rules.title or project.name,
        question=rules.question,
        people=tuple(_people(project)),
        searches=tuple(_searches(project)),
    )


def metadata(review: Review, files: Mapping[str, Packed], packing: Packing) -> dict[str, object]:
    """The JSON-LD of the crate; `files` are all its files but itself and those that are written after it."""
    day = now()[:10]
    root: dict[str, object] = {
        "@id": "./",
        "@type": "Dataset",
        "name": review.name,
        "description": f"A review with its protocol, records, decisions and charted data. Question: {review.question}",
        "datePublished": day,
        "license": {"@id": _RIGHTS},
        "creator": [{"@id": person["@id"]} for person in review.people],
        "hasPart": [{"@id": _id(name)} for name in (*files, "manifest.json")],
        "mentions": [{"@id": "#packing"}, *({"@id": search["@id"]} for search in review.searches)],
    }
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": VERSION},
    }
    return {
        "@context": f"{VERSION}/context",
        "@graph": [
            descriptor,
            root,
            *(_file(name, packed) for name, packed in files.items()),
            _file("manifest.json", None),
            _packing(day),
            _program(),
            _rights(packing),
            *review.people,
            *review.searches,
        ],
    }


def _id(name: str) -> str:
    return quote(name, safe="/.-_~")


def _file(name: str, packed: Packed | None) -> dict[str, object]:
    ending = PurePosixPath(name).suffix
    about = _IS.get(name) or next((f"{text}{name}" for start, text in _IS.items() if name.startswith(start)), name)
    made: dict[str, object] = {
        "@id": _id(name),
        "@type": "File",
        "name": PurePosixPath(name).name,
        "description": about,
    }
    if ending in _ENCODINGS:
        made["encodingFormat"] = _ENCODINGS[ending]
    if packed is not None:
        made |= {"contentSize": str(packed.size), "sha256": packed.sha256}
    return made


def _packing(day: str) -> dict[str, object]:
    return {
        "@id": "#packing",
        "@type": "CreateAction",
        "name": "Packed by review export",
        "endTime": day,
        "instrument": {"@id": _PROGRAM},
        "result": {"@id": "./"},
    }


def _program() -> dict[str, object]:
    """The program as a work: a crate's SoftwareApplication must have a public address, which this one has not yet."""
    return {
        "@id": _PROGRAM,
        "@type": "CreativeWork",
        "name": "Scopewright",
        "description": "The program that wrote this file",
        "version": __version__,
    }


def _rights(packing: Packing) -> dict[str, object]:
    left = "" if packing.abstracts else " Abstracts and raw answers of the sources are left out."
    if packing.full_texts:
        left = " Full texts belong to their publishers: pass this file on only to people who may have them."
    return {
        "@id": _RIGHTS,
        "@type": "CreativeWork",
        "name": "Rights",
        "description": "Titles and abstracts belong to their publishers; decisions and charted data are the authors', under "
        f"the terms stated in the paper.{left}",
    }


def _people(project: Project) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for number, person in enumerate(sorted(projects.read_people(project.store), key=lambda p: p.name), start=1):
        found.append({"@id": f"#person-{number:02d}", "@type": "Person", "name": person.name, "jobTitle": person.role})
    return found


def _searches(project: Project) -> list[dict[str, object]]:
    """Each search that was run or file that was taken, as an action with its exact string and day."""
    return [
        {
            "@id": f"#search-{run.number}",
            "@type": "SearchAction",
            "name": run.label or run.source,
            "query": run.query,
            "startTime": run.run_at or run.at,
            "description": f"{run.platform or run.source}; {run.file_name}; SHA-256 of the answer {run.raw_sha256}",
        }
        for run in records.runs(project.store)
    ]
