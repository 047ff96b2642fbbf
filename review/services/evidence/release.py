"""A release made ready: datasheet, Croissant description and card from what is there, checked with licences and FAIR."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from review.domain.errors import NotInstalled
from review.domain.estimate import Evidence
from review.domain.finding import Finding, Severity, Status
from review.evidence import licences
from review.evidence import release as method
from review.evidence.licences import Licence, Statement
from review.evidence.release import Described, Principle
from review.formats.decoding import decode
from review.render import croissant, croissant_check, dataset_card, datasheet
from review.render.croissant import Columns
from review.render.datasheet import Question, Reply, Standing
from review.resources import data_dir, write_file
from review.services.evidence import release_fill, release_shown
from review.services.evidence.release_fill import Known, Sources
from review.services.evidence.release_folder import (
    ABOUT,
    CARD,
    CROISSANT,
    DATASHEET,
    DOI,
    Folder,
    distributed,
    read,
    skeleton,
)

_FUNCTION = "review.services.evidence.release.release"
# Where the files that answer questions usually lie.
_USUAL: Mapping[str, Sequence[str]] = {
    "manifest": ("manifest.csv", "manifest.tsv", "manifest.xlsx", "cases.csv", "metadata.csv"),
    "counts": ("counts.yml", "counts.yaml", "accounting.csv"),
    "splits": ("splits_final.json", "splits.json", "splits.csv", "splits_5fold.json"),
    "ratings": ("ratings.csv", "agreement.csv", "readings.csv"),
}
_NAMED = re.compile(
    r"\bCC[ -]?BY(?:[ -](?:NC|SA|ND))*[ -]?\d\.\d|\bCC0(?:[ -]1\.0)?|\bODbL\b|\bApache-2\.0\b|\bMIT\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The three documents as they are to be, and what was found out on the way."""

    datasheet: str
    document: Mapping[str, Any]
    card: str | None
    replies: tuple[Reply, ...]


def release(root: Path, sources: Sources | None = None, *, write: bool = True) -> Evidence:
    """Write datasheet.md, croissant.json and dataset_card.md into the folder of a release, and check all it says.

    What an author wrote in them stays. With `write` off nothing is written. Raises `Missing` for a folder or file that is
    not there.
    """
    folder = read(root)
    asked = release_fill.questions()
    sources = _found(root, sources or Sources())
    known = release_fill.look(sources)
    before = _croissant(folder)
    # A licence declared for the data is about to be written into the description; what it said before is out of date.
    declared = write and any(s.path == ABOUT and s.about == "data" for s in folder.statements)
    statements = [*folder.statements, *_more_statements(folder, {} if declared else before, asked)]
    data = _of_data(statements)
    made = _made(folder, known, sources, data=data, before=before)
    principles, checked = _judged(folder, made, data)
    written = _write(folder, made) if write else []
    findings = [
        *folder.findings,
        *known.findings,
        *licences.agree(statements),
        *licences.inherited(data, folder.upstream),
        *_identifier(folder),
        *method.incomplete(made.document, CROISSANT),
        *checked,
        *_questions(made.replies),
    ]
    return Evidence(
        kind="release",
        function=_FUNCTION,
        values=(*release_shown.counts(made.replies), *release_shown.fair(principles)),
        findings=tuple(dict.fromkeys(findings)),
        inputs=tuple(dict.fromkeys([*folder.inputs, *(i for each in known.evidence for i in each.inputs)])),
        tables=(
            release_shown.datasheet_table(made.replies, asked),
            release_shown.licence_table(statements, folder),
            release_shown.fair_table(principles),
        ),
        sentence=release_shown.sentence(made.replies, principles, written),
        options={"written": written},
    )


def _found(root: Path, sources: Sources) -> Sources:
    """The sources with those that lie in the folder under their usual names."""
    usual = {
        name: next((root / file for file in files if (root / file).is_file()), None)
        for name, files in _USUAL.items()
        if getattr(sources, name) is None
    }
    return replace(sources, **usual)


# What is made


