"""Evidence: a table in, the numbers a paper must defend out, looked at and then sent to the paper."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.app import frame
from review.app.evidence_forms import KINDS, Compute, Files
from review.app.evidence_shown import pictures, table_shown
from review.app.frame import callback
from review.app.markup import plain
from review.domain.errors import ReviewError
from review.domain.estimate import Evidence
from review.domain.finding import Finding, Severity, Status
from review.domain.team import Right
from review.services.evidence import kept
from review.services.project import Project

_FOUND = "evidence-found"
_SHOWN = 40  # findings told one by one
_ICONS = {
    Severity.BLOCKER: ":material/block:",
    Severity.ERROR: ":material/error:",
    Severity.WARNING: ":material/warning:",
    Severity.INFO: ":material/info:",
}


def show(project: Project) -> None:
    st.title("Evidence")
    st.write(
        "The numbers a paper must defend: give the table they come from, look at them, then send them to the paper."
    )
    frame.show_notices()
    name = st.segmented_control(
        "What do you have?",
        list(KINDS),
        default="accounting",
        format_func=lambda each: KINDS[each].title,
        required=True,
        key="evidence-kind",
    )
    kind = KINDS[name]
    st.write(kind.about)
    with st.expander("How the table looks"):
        st.table(pd.DataFrame(kind.example, columns=kind.columns).set_index(kind.columns[0]))
        st.caption("The columns may stand in any order; others may stand beside them. Excel, CSV and TSV are read.")
    _upload(project)
    compute = kind.form(Files(project.root, kept.files(project)))
    if st.button("Compute", type="primary", disabled=compute is None, key="evidence-compute") and compute:
        _compute(name, compute)
    held = st.session_state.get(_FOUND)
    if held and held[0] == name:
        _result(project, held[1])
    _kept(project)


def _upload(project: Project) -> None:
    number = int(st.session_state.get("evidence-round", 0))
    files = st.file_uploader("Add files to the project", accept_multiple_files=True, key=f"evidence-files-{number}")
    if not files:
        return
    for file in files:
        try:
            kept.take(project, file.name, file.getvalue())
        except ReviewError as error:
            frame.notice(str(error))
    st.session_state["evidence-round"] = number + 1
    st.rerun()


def _compute(kind: str, compute: Compute) -> None:
    st.session_state.pop(_FOUND, None)
    with st.spinner("Computing…"):
        try:
            st.session_state[_FOUND] = (kind, compute())
        except ReviewError as error:
            frame.refuse(error)


def _result(project: Project, found: Evidence) -> None:
    st.divider()
    _findings(found.findings)
    if found.sentence:
        st.markdown("**For your Methods**")
        st.code(found.sentence, language=None, wrap_lines=True)
    pictures(found)
    for table in found.tables:
        table_shown(table)
    if not found.tables and found.values:
        st.dataframe(pd.DataFrame([_flat(value.as_dict()) for value in found.values]), hide_index=True)
    if found.values:
        _keep(project, found)


def _flat(value: dict[str, object]) -> dict[str, object]:
    return {key: ", ".join(map(str, part.values())) if isinstance(part, dict) else part for key, part in value.items()}


def _findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings[:_SHOWN]:
        place = f"{finding.path or ''}" + (f", line {finding.line}" if finding.line else "")
        said = f"{plain(finding.message)} {plain(finding.hint)}".strip() + (f" ({plain(place)})" if place else "")
        if finding.status is Status.NOT_EVALUABLE:
            st.info(f"Could not be checked: {said}", icon=":material/help:")
        elif finding.severity in (Severity.ERROR, Severity.BLOCKER):
            st.error(said, icon=_ICONS[finding.severity])
        else:
            st.warning(said, icon=_ICONS[finding.severity])
    if len(findings) > _SHOWN:
        st.caption(f"and {len(findings) - _SHOWN:,} more.")


def _keep(project: Project, found: Evidence) -> None:
    with st.form("evidence-keep"):
        st.markdown("**Send these numbers to the paper**")
        name = st.text_input(
            "Under which name?",
            placeholder="test_dice",
            help="Small letters, digits and underscores.",
            key="evidence-name",
        )
        if not st.form_submit_button("Keep"):
            return
    try:
        names = kept.keep(project, found, name.strip())
    except ReviewError as error:
        frame.refuse(error)
        return
    st.success(f"{len(names):,} facts are kept. Write them into the manuscript like this:")
    st.code("\n".join(f"{{{{ {each} }}}}" for each in names[:8]), language=None)


def _kept(project: Project) -> None:
    found = kept.kept(project)
    if not found:
        return
    st.divider()
    st.subheader("Kept for the paper")
    _findings(kept.check(project))
    for each in found:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{plain(each.name)}**: {plain(each.kind)}, {len(kept.facts_of(each)):,} facts, from "
                f"{plain(', '.join(each.inputs) or 'no file')}, {plain(each.at[:10])}"
            )
            st.button("Drop", key=f"evidence-drop-{each.name}", on_click=_drop, args=(project, each.name))


@callback
def _drop(project: Project, name: str) -> None:
    kept.drop(project, name)
    frame.notice(f"{name} is no longer kept. The files it came from stay.")


if __name__ == "__main__":
    frame.page(show, right=Right.WRITE)
