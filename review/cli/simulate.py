"""The command `simulate`: one finished screening replayed, or many at once, or a project's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, progress
from review.cli.program import STOPPED, program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.study import Run
    from review.services.study_asked import Asked

FILE = click.Path(path_type=Path)
OWN_FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
EXAMPLES = [
    "review simulate labelled.csv --prior-ids 17,204 --metrics metrics.json",
    "review simulate labelled.csv --protocol protocol.yaml --order order.csv",
    "review simulate sets/*.csv.xz --each --draw-priors --seeds 1,2,3 --jobs 4 --out replays",
    "review simulate my-project --out what-it-would-have-saved",
]


class Seeds(click.ParamType[tuple[int, ...]]):
    """`3`, `1,2,3` or `1-20`."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        found: list[int] = []
        for part in str(value).split(","):
            first, _, last = part.strip().partition("-")
            if not first.isdecimal() or (last and not last.isdecimal()) or (last and int(last) < int(first)):
                self.fail(f"{part.strip()!r} is no number and no range such as 1-20.", param, ctx)
            found += range(int(first), int(last or first) + 1)
        return tuple(dict.fromkeys(found))


@program.command("simulate", examples=EXAMPLES)
@answers
@click.argument("data", metavar="DATA.csv…", nargs=-1, required=True, type=FILE)
@click.option("--prior-ids", default="", metavar="A,B", help="Records whose labels are known from the start.")
@click.option("--protocol", type=OWN_FILE, help="A protocol.yaml whose words guide the first ranking.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same order.")
@click.option(
    "--order", type=OWN_FILE, metavar="OUT.csv", help="Write the ids in the order seen, one a line, priors left out."
)
@click.option("--metrics", type=OWN_FILE, metavar="OUT.json", help="Write the figures here.")
@click.option("--ranker", "rankers", multiple=True, metavar="NAME", help="Which ranking; may be given several times.")
@click.option("--model", type=FOLDER, metavar="DIR", help="The folder of the sentence model for --ranker embeddings.")
@click.option("--each", is_flag=True, help="Every file is a set of its own. Without it they are parts of one.")
@click.option("--seeds", type=Seeds(), help="Replay with each of these seeds: 1,2,3 or 1-20.")
@click.option("--draw-priors", is_flag=True, help="Each seed draws one relevant and one irrelevant record as known.")
@click.option(
    "--priors", type=OWN_FILE, metavar="IN.json", help='Known records by set and seed: {"set": {"1": ["17"]}}.'
)
@click.option("--titles", type=OWN_FILE, metavar="IN.json", help='Each set\'s own words: {"set": {"title": "…"}}.')
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="How many processes work at once.")
@click.option("--scheduler", default="", metavar="tcp://…", help="Spread the work over this Dask cluster.")
@click.option("--out", type=FOLDER, metavar="DIR", help="Write recall curves, tables and all orders into this folder.")
def simulate(data: tuple[Path, ...], order: Path | None, metrics: Path | None, **asked: Any) -> Answer:
    """Replay a finished screening to see how much reading the ranking would have saved.

    DATA.csv (also packed: .csv.xz, .csv.gz) has the columns record_id, title, abstract and label_included (1 or 0), or is
    an export of ASReview, Rayyan or Covidence, or any table with a column of labels; records without an id of their own
    are then numbered from 1, and included or maybe by anybody is relevant. Several files are read as one set, or with --each as one set each. The folder of a project replays its own decisions
    at title and abstract. With several seeds, sets or rankers a table of means with 95 % bootstrap intervals is printed.

    It also says where each stopping rule would have ended the reading, and what would have been found by then.
    """
    from review.services import replay
    from review.services.study_asked import Asked

    ids = tuple(dict.fromkeys(part.strip() for part in asked.pop("prior_ids").split(",") if part.strip()))
    _one_way(asked, ids)
    seeds = asked.pop("seeds") or (asked.pop("seed"),)
    asked.pop("seed", None)
    question = Asked(data=data, prior_ids=ids, seeds=seeds, **asked)
    if question.is_study:
        if order or metrics:
            raise click.UsageError("--order and --metrics are for one replay; --out writes those of many.")
        return _study(question)
    with progress() as tell:
        found = replay.replay(question.single, progress=tell)
    if order:
        replay.write_order(order, found)
    if metrics:
        replay.write_metrics(metrics, found)
    figures = found.as_dict()
    lines = [f"{name:18}{_figure(value)}" for name, value in figures.items() if isinstance(value, int | float | None)]
    lines += [
        "",
        "rule               would have stopped after        having found",
        *(
            f"{end.rule:18}{end.screened:>7,} of {end.total:<7,} ({end.share:4.0%}){end.recall:16.1%}"
            + ("  (never spoke)" if end.never else "")
            for end in found.endings
        ),
    ]
    return Answer(document=figures, text="\n".join(lines))


