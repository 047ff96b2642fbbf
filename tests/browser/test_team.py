"""Two blinded browsers screen the same records, a third settles; and a curious one tries every way to see the other's votes."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from review.domain.screening import Stage, Standing
from review.domain.team import TeamRole
from review.services import accounts, collect, protocol, screen, team, works
from review.services.collect import Origin
from review.services.project import CONFIG, DATABASE, create, open_project
from tests.browser.conftest import CARD, PATIENCE, Served

pytestmark = pytest.mark.browser

WORD = "four words in a row"
PEOPLE = {
    "Ana Lima": TeamRole.REVIEWER,
    "Bo Berg": TeamRole.REVIEWER,
    "Ada Third": TeamRole.ADJUDICATOR,
    "Olga Owner": TeamRole.OWNER,
    "Lee Reader": TeamRole.READER,
}
TITLE = Stage.TITLE_ABSTRACT
LONG = PATIENCE
RECORDS = 12
SPLIT = {3: ("include", "exclude"), 7: ("exclude", "maybe")}  # where Ana and Bo disagree


def made(root: Path) -> Path:
    """A review of twelve records by two reviewers each, with accounts for five people."""
    project = create(root)
    text = project.protocol_path.read_text(encoding="utf-8")
    assert "pilot_records: 50" in text
    project.protocol_path.write_text(text.replace("pilot_records: 50", "pilot_records: 0"), encoding="utf-8")
    protocol.freeze(project)
    entries = [
        f"TY  - JOUR\nID  - {n}\nTI  - {name} in bones\nAB  - About {name}.\nDO  - 10.5555/team.{n}\nER  - \n"
        for n, name in enumerate(NAMES)
    ]
    collect.import_bytes(project, "\n".join(entries).encode(), file_name="team.ris", origin=Origin(source="pubmed"))
    works.dedup(project)
    assert len(works.works(project).members) == RECORDS
    for name, role in PEOPLE.items():
        team.add(project, name, role=role)
        accounts.set_password(project, name, WORD)
    path = root / CONFIG
    path.write_text(path.read_text(encoding="utf-8") + '\n[auth]\nmode = "local"\n', encoding="utf-8")
    project.close()
    return root


NAMES = [
    "copper",
    "silver",
    "basalt",
    "granite",
    "marble",
    "quartz",
    "feldspar",
    "gypsum",
    "halite",
    "galena",
    "pyrite",
    "zircon",
]


def numbers(root: Path) -> dict[str, int]:
    """The number of each record, by its id."""
    with closing(sqlite3.connect(root / DATABASE)) as database:
        rows = database.execute("SELECT record_id, doi FROM records").fetchall()
    return {record: int(doi.rpartition(".")[2]) for record, doi in rows}


def sign_in(page, address, who, place):
    page.goto(f"{address}/{place}")
    page.get_by_label("Name or e-mail").fill(who)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text(f"{who}, {PEOPLE[who]}").first.wait_for(timeout=LONG)


def ready(page):
    page.wait_for_function("window.drawn()", timeout=LONG)
    page.wait_for_timeout(150)


def all_stored(page):
    page.wait_for_function(
        "!Object.keys(localStorage).some((key) => key.startsWith('scopewright/'))", timeout=LONG, polling=100
    )


def judge(page, count, said):
    """Judge the next records by key: (record id, verdict) of each. Those on which people differ get a note."""
    judged = []
    for _ in range(count):
        record = page.get_attribute(CARD, "data-record-id")
        verdict, note = said(record)
        if note:
            page.keyboard.press("n")
            page.keyboard.type(note)
            page.keyboard.press("Enter")
            if verdict == "exclude":
                page.keyboard.press("1")
        page.keyboard.press(verdict[0])
        page.wait_for_function(
            "([card, id]) => document.querySelector(card)?.dataset.recordId !== id", arg=[CARD, record]
        )
        page.wait_for_timeout(120)
        page.wait_for_function(f"window.drawn() || !document.querySelector('{CARD}')?.dataset.recordId")
        judged.append((record, verdict))
    return judged


@pytest.fixture
def three(browser) -> Iterator[list]:
    """Three browsers of three people: nothing is shared between them."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in range(3)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def test_two_blinded_browsers_and_a_third_person_who_settles(three, tmp_path):
    root = made(tmp_path / "shared")
    number, served = numbers(root), Served(root)
    ana, bo, ada = three

    def of(side):
        def said(record):
            at = number[record]
            verdict = SPLIT[at][side] if at in SPLIT else "exclude" if at % 2 else "include"
            return verdict, f"note of {'Ana' if side == 0 else 'Bo'} on {at}" if at in SPLIT else ""

        return said

    try:
        for page, who in ((ana, "Ana Lima"), (bo, "Bo Berg")):
            sign_in(page, served.address, who, "screen")
            ready(page)
        by_ana = judge(ana, 6, of(0))
        by_bo = judge(bo, RECORDS, of(1))
        by_ana += judge(ana, 6, of(0))
        for page in (ana, bo):
            all_stored(page)
            page.get_by_text("Nothing is left for you to screen here").wait_for(timeout=LONG)
        assert ana.get_by_test_id("stSidebar").get_by_role("link", name="Conflicts").count() == 0
        settle_both(ada, served.address, number)
        check_stored(root, number, {"Ana Lima": by_ana, "Bo Berg": by_bo})
    finally:
        served.stop()


