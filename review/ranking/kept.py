"""What is remembered beside a corpus, so that one more decision does not cost as much as all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Of each row, the greatest products with these found rows and with what the protocol said, ascending."""

    found: Mapping[int, float]
    said: bytes
    most: NDArray[np.float32]
