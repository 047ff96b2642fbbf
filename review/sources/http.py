"""A polite way to ask: least interval, back-off, Retry-After, time limits, and no half answer taken for a whole one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util.retry import RequestHistory, Retry

from review import __version__
from review.domain.errors import ReviewError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # a later request may succeed
_TELLING = frozenset({200, 400})  # the body says what is the matter; other statuses are refusals
_LONG_QUERY = 2_000  # characters; servers cut or refuse longer addresses
_MOST_BYTES = 200 << 20  # no page of any source comes near
_CHUNK = 1 << 16
# A network that asks for a sign-in answers in the place of every source.
_LATER = "Run the same command again later; if a browser here opens no web page either, see to the network first."
T = TypeVar("T")


class SourceUnavailable(ReviewError):
    """No usable answer came, however often it was asked; what was fetched is kept."""

    def __init__(self, label: str, reason: str, *, hint: str = _LATER) -> None:
        super().__init__(f"{label} cannot be reached or does not answer properly: {reason.rstrip('.')}.", hint=hint)


class Unfit(Exception):
    """An answer came, but it is not a whole and valid one. `busy` means that the source asked for less."""

    def __init__(self, reason: str, data: bytes = b"", *, busy: bool = False, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data = data
        self.busy = busy
        self.wait = wait


class StaysUnfit(Exception):
    """Asked for again and again, and never whole; `data` is the last answer."""

    def __init__(self, reason: str, data: bytes) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data = data


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time as the program sees it: seconds that only grow, and a way to wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a source wants to be asked; all times in seconds.

    `parameters` (tool, e-mail, key) go with every request and are stored nowhere. `pause` is the first wait after a
    failure and doubles; `busy_pause` the same where the source said "too many requests" without saying how long.
    A Retry-After above `patience` ends the search instead of holding the program. Questions longer than `longest_get`
    characters go by POST, to `long_path` if the source has a place of its own for them. The body of an answer with a
    status in `telling` says what is the matter; other statuses are refusals. `key` names the variable that holds a key.
    """

    interval: float
    parameters: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    pause: float = 1.0
    busy_pause: float = 5.0
    longest_pause: float = 300.0
    patience: float = 300.0
    tries: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    whole_timeout: float = 600.0
    longest_get: int = _LONG_QUERY
    long_path: str = ""
    telling: frozenset[int] = _TELLING
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came; the names of `headers` are found in any case."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Http:
    """One line to one source. `requests` counts what was sent, `waited` the seconds spent being polite."""

    def __init__(
        self,
        label: str,
        address: str,
        *,
        manners: Manners,
        clock: Clock | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self.label = label
        self.address = address
        self.manners = manners
        self.clock = clock or Clock()
        self.requests = 0
        self.waited = 0.0
        self.interval = manners.interval
        self._last: float | None = None
        self._session = session or _session(manners.email)

    def close(self) -> None:
        self._session.close()

    def ask(
        self, path: str, parameters: Mapping[str, str], read: Callable[[Answer], T], *, tries: int | None = None
    ) -> T:
        """What `read` makes of the answer; it raises `Unfit` to have it asked for again.

        Raises `StaysUnfit` when answers keep coming but none is whole, `SourceUnavailable` when none comes.
        """
        retry = self._retry(tries or self.manners.tries)
        while True:
            try:
                return read(self._send(path, parameters))
            except Unfit as unfit:
                trouble = unfit
            except requests.RequestException as error:
                # The message of the error itself holds the address, and with it key and e-mail.
                trouble = Unfit(_plainly(error))
            try:
                retry = retry.increment("GET", path)
            except MaxRetryError:
                if trouble.data:
                    raise StaysUnfit(trouble.reason, trouble.data) from None
                raise SourceUnavailable(self.label, f"{trouble.reason}, {len(retry.history)} times") from None
            self._pause(self._wait_for(trouble, retry))

    def _retry(self, tries: int) -> Retry:
        # urllib3 does not wait before the first repetition; one failure already in the history makes it wait.
        return Retry(
            total=tries - 1,
            backoff_factor=self.manners.pause / 2,
            backoff_jitter=self.manners.pause / 4,
            backoff_max=self.manners.longest_pause,
            history=(RequestHistory("GET", None, None, None, None),),
        )

    def _wait_for(self, trouble: Unfit, retry: Retry) -> float:
        wait = retry.get_backoff_time()
        if trouble.wait is not None:
            if trouble.wait > self.manners.patience:
                minutes = round(trouble.wait / 60)
                raise SourceUnavailable(
                    self.label, f"it asks to wait {minutes} minutes", hint="Run the same command again after that time."
                )
            return max(wait, trouble.wait)
        if trouble.busy:
            wait *= self.manners.busy_pause / self.manners.pause
        return min(wait, self.manners.longest_pause)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.waited += seconds
            self.clock.sleep(seconds)

    def _send(self, path: str, parameters: Mapping[str, str]) -> Answer:
        if self._last is not None:
            self._pause(self._last + self.interval - self.clock.now())
        self._last = self.clock.now()
        self.requests += 1
        sent = {**parameters, **self.manners.parameters}
        by_post = len(urlencode(sent)) > self.manners.longest_get
        response = self._session.request(
            "POST" if by_post else "GET",
            self.address + (self.manners.long_path if by_post and self.manners.long_path else path),
            params=None if by_post else sent,
            data=sent if by_post else None,
            timeout=(self.manners.connect_timeout, self.manners.read_timeout),
            stream=True,
        )
        with response:
            self.interval = max(self.manners.interval, _asked_interval(response.headers))
            self._refuse(response)
            data = self._whole(response)
        if not data.strip():
            raise Unfit("its answer was empty")
        return Answer(status=response.status_code, data=data, headers=response.headers)

    def _refuse(self, response: requests.Response) -> None:
        """Raises for a status that a later request may change, and for one that tells nothing."""
        status = response.status_code
        if status in PASSING:
            wait = _asked_to_wait(response.headers.get("Retry-After"))
            raise Unfit(f"it answered with status {status}", busy=status == 429, wait=wait)
        if status not in self.manners.telling:
            hint = _hint(status, self.manners.key)
            raise SourceUnavailable(self.label, f"it answered with status {status}", hint=hint)

    def _whole(self, response: requests.Response) -> bytes:
        """The body. Fewer bytes than announced are an error of urllib3's; too many or too slow ones end here."""
        end = self.clock.now() + self.manners.whole_timeout
        parts: list[bytes] = []
        size = 0
        for chunk in response.iter_content(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > _MOST_BYTES:
                raise SourceUnavailable(self.label, "its answer does not end")
            if self.clock.now() > end:
                raise Unfit("its answer came too slowly")
        return b"".join(parts)


def address_of(default: str, chosen: str) -> str:
    """The chosen address, else the usual one; a host without a path gets the usual path.

    >>> address_of("https://export.arxiv.org/api/query", "http://127.0.0.1:8000/")
    'http://127.0.0.1:8000/api/query'
    """
    if not chosen.strip():
        return default
    parts = urlsplit(chosen.strip())
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or urlsplit(default).path}"


def _session(email: str) -> requests.Session:
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=0))  # repeating is ours, or the interval would be broken
    contact = f" (mailto:{email})" if email else ""
    session.headers["User-Agent"] = f"Scopewright/{__version__}{contact}"
    return session


