"""SPL-05: no case is scored that was trained on, and a mean over folds is over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from review.domain.finding import Severity
from review.lint.rule import Context, Remark, at, missing
from review.lint.scores import line_of
from review.lint.words import fold

_SHOWN = 5
_FOLD_MEAN = re.compile(
    r"\b(?:\d+|three|four|five|ten)-?\s?folds?\b[^.]{0,40}\b(?:mean|average|averaged|CV|cross-?validat\w+)|"
    r"\b(?:mean|average[ds]?|pooled|cross-?validat\w+)\b[^.]{0,40}\b(?:\d+|three|four|five|ten|all)[- ](?:\w+\s)?folds?\b|\bout-of-fold\b",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    r"\b(?:single\sfold|one\sfold|first\sfold|fold\s\d\b|failed|failures?|excluded|could\snot\sbe\s(?:scored|evaluated)|"
    r"not\s(?:yet\s)?(?:scored|finished|run)|missing\s(?:cases|predictions|folds)|remaining\sfolds)",
    re.IGNORECASE,
)


def on_training(context: Context) -> Iterator[Remark]:
    """Scored cases of the training set, and means over folds of which some are missing."""
    scored, frame = context.cases, context.splits
    if scored is None or frame is None:
        yield missing(*(n for n, v in (("splits", frame), ("cases", scored)) if v is None))
        return
    if "case" not in frame or "case" not in scored or "split" not in frame:
        yield missing("splits", "cases", what="both need a column case, and the splits a column split")
        return
    side = frame["split"].astype(str).str.strip().map(fold)
    trained = frame[side == "train"]
    by_fold = "fold" in scored and "fold" in trained and len(trained["fold"].unique()) > 1
    wrong = scored[_trained_on(scored, trained, frame, by_fold=by_fold)]
    for index, row in wrong.drop_duplicates("case").head(_SHOWN).iterrows():
        within = f" of fold {row['fold']}" if by_fold else ""
        yield Remark(
            message=f"Case {row['case']} is scored, and it or its patient is in the training set{within}.",
            path=context.paths.get("cases"),
            line=line_of(index),
        )
    n = wrong["case"].nunique()
    if n > _SHOWN:
        yield Remark(message=f"So are {n - _SHOWN:,} more cases.", path=context.paths.get("cases"))
    yield from _folds_left_out(context, scored, frame[side != "train"])


def _trained_on(scored: pd.DataFrame, trained: pd.DataFrame, frame: pd.DataFrame, *, by_fold: bool) -> pd.Series:
    """Which scored rows are of a case, or of another case of a patient, that was trained on (in the same fold)."""
    owner = frame.drop_duplicates("case").set_index("case")["patient"] if "patient" in frame else None

    def keys(of: pd.DataFrame) -> pd.Series:
        who = of["case"].astype(str)
        if owner is not None:
            who = of["case"].map(owner).astype(object).where(of["case"].isin(owner.index), of["case"]).astype(str)
        return of["fold"].astype(str) + "\0" + who if by_fold else who

    return keys(scored).isin(set(keys(trained)))


def _folds_left_out(context: Context, scored: pd.DataFrame, held: pd.DataFrame) -> Iterator[Remark]:
    """A mean over folds whose cases were not all scored, without a word about the others."""
    if "fold" not in held or held["fold"].nunique() < 2:
        return
    claim = context.document.says(_FOLD_MEAN)
    lacking = set(held["case"].astype(str)) - set(scored["case"].astype(str))
    if claim is None or not lacking or context.document.says(_EXPLAINED) is not None:
        return
    folds = held[held["case"].astype(str).isin(lacking)]["fold"].astype(str).unique()
    n, of = held["case"].nunique() - len(lacking), held["case"].nunique()
    yield Remark(
        message=f"The text speaks of all folds, but {n:,} of {of:,} held-out cases are scored; those of fold {', '.join(sorted(folds)[:_SHOWN])} are not all there.",
        at=at(claim),
        severity=Severity.ERROR,
        expected=f"{of:,}",
        got=f"{n:,}",
        hint="Score every fold, or say which cases are left out and why.",
    )
