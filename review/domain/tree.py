"""Values of one kind each, read out of a YAML tree; every fault names its line and the reading goes on."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.domain.finding import Finding, Severity

LineOf = Callable[..., int | None]
Place = tuple[Hashable, ...]  # keys and indexes from the root of the tree


@dataclass(slots=True)
class TreeReader:
    """`line(*keys)` tells the line of a place in the tree; what is wrong gathers in `findings`."""

    line: LineOf
    path: str
    findings: list[Finding] = field(default_factory=list)

    def fault(
        self,
        at: Sequence[Hashable],
        message: str,
        hint: str = "",
        *,
        severity: Severity = Severity.ERROR,
        rule: str = "PROTOCOL",
    ) -> None:
        self.findings.append(
            Finding(rule=rule, severity=severity, message=message, hint=hint, path=self.path, line=self.line(*at))
        )

    def known(self, tree: Mapping[str, Any], at: Place, names: Sequence[str]) -> None:
        for key in tree:
            if key not in names:
                near = difflib.get_close_matches(str(key), names, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(names)}."
                self.fault((*at, key), f"The key {key!r} is not known here.", hint, rule="PROTOCOL-UNKNOWN-KEY")

    def mapping(
        self, tree: Mapping[str, Any], at: Place, names: Sequence[str], *, required: bool = False
    ) -> Mapping[str, Any]:
        value = tree.get(str(at[-1]))
        if value is None:
            if required:
                self.fault(at, f"The part {at[-1]!r} is missing.", f"Add {at[-1]}: with {', '.join(names)} below it.")
            return {}
        if not isinstance(value, dict):
            self.wrong(at, "a group of `name: value` lines", value)
            return {}
        self.known(value, at, names)
        return value

    def text(self, tree: Mapping[str, Any], at: Place, *, required: bool = False) -> str:
        value = tree.get(str(at[-1]))
        if value is None or value == "":
            if required:
                listed = any(isinstance(part, int) for part in at)  # one of several, such as a waiver
                hint = f"Add a line {at[-1]}: to it." if listed else "Write it in one or two plain sentences."
                self.fault(at, f"{_dotted(at)} is missing.", hint)
            return ""
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            self.wrong(at, "text", value)
            return ""
        return str(value).strip()

    def texts(self, tree: Mapping[str, Any], at: Place) -> tuple[str, ...]:
        value = tree.get(str(at[-1]))
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(at, "a list, one item to a line, each beginning with a dash", value)
            return ()
        result = []
        for index, item in enumerate(value):
            if isinstance(item, (str, int, float)) and not isinstance(item, bool):
                result.append(str(item).strip())
            else:
                self.wrong((*at, index), "text", item)
        return tuple(result)

    def items(self, tree: Mapping[str, Any], at: Place, names: Sequence[str]) -> list[tuple[Place, Mapping[str, Any]]]:
        value = tree.get(str(at[-1]))
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(at, "a list, each item beginning with a dash", value)
            return []
        found: list[tuple[Place, Mapping[str, Any]]] = []
        for index, item in enumerate(value):
            here = (*at, index)
            if isinstance(item, dict):
                self.known(item, here, names)
                found.append((here, item))
            else:
                self.wrong(here, f"a group with {', '.join(names)}", item)
        return found

    def number(self, tree: Mapping[str, Any], at: Place, *, least: float, most: float, whole: bool) -> float | None:
        value = tree.get(str(at[-1]))
        if value is None:
            return None
        kind = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
            self.wrong(at, f"a {'whole ' if whole else ''}number from {least:g} to {most:g}", value)
            return None
        return float(value)

    def wrong(self, at: Place, expected: str, value: object) -> None:
        name = _dotted(at) or "This file"
        got = {dict: "a group", list: "a list", bool: f"{value}".lower(), type(None): "nothing"}.get(
            type(value), repr(value)[:60]
        )
        self.findings.append(
            Finding(
                rule="PROTOCOL-WRONG-TYPE",
                message=f"{name} must be {expected}.",
                path=self.path,
                line=self.line(*at),
                expected=expected,
                got=str(got),
                hint=f"Found {got}.",
            )
        )

    def identifier(self, item: Mapping[str, Any], at: Place, seen: dict[str, str], what: str) -> str:
        found = self.text(item, (*at, "id"), required=True)
        if found and found in seen:
            self.fault(
                (*at, "id"),
                f"The {what} id {found!r} is used twice.",
                f"It was first used in {seen[found]}; give each its own id.",
                rule="PROTOCOL-DUPLICATE-ID",
            )
        elif found:
            seen[found] = ".".join(str(part) for part in at if not isinstance(part, int))
        return found


def _dotted(at: Place) -> str:
    """The name of a place as people count: `waivers.1.who`; empty for the whole file."""
    return ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in at)
