"""The records and labels of a finished screening: a table of four columns, or any export in which decisions stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.domain.screening import Verdict
from review.formats import registry, screened
from review.formats.screened import Said
from review.ranking.features import Text
from review.services import labelled, sheets
from review.services.programs import TABLES
from review.services.sheets import Row
from review.services.study import Labelled

COLUMNS = ("record_id", "title", "abstract", "label_included")
_LABELS = {"1": 1, "1.0": 1, "0": 0, "0.0": 0}
_ELSEWHERE = "Or give an export of ASReview, Rayyan or Covidence, or another table with a column of labels (1 or 0)."


def read(paths: Sequence[Path], *, words: str = "") -> Labelled:
    """The parts of one labelled set, packed or not, named after the first; `BadInput` names the first row of no use."""
    texts: list[Text] = []
    labels: dict[str, int] = {}
    where: dict[str, str] = {}
    for path in paths:
        for place, text, label in _records(path):
            own = text.record_id
            if own in where:
                raise BadInput(
                    path, f"{place}: the record_id {own!r} stands twice (before in {where[own]}).", hint="Keep one."
                )
            where[own] = f"{path.name}, {place}"
            labels[own] = label
            texts.append(text)
    if not texts:
        raise BadInput(paths[0], "there is no record below the first line.", hint="Add rows with labels.")
    if not any(labels.values()):
        raise BadInput(
            paths[0], "no record has the label 1, so there is nothing to find.", hint="Check the column label_included."
        )
    return Labelled(name=labelled.stem(paths[0]), texts=texts, labels=labels, words=words)


Place = tuple[str, Text, int]


def _records(path: Path) -> Iterator[Place]:
    """(where it stands, the text, its label) of each record; of a packed file (.xz, .gz) too, which a refusal then names."""
    with labelled.unpacked(path) as plain:
        try:
            rows = sheets.read(plain, required=COLUMNS).rows
        except BadInput as error:
            if not plain.exists():
                raise
            decided = _decided(path, plain)
            if not decided:
                hint = f"{error.hint} {_ELSEWHERE}"
                raise BadInput(path, error.message.removeprefix(f"{plain}: "), hint=hint) from error
            yield from decided
        else:
            for row in rows:
                yield _checked(path, row)


def _checked(path: Path, row: Row) -> Place:
    if not row["record_id"]:
        raise BadInput(path, f"line {row.line}: the record_id is missing.", hint="Every record needs one of its own.")
    if row["label_included"] not in _LABELS:
        raise BadInput(
            path,
            f"line {row.line}: the label_included of {row['record_id']} is {row['label_included']!r}.",
            hint="Write 1 for included and 0 for excluded.",
        )
    text = Text(record_id=row["record_id"], title=row["title"], abstract=row["abstract"])
    return f"line {row.line}", text, _LABELS[row["label_included"]]


def _decided(path: Path, plain: Path) -> list[Place]:
    """The records of an export with the decisions in it, none if there are none.

    Included or maybe by anybody is relevant. Where not every record has an id of its own, they are numbered from 1.
    """
    try:
        data = sheets.read_bytes(plain)
        form = registry.detect(data, plain.name)
        found = list(registry.read(data, source=plain.stem, file_name=plain.name, found=form))
        ours = form.name in TABLES and all(sheets.has_column(plain, name) for name in (COLUMNS[0], COLUMNS[-1]))
    except BadInput:
        return []
    if ours:  # a table of four columns that lacks one
        return []
    listed = [(one, screened.said(one)) for one in found if isinstance(one, Record)]
    if not any(said.verdicts for _, said in listed):
        return []
    unread = next((one for one in found if isinstance(one, Finding) and one.severity is Severity.ERROR), None)
    if unread:
        raise BadInput(path, f"line {unread.line or 1}: {unread.message}", hint=unread.hint)
    named = form.name in TABLES and sheets.has_column(plain, "record_id")
    ids = _ids(listed, named=named)
    return [
        (f"record {own}", Text(record_id=own, title=one.title, abstract=one.abstract), _label(path, at, one, said))
        for at, (own, (one, said)) in enumerate(zip(ids, listed, strict=True), start=1)
    ]


def _ids(listed: Sequence[tuple[Record, Said]], *, named: bool) -> list[str]:
    own = [said.record_id or (one.source_id if named else "") for one, said in listed]
    return own if all(own) and len(set(own)) == len(own) else [str(at) for at in range(1, len(own) + 1)]


def _label(path: Path, at: int, one: Record, said: Said) -> int:
    if not said.verdicts:
        raise BadInput(
            path,
            f"record {at:,} ({one.title[:60]!r}) has no decision that can be read.",
            hint="A replay needs the label of every record: 1 for included and 0 for excluded.",
        )
    return int(any(verdict is not Verdict.EXCLUDE for verdict in said.verdicts.values()))
