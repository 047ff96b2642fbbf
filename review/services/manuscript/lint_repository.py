"""What is released with a paper, read for the linter from its folder: release.yaml, licences, croissant.json, datasheet, cards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.domain.errors import Missing
from review.domain.finding import Finding
from review.lint.release import LICENCE_NAME
from review.lint.rule import Release
from review.resources import read_yaml
from review.services.evidence.read_files import tree

_CARDS = ("README.md", "dataset_card.md", "card.md")  # what users of the data read first
_LICENCE_FILES = (
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "LICENCE",
    "CITATION.cff",
    "croissant.json",
    "README.md",
    "datasheet.md",
    "DATA_LICENSE",
)


def read(folder: Path) -> tuple[Release, dict[str, str], list[Finding]]:
    """The release, where each of its files lies, and what is wrong in them. Raises `Missing` where there is no such folder."""
    if not folder.is_dir():
        raise Missing("folder", str(folder), [each.name for each in folder.parent.glob("*") if each.is_dir()])
    paths: dict[str, str] = {}
    faults: list[Finding] = []
    manifest = next((folder / n for n in ("release.yaml", "release.yml") if (folder / n).is_file()), None)
    held = read_yaml(manifest.read_text(encoding="utf-8-sig"), path=manifest.name) if manifest else None
    croissant = None
    if (folder / "croissant.json").is_file():
        document, _ = tree(folder / "croissant.json")
        faults += document.findings
        croissant = document.tree if isinstance(document.tree, dict) else None
        paths["croissant"] = (folder / "croissant.json").as_posix()
    sheet = folder / "datasheet.md"
    if sheet.is_file():
        paths["datasheet"] = sheet.as_posix()
    if manifest:
        paths["release"] = manifest.as_posix()
    release = Release(
        manifest=held.tree if held and isinstance(held.tree, dict) else None,
        licences=_licences(folder, croissant),
        croissant=croissant,
        datasheet=sheet.read_text(encoding="utf-8-sig") if sheet.is_file() else None,
        files=frozenset(p.name for p in folder.iterdir()),
        hashes=_hashes(folder, held.tree if held else None),
        texts={
            (folder / name).as_posix(): (folder / name).read_text(encoding="utf-8-sig", errors="replace")
            for name in _CARDS
            if (folder / name).is_file()
        },
    )
    return release, paths, faults


def _hashes(folder: Path, manifest: Any) -> dict[str, str]:
    """The sha256 of the split files that release.yaml names, where they lie in the repository."""
    listed = (manifest.get("splits") or manifest.get("split") or []) if isinstance(manifest, dict) else []
    entries = listed if isinstance(listed, list) else [listed]
    named = [str(entry.get("file", "")) for entry in entries if isinstance(entry, dict)]
    places = [(folder / name).resolve() for name in named if name]
    inside = [place for place in places if place.is_file() and place.is_relative_to(folder.resolve())]
    return {place.name: hashlib.sha256(place.read_bytes()).hexdigest() for place in inside}


def _licences(folder: Path, croissant: Mapping[str, Any] | None) -> dict[str, str]:
    found = {}
    for name in _LICENCE_FILES:
        path = folder / name
        if not path.is_file():
            continue
        if name == "croissant.json":
            said = json.dumps((croissant or {}).get("license", ""))
        else:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            lines = (
                [line for line in text.splitlines() if "icen" in line]
                if name.endswith((".md", ".cff"))
                else text.splitlines()[:6]
            )
            said = "\n".join(lines)
        if match := LICENCE_NAME.search(said):
            found["LICENSE (code)" if name.startswith("LICEN") and not match[0].upper().startswith("CC") else name] = (
                match[0]
            )
    return found
