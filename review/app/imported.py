"""What has been imported so far, file by file: for everybody on the overview, for the owner where files are imported."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from review.services import collect
from review.services.collect import ImportReport
from review.services.project import Project

# What is said of each file, by the field of its report.
_COLUMNS = {
    "Source": "source",
    "Format": "format",
    "Read": "read",
    "New": "new",
    "Known": "known",
    "Unreadable": "unreadable",
    "Without abstract": "without_abstract",
}
_LISTED = 200  # remarks; the import itself listed them all


def show(project: Project) -> None:
    reports = collect.reports(project)
    if not reports:
        return
    st.subheader("Imported files")
    st.html(_table(reports))
    findings = [finding for report in reports for finding in report.findings]
    if findings:
        many = len(findings)
        with st.expander(f"{many:,} remark{'s' * (many > 1)} on what was read"):
            for finding in findings[:_LISTED]:
                st.text(str(finding))
            if many > _LISTED:
                st.caption(f"and {many - _LISTED:,} more.")


def _table(reports: Sequence[ImportReport]) -> str:
    """A row for each file; on a telephone its numbers stand below its name, each with what it counts."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("File", *_COLUMNS))
    rows = []
    for report in reports:
        cells = "".join(
            f'<td data-is="{name}">{escape(f"{value:,}" if isinstance(value, int) else value)}</td>'
            for name, value in ((name, getattr(report, column)) for name, column in _COLUMNS.items())
        )
        rows.append(f'<tr><th scope="row">{escape(report.file)}</th>{cells}</tr>')
    return (
        '<div class="files" tabindex="0" role="region" aria-label="Imported files"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
