"""Rubrics and the scores given by them: sections, dimensions and anchors from YAML, scores held against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.errors import BadInput, Missing
from review.domain.estimate import Input
from review.domain.finding import Finding, Severity
from review.domain.naming import column_name
from review.resources import data_dir
from review.services.evidence.read_files import tree

SCORE_NAMES: Mapping[str, Sequence[str]] = {
    "report": ("item", "case", "document", "report_no", "study"),
    "rater": ("reader", "judge", "reviewer", "scorer", "annotator", "evaluator"),
    "kind": ("rater_kind", "rater_type", "kind_of_rater", "type"),
    "section": ("part",),
    "dimension": ("criterion", "aspect", "question"),
    "score": ("rating", "value", "points", "grade"),
}
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("human", "person", "physician", "doctor", "surgeon", "radiologist", "expert", "reader"), "human"),
    **dict.fromkeys(
        ("automatic", "auto", "machine", "model", "program", "llm", "ai", "judge", "computer"), "automatic"
    ),
}
_SHOWN = 20  # faults of one kind that are told one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What is scored: dimension → section, in order; `known` maps every accepted spelling to its dimension."""

    name: str
    low: float
    high: float
    dimensions: Mapping[str, str]
    titles: Mapping[str, str]
    known: Mapping[str, str]
    file: Input | None = None
    findings: tuple[Finding, ...] = ()


def rubrics() -> tuple[str, ...]:
    """The names of the rubrics that ship."""
    return tuple(sorted(path.stem for path in (data_dir("templates") / "rubrics").glob("*.yaml")))


def read_rubric(name: str) -> Rubric:
    """A rubric by its name or its file. Raises `Missing`, and `BadInput` where it cannot be used."""
    path = Path(name)
    if not path.is_file():
        if path.suffix in {".yaml", ".yml", ".json"} or name not in rubrics():
            raise Missing("rubric", name, rubrics())
        path = data_dir("templates") / "rubrics" / f"{name}.yaml"
    document, file = tree(path)
    if not isinstance(document.tree, dict) or not isinstance(document.tree.get("sections"), list):
        raise BadInput(
            path.name, "this is not a rubric.", hint="It needs `sections:`, each with an id and its `dimensions:`."
        )
    dimensions: dict[str, str] = {}
    known: dict[str, str] = {}
    titles: dict[str, str] = {}
    for section in document.tree["sections"]:
        where = _id(section, path)
        titles[where] = str(section.get("title", where))
        for each in section.get("dimensions") or ():
            at = _id(each, path)
            if at in dimensions:
                raise BadInput(
                    path.name, f"the dimension {at!r} stands twice.", hint="Give every dimension one section."
                )
            dimensions[at] = where
            for form in (at, *(each.get("aliases") or () if isinstance(each, dict) else ())):
                known.setdefault(column_name(str(form)), at)
    low, high = _scale(document.tree, path)
    return Rubric(
        name=str(document.tree.get("name", path.stem)),
        low=low,
        high=high,
        dimensions=dimensions,
        titles=titles,
        known=known,
        # What ships with the program is told by its version; only a file of the author's own is an input.
        file=file if path == Path(name) else None,
        findings=document.findings,
    )


def _id(part: Any, path: Path) -> str:
    found = part.get("id") if isinstance(part, dict) else part
    if not isinstance(found, str) or not column_name(found):
        raise BadInput(path.name, "a section or dimension has no id.", hint="Write `- id: a_short_name`.")
    return column_name(found)


def _scale(rubric: Mapping[str, Any], path: Path) -> tuple[float, float]:
    scale = rubric.get("scale") or {}
    low, high = scale.get("low", 1), scale.get("high", 5)
    if not all(isinstance(end, int | float) for end in (low, high)) or not 0 <= low < high:
        raise BadInput(
            path.name, "the scale does not go from low to high.", hint="Write low: 1 and high: 5 below `scale:`."
        )
    return float(low), float(high)


# Scores


