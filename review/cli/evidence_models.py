"""Commands on models and reports: the scores of a benchmark, printed tables of scores, and rubrics."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.evidence import evidence, gives_evidence

if TYPE_CHECKING:
    from review.domain.estimate import Evidence
    from review.services.evidence.benchmark import About
    from review.services.evidence.printed_table import Sizes

_FILE = click.Path(path_type=Path, dir_okay=False)


@evidence.command(
    "benchmark",
    examples=[
        "review evidence benchmark items.csv --answers answers.csv --split train=9000 --split test=487",
        "review evidence benchmark items.csv --answers answers.csv --compare ours baseline --out scores.md --out scores.svg",
        "review evidence benchmark --table printed.csv --n text=294,image=193 --total qa=text+image",
        "review evidence benchmark --table printed.csv --n qa=487 --scores report=87 --total total=qa+report",
        "review evidence benchmark --table printed.csv --n qa=487 --total qa=text+image --find-n 50-487",
    ],
)
@click.argument("items", required=False, type=_FILE)
@click.option("--answers", type=_FILE, help="The models' answers: item, model, and correct (1 or 0), answer, or score.")
@click.option("--compare", nargs=2, metavar="A B", help="Compare two models on the items that both answered.")
@click.option(
    "--unanswered",
    type=click.Choice(["excluded", "wrong"]),
    default="excluded",
    show_default=True,
    help="What an item without an answer counts as.",
)
@click.option("--contamination", default="", metavar="TEXT", help="How it was ruled out that models saw the items.")
@click.option("--split", "splits", multiple=True, metavar="NAME=N", help="How many items a split has; may be repeated.")
@click.option("--table", type=_FILE, help="A pasted table of percentages to test instead of answers.")
@click.option("--n", "sizes", multiple=True, metavar="N|NAME=N,…", help="Items behind the columns of the table.")
@click.option("--scores", multiple=True, metavar="NAME=N,…", help="Columns that are means of scores, not shares.")
@click.option("--total", "totals", multiple=True, metavar="NAME=A+B", help="Which columns a total is made of.")
@click.option("--find-n", metavar="LOW-HIGH", help="Look for the numbers of items that columns may rest on.")
@click.option("--resamples", type=click.IntRange(200, 100_000), default=2000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@gives_evidence
def benchmark(
    *,
    items: Path | None,
    answers: Path | None,
    table: Path | None,
    compare: tuple[str, str] | None,
    unanswered: str,
    resamples: int,
    seed: int,
    **said: object,
) -> Evidence:
    """Score models on a benchmark, or test a printed table of scores.

    ITEMS has a row per question: item, and as you have them type, modality, subgroup, key (the right answer), n, split,
    contamination (clean or seen), and patient where several questions come from one. Every level gets its accuracy
    with a 95 % interval; the total is given weighted by items and, beside it, as the plain mean of the types.

    With --table nothing is scored. Each percentage is tested for whether that many items can give it (no whole number
    of 193 questions is 79.97 %), and each total for whether it follows from its parts and their numbers of items.
    """
    from review.evidence.resampling import Resampling
    from review.services.evidence import benchmark as service
    from review.services.evidence import printed_scores

    if table is not None and items is None:
        return printed_scores.check(table, _sizes(said))
    if items is None or table is not None:
        raise click.UsageError("Name a file of items to score models, or a printed table with --table FILE.")
    return service.score(
        items,
        answers,
        compare=compare or (),
        about=_about(said),
        missing_is_wrong=unanswered == "wrong",
        resampling=Resampling(resamples=resamples, seed=seed),
    )


def _about(said: Mapping[str, object]) -> About:
    from review.services.evidence.benchmark import About

    return About(contamination=str(said["contamination"]), splits=_numbers(said["splits"], "--split"))


def _sizes(said: Mapping[str, object]) -> Sizes:
    from review.services.evidence.printed_table import Sizes

    totals = {}
    for text in _texts(said["totals"]):
        name, equals, parts = text.partition("=")
        if not equals or not all(part.strip() for part in parts.split("+")):
            raise click.BadParameter(f"{text!r} is not written as NAME=A+B.", param_hint="--total")
        totals[name.strip()] = [part.strip() for part in parts.split("+")]
    return Sizes(
        shares=_numbers(said["sizes"], "--n"),
        scores=_numbers(said["scores"], "--scores"),
        totals=totals,
        search=_range(said["find_n"]),
    )


def _texts(said: object) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, tuple) else ()


def _numbers(said: object, option: str) -> dict[str, int]:
    """`text=294,image=193` as numbers by name; a number alone stands under the empty name."""
    found: dict[str, int] = {}
    for text in (piece for each in _texts(said) for piece in each.split(",") if piece.strip()):
        name, _, number = text.rpartition("=")
        if not number.strip().isdecimal() or (option == "--split" and not name):
            raise click.BadParameter(f"{text.strip()!r} is not written as NAME=NUMBER.", param_hint=option)
        found[name.strip()] = int(number)
    return found


def _range(said: object) -> range:
    if said is None:
        return range(0)
    low, dash, high = str(said).partition("-")
    if (
        not dash
        or not low.strip().isdecimal()
        or not high.strip().isdecimal()
        or not 0 < int(low) <= int(high) <= 10**6
    ):
        raise click.BadParameter(f"{said!r} is not written as LOW-HIGH, such as 50-500.", param_hint="--find-n")
    return range(int(low), int(high) + 1)


@evidence.command(
    "rubric",
    examples=[
        "review evidence rubric scores.csv --rubric spine-report",
        "review evidence rubric scores.csv --rubric our-rubric.yaml --out agreement.md --out agreement.svg",
    ],
)
@click.argument("scores", type=_FILE)
@click.option(
    "--rubric", default="", metavar="NAME|FILE", help="A rubric that ships, such as spine-report, or your own file."
)
@click.option("--resamples", type=click.IntRange(200, 100_000), default=2000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@gives_evidence
def rubric(*, scores: Path, rubric: str, resamples: int, seed: int) -> Evidence:
    """Score reports against a rubric, and hold automatic scores against those of people.

    SCORES has a row per score: report, rater, rater_kind (human or automatic), section, dimension, score (1 to 5).
    Without --rubric the column `section` says what belongs together. A report's score is 20 × the mean of its section
    means; a dimension that nobody scored is left out, it is never a 0. Where scores do not vary, agreement is undefined.
    """
    from review.evidence.resampling import Resampling
    from review.services.evidence import rubric as service

    return service.score(scores, rubric=rubric, resampling=Resampling(resamples=resamples, seed=seed))
