"""`review evidence accounting` and `review evidence splits`: the counts of a paper, and who is in which part of the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from review.services.evidence.accounting import Choices
    from review.services.evidence.accounting import accounting as service

    return service(file, Choices(manifest=manifest, by=_names(by), classes=_names(classes)))


@evidence.command(
    "splits",
    examples=[
        "review evidence splits splits_final.json --manifest manifest.csv",
        "review evidence splits splits.csv --strata class,sex --external HospitalC --out balance.svg",
        "review evidence splits --manifest manifest.csv --make kfold:5 --strata class,sex --seed 1",
        "review evidence splits --manifest manifest.csv --make train/val/test=70/10/20 --make-to my_splits.json",
    ],
)
@gives_evidence
@click.argument("file", type=FILE, required=False)
@click.option(
    "--manifest", type=FILE, help="The table of cases: case, patient, and if you have them site, hash, strata."
)
@click.option(
    "--external", multiple=True, metavar="SITE,…", help="Sites that are claimed to be external: tested on only."
)
@click.option(
    "--strata",
    multiple=True,
    metavar="COLUMN,…",
    help="The columns in which the sides must be alike. Without it: those with two to twelve values.",
)
@click.option("--make", metavar="PLAN", help="Make splits: kfold:5, kfold:5,test=20 or train/val/test=70/10/20.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="For --make: the same seed gives the same splits.",
)
@click.option(
    "--make-to",
    type=FILE,
    metavar="FILE",
    help="Where --make writes. Without it: splits_final.json beside the manifest; what exists is never replaced.",
)
def splits(
    file: Path | None, manifest: Path | None, strata: tuple[str, ...], external: tuple[str, ...], **making: Any
) -> Evidence:
    """Prove that no patient is on two sides of your splits, and that rare groups are on each; or make such splits.

    FILE is nnU-Net's splits_final.json, a JSON of folds or of train, val and test, or a table with the columns case
    and split or fold. With --make there is no FILE: the splits are made from the manifest, patient by patient.
    """
    from review.services.evidence import splits as service

    chosen = service.Choices(manifest=manifest, external=_names(external), strata=_names(strata) or None)
    if making["make"] is None:
        if file is None:
            raise click.UsageError("Name the file of splits, or make some with --make kfold:5 --manifest FILE.")
        return service.check(file, chosen)
    table = manifest or file
    if table is None or (manifest is not None and file is not None):
        raise click.UsageError("With --make, name the manifest and nothing else.")
    return service.create(
        table, service.Wanted(plan=making["make"], seed=making["seed"], file=making["make_to"]), chosen
    )
