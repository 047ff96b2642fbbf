"""The flow diagram as a file, by suffix: a picture, the PRISMA2020 package's table, JSON, or a Mermaid chart."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from review.domain import flow as arithmetic
from review.domain.cell import harmless
from review.domain.errors import Missing
from review.domain.flow import FlowCounts, Rows
from review.render.diagram import EARLIER, flow_boxes, flow_svg
from review.render.flow_words import USUAL, FlowLook
from review.render.images import svg_to_pdf, svg_to_png
from review.render.typeface import NBSP

# key, box of the PRISMA2020 package's template, what it counts
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("database_results", "box2", "Records identified from databases"),
    ("database_specific_results", "box2", "Records by database"),
    ("register_results", "box2", "Records identified from registers"),
    ("register_specific_results", "box2", "Records by register"),
    ("website_results", "box11", "Records identified from websites"),
    ("organisation_results", "box11", "Records identified from organisations"),
    ("citations_results", "box11", "Records identified from citation searching"),
    ("duplicates", "box3", "Duplicate records removed"),
    ("excluded_automatic", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "box3", "Records removed for other reasons"),
    ("records_screened", "box4", "Records screened"),
    ("records_excluded", "box5", "Records excluded"),
    ("dbr_sought_reports", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "box7", "Reports not retrieved"),
    ("other_sought_reports", "box12", "Reports sought for retrieval, other methods"),
    ("other_notretrieved_reports", "box13", "Reports not retrieved, other methods"),
    ("dbr_assessed", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "box9", "Reports excluded, with reasons"),
    ("other_assessed", "box14", "Reports assessed for eligibility, other methods"),
    ("other_excluded", "box15", "Reports excluded, other methods, with reasons"),
    ("new_studies", "box10", "Studies included in the review"),
    ("new_reports", "box10", "Reports of included studies"),
)
# Only in the update of a review.
_UPDATE_ROWS: tuple[tuple[str, str, str], ...] = (
    ("previous_studies", "box1", "Studies included in the previous version of the review"),
    ("previous_reports", "box1", "Reports of studies included in the previous version of the review"),
    ("total_studies", "box16", "Studies included in the review, in all"),
    ("total_reports", "box16", "Reports of included studies, in all"),
)
_COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")


def flow_file(counts: FlowCounts, suffix: str, *, dpi: int = 300, look: FlowLook = USUAL) -> bytes:
    """The diagram in the form of a suffix; an unknown one lists those there are. `dpi` is of a PNG."""
    writers: dict[str, Callable[[], bytes]] = {
        ".svg": lambda: flow_svg(counts, look=look).encode("utf-8"),
        ".png": lambda: svg_to_png(flow_svg(counts, look=look), dpi=dpi),
        ".pdf": lambda: svg_to_pdf(flow_svg(counts, look=look)),
        ".csv": lambda: flow_csv(counts).encode("utf-8"),
        ".json": lambda: flow_json(counts).encode("utf-8"),
        ".mmd": lambda: flow_mermaid(counts, look).encode("utf-8"),
    }
    if suffix.lower() not in writers:
        raise Missing("form of the flow diagram", suffix or "(no suffix)", writers)
    return writers[suffix.lower()]()


def flow_csv(counts: FlowCounts) -> str:
    """The table that the PRISMA2020 R package and its web page read (Haddaway et al. 2022, 10.1002/cl2.1230)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for key, box, text in (*_ROWS, *(_UPDATE_ROWS if counts.is_update else ())):
        value = getattr(counts, key)
        number = _listed(value) if isinstance(value, tuple) else str(value)
        writer.writerow((key, "NA", box, text, text, text, "NA", number))
    return out.getvalue()


def _listed(rows: Rows) -> str:
    """`Label, n; Label, n`: a comma or semicolon inside a label would end it, so it becomes a slash."""
    listed = "; ".join(f"{label.replace(',', ' /').replace(';', ' /')}, {count}" for label, count in rows)
    return harmless(listed) or "NA"


def flow_json(counts: FlowCounts) -> str:
    """Every box by its key, the equations between them, and what does not hold."""
    totals = {"total_studies": counts.total_studies, "total_reports": counts.total_reports}
    document = {
        "counts": asdict(counts) | totals,
        "identities": [{**asdict(i), "holds": i.holds} for i in arithmetic.identities(counts)],
        "findings": [finding.as_dict() for finding in arithmetic.check(counts)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def flow_mermaid(counts: FlowCounts, look: FlowLook = USUAL) -> str:
    """A Mermaid flow chart with the same boxes and arrows."""
    boxes = {box.name: box for box in flow_boxes(counts, look)}
    lines = ["flowchart TD"]
    for name, box in boxes.items():
        said = "<br>".join(_mermaid(line.text) for line in box.lines if line.text)
        lines.append(f'  {name}["{said}"]')
    lines += [f"  {a} --> {b}" for a, b in _mermaid_arrows({(b.row, b.column): n for n, b in boxes.items()})]
    return "\n".join(lines) + "\n"


def _mermaid_arrows(cells: dict[tuple[int, int], str]) -> Iterator[tuple[str, str]]:
    """From each main box to its side box, and down to the next main box of its column."""
    last_row = max(row for row, _ in cells)
    included = next(cell for cell, name in cells.items() if name == "included")
    for (row, column), name in sorted(cells.items()):
        if column == EARLIER:
            yield name, cells[last_row, 0]
        if column % 2:
            continue
        if (row, column + 1) in cells:
            yield name, cells[row, column + 1]
        below = next((cells[r, column] for r in range(row + 1, last_row + 1) if (r, column) in cells), None)
        below = below or (cells[included] if column else None)
        if below and below != name:
            yield name, below


def _mermaid(text: str) -> str:
    return (
        text.replace(NBSP, " ").replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    )
