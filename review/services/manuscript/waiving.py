"""Letting a finding stand: who, why and when, written into paper.yaml; it lapses when its sentence changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from review.domain.errors import BadInput, NotAllowed
from review.domain.paper_settings import Waiver
from review.domain.team import Right
from review.resources import write_file
from review.services import rights
from review.services.manuscript import paper
from review.services.manuscript import settings as paper_settings
from review.services.project import Project

_KEY = re.compile(r"^waivers:[ \t]*(?P<value>[^#\n]*?)[ \t]*(?:#[^\n]*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiving:
    """What is let stand and why: a rule, for the sentence it was found in; where it was in none, for its message."""

    rule: str
    reason: str
    sentence: str = ""
    message: str = ""


@rights.needs(Right.WRITE, whose="who")
def waive(project: Project, folder: Path, who: str, asked: Waiving) -> Waiver:
    """Write the waiver of a finding into paper.yaml, in a person's name and of today.

    Raises `NotAllowed` without a name, a reason, or anything it could be for.
    """
    place = paper.find(project, folder)
    if not who.strip():
        raise NotAllowed("Only a named person lets a finding stand.", hint="Say who you are.")
    if not asked.reason.strip():
        raise NotAllowed("A waiver needs a reason.", hint="Say why the finding may stand; editors will ask you.")
    if not (asked.sentence or asked.message):
        raise NotAllowed("A waiver is for one sentence or one finding.", hint="Name its sentence.")
    made = Waiver(
        rule=asked.rule,
        sentence=" ".join(asked.sentence.split()),
        where="" if asked.sentence else " ".join(asked.message.split()),
        reason=" ".join(asked.reason.split()),
        who=" ".join(who.split()),
        date=datetime.now(UTC).date().isoformat(),
    )
    path = place / paper_settings.SETTINGS
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    write_file(path, with_waiver(text, made, path=path).encode("utf-8"))
    return made


def with_waiver(text: str, waiver: Waiver, *, path: Path = Path(paper_settings.SETTINGS)) -> str:
    r"""The settings with one waiver more, behind those there are; every other line stays as it is.

    >>> one = Waiver(rule="ACC-03", sentence="A sum.", reason="They overlap.", who="Ana", date="2026-11-02")
    >>> print(with_waiver("type: dataset\nwaivers: []\n", one))
    type: dataset
    waivers:
      - rule: ACC-03
        sentence: A sum.
        reason: They overlap.
        who: Ana
        date: '2026-11-02'
    <BLANKLINE>
    """
    key = _KEY.search(text)
    if key is None:
        head = f"{text.rstrip()}\n" if text.strip() else ""
        return f"{head}waivers:\n{_item(waiver, '  ')}"
    if key["value"] == "[]":
        return f"{text[: key.start()]}waivers:\n{_item(waiver, '  ')}{text[key.end() + 1 :]}"
    if key["value"]:
        hint = "Write them one under the other, each beginning with “- rule:”."
        raise BadInput(path, "its waivers stand on one line, to which nothing can be added.", hint=hint)
    begin = key.end() + 1
    behind = re.compile(r"^(?![-#\s]|$)", re.MULTILINE).search(text, begin)
    block = text[begin : behind.start() if behind else len(text)]
    indent = re.search(r"^([ ]*)- ", block, re.MULTILINE)
    kept = re.sub(r"(?:\n[ \t]*(?:#[^\n]*)?)+\Z", "", block)
    kept = f"{kept}\n" if kept.strip() else ""
    return f"{text[:begin]}{kept}{_item(waiver, indent[1] if indent else '  ')}{block[len(kept) :]}{text[begin + len(block) :]}"


def _item(waiver: Waiver, indent: str) -> str:
    told = {
        name: value
        for name in ("rule", "sentence", "where", "reason", "who", "date")
        if (value := str(getattr(waiver, name)))
    }
    dumped = str(yaml.safe_dump([told], allow_unicode=True, sort_keys=False, width=10_000))
    return "".join(f"{indent}{line}\n" for line in dumped.splitlines())
