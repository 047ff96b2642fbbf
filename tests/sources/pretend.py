"""PubMed and arXiv in small: invented records behind the rules, limits and errors of the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count

from loopback import Asked, Reply

PMID = 90_000_000


def article(pmid: str) -> str:
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID><Article><Journal><JournalIssue>'
        f"<PubDate><Year>2020</Year></PubDate></JournalIssue><Title>Invented Journal</Title></Journal>"
        f"<ArticleTitle>Invented study {pmid}</ArticleTitle><Abstract><AbstractText>It tells of study {pmid}."
        f"</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>"
    )


class PubMed:
    """esearch and efetch over records that entered on given days; `gone` are listed but no longer given."""

    def __init__(self, entered: list[date], *, most: int = 9_999) -> None:
        self.entered = {str(PMID + n): day for n, day in enumerate(entered)}
        self.most = most
        self.gone: set[str] = set()
        self.held: dict[str, list[str]] = {}
        self._number = count(1)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/esearch.fcgi"):
            return self._search(asked.parameters)
        if asked.path.endswith("/efetch.fcgi"):
            return self._fetch(asked.parameters)
        return Reply(b"<html><body>Not found</body></html>", status=404)

    def _search(self, asked: dict[str, str]) -> Reply:
        least, most = (_day(asked.get(name, "")) for name in ("mindate", "maxdate"))
        found = [
            pmid for pmid, day in self.entered.items() if (not least or day >= least) and (not most or day <= most)
        ]
        result: dict[str, object] = {
            "count": str(len(found)),
            "retmax": asked["retmax"],
            "retstart": "0",
            "idlist": found[: min(int(asked["retmax"]), self.most)],
            "translationset": [],
            "querytranslation": f"({asked['term']}[All Fields])",
        }
        if asked.get("usehistory") == "y":
            web = f"MCID_{next(self._number)}"
            self.held[web] = found
            result |= {"webenv": web, "querykey": "1"}
        return Reply(json.dumps({"header": {"type": "esearch"}, "esearchresult": result}).encode())

    def _fetch(self, asked: dict[str, str]) -> Reply:
        if "id" in asked:
            return self._articles(asked["id"].split(","))
        held = self.held.get(asked["WebEnv"])
        if held is None:
            return Reply(b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", status=400)
        start, size = int(asked["retstart"]), int(asked["retmax"])
        if start > self.most - 1:
            return Reply(b"<eFetchResult><ERROR>'retstart' cannot be larger than 9998.</ERROR></eFetchResult>", 400)
        return self._articles(held[: self.most][start : start + size])

    def _articles(self, pmids: list[str]) -> Reply:
        inner = "\n".join(article(pmid) for pmid in pmids if pmid not in self.gone)
        return Reply(
            '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
            '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
            f"<PubmedArticleSet>{inner}</PubmedArticleSet>".encode()
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text.replace("/", "-")) if text else None


class ArXiv:
    """The Atom API over submissions on given days, at noon or at their times; `given` is the most entries it really
    gives in a page.
    """

    def __init__(self, submitted: list[date], *, most: int = 30_000) -> None:
        self.submitted = submitted
        self.most = most
        self.given = 2_000

    def at(self, number: int) -> datetime:
        day = self.submitted[number]
        return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    def __call__(self, asked: Asked) -> Reply:
        query, start, size = (asked.parameters[name] for name in ("search_query", "start", "max_results"))
        if int(start) + int(size) > self.most:
            return feed_error("start + max_results is too large", status=400)
        span = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query)
        numbers = range(len(self.submitted))
        found = [number for number in numbers if not span or span[1] <= f"{self.at(number):%Y%m%d%H%M}" <= span[2]]
        shown = found[int(start) : int(start) + min(int(size), self.given)]
        return feed(shown, total=len(found), start=int(start), at=self.at)


def noon(_number: int) -> datetime:
    return datetime(2020, 1, 1, 12, tzinfo=UTC)


def entry(n: int, at: datetime) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{2000 + n // 10_000:04d}.{n % 10_000:05d}v1</id><title>Invented preprint {n}</title>"
        f"<summary>It tells of preprint {n}.</summary><published>{at:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<author><name>Ana Lima</name></author></entry>"
    )


def feed(shown: list[int], *, total: int, start: int, at: Callable[[int], datetime] = noon) -> Reply:
    entries = "\n".join(entry(n, at(n)) for n in shown)
    return Reply(
        "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns:opensearch=\"http://a9.com/-/spec/opensearch/1.1/\" "
        f'xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title><opensearch:totalResults>{total}'
        f"</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>{entries}</feed>".encode()
    )


def feed_error(message: str, *, status: int = 200) -> Reply:
    return Reply(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>'
        f"<summary>{message}</summary></entry></feed>".encode(),
        status=status,
    )


def days(number: int, *, first: date = date(2015, 1, 1), each: int = 1) -> list[date]:
    """So many days, every `each` one."""
    return [first + timedelta(days=n * each) for n in range(number)]
