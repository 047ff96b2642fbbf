"""The records leave by the overview: each work once, without anybody's verdict, in the form that is chosen."""

from __future__ import annotations

import pytest

from review.app.views import overview
from review.domain.record import Record
from review.formats import registry, screened
from review.services import programs


def test_the_overview_offers_the_records_in_every_form(visit):
    at = visit("overview")
    assert not at.exception
    chosen = at.selectbox(key="records-for")
    assert list(chosen.options) == list(overview._ENDINGS)
    assert [button.proto.label for button in at.get("download_button")] == ["Download"]
    at = chosen.set_value("Excel").run()
    assert not at.exception


@pytest.mark.parametrize("ending", overview._ENDINGS.values())
def test_what_is_offered_is_every_work_once_and_nobody_s_verdict(project, ending):
    data, count = programs.as_file(project, ending, programs.Wanted())
    read = registry.read(data, source="s", file_name=f"records{ending}")
    found = [one for one in read if isinstance(one, Record)]
    assert len(found) == count == 7
    assert all(not screened.said(one).verdicts for one in found)
