"""The command on one record: put right what its source gave wrongly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.program import program
from review.domain.errors import ReviewError

if TYPE_CHECKING:
    from review.services.project import Project
    from review.storage.corrections import Correction


@program.command(
    "correct",
    examples=[
        "review correct",
        'review correct pubmed:31000001 --set year=2019 --reason "the PDF, page 1" --reviewer "Ana Lima"',
        'review correct pubmed:31000001 --give-back year --reviewer "Ana Lima"',
    ],
)
@answers
@in_project
@click.argument("record", metavar="[RECORD]", default="")
@click.option("--set", "written", metavar="FIELD=TEXT", multiple=True, help="What a field really is; may be repeated.")
@click.option("--reason", default="", metavar="TEXT", help="Where you read it; kept with the correction.")
@click.option("--give-back", metavar="FIELD", default="", help="Let a field be again what the source gave.")
@click.option("--reviewer", default="", metavar="NAME", help="Who says so.")
def correct(
    project: Project, *, record: str, written: Sequence[str], reason: str, give_back: str, reviewer: str
) -> Answer:
    """Put a record right: a missing abstract, a wrong year. Without RECORD: list what was put right.

    What the source gave stays and can be given back; decisions stay too. Fields: title, abstract, authors, year, journal,
    volume, issue, pages, doi, pmid, arxiv_id, keywords, language, url. Authors and keywords are parted by semicolons.
    """
    from review.services import collect, corrections

    if not record:
        return _listed(corrections.everything(project))
    found = collect.find_records(project, [record]).get(record, record)
    if (give_back or written) and not reviewer:
        raise click.UsageError('Say who says so: --reviewer "Your Name"')
    if give_back:
        done = corrections.give_back(project, found, give_back, person=reviewer)
    elif written:
        done = corrections.correct(project, found, dict(map(_parted, written)), reason=reason, person=reviewer)
    else:
        return _listed(corrections.of(project, found).corrections[::-1])
    text = "\n".join(f"{name}: {_shown(getattr(done.record, name))}" for name in done.differing)
    text = text or "Every field is as the source gave it."
    hint = "Run `review dedup` to look for duplicates with what is known now."
    return Answer(document={"record": found, "differing": list(done.differing)}, text=f"{text}\n{hint}")


def _parted(said: str) -> tuple[str, str]:
    name, sign, text = said.partition("=")
    if not sign:
        raise ReviewError(f"{said!r} is no FIELD=TEXT.", hint="Write it such as --set year=2019.")
    return name.strip(), text


def _listed(found: Sequence[Correction]) -> Answer:
    lines = [
        f"{one.at[:10]}  {one.record_id}  {one.field}: {_shown(one.value)}  ({one.who}: {one.reason})" for one in found
    ]
    return Answer(
        document={"corrections": [asdict(one) for one in found]}, text="\n".join(lines) or "Nothing was put right yet."
    )


def _shown(value: object) -> str:
    if value is None:
        return "as the source gives it"
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
