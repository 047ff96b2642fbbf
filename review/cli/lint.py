"""The command `review paper lint`: what a reviewer would say about a manuscript, in a project or alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from review.cli.answer import Answer, answers, last_option, line_of, project_option, summary_of
from review.cli.paper import paper
from review.cli.program import AS_JSON
from review.domain.errors import NotAProject
from review.domain.finding import Finding, Status

if TYPE_CHECKING:
    from review.services.manuscript.lint import Given, Linted

_FILE = click.Path(path_type=Path, dir_okay=False)
_INPUTS = {
    "counts": "The accounting: counts.yml or accounting.csv.",
    "splits": "The splits: a table, or splits_final.json.",
    "manifest": "The cases with patient, site and subgroups.",
    "cases": "The scores: case, metric, value; or a column per metric.",
    "ratings": "Ratings: item, rater, label.",
    "flow": "The flow diagram as .csv, .json or .yaml.",
    "references": "The references, as BibTeX.",
}


def _takes_inputs(function: Any) -> Any:
    """An option for each input; `last_option` sets them in this order behind the others."""
    for name, told in _INPUTS.items():
        function = last_option(f"--{name}", type=_FILE, metavar="FILE", help=told)(function)
    return function


@paper.command(
    "lint",
    examples=[
        "review paper lint paper",
        "review paper lint paper --format sarif",
        "review paper lint draft.tex --type dataset --counts counts.yml",
        "review paper lint draft.docx --type clinical --evidence evidence --select ACC,EVA",
        "review paper lint --explain EVA-02",
    ],
)
@answers
@project_option
@_takes_inputs
@last_option(
    "--evidence",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="All of these at once, under their usual names.",
)
@last_option(
    "--repository",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="What is released: LICENSE, release.yaml, croissant.json, …",
)
@click.argument("target", metavar="DIR|FILE", type=click.Path(path_type=Path), required=False)
@click.option(
    "--type", "type_", default="", metavar="TYPE", help="The kind of paper: dataset, method, clinical or review."
)
@click.option("--venue", default="", metavar="NAME", help="Where it is to go, which decides what must stand in it.")
@click.option(
    "--subgroup",
    "subgroups",
    multiple=True,
    metavar="NAME",
    help="A subgroup that matters; may be given several times.",
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "sarif"]),
    help="How to print.",
)
@click.option(
    "--select", default="", metavar="RULES", help="Only these rules, by the beginning of their names: ACC,EVA-0"
)
@click.option("--ignore", default="", metavar="RULES", help="Not these rules.")
@click.option("--explain", default="", metavar="RULES", help="Say what these rules look for and why, and lint nothing.")
def lint(target: Path | None, explain: str, project_folder: Path | None, **given: Any) -> Answer:
    """List what a reviewer would say about a manuscript, with the line and how to mend it.

    DIR is the folder of a paper in a project: its numbers are looked up, and what it rests on is found in paper.yaml.
    FILE is a manuscript written elsewhere, as Markdown, LaTeX or Word; say its kind with --type and give what it rests
    on. What a rule would need and was not given is listed as not evaluable. What a name in brackets stands for is said
    by --explain, and for all of them in docs/rules.md.

    The exit status is 1 while there is an error, so that a script can wait for a clean paper.
    """
    if explain:
        return _explained(explain)
    if target is None:
        raise click.UsageError("Name the folder of a paper, or a file: review paper lint paper.")
    return _answer(target, _linted(target, project_folder, given), given)


def _answer(target: Path, found: Linted, given: dict[str, Any]) -> Answer:
    from review.services.manuscript import lint as service

    chosen = service.selected(found.findings, given["select"], given["ignore"])
    document = {
        "path": target,
        "type": found.type,
        "waived": [f.as_dict() | {"waived_by": w.who, "reason": w.reason} for f, w in found.waived],
    }
    if given["form"] == "json":
        click.get_current_context().meta[AS_JSON] = True
    if given["form"] == "sarif":
        from review.services.manuscript.sarif import as_sarif

        text = json.dumps(as_sarif(chosen, service.rules()), ensure_ascii=False, indent=2)
        return Answer(document=document, text=text, findings=chosen, findings_in="text")
    return Answer(document=document, text=_text(target, chosen, found), findings=chosen, findings_in="text")


def _explained(names: str) -> Answer:
    from review.lint.rule import Rule
    from review.services.manuscript.explained import explained

    found = explained(names)
    parts = []
    for each in found:
        parts.append(f"{each.id} ({each.severity}): {each.title}.")
        if isinstance(each, Rule):
            parts += [f"  Looks: {each.does}", f"  Why:   {each.why}", f"  Bad:   {each.bad}", f"  Good:  {each.good}"]
        parts += [f"  Mend:  {each.fix}", ""]
    return Answer(document={"rules": [each.as_dict() for each in found]}, text="\n".join(parts).rstrip())


def _linted(target: Path, project_folder: Path | None, given: dict[str, Any]) -> Linted:
    """A paper of a project, unless a file is named or there is no project about."""
    from review.services.manuscript import lint as service
    from review.services.project import open_project

    alone = target.is_file() or target.suffix.lower() in {".md", ".tex", ".docx"}
    if not alone:
        try:
            project = open_project(project_folder)
        except NotAProject:
            if not (target / "manuscript.md").is_file() or project_folder is not None:
                raise
        else:
            try:
                beside = _given(given)
                more = {"given": beside} if beside.files or beside.folder else {}
                return service.check(project, target, **more)
            finally:
                project.close()
    return service.check_file(target, _given(given))


def _given(given: dict[str, Any]) -> Given:
    from review.domain.manuscript import PROJECT_TYPES
    from review.services.manuscript.lint import Given

    kind = given["type_"].lower()
    if kind and kind not in PROJECT_TYPES:
        raise click.UsageError(f"There is no kind of paper called {kind!r}. Known: {', '.join(PROJECT_TYPES)}.")
    files = {name: given[name] for name in (*_INPUTS, "repository") if given[name] is not None}
    return Given(files=files, folder=given["folder"], type=kind, venue=given["venue"], subgroups=given["subgroups"])


def _text(target: Path, chosen: list[Finding], found: Linted) -> str:
    """A line for each fault; the rules that could not be asked on one line, with what they need."""
    from review.services.manuscript.lint_ways import told_together

    faults = [f for f in chosen if f.status is Status.FAIL]
    open_ = [f for f in chosen if f.status is Status.NOT_EVALUABLE]
    lines = [line_of(finding) for finding in faults]
    if open_:
        names = ", ".join(dict.fromkeys(f.rule for f in open_))
        lines.append(f"not evaluable: {names}. {told_together(open_)}".rstrip())
    if found.waived:
        lines.append(f"waived: {', '.join(f'{f.rule} by {w.who}' for f, w in found.waived)}.")
    if not found.type:
        lines.append("Without --type only the rules that hold for every kind of paper were asked.")
    return "\n".join([*lines, f"{target}: {summary_of(faults)}."])
