"""What each name means that the linter prints in brackets: its rules, and what it says of the files it could not use."""

from __future__ import annotations

from dataclasses import dataclass

from review.domain.errors import Missing
from review.domain.finding import Severity
from review.lint.rule import Rule
from review.services.manuscript import lint


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in a file that the linter reads, so that it cannot ask its rules of it. It cannot be waived."""

    id: str
    title: str
    fix: str
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, str]:
        return {"id": self.id, "title": self.title, "severity": str(self.severity), "fix": self.fix}


FAULTS: tuple[Fault, ...] = (
    Fault(
        id="ACC-FILE",
        title="The counts file has a cell, key or number that cannot be used",
        fix="Write whole numbers in digits; review evidence accounting says more of the same file.",
    ),
    Fault(
        id="ACC-UNKNOWN",
        title="A part in the counts file belongs to a whole, or a unit, that the file does not have",
        fix="Add the row of the whole, or correct the name.",
    ),
    Fault(
        id="DOCX-CHANGES",
        title="A Word file has tracked changes that nobody accepted or rejected",
        fix="Accept or reject them in Word; until then it is read as if all were accepted.",
        severity=Severity.INFO,
    ),
    Fault(
        id="EVIDENCE-DOUBTFUL",
        title="Numbers were kept although their data have faults",
        fix="Mend the data, then compute them again with --keep.",
    ),
    Fault(
        id="EVIDENCE-JSON",
        title="A JSON file cannot be read",
        fix="Write it again from the program that made it.",
    ),
    Fault(
        id="EVIDENCE-ORPHANED",
        title="The file that kept numbers were computed from is gone",
        fix="Put it back, or compute them again with --keep.",
    ),
    Fault(
        id="EVIDENCE-STALE",
        title="The file that kept numbers were computed from has changed since",
        fix="Compute them again with --keep; review paper diff says which numbers move.",
    ),
    Fault(
        id="EVIDENCE-TABLE",
        title="A table cannot be read, lacks a column, or has text where a number belongs",
        fix="Look at the line that is named; the columns are told in docs/evidence.",
    ),
    Fault(
        id="FACT-PENDING",
        title="A number is named that does not exist yet",
        fix="It comes with the step that makes it; review paper facts lists what there is.",
        severity=Severity.WARNING,
    ),
    Fault(
        id="FACT-SYNTAX",
        title="What stands between {{ and }} cannot be read",
        fix='Only the name of a number with a filter, or table("name"), can stand there.',
    ),
    Fault(
        id="FACT-UNKNOWN",
        title="A number or table is named that nobody knows",
        fix="Take one of the names proposed; review paper facts lists them all.",
    ),
    Fault(
        id="FACT-VALUE",
        title="A number cannot be printed in the way the text asks for",
        fix="Take another filter, such as thousands, percent or ci.",
    ),
    Fault(
        id="PAPER-EVIDENCE",
        title="A file that paper.yaml names as evidence is not there",
        fix="Correct its name as seen from the project's folder, or take the line out.",
    ),
    Fault(
        id="PAPER-UNKNOWN-KEY",
        title="paper.yaml has a key that means nothing",
        fix="Correct its spelling, or take it out.",
    ),
    Fault(
        id="PAPER-WRONG-TYPE",
        title="paper.yaml has a value of the wrong kind, or a name that is not installed",
        fix="The message names what can stand there.",
    ),
    Fault(
        id="PAPER-DUPLICATE-ID",
        title="paper.yaml says the same thing twice",
        fix="Keep one of them.",
    ),
    Fault(
        id="SPL-FILE",
        title="A file of splits has a form that is not known",
        fix="Give splits.csv with the columns case and split, or the splits_final.json of nnU-Net.",
    ),
    Fault(
        id="WAIVER-LAPSED",
        title="A waiver was given for a sentence that has changed",
        fix="Look at the new sentence and waive it again, or take the waiver out.",
        severity=Severity.WARNING,
    ),
    Fault(
        id="WAIVER-UNUSED",
        title="A waiver covers nothing any more",
        fix="Take it out of paper.yaml.",
        severity=Severity.INFO,
    ),
    Fault(id="YAML-SYNTAX", title="A YAML file cannot be read", fix="Look at indentation, colons and quotation marks."),
    Fault(id="YAML-KEY", title="A key in a YAML file is no plain word", fix="Write name: value."),
    Fault(id="YAML-DUPLICATE-KEY", title="A key stands twice in a YAML file", fix="Keep one of them."),
    Fault(id="YAML-ALIAS", title="A YAML file refers to another place in itself", fix="Write the value out."),
    Fault(id="YAML-DEPTH", title="A YAML file is nested too deeply", fix="Make it flatter."),
)


def explained(names: str) -> list[Rule | Fault]:
    """The rules and faults whose names begin so, by name; several beginnings stand between commas. Raises `Missing`."""
    everything: list[Rule | Fault] = [*lint.rules(), *FAULTS]
    known = sorted(everything, key=lambda each: each.id)
    found: dict[str, Rule | Fault] = {}
    for name in (part.strip().upper() for part in names.split(",") if part.strip()):
        begun = {each.id: each for each in known if each.id.startswith(name)}
        if not begun:
            raise Missing("rule", name, [each.id for each in known])
        found |= {name: begun[name]} if name in begun else begun
    return list(found.values())