def _asked_to_wait(header: str | None) -> float | None:
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)  # urllib3 would make six hours of fourteen
    try:
        return Retry().parse_retry_after(header)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _asked_interval(headers: Mapping[str, str]) -> float:
    """Seconds between two requests, where the source says with each answer how many it takes (as Crossref does).

    >>> _asked_interval({"x-rate-limit-limit": "5", "x-rate-limit-interval": "1s"})
    0.2
    """
    many, span = headers.get("x-rate-limit-limit", ""), headers.get("x-rate-limit-interval", "").removesuffix("s")
    if not (many.isdecimal() and span.isdecimal() and len(many + span) < 9 and int(many)):
        return 0.0
    return int(span) / int(many)


def _hint(status: int, key: str) -> str:
    if status in {401, 403}:
        used = f"Check your key if you use one ({key}), or whether" if key else "Look whether"
        return f"{used} your network blocks this service."
    if status in {413, 414}:
        return "The search string is too long for this source: shorten it, or split it into two searches."
    return "Check the address if you have set one, or try again later."


def _plainly(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer came in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "its answer was cut off"
    if isinstance(error, requests.exceptions.SSLError):
        return "the secure connection failed"
    if isinstance(error, requests.ConnectionError):
        return "no connection could be made"
    return f"the request failed ({type(error).__name__})"
