"""The PRISMA 2020 flow diagram as SVG: what each box says, and where it stands.

The boxes, their order and their wording are those of the PRISMA 2020 templates (Page et al. 2021, 10.1136/bmj.n71):
for new reviews with databases and registers alone or with a second column for other methods; for updated reviews the
same with the previous version on the left and the totals below. Work that is not finished is said in the box it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from review.domain.flow import FlowCounts, Rows
from review.render.flow_words import USUAL, FlowLook
from review.render.typeface import FAMILIES, NBSP, printable, width, wrap

SIZE = 13.0  # type size in px
SMALLEST = 9.0  # px, of a heading that is long
LEADING = 17.0
PADDING = 9.0
MARGIN = 12.0
BAR = 34.0  # breadth of a phase bar and height of a heading
INDENT = 12.0
DOWN = 30.0  # room for an arrow between rows
GOLD, BLUE, WHITE, INK, GREY = "#FFC000", "#9DC3E6", "#FFFFFF", "#000000", "#595959"
# the word that names it, first row, last row
PHASES = (("phase_identification", 0, 0), ("phase_screening", 1, 3), ("phase_included", 4, 5))
EARLIER = -1  # the column of the previous version
Columns = dict[int, tuple[float, float]]  # left edge and width of each


@dataclass(frozen=True, slots=True)
class Line:
    """One statement in a box; `level` indents it, `note` sets it small and grey."""

    text: str
    level: int = 0
    note: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """What a box says and the cell it stands in."""

    name: str
    row: int
    column: int
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Placed:
    """A box with its place, in px, and its statements broken into lines that fit."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    text: list[tuple[str, Line]] = field(default_factory=list)

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def flow_svg(counts: FlowCounts, *, title: str = "", look: FlowLook = USUAL) -> str:
    """The diagram as one SVG document with real text; `title` names it for those who cannot see it."""
    wide = shows_other_methods(counts)
    columns = _columns(wide=wide, update=counts.is_update, bars=look.shows("phases"))
    placed = _place(list(flow_boxes(counts, look)), columns, look)
    right = max(x + breadth for x, breadth in columns.values()) + MARGIN
    bottom = max(item.bottom for item in placed.values()) + MARGIN
    parts = [*_headings(columns, look), *_phase_bars(placed, look), *_arrows(placed)]
    for item in placed.values():
        parts += _draw(item)
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{right:g}" height="{bottom:g}" '
                f'viewBox="0 0 {right:g} {bottom:g}" role="img" aria-labelledby="flow-title flow-desc" '
                f'font-family="{", ".join(FAMILIES)}, sans-serif" font-size="{SIZE:g}" fill="{INK}">'
            ),
            f'<title id="flow-title">{_xml(title or "PRISMA 2020 flow diagram")}</title>',
            f'<desc id="flow-desc">{_xml(description(counts, look))}</desc>',
            f'<rect width="{right:g}" height="{bottom:g}" fill="{WHITE}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def shows_other_methods(counts: FlowCounts) -> bool:
    """True when anything was found outside databases and registers: the template with two columns is used."""
    return counts.has_other_methods or any(
        (
            counts.other_sought_reports,
            counts.other_notretrieved_reports,
            counts.other_assessed,
            counts.other_awaiting,
            len(counts.other_excluded),
        )
    )


def description(counts: FlowCounts, look: FlowLook = USUAL) -> str:
    """The whole diagram in words, box after box: the text for a reader who cannot see it."""
    said = (
        "; ".join(line.text.replace(NBSP, " ").rstrip(":") for line in box.lines if line.text)
        for box in flow_boxes(counts, look)
    )
    return ". ".join(said) + "."


def n(count: int) -> str:
    """`(n = 1,498)`, never broken over two lines."""
    return f"(n = {count:,})".replace(" ", NBSP)


def flow_boxes(c: FlowCounts, look: FlowLook = USUAL) -> Iterator[Box]:
    """Every box in reading order. Columns: 0 and 1 databases and registers, 2 and 3 other methods."""
    say = _Writer(look)
    if c.is_update:
        yield say.included("previous", (0, EARLIER), "_previous", (c.previous_studies, c.previous_reports))
    yield Box("identified", 0, 0, tuple(say.identified(c)))
    removed = (("duplicates", c.duplicates), ("automatic", c.excluded_automatic), ("other_reasons", c.excluded_other))
    yield Box("removed", 0, 1, (Line(look.word("removed")), *say.lines(removed)))
    yield say.counted("screened", (1, 0), c.records_screened, ("not_screened", c.left_unscreened))
    yield say.counted("excluded", (1, 1), c.records_excluded)
    yield say.counted("sought", (2, 0), c.dbr_sought_reports, ("versions", c.dbr_versions))
    yield say.counted("not_retrieved", (2, 1), c.dbr_notretrieved_reports)
    yield say.counted("assessed", (3, 0), c.dbr_assessed, ("awaiting", c.dbr_awaiting))
    yield say.reasons("reports_excluded", (3, 1), c.dbr_excluded)
    if shows_other_methods(c):
        yield from _other_methods(c, say)
    words = "_new" if c.is_update else ""
    yield say.included("included", (4, 0), words, (c.new_studies, c.new_reports))
    if c.is_update:
        yield say.included("total", (5, 0), "_total", (c.total_studies, c.total_reports))


