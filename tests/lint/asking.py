"""One rule asked of a text with its inputs; the clean samples of the four kinds of paper, whole or changed in one place."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.finding import Finding, Status
from review.domain.paper_settings import PaperSettings
from review.evidence.accounting import Accounts
from review.evidence.printed import printed
from review.evidence.quantity import Quantity
from review.lint import document
from review.lint.rule import Context, Rule
from review.services.manuscript import bibliography, lint
from review.services.manuscript.lint import Given, Linted

Case = tuple[str, str, dict[str, Any]]  # a text, what is said of it, the inputs beside it
CLEAN = Path(__file__).parent / "clean"
TYPES = {"D": "dataset", "M": "method", "C": "clinical", "S": "review"}
# Twelve patients of one scan in training and twelve in test; the odd ones have a transitional vertebra.
FAIR = "".join(f"c{n},p{n},a,{'train' if n < 12 else 'test'},h{n},{'yes' if n % 2 else 'no'}\n" for n in range(24))
SCORES = "case,patient,split,class,metric,value,reference_present\n"
DICE = "".join(f"c{n},p{n},test,{c},dice,{v},yes\n" for n in (12, 13) for c, v in (("sacrum", 0.8447), ("hip", 0.9012)))


def case(text: str = "", said: str = "", **inputs: Any) -> Case:
    return text, said, inputs


def rule(name: str) -> Rule:
    return next(each for each in lint.rules() if each.id == name)


def ask(name: str, text: str = "", *, subgroups: tuple[str, ...] = (), **inputs: Any) -> list[Finding]:
    """What a rule finds in a text; the kind of paper is the first that the rule is for."""
    of = rule(name)
    given: dict[str, Any] = {"type": TYPES[of.types[0]], "references": "", **inputs}
    given.setdefault("bibliography", bibliography.read(given["references"] or ""))
    context = Context(document=document.parse(text), settings=PaperSettings(subgroups=subgroups), **given)
    return of.findings(context)


def faults(name: str, text: str = "", **inputs: Any) -> list[Finding]:
    return [f for f in ask(name, text, **inputs) if f.status is Status.FAIL]


def counts(*told: tuple[str, str, object]) -> Accounts:
    """Accounts from (unit, subset, number)."""
    made = []
    for unit, subset, n in told:
        number = printed(n)
        assert number is not None
        made.append(Quantity(unit=unit, subset=subset, number=number))
    return Accounts(quantities=tuple(made))


def frame(text: str) -> pd.DataFrame:
    """A table from comma-separated text; the index is the line, as in a file."""
    made = pd.read_csv(io.StringIO(text.replace("; ", "\n").replace(";", "\n")), dtype=str, keep_default_na=False)
    made.index = pd.RangeIndex(2, 2 + len(made))
    return made


def splits(rows: str) -> pd.DataFrame:
    return frame(f"case,patient,site,split,sha256,lstv\n{rows}")


def sample(kind: str, folder: Path) -> Path:
    """A copy of a clean sample that may be changed."""
    target = folder / kind
    shutil.copytree(CLEAN / kind, target)
    return target


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def linted(folder: Path) -> Linted:
    """A sample with all that lies beside it."""
    files = {"repository": folder / "repository"} if (folder / "repository").is_dir() else {}
    given = Given(files=files, folder=folder, type=folder.name, subgroups=("LSTV",) if folder.name != "review" else ())
    return lint.check_file(folder / "manuscript.md", given)
