"""What has been imported so far, file by file: for everybody on the overview, for the owner where files are imported."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from review.services import collect
from review.services.project import Project

_LISTED = 200  # remarks; the import itself listed them all


def show(project: Project) -> None:
    reports = collect.reports(project)
    if not reports:
        return
    st.subheader("Imported files")
    table = {
        "File": [r.file for r in reports],
        "Source": [r.source for r in reports],
        "Format": [r.format for r in reports],
        "Read": [r.read for r in reports],
        "New": [r.new for r in reports],
        "Known": [r.known for r in reports],
        "Unreadable": [r.unreadable for r in reports],
        "Without abstract": [r.without_abstract for r in reports],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, alt="Imported files")
    findings = [finding for report in reports for finding in report.findings]
    if findings:
        many = len(findings)
        with st.expander(f"{many:,} remark{'s' * (many > 1)} on what was read"):
            for finding in findings[:_LISTED]:
                st.text(str(finding))
            if many > _LISTED:
                st.caption(f"and {many - _LISTED:,} more.")