def _other_methods(c: FlowCounts, say: _Writer) -> Iterator[Box]:
    found = (
        ("websites", c.website_results),
        ("organisations", c.organisation_results),
        ("citations", c.citations_results),
    )
    yield Box("other_identified", 0, 2, (Line(say.look.word("identified")), *say.lines(found)))
    yield say.counted("other_sought", (2, 2), c.other_sought_reports, ("versions", c.other_versions))
    yield say.counted("other_not_retrieved", (2, 3), c.other_notretrieved_reports)
    yield say.counted("other_assessed", (3, 2), c.other_assessed, ("awaiting", c.other_awaiting))
    yield say.reasons("other_reports_excluded", (3, 3), c.other_excluded)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Boxes in the words of a look."""

    look: FlowLook

    def lines(self, counted: Iterable[tuple[str, int]]) -> Iterator[Line]:
        for key, count in counted:
            if self.look.shows(key, count):
                yield Line(f"{self.look.word(key)} {n(count)}", 1)

    def identified(self, c: FlowCounts) -> Iterator[Line]:
        yield Line(self.look.word("identified"))
        for key, total, rows in (
            ("databases", c.database_results, c.database_specific_results),
            ("registers", c.register_results, c.register_specific_results),
        ):
            listed = rows if self.look.shows("per_source") else ()
            if self.look.shows(key, total):
                yield Line(f"{self.look.word(key)} {n(total)}{':' if listed else ''}", 1)
                yield from _rows(listed, level=2)

    def counted(self, name: str, cell: tuple[int, int], count: int, aside: tuple[str, int] = ("", 0)) -> Box:
        lines = [Line(self.look.word(name.removeprefix("other_"))), Line(n(count))]
        if aside[1]:
            lines.append(Line(f"{self.look.word(aside[0])} {n(aside[1])}", note=True))
        return Box(name, *cell, tuple(lines))

    def reasons(self, name: str, cell: tuple[int, int], rows: Rows) -> Box:
        words = f"{self.look.word('reports_excluded')} {n(sum(count for _, count in rows))}"
        if not rows:
            return Box(name, *cell, (Line(self.look.word("reports_excluded")), Line(n(0))))
        return Box(name, *cell, (Line(f"{words}:"), *_rows(rows, level=1)))

    def included(self, name: str, cell: tuple[int, int], which: str, numbers: tuple[int, int]) -> Box:
        kinds = ("studies", "reports") if self.look.shows("reports") else ("studies",)
        said = zip(kinds, numbers, strict=False)
        lines = [line for kind, count in said for line in (Line(self.look.word(f"{kind}{which}")), Line(n(count)))]
        return Box(name, *cell, tuple(lines))


def _rows(rows: Rows, *, level: int) -> Iterator[Line]:
    for label, count in rows:
        yield Line(f"{printable(label) or 'not named'} {n(count)}", level)


def _columns(*, wide: bool, update: bool, bars: bool) -> Columns:
    """Two roomy columns, or four narrow ones so that a page still holds them; left of them that of an earlier version."""
    breadth, gap = (212.0, 34.0) if wide else (262.0, 48.0)
    start = MARGIN + (BAR + 18 if bars else 0)
    earlier = {EARLIER: (start, 170.0)} if update else {}
    start += 170.0 + gap if update else 0
    return earlier | {i: (start + i * (breadth + gap), breadth) for i in range(4 if wide else 2)}


def _place(boxes: list[Box], columns: Columns, look: FlowLook) -> dict[str, Placed]:
    """Rows from top to bottom, each as high as its highest box and as the name of its phase needs."""
    placed: dict[str, Placed] = {}
    y = MARGIN + BAR + 16
    for row in range(max(box.row for box in boxes) + 1):
        items = [_fit(box, columns[box.column], y) for box in boxes if box.row == row]
        height = max(item.height for item in items)
        if row in (0, 4):  # a phase may have no other row, and its bar must hold its name
            phase = next(name for name, first, _ in PHASES if first == row)
            height = max(height, width(look.word(phase), SIZE, bold=True) + 2 * PADDING)
        for item in items:
            item.height = height  # one height per row, so that an arrow meets both boxes in the middle
            placed[item.box.name] = item
        y += height + DOWN
    return placed


def _fit(box: Box, column: tuple[float, float], y: float) -> Placed:
    x, breadth = column
    text: list[tuple[str, Line]] = []
    for line in box.lines:
        room = breadth - 2 * PADDING - line.level * INDENT
        text += [(part, line) for part in wrap(line.text, room, SIZE)]
    return Placed(box, x, y, breadth, len(text) * LEADING + 2 * PADDING, text)


def _draw(item: Placed) -> Iterator[str]:
    yield f'<g id="flow-{item.box.name}">'
    yield _rect(item.x, item.y, item.width, item.height, WHITE)
    top = item.y + (item.height - len(item.text) * LEADING) / 2
    for index, (text, line) in enumerate(item.text):
        x = item.x + PADDING + line.level * INDENT
        baseline = top + index * LEADING + LEADING * 0.72
        look = f' font-style="italic" font-size="{SIZE - 1:g}" fill="{GREY}"' if line.note else ""
        yield f'<text x="{x:g}" y="{baseline:.1f}"{look}>{_xml(text)}</text>'
    yield "</g>"


def _headings(columns: Columns, look: FlowLook) -> Iterator[str]:
    new = "_update" if EARLIER in columns else ""
    for key, first, last in (
        ("heading_previous", EARLIER, EARLIER),
        (f"heading_databases{new}", 0, 1),
        (f"heading_other{new}", 2, 3),
    ):
        if first not in columns:
            continue
        x = columns[first][0]
        breadth = columns[last][0] + columns[last][1] - x
        yield _rect(x, MARGIN, breadth, BAR, GOLD, corner=8)
        text, size = _on_one_line(look.word(key), breadth - PADDING)
        smaller = f' font-size="{size:g}"' if size < SIZE else ""
        yield (
            f'<text x="{x + breadth / 2:g}" y="{MARGIN + BAR / 2 + size * 0.36:.1f}" text-anchor="middle" '
            f'font-weight="bold"{smaller}>{_xml(text)}</text>'
        )


def _on_one_line(text: str, room: float) -> tuple[str, float]:
    """A heading and its type size: smaller if it is long, and shortened if it is longer than that allows."""
    text = printable(text)
    whole = width(text, SIZE, bold=True)
    if whole <= room:
        return text, SIZE
    size = max(SMALLEST, SIZE * room / whole)
    while text and width(text, size, bold=True) > room:
        text = f"{text.rstrip('…')[:-1].rstrip()}…" if text != "…" else ""
    return text, int(size * 10) / 10


def _phase_bars(placed: dict[str, Placed], look: FlowLook) -> Iterator[str]:
    for key, first, last in PHASES if look.shows("phases") else ():
        rows = [item for item in placed.values() if first <= item.box.row <= last]
        top, bottom = min(item.y for item in rows), max(item.bottom for item in rows)
        x, y = MARGIN + BAR / 2 + SIZE * 0.36, (top + bottom) / 2
        yield _rect(MARGIN, top, BAR, bottom - top, BLUE, corner=8)
        yield (
            f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)" text-anchor="middle" '
            f'font-weight="bold">{_xml(look.word(key))}</text>'
        )


_FLOW = (
    ("identified", "removed"),
    ("identified", "screened"),
    ("screened", "excluded"),
    ("screened", "sought"),
    ("sought", "not_retrieved"),
    ("sought", "assessed"),
    ("assessed", "reports_excluded"),
    ("assessed", "included"),
    ("other_identified", "other_sought"),
    ("other_sought", "other_not_retrieved"),
    ("other_sought", "other_assessed"),
    ("other_assessed", "other_reports_excluded"),
    ("other_assessed", "included"),
    ("included", "total"),
    ("previous", "total"),
)


def _arrows(placed: dict[str, Placed]) -> Iterator[str]:
    for start, end in _FLOW:
        if start not in placed or end not in placed:
            continue
        a, b = placed[start], placed[end]
        if a.box.row == b.box.row:
            y = a.y + a.height / 2
            yield _arrow((a.right, y), (b.x, y))
        elif a.box.column == b.box.column:
            yield _arrow((a.middle, a.bottom), (b.middle, b.y))
        else:
            y = b.y + b.height / 2
            yield _arrow((a.middle, a.bottom), (a.middle, y), (b.x if a.x < b.x else b.right, y))


def _arrow(*points: tuple[float, float]) -> str:
    """A line through the points with a solid head on the last."""
    (x0, y0), (x, y) = points[-2], points[-1]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    back_x, back_y = x - 8 * dx, y - 8 * dy
    line = " ".join(f"L{px:.1f} {py:.1f}" for px, py in (*points[1:-1], (back_x, back_y)))
    head = f"M{x:.1f} {y:.1f}L{back_x - 4 * dy:.1f} {back_y - 4 * dx:.1f}L{back_x + 4 * dy:.1f} {back_y + 4 * dx:.1f}Z"
    start = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    return f'<path d="{start}{line}" fill="none" stroke="{INK}"/><path d="{head}" fill="{INK}"/>'


def _rect(x: float, y: float, breadth: float, height: float, fill: str, *, corner: int = 0) -> str:
    rounded = f' rx="{corner}"' if corner else ""
    return (
        f'<rect x="{x:g}" y="{y:.1f}" width="{breadth:g}" height="{height:.1f}"{rounded} fill="{fill}" stroke="{INK}"/>'
    )


def _xml(text: str) -> str:
    return escape(printable(text.replace(NBSP, " ")), {'"': "&quot;"})
