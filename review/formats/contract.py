"""What a format is: bytes in, records or findings out; records in, bytes out.

Readers are pure and lazy. One bad entry yields a `Finding` with its line and never stops the rest; a file that
cannot be taken as a whole raises `BadInput`. Register a format by entry point in the group `review.formats`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from review.domain.finding import Finding
from review.domain.record import Record

Reader = Callable[[Any, str], Iterator[Record | Finding]]  # (bytes, source name); see `Format.large`
Writer = Callable[[Iterable[Record]], bytes]
Pieces = Callable[[Collection[Record]], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`looks_like` judges the first 64 KiB of decoded text (or of raw bytes for binary formats) and wins over the suffix.

    `pieces` gives what `write` does, piece by piece, for more records than fit into memory; it may go through them twice.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    read: Reader
    looks_like: Callable[[bytes], bool]
    write: Writer | None = None
    pieces: Pieces | None = None
    large: bool = False  # `read` also takes a `resources.LargeFile`, of which it holds a small part at a time
