"""The people of the review: who takes part, in which role, and how they sign in. For owners."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame
from review.app.frame import callback
from review.app.markup import plain
from review.domain.team import Right, TeamRole
from review.services import accounts, dealing, identity, team
from review.services.identity import Mode
from review.services.project import Project
from review.services.team import Member

_MEANINGS = {
    TeamRole.OWNER: "may do everything: searches, protocol, people, and all below",
    TeamRole.REVIEWER: "screens, looks for full texts, charts and writes",
    TeamRole.ADJUDICATOR: "settles conflicts and writes, and screens nothing",
    TeamRole.READER: "reads what is settled, and changes nothing",
}


def show(project: Project) -> None:
    st.title("People")
    found = team.members(project)
    mode = identity.settings(project.root).mode
    if mode is Mode.SOLO:
        st.info(
            "On this computer nobody is asked for a password, and everybody who gives a name may do everything. Roles "
            "count once people sign in: see the setting [auth] in review.toml."
        )
    if found and (said := dealing.unstaffed(project)):
        st.warning(plain(said), icon=":material/warning:")
    st.dataframe(
        pd.DataFrame(
            {
                "Name": [m.name for m in found],
                "Role": [m.role for m in found],
                "Takes part": ["yes" if m.active else "left" for m in found],
                "E-mail": [m.email for m in found],
                "Signs in with": [_signs_in(m) for m in found],
            }
        ),
        hide_index=True,
        alt="Everybody in this review",
    )
    st.html("<ul>" + "".join(f"<li><b>{role}</b> {meaning}</li>" for role, meaning in _MEANINGS.items()) + "</ul>")
    left, right = st.columns(2, gap="large")
    with left:
        _add(project, mode)
    with right:
        _change(project, found, mode)


def _signs_in(member: Member) -> str:
    if member.vouched:
        return "proxy" if member.vouched == "header" else member.vouched
    return "password" if member.has_password else ""


def _add(project: Project, mode: Mode) -> None:
    st.subheader("Take somebody in")
    with st.form("add-person"):
        st.text_input("Name", key="person-name", max_chars=80, placeholder="Bo Chen")
        st.selectbox("Role", list(TeamRole), index=1, key="person-role", format_func=str)
        st.text_input("E-mail (to sign in with)", key="person-email", max_chars=254)
        if mode is Mode.LOCAL:
            st.text_input("First password", type="password", key="person-password", max_chars=accounts.LONGEST)
        st.form_submit_button("Take in", type="primary", on_click=_taken_in, args=(project,))


@callback
def _taken_in(project: Project) -> None:
    name, email, password = (str(st.session_state.get(f"person-{key}", "")) for key in ("name", "email", "password"))
    if password:
        accounts.checked(name, password)
    person = team.add(project, name, role=TeamRole(st.session_state["person-role"]), email=email)
    if password:
        accounts.set_password(project, person.name, password)
    frame.notice(f"{person.name} takes part as {person.role}.")
    for key in ("name", "email", "password"):
        st.session_state.pop(f"person-{key}", None)


def _change(project: Project, found: list[Member], mode: Mode) -> None:
    st.subheader("Change what holds of somebody")
    by_name = {member.name: member for member in found}
    name = st.selectbox("Person", list(by_name), index=None, key="person-chosen", placeholder="Choose a person")
    if name is None:
        return
    member = by_name[name]
    known = [str(role) for role in TeamRole]
    role = st.selectbox("Role", known, index=known.index(member.role), key=f"role-{name}")
    with st.container(horizontal=True):
        st.button("Give this role", key="give-role", disabled=role == member.role, on_click=_role, args=(project, name))
        if member.active:
            st.button("Take out of the review", key="deactivate", on_click=_active, args=(project, name, False))
        else:
            st.button("Let in again", key="activate", on_click=_active, args=(project, name, True))
    st.caption("Whoever is taken out decides and signs in no more. What they decided stays and counts.")
    if mode is Mode.LOCAL:
        with st.form("new-password", clear_on_submit=True):
            st.text_input(
                f"New password for {plain(name)}", type="password", key="new-word", max_chars=accounts.LONGEST
            )
            st.form_submit_button("Set the password", on_click=_password, args=(project, name))


@callback
def _role(project: Project, name: str) -> None:
    person = team.set_role(project, name, TeamRole(st.session_state[f"role-{name}"]))
    frame.notice(f"{person.name} has the role {person.role} now.")


@callback
def _active(project: Project, name: str, active: bool) -> None:
    (team.activate if active else team.deactivate)(project, name)
    frame.notice(f"{name} takes part again." if active else f"{name} was taken out; what {name} decided stays.")


@callback
def _password(project: Project, name: str) -> None:
    accounts.set_password(project, name, str(st.session_state.get("new-word", "")))
    frame.notice(f"{name} has a new password and is signed out everywhere. Tell {name} in person.")


if __name__ == "__main__":
    frame.page(show, right=Right.GOVERN)
