"""The pages, in the order of the work: heading, file, address, title and icon of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from review.domain.team import Right

_VIEWS = Path(__file__).resolve().parent / "views"


@dataclass(frozen=True, slots=True)
class Entry:
    heading: str
    file: str
    address: str
    title: str
    icon: str
    right: Right = Right.READ  # whoever lacks it does not see the page

    @property
    def path(self) -> Path:
        return _VIEWS / self.file


PAGES = (
    Entry("", "overview.py", "overview", "Overview", ":material/dashboard:"),
    Entry("Collect", "imports.py", "import", "Import", ":material/upload_file:", Right.GOVERN),
    Entry("Collect", "duplicates.py", "duplicates", "Duplicates", ":material/difference:"),
    Entry("Collect", "find.py", "find", "Find records", ":material/search:"),
    Entry("Select", "screen.py", "screen", "Screen", ":material/rule:", Right.REVIEW),
    Entry("Select", "full_text.py", "full-text", "Full text", ":material/article:", Right.REVIEW),
    Entry("Select", "conflicts.py", "conflicts", "Conflicts", ":material/balance:", Right.ADJUDICATE),
    Entry("Select", "history.py", "history", "History", ":material/manage_history:", Right.AUDIT),
    Entry("Select", "agreement.py", "agreement", "Agreement", ":material/handshake:"),
    Entry("Report", "chart.py", "chart", "Chart", ":material/table_chart:"),
    Entry("Report", "map.py", "map", "Evidence map", ":material/bubble_chart:"),
    Entry("Report", "flow.py", "flow", "Flow diagram", ":material/account_tree:"),
    Entry("Report", "evidence.py", "evidence", "Evidence", ":material/query_stats:", Right.WRITE),
    Entry("Report", "manuscript.py", "manuscript", "Manuscript", ":material/edit_document:"),
    Entry("Report", "checklist.py", "checklist", "Checklists", ":material/checklist:"),
    Entry("Team", "people.py", "people", "People", ":material/group:", Right.GOVERN),
    Entry("Team", "audit.py", "audit", "Audit", ":material/history:", Right.AUDIT),
)


def at(address: str) -> Entry:
    """The page of an address; there must be one."""
    return next(entry for entry in PAGES if entry.address == address)
