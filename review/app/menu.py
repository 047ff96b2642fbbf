"""The pages, in the order of the work: heading, file, address, title and icon of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_VIEWS = Path(__file__).resolve().parent / "views"


@dataclass(frozen=True, slots=True)
class Entry:
    heading: str
    file: str
    address: str
    title: str
    icon: str

    @property
    def path(self) -> Path:
        return _VIEWS / self.file


PAGES = (
    Entry("", "overview.py", "overview", "Overview", ":material/dashboard:"),
    Entry("Collect", "imports.py", "import", "Import", ":material/upload_file:"),
    Entry("Collect", "duplicates.py", "duplicates", "Duplicates", ":material/difference:"),
    Entry("Select", "screen.py", "screen", "Screen", ":material/rule:"),
    Entry("Select", "full_text.py", "full-text", "Full text", ":material/article:"),
    Entry("Select", "conflicts.py", "conflicts", "Conflicts", ":material/balance:"),
    Entry("Report", "chart.py", "chart", "Chart", ":material/table_chart:"),
    Entry("Report", "flow.py", "flow", "Flow diagram", ":material/account_tree:"),
    Entry("Report", "manuscript.py", "manuscript", "Manuscript", ":material/edit_document:"),
)


def at(address: str) -> Entry:
    """The page of an address; there must be one."""
    return next(entry for entry in PAGES if entry.address == address)
