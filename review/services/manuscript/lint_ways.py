"""What to do before a rule can be asked: give an input, or mend one that was given and could not be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from review.domain.finding import Finding, Status
from review.lint.rule import GIVEN_BY
from review.services.manuscript.lint_inputs import Inputs

GIVE = "Give "  # so begins what to do where nothing was given
_INPUTS: Mapping[str, str] = {way: name for name, way in GIVEN_BY.items()}


def with_ways(finding: Finding, inputs: Inputs) -> Finding:
    """The finding; where it asks for an input that was given, it says instead what of that file stands in the way."""
    if finding.status is not Status.NOT_EVALUABLE or not finding.hint.startswith(GIVE):
        return finding
    ways = finding.hint.removeprefix(GIVE).rstrip(".").split("; ")
    unread = [inputs.unread[name] for way in ways if (name := _INPUTS.get(way)) in inputs.unread]
    held = [inputs.paths[name] for way in ways if (name := _INPUTS.get(way)) in inputs.paths]
    if not unread and not held:
        return finding
    lacks = finding.message.partition(": ")[2] or "it does not hold what is needed."
    left = [way for way in ways if _INPUTS.get(way) not in {*inputs.unread, *inputs.paths}]
    told = [f"{GIVE}{'; '.join(left)}."] if left else []
    told += [f"Mend {file}, which was given and could not be used." for file in unread]
    told += [f"In {PurePath(file).name}: {lacks}" for file in held]
    return replace(finding, hint=" ".join(told))


def told_together(findings: Sequence[Finding]) -> str:
    """What all of them ask for, each thing once: what to give in one list, then the rest."""
    give: dict[str, None] = {}
    rest: dict[str, None] = {}
    for hint in (finding.hint for finding in findings if finding.hint):
        first, _, more = hint.partition(". ")
        if first.startswith(GIVE):
            give |= dict.fromkeys(first.removeprefix(GIVE).rstrip(".").split("; "))
            rest |= {more: None} if more else {}
        else:
            rest |= {hint: None}
    return " ".join([*([f"To have them asked, give: {'; '.join(give)}."] if give else []), *rest])
