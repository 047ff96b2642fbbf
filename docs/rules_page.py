"""The page docs/rules.md: every rule of the linter, with what it does, why, an example, how to mend it, whom it serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.lint.rule import LETTERS, Rule
from review.services.manuscript.explained import FAULTS

FAMILIES: tuple[tuple[str, str], ...] = (
    ("ACC", "Accounting"),
    ("GRAN", "Granularity"),
    ("SPL", "Splits and leakage"),
    ("EVA", "Evaluation"),
    ("AGR", "Agreement and labels"),
    ("REV", "Scoping review"),
    ("REL", "Release and ethics"),
    ("WORD", "Words"),
    ("PART", "Parts of a paper"),
    ("REF", "References"),
    ("DRAFT", "Drafts"),
)
INTRODUCTION = """\
`review paper lint` asks these rules of a manuscript: in its project, or of a file written elsewhere
(`review paper lint draft.tex --type dataset --counts counts.yml`). A rule is one thing that reviewers look for.
`review paper lint --explain EVA-02` says of one rule, and `--explain EVA` of a family, what stands here.

**Severity.** A *blocker* is a number or claim that is provably wrong, or something without which a paper is returned; an
*error* is something a paper of its kind must have; a *warning* and an *info* are remarks. Errors and blockers make the exit
status 1. Numbers are compared as printed: each stands for the interval that its last digit allows.

**How sure it is.** A number that was looked up for the text, or whose words name its unit and part, may be a blocker. A
number that only equals no count of its unit is an error.

**How often it is right.** On drafts that others wrote each finding was judged by hand: [rules-precision.md](rules-precision.md).

**What was not given.** A rule that would need a file which was not given says *not evaluable*; that is never a pass.

**Waivers.** To let a finding stand, say so in `paper.yaml`, with the sentence it is for; when the sentence changes, the
waiver lapses.

```yaml
waivers:
  - rule: ACC-03
    sentence: Of the 120 patients, 60 had pain, 30 fever and 40 both.
    reason: The groups overlap, as Methods say.
    who: Ana Writer
    date: 2026-11-02
```

**Kinds of paper.** D dataset, M method, C clinical, S scoping review. Without a kind only the rules that hold for every
kind are asked, and of the others those that compare numbers.
"""
FILES = """\
These are no rules: the linter prints them where it could not use a file, a key of `paper.yaml` or a number that the text
names. They cannot be waived.
"""


def rules_page(rules: Sequence[Rule], note: str) -> str:
    """The whole page."""
    parts = [f"{note}\n", "# Rules of the linter\n", INTRODUCTION, _contents(rules)]
    for prefix, title in FAMILIES:
        parts.append(f"## {title}\n")
        parts += [part for rule in rules if rule.id.split("-")[0] == prefix for part in _rule(rule)]
    parts += ["## What is wrong in the files\n", FILES, _faults()]
    return "\n".join(parts).rstrip() + "\n"


def _faults() -> str:
    rows = [f"| {each.id} | {_cell(each.title)} | {each.severity} | {_cell(each.fix)} |" for each in FAULTS]
    return "\n".join(["| Name | What is wrong | Severity | What to do |", "|---|---|---|---|", *rows]) + "\n"


def _contents(rules: Sequence[Rule]) -> str:
    rows = ["| Rule | What is wrong | Severity | Kinds |", "|---|---|---|---|"]
    rows += [f"| [{r.id}](#{r.id.lower()}) | {_cell(r.title)} | {r.severity} | {r.types} |" for r in rules]
    return "\n".join(rows) + "\n"


def _rule(rule: Rule) -> Iterator[str]:
    kinds = ", ".join(name for name, letter in LETTERS.items() if letter in rule.types)
    yield f"### {rule.id}\n"
    yield f"**{rule.title}.** {str(rule.severity).capitalize()}; for {kinds}. Reads: {', '.join(rule.needs)}.\n"
    yield f"{rule.does}\n"
    yield f"*Why.* {rule.why}\n"
    yield f"- Bad: {_plain(rule.bad)}\n- Good: {_plain(rule.good)}\n"
    yield f"*How to mend it.* {rule.fix}\n"
    if rule.serves:
        yield f"*Serves.* {', '.join(f'`{item}`' for item in rule.serves)}\n"


def _plain(text: str) -> str:
    return f"`{text}`" if "`" not in text else text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
