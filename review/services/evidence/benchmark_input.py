"""The items of a benchmark and the answers of models, as tables that can be scored, with every fault's line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from review.domain.finding import Finding
from review.services.evidence.read_files import Rows, rows

PARTS = ("type", "modality", "subgroup")
ITEM_NAMES: Mapping[str, Sequence[str]] = {
    "item": ("id", "question", "question_id", "qid", "item_no"),
    "type": ("task", "task_type", "question_type", "category", "item_type"),
    "modality": ("input", "input_type"),
    "subgroup": ("group", "stratum", "subset", "subspecialty"),
    "key": ("answer_key", "correct_answer", "reference", "reference_answer", "gold", "truth", "answer"),
    "cluster": ("patient", "patient_id", "case", "case_id"),
    "n": ("n_items", "n_questions", "count"),
    "split": ("fold", "set", "partition"),
    "contamination": ("contaminated", "leaked", "seen", "in_training", "overlap"),
}
ANSWER_NAMES: Mapping[str, Sequence[str]] = {
    "item": ITEM_NAMES["item"],
    "model": ("system", "program", "method", "participant"),
    "correct": ("is_correct", "right", "hit", "n_correct"),
    "score": ("points", "percent"),
    "answer": ("response", "prediction", "predicted", "choice", "output"),
}
_SAID: Mapping[str, float] = {
    **dict.fromkeys(("true", "yes", "y", "right", "correct"), 1.0),
    **dict.fromkeys(("false", "no", "n", "wrong", "incorrect"), 0.0),
}
_SEEN: Mapping[str, str] = {
    **dict.fromkeys(("yes", "y", "true", "1", "contaminated", "seen", "leaked"), "seen in training"),
    **dict.fromkeys(("no", "n", "false", "0", "clean", "unseen", "none"), "clean"),
}
_BLANK = frozenset({"", "na", "n/a", "nan", "none", "null", "."})
_SHOWN = 20  # faults of one kind that are told one by one


def read(items: Path, answers: Path | None) -> tuple[Rows, Rows | None]:
    """The items and the answers; one and the same table where the items' file holds both, no answers where none are."""
    described = rows(items, required=["item"], numbers=["n"], aliases=ITEM_NAMES)
    if answers is not None:
        return described, rows(answers, required=["item"], numbers=["score"], aliases=ANSWER_NAMES)
    both = {**ITEM_NAMES, **ANSWER_NAMES, "key": ITEM_NAMES["key"][:-1]}
    alike = rows(items, required=["item"], numbers=["n", "score"], aliases=both)
    if "model" in alike.frame and {"correct", "score", "answer"} & {*alike.frame.columns}:
        return alike, alike
    return described, None


def _told(bad: pd.DataFrame, rule: str, message: str, path: Path, *, hint: str = "") -> Iterable[Finding]:
    """A finding per row of a frame with `line` and `column`, whose cells fill the message; the rest is counted."""
    for row in bad.head(_SHOWN).to_dict("records"):
        yield Finding(
            rule=rule,
            message=message.format(**{str(name): cell for name, cell in row.items()}),
            path=path.name,
            line=int(row["line"]),
            column=int(row["column"]),
            hint=hint,
        )
    if len(bad) > _SHOWN:
        more = f"{len(bad) - _SHOWN:,} more rows have the same fault."
        yield Finding(rule=rule, message=more, path=path.name, line=int(bad["line"].iloc[_SHOWN]))