def _one_way(asked: Mapping[str, Any], ids: Sequence[str]) -> None:
    """Refuse two answers to one question; the second would be passed over in silence."""
    known = {"--prior-ids": ids, "--priors": asked["priors"], "--draw-priors": asked["draw_priors"]}
    words = {"--protocol": asked["protocol"], "--titles": asked["titles"]}
    for told, what in ((known, "which records are known"), (words, "the words of a set")):
        given = [name for name, value in told.items() if value]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} both say {what}; give one of them.")


def _study(question: Asked) -> Answer:
    from review.services import study, study_files

    runs, notes, stopped, status = _replays(question)
    written = study_files.write(question.out, runs) if question.out else []
    found, rules = study.estimates(runs), study.stops(runs)
    rankers = list(dict.fromkeys(one.ranker for one in runs))
    lines = [f"{'ranker':16}{'figure':18}{'mean':>8}   95 % interval over {found[0].over if found else 'sets'}"]
    for one in found:
        interval = f"{one.low:.4f} to {one.high:.4f}" if one.low is not None and one.high is not None else "one value"
        lines.append(f"{one.ranker:16}{one.figure:18}{one.mean:8.4f}   {interval}")
    lines += ["", "ranker          rule              95 % found     least found   share read"]
    lines += [
        f"{one.ranker:16}{one.rule:18}{one.kept:>4} of {one.replays:<6}{one.least_recall:11.1%}{one.screened_share:13.0%}"
        for one in rules
    ]
    lines += [line for other in rankers[1:] if (line := _compared(runs, rankers[0], other))]
    lines.append(f"{counted(len(runs), 'replay')}, {sum(one.cpu for one in runs):,.0f} seconds of computing.")
    return Answer(
        document={
            "stopped": stopped,
            "runs": [one.row() for one in runs],
            "figures": [asdict(one) for one in found],
            "stops": [asdict(one) for one in rules],
            "written": [str(path) for path in written],
        },
        text="\n".join(lines),
        notes=(*notes, *(f"Written: {path}" for path in written)),
        early=status,
    )


def _replays(question: Asked) -> tuple[list[Run], Sequence[str], str, int]:
    """(the replays, what is to be said of them, why they ended early if they did, the exit status of that)."""
    from review.services import study, study_asked

    try:
        with progress() as tell:
            runs, notes = study_asked.study(question, progress=tell)
    except study.Stopped as early:
        if not early.runs:
            raise
        said = [f"{early.message} What stands here is of those alone."]
        return list(early.runs), said, early.message, STOPPED if early.asked else 1
    return runs, notes, "", 0


def _compared(runs: Sequence[Run], first: str, other: str) -> str:
    from review.services.study import against

    found = against(runs, first, other)
    if found is None:
        return ""
    mean, low, high, won, sets = found
    return f"loss of {first} over {other}: {mean:.3f} ({low:.3f} to {high:.3f}), {won} of {sets} sets won"


def _figure(value: float | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
