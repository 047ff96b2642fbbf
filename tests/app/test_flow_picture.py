"""The flow diagram on its page: a picture of its own that says what it is, and scrolls where it is wider than the screen."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from review.domain.screening import Stage
from review.services import overview, protocol
from review.services.project import Project
from tests.app.test_pages import fine


def test_the_diagram_stands_in_a_region_that_is_reached_by_keyboard(visit: Callable[..., AppTest]) -> None:
    at = visit("flow")
    at.session_state["flow-shown"] = True
    shown = "".join(str(one.proto.body) for one in fine(at.run()).get("html"))
    [(name, data)] = re.findall(
        r'tabindex="0" role="region".*<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"', shown
    )
    assert name == "PRISMA 2020 flow diagram: 1 studies included"
    assert b"Records screened" in base64.b64decode(data)


def test_the_diagram_is_shown_at_once_where_one_person_judges_each_record(
    visit: Callable[..., AppTest], project: Project
) -> None:
    path = project.root / "protocol.yaml"
    path.write_text(path.read_text().replace("reviewers_per_record: 2", "reviewers_per_record: 1"))
    protocol.amend(project, reason="There is one of us.", who="Ana")
    at = fine(visit("flow", who="Ana"))
    assert overview.waiting_for(project, "Ana", Stage.TITLE_ABSTRACT) > 0
    assert not at.info
    assert "SVG" in [b.label for b in at.get("download_button")]
