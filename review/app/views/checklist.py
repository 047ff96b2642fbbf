"""Checklists: each item of a guideline, what was said of it and how that stands, answered beside the manuscript's text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from review.app import frame, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.checklist import SAID, Checklist, ItemAnswer, ItemState, open_items
from review.domain.errors import ReviewError
from review.domain.sections import bare, sections
from review.domain.team import Right
from review.services.manuscript import checklist_files, checklists, paper
from review.services.manuscript.checklists import Answering
from review.services.project import Project

_SIGNS = {
    ItemState.YES: "✓",
    ItemState.PARTIAL: "◐",
    ItemState.NO: "○",
    ItemState.NOT_APPLICABLE: "–",
    ItemState.CONTRADICTED: "✗",
    ItemState.STALE: "↻",
}
_ASKED = {
    ItemState.YES: "Yes, it is reported",
    ItemState.PARTIAL: "In part",
    ItemState.NO: "No",
    ItemState.NOT_APPLICABLE: "Does not apply",
}
_MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "md": "text/markdown",
    "csv": "text/csv",
}
_OTHER = "Another place: a sentence of the text"


def show(project: Project) -> None:
    st.title("Checklists")
    found = paper.papers(project)
    if not found:
        st.info("There is no manuscript yet. Start one on the page Manuscript.")
        return
    folder = found[0]
    if len(found) > 1:
        folder = st.selectbox("Manuscript", found, format_func=lambda path: path.name, key="checklist-paper")
    name = _guideline(project, folder)
    about = checklists.load(name)
    answers = checklists.answers(project, folder, name)
    _standing(about, answers)
    items, table, files = st.tabs(["Item by item", "Table", "Take along"])
    with items:
        _items(project, folder, name, answers)
    with table:
        _table(answers)
    with files:
        _files(project, folder, name)


def _guideline(project: Project, folder: Path) -> str:
    """The guideline chosen; those of this paper stand first."""
    own = checklists.of_paper(project, folder)
    names = [*own, *(name for name in checklists.names() if name not in own)]

    def said(name: str) -> str:
        found = checklists.load(name)
        return f"{found.title}, {found.edition}{'' if name in own else ' (not asked of this paper)'}"

    return str(st.selectbox("Guideline", names, format_func=said, key="checklist-name"))


def _standing(about: Checklist, answers: Sequence[ItemAnswer]) -> None:
    done = len(answers) - len(open_items(answers))
    st.progress(done / len(answers), text=f"{done} of {len(answers)} items answered")
    parts = [
        f"{_SIGNS[state]} {checklist_files.WORDS[state]}: {count}" for state, count in checklists.tally(answers).items()
    ]
    st.caption(" · ".join(parts))
    if about.note:
        st.caption(plain(about.note))


def _items(project: Project, folder: Path, name: str, answers: Sequence[ItemAnswer]) -> None:
    only_open = st.toggle("Only what is still open", value=True, key="checklist-open")
    wanted = open_items(answers) if only_open else list(answers)
    if not wanted:
        st.success("Nothing is open any more.", icon=":material/task_alt:")
        return
    numbers = [one.item.number for one in wanted]
    by_number = {one.item.number: one for one in wanted}

    def said(number: str) -> str:
        one = by_number[number]
        return f"{_SIGNS[one.state]} {number}. {one.item.ask}"

    chosen = st.selectbox("Item", numbers, format_func=said, key=f"item-{name}")
    if chosen not in by_number:
        return
    answer = by_number[chosen]
    left, right = st.columns([2, 3], gap="large")
    with left:
        _answer(project, folder, name, answer)
    with right:
        _beside(folder, answer)


def _answer(project: Project, folder: Path, name: str, answer: ItemAnswer) -> None:
    st.subheader(f"{plain(answer.item.section)}, item {plain(answer.item.number)}")
    st.write(plain(answer.item.ask))
    if answer.note:
        st.caption(plain(f"{checklist_files.WORDS[answer.state].capitalize()}: {answer.note}"))
    elif answer.suggestion:
        st.caption(plain(f"Perhaps it stands under {answer.suggestion}."))
    if not person.may(project, Right.WRITE):
        return
    headings = checklists.places(paper.text_of(folder))
    key = f"{name}-{answer.item.id}"
    with st.form(f"answer-{key}", border=False):
        said = SAID.index(answer.said) if answer.said in SAID else None  # nobody's answer is chosen for them
        st.radio("Is it reported?", SAID, index=said, format_func=lambda state: _ASKED[state], key=f"state-{key}")
        known = answer.place if answer.place in headings else None
        at = headings.index(known) if known else None
        st.selectbox("Where", [*headings, _OTHER], index=at, placeholder="Choose a heading", key=f"where-{key}")
        st.text_input("Or a sentence, copied from the text", key=f"sentence-{key}")
        st.text_input("Remark, or the reason why not", key=f"note-{key}")
        st.form_submit_button(
            "Save the answer", type="primary", key=f"save-{key}", on_click=_say, args=(project, folder, name, answer)
        )


@callback
def _say(project: Project, folder: Path, name: str, answer: ItemAnswer) -> None:
    key = f"{name}-{answer.item.id}"

    def entered(part: str) -> str:
        return str(st.session_state.get(f"{part}-{key}") or "").strip()

    if not entered("state"):
        raise ReviewError("No answer was chosen.", hint="Say whether the item is reported.")
    where = entered("where")
    said = Answering(
        item=answer.item.id,
        state=ItemState(entered("state")),
        where=entered("sentence") or ("" if where == _OTHER else where),
        note=entered("note"),
        who=str(st.session_state.get("who", "")),
    )
    checklists.say(project, folder, name, said)
    frame.notice(f"Item {answer.item.number} is answered.")


def _beside(folder: Path, answer: ItemAnswer) -> None:
    """The manuscript's text, one section at a time, beginning with the one that answers the item or seems to."""
    found = [section for section in sections(paper.text_of(folder)) if bare(section.own)]
    if not found:
        st.write("The manuscript has no text yet.")
        return
    lines = [section.line for section in found]
    first = next((at for at, line in enumerate(lines) if line == _line(answer)), 0)
    at = st.selectbox(
        "Text of the manuscript",
        range(len(found)),
        index=first,
        format_func=lambda n: f"{'   ' * max(0, found[n].level - 1)}{found[n].heading}",
        key=f"text-{answer.item.id}",
    )
    st.code(found[at or 0].own, language=None, wrap_lines=True, height=420)