def _made(folder: Folder, known: Known, sources: Sources, *, data: Licence | None, before: Mapping[str, Any]) -> _Made:
    asked = release_fill.questions()
    filled = release_fill.prefills(folder, known, data)
    title = folder.text("name") or folder.root.resolve().name
    old = folder.texts.get(DATASHEET)
    text = datasheet.new(title, asked, filled) if old is None else datasheet.renewed(old, asked, filled)
    replies = tuple(datasheet.replies(text, asked))
    tables = _columns(folder, known, sources)
    files, several = distributed(folder, [each.path for each in tables])
    told = release_fill.properties(folder, replies, data) | {"citeAs": _citation(folder)}
    document = croissant.document(told, files, several, tables)
    answers = {r.question.number: r.text for r in replies if r.text and r.standing is not Standing.UNJUSTIFIED}
    header = dataset_card.Header(
        title=title,
        licence=data.id if data else "",
        keywords=[str(each) for each in folder.listed("keywords")],
        languages=[str(each) for each in folder.listed("languages")],
    )
    card = None
    if folder.card in {"", CARD}:
        own = folder.texts.get(CARD)
        cite = _citation(folder) or "Not written yet; fill in release.yaml."
        card = dataset_card.new(header, answers, cite) if own is None else dataset_card.renewed(own, answers, cite)
    return _Made(datasheet=text, document=croissant.merged(document, before), card=card, replies=replies)


def _columns(folder: Folder, known: Known, sources: Sources) -> list[Columns]:
    """The manifest as a table of the release, if it lies in its folder."""
    path = sources.manifest
    if known.manifest is None or path is None or not path.resolve().is_relative_to(folder.root.resolve()):
        return []
    name = path.resolve().relative_to(folder.root.resolve()).as_posix()
    header = [str(each) for each in known.manifest.columns]
    if path.suffix.lower() in {".csv", ".tsv"}:
        first = decode(path.read_bytes()).text().lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
        mark = max(",;\t|", key=first.count)
        written = [each.strip().strip('"') for each in first.split(mark)]
        header = written if len(written) == len(header) else header
    return [release_fill.columns(name, known.manifest, header)]


def _citation(folder: Folder) -> str:
    people = [str(each.get("name") if isinstance(each, dict) else each) for each in folder.listed("creators")]
    given = folder.text("doi")
    parts = [
        ", ".join(people),
        folder.text("name"),
        folder.text("version"),
        folder.text("publisher"),
        folder.text("date_published"),
    ]
    address = f"https://doi.org/{given}" if given else folder.text("url")
    return ". ".join(part for part in (*parts, address) if part) if people else ""


