"""What a reviewer would say about a manuscript: every rule installed, asked of a paper in its project or of a file alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from review import plugins
from review.domain.finding import Finding, Severity, Status
from review.domain.paper_settings import PaperSettings, Waiver
from review.domain.team import Right
from review.lint.document import Document
from review.lint.folded import folded
from review.lint.rule import LETTERS, Context, Rule
from review.resources import data_dir, read_yaml
from review.services import facts, rights
from review.services.evidence import kept
from review.services.manuscript import bibliography, lint_inputs, lint_review, lint_text, paper, paper_tables
from review.services.manuscript import references as reference_checks
from review.services.manuscript import settings as paper_settings
from review.services.manuscript.lint_inputs import Inputs
from review.services.manuscript.lint_ways import with_ways
from review.services.manuscript.spots import Spot, spot_of, spots
from review.services.project import Project
from review.services.works import works

# What is said of a file that cannot be read; so is …-FILE.
_UNREAD = ("YAML-", "EVIDENCE-TABLE", "EVIDENCE-JSON", "PAPER-EVIDENCE")
GROUP = "review.rules"
LAPSED, UNUSED = "WAIVER-LAPSED", "WAIVER-UNUSED"
_FIELDS = frozenset(Context.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a file is linted with, beside itself. `files` are inputs by name; `folder` holds inputs under their usual names."""

    files: Mapping[str, Path] = field(default_factory=dict)
    folder: Path | None = None
    type: str = ""
    venue: str = ""
    subgroups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """The findings by line, those that could not be asked among them; and what was waived, with the waiver."""

    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    type: str = ""
    spots: tuple[Spot, ...] = ()

    @property
    def faults(self) -> list[Finding]:
        return [f for f in self.findings if f.status is Status.FAIL]


def rules() -> list[Rule]:
    """Every installed rule, by id; what is registered and is none is told by `check`."""
    return list(_installed()[0].values())


def _installed() -> tuple[dict[str, Rule], list[Finding]]:
    """(the rules by the name they are registered under, what is registered as a rule and cannot be used)."""
    found, lost = {}, []
    for name in plugins.names(GROUP):
        try:
            rule = plugins.load(GROUP, name)
        except plugins.Unusable as error:
            lost.append(Finding(rule=name, message=error.message, hint=error.hint))
            continue
        if isinstance(rule, Rule):
            found[name] = rule
        else:
            lost.append(_failed(name, name, f"is no rule but {type(rule).__name__}"))
    return found, lost


def _asked(context: Context) -> tuple[list[Finding], list[Finding]]:
    """(what the rules find, those that could not be asked through a fault of their own)."""
    installed, lost = _installed()
    found: list[Finding] = []
    for name, rule in installed.items():
        try:
            found += rule.findings(context)
        except Exception as error:  # noqa: BLE001  # a plug-in raises what it likes; the other rules still count
            lost.append(_failed(name, rule.id, f"failed: {plugins.told(error)}"))
    return found, lost


def _failed(name: str, rule_id: str, what: str) -> Finding:
    """That a rule was not asked, which is no pass; `name` is what it is registered under."""
    of = plugins.owner(GROUP, name)
    return Finding(
        rule=rule_id,
        message=f"Rule {rule_id} of plug-in {of} {what}. All others were asked.",
        hint=f"Tell the makers of {of}; until they have mended it: --ignore {rule_id}.",
    )


@rights.needs(Right.READ)
def check(project: Project, folder: Path, *, given: Given | None = None) -> Linted:
    """Lint a paper of the project, its numbers looked up.

    Inputs are those of paper.yaml, for a review the review itself, and what is given beside, which goes before paper.yaml.
    """
    place = paper.find(project, folder)
    name = place.relative_to(project.root.resolve()).as_posix()
    settings, told = paper_settings.read(place)
    known = facts.facts(project)
    references = paper.references_of(place)
    document, unknown = lint_text.with_facts(
        paper.text_of(place),
        known,
        paper_tables.of_paper(project, place, settings, keys=_keys(project, references)),
        path=f"{name}/{paper.MANUSCRIPT}",
    )
    given = given or Given()
    files = dict(lint_inputs.usual(given.folder)) if given.folder else {}
    evidence, lost = _evidence(settings, place, project.root, place)
    inputs = lint_inputs.read(files | evidence | dict(given.files))
    if settings.type == "review":
        inputs.values |= lint_review.inputs(project, references)
    listed = bibliography.read(references, mark=paper.MARK)
    held = reference_checks.stored(project, listed)
    inputs.values |= {"references": references, "bibliography": listed, "stored": held}
    inputs.paths["references"] = f"{name}/{paper.REFERENCES}"
    context = _context(document, settings, inputs, facts=known)
    more = (*told, *unknown, *lost, *inputs.findings, *kept.check(project))
    return _linted(context, settings.waivers, more, inputs=inputs)


