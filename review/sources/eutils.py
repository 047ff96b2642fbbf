"""What NCBI's E-utilities answer: counts, warnings, and errors that come in the guise of success."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from review.domain.finding import Finding, Severity
from review.sources.answers import json_object, number, said, tags, texts, xml_root
from review.sources.contract import QueryRefused
from review.sources.http import Answer, Unfit

LABEL = "PubMed"
# What NCBI says of the parts of a string: its key in JSON, its element in XML, our words.
_REMARKS = (
    ("phrasesnotfound", "PhraseNotFound", "PubMed does not know {}; it searched without that part or found nothing."),
    ("fieldsnotfound", "FieldNotFound", "PubMed does not know the field {}."),
    ("phrasesignored", "PhraseIgnored", "PubMed ignored {}."),
    ("quotedphrasesnotfound", "QuotedPhraseNotFound", "PubMed does not have the phrase {} and searched its words."),
)
_PMID = re.compile(rb"<PMID[^>]*>\s*(\d+)\s*<")


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """An answer of esearch. `ids` are as many as were asked for; `history` is "WebEnv query_key", or ""."""

    count: int
    ids: tuple[str, ...]
    history: str
    understood: str
    findings: tuple[Finding, ...]


class HistoryGone(Exception):
    """NCBI no longer holds the results of an earlier search."""


def searched(answer: Answer) -> Searched:
    """What esearch says, in JSON or in XML. Raises `QueryRefused` for its errors, `Unfit` for what may pass."""
    if answer.data.lstrip()[:1] == b"{":
        return _from_json(answer.data)
    if xml_root(answer.data) != "eSearchResult":
        raise Unfit("its answer is not that of a search", answer.data)
    return _from_xml(answer.data)


def _from_json(data: bytes) -> Searched:
    document = json_object(data)
    _refuse_overload(document)
    result = document.get("esearchresult")
    if not isinstance(result, dict):
        raise Unfit("its answer is not that of a search", data)
    if result.get("ERROR"):
        _refuse(said(result["ERROR"]), data)
    count = str(result.get("count", ""))
    if not (count.isascii() and count.isdigit()):
        raise Unfit("its answer says no number of results", data)
    remarks = {**_group(result, "errorlist"), **_group(result, "warninglist")}
    web, key = result.get("webenv"), result.get("querykey")
    return Searched(
        count=int(count),
        ids=tuple(str(one) for one in result.get("idlist") or ()),
        history=f"{web} {key}" if web and key else "",
        understood=said(result.get("querytranslation") or ""),
        findings=_findings((words, remarks.get(name) or ()) for name, _, words in _REMARKS),
    )


def _group(result: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = result.get(name)
    return found if isinstance(found, dict) else {}


def _from_xml(data: bytes) -> Searched:
    errors = texts(data, "ERROR")
    if errors:
        _refuse(said(errors[0]), data)
    count = number(data, "Count")
    if count is None:
        raise Unfit("its answer says no number of results", data)
    web, key = texts(data, "WebEnv"), texts(data, "QueryKey")
    return Searched(
        count=count,
        ids=tuple(texts(data, "Id")),
        history=f"{web[0]} {key[0]}" if web and key else "",
        understood=said(" ".join(texts(data, "QueryTranslation"))),
        findings=_findings((words, texts(data, name)) for _, name, words in _REMARKS),
    )


def _findings(remarks: Iterable[tuple[str, Iterable[object]]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule="SEARCH-PHRASE",
            severity=Severity.WARNING,
            message=words.format(repr(said(phrase))),
            hint="Look for a spelling mistake, or take the part out of the string.",
        )
        for words, phrases in remarks
        for phrase in phrases
    )


def _refuse_overload(document: Mapping[str, Any]) -> None:
    """NCBI's "too many requests", which may come with status 200. Beside it stands the caller's address: never shown."""
    message = said(document.get("error") or "")
    if "rate limit" in message.lower():
        raise Unfit("it says that it was asked too often", busy=True)
    if message:
        raise QueryRefused(LABEL, message, hint="If you use a key, check NCBI_API_KEY.")


def _refuse(message: str, data: bytes) -> None:
    # "Search Backend failed" passes with time, unless more was asked for than is ever given.
    if "Backend failed" in message and "retstart" not in message:
        raise Unfit(f"it says: {message}", data)
    raise QueryRefused(LABEL, message)


def fetched(answer: Answer) -> tuple[int, set[str]]:
    """How many entries an answer of efetch holds, and every PMID in it."""
    data = answer.data
    if data.lstrip()[:1] == b"{":
        _refuse_overload(json_object(data))
    root = xml_root(data)
    errors = texts(data, "ERROR")
    if errors:
        message = said(errors[0])
        if re.search(r"query|WebEnv|history", message, re.IGNORECASE):
            raise HistoryGone(message)
        raise Unfit(f"it says: {message}", data)
    if root != "PubmedArticleSet" or answer.status != 200:
        raise Unfit("its answer is no list of articles", data)
    entries = tags(data, "PubmedArticle") + tags(data, "PubmedBookArticle")
    return entries, {found.decode() for found in _PMID.findall(data)}
