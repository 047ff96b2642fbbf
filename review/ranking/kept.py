"""What is remembered beside a corpus, so that one more decision does not cost as much as all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Of each row, the greatest products with these found rows and with what the protocol said, ascending."""

    found: Mapping[int, float]
    said: bytes
    most: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usual:
    """The columns of the words that reviews usually include or exclude, their weights, and the sum of these in each row."""

    words: object  # those they were made of
    columns: NDArray[np.int64]
    weights: NDArray[np.float32]
    numbers: NDArray[np.float32]


@dataclass(slots=True, kw_only=True, eq=False)
class Kept:
    """The answers for the latest sets of found records, the sum of the rows without an abstract, and what is usual."""

    nearest: list[Nearest] = field(default_factory=list)
    brief_sum: csr_matrix | None = None
    usual: Usual | None = None