def _line(answer: ItemAnswer) -> int | None:
    if answer.suggestion:
        return int(answer.suggestion.rsplit(" ", 1)[-1])
    return answer.line


def _table(answers: Sequence[ItemAnswer]) -> None:
    rows = [
        (*row[:3], f"{_SIGNS[one.state]} {checklist_files.WORDS[one.state]}", *row[4:])
        for row, one in zip(checklists.rows(answers), answers, strict=True)
    ]
    frame_ = pd.DataFrame(rows, columns=list(checklist_files.COLUMNS))
    st.dataframe(frame_, hide_index=True, height=600, alt="Every item of the checklist")


def _files(project: Project, folder: Path, name: str) -> None:
    st.caption(
        "The whole checklist with the state and the place of every item, for the journal's upload or a colleague."
    )
    kind = str(st.segmented_control("As", checklist_files.FORMATS, default="docx", key="checklist-format") or "docx")
    if not st.button("Prepare the file", key="checklist-prepare"):
        return
    data = checklist_files.as_file(project, folder, name, to=kind)
    st.download_button(
        f"Download {name}.{kind}",
        data,
        file_name=f"{name}-{date.today():%Y-%m-%d}.{kind}",  # noqa: DTZ011 - the day at this computer
        mime=_MIME[kind],
        on_click="ignore",
        icon=":material/download:",
        key="checklist-download",
    )


if __name__ == "__main__":
    frame.page(show)
