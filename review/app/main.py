"""The app's entry: the pages and the frame around them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from review.app import frame
from review.app.markup import plain
from review.app.menu import PAGES
from review.domain.errors import ReviewError
from review.services import protocol
from review.services.project import Project

HERE = Path(__file__).resolve().parent


def main() -> None:
    st.set_page_config(page_title="Scopewright", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.html(HERE / "style.css")
    try:
        found = frame.project()
        _sidebar(found, frame.identify(found))
    except ReviewError as error:
        frame.refuse(error)
        st.stop()
    _navigation().run()


def _navigation() -> st.Page:
    menu: dict[str, list[st.Page]] = {}
    for entry in PAGES:
        page = st.Page(entry.path, title=entry.title, icon=entry.icon, url_path=entry.address)
        menu.setdefault(entry.heading, []).append(page)
    overview = menu[""][0]
    # Every page has an address of its own, so the bare address leads to the overview.
    home = st.Page(lambda: st.switch_page(overview), title="Home", url_path="home", default=True, visibility="hidden")
    return st.navigation({**menu, "": [home, *menu[""]]})


def _sidebar(found: Project, who: str) -> None:
    with st.sidebar:
        st.markdown(f"**{plain(found.name)}**")
        try:
            st.caption(plain(protocol.in_force(found).title))
        except ReviewError as error:
            frame.refuse(error)
        if who:
            st.markdown(f":material/person: {plain(who)}")
            st.button("Not you? Change the name", key="forget", type="tertiary", on_click=frame.forget)


if __name__ == "__main__":
    main()
