"""The file of a full text on a page: its pages as pictures or as text, words found in it, the file to take along.

Pages are drawn by the server, so that they look the same in every browser, on a telephone and without a viewer, and
nothing in a file ever runs.
"""

from __future__ import annotations

from html import escape

import streamlit as st

from review.app import frame, markup
from review.app.markup import plain
from review.domain.errors import ReviewError
from review.services import full_texts
from review.services.full_texts import KeptFile
from review.services.project import Project

_WIDTH = 1_200  # px: sharp at the width of the column, also on fine screens
_DRAWN = 64  # pages kept in the memory
_WAYS = ("Pages", "Text")


@st.fragment
def show(project: Project, work: str) -> None:
    """The newest file of a report, or the one chosen; says so if there is none."""
    try:
        kept = full_texts.files(project, work)
        if not kept:
            st.caption("No file is kept for this report yet.")
            return
        file = _one_of(kept, work)
        text = full_texts.pages(project, work, sha256=file.sha256)
        page, way = _controls(project, work, file, len(text))
        if way == _WAYS[1]:
            _words(work, file, text)
        else:
            picture = _drawn(project, work, page, file.sha256)
            with st.container(key="paper-page"):
                st.image(picture, width="stretch", alt=f"Page {page} of {len(text)}. Its words stand under Text.")
    except ReviewError as error:
        frame.refuse(error)


def _one_of(kept: tuple[KeptFile, ...], work: str) -> KeptFile:
    if len(kept) == 1:
        return kept[0]
    at = st.selectbox(
        "File",
        range(len(kept)),
        format_func=lambda n: f"{kept[n].name} ({kept[n].pages} pages, {kept[n].at[:10]})",
        key=f"file-{work}",
    )
    return kept[at or 0]


def _controls(project: Project, work: str, file: KeptFile, many: int) -> tuple[int, str]:
    key = f"page-{file.sha256[:12]}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.segmented_control(
            "Show the full text as", _WAYS, default=_WAYS[0], label_visibility="collapsed", key=f"way-{work}"
        )
        if way != _WAYS[1]:
            page = int(st.number_input(f"Page (of {many:,})", 1, max(1, many), key=key, width=150))
            for label, step in (("Previous page", -1), ("Next page", 1)):
                st.button(
                    label,
                    key=f"{key}-{step}",
                    icon=":material/chevron_left:" if step < 0 else ":material/chevron_right:",
                    disabled=not 1 <= page + step <= many,
                    on_click=_turn,
                    args=(key, step),
                )
        else:
            page = 1
        st.download_button(
            "The file (PDF)",
            lambda: full_texts.pdf_bytes(project, work, sha256=file.sha256),
            file_name=file.name if file.name.lower().endswith(".pdf") else f"{file.name}.pdf",
            mime="application/pdf",
            on_click="ignore",
            icon=":material/download:",
            key=f"pdf-{file.sha256[:12]}",
        )
    return page, str(way)


def _turn(key: str, step: int) -> None:
    st.session_state[key] = int(st.session_state[key]) + step


@st.cache_data(max_entries=_DRAWN, show_spinner="Drawing the page …")
def _drawn(_project: Project, _work: str, page: int, sha256: str) -> bytes:
    return full_texts.picture(_project, _work, page, width=_WIDTH, sha256=sha256)


def _words(work: str, file: KeptFile, text: tuple[str, ...]) -> None:
    """All pages as text, in a box of its own to scroll in; what was asked for is marked."""
    if not any(page.strip() for page in text):
        st.info("No words can be read in this file: it is a scan. Look at it as pages.")
        return
    asked = " ".join(st.text_input("Find in the text", key=f"find-{work}").split())
    on = [number for number, page in enumerate(text, start=1) if asked and asked.casefold() in _folded(page)]
    if asked:
        st.caption(plain(f"On page {', '.join(map(str, on[:40]))}." if on else "Not found. Try fewer words."))
    pages = "".join(
        f'<section id="page-{number}"><h3>Page {number}</h3><p>{_lines(page, asked)}</p></section>'
        for number, page in enumerate(text, start=1)
        if not asked or number in on
    )
    st.html(f'<div class="paper" tabindex="0" role="region" aria-label="{escape(file.name)}, the text">{pages}</div>')


def _folded(page: str) -> str:
    return " ".join(page.split()).casefold()


def _lines(page: str, asked: str) -> str:
    if not asked:
        return escape(page.strip()).replace("\n", "<br>") or "<em>No words on this page.</em>"
    return markup.highlighted(" ".join(page.split()), [asked], [])
