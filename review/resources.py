"""Where files lie, files written whole, and YAML read with the line of every key.

`templates/` and `protocols/` sit at the top of a checkout and travel in the wheel under `review/_data`.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import yaml

from review.domain.errors import Missing, ReviewError
from review.domain.finding import Finding

# The C parser gives the same marks ten times faster; wheels without it fall back.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_MAX_DEPTH = 40  # nothing a person writes is nested deeper
_LISTS_OF_WORDS = (
    "options",
    "units",
)  # their items are names, also where they look like numbers (1.10) or answers (no)


def data_dir(name: str) -> Path:
    """The folder `templates` or `protocols`, in the wheel or in the checkout."""
    package = Path(__file__).resolve().parent
    for place in (package / "_data" / name, package.parent / name):
        if place.is_dir():
            return place
    raise Missing("data folder", name, ("templates", "protocols"))


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and its folder if there is none; what it held before stays until all is on disk.

    Raises ReviewError if the folder or the disk does not take it.
    """
    write_pieces(path, (data,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for a file that comes piece by piece."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, or a folder, which refuses by itself
            with path.open("wb") as file:
                file.writelines(pieces)
        else:
            _replace(path.resolve(), pieces)  # a link stays a link
    except OSError as error:
        raise ReviewError(
            f"{path} could not be written ({error.strerror or error}).",
            hint="What was there before is unchanged. Check the folder and the free space, then try again.",
        ) from error


def _replace(place: Path, pieces: Iterable[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with beside.open("xb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


class LargeFile:
    """The bytes of a file that stays on the disk: a slice is read when it is asked for. To be used in a `with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._size = path.stat().st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))

    def stream(self) -> BinaryIO:
        """The file from its beginning, on its own."""
        return self._path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


Data = bytes | LargeFile  # what a reader of export files is given: it takes slices and asks for the length


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A YAML file as plain values. `lines` maps a path of keys and indexes to its line, from 1.

    The lines of a text written as a block behind | stand under its path and their number, from 1.
    """

    tree: Any
    lines: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def line(self, *path: Hashable) -> int | None:
        """The line of a path, or of the nearest parent that has one."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def read_yaml(text: str, *, path: str = "", as_written: bool = False) -> YamlDocument:
    """Parse YAML without running anything; faults are findings with their line, and `tree` is None if it cannot be read.

    `as_written` leaves every word and number as the text it is, so that 0.770 keeps its last digit.
    """
    try:
        if _depth(text) > _MAX_DEPTH:
            return YamlDocument(None, findings=(_too_deep(path),))
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        fault = Finding(
            rule="YAML-SYNTAX",
            message=f"This is not valid YAML: {error.problem}.",
            path=path or None,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
            hint="Check the indentation, and put quotes around text that holds a colon, a # or a quotation mark.",
        )
        return YamlDocument(None, findings=(fault,))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return YamlDocument(
            None,
            findings=(Finding(rule="YAML-SYNTAX", message=f"This is not readable YAML: {error}.", path=path or None),),
        )
    if root is None:
        return YamlDocument(None)
    reader = _Reader(path, as_written=as_written)
    try:
        tree = reader.value(root, ())
    except _TooDeep:
        return YamlDocument(None, findings=(_too_deep(path),))
    return YamlDocument(tree, reader.lines, tuple(reader.findings))


def _depth(text: str) -> int:
    """How deep the parts are nested, counted up to the limit only: composing what is deeper takes the program down."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        deepest = max(deepest, depth)
        if deepest > _MAX_DEPTH:
            break
    return deepest


def _too_deep(path: str) -> Finding:
    return Finding(rule="YAML-DEPTH", message="This YAML is nested too deeply to be read.", path=path or None)


class _TooDeep(Exception):
    pass


class _Reader:
    """Turns composed nodes into values once, remembering lines; an alias is refused, so nothing can be expanded."""

    def __init__(self, path: str, *, as_written: bool) -> None:
        self.path = path
        self.as_written = as_written
        self.lines: dict[tuple[Hashable, ...], int] = {}
        self.findings: list[Finding] = []
        self._seen: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, at: tuple[Hashable, ...]) -> Any:
        if len(at) > _MAX_DEPTH:
            raise _TooDeep
        self.lines[at] = node.start_mark.line + 1
        if id(node) in self._seen:
            self._fault("YAML-ALIAS", node, "YAML anchors and aliases are not used here.", "Write the value out.")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.style == "|":
            first = node.start_mark.line + 1
            self.lines.update({(*at, n): first + n for n in range(1, node.value.count("\n") + 2)})
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            return node.value
        # What the author wrote stays: an identifier always, a date or a time, and a number that YAML 1.1 would read as
        # another one (010 as 8, 1:30 as 90).
        if value is None or isinstance(value, str):
            return value
        if self.as_written or (at and at[-1] == "id") or (len(at) > 1 and at[-2] in _LISTS_OF_WORDS):
            return node.value
        if isinstance(value, bool) or (isinstance(value, (int, float)) and _NUMBER.fullmatch(node.value)):
            return value
        return node.value

    def _mapping(self, node: yaml.MappingNode, at: tuple[Hashable, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault("YAML-KEY", key_node, "A key must be a plain word.", "Write `name: value`.")
                continue
            key = str(key_node.value)
            if key in result:
                self._fault(
                    "YAML-DUPLICATE-KEY",
                    key_node,
                    f"The key {key!r} stands twice in the same place.",
                    "Keep one of them.",
                )
            result[key] = self.value(value_node, (*at, key))
            self.lines[(*at, key)] = key_node.start_mark.line + 1
        return result

    def _fault(self, rule: str, node: yaml.Node, message: str, hint: str) -> None:
        mark = node.start_mark
        self.findings.append(
            Finding(
                rule=rule,
                message=message,
                path=self.path or None,
                line=mark.line + 1,
                column=mark.column + 1,
                hint=hint,
            )
        )
