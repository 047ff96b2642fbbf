"""`review evidence accounting` and `review evidence splits`: the counts of a paper, and who is in which part of the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.evidence import evidence, gives_evidence

if TYPE_CHECKING:
    from review.domain.estimate import Evidence

FILE = click.Path(path_type=Path, dir_okay=False)


def _names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given one by one or with commas between."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@evidence.command(
    "accounting",
    examples=[
        "review evidence accounting counts.yml",
        "review evidence accounting counts.yml --manifest manifest.csv",
        "review evidence accounting manifest.csv --by split,class --out counts.md --out counts.tex",
        "review evidence accounting manifest.csv --keep counts",
    ],
)
@gives_evidence
@click.argument("file", type=FILE)
@click.option("--manifest", type=FILE, help="Hold the stated counts to what this table of cases says.")
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN,…",
    help="Count per value of these columns of the manifest. Without it: split and class, where there are such.",
)
@click.option(
    "--classes",
    multiple=True,
    metavar="NAME,…",
    help="All classes there should be; any other is reported, and an empty one.",
)
def accounting(file: Path, manifest: Path | None, by: tuple[str, ...], classes: tuple[str, ...]) -> Evidence:
    """Check that the counts of your paper add up, and make the one table that holds them.

    FILE is counts.yml (quantities with their unit, and the sums, differences, ratios, percentages and partitions that
    must hold), accounting.csv (unit, subset, partition_of, n, source, sha256), or a manifest: a table with a line per
    case, from which patients, scans, series and masks are counted per split and class.
    """
    from review.services.accounting import Choices
    from review.services.accounting import accounting as service

    return service(file, Choices(manifest=manifest, by=_names(by), classes=_names(classes)))
