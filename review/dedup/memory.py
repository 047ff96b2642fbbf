"""What one search for duplicates leaves for the next, so that records that were compared are not compared again."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from review.dedup.block import Marks
from review.dedup.judged import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The ids of all records in ascending order, their marks, and the pairs that had something to say."""

    ids: tuple[str, ...]
    marks: Marks
    judged: Judged


def packed(memory: Memory) -> bytes:
    """The memory as bytes that `unpacked` takes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "ids": _bytes(list(memory.ids)),
        "said": _bytes(memory.judged.said.tolist()),
    }
    arrays |= {f"marks_{each.name}": getattr(memory.marks, each.name) for each in fields(Marks)}
    arrays |= {f"judged_{name}": getattr(memory.judged, name) for name in _NUMBERS}
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


_NUMBERS = tuple(each.name for each in fields(Judged) if each.name != "said")


def unpacked(content: bytes) -> Memory:
    """The memory again. Raises ValueError or KeyError if the bytes hold none."""
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        said = _texts(found, "said")
        words = np.empty(len(said), dtype=object)
        words[:] = said
        return Memory(
            ids=tuple(_texts(found, "ids")),
            marks=Marks(**{each.name: found[f"marks_{each.name}"] for each in fields(Marks)}),
            judged=Judged(said=words, **{name: found[f"judged_{name}"] for name in _NUMBERS}),
        )


def _bytes(texts: list[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(texts).encode("ascii"), dtype=np.uint8)


def _texts(found: Mapping[str, npt.NDArray[np.uint8]], name: str) -> list[str]:
    return [str(text) for text in json.loads(found[name].tobytes())]
