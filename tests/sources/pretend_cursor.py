"""Europe PMC, OpenAlex and Crossref in small: invented works behind their cursors, limits and errors."""

from __future__ import annotations

import base64
import json
import re
from datetime import date

from loopback import Asked, Reply

PRICE_SEARCH, PRICE_LIST = 0.001, 0.0001


def as_json(document: object, status: int = 200, **headers: str) -> Reply:
    return Reply(
        json.dumps(document).encode(), status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def mark(number: int) -> str:
    """A cursor with the signs that must not be encoded twice."""
    return "Ao" + base64.b64encode(f"place/{number:08d}?+".encode()).decode()


def place(cursor: str) -> int | None:
    if cursor == "*":
        return 0
    try:
        return int(re.fullmatch(r"place/(\d{8})\?\+", base64.b64decode(cursor[2:]).decode())[1])
    except (ValueError, TypeError):
        return None


class Works:
    """Works that arrived on given days; `held` are really given, though `days` are counted."""

    def __init__(self, days: list[date]) -> None:
        self.days = days
        self.gone: set[int] = set()

    def since(self, day: str) -> list[int]:
        return [number for number, came in enumerate(self.days) if not day or came.isoformat() >= day]

    def shown(self, found: list[int], start: int, size: int) -> list[int]:
        return [number for number in found[start : start + size] if number not in self.gone]


class EuropePMC(Works):
    """`/search` and `/searchPOST`."""

    def __call__(self, asked: Asked) -> Reply:
        if not re.search(r"/europepmc/webservices/rest/search(POST)?$", asked.path):
            return Reply(b"<html>Not found</html>", status=404)
        given = asked.parameters
        size, start = int(given["pageSize"]), place(given["cursorMark"])
        if size > 1_000 or start is None:
            return as_json({"errCode": 400, "errMsg": "pageSize or cursorMark is not valid"})
        if given["query"].count("(") != given["query"].count(")"):
            return as_json({"version": "6.9", "errCode": 404, "errMsg": "The query could not be read"})
        span = re.search(r"FIRST_IDATE:\[(\S+) TO \S+\]", given["query"])
        found = self.since(span[1] if span else "")
        shown = self.shown(found, start, size)
        document: dict[str, object] = {"version": "6.9", "hitCount": len(found)}
        if found:
            document["nextCursorMark"] = (
                mark(min(start + size, len(found))) if start < len(found) else given["cursorMark"]
            )
        document["request"] = {"queryString": given["query"], "cursorMark": given["cursorMark"]}
        document["resultList"] = {"result": [self.work(number) for number in shown]}
        return as_json(document)

    @staticmethod
    def work(number: int) -> dict[str, object]:
        return {"id": str(number), "source": "MED", "pmid": str(number + 1), "title": f"Invented work {number}."}


class OpenAlex(Works):
    """`/works`, metered; `paid` are allowed to ask by the day of arrival."""

    def __init__(self, days: list[date], *, budget: float = 0.10, paid: bool = False) -> None:
        super().__init__(days)
        self.day, self.left, self.paid = budget, budget, paid
        self.cited: dict[int, list[int]] = {}

    def __call__(self, asked: Asked) -> Reply:
        if asked.path != "/works" or asked.method != "GET":
            return Reply(b"<!doctype html><title>404 Not Found</title>", status=404)
        given = asked.parameters
        filters = given.get("filter", "")
        price = PRICE_SEARCH if "search" in given or ".search:" in filters else PRICE_LIST
        if self.left < price:
            words = {"error": "Rate limit exceeded", "message": "Insufficient budget"}
            return as_json(words, 429, Retry_After="50400", X_RateLimit_Remaining_USD="0")
        if "from_created_date" in filters and not self.paid:
            words = {"error": "Invalid", "message": "from_created_date needs a plan"}
            return as_json(words, 403)
        if "nonsense:" in filters:
            return as_json(
                {"error": "Invalid query parameters error.", "message": "nonsense is not a valid field."}, 400
            )
        self.left = round(self.left - price, 6)
        return self._page(given, filters)

    def _page(self, given: dict[str, str], filters: str) -> Reply:
        size, start = int(given["per-page"]), place(given["cursor"])
        if size > 100 or start is None:
            return as_json({"error": "Invalid", "message": "per-page or cursor is not valid"}, 400)
        found = self._found(filters)
        shown = self.shown(found, start, size)
        following = mark(start + size) if start + size < len(found) else None
        return as_json(
            {
                "meta": {"count": len(found), "per_page": size, "next_cursor": following},
                "results": [self.work(number) for number in shown],
            },
            X_RateLimit_Limit_USD=str(self.day),
            X_RateLimit_Remaining_USD=str(self.left),
        )

    def _found(self, filters: str) -> list[int]:
        values = {name: value.split("|") for name, _, value in (part.partition(":") for part in filters.split(","))}
        if max(map(len, values.values())) > 50:
            raise ValueError("more values in a filter than OpenAlex takes")
        works = range(len(self.days))
        if "cites" in values:
            cited = {int(value[1:]) for value in values["cites"]}
            return [work for work in works if cited & set(self.cited.get(work, ()))]
        for name, form in (("ids.openalex", "W{}"), ("doi", "10.5555/invented.{}"), ("pmid", "{}")):
            if name in values:
                return [work for work in works if form.format(work + (name == "pmid")) in values[name]]
        return self.since(values.get("from_created_date", [""])[0])

    def work(self, number: int) -> dict[str, object]:
        return {
            "id": f"https://openalex.org/W{number}",
            "doi": f"https://doi.org/10.5555/invented.{number}",
            "title": f"Invented work {number}",
            "ids": {
                "openalex": f"https://openalex.org/W{number}",
                "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{number + 1}",
            },
            "authorships": [],
            "abstract_inverted_index": {"It": [0], "tells": [1]},
            "referenced_works": [f"https://openalex.org/W{other}" for other in self.cited.get(number, ())],
            "cited_by_count": sum(number in cited for cited in self.cited.values()),
        }


class Crossref(Works):
    """`/works`; a cursor lives only as long as `generation` stays."""

    def __init__(self, days: list[date]) -> None:
        super().__init__(days)
        self.generation = 1
        self.rate = "5"

    def __call__(self, asked: Asked) -> Reply:
        given = asked.parameters
        if asked.path != "/works" or asked.method != "GET":
            return Reply(b"Resource not found.", status=404)
        size = int(given["rows"])
        if size > 1_000:
            return self._failed(
                "validation-failure", "integer-not-valid", "Integer specified must be less than 1001", 400
            )
        if "nonsense" in given.get("filter", ""):
            return self._failed("validation-failure", "filter-not-available", "there is no such filter", 400)
        since = re.search(r"from-created-date:(\S+?)(?:,|$)", given.get("filter", ""))
        found = self.since(since[1] if since else "")
        message: dict[str, object] = {"facets": {}, "total-results": len(found), "items-per-page": size}
        if size:
            generation, _, cursor = given["cursor"].rpartition(".")
            start = place(cursor)
            if start is None or (start and generation != str(self.generation)):
                return self._failed("resource-failure", "cursor-invalid", "Cursor specified but it is invalid", 404)
            message["next-cursor"] = f"{self.generation}.{mark(start + size)}"
            message["items"] = [self.work(number) for number in self.shown(found, start, size)]
        else:
            message["items"] = []
        return as_json(
            {"status": "ok", "message-type": "work-list", "message": message},
            x_rate_limit_limit=self.rate,
            x_rate_limit_interval="1s",
        )

    @staticmethod
    def _failed(what: str, kind: str, words: str, status: int) -> Reply:
        return as_json(
            {"status": "failed", "message-type": what, "message": [{"type": kind, "message": words}]}, status
        )

    def work(self, number: int) -> dict[str, object]:
        return {
            "DOI": f"10.5555/INVENTED.{number}",
            "title": [f"Invented work {number}"],
            "type": "journal-article",
            "created": {"date-time": f"{self.days[number].isoformat()}T00:00:00Z"},
        }
