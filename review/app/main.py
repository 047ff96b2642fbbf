"""The app's entry: the pages, in the order of the work, and the frame around them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from review.app import frame
from review.app.markup import plain
from review.domain.errors import ReviewError
from review.services import protocol
from review.services.project import Project

HERE = Path(__file__).resolve().parent
# (heading, file, address, title, icon), in the order of the work
PAGES = (
    ("", "overview.py", "overview", "Overview", ":material/dashboard:"),
    ("Collect", "imports.py", "import", "Import", ":material/upload_file:"),
    ("Collect", "duplicates.py", "duplicates", "Duplicates", ":material/difference:"),
    ("Select", "screen.py", "screen", "Screen", ":material/rule:"),
    ("Select", "full_text.py", "full-text", "Full text", ":material/article:"),
    ("Select", "conflicts.py", "conflicts", "Conflicts", ":material/balance:"),
    ("Report", "chart.py", "chart", "Chart", ":material/table_chart:"),
    ("Report", "flow.py", "flow", "Flow diagram", ":material/account_tree:"),
    ("Report", "manuscript.py", "manuscript", "Manuscript", ":material/edit_document:"),
)


def main() -> None:
    st.set_page_config(page_title="Scopewright", page_icon=":material/library_books:", layout="wide")
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
    for heading, file, address, title, icon in PAGES:
        page = st.Page(HERE / "views" / file, title=title, icon=icon, url_path=address)
        menu.setdefault(heading, []).append(page)
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
