"""Named values a manuscript may use, and the way back from each to the rows it came from."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A named value: what it is, in which unit, how it was computed and from what.

    `formula` says in words or symbols how; `inputs` name the tables, rows or other facts it rests on.
    An undefined value is None, with the reason in `formula`. `low` and `high` are its 95 % interval and `n` what it
    rests on, where it has them.
    """

    name: str
    value: int | float | str | None
    unit: str = ""
    formula: str = ""
    inputs: tuple[str, ...] = ()
    at: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
