"""The description of a dataset as Croissant 1.1, a JSON-LD document that machines read (mlcommons.org/croissant)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = "http://mlcommons.org/croissant/1.1"
RESPONSIBLE = "http://mlcommons.org/croissant/RAI/1.0"
# The terms that a Croissant document may use without a prefix.
_TERMS = (
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
)
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    **{term: f"cr:{term}" for term in _TERMS},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
_REPOSITORY = "repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the release, by its path in the folder."""

    path: str
    size: int
    sha256: str
    format: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Many files of one kind, such as all NIfTI volumes; `paths` with their sizes."""

    name: str
    pattern: str
    format: str
    paths: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A table of the release: the columns with their type (`sc:Text`, `sc:Integer`, `sc:Float`), `split` among them marked."""

    path: str
    columns: Mapping[str, str]
    split: str = ""


def document(
    told: Mapping[str, Any], files: Sequence[File], several: Sequence[Several], tables: Sequence[Columns]
) -> dict[str, Any]:
    """The whole document; `told` are the properties of the dataset under their names in schema.org, empty ones left out."""
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": [VERSION, RESPONSIBLE],
        **{name: value for name, value in told.items() if value not in (None, "", [], {})},
        "distribution": [*map(_file, files), *_sets(several, str(told.get("url") or ""))],
        "recordSet": [_records(table) for table in tables],
    }


def _file(file: File) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@type": "cr:FileObject",
        "@id": _id(file.path),
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.format,
        "sha256": file.sha256,
    }
    return made | ({"description": file.description} if file.description else {})


def _sets(several: Sequence[Several], url: str) -> list[dict[str, Any]]:
    """Files of one kind as a set, inside the place where the whole release can be got."""
    if not several:
        return []
    listing = "\n".join(f"{path} {size}" for each in several for path, size in sorted(each.paths.items()))
    place = {
        "@type": "cr:FileObject",
        "@id": _REPOSITORY,
        "name": _REPOSITORY,
        "description": "The place that holds all files of the release. Its sha256 is that of the list of paths and sizes.",
        "contentUrl": url or ".",
        "encodingFormat": "git+https",
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
    }
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": each.name,
            "name": each.name,
            "description": f"{len(each.paths):,} files",
            "containedIn": {"@id": _REPOSITORY},
            "encodingFormat": each.format,
            "includes": each.pattern,
        }
        for each in several
    ]
    return [place, *sets]


def _id(text: str) -> str:
    """A name as the format allows it in an identifier: without blanks."""
    return "_".join(text.split())


def _records(table: Columns) -> dict[str, Any]:
    name = _id(table.path.rpartition("/")[2].partition(".")[0]) or "table"
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The rows of {table.path}.",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{_id(column)}",
                "name": f"{name}/{column}",
                "dataType": [kind, "cr:Split"] if column == table.split else kind,
                "source": {"fileObject": {"@id": _id(table.path)}, "extract": {"column": column}},
            }
            for column, kind in table.columns.items()
        ],
    }


def merged(made: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The new document with what an author added to the old one: properties of their own, and descriptions of parts."""
    whole = {**made, **{name: value for name, value in before.items() if name not in made}}
    described = _descriptions(before)
    for part in ("distribution", "recordSet"):
        whole[part] = [_described(each, described) for each in made[part]]
    mine = {each["@id"] for each in made["recordSet"]}
    theirs = [each for each in before.get("recordSet") or () if isinstance(each, dict) and each.get("@id") not in mine]
    whole["recordSet"] = [*whole["recordSet"], *theirs]
    return whole


def _descriptions(document: Mapping[str, Any]) -> dict[str, str]:
    parts = [p for name in ("distribution", "recordSet") for p in document.get(name) or () if isinstance(p, dict)]
    fields = [field for part in parts for field in part.get("field") or () if isinstance(field, dict)]
    return {str(p["@id"]): str(p["description"]) for p in (*parts, *fields) if p.get("@id") and p.get("description")}


def _described(part: Mapping[str, Any], described: Mapping[str, str]) -> dict[str, Any]:
    found = dict(part)
    if found["@id"] in described and "description" not in part:
        found["description"] = described[found["@id"]]
    if "field" in found:
        found["field"] = [_described(field, described) for field in found["field"]]
    return found
