"""The claim table of a manuscript: `claims.csv` or `claims.yaml` in its folder, checked against text and references, and printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain import claims
from review.domain.claims import Claim
from review.domain.errors import AlreadyExists, BadInput, Missing
from review.domain.finding import Finding, Severity
from review.domain.team import Right
from review.domain.tree import TreeReader
from review.lint import document
from review.lint.document import Document
from review.render.documents import build_document
from review.render.environment import escape_markdown
from review.render.tables import WRITERS, shown
from review.resources import read_yaml, write_file
from review.services import rights, sheets
from review.services.manuscript import bibliography, paper
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.tables import markdown_table
from review.services.project import Project

FILES = ("claims.csv", "claims.yaml", "claims.yml")
FORMATS = ("docx", "pdf", "html", "md", "tex", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReport:
    """The claims as they stand; `path` is empty where there is no table yet."""

    claims: tuple[Claim, ...]
    path: str
    findings: tuple[Finding, ...]


@rights.needs(Right.READ)
def check(project: Project, folder: Path) -> ClaimReport:
    """The claims of a manuscript and what is missing in them."""
    place = paper.find(project, folder)
    found, path, told = _read(place)
    if not path:
        return ClaimReport(claims=(), path="", findings=())
    read = document.parse(paper.text_of(place))
    known = bibliography.read(paper.references_of(place)).keys
    cited = {citation.key for citation in read.citations}
    name = f"{place.name}/{path}"
    told = [*told, *claims.check(found, known=known, cited=cited, path=name)]
    return ClaimReport(claims=tuple(found), path=name, findings=tuple(told))


@rights.needs(Right.WRITE)
def start(project: Project, folder: Path) -> tuple[Path, int]:
    """Write `claims.csv` with a row for every sentence and reference that has none yet; (its path, rows added).

    What is in the table stays as it is.
    """
    place = paper.find(project, folder)
    held, path, told = _read(place)
    if path and not path.endswith(".csv"):
        raise AlreadyExists(place / path, hint="Add the new rows there by hand, or save it as claims.csv.")
    broken = next((finding for finding in told if finding.severity is Severity.ERROR), None)
    if broken is not None:
        raise BadInput(place / path, broken.message, hint="Mend the table first; nothing was changed.")
    known = {(" ".join(claim.claim.split()), claim.reference) for claim in held}
    new = [
        claim for claim in _of_text(document.parse(paper.text_of(place))) if (claim.claim, claim.reference) not in known
    ]
    rows = [[getattr(claim, column) for column in claims.COLUMNS] for claim in (*held, *new)]
    sheets.write(place / FILES[0], claims.COLUMNS, rows)
    return place / FILES[0], len(new)


def _of_text(read: Document) -> list[Claim]:
    """A claim for every reference of every sentence that cites."""
    found: dict[tuple[str, str], Claim] = {}
    for sentence in read.sentences:
        text = " ".join(sentence.text.split())
        for citation in document.parse(text).citations if "@" in text else ():
            found.setdefault((text, citation.key), Claim(claim=text, reference=citation.key))
    return list(found.values())


def _read(place: Path) -> tuple[list[Claim], str, list[Finding]]:
    """(the claims, the file they are in, what is wrong in it)."""
    path = next((place / name for name in FILES if (place / name).is_file()), None)
    if path is None:
        return [], "", []
    if path.suffix == ".csv":
        sheet = sheets.read(path, required=claims.NEEDED, optional=claims.COLUMNS[2:])
        found = [Claim(**{name: row[name] for name in claims.COLUMNS}, line=row.line) for row in sheet.rows]
        return found, path.name, list(sheet.findings)
    return _of_yaml(path)


def _of_yaml(path: Path) -> tuple[list[Claim], str, list[Finding]]:
    parsed = read_yaml(paper.text_at(path), path=path.name, as_written=True)
    tree = parsed.tree if isinstance(parsed.tree, dict) else {"claims": parsed.tree}
    reader = TreeReader(line=parsed.line, path=path.name)
    found = []
    for at, item in reader.items(tree, ("claims",), claims.COLUMNS):
        said = {name: reader.text(item, (*at, name), required=name in claims.NEEDED) for name in claims.COLUMNS}
        found.append(Claim(**said, line=reader.line(*at)))
    return found, path.name, [*parsed.findings, *reader.findings]


# In print


@rights.needs(Right.READ)
def as_markdown(project: Project, folder: Path) -> str:
    """The table as a manuscript places it by {{ table("claims") }}; empty where there is none."""
    found, path, _ = _read(paper.find(project, folder))
    return _printed(found) if path else ""


def _printed(found: Sequence[Claim]) -> str:
    made = claims.table(found)
    rows = [
        [escape_markdown(shown(cell)) if at != 1 else f"[@{cell}]" if cell else "–" for at, cell in enumerate(row)]
        for row in made.rows
    ]
    table = markdown_table(made.columns, rows, widths=(28, 12, 14, 30, 16))
    return f"{table}\n\n: {made.title}.\n\n{escape_markdown(made.note)}\n"


@rights.needs(Right.READ)
def as_file(project: Project, folder: Path, *, to: str) -> bytes:
    """The table as an appendix in one of `FORMATS`."""
    if to not in FORMATS:
        raise Missing("format of a claim table", to, FORMATS)
    place = paper.find(project, folder)
    found, path, _ = _read(place)
    if not path:
        raise Missing("claim table", FILES[0], [])
    if f".{to}" in WRITERS and to != "md":
        return WRITERS[f".{to}"](claims.table(found)).encode()
    text = f'---\ntitle: "What the cited works say"\nlang: en\n---\n\n{_printed(found)}'
    settings, _ = paper_settings.read(place)
    return build_document(text, to=to, resources=place, bibliography=place / paper.REFERENCES, style=settings.style)


@rights.needs(Right.READ)
def write(project: Project, folder: Path, path: Path) -> Path:
    """Write the appendix into a file, in the format of its ending."""
    write_file(path, as_file(project, folder, to=path.suffix.lower().removeprefix(".")))
    return path
