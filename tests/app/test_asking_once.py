"""A page asks the database each question once in a run, however many services want its answer; and it sees what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from review.app import frame
from review.app.menu import PAGES
from review.services import team
from review.services.project import Project

Visit = Callable[..., AppTest]


@pytest.mark.parametrize("file", [entry.path.stem for entry in PAGES])
def test_no_page_asks_the_database_the_same_twice_in_a_run(visit: Visit, project: Project, file: str) -> None:
    at = visit(file)
    seen: Counter[tuple[str, str]] = Counter()

    @event.listens_for(frame.opened(str(project.root)).store.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
        if "FROM" in statement:
            seen[statement, str(given)] += 1

    at.run()
    assert not at.exception
    assert {asked: often for asked, often in seen.items() if often > 1} == {}
    assert sum(seen.values()) <= 20


def test_a_page_that_stays_open_tells_whom_another_program_let_in(visit: Visit, project: Project) -> None:
    at = visit("people")
    assert "Zoe" not in str(at)
    team.add(project, "Zoe")  # another program: the pages hold a connection of their own
    assert "Zoe" in str(at.run())
