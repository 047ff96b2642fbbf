"""The commands on checklists: what a guideline asks, where the manuscript answers it, and answering it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.answer import Answer, answers, in_project
from review.cli.paper import FOLDER, paper
from review.domain.checklist import SAID, ItemAnswer, ItemState, open_items
from review.domain.naming import counted

if TYPE_CHECKING:
    from review.services.project import Project


@paper.command(
    "checklist",
    examples=[
        "review paper checklist paper prisma-scr",
        'review paper checklist paper claim-2024 --set 14=yes --where "Reference standard"',
        'review paper checklist paper claim-2024 --set 34=na --note "This is no trial."',
        "review paper checklist paper claim-2024 --out claim.docx",
        "review paper checklist paper reproducibility --repository .",
    ],
)
@answers
@in_project
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--set", "said", metavar="ITEM=STATE", help="Answer an item: yes, partial, no or na.")
@click.option(
    "--where", default="", metavar="PLACE", help="With --set: the heading that answers it, or a sentence of it."
)
@click.option("--note", default="", metavar="TEXT", help="With --set: a remark; the reason for partial, no and na.")
@click.option("--by", "who", default="", metavar="NAME", help="With --set: who says so.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it as .docx, .pdf, .md or .csv.")
@click.option("--open", "only_open", is_flag=True, help="Show only the items that are still open.")
@click.option(
    "--repository",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of code and data that the checklist `reproducibility` looks into.",
)
def checklist(
    project: Project, *, folder: Path, name: str | None, said: str | None, where: str, note: str, who: str,
    out: Path | None, only_open: bool, repository: Path | None,
) -> Answer:  # fmt: skip
    """Show where the manuscript reports each item of a guideline, and what is still open.

    Without NAME: the guidelines of this paper (checklists: in paper.yaml) and all there are. An answer given with --set
    is kept in DIR/checklists; it becomes stale when the text it points to changes, and contradicted when a rule of
    `review paper lint` that looks at the same thing fails.
    """
    from review.services.manuscript import checklist_files, checklists

    if name is None:
        return _all(project, folder)
    if said is not None:
        item, _, state = said.rpartition("=")
        if not item or state.strip().casefold() not in {str(one) for one in SAID}:
            raise click.UsageError("Write --set ITEM=STATE with yes, partial, no or na, such as --set 14=yes.")
        answering = checklists.Answering(
            item=item, state=ItemState(state.strip().casefold()), where=where, note=note, who=who
        )
        checklists.say(project, folder, name, answering)
    elif where or note or who:
        raise click.UsageError("--where, --note and --by go with --set.")
    if out is not None:
        checklist_files.write(project, folder, name, out)
    items = checklists.answers(project, folder, name, repository=repository)
    return _shown(name, items, only_open=only_open, out=out)


def _shown(name: str, items: list[ItemAnswer], *, only_open: bool, out: Path | None) -> Answer:
    from review.services.manuscript.checklist_files import WORDS

    still = open_items(items)
    wanted = still if only_open else items
    lines = [f"{a.item.number:>8}  {WORDS[a.state]:14} {a.item.section}: {_where(a)}" for a in wanted]
    lines.append(f"{counted(len(items) - len(still), 'item')} of {len(items)} done, {len(still)} open.")
    notes = [f"{out} written."] if out else []
    return Answer(
        document={"checklist": name, "items": [_row(a) for a in items], "open": len(still)},
        text="\n".join(lines),
        notes=notes,
    )


def _row(answer: ItemAnswer) -> dict[str, object]:
    item = answer.item
    return {
        "id": item.id,
        "number": item.number,
        "section": item.section,
        "ask": item.ask,
        "optional": item.optional,
        "aliases": list(item.aliases),
        "rules": list(item.rules),
        "state": answer.state,
        "said": answer.said,
        "place": answer.place,
        "line": answer.line,
        "note": answer.note,
        "who": answer.who,
        "at": answer.at,
        "suggestion": answer.suggestion,
    }


def _where(answer: ItemAnswer) -> str:
    place = f"{answer.place}, line {answer.line}" if answer.line else answer.place
    guess = f"perhaps under {answer.suggestion}" if answer.suggestion else ""
    told = "; ".join(part for part in (place, answer.note if answer.line or answer.who or place else "", guess) if part)
    return f"{answer.item.ask} ({told})" if told and answer.state is not ItemState.YES else told or answer.item.ask


def _all(project: Project, folder: Path) -> Answer:
    from review.services.manuscript import checklists

    own = checklists.of_paper(project, folder)
    rows = []
    for name in sorted(checklists.names(), key=lambda one: (one not in own, one)):
        found = checklists.load(name)
        rows.append(
            {
                "name": name,
                "title": found.title,
                "edition": found.edition,
                "items": len(found.items),
                "own": name in own,
            }
        )
    lines = [
        f"{'*' if row['own'] else ' '} {row['name']:16} {counted(int(str(row['items'])), 'item'):10} {row['title']} ({row['edition']})"
        for row in rows
    ]
    lines.append("Those with a star are named in paper.yaml. Show one: review paper checklist DIR NAME")
    return Answer(document={"checklists": rows}, text="\n".join(lines))