def settle_both(page, address, number):
    """A third person sees both sides of each conflict, with notes and reasons, and settles one each way."""
    sign_in(page, address, "Ada Third", "conflicts")
    for left in (2, 1):
        page.get_by_text(f"{left} to settle").wait_for(timeout=LONG)
        at = number[page.get_attribute(CARD, "data-record-id")]
        shown = page.get_by_test_id("stMain").inner_text()
        for name, said in zip(("Ana", "Bo"), SPLIT[at], strict=True):
            assert f"note of {name} on {at}" in shown
            assert re.search(rf"{name} \w+ says {said}", shown)
        page.get_by_label("Note (optional)").fill(f"settled {at}")
        page.get_by_role("button", name="Settle: include" if at == 3 else "Settle: exclude").click()
    page.get_by_text("There is no conflict at this stage").wait_for(timeout=LONG)


def check_stored(root, number, judged):
    """Exactly what was pressed lies in the database, in each person's order, and every record stands where it must."""
    with closing(sqlite3.connect(root / DATABASE)) as database:
        rows = database.execute(
            "SELECT reviewer, role, record_id, verdict, reason, note, shown FROM decisions ORDER BY number"
        ).fetchall()
    assert len(rows) == 2 * RECORDS + 2
    assert all(record == shown for _, _, record, _, _, _, shown in rows)
    of = defaultdict(list)
    for who, role, record, verdict, *_ in rows:
        of[who, role].append((record, verdict))
    assert {who: of[who, "reviewer"] for who in judged} == judged
    assert {(number[r], v) for r, v in of["Ada Third", "adjudicator"]} == {(3, "include"), (7, "exclude")}
    notes = {(who, number[record]): (note, bool(reason)) for who, _, record, _, reason, note, _ in rows if note}
    assert notes == {
        ("Ana Lima", 3): ("note of Ana on 3", False),
        ("Bo Berg", 3): ("note of Bo on 3", True),
        ("Ana Lima", 7): ("note of Ana on 7", True),
        ("Bo Berg", 7): ("note of Bo on 7", False),
        ("Ada Third", 3): ("settled 3", False),
        ("Ada Third", 7): ("settled 7", False),
    }
    with closing(open_project(root)) as project:
        standing = {number[work]: found.standing for work, found in screen.outcomes(project, TITLE).items()}
    included = {0, 2, 3, 4, 6, 8, 10}
    assert standing == {n: Standing.INCLUDED if n in included else Standing.EXCLUDED for n in range(RECORDS)}


def test_a_session_that_ends_while_somebody_screens_loses_nothing(three, tmp_path):
    root = made(tmp_path / "shared")
    served, page = Served(root), three[0]
    try:
        sign_in(page, served.address, "Ana Lima", "screen")
        ready(page)
        judged = judge(page, 2, lambda _: ("include", ""))
        all_stored(page)
        with closing(open_project(root)) as project:
            accounts.set_password(project, "Ana Lima", WORD)  # ends every session of hers
        page.wait_for_timeout(1_200)
        record = page.get_attribute(CARD, "data-record-id")
        page.keyboard.press("n")
        page.keyboard.type("half a though")
        page.keyboard.press("Enter")
        page.keyboard.press("e")
        judged.append((record, "exclude"))
        page.get_by_text("You are signed out").first.wait_for(timeout=LONG)
        page.goto(f"{served.address}/screen")
        page.get_by_label("Password").wait_for(timeout=LONG)
        sign_in(page, served.address, "Ana Lima", "screen")
        ready(page)
        all_stored(page)
        with closing(sqlite3.connect(root / DATABASE)) as database:
            stored = database.execute("SELECT record_id, verdict, note FROM decisions ORDER BY number").fetchall()
        assert [row[:2] for row in stored] == judged
        assert stored[-1][2] == "half a though"
    finally:
        served.stop()