def check_file(path: Path, given: Given | None = None) -> Linted:
    """Lint a manuscript that belongs to no project: a Markdown, LaTeX or Word file, or a folder with manuscript.md."""
    given = given or Given()
    place = path if path.is_dir() else path.parent
    file = path / paper.MANUSCRIPT if path.is_dir() else path
    settings, told = paper_settings.read(place)
    files = dict(lint_inputs.usual(given.folder)) if given.folder else {}
    evidence, lost = _evidence(settings, place, place)
    files |= evidence | dict(given.files)
    if "references" not in files and (place / paper.REFERENCES).is_file():
        files["references"] = place / paper.REFERENCES
    document = lint_text.of_file(file)
    told = (*told, *lint_text.tracked(file))
    has_settings = (place / paper_settings.SETTINGS).is_file()
    kind = given.type or (settings.type if has_settings else "") or _kind(document)
    settings = replace(settings, venue=given.venue or settings.venue, subgroups=(*settings.subgroups, *given.subgroups))
    inputs = lint_inputs.read(files)
    if text := inputs.values.get("references"):
        inputs.values["bibliography"] = bibliography.read(text)
    context = replace(_context(document, settings, inputs), type=kind)
    found = _linted(context, settings.waivers, (*told, *lost, *inputs.findings), inputs=inputs)
    return replace(found, findings=tuple(_near(f, document) for f in found.findings)) if _lineless(file) else found


def _kind(document: Document) -> str:
    """The kind of paper, where its header or its title says it."""
    said = document.header.get("type") or document.header.get("paper_type") or ""
    if said in LETTERS:
        return said
    title = document.title.casefold()
    if "scoping review" in title:
        return "review"
    return ""


def _evidence(settings: PaperSettings, place: Path, *roots: Path) -> tuple[dict[str, Path], list[Finding]]:
    """The files of paper.yaml, as seen from the project or from the folder of the paper; and those that are not there."""
    found, lost = {}, []
    for name, said in settings.evidence.items():
        path = next((root / said for root in roots if (root / said).exists()), None)
        if path is not None:
            found[name] = path
        else:
            lost.append(_lost(name, said, place))
    return found, lost


def _lost(name: str, said: str, place: Path) -> Finding:
    """A file that paper.yaml names and that is not there: what rests on it is not evaluable, the rest is asked."""
    lines = (place / paper_settings.SETTINGS).read_text(encoding="utf-8-sig").splitlines()
    line = next((n for n, text in enumerate(lines, start=1) if re.match(rf"\s+{re.escape(name)}\s*:", text)), 1)
    return Finding(
        rule="PAPER-EVIDENCE",
        severity=Severity.ERROR,
        message=f"The evidence {name}: {said} is not there, so that the text is not held against it.",
        path=f"{place.name}/{paper_settings.SETTINGS}",
        line=line,
        hint="Correct the name as seen from the project's folder, or take the line out.",
    )


