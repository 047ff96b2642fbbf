"""A blinded person tries every way in the browser to learn what Bo decided: two reviews that differ only in that must look
the same, in everything that is sent to the browser.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from google.protobuf import text_format
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from review.app.menu import PAGES
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import RIGHTS
from review.services import marks, protocol, rank, screen
from review.services.project import DATABASE, open_project
from review.storage import decisions
from tests.browser.conftest import CARD, Served
from tests.browser.test_team import LONG, PEOPLE, made, numbers, sign_in

pytestmark = pytest.mark.browser

TITLE, FULL = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
SECRET = "secret-of-bo"
OPEN = range(6)  # judged by Bo alone
CLOSED = {8: ("include", "include"), 9: ("exclude", "include"), 10: ("exclude", "exclude")}  # of Ana and Bo
WORLDS = {"one": "include", "other": "exclude"}
# What no two runs have in common, and what says nothing of a review: ids of runs and sessions, hashes, times, ports.
_CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{3})?)?Z?)?"
    r"|127\.0\.0\.1:\d+"
)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Served]]:
    """The same review twice: in one Bo included what he judged alone, in the other he excluded it."""
    root = made(tmp_path_factory.mktemp("curious") / "shared")
    number = {at: record for record, at in numbers(root).items()}
    with closing(open_project(root)) as project:
        for at, (ana, bo) in CLOSED.items():
            for who, verdict in (("Ana Lima", ana), ("Bo Berg", bo)):
                say(project, who, number[at], verdict, TITLE)
        marks.set_tags(project, "Bo Berg", number[0], [f"{SECRET}-tag"])
    running = {}
    for world, verdict in WORLDS.items():
        place = root.with_name(f"{world}-world") / "shared"
        copied(root, place)
        with closing(open_project(place)) as project:
            reason = protocol.in_force(project).exclude[0].id if verdict == "exclude" else ""
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(decisions, "now", lambda: "2026-01-01T00:00:00.000Z")
                for at, stage in (*((at, TITLE) for at in OPEN), (8, FULL)):
                    say(project, "Bo Berg", number[at], verdict, stage, reason=reason, note=f"{SECRET}-{verdict}")
            rank.rank(project)
        running[world] = Served(place)
    yield running
    for served in running.values():
        served.stop()


def copied(root: Path, place: Path) -> None:
    place.mkdir(parents=True)
    with closing(sqlite3.connect(root / DATABASE)) as found, closing(sqlite3.connect(place / DATABASE)) as copy:
        found.backup(copy)
    for path in root.iterdir():
        if path.is_file() and not path.name.startswith(DATABASE):
            (place / path.name).write_bytes(path.read_bytes())


def say(project, who, record, verdict, stage, *, reason="", note=""):
    found = Decision(
        record_id=record, stage=stage, reviewer=who, verdict=Verdict(verdict), reason=reason, note=note, shown=record,
        uid=f"{who}-{record}-{stage}",
    )  # fmt: skip
    assert screen.decide(project, found)


class Curious:
    """Somebody's browser, and all that it was sent, step by step."""

    def __init__(self, page, address: str) -> None:
        self.page, self.address = page, address
        self.bytes: list[bytes] = []
        self.asked = False  # something was asked for that no run has answered yet
        self.steps: dict[str, tuple[str, ...]] = {}  # what can be read
        self.sent: dict[str, set[str]] = {}  # what was sent to be drawn
        page.on("websocket", self._connected)
        page.on("response", self._answered)

    def _connected(self, ws) -> None:
        self.asked = False  # nobody waits any more for what the page before was to be told
        ws.on("framesent", self._sent)
        ws.on("framereceived", self._received)

    def _sent(self, frame) -> None:
        message = _parsed(BackMsg, frame)
        self.asked |= message is not None and message.WhichOneof("type") == "rerun_script"

    def _received(self, frame) -> None:
        self.bytes.append(frame if isinstance(frame, bytes) else str(frame).encode())
        message = _parsed(ForwardMsg, frame)
        if message is not None and message.WhichOneof("type") == "script_finished":
            self.asked &= message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _answered(self, response) -> None:
        if "/media/" in response.url:
            self.bytes.append(response.url.encode())

    def saw(self, step: str, *more: str) -> None:
        """Keep what has arrived since the last step, once the page has come to rest."""
        self.rest()
        text = self.page.locator("body").inner_text()
        card = self.page.evaluate("JSON.stringify(document.querySelector('.screening')?.screeningCard?.data ?? null)")
        self.sent[step] = {_without_chance(found) for found in map(_delta, self.bytes) if found}
        assert not [found for found in self.bytes if SECRET.encode() in found], f"{step}: the browser was sent a secret"
        assert SECRET not in "".join([text, card, *more]), f"{step}: a secret is on the screen"
        self.steps[step] = tuple(map(_without_chance, (text, card, *more)))
        self.bytes.clear()

    def rest(self) -> None:
        """Until what was asked for is answered, the page is drawn and nothing more arrives."""
        end = time.monotonic() + LONG / 1000
        while True:
            before = len(self.bytes)
            self.page.wait_for_timeout(250)
            assert time.monotonic() < end, "the page does not come to rest"
            if self.asked:
                continue
            self.page.wait_for_function(
                "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
                " && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')",
                timeout=LONG,
            )
            if len(self.bytes) == before:
                return

    def visit(self, place: str) -> None:
        self.page.goto(f"{self.address}/{place}")
        self.page.get_by_role("heading", level=1).first.wait_for(timeout=LONG)
        self.rest()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_role("combobox", name=label).first.click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def write(self, label: str, text: str) -> None:
        self.page.get_by_role("textbox", name=label).fill(text)
        self.page.keyboard.press("Enter")

    def download(self, name: str) -> str:
        with self.page.expect_download(timeout=LONG) as found:
            self.page.get_by_role("button", name=name).first.click()
        return Path(found.value.path()).read_bytes().decode("utf-8", "replace")


