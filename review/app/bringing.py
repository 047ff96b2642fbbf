"""Bringing the files of full texts: many at once, or one for a report; free copies looked for; files that wait."""

from __future__ import annotations

import streamlit as st

from review.app import choosing, frame
from review.app.frame import callback
from review.app.markup import plain
from review.domain.record import Record
from review.formats.pdf import MOST_BYTES
from review.services import full_text_intake, full_texts, open_access
from review.services.full_text_intake import KNOWN, REFUSED, Taken, Upload, WaitingFile
from review.services.full_texts import KeptFile
from review.services.project import Project
from review.storage.full_texts import WAITING

_LISTED = 20
_SINGLY = 3  # files of one fate that are told one by one; more are told in a sentence, with a list to open
_SAID = {WAITING: "waits", KNOWN: "brought before"}


def many(project: Project, who: str, shown: dict[str, Record]) -> None:
    """Files for any reports, and those brought earlier that wait for a person to say of which they are."""
    waits = full_text_intake.waiting(project)
    label = f"Bring files ({len(waits)} wait for their report)" if waits else "Bring files"
    with st.expander(label, icon=":material/upload_file:", expanded=bool(waits)):
        _uploader(project, who, "", "PDF files, one or many: each finds its report by its DOI or title")
        _told(shown)
        for one in waits[:_LISTED]:
            _waiting(project, who, one, shown)
        if len(waits) > _LISTED:
            st.caption(f"{len(waits) - _LISTED:,} more wait; they are listed once these have their place.")


def one(project: Project, who: str, work: str) -> None:
    """A file for this report, a free copy of it, and those kept for it that were wrong."""
    _uploader(project, who, work, "A PDF for this report")
    _told({})
    st.button(
        "Look for a free copy",
        key=f"oa-{work}",
        icon=":material/travel_explore:",
        help="Asks OpenAlex and Europe PMC on the internet, with the DOI of this report.",
        on_click=_look,
        args=(project, who, work),
    )
    _copies(project, who, work)
    for file in full_texts.files(project, work):
        _kept(project, who, work, file)


def _uploader(project: Project, who: str, work: str, label: str) -> None:
    # A new key empties the box once its files were taken.
    key = f"bring-{work or 'any'}-{st.session_state.get('brought', 0)}"
    st.file_uploader(
        label,
        type=["pdf"],
        accept_multiple_files=True,
        max_upload_size=MOST_BYTES // 1024**2,
        key=key,
        on_change=_bring,
        args=(project, who, work, key),
    )


@callback
def _bring(project: Project, who: str, work: str, key: str) -> None:
    found = st.session_state.get(key) or []
    uploads = [Upload(name=file.name, data=file.getvalue(), record_id=work) for file in found]
    st.session_state["bring-told"] = full_text_intake.take(project, uploads, person=who)
    st.session_state["brought"] = st.session_state.get("brought", 0) + 1


def _told(shown: dict[str, Record]) -> None:
    """What became of the files brought last, said once, where they were brought."""
    told: list[Taken] = st.session_state.pop("bring-told", [])
    refused = [taken for taken in told if taken.outcome == REFUSED]
    waits = [taken for taken in told if taken.outcome == WAITING]
    kept = [taken for taken in told if taken not in refused and taken not in waits]
    for found, summary, box, icon in (
        (kept, "files are kept for their reports", st.success, ":material/check_circle:"),
        (waits, "files wait: say below of which report each is", st.warning, ":material/help:"),
        (refused, "files could not be taken", st.error, ":material/error:"),
    ):
        lines = [_line(taken, shown) for taken in found]
        if len(lines) > _SINGLY:
            box(f"{len(lines):,} {summary}.", icon=icon)
            with st.expander(f"Which {len(lines):,} {summary.partition(':')[0]}"):
                st.text("\n".join(lines))
        else:
            for line in lines:
                box(plain(line), icon=icon)


def _line(taken: Taken, shown: dict[str, Record]) -> str:
    if taken.outcome == REFUSED:
        return taken.message
    of = f" for {shown[taken.work].short_citation}" if taken.work in shown else ""
    return f"{taken.name}: {_SAID.get(taken.outcome, taken.outcome)}{of}. {taken.message}"


def _waiting(project: Project, who: str, waits: WaitingFile, shown: dict[str, Record]) -> None:
    sha = waits.file.sha256
    with st.container(border=True):
        st.markdown(f"**{plain(waits.file.name)}**, {_pages(waits.file)}, from {plain(waits.file.who)}")
        st.caption(plain(f"{waits.because[:1].upper()}{waits.because[1:]}."))
        if waits.begins:
            st.text(waits.begins)
        offered = [*waits.near, *(work for work in shown if work not in waits.near)]

        def named(work: str) -> str:
            return f"{shown[work].short_citation}: {shown[work].title}" if work in shown else work

        work = choosing.one_of("Of which report is it?", offered, named, key=f"waits-{sha}", first=bool(waits.near))
        with st.container(horizontal=True):
            st.button(
                "It is this one", key=f"place-{sha}", disabled=not work, on_click=_place, args=(project, who, sha)
            )
            st.button("It is none of them", key=f"drop-{sha}", on_click=_drop, args=(project, who, sha, ""))


@callback
def _place(project: Project, who: str, sha: str) -> None:
    full_text_intake.place(project, sha, str(st.session_state[f"waits-{sha}"]), person=who)
    frame.notice("The file is kept for this report.")


@callback
def _drop(project: Project, who: str, sha: str, work: str) -> None:
    full_text_intake.remove(project, sha, record_id=work, person=who)
    frame.notice("Taken away. The file can be brought again at any time.")


def _kept(project: Project, who: str, work: str, file: KeptFile) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(f"{file.name}, {_pages(file)}, brought by {file.who} on {file.at[:10]}"))
        st.button(
            "Not this paper: take it away",
            key=f"wrong-{work}-{file.sha256[:12]}",
            type="tertiary",
            on_click=_drop,
            args=(project, who, file.sha256, work),
        )


def _pages(file: KeptFile) -> str:
    return f"{file.pages:,} {'page' if file.pages == 1 else 'pages'}"


# Free copies


@callback
def _look(project: Project, who: str, work: str) -> None:
    found = open_access.look_up(project, [work], person=who)
    st.session_state[f"copies-{work}"] = found


def _copies(project: Project, who: str, work: str) -> None:
    found = st.session_state.get(f"copies-{work}")
    if found is None:
        return
    for finding in found.findings:
        st.warning(plain(finding), icon=":material/cloud_off:")
    copies = next(iter(found.copies.values()), ())
    if not copies and not found.findings:
        st.info("Neither OpenAlex nor Europe PMC knows a free copy.")
    for at, copy in enumerate(copies[:_LISTED]):
        told = ", ".join(part for part in (copy.host, copy.version, copy.licence, f"says {copy.by}") if part)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.link_button("Open", copy.url, icon=":material/open_in_new:")
            if copy.is_pdf:
                st.button("Take it", key=f"copy-{work}-{at}", on_click=_take, args=(project, who, work, copy.url))
            st.caption(plain(told))


@callback
def _take(project: Project, who: str, work: str, url: str) -> None:
    st.session_state["bring-told"] = [open_access.fetch(project, work, url, person=who)]
