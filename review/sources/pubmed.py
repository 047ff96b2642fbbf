"""PubMed through NCBI's E-utilities: esearch keeps the results at NCBI, efetch gives them page by page.

Limits and their sources: PubMed gives the first 9,999 results of a search, with or without its history server
(NBK25499 says 10,000; the service itself answers that retstart cannot be larger than 9998); three requests a second,
ten with a key (NBK25497). Where there is more, the results are shared out by the day on which they entered PubMed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from review.domain.finding import Finding, Severity
from review.sources.contract import Page, Part, Plan, Question, Source
from review.sources.days import Span, divide
from review.sources.eutils import LABEL, HistoryGone, Searched, fetched, searched
from review.sources.http import Answer, Http, Manners, SourceUnavailable, StaysUnfit, Unfit

MOST = 9_999  # results of one search
PAGE = 200  # records of one answer that efetch gives reliably
_OLDEST = date(1940, 1, 1)  # only a guess at where the papers begin: the first share is open to the left
_GROWTH = 0.045  # a year, roughly, of what enters PubMed
_OPEN = ("1000/01/01", "3000/12/31")


def manners(environment: Mapping[str, str]) -> Manners:
    """Three requests a second, ten with NCBI_API_KEY; REVIEW_EMAIL lets NCBI write before it blocks."""
    key, email = environment.get("NCBI_API_KEY", "").strip(), environment.get("REVIEW_EMAIL", "").strip()
    named = {"tool": "scopewright", "email": email, "api_key": key}
    return Manners(
        interval=0.11 if key else 0.34,
        parameters={name: value for name, value in named.items() if value},
        email=email,
        key="NCBI_API_KEY",
    )


def count(question: Question, http: Http) -> Plan:
    """How many results there are; one request."""
    found = _search(question, http, (_day(question.since), ""), ids=0)
    return _plan(question, found, parts=())


def plan(question: Question, http: Http) -> Plan:
    """The shares of at most 9,999 results, each held by NCBI for some hours and listed by its PMIDs."""
    found = _search(question, http, (_day(question.since), ""), ids=MOST)
    wanted = found.count if question.most is None else min(found.count, question.most)
    if wanted <= MOST:
        return _plan(question, found, parts=(_part(found, wanted, begin=_day(question.since)),))
    first = date.fromisoformat(question.since) if question.since else _OLDEST
    last = date.fromisoformat(question.until) + timedelta(days=1)  # it may be tomorrow already at NCBI

    def ask(begin: date, end: date) -> Part:
        left = _open(begin, first, "" if question.since else _OPEN[0])
        days = (left, _OPEN[1] if end == last else f"{end:%Y/%m/%d}")
        share = _search(question, http, days, ids=MOST)
        return _part(share, share.count, begin=days[0], end=days[1])

    span = Span(first=first, last=max(last, first + timedelta(days=1)), growth=_GROWTH)
    shares = list(divide(span, ask, count=found.count, most=MOST))
    return _plan(question, found, parts=tuple(_within(shares, wanted)))


def _open(day: date, first: date, left: str) -> str:
    return left if left and day == first else f"{day:%Y/%m/%d}"


def _day(iso: str) -> str:
    return iso.replace("-", "/")


def _part(found: Searched, wanted: int, *, begin: str = "", end: str = "") -> Part:
    listed = len(found.ids) >= min(found.count, MOST)
    return Part(count=wanted, begin=begin, end=end, ids=found.ids[:wanted] if listed else (), history=found.history)


def _within(shares: list[Part], wanted: int) -> Iterator[Part]:
    """The shares up to the number of records wanted, none above what PubMed gives."""
    left = wanted
    for share in shares:
        size = min(share.count, left, MOST)
        if size:
            yield Part(count=size, begin=share.begin, end=share.end, ids=share.ids[:size], history=share.history)
        left -= size


def _plan(question: Question, found: Searched, *, parts: tuple[Part, ...]) -> Plan:
    wanted = found.count if question.most is None else min(found.count, question.most)
    held = sum(part.count for part in parts)
    findings = list(found.findings)
    if parts and held < wanted:
        findings.append(
            Finding(
                rule="SEARCH-LIMIT",
                severity=Severity.WARNING,
                message=f"PubMed reports {wanted:,} results but its shares by date hold {held:,} that it will give.",
                hint=f"PubMed gives at most {MOST:,} for one day: split the string into two narrower ones.",
            )
        )
    return Plan(
        reported=found.count,
        sent=question.query,
        parts=parts,
        limits=f"entered PubMed on or after {question.since}" if question.since else "",
        understood=found.understood,
        least=max(1, math.ceil(wanted / MOST)) + math.ceil(wanted / PAGE),
        findings=tuple(findings),
    )


def _search(question: Question, http: Http, days: tuple[str, str], *, ids: int) -> Searched:
    """What esearch finds between two days on which a record entered PubMed; an empty one is without limit."""
    asked = {
        "db": "pubmed",
        "term": question.query,
        "usehistory": "y" if ids else "n",
        "retmode": "json",
        "retmax": str(ids),
    }
    if any(days):
        asked |= {"datetype": "edat", "mindate": days[0] or _OPEN[0], "maxdate": days[1] or _OPEN[1]}
    try:
        return http.ask("/esearch.fcgi", asked, searched)
    except StaysUnfit as stays:
        raise SourceUnavailable(LABEL, stays.reason) from None


def pages(question: Question, planned: Plan, http: Http, after: str) -> Iterator[Page]:
    """The raw pages behind `after`, which is "share:place"."""
    share, _, place = after.partition(":")
    at, start = (int(share), int(place)) if after else (0, 0)
    for number in range(at, len(planned.parts)):
        part = planned.parts[number]
        for begin in range(start if number == at else 0, part.count, PAGE):
            end = min(begin + PAGE, part.count)
            page, part = _page(question, part, http, range(begin, end))
            yield Page(data=page.data, after=f"{number}:{end}", expected=end - begin, fault=page.fault)


def _page(question: Question, part: Part, http: Http, places: range) -> tuple[Page, Part]:
    """One page, by the results NCBI holds; by PMID or by a new search where it holds them no longer."""
    ids = part.ids[places.start : places.stop]
    asked = {"db": "pubmed", "rettype": "xml", "retmode": "xml"}
    if part.history:
        web, _, key = part.history.partition(" ")
        window = {"WebEnv": web, "query_key": key, "retstart": str(places.start), "retmax": str(len(places))}
        try:
            return _whole(http, asked | window, ids, len(places)), part
        except HistoryGone:
            part = replace(part, history="")
    if not ids:
        part = _again(question, part, http)
        ids = part.ids[places.start : places.stop]
    try:
        return _whole(http, asked | {"id": ",".join(ids)}, ids, len(places)), part
    except HistoryGone as error:
        raise SourceUnavailable(LABEL, f"it says: {error}") from None


def _again(question: Question, part: Part, http: Http) -> Part:
    """The same share searched anew, for its list of PMIDs; its places hold only if nothing was taken away."""
    found = _search(question, http, (part.begin, part.end), ids=MOST)
    if len(found.ids) < part.count:
        raise SourceUnavailable(LABEL, "it no longer holds the results of this search, and they have changed")
    return _part(found, part.count, begin=part.begin, end=part.end)


def _whole(http: Http, asked: Mapping[str, str], ids: tuple[str, ...], size: int) -> Page:
    """A page that holds all that was asked for, or twice lacked the same records: those were withdrawn."""
    lacked: list[frozenset[str] | int] = []

    def read(answer: Answer) -> bytes:
        entries, found = fetched(answer)
        lacking = frozenset(ids) - found if ids else max(0, size - entries)
        if lacking and lacking not in lacked:
            lacked.append(lacking)
            many = len(lacking) if isinstance(lacking, frozenset) else lacking
            raise Unfit(f"{many} of {size} records are missing from its answer", answer.data)
        return answer.data

    try:
        return Page(data=http.ask("/efetch.fcgi", asked, read), after="", expected=size)
    except StaysUnfit as stays:
        return Page(data=stays.data, after="", expected=size, fault=stays.reason)


SOURCE = Source(
    name="pubmed",
    label=LABEL,
    platform="PubMed (NCBI)",
    format="pubmed_xml",
    address="https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
    variable="REVIEW_PUBMED_URL",
    manners=manners,
    count=count,
    plan=plan,
    pages=pages,
)
