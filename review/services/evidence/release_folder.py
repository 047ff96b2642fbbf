"""What lies in the folder of a release: what it says about itself, the licences it names, the files it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from review.domain.errors import Missing
from review.domain.estimate import Input
from review.domain.finding import Finding
from review.evidence import licences
from review.evidence.licences import Statement, Upstream
from review.formats.decoding import decode
from review.render.croissant import File, Several
from review.resources import YamlDocument, read_yaml
from review.services.evidence.read_files import fingerprint

ABOUT = "release.yaml"
DATASHEET, CARD, CROISSANT = "datasheet.md", "dataset_card.md", "croissant.json"
_CARDS = (CARD, "README.md", "_README_hf.md", "card.md", "dataset-card.md", "readme.md")
_OWN = frozenset({ABOUT, DATASHEET, CARD, CROISSANT})
_LICENCE_FILE = re.compile(r"(?:licen[sc]e|copying)(?:[-_.](?P<about>data|dataset|code|software|weights))?(?:\.\w+)?|(?P<before>data|dataset|code)[-_]licen[sc]e(?:\.\w+)?", re.IGNORECASE)  # fmt: skip
_DATA: Mapping[str, str] = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".tar.gz": "application/gzip",
    ".tgz": "application/gzip",
    ".nii": "application/x-nifti",
    ".nii.gz": "application/gzip",
    ".dcm": "application/dicom",
    ".mha": "application/x-metaimage",
    ".nrrd": "application/x-nrrd",
    ".npz": "application/x-npz",
    ".h5": "application/x-hdf5",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".tif": "image/tiff",
}
_SKIPPED = frozenset({".git", ".venv", "venv", "__pycache__", "node_modules"})
_MOST_ALONE = 20  # files of one ending that are listed one by one; more are a set
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>)\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A release as it lies there. `said` are the keys of release.yaml, with what CITATION.cff and the card add."""

    root: Path
    about: YamlDocument
    said: Mapping[str, Any]
    statements: tuple[Statement, ...]
    upstream: tuple[Upstream, ...]
    files: tuple[str, ...]
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...] = ()
    card: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A key of release.yaml as text, "" where nothing is said."""
        value = self.said.get(key)
        if value is None or isinstance(value, dict):
            return ""
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value).strip()

    def listed(self, key: str) -> list[Any]:
        """A key of release.yaml as a list: a single thing is a list of one, nothing an empty one."""
        return _list(self.said.get(key))


def _list(value: Any) -> list[Any]:
    if value is None or isinstance(value, bool) or value == "":
        return []
    return value if isinstance(value, list) else [value]


def read(root: Path) -> Folder:
    """Look at everything the folder says about itself. Raises `Missing` where there is no such folder."""
    if not root.is_dir():
        raise Missing("folder", str(root), [each.name for each in root.parent.glob("*") if each.is_dir()])
    files = tuple(sorted(_files(root)))
    texts = {name: decode((root / name).read_bytes()).text() for name in files if _is_text(name)}
    about = read_yaml(texts.get(ABOUT, ""), path=ABOUT)
    tree = about.tree if isinstance(about.tree, dict) else {}
    citation = read_yaml(texts.get("CITATION.cff", ""), path="CITATION.cff")
    card = next((name for name in _CARDS if _FRONT.match(texts.get(name, ""))), "")
    front = _front(texts[card], card) if card else YamlDocument({})
    cited = citation.tree if isinstance(citation.tree, dict) else {}
    headed = front.tree if isinstance(front.tree, dict) else {}
    said = {
        **_from_card(headed),
        **_from_citation(cited),
        **{k: v for k, v in tree.items() if v not in (None, "", [], {})},
    }
    if "upstream" in tree:
        said["upstream"] = _list(tree["upstream"]) if tree["upstream"] is not None else None
    return Folder(
        root=root,
        about=about,
        said=said,
        statements=tuple(_statements(about, citation, front, texts, card)),
        upstream=tuple(_upstream(about)),
        files=files,
        inputs=tuple(fingerprint(root / name) for name in (ABOUT, "CITATION.cff", card) if name and name in files),
        findings=(*about.findings, *citation.findings, *front.findings),
        card=card,
        texts=texts,
    )


def _files(root: Path) -> Iterator[str]:
    for place, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED and not f.startswith("."))
        for name in names:
            if not name.startswith("."):
                yield (Path(place) / name).relative_to(root).as_posix()


def _is_text(name: str) -> bool:
    return "/" not in name and (
        name in _OWN or name in _CARDS or name == "CITATION.cff" or bool(_LICENCE_FILE.fullmatch(name))
    )


def _front(text: str, path: str) -> YamlDocument:
    found = _FRONT.match(text)
    read_ = read_yaml(found[1] if found else "", path=path)
    # The header begins below its first line of dashes.
    return YamlDocument(read_.tree, {at: line + 1 for at, line in read_.lines.items()}, read_.findings)


def _from_citation(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What CITATION.cff tells, under the keys of release.yaml."""
    people = [each for each in _list(tree.get("authors")) if isinstance(each, dict)]
    creators = [
        {
            "name": each.get("name") or " ".join(str(each[k]) for k in ("given-names", "family-names") if each.get(k)),
            "affiliation": each.get("affiliation"),
            "orcid": str(each.get("orcid") or "").rpartition("/")[2] or None,
        }
        for each in people
    ]
    found = {
        "name": tree.get("title"),
        "description": tree.get("abstract"),
        "version": tree.get("version"),
        "date_published": tree.get("date-released"),
        "url": tree.get("url") or tree.get("repository"),
        "code": tree.get("repository-code"),
        "doi": tree.get("doi"),
        "keywords": tree.get("keywords"),
        "creators": creators,
    }
    return {key: value for key, value in found.items() if value}


