"""What the page Evidence asks for each kind of evidence, and the service that then computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from review.domain.estimate import Evidence
from review.services.evidence import accounting, benchmark, evaluation, printed_scores, ratings, rubric, splits
from review.services.evidence.printed_table import Sizes

Compute = Callable[[], Evidence]


@dataclass(frozen=True, slots=True)
class Files:
    """The files one may choose from, as they are named on the page, under the project's folder."""

    root: Path
    names: tuple[str, ...]

    def ask(self, label: str, key: str, *, optional: bool = False) -> Path | None:
        """A file to choose; None while none is chosen."""
        named = st.selectbox(
            label + (" (if you have it)" if optional else ""),
            self.names,
            index=None,
            placeholder="Choose a file",
            key=f"evidence-{key}",
            format_func=lambda name: name.rsplit("/", 1)[-1],
        )
        return self.root / named if named else None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence: what it is for, how its table looks, and its form."""

    title: str
    about: str
    columns: tuple[str, ...]
    example: tuple[tuple[str, ...], ...]
    form: Callable[[Files], Compute | None]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _accounting(files: Files) -> Compute | None:
    table = files.ask("counts.yml, accounting.csv or a manifest", "counts")
    manifest = files.ask("Manifest to hold the stated counts to", "counts-manifest", optional=True)
    by = st.text_input("Count by these columns (commas between)", placeholder="split, class", key="evidence-counts-by")
    if table is None:
        return None
    return lambda: accounting.accounting(table, accounting.Choices(manifest=manifest, by=_listed(by)))


def _splits(files: Files) -> Compute | None:
    table = files.ask("splits_final.json or a table of splits", "splits")
    manifest = files.ask("Manifest (case, patient, site, strata)", "splits-manifest", optional=True)
    strata = st.text_input(
        "Columns in which the sides must be alike (commas between)", placeholder="class, sex", key="evidence-strata"
    )
    sites = st.text_input("Sites claimed to be external (commas between)", key="evidence-sites")
    if table is None:
        return None
    chosen = splits.Choices(manifest=manifest, external=_listed(sites), strata=_listed(strata) or None)
    return lambda: splits.check(table, chosen)


_LEVELS = {
    "": "What they look like",
    "nominal": "Names (nominal)",
    "ordinal": "Ranks (ordinal)",
    "interval": "Numbers (interval)",
    "ratio": "Numbers with a true 0 (ratio)",
}


def _agreement(files: Files) -> Compute | None:
    table = files.ask("Table of ratings", "ratings")
    level = st.selectbox("The labels are", list(_LEVELS), format_func=_LEVELS.__getitem__, key="evidence-level")
    order = st.text_input(
        "Labels from lowest to highest (commas between)", placeholder="none, mild, severe", key="evidence-order"
    )
    if table is None:
        return None
    return lambda: ratings.agreement(table, ratings.Reading(level=level, order=_listed(order)))


def _evaluation(files: Files) -> Compute | None:
    table = files.ask("Table of cases", "cases")
    splits_file = files.ask("Splits, to check that each case was scored out of fold", "cases-splits", optional=True)
    by = st.text_input("Tell apart by (commas between)", placeholder="class, subgroup", key="evidence-by")
    models = _listed(st.text_input("Compare two models (comma between)", key="evidence-compare"))
    empty = st.selectbox(
        "A case whose reference and prediction are both empty",
        list(_EMPTY),
        format_func=_EMPTY.__getitem__,
        key="evidence-empty",
    )
    if table is None:
        return None
    asked = evaluation.Asked(
        by=_listed(by) or None,
        compare=((models[0], models[1]),) if len(models) > 1 else (),
        splits=splits_file,
        empty_empty=empty,
    )
    return lambda: evaluation.evaluate(table, asked)


_EMPTY = {"exclude": "is left out and counted", "one": "counts as 1", "zero": "counts as 0"}


def _benchmark(files: Files) -> Compute | None:
    items = files.ask("Table of items", "items")
    answers = files.ask("Table of answers", "answers", optional=True)
    models = _listed(st.text_input("Compare two models (comma between)", key="evidence-models"))
    said = st.text_input("How it was ruled out that models saw the items", key="evidence-contamination")
    if items is None:
        return None
    about = benchmark.About(contamination=said)
    return lambda: benchmark.score(items, answers, compare=models[:2], about=about)


def _printed(files: Files) -> Compute | None:
    table = files.ask("Table of percentages, as printed", "printed")
    sizes = st.text_input(
        "Items behind each column",
        placeholder="text=294, image=193",
        key="evidence-sizes",
        help="NAME=N, commas between",
    )
    totals = st.text_input(
        "What a total is made of", placeholder="qa=text+image", key="evidence-totals", help="NAME=A+B, commas between"
    )
    if table is None or not sizes.strip():
        return None
    return lambda: printed_scores.check(table, Sizes(shares=_sizes(sizes), scores={}, totals=_parts(totals)))


def _sizes(text: str) -> Mapping[str, int]:
    pairs = (part.rpartition("=") for part in _listed(text))
    return {name.strip(): int(n) for name, _, n in pairs if n.strip().isdecimal()}


def _parts(text: str) -> Mapping[str, Sequence[str]]:
    pairs = (part.partition("=") for part in _listed(text))
    return {name.strip(): [each.strip() for each in made.split("+")] for name, _, made in pairs if made.strip()}


def _rubric(files: Files) -> Compute | None:
    table = files.ask("Table of scores", "scores")
    ours = files.ask("Your own rubric", "rubric", optional=True)
    preset = st.checkbox("Use the rubric for spine reports that ships", value=ours is None, key="evidence-preset")
    if table is None:
        return None
    name = str(ours) if ours else "spine-report" if preset else ""
    return lambda: rubric.score(table, rubric=name)


KINDS: Mapping[str, Kind] = {
    "accounting": Kind(
        "Counts",
        "Do the numbers of patients, scans and masks add up, and does every place say the same?",
        ("case", "patient", "split", "class"),
        (("ct001", "P1", "train", "L5"), ("ct001", "P1", "train", "sacrum"), ("ct002", "P2", "test", "L5")),
        _accounting,
    ),
    "splits": Kind(
        "Splits",
        "Is every patient on one side only, and is every rare group on each side?",
        ("case", "patient", "site", "split", "sex"),
        (("ct001", "P1", "A", "train", "f"), ("ct002", "P2", "A", "val", "m"), ("ct003", "P3", "B", "test", "f")),
        _splits,
    ),
    "agreement": Kind(
        "Agreement",
        "How far do people agree who judged the same items?",
        ("item", "rater", "label", "patient"),
        (("ct001", "Ana", "IIa", "P1"), ("ct001", "Ben", "IIb", "P1"), ("ct002", "Ana", "none", "P2")),
        _agreement,
    ),
    "evaluation": Kind(
        "Evaluation",
        "How good is a model per class and subgroup, by patient, with intervals, and is one better than another?",
        ("case", "patient", "class", "metric", "value", "model", "split", "reference_present"),
        (
            ("ct001", "P1", "L5", "dice", "0.91", "ours", "test", "yes"),
            ("ct001", "P1", "sacrum", "dice", "0.84", "ours", "test", "yes"),
            ("ct002", "P2", "L5", "dice", "", "ours", "test", "no"),
        ),
        _evaluation,
    ),
    "benchmark": Kind(
        "Benchmark",
        "How well do models answer, per type and in total, and is one better than the other?",
        ("item", "type", "modality", "model", "correct"),
        (("q1", "text", "CT", "ours", "1"), ("q1", "text", "CT", "baseline", "0"), ("q2", "image", "MRI", "ours", "1")),
        _benchmark,
    ),
    "printed": Kind(
        "Printed scores",
        "Can these percentages come from that many items, and does the total follow from its parts?",
        ("model", "text", "image", "qa"),
        (("ours", "88.78", "79.79", "85.22"), ("baseline", "71.43", "60.62", "67.15")),
        _printed,
    ),
    "rubric": Kind(
        "Rubric",
        "How good are reports by an anchored rubric, and do automatic scores follow those of people?",
        ("report", "rater", "rater_kind", "section", "dimension", "score"),
        (
            ("r1", "Ana", "human", "findings", "completeness", "4"),
            ("r1", "judge", "automatic", "findings", "completeness", "5"),
        ),
        _rubric,
    ),
}