def checked(frame: pd.DataFrame, rubric: Rubric | None, findings: list[Finding], path: Path) -> pd.DataFrame:
    """The scores with `rater`, `kind`, `section` and `dimension` as the rubric knows them; faults go to the findings."""
    place = {str(name): at + 1 for at, name in enumerate(frame.columns)}
    table = frame.copy()
    if "kind" not in table and "rater" not in table:
        table["kind"] = "human"
    if "kind" not in table:
        guessed = table["rater"].map(column_name).map(_KINDS)
        table["kind"] = guessed.fillna("human")
    if "rater" not in table:
        table["rater"] = table["kind"]
    told = _Faults(path, place, findings)
    kinds = table["kind"].map(column_name).map(_KINDS)
    told("RUBRIC-KIND", "kind", table[kinds.isna()], "{kind!r} is no kind of rater.", "Write human or automatic.")
    table["kind"] = kinds.fillna("human")
    two = table[table.groupby("rater")["kind"].transform("nunique") > 1].drop_duplicates("rater", keep="last")
    told("RUBRIC-KIND", "kind", two, "{rater} is a human and an automatic rater.", "Give each rater one kind.")
    table = _placed(table, rubric, told)
    _in_range(table, rubric, told)
    double = table[table.duplicated(["report", "rater", "dimension"], keep="first")]
    told(
        "RUBRIC-DUPLICATE", "dimension", double, "{rater} scores {dimension} of report {report} twice.", "Keep one row."
    )
    return table


class _Faults:
    """Writes the findings of a table of scores, with line and column."""

    def __init__(self, path: Path, place: Mapping[str, int], findings: list[Finding]) -> None:
        self.path, self.place, self.findings = path, place, findings

    def __call__(
        self, rule: str, column: str, bad: pd.DataFrame, message: str, hint: str, *, severity: Severity = Severity.ERROR
    ) -> None:
        records: Iterable[dict[Any, Any]] = bad.head(_SHOWN).to_dict("records")
        said = [message.format(**row) for row in records]
        if len(bad) > _SHOWN:
            said.append(f"{len(bad) - _SHOWN:,} more rows have the same fault.")
        self.findings += [
            Finding(
                rule=rule,
                severity=severity,
                message=text,
                path=self.path.name,
                line=int(str(line)),
                column=self.place.get(column),
                hint=hint,
            )
            for text, line in zip(said, bad.index, strict=False)
        ]


def _placed(table: pd.DataFrame, rubric: Rubric | None, told: _Faults) -> pd.DataFrame:
    """Dimensions and sections under the rubric's names; without a rubric under those of the table."""
    if rubric is None:
        if "section" not in table:
            told(
                "RUBRIC-SECTION",
                "dimension",
                table.head(1),
                "Nothing says which section a dimension belongs to.",
                f"Add a column `section`, or name a rubric with --rubric: {', '.join(rubrics())}, or a file of yours.",
            )
            return table.assign(section="all")
        many = table[table.groupby("dimension")["section"].transform("nunique") > 1].drop_duplicates("dimension")
        told(
            "RUBRIC-SECTION",
            "section",
            many,
            "{dimension} stands in several sections.",
            "Give every dimension one section.",
        )
        return table
    forms = table["dimension"].map(column_name)
    found = forms.map(rubric.known)
    listed = ", ".join(rubric.dimensions)
    told(
        "RUBRIC-DIMENSION",
        "dimension",
        table[found.isna()],
        "{dimension!r} is not a dimension of this rubric.",
        f"It has {listed}.",
    )
    sections = found.map(rubric.dimensions)
    if "section" in table:
        own = table["section"].map(column_name)
        known = {column_name(title): at for at, title in rubric.titles.items()} | {at: at for at in rubric.titles}
        other = table[own.map(known).notna() & sections.notna() & (own.map(known) != sections)]
        told(
            "RUBRIC-SECTION", "section", other, "The rubric puts {dimension} into another section than {section!r}.",
            "The rubric decides; mend the table or the rubric.", severity=Severity.WARNING,
        )  # fmt: skip
    return table.assign(dimension=found.fillna(table["dimension"]), section=sections.fillna("unknown"))


def _in_range(table: pd.DataFrame, rubric: Rubric | None, told: _Faults) -> None:
    low, high = (rubric.low, rubric.high) if rubric else (1.0, 5.0)
    out = table[table["score"].notna() & ~table["score"].between(low, high)]
    message = f"{{score:g}} for {{dimension}} is not on the scale from {low:g} to {high:g}."
    told(
        "RUBRIC-SCALE", "score", out, message, "Leave the cell empty where nothing was scored; a missing score is no 0."
    )
    part = table[table["score"].between(low, high) & (table["score"] % 1 != 0)]
    told(
        "RUBRIC-SCALE", "score", part.head(1), "{score:g} lies between two anchors.", "Anchors are whole numbers; it is taken as written.",
        severity=Severity.WARNING,
    )  # fmt: skip