def _from_card(tree: Mapping[str, Any]) -> dict[str, Any]:
    languages = tree.get("language")
    found = {
        "name": tree.get("pretty_name"),
        "keywords": tree.get("tags"),
        "languages": [languages] if isinstance(languages, str) else languages,
    }
    return {key: value for key, value in found.items() if value}


# Licences


def _statements(
    about: YamlDocument, citation: YamlDocument, front: YamlDocument, texts: Mapping[str, str], card: str
) -> Iterator[Statement]:
    yield from _declared(about)
    for name, text in texts.items():
        named = _LICENCE_FILE.fullmatch(name)
        if named and (found := licences.of_text(text)):
            word = (named["about"] or named["before"] or "").casefold()
            about_what = {"dataset": "data", "software": "code"}.get(word, word)
            yield Statement(path=name, line=1, licence=found, about=about_what)
    yield from _of_key(front, "license", card, "data")
    kind = citation.tree.get("type") if isinstance(citation.tree, dict) else None
    yield from _of_key(citation, "license", "CITATION.cff", "data" if kind == "dataset" else "")


def _declared(about: YamlDocument) -> Iterator[Statement]:
    tree = about.tree if isinstance(about.tree, dict) else {}
    for key in ("licence", "license"):
        value = tree.get(key)
        pairs = value.items() if isinstance(value, dict) else [("data", value)] if value else []
        for name, text in pairs:
            found = licences.licence(str(text)) if text else None
            if found:
                line = about.line(key, name) if isinstance(value, dict) else about.line(key)
                yield Statement(path=ABOUT, line=line, licence=found, about=str(name))


def _of_key(document: YamlDocument, key: str, path: str, about: str) -> Iterator[Statement]:
    value = document.tree.get(key) if isinstance(document.tree, dict) else None
    for text in value if isinstance(value, list) else [value]:
        found = licences.licence(str(text)) if text else None
        if found and found.id.casefold() != "other":
            yield Statement(path=path, line=document.line(key), licence=found, about=about)


def _upstream(about: YamlDocument) -> Iterator[Upstream]:
    tree = about.tree if isinstance(about.tree, dict) else {}
    for at, each in enumerate(_list(tree.get("upstream"))):
        one = each if isinstance(each, dict) else {"name": each}
        text = one.get("licence") or one.get("license")
        yield Upstream(
            name=str(one.get("name") or one.get("url") or f"number {at + 1}"),
            licence=licences.licence(str(text)) if text else None,
            path=ABOUT,
            line=about.line("upstream", at),
        )


# Files


def distributed(folder: Folder, tables: Sequence[str]) -> tuple[tuple[File, ...], tuple[Several, ...]]:
    """The files of data one by one, and those of which there are very many as sets; tables are always named."""
    by_ending: dict[str, list[str]] = {}
    for name in folder.files:
        ending = _ending(name)
        if ending and name not in _OWN and name not in tables:
            by_ending.setdefault(ending, []).append(name)
    alone = [*tables, *(n for names in by_ending.values() if len(names) <= _MOST_ALONE for n in names)]
    files = tuple(
        File(
            path=name,
            size=(folder.root / name).stat().st_size,
            sha256=fingerprint(folder.root / name).sha256,
            format=_DATA.get(_ending(name), "application/octet-stream"),
        )
        for name in sorted(dict.fromkeys(alone))
    )
    several = tuple(
        Several(
            name=f"files{ending.replace('.', '-')}",
            pattern=f"**/*{ending}",
            format=_DATA[ending],
            paths={name: (folder.root / name).stat().st_size for name in names},
        )
        for ending, names in sorted(by_ending.items())
        if len(names) > _MOST_ALONE
    )
    return files, several


def _ending(name: str) -> str:
    lower = name.casefold()
    return next((each for each in sorted(_DATA, key=len, reverse=True) if lower.endswith(each)), "")


def skeleton(folder: Folder, template: str) -> str:
    """A first release.yaml: the template with what the other files tell already."""
    lines = []
    for line in template.splitlines():
        key = line.partition(":")[0]
        value = folder.said.get(key)
        if value and re.match(r"[a-z_]+:", line) and not isinstance(value, dict):
            flow = None if isinstance(value, list) else False
            written = yaml.safe_dump(
                {key: value}, allow_unicode=True, sort_keys=False, width=1000, default_flow_style=flow
            )
            lines.append(written.rstrip())
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"
