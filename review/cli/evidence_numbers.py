"""Commands for numbers behind a claim: agreement of raters, evaluation of models, and single statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.evidence import evidence, gives_evidence
from review.cli.program import Commands

if TYPE_CHECKING:
    from review.domain.estimate import Evidence

_FILE = click.Path(path_type=Path, dir_okay=False)


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
    from review.services import statistics

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
    from review.services import statistics

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
    from review.services import statistics

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
    from review.services import statistics

    return statistics.auc(file, scores=scores, label=label, positive=positive)


@stat.command("holm", examples=["review evidence stat holm 0.01 0.04 0.03 0.005"])
@gives_evidence
@click.argument("p_values", metavar="P...", type=float, nargs=-1, required=True)
def holm(p_values: tuple[float, ...]) -> Evidence:
    """Correct p-values for testing many times, by Holm: the family is all values given."""
    from review.services import statistics

    return statistics.corrected(p_values, "holm")


@stat.command("bh", examples=["review evidence stat bh 0.01 0.04 0.03 0.005"])
@gives_evidence
@click.argument("p_values", metavar="P...", type=float, nargs=-1, required=True)
def bh(p_values: tuple[float, ...]) -> Evidence:
    """Correct p-values by Benjamini and Hochberg, so that the expected share of false findings stays below 5 %."""
    from review.services import statistics

    return statistics.corrected(p_values, "bh")
