"""What a manifest may hold, by the names people give its columns, and what is wrong with it.

A manifest is a table with a line per case (or per scan, series, mask); the frame's index is the line of the file and
its cells are text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from review.domain.finding import Finding, Severity
from review.domain.naming import column_name

# Columns that hold the identifiers of a unit, by the word a table calls it.
UNITS: Mapping[str, str] = {
    "patient": "patients",
    "study": "studies",
    "scan": "scans",
    "series": "series",
    "case": "cases",
    "volume": "volumes",
    "image": "images",
    "slice": "slices",
    "mask": "masks",
    "site": "sites",
}
# The ways people name these columns, the plainest first.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "patient": (
        "subject",
        "subject_id",
        "participant",
        "participant_id",
        "pid",
        "patientid",
        "patient_number",
        "person",
    ),
    "study": (
        "study_uid",
        "studyinstanceuid",
        "study_instance_uid",
        "accession",
        "accession_number",
        "exam",
        "exam_id",
    ),
    "scan": ("scan_uid", "ct", "mri", "acquisition"),
    "series": ("series_uid", "seriesinstanceuid", "series_instance_uid"),
    "case": ("caseid", "case_identifier", "identifier", "record"),
    "volume": ("volume_file",),
    "image": ("image_file", "image_path"),
    "mask": ("mask_file", "mask_path", "label_file", "segmentation"),
    "site": ("centre", "center", "hospital", "institution", "centre_id", "center_id", "hospital_id", "site_code"),
    "split": ("set", "subset", "partition", "side"),
    "class": ("label", "class_label", "category", "phenotype", "diagnosis"),
    "sex": ("gender", "patient_sex"),
}
ALIASES: Mapping[str, tuple[str, ...]] = {name: (f"{name}_id", *others) for name, others in _ALIASES.items()}
# Columns that hold what a file is made of, the first of them that is there.
HASHES = (
    "sha256",
    "hash",
    "sha",
    "md5",
    "sha1",
    "checksum",
    "md5sum",
    "content_hash",
    "content_sha256",
    "pixel_hash",
    "image_hash",
    "image_sha256",
    "file_hash",
    "file_sha256",
)
NOT_GIVEN = "(not given)"
_FINER = frozenset({"study", "scan", "series", "volume", "image", "slice", "mask"})  # a case may have several
_SHOWN = 20  # faults of one kind that are told one by one; the rest is counted


def contradictions(manifest: pd.DataFrame, path: str) -> Iterable[Finding]:
    """What must belong to one thing and belongs to two: a case to two patients, a patient with two sexes."""
    for unit, column, rule, hint in (
        ("case", "patient", "ACC-MANIFEST", "A case is of one patient; give each its own identifier."),
        ("scan", "patient", "ACC-MANIFEST", "A scan is of one patient; give each its own identifier."),
        ("series", "patient", "ACC-MANIFEST", "A series is of one patient; give each its own identifier."),
        ("study", "patient", "ACC-MANIFEST", "A study is of one patient; give each its own identifier."),
        ("patient", "sex", "ACC-MANIFEST", "Look it up at the source; one of the lines is wrong."),
        ("case", "split", "SPL-01", "A case can be in one split only."),
        (
            "patient",
            "split",
            "SPL-01",
            "Put all cases of a patient into one split, or the model is tested on people it knows.",
        ),
    ):
        if unit in manifest and column in manifest:
            yield from conflicts(manifest, unit, column, path=path, rule=rule, hint=hint)


def conflicts(manifest: pd.DataFrame, unit: str, column: str, *, path: str, rule: str, hint: str) -> Iterable[Finding]:
    """A finding per `unit` that has several values of `column`, at the first line that contradicts an earlier one."""
    pairs = manifest.loc[(manifest[unit] != "") & (manifest[column] != ""), [unit, column]].drop_duplicates()
    again = pairs[unit].duplicated()
    if not again.any():
        return
    wrong = pairs[pairs[unit].isin(pairs.loc[again, unit])]
    for n, (name, rows) in enumerate(wrong.groupby(unit, sort=False)):
        if n == _SHOWN:
            rest = wrong[unit].nunique() - _SHOWN
            yield fault(rule, f"{rest:,} more {UNITS[unit]} have several values of {column}.", path, hint=hint)
            return
        told = ", ".join(f"{value} (line {line})" for line, value in rows[column].iloc[:4].items())
        yield fault(
            rule,
            f"{unit.capitalize()} {name} has {len(rows)} values of {column}: {told}.",
            path,
            line=line_of(rows.index[1]),
            column=place_of(manifest, column),
            hint=hint,
        )


def duplicates(manifest: pd.DataFrame, path: str) -> Iterable[Finding]:
    """Lines that say the same twice, or of one case something else with nothing that tells the lines apart."""
    same = manifest.duplicated()
    for n, line in enumerate(manifest.index[same]):
        if n == _SHOWN:
            yield fault("ACC-DUPLICATE", f"{int(same.sum()) - _SHOWN:,} more lines stand twice.", path)
            break
        row = manifest.loc[[line]]
        unit = next((u for u in ("case", "scan", "series", "patient") if u in manifest), "")
        first = manifest.index[(manifest == row.iloc[0]).all(axis=1).to_numpy()][0]
        what = f"{unit.capitalize()} {row[unit].iloc[0]}" if unit else "This line"
        yield fault(
            "ACC-DUPLICATE",
            f"{what} stands twice: this line is the same as line {first}.",
            path,
            line=line_of(line),
            column=place_of(manifest, unit) if unit else 1,
            hint="Remove one of them. It was counted once.",
        )
    yield from _repeated(manifest, same, path)


def _repeated(manifest: pd.DataFrame, same: pd.Series, path: str) -> Iterable[Finding]:
    """Cases that stand on several lines, which differ in nothing that is counted."""
    known = [c for c in (*UNITS, "split", "class") if c in manifest]
    if "case" not in manifest or set(known) & _FINER or {*manifest.columns} & {*HASHES}:
        return
    again = manifest.duplicated(known) & ~same & (manifest["case"] != "")
    if again.any():
        line = manifest.index[again.to_numpy()][0]
        yield fault(
            "ACC-DUPLICATE",
            f"{int(again.sum()):,} lines repeat a case, {manifest['case'][line]} first, and differ only in other columns.",
            path,
            line=line_of(line),
            column=place_of(manifest, "case"),
            hint="Each case is counted once. If a line is a scan or a mask, add a column that says which.",
            severity=Severity.WARNING,
        )


def blanks(manifest: pd.DataFrame, columns: Iterable[str], path: str) -> Iterable[Finding]:
    for name in columns:
        blank = (manifest[name] == "").to_numpy()
        if blank.any():
            unit = UNITS.get(name)
            told = f"not counted among the {unit}" if unit else f"counted as {NOT_GIVEN}"
            yield fault(
                "ACC-BLANK",
                f"{int(blank.sum()):,} of {len(manifest):,} lines have no {name}; they are {told}.",
                path,
                line=line_of(manifest.index[blank][0]),
                column=place_of(manifest, name),
                hint="Fill the cells, or say in the paper that it was not recorded for so many.",
                severity=Severity.WARNING,
            )


def undeclared(manifest: pd.DataFrame, classes: Sequence[str], path: str) -> Iterable[Finding]:
    if not classes or "class" not in manifest:
        return
    strange = manifest.loc[~manifest["class"].isin([*classes, ""]), "class"]
    for n, (line, value) in enumerate(strange.items()):
        if n == _SHOWN:
            yield fault("ACC-CLASS", f"{len(strange) - _SHOWN:,} more lines have an unknown class.", path)
            return
        yield fault(
            "ACC-CLASS",
            f"{value!r} is not one of the classes {', '.join(classes)}.",
            path,
            line=line_of(line),
            column=place_of(manifest, "class"),
            hint="Correct the word, or declare the class.",
        )


def column_named(frame: pd.DataFrame, name: str) -> str:
    """A column as it is known here, whatever a person calls it."""
    form = column_name(name)
    if form in frame:
        return form
    for known, others in ALIASES.items():
        if form in {known, f"{known}_id", f"{known}_name", f"{known}s", UNITS.get(known, known), *others}:
            return known
    return form


def place_of(frame: pd.DataFrame, column: str) -> int:
    """The number of a column in the file, from 1."""
    return [*frame.columns].index(column) + 1


def line_of(index: object) -> int:
    return int(str(index))


def fault(
    rule: str,
    message: str,
    path: str,
    *,
    line: int | None = None,
    column: int | None = None,
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(
        rule=rule, severity=severity, message=message, path=path or None, line=line, column=column, hint=hint
    )
