"""A list of references: each entry with its key, its fields, and the record it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from review.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry. `fields` are those it fills, as they are written; `own` says that the author wrote it, not the program."""

    key: str
    kind: str
    fields: Mapping[str, str]
    record: Record
    line: int
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An entry that cannot be read; `broken` where it never ends or has no key."""

    key: str
    line: int
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bibliography:
    references: tuple[Reference, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def keys(self) -> dict[str, Reference]:
        return {reference.key: reference for reference in self.references}