def _context(
    document: Document, settings: PaperSettings, inputs: Inputs, *, facts: Mapping[str, Any] | None = None
) -> Context:
    held = {name: value for name, value in inputs.values.items() if name in _FIELDS}
    return Context(
        document=document,
        type=settings.type,
        settings=settings,
        facts=facts or {},
        venue=_venue(settings.venue),
        paths=inputs.paths,
        today=_today(),
        **held,
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _venue(name: str) -> Mapping[str, Any]:
    path = data_dir("templates") / "venues" / f"{name}.yaml"
    tree = read_yaml(path.read_text(encoding="utf-8"), path=path.name).tree if path.is_file() else None
    return tree if isinstance(tree, dict) else {}


@rights.internal
def _keys(project: Project, references: str) -> dict[str, str]:
    """The citation key of each included study, as references.bib has them."""
    found = works(project).work_of
    return {found[m["record"]]: m["key"] for m in lint_review.KEY.finditer(references) if m["record"] in found}


# Findings and waivers


def _linted(context: Context, waivers: Sequence[Waiver], more: Sequence[Finding], *, inputs: Inputs) -> Linted:
    """What the rules find, which can be waived; `more` cannot."""
    found, lost = _asked(context)
    open_, waived = _waived(found, waivers, context)
    once = {rule.id for rule in rules() if rule.by_section}
    open_ = folded(open_, context.document, once, lines=not _lineless(Path(context.document.path)))
    ordered = sorted(
        [*more, *lost, *open_], key=lambda f: (f.status is Status.NOT_EVALUABLE, f.path or "", f.line or 0, f.rule)
    )
    asked = dict.fromkeys(with_ways(finding, inputs) for finding in ordered)
    return Linted(findings=tuple(asked), waived=tuple(waived), type=context.type, spots=spots(context.document))


def _waived(
    found: Sequence[Finding], waivers: Sequence[Waiver], context: Context
) -> tuple[list[Finding], list[tuple[Finding, Waiver]]]:
    """Take out what somebody let stand, as long as the sentence is the one it was given for; say which waivers lapsed."""
    left, taken, used = [], [], set[int]()
    texts, sentences = _texts(context.document), spots(context.document) if waivers else ()
    for finding in found:
        here = _of_finding(finding, texts, sentences)
        waiver = next(
            (n for n, w in enumerate(waivers) if finding.status is Status.FAIL and _covers(w, finding, here)), None
        )
        if waiver is None:
            left.append(finding)
        else:
            used.add(waiver)
            taken.append((finding, waivers[waiver]))
    for n, waiver_ in enumerate(waivers):
        if n not in used:
            left.append(_idle(waiver_, texts))
    return left, taken


def _texts(document: Document) -> dict[int, list[str]]:
    """The sentences that begin or go on in each line of the author's file."""
    found: dict[int, list[str]] = {}
    for sentence in document.sentences:
        first, _ = document.place(sentence.start)
        last, _ = document.place(sentence.start + len(sentence.text))
        for line in range(first, max(first, last) + 1):
            found.setdefault(line, []).append(" ".join(sentence.text.split()))
    return found


def _of_finding(finding: Finding, texts: Mapping[int, Sequence[str]], sentences: Sequence[Spot]) -> Sequence[str]:
    """The sentence of a finding; all of its line where the column is not known."""
    spot = spot_of(finding, sentences) if finding.column is not None else None
    return [spot.text] if spot else texts.get(finding.line or 0, [])


def _covers(waiver: Waiver, finding: Finding, here: Sequence[str]) -> bool:
    if waiver.rule.casefold() != finding.rule.casefold():
        return False
    if waiver.sentence:
        return any(_is_sentence(waiver.sentence, text) for text in here)
    wanted = waiver.where.strip()
    return (
        not wanted
        or wanted in {str(finding.line), f"line {finding.line}", f"{finding.path}:{finding.line}"}
        or any(wanted in text for text in here)
        or wanted in finding.message
    )


def _is_sentence(given: str, text: str) -> bool:
    """Whether a waiver was given for this sentence: by its words, or by its hash."""
    plain = " ".join(given.split())
    return plain == text or (
        len(plain) >= 8 and sentence_hash(text).startswith(plain.removeprefix("sha256:").casefold())
    )


def sentence_hash(text: str) -> str:
    """What a waiver may name a sentence by; it changes when the sentence does.

    >>> sentence_hash("A  sentence.") == sentence_hash("A sentence.")
    True
    """
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def _idle(waiver: Waiver, texts: Mapping[int, Sequence[str]]) -> Finding:
    gone = waiver.sentence and not any(_is_sentence(waiver.sentence, text) for here in texts.values() for text in here)
    told = "the sentence it was given for has changed" if gone else "it covers nothing any more"
    return Finding(
        rule=LAPSED if gone else UNUSED,
        severity=Severity.WARNING if gone else Severity.INFO,
        message=f"The waiver of {waiver.rule} by {waiver.who} ({waiver.date}) has lapsed: {told}.",
        path=paper_settings.SETTINGS,
        line=waiver.line,
        hint="Look at the new sentence and waive it again, or take the waiver out.",
    )


def _lineless(file: Path) -> bool:
    """Kinds of file that have no lines a person could look up."""
    return file.suffix.lower() in {".docx", ".html"}


def _near(finding: Finding, document: Document) -> Finding:
    """A finding in a Word file says which words it stands near, in place of a line that nobody sees."""
    if finding.line is None or finding.path != document.path:
        return finding
    row = finding.line - document.first_line
    lines = document.body.split("\n")
    text = " ".join(lines[row].split())[:60] if 0 <= row < len(lines) else ""
    return replace(
        finding, line=None, column=None, message=f"{finding.message} Near “{text}”." if text else finding.message
    )


def selected(findings: Sequence[Finding], select: str = "", ignore: str = "") -> list[Finding]:
    """The findings of rules whose names begin so, and not so.

    An input that cannot be read is told whatever is selected: what rests on it could not be asked.
    """
    wanted, unwanted = (tuple(p.strip().upper() for p in names.split(",") if p.strip()) for names in (select, ignore))
    unread = {f for f in findings if f.rule.startswith(_UNREAD) or f.rule.endswith("-FILE")}
    return [
        f
        for f in findings
        if (not wanted or f in unread or f.rule.upper().startswith(wanted))
        and not (unwanted and f.rule.upper().startswith(unwanted))
    ]