def _delta(frame: bytes) -> str:
    """What a message puts on the page, as text; nothing for those that only say how the run goes."""
    message = _parsed(ForwardMsg, frame)
    if message is None:  # its bytes are kept as they are
        return frame.decode("utf-8", "replace")
    return text_format.MessageToString(message.delta, as_one_line=True) if message.WhichOneof("type") == "delta" else ""


def _parsed(kind, frame):
    """One of Streamlit's messages; None if it is none."""
    try:
        return kind.FromString(frame)
    except (DecodeError, TypeError):
        return None


def _without_chance(text: str) -> str:
    return _CHANCE.sub("…", text)


# Every way


def every_way(seen: Curious, who: str, number: dict[int, str]) -> None:
    every_page(seen, who, number)
    if PEOPLE[who] in ("reviewer", "owner"):
        looking(seen, number)
        reports(seen, who)
    if PEOPLE[who] == "reviewer":
        screening(seen, number)
        forged(seen, number)
        past_the_app(seen)


def every_page(seen: Curious, who: str, number: dict[int, str]) -> None:
    """Each page of the role, with an address that asks for another's things."""
    for entry in PAGES:
        if entry.right in RIGHTS[PEOPLE[who]]:
            seen.visit(
                f"{entry.address}?reviewer=Bo%20Berg&who=Bo%20Berg&record={number[0]}&stage=full_text&role=adjudicator"
            )
            seen.saw(entry.address)
            assert f"{who}, {PEOPLE[who]}" in seen.page.get_by_test_id("stSidebar").inner_text()


def screening(seen: Curious, number: dict[int, str]) -> None:
    """What the card was sent, why a record comes, what it may be a duplicate of, one's own decisions, plain buttons."""
    seen.visit("screen")
    seen.page.wait_for_function(f"document.querySelector('{CARD}')?.dataset.recordId", timeout=LONG)
    seen.saw("the card")
    seen.page.get_by_role("button", name="Why now?").click()
    seen.saw("why now")
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("button", name="A duplicate?").click()
    seen.write("It is the same work as", "bones")
    seen.saw("a duplicate")
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("radio", name="My decisions").click()
    seen.saw("my decisions")
    seen.visit("screen?basic=1")
    seen.page.get_by_role("button", name="Include").wait_for(timeout=LONG)
    seen.saw("plain buttons")
    seen.visit("screen?basic=0")


