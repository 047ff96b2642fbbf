"""The protocol's life: checked, frozen with hash and time, then changed only by numbered amendments."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from review.domain import protocol_check as rules
from review.domain.errors import BadInput, NotUtf8, ReviewError
from review.domain.finding import Finding, Severity
from review.domain.protocol import Amendment, Protocol
from review.domain.team import Right
from review.resources import read_yaml
from review.services import rights
from review.services.project import Project
from review.storage import projects
from review.storage.stamps import Stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolStatus:
    """Where the protocol stands. `changed` tells that protocol.yaml differs from the version in force."""

    protocol: Protocol | None
    findings: tuple[Finding, ...]
    history: tuple[Amendment, ...]
    changed: bool

    @property
    def frozen(self) -> bool:
        return bool(self.history)


def check_text(text: str, *, path: str = "protocol.yaml") -> tuple[Protocol | None, list[Finding]]:
    """The protocol in a YAML text, and every mistake with its line."""
    document = read_yaml(text, path=path)
    if document.tree is None and document.findings:
        return None, list(document.findings)
    found, findings = rules.check(document.tree, line=document.line, path=path)
    findings = [*document.findings, *findings]
    failed = any(f.severity in (Severity.ERROR, Severity.BLOCKER) for f in findings)
    return (None if failed else found), sorted(findings, key=lambda f: f.line or 0)


def sought(text: str, *, path: str = "protocol.yaml") -> tuple[str, list[Finding]]:
    """What a protocol in a YAML text seeks, in its own words; a title or a question is enough. Empty with what is wrong."""
    document = read_yaml(text, path=path)
    if document.tree is None and document.findings:
        return "", list(document.findings)
    return rules.sought(document.tree, line=document.line, path=path)


@rights.needs(Right.READ)
def read_file(project: Project) -> str:
    path = project.protocol_path
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(
            path, "the protocol is missing.", hint="Restore protocol.yaml, or copy a preset there."
        ) from error
    except UnicodeDecodeError as error:
        raise NotUtf8(path, error) from error


@rights.needs(Right.READ)
def status(project: Project) -> ProtocolStatus:
    """What protocol.yaml says now, its faults, and the versions frozen so far."""
    text = read_file(project)
    name = project.protocol_path.name
    protocol, findings = project.cached("protocol.yaml", (name, text), lambda: check_text(text, path=name))
    history = tuple(projects.protocol_history(project.store))
    changed = bool(history) and history[-1].sha256 != sha256(text)
    return ProtocolStatus(protocol=protocol, findings=tuple(findings), history=history, changed=changed)


@rights.needs(Right.READ)
def in_force(project: Project, *, now: Stamps | None = None) -> Protocol:
    """The protocol that counts: the newest frozen version, else protocol.yaml as it stands."""
    number = projects.latest_protocol(project.store) if now is None else now.protocol
    if number >= 0:
        return project.cached(
            "protocol", number, lambda: _parsed(projects.protocol_history(project.store)[-1].text, project)
        )
    text = read_file(project)
    return project.cached("protocol", sha256(text), lambda: _parsed(text, project))


def _parsed(text: str, project: Project) -> Protocol:
    protocol, findings = check_text(text, path=project.protocol_path.name)
    if protocol is None:
        first = next(f for f in findings if f.severity in (Severity.ERROR, Severity.BLOCKER))
        raise BadInput(
            project.protocol_path,
            f"line {first.line or 1}: {first.message}",
            hint="See every mistake with `review protocol check`.",
        )
    return protocol


@rights.needs(Right.READ)
def criterion_label(project: Project, criterion_id: str) -> str:
    """The short form of an exclusion criterion, also of one that an amendment has removed; its id if nobody knows it."""
    found = in_force(project).exclusion(criterion_id)
    return found.label if found else _earlier_labels(project).get(criterion_id, criterion_id)


def _earlier_labels(project: Project) -> dict[str, str]:
    """The labels of every version that was frozen, each as last written."""
    return project.cached(
        "labels",
        projects.latest_protocol(project.store),
        lambda: {c.id: c.label for version in _versions(project) for c in version.exclude},
    )


def _versions(project: Project) -> list[Protocol]:
    """Every version that was frozen and can be read, the oldest first."""
    found = (check_text(version.text)[0] for version in projects.protocol_history(project.store))
    return [version for version in found if version]


@rights.needs(Right.READ)
def charting_labels(project: Project) -> dict[str, str]:
    """What every field of the charting form is called, also one that an amendment has removed, each as last written."""
    return project.cached(
        "charting labels",
        projects.latest_protocol(project.store),
        lambda: {f.id: f.label for version in _versions(project) for f in version.form.fields},
    )


@rights.needs(Right.READ)
def changes_for_screening(project: Project, *, since: int) -> str:
    """The reasons of the amendments after a version, if they left criteria or instructions different; else empty."""
    history = projects.protocol_history(project.store)
    judged_by = [
        found and (found.include, found.exclude, found.screening.instructions)
        for found in (check_text(history[number].text)[0] for number in (since, -1))
    ]
    if judged_by[0] == judged_by[1]:
        return ""
    return " ".join(version.reason.rstrip(".") + "." for version in history[since + 1 :])


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@rights.needs(Right.GOVERN, whose="who")
def freeze(project: Project, *, who: str = "") -> Amendment:
    """Store the protocol with its hash and the time; from now on a change needs a reason."""
    text = read_file(project)
    history = projects.protocol_history(project.store)
    if history:
        raise ReviewError(
            f"The protocol was frozen on {history[0].at[:10]}.",
            hint='To change it, edit protocol.yaml and run `review protocol amend --reason "…"`.',
        )
    _parsed(text, project)
    return projects.append_protocol(project.store, sha256=sha256(text), text=text, reason="", who=who)


@rights.needs(Right.GOVERN, whose="who")
def amend(project: Project, *, reason: str, who: str = "") -> Amendment:
    """Keep the edited protocol as the next numbered amendment."""
    if not reason.strip():
        raise ReviewError("An amendment needs a reason.", hint='Say why with --reason "…"; it is printed in the paper.')
    history = projects.protocol_history(project.store)
    if not history:
        raise ReviewError(
            "The protocol is not frozen yet, so it needs no amendment.", hint="Run `review protocol freeze`."
        )
    text = read_file(project)
    if sha256(text) == history[-1].sha256:
        raise ReviewError(
            f"protocol.yaml is the same as version {history[-1].number}; there is nothing to amend.",
            hint="Edit it first, then run this again.",
        )
    _parsed(text, project)
    return projects.append_protocol(project.store, sha256=sha256(text), text=text, reason=reason.strip(), who=who)
