"""Export files in, and for each a report of what was read and what could not be."""

from __future__ import annotations

from datetime import date

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from review.app import frame, imported
from review.app.markup import plain
from review.domain.errors import BadInput, ReviewError
from review.domain.record import SourceKind
from review.domain.team import Right
from review.services import collect
from review.services.collect import ImportReport, Origin
from review.services.project import Project

_REPORTS = "import-reports"
_KINDS = {
    SourceKind.DATABASE: "Database",
    SourceKind.REGISTER: "Register",
    SourceKind.WEBSITE: "Website",
    SourceKind.ORGANISATION: "Organisation",
    SourceKind.CITATION: "Citation searching",
}


def show(project: Project) -> None:
    st.title("Import")
    st.write(
        "Export the results of each search from the database as it offers them (RIS, PubMed, BibTeX, CSV, Excel and "
        "others) and drop the files here. One unreadable entry never stops the rest; importing a file twice adds nothing."
    )
    files = st.file_uploader("Export files", accept_multiple_files=True, key=f"files-{_round()}")
    chosen = [(file, _origin(project, file)) for file in files]
    ready = sum(origin is not None for _, origin in chosen)
    if ready and st.button(f"Import {ready} file{'s' * (ready > 1)}", type="primary", key="import"):
        st.session_state[_REPORTS] = [_take_in(project, file, origin) for file, origin in chosen]
        st.session_state["import-round"] = _round() + 1  # an empty uploader for the next files
        st.rerun()
    for answer in st.session_state.get(_REPORTS, []):
        _report(answer)
    imported.show(project)


def _round() -> int:
    return int(st.session_state.get("import-round", 0))


def _origin(project: Project, file: UploadedFile) -> Origin | None:
    """What the person says of one file; None when it is no export file at all."""
    try:
        guess = collect.suggested_source(file.getvalue(), file.name)
    except BadInput as error:
        frame.refuse(error)
        return None
    planned = collect.known_kinds(project)
    names = list(dict.fromkeys([*planned, guess]))
    with st.container(border=True):
        st.markdown(f"**{plain(file.name)}** ({_size(file.size)})")
        first, second, third, fourth = st.columns([3, 2, 2, 2])
        source = first.selectbox(
            "Source",
            names,
            index=names.index(guess),
            accept_new_options=True,
            key=f"source-{file.file_id}",
            help="Choose the search of your protocol this file answers, or type a new name.",
        )
        kind = second.selectbox(
            "Kind",
            list(SourceKind),
            index=list(SourceKind).index(planned.get(source or guess, SourceKind.DATABASE)),
            format_func=lambda k: _KINDS[k],
            key=f"kind-{file.file_id}-{source}",
            help="Websites, organisations and citation searching stand in the right column of the flow diagram.",
        )
        day = third.date_input("Day of the search", value="today", max_value=date.today(), key=f"day-{file.file_id}")  # noqa: DTZ011 - the user's own day
        hits = fourth.number_input(
            "Hits shown by the source",
            min_value=0,
            value=None,
            step=1,
            key=f"hits-{file.file_id}",
            help="If you know it.",
        )
    name = source if source in planned else collect.source_name(source or guess, "")
    return Origin(source=name, kind=kind, searched_on=day.isoformat() if isinstance(day, date) else "", reported=hits)


def _size(many: int) -> str:
    return f"{many:,} bytes" if many < 10_000 else f"{many / 1024:,.0f} kB"


def _take_in(project: Project, file: UploadedFile, origin: Origin | None) -> ImportReport | str:
    if origin is None:
        return f"{file.name} was not imported: it is not an export file this program can read."
    moved, gone = frame.progress_bar(f"Reading {file.name}")
    try:
        return collect.import_bytes(project, file.getvalue(), file_name=file.name, origin=origin, progress=moved)
    except ReviewError as error:
        return str(error)
    finally:
        gone()


def _report(answer: ImportReport | str) -> None:
    if isinstance(answer, str):
        st.error(plain(answer), icon=":material/error:")
        return
    with st.container(border=True):
        st.markdown(f"**{plain(answer.file)}** as {plain(answer.source)} ({plain(answer.format)})")
        if answer.imported_before:
            st.info("This very file was imported before; nothing was added.")
        parts = (
            ("Records read", answer.read),
            ("New", answer.new),
            ("Known already", answer.known),
            ("Unreadable", answer.unreadable),
            ("Without abstract", answer.without_abstract),
        )
        for column, (label, value) in zip(st.columns(len(parts)), parts, strict=True):
            column.metric(label, f"{value:,}")
        if answer.findings:
            many = len(answer.findings)
            with st.expander(f"{many:,} remark{'s' * (many > 1)}", expanded=answer.unreadable > 0):
                for finding in answer.findings[:200]:
                    where = f"Line {finding.line:,}: " if finding.line else ""
                    st.text(f"{where}{finding.message} {finding.hint}".strip())
                if len(answer.findings) > 200:
                    st.caption(f"and {len(answer.findings) - 200:,} more.")


if __name__ == "__main__":
    frame.page(show, right=Right.GOVERN)
