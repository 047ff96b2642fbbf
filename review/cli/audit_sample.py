"""The command `audit-sample`: a random sample of what is left, read unseen among the rest, and the recall it shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.audit_sample import SampleStatus
    from review.services.project import Project


@program.command(
    "audit-sample", examples=["review audit-sample --size 200", "review audit-sample", "review audit-sample --again"]
)
@answers
@in_project
@click.option(
    "--size", type=click.IntRange(1), help="How many records to draw; 200 without it, at most all that is left."
)
@click.option(
    "--seed", type=int, help="Draw with this seed; without it one is chosen by chance. It is kept either way."
)
@click.option("--again", is_flag=True, help="Draw a further sample once the last one is read.")
def audit_sample(project: Project, size: int | None, seed: int | None, again: bool) -> Answer:
    """Draw a random sample of the works not settled yet, and learn from it what share of the relevant was found.

    The sample comes first in everybody's queue at title and abstract, mixed with works by the ranking and not marked, so
    that nobody reads it with other eyes. Once it is settled, the same command gives the recall with its exact interval
    and a sentence for the paper. It needs no assumption on the ranking. It never ends the screening: you do.
    """
    from review.services import audit_sample as service

    needed = service.needed(project)
    now = service.status(project)
    drew = now is None or again
    if now is None or again:
        now = service.status_of(project, service.draw(project, size=size, seed=seed))
    return Answer(
        document={**asdict(now), "over": now.over, "sentence": now.sentence(), "needed_for_95": needed},
        text="\n".join(_lines(now, drew=drew, needed=needed)),
    )


def _lines(now: SampleStatus, *, drew: bool, needed: int | None) -> list[str]:
    if not now.over:
        told = "Drawn" if drew else f"Drawn on {now.at[:10]}"
        enough = (
            [f"If none of a sample is relevant, {needed:,} records would show that 95 % were found."]
            if drew and needed is not None
            else []
        )
        return [
            f"{told}: {counted(now.drawn, 'record')} of {now.rest:,} not settled, {now.settled:,} of them settled now.",
            "They come first in the queue, among others and not marked. Screen on, then give this command again.",
            *enough,
        ]
    r = now.recall
    if r is None or r.recall is None or r.low is None or r.high is None:
        return ["The sample is read. Nothing relevant is known at all, so there is no recall to speak of."]
    return [
        f"Recall {100 * r.recall:.1f} % ({100 * r.low:.1f} to {100 * r.high:.1f} %).",
        f"{r.unseen_low:,} to {r.unseen_high:,} relevant records may still be unseen.",
        now.sentence(),
        "A further sample: review audit-sample --again"
        if now.left
        else "Every record is settled; nothing is left to draw.",
    ]
