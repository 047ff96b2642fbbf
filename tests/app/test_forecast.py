"""What the overview says of the pace."""

from __future__ import annotations

import pytest

from review.app.views.overview import _forecast
from review.services.pace import StagePace


@pytest.mark.parametrize(
    ("a_day", "days", "said"),
    [
        (17.0, 1, "Today you made 17 decisions; at this pace"),
        (1.0, 1, "Today you made 1 decision; at this pace"),
        (2.5, 3, "In the last 3 days you made 2.5 a day; at this pace"),
        (2.5, 14, "In the last 14 days you made 2.5 a day; at this pace"),
        (0.0, 14, "Nobody decided anything in the last 14 days"),
    ],
)
def test_the_pace_is_told_over_the_days_there_were(a_day: float, days: int, said: str) -> None:
    assert said in _forecast(StagePace(needed=40, a_day=a_day, days=days, people=()))
