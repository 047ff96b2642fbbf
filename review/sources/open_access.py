"""Free copies of papers: where OpenAlex and Europe PMC say there is one, and the file itself.

OpenAlex carries what Unpaywall knows as the `locations` of a work. Europe PMC lists the addresses of full texts with a
code of availability, of which OA (open access) and F (free to read) can be had by everybody.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from review import __version__
from review.sources import europepmc, openalex
from review.sources.citing import VALUES, Study
from review.sources.contract import Question
from review.sources.http import Http, SourceUnavailable, StaysUnfit
from review.sources.openalex import Asked

_FREE = frozenset({"OA", "F"})
_SELECTED = "id,doi,ids,best_oa_location,locations"
_REDIRECTIONS = 6
_SECONDS = 120.0  # for one file
_CHUNK = 1 << 16
_RENDERS = "https://europepmc.org/articles/{}?pdf=render"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeCopy:
    """Where a paper can be read freely. `version` is as the service says: publishedVersion, acceptedVersion, …"""

    url: str
    by: str  # who says so
    is_pdf: bool
    host: str = ""
    version: str = ""
    licence: str = ""


Found = dict[Study, list[FreeCopy]]


def by_openalex(studies: Sequence[Study], http: Http) -> Found:
    """The free copies that OpenAlex knows, by study; one request for each 50 DOIs or PMIDs."""
    found: Found = {}
    for name in ("doi", "pmid"):
        wanted = {getattr(s, name): s for s in studies if getattr(s, name) and s not in found}
        for values in _dealt([value for value in wanted if not set(value) & set(",| ")]):
            parameters = {"filter": f"{name}:{'|'.join(values)}", "select": _SELECTED}
            leaf, _ = openalex.top(openalex.walked(Asked(parameters=parameters), http))
            for work in _listed(json.loads(leaf.data, strict=False), "results"):
                study = wanted.get(_identifier(work, name))
                if study is not None:
                    found[study] = list(dict.fromkeys(_of_work(work)))
    return found


def _of_work(work: Mapping[str, Any]) -> Iterator[FreeCopy]:
    """The best place first."""
    for place in (work.get("best_oa_location"), *_listed(work, "locations")):
        if not isinstance(place, dict) or not place.get("is_oa"):
            continue
        source = place.get("source") if isinstance(place.get("source"), dict) else {}
        for name in ("pdf_url", "landing_page_url"):
            if _is_web(place.get(name)):
                yield FreeCopy(
                    url=str(place[name]),
                    by=openalex.LABEL,
                    is_pdf=name == "pdf_url",
                    host=str((source or {}).get("display_name") or ""),
                    version=str(place.get("version") or ""),
                    licence=str(place.get("license") or ""),
                )
                break


def by_europepmc(studies: Sequence[Study], http: Http) -> Found:
    """The free copies that Europe PMC knows, by study."""
    found: Found = {}
    named = [study for study in studies if study.doi or study.pmid]
    for some in _dealt(named):
        clauses = [f'DOI:"{s.doi}"' if s.doi else f"(EXT_ID:{s.pmid} AND SRC:MED)" for s in some]
        planned = europepmc.plan(Question(query=" OR ".join(clauses), most=europepmc.PAGE), http)
        if planned.first is None:
            continue
        by_doi, by_pmid = {s.doi: s for s in some if s.doi}, {s.pmid: s for s in some if s.pmid}
        document = json.loads(planned.first.data, strict=False)
        for result in _listed(document.get("resultList"), "result"):
            doi, pmid = str(result.get("doi") or "").lower(), str(result.get("pmid") or "")
            study = by_doi.get(doi) or by_pmid.get(pmid)
            if study is not None:
                found.setdefault(study, []).extend(_of_result(result))
    return found


def _of_result(result: Mapping[str, Any]) -> Iterator[FreeCopy]:
    licence, pmcid = str(result.get("license") or ""), str(result.get("pmcid") or "")
    for link in _listed(result.get("fullTextUrlList"), "fullTextUrl"):
        if link.get("availabilityCode") in _FREE and _is_web(link.get("url")):
            is_pdf = link.get("documentStyle") == "pdf"
            host = str(link.get("site") or "").replace("_", " ")
            yield FreeCopy(url=str(link["url"]), by=europepmc.LABEL, is_pdf=is_pdf, host=host, licence=licence)
    if pmcid.startswith("PMC") and pmcid[3:].isdigit() and result.get("isOpenAccess") == "Y":
        yield FreeCopy(
            url=_RENDERS.format(pmcid), by=europepmc.LABEL, is_pdf=True, host=europepmc.LABEL, licence=licence
        )


Ask = Callable[[Sequence[Study], Http], Found]
SERVICES: tuple[tuple[Any, Ask], ...] = ((openalex.SOURCE, by_openalex), (europepmc.SOURCE, by_europepmc))


def asked(ask: Ask, studies: Sequence[Study], http: Http) -> Found:
    """What a service knows; raises SourceUnavailable if no whole answer comes."""
    try:
        return ask(studies, http)
    except StaysUnfit as stays:
        raise SourceUnavailable(http.label, stays.reason) from None


def _dealt(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + VALUES] for start in range(0, len(items), VALUES))


def _identifier(work: Mapping[str, Any], name: str) -> str:
    ids = work.get("ids") if isinstance(work.get("ids"), dict) else {}
    if name == "doi":
        return str(work.get("doi") or (ids or {}).get("doi") or "").lower().partition("doi.org/")[2]
    return str((ids or {}).get("pmid") or "").rpartition("/")[2]


def _listed(document: object, name: str) -> list[Any]:
    """The objects of a list in a document that may be anything."""
    found = document.get(name) if isinstance(document, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _is_web(address: object) -> bool:
    return isinstance(address, str) and address.startswith(("https://", "http://"))


# The file


def fetch(url: str, *, most: int, inside: bool = False) -> bytes:
    """What lies at an address, of at most so many bytes.

    An address within this network is refused unless `inside`: a list of free copies must not make this program look at
    what only it can reach. Raises SourceUnavailable.
    """
    end = time.monotonic() + _SECONDS
    with requests.Session() as session:
        session.headers["User-Agent"] = f"Scopewright/{__version__}"
        for _ in range(_REDIRECTIONS):
            host = urlsplit(url).hostname or ""
            if not _is_web(url) or not (inside or _is_public(host)):
                raise SourceUnavailable(host or "This address", "it is no place on the web", hint=_BY_HAND)
            try:
                with session.get(url, stream=True, allow_redirects=False, timeout=(10, 60)) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    if answer.status_code != requests.codes.ok:
                        raise SourceUnavailable(host, f"it answered with status {answer.status_code}", hint=_BY_HAND)
                    return _body(answer, host, most, end)
            except requests.RequestException as error:
                raise SourceUnavailable(host, f"nothing came ({type(error).__name__})", hint=_BY_HAND) from None
    raise SourceUnavailable(urlsplit(url).hostname or url, "it sends from one place to another", hint=_BY_HAND)


_BY_HAND = "Open the address in a browser, save the PDF and bring that file."


def _body(answer: requests.Response, host: str, most: int, end: float) -> bytes:
    parts, size = [], 0
    for chunk in answer.iter_content(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > most or time.monotonic() > end:
            raise SourceUnavailable(host, "the file is too large or comes too slowly", hint=_BY_HAND)
    return b"".join(parts)


def _is_public(host: str) -> bool:
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found)
