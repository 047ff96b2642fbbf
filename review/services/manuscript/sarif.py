"""Findings as SARIF 2.1.0, the form that code hosts and editors show beside the text."""

from __future__ import annotations

from collections.abc import Sequence

from review import __version__
from review.domain.finding import Finding, Severity, Status
from review.lint.rule import Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error", Severity.BLOCKER: "error"}


def as_sarif(findings: Sequence[Finding], known: Sequence[Rule] = ()) -> dict[str, object]:
    """One SARIF log with one run; a rule that is known is described."""
    by_id = {rule.id: rule for rule in known}
    rules = [_described(name, by_id.get(name)) for name in sorted({finding.rule for finding in findings})]
    driver = {"name": "Scopewright", "version": __version__, "rules": rules}
    results = [_result(finding) for finding in findings]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _described(name: str, rule: Rule | None) -> dict[str, object]:
    if rule is None:
        return {"id": name}
    return {
        "id": name,
        "name": rule.title,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.does} {rule.why}"},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding) -> dict[str, object]:
    text = f"{finding.message} {finding.hint}".strip()
    result: dict[str, object] = {"ruleId": finding.rule, "level": _LEVELS[finding.severity], "message": {"text": text}}
    if finding.status is Status.NOT_EVALUABLE:
        result |= {"kind": "notApplicable", "level": "none"}
    if finding.path:
        region = {"startLine": finding.line, "startColumn": finding.column}
        place: dict[str, object] = {"artifactLocation": {"uri": finding.path.replace("\\", "/")}}
        if finding.line:
            place["region"] = {name: value for name, value in region.items() if value}
        result["locations"] = [{"physicalLocation": place}]
    return result
