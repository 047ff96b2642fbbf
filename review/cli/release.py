"""The command on a release: its datasheet, its description for machines, its card, its licences, FAIR."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from review.cli.evidence import evidence, gives_evidence

if TYPE_CHECKING:
    from review.domain.estimate import Evidence

_FILE = click.Path(path_type=Path, dir_okay=False)


@evidence.command(
    "release",
    examples=[
        "review evidence release my-dataset",
        "review evidence release my-dataset --manifest cases.csv --splits splits_final.json --ratings readings.csv",
        "review evidence release my-dataset --check --out fair.md",
    ],
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--manifest", type=_FILE, help="The table of cases. Without it: manifest.csv in the folder.")
@click.option(
    "--counts", type=_FILE, help="The counts. Without it: counts.yml in the folder, else counted in the manifest."
)
@click.option("--splits", type=_FILE, help="The splits. Without it: splits_final.json in the folder.")
@click.option(
    "--ratings", "--agreement", type=_FILE, help="Double readings: item, rater, label. Without it: ratings.csv."
)
@click.option("--check", is_flag=True, help="Write nothing, only say how things stand.")
@gives_evidence
def release(
    *, folder: Path, manifest: Path | None, counts: Path | None, splits: Path | None, ratings: Path | None, check: bool
) -> Evidence:
    """Make a dataset ready for release: datasheet, croissant.json, card, licences and FAIR.

    Writes datasheet.md (57 questions in seven parts, answered as far as the files go), croissant.json (version 1.1, for
    machines) and dataset_card.md into FOLDER, and a release.yaml to fill in if there is none. Run it again as often as
    you like: what you wrote yourself stays.

    It says which questions are open, where licences disagree with one another or with those of the sources, what the
    description lacks, and for each FAIR principle yes, no or cannot tell, with what was looked at.
    """
    from review.services.evidence import release as service
    from review.services.evidence.release_fill import Sources

    sources = Sources(manifest=manifest, counts=counts, splits=splits, ratings=ratings)
    return service.release(folder, sources, write=not check)