def forged(seen: Curious, number: dict[int, str]) -> None:
    """Messages that our card never sends: another's name, another's decision taken back, settling, other records."""
    seen.visit("screen?basic=0")
    seen.page.wait_for_function(f"document.querySelector('{CARD}')?.dataset.recordId", timeout=LONG)
    common = {"id": number[0], "shown": number[0], "reason": "", "note": "", "tags": None}
    for step, item in {
        "take back": {**common, "verdict": None},
        "as Bo": {**common, "verdict": None, "reviewer": "Bo Berg", "who": "Bo Berg"},
        "another record shown": {**common, "verdict": "include", "shown": number[1], "role": "adjudicator"},
        "his uid": {**common, "verdict": "include", "uid": f"Bo Berg-{number[0]}-{TITLE}", "shown": number[1]},
        "no verdict": {**common, "verdict": "settled"},
    }.items():
        sent = json.dumps({"items": [{"uid": f"forged {step}", **item}], "known": []})
        seen.page.evaluate(f"document.querySelector('.screening').screeningCard.transmit({sent})")
        seen.saw(f"forged: {step}")


def looking(seen: Curious, number: dict[int, str]) -> None:
    """Search, history and audit, asked for what is not one's own."""
    seen.visit("find")
    for query in ("outcome:included", "outcome:excluded", "outcome:conflict", "mine:include", "mine:none", "tag:bo"):
        seen.write("Look for", query)
        seen.saw(f"find {query}")
    seen.visit(f"history?record={number[0]}")
    seen.saw("history of one")
    for name in ("everybody", "Bo Berg"):
        seen.choose("Whose", name)
        seen.saw(f"history of {name}")
    seen.visit("audit")
    seen.choose("Who", "Bo Berg")
    seen.rest()
    seen.saw("audit", seen.download("Download as CSV"))


def reports(seen: Curious, who: str) -> None:
    """The diagram and its files, agreement at both stages, and the records taken along."""
    seen.visit("flow")
    button = seen.page.get_by_role("button", name="Show the diagram all the same")
    if button.count():
        button.click()
    seen.page.get_by_role("button", name="CSV").wait_for(timeout=LONG)
    seen.saw("flow", *(seen.download(name) for name in ("CSV", "JSON", "SVG")))
    seen.visit("agreement")
    seen.page.get_by_role("radio", name="Full text").click()
    seen.saw("agreement at full text")
    if who.startswith("Olga"):
        seen.visit("overview")
        seen.saw("records", seen.download("Download"))


def past_the_app(seen: Curious) -> None:
    """Files of the server that no page links to."""
    for place in (
        DATABASE,
        f"app/static/{DATABASE}",
        f"media/{DATABASE}",
        f"..%2f{DATABASE}",
        "component/../review.toml",
    ):
        answer = seen.page.context.request.get(f"{seen.address}/{place}")
        assert b"SQLite format" not in answer.body()
        assert SECRET.encode() not in answer.body()


@pytest.mark.timeout(1800)  # two reviews, every page of each
@pytest.mark.parametrize("who", [name for name in PEOPLE if not name.startswith("Bo")])
def test_nobody_learns_what_bo_decided_alone(browser, worlds, who):
    found = {}
    for world, served in worlds.items():
        number = {at: record for record, at in numbers(served.root).items()}
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page = context.new_page()
        sign_in(page, served.address, who, "overview")
        seen = Curious(page, served.address)
        every_way(seen, who, number)
        found[world] = seen
        context.close()
    one, other = found.values()
    assert one.steps.keys() == other.steps.keys()
    assert len(one.steps) >= 7
    telling = {step: parted(one.steps[step], other.steps[step]) for step in one.steps}
    assert {step: where for step, where in telling.items() if where} == {}
    # What is drawn over at once may not be sent at all, so that only what has a counterpart tells something.
    here, there = set().union(*one.sent.values()), set().union(*other.sent.values())
    telling = {step: parted(sorted(one.sent[step] - there), sorted(other.sent[step] - here)) for step in one.sent}
    assert {step: where for step, where in telling.items() if where} == {}


def parted(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """Where texts part from their counterparts."""
    found = []
    for a, b in zip(one, other, strict=False):
        if a != b:
            at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            found.append((a[max(0, at - 80) : at + 120], b[max(0, at - 80) : at + 120]))
    return found
