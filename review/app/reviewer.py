"""The tab of the page Manuscript where a reviewer's remarks stand beside the text: what to do, and letting one stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import streamlit as st

from review.app import frame, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.finding import Finding, Severity
from review.domain.team import Right
from review.services.manuscript import beside, waiving
from review.services.manuscript.beside import Passage, Reading, Said
from review.services.manuscript.waiving import Waiving
from review.services.project import Project

_NOW = "lint-read-now"
_READ = "lint-read"  # what was read last: the state of the files, and the reading
State = tuple[str, tuple[tuple[str, int], ...]]  # a folder, and its files with the time of each
_AT_ONCE = 12  # passages with findings on the screen at a time
_ORDER = (Severity.BLOCKER, Severity.ERROR, Severity.WARNING, Severity.INFO)
_MEANS = {
    Severity.BLOCKER: "would be returned",
    Severity.ERROR: "must be mended",
    Severity.WARNING: "should be looked at",
    Severity.INFO: "a remark",
}
_STYLE = """<style>
.passage { border-left: 3px solid rgba(128, 128, 128, .35); padding: 0 0 0 .9rem; }
.passage p, .passage pre { margin: 0; font-size: .95rem; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; }
.passage.written pre { font-family: ui-monospace, monospace; font-size: .86rem; }
.passage mark { background: rgba(255, 193, 7, .28); box-shadow: inset 0 -2px rgba(180, 120, 0, .9); }
.between { font-size: .9rem; } .between .passage { margin: .5rem 0 .5rem .2rem; } .between summary { opacity: .82; }
.said h4 { font-size: .95rem !important; margin: 0; padding: 0 0 .15rem; }
.said p { font-size: .92rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.said .severity { border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem; font-size: .8rem; font-weight: 600; }
.said .severity.blocker, .said .severity.error { border-width: 2px; }
</style>"""


def show(project: Project, folder: Path) -> None:
    """The reading of a manuscript: asked for by a button, since it looks every number up again."""
    st.caption(
        "Every sentence and table is held against the counts, the scores and the review behind it, by the rules that reviewers go by."
    )
    state = _state(folder)
    held: tuple[State, Reading] | None = st.session_state.get(_READ)
    again = held is not None or st.session_state.get(_NOW)
    asked = st.button("Read it as a reviewer would", type="secondary" if again else "primary", key=_NOW)
    if asked or (held and held[0] != state and held[0][0] == state[0]):
        with st.spinner("Reading the manuscript …"):
            held = (state, beside.read(project, folder))
            st.session_state[_READ] = held
    if held is None or held[0] != state:
        return
    _reading(project, folder, held[1])


def _state(folder: Path) -> State:
    """The files of the paper and when each was last written, so that a changed text is read again."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    return folder.as_posix(), tuple((path.name, path.stat().st_mtime_ns) for path in files)


def _reading(project: Project, folder: Path, read: Reading) -> None:
    st.html(_STYLE)
    counted = Counter(one.finding.severity for one in read.all)
    if not counted:
        st.success("Nothing to mend was found.", icon=":material/task_alt:")
    else:
        wanted = _wanted(counted)
        found = [passage for passage in read.passages if any(one.finding.severity in wanted for one in passage.said)]
        shown = _from(found, wanted)
        between = [p for p in read.passages if shown and shown[0].first <= p.first <= shown[-1].last]
        _passages(project, folder, between, wanted)
        _elsewhere(project, folder, [one for one in read.elsewhere if one.finding.severity in wanted])
    _rest(read)


def _wanted(counted: Counter[Severity]) -> set[Severity]:
    """The kinds of findings that are shown."""
    there = [severity for severity in _ORDER if counted[severity]]
    chosen = st.pills(
        "Show",
        there,
        selection_mode="multi",
        default=there,
        format_func=lambda severity: f"{str(severity).capitalize()} ({counted[severity]}): {_MEANS[severity]}",
        key="lint-severities",
    )
    return set(chosen)


def _from(found: Sequence[Passage], wanted: set[Severity]) -> Sequence[Passage]:
    """The passages from the finding on that was chosen, as many as the screen takes."""
    if not found:
        return ()
    places = [
        (n, one.finding) for n, passage in enumerate(found) for one in passage.said if one.finding.severity in wanted
    ]
    chosen = st.selectbox(
        "Jump to",
        range(len(places)),
        format_func=lambda at: _jump(places[at][1]),
        help="The text is shown from this line on.",
        key="lint-jump",
    )
    at = places[min(chosen or 0, len(places) - 1)][0]
    if len(found) - at > _AT_ONCE:
        st.caption(f"Passages {at + 1} to {at + _AT_ONCE} of {len(found)} with findings; jump on for the others.")
    return found[at : at + _AT_ONCE]


def _jump(finding: Finding) -> str:
    return f"Line {finding.line}: {finding.rule}, {finding.message}"


def _passages(project: Project, folder: Path, found: Sequence[Passage], wanted: set[Severity]) -> None:
    """Each passage with what is said of it; those between, of which nothing is said, folded."""
    if not found:
        return
    looked_up = st.toggle("Numbers looked up", value=True, key="lint-looked-up")
    for spoken, passages in groupby(found, key=lambda p: any(one.finding.severity in wanted for one in p.said)):
        if not spoken:
            st.html(_folded(list(passages), looked_up=looked_up))
            continue
        for passage in passages:
            _one_passage(project, folder, passage, wanted, looked_up=looked_up)


def _one_passage(project: Project, folder: Path, passage: Passage, wanted: set[Severity], *, looked_up: bool) -> None:
    said = [one for one in passage.said if one.finding.severity in wanted]
    with st.container(border=True):
        text, remarks = st.columns([3, 2], gap="medium")
        with text:
            heading = f", {passage.heading}" if passage.heading else ""
            st.caption(plain(f"{_lines(passage.first, passage.last)}{heading}"))
            st.html(_shown(passage, said, looked_up=looked_up))
        with remarks:
            for at, one in enumerate(said):
                _one(project, folder, one, key=f"{passage.first}-{at}")


def _lines(first: int, last: int) -> str:
    return f"Line {first}" if first == last else f"Lines {first} to {last}"


def _folded(passages: Sequence[Passage], *, looked_up: bool) -> str:
    """The text between, to be opened by a press."""
    inside = "".join(_shown(passage, (), looked_up=looked_up) for passage in passages)
    told = f"{_lines(passages[0].first, passages[-1].last)}: nothing to say"
    return f'<details class="between"><summary>{escape(told)}</summary>{inside}</details>'


def _shown(passage: Passage, said: Sequence[Said], *, looked_up: bool) -> str:
    """A passage as HTML, the sentences that something is said of marked."""
    text = passage.looked_up if looked_up and passage.looked_up else passage.text
    marks = {one.sentence for one in said if one.sentence}
    pattern = "|".join(
        r"\s+".join(re.escape(word) for word in sentence.split()) for sentence in sorted(marks, key=len, reverse=True)
    )
    pieces, done = [], 0
    for match in re.finditer(pattern, text) if pattern else ():
        pieces += [escape(text[done : match.start()]), f"<mark>{escape(match[0])}</mark>"]
        done = match.end()
    shown = "".join([*pieces, escape(text[done:])])
    kind = "read" if text is passage.looked_up else "written"
    return f'<div class="passage {kind}"><pre>{shown}</pre></div>'


def _one(project: Project, folder: Path, one: Said, *, key: str) -> None:
    finding = one.finding
    where = f"Line {finding.line}. " if finding.line else ""
    st.html(
        f'<section class="said"><h4><span class="severity {escape(str(finding.severity))}">{escape(str(finding.severity))}</span> '
        f"{escape(finding.rule)} {escape(one.title)}</h4><p>{escape(where)}{escape(finding.message)}</p>"
        + (f"<p><b>What to do.</b> {escape(finding.hint)}</p>" if finding.hint else "")
        + "</section>"
    )
    if not person.may(project, Right.WRITE):
        return
    with st.popover("Let it stand", key=f"lint-stand-{key}"), st.form(f"lint-form-{key}", border=False):
        st.caption("With your name and today’s date in paper.yaml. It counts until the sentence changes.")
        st.text_input("Why may it stand?", key=f"lint-why-{key}")
        st.form_submit_button(
            "Let it stand", key=f"lint-waive-{key}", on_click=_waive, args=(project, folder, one, key)
        )


@callback
def _waive(project: Project, folder: Path, one: Said, key: str) -> None:
    made = waiving.waive(
        project,
        folder,
        str(st.session_state.get("who", "")),
        Waiving(
            rule=one.finding.rule,
            reason=str(st.session_state.get(f"lint-why-{key}") or ""),
            sentence=one.sentence,
            message=one.finding.message,
        ),
    )
    frame.notice(f"{made.rule} is let stand in the name of {made.who}.")


def _elsewhere(project: Project, folder: Path, found: Sequence[Said]) -> None:
    """What is about the paper as a whole, or about a file beside it."""
    if not found:
        return
    st.subheader("About the whole, and the files beside it")
    for at, one in enumerate(found):
        with st.container(border=True):
            place = (
                f"{one.finding.path}{f':{one.finding.line}' if one.finding.line else ''}" if one.finding.path else ""
            )
            if place:
                st.caption(plain(place))
            _one(project, folder, one, key=f"else-{at}")


def _rest(read: Reading) -> None:
    if read.waived:
        with st.expander(f"{len(read.waived)} let stand"):
            for finding, waiver in read.waived:
                st.write(plain(f"{finding.rule}, {waiver.who}, {waiver.date}: {waiver.reason}"))
                st.caption(plain(finding.message))
    if read.unasked:
        with st.expander(f"{len(read.unasked)} rules could not be asked"):
            for finding in read.unasked:
                st.write(plain(f"{finding.rule}: {finding.message}"))
                st.caption(plain(finding.hint))
