"""The app's entry: the pages and the frame around them."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

import streamlit as st

from review.app import frame, person
from review.app.markup import plain
from review.app.menu import PAGES, Entry
from review.domain.errors import NotSignedIn, ReviewError
from review.services import accounts, identity, protocol
from review.services.identity import Mode
from review.services.project import Project

HERE = Path(__file__).resolve().parent


def main() -> None:
    st.set_page_config(page_title="Scopewright", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.html(HERE / "style.css")
    frame.plainly()  # a page's address may say it, and the next page's no longer does
    try:
        _refuse_strangers()
        bare = frame.bare_project()
        mode = identity.settings(bare.root).mode
        found = _let_in(bare, mode)
        page = _navigation(found)
        _sidebar(found, mode)
    except ReviewError as error:
        frame.refuse(error)
        st.stop()
    page.run()


def _refuse_strangers() -> None:
    """`streamlit run` can serve to everybody; only `review app` looks first at who may come in."""
    address = str(st.get_option("server.address") or "")
    if frame.PROJECT not in os.environ and not identity.is_loopback(address):
        raise ReviewError(
            "Started in this way, the app would let in everybody who reaches this computer.",
            hint="Start it with `review app`, or with `streamlit run` at --server.address 127.0.0.1.",
        )


def _let_in(bare: Project, mode: Mode) -> Project:
    """The project, open for the person at the screen; the page ends here for whoever is not let in."""
    try:
        seat = person.seat_at(bare)
    except NotSignedIn as error:
        person.turned_away(bare, error)
        st.stop()
    if seat is None and mode is not Mode.SOLO:
        person.door(bare)
        st.stop()
    return bare.seated(seat)


def _navigation(found: Project) -> st.Page:
    menu: dict[str, list[st.Page]] = {}
    shown = [
        (entry, st.Page(entry.path, title=entry.title, icon=entry.icon, url_path=entry.address))
        for entry in PAGES
        if person.may(found, entry.right)
    ]
    for entry, page in shown:
        menu.setdefault(entry.heading, []).append(page)
    overview = menu[""][0]
    # Every page has an address of its own, so the bare address leads to the overview.
    home = st.Page(lambda: st.switch_page(overview), title="Home", url_path="home", default=True, visibility="hidden")
    also = [_also(page, entry) for entry, page in shown if entry.path.stem != entry.address]
    chosen = st.navigation({**menu, "": [home, *also, *menu[""]]}, position="hidden")
    with st.sidebar, st.container(key="pages", gap=None):  # Streamlit's own list has headings between its items
        for heading, pages in menu.items():
            if heading:
                st.html(f'<p class="heading">{escape(heading)}</p>')
            for page in pages:
                st.page_link(page)
    return chosen


def _also(page: st.Page, entry: Entry) -> st.Page:
    """The address by the name of the file, which leads to the page's own."""
    return st.Page(lambda: st.switch_page(page), title=entry.title, url_path=entry.path.stem, visibility="hidden")


def about(found: Project) -> str:
    """The title of the review; what is written where there is none, since the protocol's title is still a pattern."""
    title = protocol.in_force(found).title
    return title if found.type == "review" or "[" not in title else f"A {found.type} paper"


def _sidebar(found: Project, mode: Mode) -> None:
    who = person.current_person(found)
    with st.sidebar:
        st.markdown(f"**{plain(found.name)}**")
        try:
            st.caption(plain(about(found)))
        except ReviewError as error:
            frame.refuse(error)
        if mode is Mode.SOLO:
            person.remember(found, who.name if who else "")
        if who is None:
            return
        if mode is Mode.SOLO:
            st.markdown(f":material/person: {plain(who.name)}")
            st.button("Not you? Change the name", key="forget", type="tertiary", on_click=person.forget)
            return
        st.markdown(f":material/person: {plain(who.name)}, {plain(who.role)}")
        if (left := person.minutes_left(found)) is not None:
            st.warning(
                f"You will be asked to sign in again in {left} minutes. Save what you have typed. Decisions on the "
                "screening page are kept in this browser and lost in no case.",
                icon=":material/schedule:",
            )
        if mode is Mode.LOCAL:
            _own_password(found, who.name)
            st.button("Sign out", key="sign-out", type="tertiary", on_click=person.sign_out, args=(found,))
        elif mode is Mode.OIDC:
            st.button("Sign out", key="sign-out", type="tertiary", on_click=st.logout)


def _own_password(found: Project, name: str) -> None:
    with st.popover("Change my password", type="tertiary"), st.form("own-password", clear_on_submit=True, border=False):
        old = st.text_input("Old password", type="password", key="old-password")
        new = st.text_input("New password", type="password", key="new-password")
        if st.form_submit_button("Change it"):
            try:
                accounts.change_password(found, name, old=old, new=new)
                st.success("Changed. Sign in again with the new password.", icon=":material/check_circle:")
            except ReviewError as error:
                frame.refuse(error)


if __name__ == "__main__":
    main()
