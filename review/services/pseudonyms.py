"""A copy of a review without the names of its people, or without the abstracts of publishers, for handing on.

Names become `Person 01`, `Person 02` … in the order of the alphabet; an abstract becomes a line of the same length, so that
every number stays what it was. What is packed and computed from the copy is all of one piece.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.domain.pseudonym import Pseudonyms, authors_in, header_of, hide_affiliations, hide_folders, pseudonyms
from review.domain.sections import text_hash
from review.domain.team import Right
from review.resources import read_yaml
from review.services import full_texts, raw, rights
from review.services.project import CONFIG, DATABASE, Project, open_store_for, steadily
from review.storage import accounts, projects, records, transfer
from review.storage import full_texts as stored
from review.storage.store import open_file

# Columns that hold nothing but a person's name, by table where another holds something else under that name.
_NAMED = ("person", "reviewer", "who")
_NAMED_IN: Mapping[str, tuple[str, ...]] = {
    "people": ("name", "who"),
    "search_runs": (),
    "records": (),
    "full_texts": ("who",),
}
# What people write, in which they may name each other; and what came from files, in which their programs named them.
_FREE = ("note", "detail", "text", "reason")
_BROUGHT = ("notes", "findings", "value", "quote", "label", "platform", "limits", "origin")
_KEPT_AS_IT_IS = {"protocol_versions": ("text",), "form_versions": ("text",)}  # have hashes that count
_PNG = b"\x89PNG\r\n\x1a\n"
_SUFFIX = re.compile(r"\.\w{1,8}$")
_LEFT_OUT = "[abstract left out] "
_ABSTRACT = re.compile(r"(?im)^[ \t]*abstract\s*=\s*[{\"]")
_AFTER = re.compile(r"[ \t]*,?[ \t]*\n?")
_SHARED = ("project", "flow")  # parts of review.toml
_HEAD = re.compile(r"\s*\[{1,2}\s*([\w-]+)")
_WRITTEN = (".md", ".yaml")  # by the people themselves
_TEXTS = (*_WRITTEN, ".json", ".jsonl", ".toml", ".svg")
_RAW_ENTRIES = "raw_entries"
_BIBLIOGRAPHIC = frozenset({"authors", "title", "abstract", "keywords"})  # of whoever wrote what was found


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
    """How each line of facts is written into the copy, and each text. `called` is None where people keep their names;
    `files` maps a run to the name of its file and to what the file is called instead, `texts` names of full texts.
    """

    packing: Packing
    called: Pseudonyms | None = None
    files: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def lines(self, table: str, found: Iterator[str]) -> Iterator[str]:
        """The rows of a table as they go into the copy."""
        if table == _RAW_ENTRIES and not self.packing.abstracts:
            return
        for line in found:
            row = json.loads(line)
            if table == "records" and row["abstract"] and not self.packing.abstracts:
                row["abstract"] = _in_place_of(row["abstract"])
            if table == "corrections" and row["field"] == "abstract" and not self.packing.abstracts:
                row["value"] = json.dumps(_in_place_of(json.loads(row["value"]) or ""))
            if self.called:
                self._rename(table, row, self.called)
            yield json.dumps(row, ensure_ascii=False)

    def _rename(self, table: str, row: dict[str, Any], called: Pseudonyms) -> None:
        for column in _NAMED_IN.get(table, _NAMED):
            if column in row:
                row[column] = called.of.get(row[column], row[column])
        if table in ("search_runs", "run_reports"):
            self._rename_file(row)
        if row.get("note") in self.texts:  # that a report was retrieved by a file is noted with its name
            row["note"] = self.texts[row["note"]]
        for columns, hide in ((_FREE, called.hide_all), (_BROUGHT, called.hide)):
            for column in columns:
                if row.get(column) and column not in _KEPT_AS_IT_IS.get(table, ()):
                    row[column] = hide(row[column])
        if table == "section_facts" and row["text"]:
            row["sha256"] = text_hash(row["text"])
        elif table == "full_texts":
            row["name"] = _neutral(row["sha256"])
        elif table == _RAW_ENTRIES:
            row["raw"] = _hidden_raw(row["raw"], called)

    def _rename_file(self, row: dict[str, Any]) -> None:
        """A file that was brought may be called after a person; what was found wrong in it is told under its name."""
        was, now_is = self.files.get(row["run"] if "run" in row else row["number"], ("", ""))
        if not was:
            return
        for column in ("file_name", "findings"):
            if column in row:
                for written in dict.fromkeys((was, json.dumps(was, ensure_ascii=False)[1:-1])):
                    row[column] = row[column].replace(written, now_is)

    def file(self, path: Path) -> bytes:
        """A file of a paper or of kept evidence as it goes into the copy."""
        if path.suffix not in (*_TEXTS, ".bib"):
            return path.read_bytes()
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        if path.suffix == ".bib":  # who wrote what is cited stays
            text = text if self.packing.abstracts else without_abstracts(text)
            text = hide_folders(text) if self.called else text
        elif self.called:
            text = self.called.hide_all(hide_affiliations(text)) if path.suffix in _WRITTEN else self.called.hide(text)
        return text.encode("utf-8", "surrogateescape")


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
    if not packing.pseudonyms:
        return Veil(packing=packing)
    addresses = {account.email: account.name for account in accounts.all_accounts(project.store)}
    texts = {said.name: _neutral(said.sha256) for said in stored.read(project.store)}
    return Veil(
        packing=packing,
        called=pseudonyms(_people(project) | _authors(project), addresses),
        files=_files(project),
        texts=texts,
    )


def _neutral(sha256: str) -> str:
    return f"{sha256[:12]}.pdf"


def _files(project: Project) -> dict[int, tuple[str, str]]:
    """By run the name of the file that somebody brought, and what it is called instead; answers of searches stay."""
    found = {}
    for run in records.runs(project.store):
        if run.file_name and not run.file_name.startswith(f"{raw.FOLDER}/"):
            suffix = _SUFFIX.search(run.file_name)
            found[run.number] = (run.file_name, f"import-{run.number:02d}{suffix[0].lower() if suffix else ''}")
    return found


def named_in(path: Path, called: Pseudonyms) -> tuple[str, ...]:
    """The files of a bundle in which people, or folders of theirs, are named all the same; full texts are not looked at."""
    with zipfile.ZipFile(path) as archive:
        looked_at = [name for name in archive.namelist() if not name.startswith(f"{full_texts.FOLDER}/")]
        cited = pseudonyms((), {})  # who wrote what is cited stays
        return tuple(
            name
            for name in looked_at
            if any(map((cited if name.endswith(".bib") else called).names, _said(name, archive.read(name))))
        )


def _hidden_raw(given: object, called: Pseudonyms) -> object:
    """An entry as it came, without people: a program's export says who decided what, and where a PDF lies."""
    text = _raw_text(given)
    hidden = called.hide(text)
    return given if hidden == text else transfer.packed(records.packed_raw(hidden))


