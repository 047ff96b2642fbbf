"""The unsure pairs are answered with keys alone: one press answers one pair, and one key takes it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from review.services import collect, duplicates, protocol, works
from review.services.collect import Origin
from review.services.project import create, open_project
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser

WORDS = ("gait", "stroke", "lumbar", "pelvis", "retina")
BETWEEN = 400  # milliseconds: sooner after a key another is taken for the same press


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with five pairs of which nobody knows whether they are one work: their DOIs differ."""
    root = tmp_path_factory.mktemp("pairs") / "unsure"
    project = create(root)
    protocol.freeze(project)
    for source in ("one", "two"):
        rows = [
            f'{source}{n},{word} and {WORDS[(n + 2) % 5]} after surgery in adults,"Wu{n}, Yi",{1990 + n},Journal {n},{n},10.5555/{source}{n}'
            for n, word in enumerate(WORDS)
        ]
        table = "\n".join(["record_id,title,authors,year,journal,volume,doi", *rows]).encode()
        collect.import_bytes(project, table, file_name=f"{source}.csv", origin=Origin(source=source))
    works.dedup(project)
    assert len(works.unsure(project)) == 5
    project.close()
    return root


def test_a_key_answers_one_pair_however_long_it_is_held_and_another_takes_it_back(browser: Any, pairs: Path) -> None:
    with serving(pairs) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/duplicates?reviewer=Ana")

        def waiting(count: int) -> None:
            page.get_by_text(f"Unsure pairs ({count})").first.wait_for()
            page.wait_for_timeout(BETWEEN)

        page.get_by_role("button", name="Same work").nth(4).wait_for()
        waiting(5)
        for _ in range(10):
            page.keyboard.down("d")
        page.keyboard.up("d")
        waiting(4)
        page.wait_for_timeout(1_000)
        waiting(4)
        page.keyboard.press("s")
        waiting(3)
        page.keyboard.press("u")
        waiting(4)
        page.keyboard.press("u")
        waiting(5)
        page.close()
    project = open_project(pairs)
    assert duplicates.acts(project) == []
    project.close()
