"""How a team wants its flow diagram: the part [flow] of review.toml, with its labels and what it hides."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.flow import FlowCounts
from review.domain.team import Right
from review.render.flow_words import OPTIONAL, FlowLook, checked
from review.resources import write_file
from review.services import rights
from review.services.project import CONFIG, Project

_COUNTS = {
    "registers": "register_results",
    "automatic": "excluded_automatic",
    "other_reasons": "excluded_other",
    "websites": "website_results",
    "organisations": "organisation_results",
    "citations": "citations_results",
}
_TABLE = re.compile(r"^\s*\[+\s*(?P<name>[^\]]+?)\s*\]+\s*(?:#.*)?$")


@rights.needs(Right.READ)
def look(project: Project) -> FlowLook:
    """The look in force. Raises ReviewError if review.toml holds a label or a part that is none."""
    path = project.root / CONFIG
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8")).get("flow", {})
        labels, hide = said.get("labels", {}), said.get("hide", [])
        if not isinstance(labels, dict):
            raise BadInput(path, "flow.labels is no table.", hint='Write it as [flow.labels] and screened = "…" below.')
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
        raise BadInput(path, f"this is not valid TOML: {error}.", hint="Mend the line it names.") from error
    return checked(labels, hide)


@rights.needs(Right.WRITE)
def keep(project: Project, labels: Mapping[str, str], hide: Iterable[str]) -> FlowLook:
    """Write the look into review.toml, whose other parts stay as they are; labels that are the usual ones are left out."""
    wanted = checked(labels, list(hide))
    path = project.root / CONFIG
    before = path.read_text(encoding="utf-8")
    text = _without_flow(before)
    if wanted.labels or wanted.hide:
        hidden = ", ".join(json.dumps(name) for name in sorted(wanted.hide))
        rows = "".join(f"{key} = {_quoted(label)}\n" for key, label in wanted.labels.items())
        text = f"{text.rstrip()}\n\n[flow]\nhide = [{hidden}]\n" + (f"\n[flow.labels]\n{rows}" if rows else "")
    if not _only_flow_differs(before, text):
        raise BadInput(
            path, "its part [flow] is written in a way that cannot be replaced here.", hint="Edit it by hand."
        )
    write_file(path, text.encode("utf-8"))
    return wanted


def _only_flow_differs(before: str, after: str) -> bool:
    """Whether what would be written can be read back and says the same of everything else."""
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    return {k: v for k, v in old.items() if k != "flow"} == {k: v for k, v in new.items() if k != "flow"}


def _without_flow(text: str) -> str:
    """The settings without their part on the diagram."""
    kept, ours = [], False
    for line in text.splitlines(keepends=True):
        if table := _TABLE.match(line):
            ours = table["name"].split(".")[0].strip().strip("\"'") == "flow"
        if not ours:
            kept.append(line)
    return "".join(kept)


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON writes the same but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@rights.needs(Right.READ)
def remarks(project: Project, counts: FlowCounts, wanted: FlowLook | None = None) -> list[Finding]:
    """What is asked to be hidden and stands in the diagram all the same, because it counts something."""
    hide = (wanted or look(project)).hide
    return [
        Finding(
            rule="FLOW-HIDDEN",
            severity=Severity.WARNING,
            message=f"{OPTIONAL[name]} is shown although it should be hidden: it counts {getattr(counts, box):,}.",
            hint="A number of the review does not disappear from its diagram.",
        )
        for name, box in _COUNTS.items()
        if name in hide and getattr(counts, box)
    ]