def _croissant(folder: Folder) -> Mapping[str, Any]:
    """The description as it lies there; one that cannot be read is as good as none."""
    try:
        found = json.loads(folder.texts.get(CROISSANT, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(folder: Folder, made: _Made) -> list[str]:
    """Write what has changed; the names of the files written."""
    template = (data_dir("templates") / "release" / ABOUT).read_text(encoding="utf-8")
    texts = {
        ABOUT: None if ABOUT in folder.texts else skeleton(folder, template),
        DATASHEET: made.datasheet,
        CROISSANT: json.dumps(made.document, ensure_ascii=False, indent=2, default=str) + "\n",
        CARD: made.card,
    }
    changed = {name: text for name, text in texts.items() if text is not None and text != folder.texts.get(name)}
    for name, text in changed.items():
        write_file(folder.root / name, text.encode())
    return sorted(changed)


# What is checked


def _more_statements(folder: Folder, before: Mapping[str, Any], asked: Sequence[Question]) -> Iterator[Statement]:
    """The licences that the description and the datasheet name in their own words."""
    named = before.get("license")
    for text in named if isinstance(named, list) else [named]:
        found = licences.licence(str(text)) if text else None
        if found:
            yield Statement(path=CROISSANT, line=None, licence=found, about="data")
    sheet = folder.texts.get(DATASHEET, "")
    for reply in datasheet.replies(sheet, asked) if sheet else ():
        if reply.question.number == "D4":
            for name in dict.fromkeys(_NAMED.findall(datasheet.own(sheet, "D4"))):
                found = licences.licence(name)
                if found:
                    yield Statement(
                        path=DATASHEET,
                        line=reply.line,
                        licence=found,
                        about="data" if not found.for_software else "code",
                    )


def _of_data(statements: Sequence[Statement]) -> Licence | None:
    """The licence of the data: as declared, else of the only licence there is that is made for data."""
    declared = [s.licence for s in statements if s.about == "data"]
    loose = [s.licence for s in statements if not s.about and not s.licence.for_software]
    return next(iter(declared or loose), None)


def _identifier(folder: Folder) -> Iterator[Finding]:
    given = folder.text("doi")
    if given and not _doi(given):
        yield Finding(
            rule="REL-02",
            severity=Severity.BLOCKER,
            message=f"{given!r} is no DOI yet.",
            path=ABOUT,
            line=folder.about.line("doi"),
            hint="Write it as 10.5281/zenodo.1234567 once the archive gave you one; until then leave the line empty.",
        )


def _doi(text: str) -> str:
    found = DOI.search(text)
    return found[0] if found and not re.search(r"x{3,}|tbd|todo", found[0], re.IGNORECASE) else ""


def _judged(folder: Folder, made: _Made, data: Licence | None) -> tuple[tuple[Principle, ...], list[Finding]]:
    valid, findings = _validated(made.document)
    upstream = folder.said.get("upstream")
    described = Described(
        document=made.document,
        valid=valid,
        doi=_doi(folder.text("doi")),
        url=folder.text("url"),
        access=folder.text("access"),
        licence=data.id if data else "",
        licence_known=data is not None and data.known,
        upstream=None
        if upstream is None
        else [each if isinstance(each, dict) else {"name": each} for each in upstream],
        vocabularies=[str(each) for each in folder.listed("vocabularies")],
        answered=frozenset(r.question.number for r in made.replies if r.standing is not Standing.OPEN),
        endings=frozenset("".join(Path(name).suffixes[-2:]).lower() for name in folder.files),
    )
    return method.fair(described), findings


def _validated(document: Mapping[str, Any]) -> tuple[bool | None, list[Finding]]:
    try:
        errors, warned = croissant_check.faults(json.loads(json.dumps(document, default=str)))
    except NotInstalled as missing:
        status = Status.NOT_EVALUABLE
        return None, [
            Finding(
                rule="REL-04",
                severity=Severity.WARNING,
                status=status,
                message=missing.message,
                path=CROISSANT,
                hint=missing.hint,
            )
        ]
    found = [(text, Severity.ERROR) for text in errors] + [(text, Severity.INFO) for text in warned]
    return not errors, [
        Finding(rule="REL-04", severity=severity, message=f"mlcroissant says: {text}", path=CROISSANT, hint="Mend it in release.yaml, then run the command again.")
        for text, severity in found
    ]  # fmt: skip


def _questions(replies: Sequence[Reply]) -> Iterator[Finding]:
    parts = dict.fromkeys(r.question.part for r in replies)
    for part in parts:
        open_ = [
            r for r in replies if r.question.part == part and r.standing is Standing.OPEN and not r.question.optional
        ]
        if open_:
            listed = ", ".join(r.question.number for r in open_)
            yield Finding(
                rule="REL-04",
                severity=Severity.WARNING,
                message=f"{part}: {len(open_)} {'question is' if len(open_) == 1 else 'questions are'} open: {listed}.",
                path=DATASHEET,
                line=open_[0].line,
                hint="Answer below the question and delete the line To write; or write n/a: and the reason.",
            )
    for reply in replies:
        if reply.standing is Standing.UNJUSTIFIED:
            yield Finding(
                rule="REL-04",
                message=f"{reply.question.number} says that it does not apply, but not why.",
                path=DATASHEET,
                line=reply.line,
                hint="Add the reason behind n/a: in a few words.",
            )
