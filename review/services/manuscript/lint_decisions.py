"""Decisions made elsewhere, as the linter reads them: who judged, what programs did, and the boxes of the flow they give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from review.domain.finding import Finding
from review.lint.rule import Log
from review.services.evidence.read_files import rows

_PROGRAM = r"\b(?:gpt|llm|claude|gemini|asreview|model|bot|tool|auto\w*)\b"
_TITLES, _FULL = "title_abstract", "full_text"
_NOT_HAD = r"^(?:not[\s_-]?retrieved|unavailable|not[\s_-]?available|no[\s_-]full[\s_-]?text)"


def read(path: Path) -> tuple[Log | None, list[Finding]]:
    """The log of decisions of a table with the columns record, verdict and reviewer, and stage, role and reason if there."""
    names = {"reviewer": ("actor", "person"), "verdict": ("decision",), "reason": ("criterion", "exclusion_reason")}
    table = rows(path, required=("record", "verdict"), aliases=names)
    found = list(table.findings)
    if not table.usable or "reviewer" not in table.frame:
        return None, found
    frame = table.frame
    verdict = frame["verdict"].astype(str).str.strip().str.casefold()
    frame = frame.assign(
        program=frame["reviewer"].str.contains(_PROGRAM, case=False, regex=True),
        out=verdict.str.startswith("excl"),
        missing=verdict.str.contains(_NOT_HAD, regex=True),
    )
    people = frame[~frame["program"]]
    stages = people.groupby("stage") if "stage" in frame else [("", people)]
    programs = frame[frame["program"]]
    alone = programs[programs["out"] & ~programs["record"].isin(people["record"])]
    log = Log(
        boxes=_boxes(frame),
        reasons=_reasons(frame),
        reviewers={str(stage): int(part["reviewer"].nunique()) for stage, part in stages},
        machine=tuple(sorted(programs["reviewer"].unique())),
        machine_excluded=int(programs[programs["out"]]["record"].nunique()),
        machine_alone=int(alone["record"].nunique()),
        trailing_excludes=_trailing(frame),
    )
    return log, found


def declared(log: Log, screening: Mapping[str, Any]) -> Log:
    """With the stopping rule (so many irrelevant records in a row) and what was left, as ai_screening.yaml gives them."""
    rule, left = (re.search(r"\d[\d,]*", str(screening.get(key) or "")) for key in ("stopping_rule", "unscreened"))
    return replace(
        log,
        stopping_rule=int(rule[0].replace(",", "")) if rule else log.stopping_rule,
        unscreened=int(left[0].replace(",", "")) if left else log.unscreened,
    )


def _trailing(frame: pd.DataFrame) -> int:
    """How many records in a row were excluded at the end, in the order of the file; a record stands where it was judged last."""
    last = frame.drop_duplicates("record", keep="last")["out"].to_numpy()[::-1]
    return int(len(last) if last.all() else last.argmin())


def _stage(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if "stage" not in frame:
        return frame.iloc[:0]
    return frame[frame["stage"].str.strip().str.casefold().str.replace(r"[\s-]", "_", regex=True) == name]


def _excluded(part: pd.DataFrame) -> pd.Series:
    """Whether each record is out: as its adjudicator says, else if everybody excludes it."""
    settles = part["role"].str.startswith("adjud") if "role" in part else pd.Series(data=False, index=part.index)
    settled = part[settles].groupby("record")["out"].last()
    judged = part[~part["record"].isin(settled.index)].groupby("record")["out"].all()
    out: pd.Series = pd.concat([settled, judged]).astype(bool)
    return out


def _boxes(frame: pd.DataFrame) -> dict[str, int]:
    """The boxes that decisions give: of titles, and of full texts in the column of databases or of other methods."""
    titles, full = _stage(frame, _TITLES), _stage(frame, _FULL)
    found: dict[str, int] = {}
    if not titles.empty:
        out = _excluded(titles)
        found |= {"records_screened": len(out), "records_excluded": int(out.sum())}
    if titles.empty or full.empty:
        return found
    sought = set(out.index[~out])
    for column, part in _columns(full, titles).items():
        absent = set(part[part["missing"]]["record"])
        read_ = set(part["record"]) - absent
        wanted = sought | set(part["record"]) if column == "dbr" else set(part["record"])
        found[f"{column}_sought_reports"] = len(wanted)
        found[f"{column}_not_assessed"] = len(wanted - read_)
        found[f"{column}_assessed"] = len(read_)
        found[f"{column}_excluded"] = int(_excluded(part[~part["missing"]]).sum())
    return found


def _columns(full: pd.DataFrame, titles: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Full texts by the way they were found: those never screened by title came by other methods."""
    screened = full["record"].isin(titles["record"])
    return {name: part for name, part in (("dbr", full[screened]), ("other", full[~screened])) if not part.empty}


def _reasons(frame: pd.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """For each column of the diagram and reason: full texts that are out for it surely, and at most, where reviewers differ.

    The adjudicator's reason goes before the reviewers'. A record that is out without any reason is counted under "".
    """
    titles, full = _stage(frame, _TITLES), _stage(frame, _FULL)
    if "reason" not in frame or titles.empty or full.empty:
        return {}
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for column, part in _columns(full, titles).items():
        out = _excluded(part[~part["missing"]])
        counted: dict[str, tuple[int, int]] = {}
        for record in out.index[out]:
            given = _given(part[(part["record"] == record) & part["out"]])
            for reason in given:
                sure, most = counted.get(reason, (0, 0))
                counted[reason] = (sure + (len(given) == 1), most + 1)
        found[column] = counted
    return found


def _given(rows_of: pd.DataFrame) -> list[str]:
    """The reasons that stand for one record."""
    if "role" in rows_of and rows_of["role"].str.startswith("adjud").any():
        rows_of = rows_of[rows_of["role"].str.startswith("adjud")].tail(1)
    said = [reason.strip() for reason in rows_of["reason"].astype(str)]
    return sorted({reason for reason in said if reason}) or [""]
