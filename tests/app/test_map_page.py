"""The page Evidence map: each picture is its own, and what is counted is said as people say it."""

from __future__ import annotations

import re

from tests.app.test_pages import fine

_PICTURE = r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"'


def shown(at):
    """What each picture of the page shows, by its title."""
    return {title: data for element in at.get("html") for title, data in re.findall(_PICTURE, element.proto.body)}


def test_the_pictures_of_the_map_of_the_years_and_of_the_sources_differ(visit):
    pictures = shown(fine(visit("map")))
    assert len(pictures) == 3
    assert len(set(pictures.values())) == 3


def test_another_form_of_the_map_is_another_picture(visit):
    at = fine(visit("map"))
    before = shown(at)
    after = shown(fine(at.selectbox(key="map-form").set_value("Shades").run()))
    changed = {title for title in before if before[title] != after[title]}
    assert len(changed) == 1, "the years and the sources are drawn as before"


def test_one_study_is_one_study(visit):
    at = fine(visit("map"))
    assert any(one.label.endswith(": 1 included study") for one in at.expander)
