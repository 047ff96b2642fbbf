"""A table of evidence as people need it: Markdown for the manuscript, LaTeX (booktabs) for a journal, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from unicodedata import category

from review.domain.cell import harmless
from review.domain.estimate import Cell, Table
from review.render.environment import escape_markdown

_PAGE = 66  # signs of a line, with which a reader of Markdown begins to divide the width of the page among the columns
_MARGIN = 5  # signs that the blank at either side of a cell takes
_SMALLEST_P = 0.001  # smaller ones are printed as such
# What stands in the numbers of papers and stops pdflatex as it is.
_SIGNS = {
    "≥": "geq", "≤": "leq", "≈": "approx", "≠": "neq", "∞": "infty", "√": "surd", "∑": "sum", "→": "rightarrow",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "η": "eta", "θ": "theta", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "varphi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Δ": "Delta", "Σ": "Sigma", "Φ": "Phi", "Ω": "Omega",
}  # fmt: skip
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",  # with LaTeX's first fonts these three print as other signs
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
    | {sign: rf"\ensuremath{{\{name}}}" for sign, name in _SIGNS.items()}
    | {"−": r"\ensuremath{-}", "‐": "-", "‑": "-", "\u202f": r"\,", "\u2009": r"\,", "\xa0": "~"}
)


def shown(cell: Cell, *, digits: int = 3) -> str:
    """A cell as it is printed: thousands with a comma, other numbers with `digits` decimals, nothing as a dash.

    >>> shown(11548), shown(0.81641), shown(-0.0001), shown(None), shown("sacrum")
    ('11,548', '0.816', '0.000', '–', 'sacrum')
    """
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:z,.{digits}f}"


def p_value(cell: Cell) -> str:
    """A p value as journals print it.

    >>> p_value(0.0312), p_value(1e-7), p_value(None)
    ('0.031', '<0.001', '–')
    """
    return "<0.001" if isinstance(cell, float) and 0 <= cell < _SMALLEST_P else shown(cell)


def _printed(table: Table) -> list[list[str]]:
    """The cells of every row as they are printed: columns of p values (`p`, `p Holm`, `adjusted p`) as such."""
    forms = [p_value if "p" in name.split() else shown for name in table.columns]
    return [[form(cell) for form, cell in zip(forms, row, strict=True)] for row in table.rows]


def markdown(table: Table) -> str:
    """A pipe table with its title as caption; numbers stand to the right. Columns of a wide one get room by what they hold."""
    rows = [[escape_markdown(cell) or " " for cell in row] for row in _printed(table)]
    head = [escape_markdown(name) for name in table.columns]
    wide = max(len(" | ".join(line)) for line in (head, *rows)) > _PAGE
    lengths = [max(map(len, cells)) + _MARGIN if wide else 3 for cells in zip(head, *rows, strict=True)]
    bars = [
        f"{'-' * (n - 1)}:" if right else f":{'-' * (n - 1)}" for n, right in zip(lengths, _numeric(table), strict=True)
    ]
    lines = [f"| {' | '.join(line)} |" for line in (head, bars, *rows)]
    note = f"\n\n{escape_markdown(table.note)}" if table.note else ""
    return "\n".join(lines) + f"\n\n: {escape_markdown(table.title)}{note}\n"


def latex(table: Table) -> str:
    """A `table` environment; the document needs the package booktabs."""
    columns = "".join("r" if right else "l" for right in _numeric(table))
    head = _latex_row(table.columns)
    body = "\n".join(_latex_row(row) + r" \\" for row in _printed(table))
    note = f"\n\\par\\footnotesize {_latex(table.note)}" if table.note else ""
    return (
        f"\\begin{{table}}\n\\caption{{{_latex(table.title)}}}\n\\label{{tab:{table.name}}}\n\\centering\n"
        f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head} \\\\\n\\midrule\n{body}\n\\bottomrule\n\\end{{tabular}}"
        f"{note}\n\\end{{table}}\n"
    )


def _latex_row(cells: Iterable[str]) -> str:
    """The cells of a row. A first one such as "[Title in German]" would be read as a length that belongs to the line before."""
    row = " & ".join(map(_latex, cells))
    return f"{{}}{row}" if row.startswith(("[", "*")) else row


def _latex(text: str) -> str:
    """A text on one line, for an empty one ends a paragraph, and without signs that nobody sees."""
    spaced = "".join(" " if c.isspace() and c not in "\xa0\u2009\u202f" else c for c in text)
    seen = "".join(c for c in spaced if category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return re.sub(" +", " ", seen).strip(" ").translate(_LATEX)


def comma_separated(table: Table) -> str:
    """All digits of every number; text that a spreadsheet would run stands behind an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([harmless(name) for name in table.columns])
    for row in table.rows:
        writer.writerow(["" if cell is None else harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def plain(table: Table) -> str:
    """Columns set beside one another for a terminal."""
    cells = [table.columns, *_printed(table)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(table.columns))]
    right = _numeric(table)
    lines = [
        "  ".join(
            f"{cell:>{width}}" if r else f"{cell:<{width}}" for cell, width, r in zip(row, widths, right, strict=True)
        )
        for row in cells
    ]
    note = [table.note] if table.note else []
    return "\n".join([table.title, *(line.rstrip() for line in lines), *note])


WRITERS: Mapping[str, Callable[[Table], str]] = {".md": markdown, ".tex": latex, ".csv": comma_separated}


def _numeric(table: Table) -> list[bool]:
    """Whether each column holds numbers only."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    return [bool(cells) and all(not isinstance(cell, str) for cell in cells) for cells in columns]
