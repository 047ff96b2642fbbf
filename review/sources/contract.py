"""What a source is: it is asked a question, says how much it has, and gives raw pages with the name of their format.

Sources never parse records and formats never fetch; `services/search.py` joins the two. Register a source by entry
point in the group `review.sources`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from review.domain.errors import ReviewError
from review.domain.finding import Finding
from review.sources.http import Http, Manners


class QueryRefused(ReviewError):
    """The source understood that it was asked and will not answer this."""

    def __init__(self, label: str, reason: str, *, hint: str = "Mend the search string, then run it again.") -> None:
        super().__init__(f"{label} refused the search: {reason.rstrip('.')}.", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `since` and `until` are ISO dates on which a record arrived at the source; "" is without limit.

    `most` records are enough; None asks for all of them.
    """

    query: str
    since: str = ""
    until: str = ""
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of the results that the source gives in one go; a share by date where it has more than it gives.

    `begin` and `end` are ISO dates or "". `ids` are the identifiers in order, where the source lists them.
    `history` names the results held by the source for a few hours.
    """

    count: int
    begin: str = ""
    end: str = ""
    ids: tuple[str, ...] = ()
    history: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One raw answer. `after` is the place behind it: give it back to go on from there.

    `expected` is how many records it should hold, `reported` how many results the source counts now.
    `fault` says why the answer cannot be relied on, though it was asked for again and again.
    """

    data: bytes
    after: str
    expected: int
    reported: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What there is and how it will be asked for. `sent` is the string as sent; `understood` is how the source read it.

    `least` is the least number of requests that can bring it all; `cost` says in words what else it takes, such as money.
    `first` is the first page, where it came with the count. The shares may hold the same record if they are `overlapping`.
    """

    reported: int
    sent: str
    parts: tuple[Part, ...] = ()
    limits: str = ""
    understood: str = ""
    least: int = 1
    cost: str = ""
    findings: tuple[Finding, ...] = ()
    overlapping: bool = False
    first: Page | None = field(default=None, compare=False)

    @property
    def expected(self) -> int:
        """How many records the pages will hold together."""
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`count` costs one request; `plan` may cost a few; `pages` goes on behind the place given ("" is the start).

    `address` is where it is reached unless the environment variable `variable` names another place.
    """

    name: str
    label: str
    platform: str
    format: str
    address: str
    variable: str
    manners: Callable[[Mapping[str, str]], Manners]  # from the environment: keys and e-mail never come from elsewhere
    count: Callable[[Question, Http], Plan]
    plan: Callable[[Question, Http], Plan]
    pages: Callable[[Question, Plan, Http, str], Iterator[Page]]
