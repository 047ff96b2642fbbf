"""Works at Crossref by their DOIs: what it knows of references that somebody wrote down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from review.sources.answers import json_object
from review.sources.crossref import LABEL
from review.sources.http import Answer, Http, SourceUnavailable, StaysUnfit, Unfit

_AT_ONCE = 40  # DOIs in one filter; the address stays below 4,000 characters
_PLAIN = re.compile(r"[^\s,:]+")  # a comma parts the filters, a colon their names


def works(dois: Sequence[str], http: Http) -> Iterator[bytes]:
    """Raw answers, in Crossref's own format, with the works of these DOIs; one it does not know is in none of them.

    Raises SourceUnavailable.
    """
    wanted = [doi for doi in dict.fromkeys(dois) if _PLAIN.fullmatch(doi)]
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        sent = {"filter": ",".join(f"doi:{doi}" for doi in part), "rows": str(len(part))}
        try:
            yield http.ask("/works", sent, _whole)
        except StaysUnfit as stays:
            raise SourceUnavailable(LABEL, stays.reason) from None


def askable(doi: str) -> bool:
    """Whether a DOI can be asked for."""
    return bool(_PLAIN.fullmatch(doi))


def _whole(answer: Answer) -> bytes:
    message = json_object(answer.data).get("message")
    if not isinstance(message, dict) or not isinstance(message.get("items"), list):
        raise Unfit("its answer is no list of works", answer.data)
    return answer.data