def _placed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame with the line of each row and the number of a column in the file, from 1."""
    return frame.assign(line=frame.index, column=[*frame.columns].index(name) + 1)


def items_of(read: Rows, findings: list[Finding], path: Path, *, repeated: bool) -> pd.DataFrame:
    """A row per item, with `n` and `cluster`; `repeated` where the file has a row per item and model."""
    table = read.frame
    if "n" in table:
        bad = table[table["n"].notna() & ((table["n"] < 1) | (table["n"] % 1 != 0))]
        findings += _told(_placed(bad, "n"), "BENCH-N", "n is {n:g}; it counts items.", path)
    if not repeated:
        double = _placed(table[table["item"].duplicated(keep="first")], "item")
        message, hint = "The item {item!r} is listed twice.", "Give every item one row."
        findings += _told(double, "BENCH-DUPLICATE", message, path, hint=hint)
    single = table.drop_duplicates("item").copy()
    for part in (name for name in (*PARTS, "split") if name in single):
        single[part] = single[part].where(~single[part].str.casefold().isin(_BLANK), "not given")
    if "contamination" in single:
        single["contamination"] = single["contamination"].str.casefold().map(_SEEN).fillna("not known")
    if "cluster" not in single:
        single["cluster"] = single["item"]
    single["n"] = single["n"].fillna(1.0) if "n" in single else 1.0
    return single


def answers_of(read: Rows, items: pd.DataFrame, findings: list[Finding], path: Path) -> pd.DataFrame:
    """Model, item and `correct` of every answer that was given; NaN in `correct` where the cell is blank."""
    table = _long(read.frame, findings, path)
    if table.empty:
        return table
    known = items.set_index("item")
    strange = table[~table["item"].isin(known.index)]
    findings += _told(strange, "BENCH-UNKNOWN-ITEM", "The item {item!r} is not among the items of the benchmark.", path)
    double = table[table.duplicated(["model", "item"], keep="first")]
    findings += _told(double, "BENCH-DUPLICATE", "{model} answers the item {item!r} twice.", path)
    table = table[table["item"].isin(known.index)].drop_duplicates(["model", "item"])
    table = table.assign(n=table["item"].map(known["n"]).to_numpy())
    if "key" in known and table["answer"].notna().any():
        right = table["answer"].str.strip().str.casefold() == table["item"].map(known["key"]).str.strip().str.casefold()
        table["correct"] = table["correct"].where(table["answer"].isna(), right.astype(float))
    elif table["answer"].notna().any():
        findings += _told(
            table.head(1),
            "BENCH-KEY",
            "There are answers but no key to hold them against.",
            path,
            hint="Add a column `key` with the right answer to the items, or a column `correct` with 1 or 0.",
        )
    if read.frame.get("score") is not None and "correct" not in read.frame:
        table["correct"] *= table["n"]
    over = table[(table["correct"] < 0) | (table["correct"] > table["n"])]
    findings += _told(
        over,
        "BENCH-ANSWER",
        "{correct:g} right answers of {n:g} cannot be.",
        path,
        hint="Write 1 for right and 0 for wrong, or how many of the n questions were right.",
    )
    return table[["model", "item", "correct"]]


def _long(frame: pd.DataFrame, findings: list[Finding], path: Path) -> pd.DataFrame:
    """A row per answer with its line and column; a table with a column per model is turned."""
    if "model" in frame:
        kind = next((each for each in ("correct", "score", "answer") if each in frame), None)
        if kind is None:
            findings += _told(
                _placed(frame.head(1), "model").assign(line=1),
                "EVIDENCE-TABLE",
                "There is no column 'correct', 'score' or 'answer'.",
                path,
                hint="Say in `correct` 1 or 0 per item, in `score` 0 to 100, or in `answer` what was chosen.",
            )
            return frame.iloc[:0]
        pieces = [_placed(frame, kind)[["model", "item", "line", "column", kind]].rename(columns={kind: "cell"})]
    else:
        models = [each for each in frame.columns if each not in {"item", "score"}]
        kind = "correct" if all(_is_verdict(frame[each]) for each in models) else "answer"
        pieces = [
            _placed(frame, each)[["item", "line", "column"]].assign(model=each, cell=frame[each]) for each in models
        ]
    if not pieces:
        return frame.iloc[:0]
    return _valued(pd.concat(pieces).reset_index(drop=True), kind, findings, path)


def _is_verdict(column: pd.Series) -> bool:
    said = column.str.casefold()
    return bool((said.isin([*_SAID, *_BLANK]) | pd.to_numeric(column, errors="coerce").notna()).all())


def _valued(table: pd.DataFrame, kind: str, findings: list[Finding], path: Path) -> pd.DataFrame:
    table["answer"] = pd.Series([None] * len(table), dtype=object)
    if kind == "score":
        table["correct"] = table["cell"] / 100
        bad = table[table["cell"].notna() & ~table["cell"].between(0, 100)]
    elif kind == "answer":
        table["correct"] = float("nan")
        table["answer"] = table["cell"].where(~table["cell"].str.casefold().isin(_BLANK), None)
        bad = table.iloc[:0]
    else:
        said = table["cell"].str.casefold()
        words = said.map(_SAID).astype(float)
        table["correct"] = words.where(words.notna(), pd.to_numeric(said, errors="coerce").astype(float))
        bad = table[table["correct"].isna() & ~said.isin(_BLANK)]
    findings += _told(
        bad,
        "BENCH-ANSWER",
        "{cell!r} does not say whether the answer was right.",
        path,
        hint="Write 1 or 0, yes or no; leave the cell empty where no answer was given. A score is 0 to 100.",
    )
    return table
