"""OpenAlex through its REST service, by cursor; it is metered, and what a search will cost is said before it runs.

Limits and their sources: at most 100 works a page (help pages of 2026; it was 200 before); a list costs $0.0001 and a
search $0.001 out of a daily budget, $0.10 without a key and $1 with a free one (authentication page, 2026). The answers
themselves say what the budget is and what is left of it, and that is what counts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from review.domain.finding import Finding, Severity
from review.sources import addresses, cursor
from review.sources.answers import json_object, said
from review.sources.contract import Page, Part, Plan, QueryRefused, Question, Source
from review.sources.cursor import Leaf, Walk
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

LABEL = "OpenAlex"
PAGE = 100
LISTED, SEARCHED = 0.0001, 0.001  # US dollars a request
KEY = "REVIEW_OPENALEX_KEY"
_BUDGET = 0.10  # dollars a day without a key; only if the answer does not say
_KEY_HINT = f"A free key from openalex.org/settings/api gives ten times the budget: put it into {KEY}."
_PARAMETERS = r"filter|search(?:\.[a-z_]+)?"
_FILTER = re.compile(r"[a-z][a-z_]*(?:\.[a-z_]+)*:")
_NEXT = re.compile(rb'"next_cursor"\s*:\s*("(?:[^"\\]|\\.)*")')


def manners(environment: Mapping[str, str]) -> Manners:
    """Nine requests a second, a tenth of what is allowed; OpenAlex no longer asks for an e-mail, but for a key."""
    key, email = environment.get(KEY, "").strip(), environment.get("REVIEW_EMAIL", "").strip()
    return Manners(
        interval=0.11,
        parameters={"api_key": key} if key else {},
        email=email,
        longest_get=1 << 30,  # it takes no POST
        telling=frozenset({200, 400, 401, 402, 403}),
        key=KEY,
    )


class NotByArrival(Exception):
    """OpenAlex keeps the day of a record's arrival for paying users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: the parameters of the address but for paging. It is written and read back as one string."""

    parameters: Mapping[str, str]

    def __str__(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.parameters.items())

    @property
    def price(self) -> float:
        """Dollars a request."""
        searched = any(name.startswith("search") for name in self.parameters) or ".search" in self.parameters.get(
            "filter", ""
        )
        return SEARCHED if searched else LISTED

    def since(self, day: str) -> Asked:
        if not day:
            return self
        filters = [part for part in (self.parameters.get("filter", ""), f"from_created_date:{day}") if part]
        return Asked(parameters={**self.parameters, "filter": ",".join(filters)})


def asked(query: str) -> Asked:
    """A string of the protocol as parameters: an address's own, a filter, or else words for titles and abstracts.

    >>> str(asked('("deep learning" OR CNN) AND spine'))
    'filter=title_and_abstract.search:("deep learning" OR CNN) AND spine'
    >>> str(asked("title.search:spine,publication_year:2020-2024"))
    'filter=title.search:spine,publication_year:2020-2024'
    """
    text = query.strip()
    try:
        named = addresses.parameters(text, _PARAMETERS)
    except addresses.NotAsked as strange:
        raise QueryRefused(LABEL, f"an address with {strange}= cannot be searched from here") from None
    if named is not None:
        return Asked(parameters=named)
    if _FILTER.match(text):
        return Asked(parameters={"filter": text})
    # A comma would begin another filter.
    return Asked(parameters={"filter": "title_and_abstract.search:" + " ".join(text.replace(",", " ").split())})


def count(question: Question, http: Http) -> Plan:
    """How many results there are; one request."""
    return _planned(question, http, size=1)