def _raw_text(given: object) -> str:
    stored = transfer.unpacked(given)
    return records.raw_text(stored) if isinstance(stored, bytes) else ""


def _said(name: str, data: bytes) -> Iterator[str]:
    """What a file of a bundle says, also where it is packed."""
    yield name
    if name == f"facts/{_RAW_ENTRIES}.jsonl":
        yield from (_raw_text(json.loads(line)["raw"]) for line in data.splitlines())
        return
    if name == "facts/records.jsonl":
        for row in map(json.loads, data.splitlines()):
            yield " ".join(str(value) for column, value in row.items() if column not in _BIBLIOGRAPHIC)
        return
    if name.endswith(".gz"):
        with suppress(OSError, EOFError, zlib.error):
            data = gzip.decompress(data)
    yield b"".join(_beside_the_pixels(data)).decode("utf-8", "replace")


def _beside_the_pixels(data: bytes) -> Iterator[bytes]:
    """All of a file, but of a PNG what is not its packed pixels: by chance these hold every short name."""
    if not data.startswith(_PNG):
        yield data
        return
    at = len(_PNG)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")  # length, kind, what it holds, checksum
        if data[at + 4 : at + 8] != b"IDAT":
            yield data[at + 4 : end - 4]
        at = end


def _people(project: Project) -> set[str]:
    """Everybody of the project, also who only stands in a fact without ever having joined."""
    found = {person.name for person in projects.read_people(project.store)}
    for table in transfer.TABLES:
        columns = _NAMED_IN.get(table, _NAMED)
        if columns and table not in ("raw_entries", "run_records", "duplicate_links"):
            rows = (json.loads(line) for line in transfer.dump(project.store, table))
            found.update(row[column] for row in rows for column in columns if row.get(column))
    return {name for name in found if name and not name.startswith("(")}


def _authors(project: Project) -> set[str]:
    """Who stands in the header of a paper, also who never opened the review: a supervisor, a statistician."""
    found: set[str] = set()
    for path in project.root.glob("*/paper.yaml"):
        for text in path.parent.rglob("*.md"):
            header = header_of(text.read_bytes().decode("utf-8", "replace"))
            found |= authors_in(read_yaml(header).tree) if header else set()
    return found


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
