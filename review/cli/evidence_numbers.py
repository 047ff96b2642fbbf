"""Commands for numbers behind a claim: agreement of raters, evaluation of models, and single statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.evidence import evidence, gives_evidence
from review.cli.program import Commands
from review.domain.errors import ReviewError
from review.domain.screening import Stage

if TYPE_CHECKING:
    from review.domain.estimate import Evidence

_FILE = click.Path(path_type=Path, dir_okay=False)
_resamples = click.option(
    "--resamples",
    type=click.IntRange(0, 1_000_000),
    default=2000,
    show_default=True,
    help="How often patients are drawn again.",
)
_seed = click.option("--seed", type=int, default=0, show_default=True, help="The seed, so that it comes out the same.")


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


@evidence.command(
    "agreement",
    examples=[
        "review evidence agreement ratings.csv",
        "review evidence agreement grades.csv --level ordinal --order none,mild,severe",
        "review evidence agreement",
    ],
)
@gives_evidence
@click.argument("file", metavar="[RATINGS.csv]", type=_FILE, required=False)
@click.option(
    "--level",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    help="What the labels are: names, ranks, numbers, or numbers with a true 0. Without it: what they look like.",
)
@click.option("--order", metavar="A,B,C", help="The labels from lowest to highest, where they have an order.")
@_resamples
@_seed
@click.option(
    "--stage",
    type=click.Choice([str(each) for each in Stage]),
    help="Without a file: only this stage of the project's screening; else both.",
)
def agreement(
    *, file: Path | None, level: str | None, order: str | None, resamples: int, seed: int, stage: str | None
) -> Evidence:
    """Say how far people agree who judged the same items.

    With a table (columns item, rater, label and, if you can, patient; one row per rating): raw agreement, kappa,
    Krippendorff's alpha, AC1 and, for numbers, intraclass correlation and limits of agreement, each with its 95 %
    interval. Where patients are named, whole patients are drawn again for it. A coefficient that is not defined is shown
    with the reason, never as 0.

    Without a file: the agreement of the project's reviewers in screening, before anybody settled a conflict.
    """
    if file is None:
        return _screening(Stage(stage) if stage else None)
    from review.services.evidence import ratings

    reading = ratings.Reading(level=level or "", order=_listed(order))
    return ratings.agreement(file, reading, ratings.Resampling(resamples=resamples, seed=seed))


def _screening(stage: Stage | None) -> Evidence:
    from review.services.project import open_project
    from review.services.screening_agreement import screening_agreement

    asked = click.get_current_context().params
    if asked.get("name"):
        raise ReviewError(
            "The agreement of the screening is among the project's facts already.",
            hint="Use it in the manuscript as agree.title_abstract.kappa; leave --keep out.",
        )
    project = open_project(asked.get("project_folder"))
    try:
        return screening_agreement(project, stage)
    finally:
        project.close()


@evidence.command(
    "evaluate",
    examples=[
        "review evidence evaluate cases.csv",
        "review evidence evaluate cases.csv --by class,phenotype --compare nnunet baseline --splits splits_final.json",
        "review evidence evaluate cases.csv --out results.md --out forest.svg --keep test",
    ],
)
@gives_evidence
@click.argument("file", metavar="CASES.csv", type=_FILE)
@click.option("--by", metavar="COLUMNS", help="Tell values apart by these columns, such as class,subgroup; or none.")
@click.option("--compare", nargs=2, multiple=True, metavar="A B", help="Compare two models on the same cases.")
@click.option("--splits", type=_FILE, help="Check that each case was scored out of fold: splits_final.json or a table.")
@click.option("--classes", metavar="A,B,C", help="The classes there are; a row of any other is an error.")
@click.option(
    "--empty-empty",
    type=click.Choice(["exclude", "one", "zero"]),
    default="exclude",
    show_default=True,
    help="What a case counts whose reference and prediction are both empty.",
)
@click.option(
    "--patient-columns", metavar="COLUMNS", help="Columns that tell of the patient and so may not differ between cases."
)
@_resamples
@_seed
@click.option("--worst", type=click.IntRange(0), default=3, show_default=True, help="How many worst cases to name.")
@click.option("--threshold", type=float, default=0.5, show_default=True, help="Scores from here on count as positive.")
@click.option(
    "--bins", type=click.IntRange(1, 1000), default=10, show_default=True, help="Bins of the calibration error."
)
@click.option("--positive", metavar="LABEL", help="The label that counts as positive; else 1, true, yes, positive.")
def evaluate(*, file: Path, **asked: Any) -> Evidence:
    """Turn a table of scored cases into numbers that hold: per class and subgroup, by patient, with intervals.

    The table has a row per case, with the columns case and value, and as many of these as you have: model, fold, split,
    patient, class, metric, reference_present. A column per metric (dice, hd95) will do too. For probabilities it has the
    columns score and label instead of value: then you get ROC areas, sensitivity, specificity and calibration.

    Whole patients are drawn again for the intervals. Rows without a reference are left out and counted; an empty value
    is never 0.
    """
    from review.services.evidence import evaluation

    resampling = evaluation.Resampling(resamples=asked["resamples"], seed=asked["seed"])
    scored = evaluation.Scored(
        threshold=asked["threshold"], bins=asked["bins"], resamples=asked["resamples"], seed=asked["seed"]
    )
    by = asked["by"]
    return evaluation.evaluate(
        file,
        evaluation.Asked(
            by=None if by is None else () if by.strip().lower() == "none" else _listed(by),
            compare=tuple(asked["compare"]),
            splits=asked["splits"],
            classes=_listed(asked["classes"]),
            patient_columns=_listed(asked["patient_columns"]),
            empty_empty=asked["empty_empty"],
            positive=asked["positive"],
            resampling=resampling,
            worst=asked["worst"],
            scored=scored,
        ),
    )


@evidence.group("stat", cls=Commands)
def stat() -> None:
    """One statistic from numbers you already have, with its interval and the method behind it."""


@stat.command(
    "proportion",
    examples=[
        "review evidence stat proportion 81 263",
        "review evidence stat proportion 0 20 --method clopper_pearson",
    ],
)
@gives_evidence
@click.argument("hits", type=int)
@click.argument("n", type=int)
@click.option(
    "--method",
    type=click.Choice(["wilson", "wilson_cc", "clopper_pearson"]),
    default="wilson",
    show_default=True,
    help="The interval: Wilson's, the same with correction for continuity, or the exact one.",
)
def proportion(hits: int, n: int, method: str) -> Evidence:
    """A share with its 95 % interval: HITS of N, such as 81 of 263."""
    from review.services.evidence import statistics

    return statistics.proportion(hits, n, method=method)


@stat.command("mcnemar", examples=["review evidence stat mcnemar 794 86 150 570"])
@gives_evidence
@click.argument("both", type=int)
@click.argument("first_only", type=int)
@click.argument("second_only", type=int)
@click.argument("neither", type=int)
def mcnemar(both: int, first_only: int, second_only: int, neither: int) -> Evidence:
    """Compare two answers on the same patients: McNemar's test, exact and as chi-square.

    The four counts are the table row by row: both right, only the first, only the second, neither.
    """
    from review.services.evidence import statistics

    return statistics.mcnemar((both, first_only, second_only, neither))


@stat.command("fisher", examples=["review evidence stat fisher 1 7 6 1"])
@gives_evidence
@click.argument("a", type=int)
@click.argument("b", type=int)
@click.argument("c", type=int)
@click.argument("d", type=int)
def fisher(a: int, b: int, c: int, d: int) -> Evidence:
    """Compare the shares of two different groups: Fisher's exact test and the odds ratio.

    The four counts are the table row by row: the first group with and without, the second with and without.
    """
    from review.services.evidence import statistics

    return statistics.fisher((a, b, c, d))


@stat.command(
    "auc",
    examples=[
        "review evidence stat auc scores.csv",
        "review evidence stat auc scores.csv --score network --score radiologist --label fracture",
    ],
)
@gives_evidence
@click.argument("file", metavar="SCORES.csv", type=_FILE)
@click.option("--score", "scores", multiple=True, metavar="COLUMN", help="A column of scores; several are compared.")
@click.option("--label", default="label", show_default=True, metavar="COLUMN", help="The column of true labels.")
@click.option("--positive", metavar="LABEL", help="The label that counts as positive; else 1, true, yes, positive.")
def auc(file: Path, scores: tuple[str, ...], label: str, positive: str | None) -> Evidence:
    """The area under the ROC curve with DeLong's interval, from a table with the columns score and label.

    A higher score speaks for positive. With a column patient, several cases of one patient are taken together. Two or
    more score columns are compared on the same rows by DeLong's test.
    """
    from review.services.evidence import statistics

    return statistics.auc(file, scores=scores, label=label, positive=positive)


@stat.command("holm", examples=["review evidence stat holm 0.01 0.04 0.03 0.005"])
@gives_evidence
@click.argument("p_values", metavar="P...", type=float, nargs=-1, required=True)
def holm(p_values: tuple[float, ...]) -> Evidence:
    """Correct p-values for testing many times, by Holm: the family is all values given."""
    from review.services.evidence import statistics

    return statistics.corrected(p_values, "holm")


@stat.command("bh", examples=["review evidence stat bh 0.01 0.04 0.03 0.005"])
@gives_evidence
@click.argument("p_values", metavar="P...", type=float, nargs=-1, required=True)
def bh(p_values: tuple[float, ...]) -> Evidence:
    """Correct p-values by Benjamini and Hochberg, so that the expected share of false findings stays below 5 %."""
    from review.services.evidence import statistics

    return statistics.corrected(p_values, "bh")
