"""The numbers a paper must defend: an estimate with its interval, the tables and pictures made of them, and their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from review.domain.finding import Finding
from review.domain.plot import Plot

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval. An undefined one is None, with the reason in `method`, never 0.

    `by` says of which part of the data it tells, such as `{"class": "sacrum", "split": "test"}`; `n` is what it rests on.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None
    unit: str = ""
    method: str
    by: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def undefined(
    name: str, reason: str, *, n: int | None, unit: str = "", by: Mapping[str, str] | None = None
) -> Estimate:
    """A value that does not exist, with the reason.

    >>> undefined("cohen_kappa", "one rater is constant", n=12).method
    'undefined: one rater is constant'
    """
    return Estimate(name=name, value=None, n=n, unit=unit, method=f"undefined: {reason}", by=by or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file that values were computed from, by path and content."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table for a paper: numbers stay numbers until it is printed; None is an empty cell."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one computation found: values, what is wrong with the data, and all that is needed to do it again.

    `sentence` says what was done, ready for Methods. `options` are the choices that change a value, the seed among them.
    """

    kind: str
    function: str
    values: tuple[Estimate, ...] = ()
    findings: tuple[Finding, ...] = ()
    inputs: tuple[Input, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    sentence: str = ""
    options: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The JSON form of every `review evidence` command; pictures are left to their files."""
        whole = asdict(self)
        del whole["plots"]
        return whole