def plan(question: Question, http: Http) -> Plan:
    """All results in one share, which comes with its first page."""
    return _planned(question, http, size=PAGE)


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`."""
    if planned.first is not None and not after:
        yield planned.first
        after = planned.first.after
    walk = walked(asked(planned.sent), http, ceiling=question.most)
    yield from cursor.pages(walk, cursor.place(after), total=planned.reported)


def _planned(question: Question, http: Http, *, size: int) -> Plan:
    """A plan whose first page has that size; without the day of arrival where OpenAlex does not give it."""
    wish, findings = asked(question.query).since(question.since), []
    try:
        found, left = first(walked(wish, http, size=size, ceiling=question.most))
    except NotByArrival:
        if not question.since:
            raise SourceUnavailable(LABEL, "it refuses this filter without a paid key") from None
        wish, findings = asked(question.query), [_all_asked(question.since)]
        found, left = first(walked(wish, http, size=size, ceiling=question.most))
    wanted = found.total if question.most is None else min(found.total, question.most)
    least = max(1, math.ceil(wanted / PAGE))
    whole = size == PAGE
    return Plan(
        reported=found.total,
        sent=str(wish),
        parts=(Part(count=wanted),) if whole else (),
        limits=f"arrived on or after {question.since}" if question.since and not findings else "",
        least=least,
        cost=cost(least * wish.price, left),
        findings=(*findings, *_too_dear(least * wish.price, left)),
        first=cursor.page(found, cursor.Place()) if whole and found.entries else None,
    )


def _all_asked(since: str) -> Finding:
    return Finding(
        rule="SEARCH-SINCE",
        severity=Severity.INFO,
        message=f"OpenAlex tells what arrived since {since} only with a paid key: everything is asked for again.",
        hint="What the project has already is known and is not stored twice.",
    )


def walked(wish: Asked, http: Http, *, size: int = PAGE, ceiling: int | None = None) -> Walk:
    """The way through the results of a wish."""

    def paged(mark: str, many: int) -> dict[str, str]:
        return {**wish.parameters, "per-page": str(many), "cursor": mark}

    return Walk(http=http, path="/works", size=size, asked=paged, read=_read, glimpse=_glimpse, ceiling=ceiling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Dollars a day and what is left of them today; None where the answer does not say."""

    day: float | None = None
    left: float | None = None


def first(walk: Walk) -> tuple[Leaf, Budget]:
    """As `top`; one that never comes whole means that OpenAlex is not available."""
    try:
        return top(walk)
    except StaysUnfit as stays:
        raise SourceUnavailable(LABEL, stays.reason) from None


def top(walk: Walk) -> tuple[Leaf, Budget]:
    """The first page, and the budget as its answer tells it. Raises `StaysUnfit`."""
    budget = Budget()

    def read(answer: Answer, mark: str) -> Leaf:
        nonlocal budget
        budget = Budget(day=_dollars(answer, "limit"), left=_dollars(answer, "remaining"))
        return _read(answer, mark)

    return cursor.leaf(replace(walk, read=read), cursor.Place()), budget


def _dollars(answer: Answer, what: str) -> float | None:
    text = answer.headers.get(f"X-RateLimit-{what}-USD", "")
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text) else None


def cost(dollars: float, budget: Budget) -> str:
    """What so many dollars are beside the budget of the day."""
    day = f"${budget.day:.2f}" if budget.day is not None else f"${_BUDGET:.2f} (without a key)"
    left = f", of which ${budget.left:.4f} is left" if budget.left is not None else ""
    return f"about ${dollars:.4f} of the {day} that OpenAlex gives a day{left}"


def _too_dear(dollars: float, budget: Budget) -> list[Finding]:
    have = budget.left if budget.left is not None else budget.day if budget.day is not None else _BUDGET
    if dollars <= have:
        return []
    return [
        Finding(
            rule="SEARCH-COST",
            severity=Severity.WARNING,
            message=f"This search costs about ${dollars:.2f}, and ${have:.2f} of OpenAlex's budget is there today.",
            hint=f"It will stop when the budget is used up and goes on the next day. {_KEY_HINT}",
        )
    ]


def _read(answer: Answer, mark: str) -> Leaf:
    try:
        document = json_object(answer.data)
    except Unfit:
        if answer.status == 200:
            raise
        document = {}
    if answer.status != 200 or document.get("error"):
        _refuse(answer, said(document.get("message") or document.get("error") or ""))
    meta, results = document.get("meta"), document.get("results")
    total = meta.get("count") if isinstance(meta, dict) else None
    if not isinstance(meta, dict) or not isinstance(total, int) or not isinstance(results, list):
        raise Unfit("its answer is no list of works", answer.data)
    behind = meta.get("next_cursor")
    following = behind if isinstance(behind, str) and behind != mark else ""
    return Leaf(data=answer.data, total=total, entries=len(results), next=following)


def _refuse(answer: Answer, words: str) -> None:
    """Raises for an answer that is an error; OpenAlex says "too many requests" with more than one status."""
    folded = words.lower()
    if answer.status == 402 or "budget" in folded:
        raise SourceUnavailable(
            LABEL, "its budget for today is used up", hint=f"It is renewed at midnight UTC. {_KEY_HINT}"
        )
    if "rate limit" in folded or "too many" in folded:
        raise Unfit("it says that it was asked too often", answer.data, busy=True)
    if "created_date" in folded:
        raise NotByArrival(words)
    if answer.status in {401, 403}:
        raise SourceUnavailable(LABEL, words or f"it answered with status {answer.status}", hint=f"Check {KEY}.")
    raise QueryRefused(LABEL, words or "no reason given")


def _glimpse(data: bytes) -> str:
    found = _NEXT.search(data)
    return str(json.loads(found[1])) if found else ""


SOURCE = Source(
    name="openalex",
    label=LABEL,
    platform="OpenAlex API",
    format="openalex",
    address="https://api.openalex.org",
    variable="REVIEW_OPENALEX_URL",
    manners=manners,
    count=count,
    plan=plan,
    pages=pages,
)
