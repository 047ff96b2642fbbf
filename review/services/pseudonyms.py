"""A copy of a review without the names of its people, or without the abstracts of publishers, for handing on.

Names become `Person 01`, `Person 02` … in the order of the alphabet; an abstract becomes a line of the same length, so that
every number stays what it was. What is packed and computed from the copy is all of one piece.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.domain.sections import text_hash
from review.domain.team import Right
from review.services import rights
from review.services.project import CONFIG, DATABASE, Project, open_store_for, steadily
from review.storage import projects, transfer
from review.storage.store import open_file

# Columns that hold nothing but a person's name, by table where another holds something else under that name.
_NAMED = ("person", "reviewer", "who")
_NAMED_IN: Mapping[str, tuple[str, ...]] = {
    "people": ("name", "who"),
    "search_runs": (),
    "records": (),
    "full_texts": ("who",),
}
_FREE = ("note", "detail", "text", "reason")  # what people write, in which they may name each other
_KEPT_AS_IT_IS = frozenset({"protocol_versions", "form_versions"})  # their texts have hashes that count
_LEFT_OUT = "[abstract left out] "
_ABSTRACT = re.compile(r"(?im)^[ \t]*abstract\s*=\s*[{\"]")
_AFTER = re.compile(r"[ \t]*,?[ \t]*\n?")
_SHARED = ("project", "flow")  # parts of review.toml
_HEAD = re.compile(r"\s*\[{1,2}\s*([\w-]+)")
_TEXTS = (".md", ".yaml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What a bundle leaves out on request, and that it takes the files of full texts along."""

    pseudonyms: bool = False
    abstracts: bool = True
    full_texts: bool = False

    @property
    def whole(self) -> bool:
        return self.abstracts and not self.pseudonyms


WHOLE = Packing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """How each line of facts is written into the copy, and each text. `names` maps a person to the pseudonym."""

    packing: Packing
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> re.Pattern[str] | None:
        longest_first = sorted(self.names, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)") if longest_first else None

    def lines(self, table: str, found: Iterator[str]) -> Iterator[str]:
        """The rows of a table as they go into the copy."""
        if table == "raw_entries" and not self.packing.abstracts:
            return
        wanted = self.wanted
        for line in found:
            row = json.loads(line)
            if table == "records" and row["abstract"] and not self.packing.abstracts:
                row["abstract"] = _in_place_of(row["abstract"])
            if wanted:
                self._rename(table, row, wanted)
            yield json.dumps(row, ensure_ascii=False)

    def _rename(self, table: str, row: dict[str, Any], wanted: re.Pattern[str]) -> None:
        for column in _NAMED_IN.get(table, _NAMED):
            if column in row:
                row[column] = self.names.get(row[column], row[column])
        for column in _FREE if table not in _KEPT_AS_IT_IS else ():
            if row.get(column):
                row[column] = wanted.sub(lambda m: self.names[m[0]], row[column])
        if table == "section_facts" and row["text"]:
            row["sha256"] = text_hash(row["text"])

    def file(self, path: Path) -> bytes:
        """A file of a paper or of kept evidence as it goes into the copy."""
        data, wanted = path.read_bytes(), self.wanted
        if path.suffix == ".bib" and not self.packing.abstracts:
            return without_abstracts(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if wanted is None or path.suffix not in _TEXTS:
            return data
        return wanted.sub(lambda m: self.names[m[0]], data.decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )


@rights.needs(Right.GOVERN)
def settings(project: Project) -> bytes:
    """The parts of review.toml that belong to the review. How people sign in, and what else it may hold, stays here."""
    text = (project.root / CONFIG).read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\s*\[)", text)
    shared = "".join(part for part in parts if (head := _HEAD.match(part)) and head[1] in _SHARED)
    try:
        if tomllib.loads(shared) == {name: part for name, part in tomllib.loads(text).items() if name in _SHARED}:
            return f"# This folder is a Scopewright project.\n{shared}".encode()
    except tomllib.TOMLDecodeError:
        pass  # a text over several lines that looks like a head: what the project is called is enough
    said = {"id": project.id, "name": project.name, "type": project.type}
    lines = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in said.items())
    return f"# This folder is a Scopewright project.\n[project]\n{lines}".encode()


@rights.needs(Right.GOVERN)
def veil(project: Project, packing: Packing) -> Veil:
    """How this project is copied."""
    names = _people(project) if packing.pseudonyms else set()
    return Veil(packing=packing, names={n: f"Person {at:02d}" for at, n in enumerate(sorted(names), start=1)})


def _people(project: Project) -> set[str]:
    """Everybody of the project, also who only stands in a fact without ever having joined."""
    found = {person.name for person in projects.read_people(project.store)}
    for table in transfer.TABLES:
        columns = _NAMED_IN.get(table, _NAMED)
        if columns and table not in ("raw_entries", "run_records", "duplicate_links"):
            rows = (json.loads(line) for line in transfer.dump(project.store, table))
            found.update(row[column] for row in rows for column in columns if row.get(column))
    return {name for name in found if name and not name.startswith("(")}


@rights.needs(Right.GOVERN)
def copy(project: Project, folder: Path, found: Veil, files: Mapping[str, Path]) -> Project:
    """A project in this new folder with the same facts, written so; `files` are its others by their place."""
    folder.mkdir(parents=True)
    for name, path in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(found.file(path))

    def filled() -> None:
        for part in folder.glob(f"{DATABASE}*"):
            part.unlink()
        store = open_file(folder / DATABASE)
        try:
            tables = ((t, found.lines(t, transfer.dump(project.store, t))) for t in transfer.TABLES)
            transfer.load(store, tables)
        finally:
            store.close()

    shutil.copyfile(project.protocol_path, folder / project.protocol_path.name)
    steadily(project, filled)
    return open_store_for(folder)


def without_abstracts(text: str) -> str:
    r"""A BibTeX file without the fields `abstract`, however many lines and braces they have.

    >>> without_abstracts("@article{a,\n  abstract = {Of {CT},\n and more},\n  year = {2020},\n}")
    '@article{a,\n  year = {2020},\n}'
    """
    kept, done = [], 0
    for field_of_it in _ABSTRACT.finditer(text):
        if field_of_it.start() < done:
            continue
        at, depth = field_of_it.end(), 1
        closing = "}" if text[at - 1] == "{" else '"'
        while at < len(text) and depth:
            if closing == '"':
                depth -= text[at] == '"'
            else:
                depth += (text[at] == "{") - (text[at] == "}")
            at += 1
        kept.append(text[done : field_of_it.start()])
        done = at + len(_AFTER.match(text, at)[0])  # type: ignore[index]  # it matches nothing at all, too
    return "".join([*kept, text[done:]])


def _in_place_of(abstract: str) -> str:
    return (_LEFT_OUT * (len(abstract) // len(_LEFT_OUT) + 1))[: len(abstract)]
