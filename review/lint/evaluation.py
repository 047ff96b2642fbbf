"""EVA-01, 02, 03, 09, 10, 11: whether the results are those that a reader needs: intervals, classes, metrics, subgroups, a baseline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.domain.finding import Severity
from review.lint import averages
from review.lint.grids import Grid
from review.lint.metrics import DEFINED, PLUS_MINUS, RESULTS, is_uncertain, metrics_in, reported, result_grids
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.sections import Role
from review.lint.words import fold_all

_SKIPPED = re.compile(r"\b(?:not|without|because|reason|unsuitable|inappropriate|instead\sof)\b", re.IGNORECASE)
_MATCHING = re.compile(
    r"\b(?:IoU|overlap|distance|centre|center|hit)\b[^.]*\b(?:\d|threshold|criterion|counted\sas)|match(?:ing)?\scriteri",
    re.IGNORECASE,
)
_CALIBRATED = re.compile(r"\bcalibrat\w+|\bBrier\b|\bECE\b|\breliability\s(?:diagram|curve)|Hosmer", re.IGNORECASE)
_PROBABILITY = re.compile(
    r"\bpredict(?:s|ed|ing)?\s(?:the\s|a\s)?(?:\w+\s)?(?:risk|probabilit)|\brisk\s(?:scores?|prediction|model|estimates?)\b|\bprobabilit(?:y|ies)\sof\b|\bprognostic\smodel",
    re.IGNORECASE,
)
# A way to join several predictions into one class, which gives nobody a probability.
_AVERAGED = re.compile(
    r"\b(?:mean|averag(?:e|ed|ing)|summ?(?:ed|ing)?|max(?:imum)?)\s(?:of\s)?(?:the\s)?predicted\s(?:class\s)?probabilit\w+",
    re.IGNORECASE,
)
_BASELINE = re.compile(
    r"\bbaselines?\b|\bzero-shot\b|\bnnU-?Net\b|\b(?:we|was|were)\s(?:\w+\s)?(?:trained|fine-tuned|benchmarked)\b",
    re.IGNORECASE,
)
_STANDARD = re.compile(
    r"\b(?:nnU-?Net|TotalSegmentator|U-?Net|MedSAM|SAM|ResNet|BERT|GPT\S*|off-the-shelf|open-source\smodel)\b[^.]{0,60}\bstandard\sof\scare\b|"
    r"\bstandard\sof\scare\b[^.]{0,60}\b(?:nnU-?Net|TotalSegmentator|U-?Net|MedSAM|model|network|algorithm)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\bnot\s(?:be\s|a\s|the\s)?(?:\w+\s)?(?:the\s)?standard\sof\scare", re.IGNORECASE)
_BY_PIXEL = re.compile(
    r"\b(?:pixel|voxel)(?:-?wise|[- ]level)?\s(?:classification\s)?accurac(?:y|ies)\b", re.IGNORECASE
)
_ONE_CASE = re.compile(r"(?:case|patient|scan|image|study|volume|subject)(?:\s(?:id|no\.?|number))?", re.IGNORECASE)
_FEW = 10  # patients of a stratum below which its results describe and prove nothing
_DESCRIPTIVE = re.compile(r"\bdescriptive|not\s(?:be\s)?(?:evaluable|evaluated|reported)|too\sfew", re.IGNORECASE)


# EVA-01


def _without_interval(context: Context) -> Iterator[Remark]:
    severity = Severity.ERROR if context.letter == "D" else None
    tabled = {name for grid in result_grids(context.document) for name in metrics_in(grid.words)}
    for sentence in context.document.of(*RESULTS):
        if sentence.cites or is_uncertain(sentence.text) or sentence.caption:
            continue
        # In the results a table that has the metric is where its interval is looked for.
        asked = tabled if sentence.role is Role.RESULTS else set()
        first = next((one for one in reported(sentence) if one.metric not in asked), None)
        if first is not None:
            yield Remark(
                message=f"{first.name} {first.text} stands without an interval or a deviation.",
                at=at(sentence, first.start),
                severity=severity,
                got=f"{first.name} {first.text}",
            )
    for grid in result_grids(context.document):
        if not is_uncertain(grid.words) and not _has_interval_column(grid) and not _of_single_cases(grid):
            yield Remark(
                message="The results of this table have no interval and no deviation.", at=grid.start, severity=severity
            )
    yield from _undefined_plus_minus(context)


def _has_interval_column(grid: Grid) -> bool:
    return bool(
        re.search(
            r"\b(?:ci|sd|se|iqr|std|interval|lower|low|range)\b", " ".join((*grid.header, grid.caption)).casefold()
        )
    )


def _of_single_cases(grid: Grid) -> bool:
    """Whether each row is one case: a single value has no interval."""
    column = next((n for n, name in enumerate(grid.header) if _ONE_CASE.fullmatch(name.strip())), None)
    return column is not None and not any(re.fullmatch(r"\d+", cell) and int(cell) > 1 for cell in grid.column(column))


def _undefined_plus_minus(context: Context) -> Iterator[Remark]:
    used = next((s for s in context.document.of(*RESULTS) if PLUS_MINUS.search(s.text) and not s.cites), None)
    tables = [g for g in context.document.grids if "±" in g.words]
    if (used or tables) and context.document.says(DEFINED) is None and not any(DEFINED.search(g.words) for g in tables):
        place = at(used) if used else tables[0].start
        yield Remark(
            message="“±” is used and nowhere defined as SD, SE or half the width of an interval.",
            at=place,
            severity=Severity.WARNING,
            hint="Say once, in Methods, what stands behind ±.",
        )


# EVA-03


def _tasks(context: Context) -> list[str]:
    """What the models do: as given, or as the title and abstract say without doubt."""
    if context.tasks is not None:
        return [
            str(task.get("kind") or task.get("type") or task.get("task") or "").casefold() for task in context.tasks
        ]
    said = " ".join([context.document.title, *(s.text for s in context.document.of(Role.ABSTRACT))]).casefold()
    used = " ".join(s.text for s in context.document.of(Role.RESULTS, Role.ABSTRACT)) + " ".join(
        g.words for g in result_grids(context.document)
    )
    found = []
    if re.search(r"\bsegment(?:ation|ing|s)?\b", said) and metrics_in(used) & {"dice", "iou"}:
        found.append("segmentation")
    if re.search(
        r"\bdetect(?:ion|ing|s)?\sof\s(?:\w+\s)?(?:nodules?|lesions?|fractures?|polyps?)|\bobject\sdetection|\blesion\sdetection",
        said,
    ):
        found.append("detection")
    return found


def _metric_fits(context: Context) -> Iterator[Remark]:
    tasks = _tasks(context)
    if not tasks:
        if context.tasks is None:
            yield missing("tasks")
        return
    document = context.document
    said = " ".join(
        [*(s.text for s in document.sentences if s.role is not Role.REFERENCES), *(g.words for g in document.grids)]
    )
    used = metrics_in(said)
    place = next((at(s) for s in document.of(*RESULTS) if metrics_in(s.text)), None)
    if (
        any("segment" in task for task in tasks)
        and not used & {"hd95", "nsd"}
        and not _excused(context, r"boundary|surface|Hausdorff")
    ):
        yield Remark(
            message="Segmentation is judged by overlap only: no boundary metric (HD95, NSD, ASSD) is given.", at=place
        )
    headline = " ".join(s.text for s in document.of(Role.ABSTRACT, Role.CONCLUSION))
    if any("segment" in task for task in tasks) and (by_pixel := _BY_PIXEL.search(headline)):
        yield Remark(
            message=f"{quoted(by_pixel[0])} is a headline result of a segmentation: the background decides it.",
            at=place,
        )
    if any("detect" in task for task in tasks) and not (used & {"froc", "auprc"} and _MATCHING.search(said)):
        yield Remark(
            message="Detection needs FROC or average precision, and the criterion by which a finding counts as found.",
            at=place,
        )
    if any("classif" in task for task in tasks) and used and used <= {"accuracy"} and _imbalanced(context):
        yield Remark(message="Accuracy is the only metric, and a class holds less than a fifth of the cases.", at=place)


def _excused(context: Context, words: str) -> bool:
    pattern = re.compile(words, re.IGNORECASE)
    return any(pattern.search(s.text) and _SKIPPED.search(s.text) for s in context.document.sentences)


def _imbalanced(context: Context) -> bool:
    shares = [task.get("minority_share") for task in context.tasks or ()]
    return any(isinstance(share, int | float) and share < 0.2 for share in shares)


# EVA-09


def _uncalibrated(context: Context) -> Iterator[Remark]:
    given = context.tasks is not None and any(
        "prob" in str(task.get("output", "")).casefold() or "risk" in str(task.get("output", "")).casefold()
        for task in context.tasks
    )
    claim = next(
        (
            s
            for s in context.document.of(Role.ABSTRACT, Role.METHODS, Role.RESULTS)
            if _PROBABILITY.search(_AVERAGED.sub("", s.text)) and not s.cites
        ),
        None,
    )
    titled = _PROBABILITY.search(context.document.title)
    if not given and claim is None and not titled:
        return
    if context.document.says(_CALIBRATED) is None and not any(
        _CALIBRATED.search(g.words) for g in context.document.grids
    ):
        yield Remark(
            message="Risks or probabilities are given out, and nowhere is shown whether they are calibrated.",
            at=at(claim) if claim else None,
        )


# EVA-10


def _subgroups_reported(context: Context) -> Iterator[Remark]:
    if not context.settings.subgroups:
        yield missing("subgroups")
        return
    tables = result_grids(context.document)
    for name in context.settings.subgroups:
        grid = next((g for g in tables if _has_row(g, name)), None)
        if grid is None:
            said = context.document.says(re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE))
            yield Remark(
                message=f"The key subgroup {name!r} has no row in any table of results.", at=at(said) if said else None
            )
            continue
        if not re.search(
            r"(?:^|\s)(?:n|patients|cases|scans|volumes)(?:\s|$|\()|n\s?=",
            " ".join((grid.caption, *grid.header, *(r[0] for r in grid.rows if r))).casefold(),
        ):
            yield Remark(message=f"The table that reports {name!r} gives no number of patients for it.", at=grid.start)
        if not is_uncertain(grid.words) and not _has_interval_column(grid):
            yield Remark(message=f"The table that reports {name!r} gives no interval.", at=grid.start)
        n = _n_of_row(grid, name)
        if n is not None and n < _FEW and not _called_descriptive(context, grid):
            yield Remark(
                message=f"{name!r} has n = {n}; results of fewer than {_FEW} are nowhere called descriptive.",
                at=grid.start,
                severity=Severity.WARNING,
                hint="Say in the caption that the row describes these patients and proves nothing.",
            )


def _n_of_row(grid: Grid, name: str) -> int | None:
    """The number of patients in the row of a subgroup."""
    column = next(
        (n for n, head in enumerate(grid.header) if re.match(r"(?:n|patients|cases|scans|volumes)\b", head.casefold())),
        None,
    )
    row = next((r for r in grid.rows if any(_is_subgroup(cell, name) for cell in r[:2])), ())
    cell = row[column] if column is not None and column < len(row) else ""
    return int(cell) if cell.isdigit() else None


def _called_descriptive(context: Context, grid: Grid) -> bool:
    return bool(_DESCRIPTIVE.search(grid.caption)) or context.document.says(_DESCRIPTIVE) is not None


def _has_row(grid: Grid, name: str) -> bool:
    """Whether a row or column of a table is that of a subgroup."""
    return any(_is_subgroup(head, name) for head in (*grid.header, *(cell for row in grid.rows for cell in row[:2])))


def _is_subgroup(head: str, name: str) -> bool:
    """Whether a heading is that of a subgroup, and not of those without it."""
    return fold_all(name) <= fold_all(head) and not re.search(r"\b(?:no|non|not|without)\b", head.casefold())


# EVA-11


def _no_baseline(context: Context) -> Iterator[Remark]:
    document = context.document
    for sentence in document.sentences:
        if _STANDARD.search(sentence.text) and not _DENIED.search(sentence.text):
            yield Remark(
                message="A model is called the standard of care.",
                at=at(sentence),
                hint="Call it what it is: a widely used open-source model.",
            )
    scored = bool(result_grids(document)) or any(
        next(iter(reported(s)), None) for s in document.of(Role.RESULTS, Role.ABSTRACT)
    )
    if not scored:
        yield Remark(message="No model has been evaluated on the released data.")
    elif document.says(_BASELINE) is None:
        yield Remark(
            message="Scores are given, but no model is named as the baseline or said to have been trained or run.",
            severity=Severity.WARNING,
        )


INTERVAL = Rule(
    id="EVA-01",
    title="Headline metric without uncertainty",
    severity=Severity.BLOCKER,
    check=_without_interval,
    types="DMC",
    asks=True,
    by_section=True,
    does="Looks for metrics with a value in abstract, results and conclusion, and for tables of results, that have no interval, SD or IQR in the same sentence or table. The sentences of one section are one finding. In a dataset paper it is an error.",
    why="Without an interval nobody can tell 0.84 of 20 patients from 0.84 of 2,000.",
    bad="The model reached a Dice of 0.84.",
    good="The model reached a mean Dice of 0.84 (95 % CI 0.81 to 0.87; bootstrap over patients).",
    fix="Give the 95 % interval, its level and how it was computed: review evidence evaluate does.",
    serves=(
        "claim-2024:29",
        "claim-2024:37",
        "claim-2024:38",
        "stard-ai:31",
        "tripod-ai:23a",
        "neurips:7",
        "miccai:D7",
    ),
)
CLASSES = Rule(
    id="EVA-02",
    title="Only one aggregated Dice, no per-class table",
    severity=Severity.ERROR,
    check=averages.classes,
    types="DM",
    asks=True,
    needs=("manuscript", "labels", "cases"),
    does="Where there are several classes, looks for one table of results that has each of them or its group, and for how the mean over all was taken; recomputes it, over classes (macro) and over cases, from the table and from the scores, and compares that with what it is called.",
    why="A mean hides the class that fails, which is often the one that matters; and over cases it is mostly that of the commonest class.",
    bad="Mean Dice over ten classes: 0.91.",
    good="A table with a row per class: n, mean, 95 % CI; and how the mean over classes was taken.",
    fix="Print the per-class table of `review evidence evaluate --by class`.",
    serves=("tutorial:3.metrics", "claim-2024:37", "clear:39", "miccai:D6"),
)
FITS = Rule(
    id="EVA-03",
    title="Metric family does not fit the task",
    severity=Severity.ERROR,
    check=_metric_fits,
    types="DM",
    asks=True,
    needs=("manuscript", "tasks"),
    does="Asks for a boundary metric in segmentation, FROC or AP with a match criterion in detection, and more than accuracy under imbalance.",
    why="Overlap forgives a wrong boundary, accuracy forgives never finding the rare class.",
    bad="Segmentation was evaluated with Dice.",
    good="Segmentation was evaluated with Dice and HD95.",
    fix="Add the metric that is missing, or say in a sentence why it does not apply.",
    serves=("metrics-reloaded:P2", "claim-2024:28", "bias:26b", "clear:39"),
)
CALIBRATION = Rule(
    id="EVA-09",
    title="Probabilities without calibration",
    severity=Severity.ERROR,
    check=_uncalibrated,
    types="MC",
    asks=True,
    needs=("manuscript", "tasks"),
    does="Where a model gives out risks or probabilities, looks for a calibration slope, curve, Brier score or ECE.",
    why="A risk of 20 % that happens in half of the patients does harm, whatever the AUC.",
    bad="The model predicts the risk of reoperation (AUC 0.81).",
    good="The calibration slope was 0.94 (95 % CI 0.85 to 1.03) and the Brier score 0.11.",
    fix="Report calibration in the large, slope and Brier score; give the bins of an ECE.",
    serves=("tripod-ai:12e", "tripod-ai:23a", "metrics-reloaded:FP2.7.1", "clear:39"),
)
SUBGROUPS = Rule(
    id="EVA-10",
    title="Declared subgroup never reported",
    severity=Severity.ERROR,
    check=_subgroups_reported,
    types="DMC",
    asks=True,
    needs=("manuscript", "subgroups"),
    does="Looks for each subgroup of paper.yaml in a table of results, with its n and an interval.",
    why="A drop of 19 points in the subgroup that motivated the paper is invisible in a global mean.",
    bad="The paper is about LSTV; the results give one Dice for all.",
    good="A row for LSTV: n = 33 patients, Dice 0.57 (95 % CI 0.49 to 0.65).",
    fix="Break the results out by the subgroup, with n and interval; call strata below 10 descriptive.",
    serves=("tutorial:3.stratified", "claim-2024:37", "tripod-ai:23a", "stard-ai:23", "future-ai:F3"),
)
BASELINE = Rule(
    id="EVA-11",
    title="Benchmark without a baseline",
    severity=Severity.ERROR,
    check=_no_baseline,
    types="D",
    asks=True,
    does="Looks for at least one model evaluated on the released data, and for an off-the-shelf model that is called the standard of care.",
    why="“Provide a trained baseline” is what reviewers of benchmarks ask first.",
    bad="A dataset paper without any model's score.",
    good="One fold of a baseline, labelled so, with the command that trained it.",
    fix="Run one baseline on the released split; a single fold or a zero-shot model is accepted if it is called so.",
    serves=("tutorial:2.5", "tutorial:6.baseline", "neurips:4", "miccai:D4"),
)
RULES = (INTERVAL, CLASSES, FITS, CALIBRATION, SUBGROUPS, BASELINE)
