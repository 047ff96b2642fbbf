"""Our deduplication and bib-dedupe on the same records in one run: accuracy, CPU seconds and peak memory of both.

    python benchmarks/dedup_beside.py ../shared/data/dedup/dev [SET …] [--keep FOLDER]

bib-dedupe is installed from the package index into an environment of its own, made for this run (`--keep` makes it once
and uses it again). Each program runs each set in a process of its own. The set srsr takes bib-dedupe more than six CPU
minutes and five gigabytes, so it is left out unless it is named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import confusion, f1, in_own_process, read_truth

from review.domain.record import DuplicateGroup

SETS = ("stroke", "haematology", "diabetes", "digital_work")
PEER = "bib-dedupe==0.11.0"
# What the peer's environment runs: it knows nothing of ours.
_CHILD = """
import json, resource, sys, time
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
import bib_dedupe.cluster
rows = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
rows = rows.rename(columns={"record_id": "ID", "entry_type": "ENTRYTYPE"})
for name in ("ENTRYTYPE", "author", "title", "journal", "booktitle", "volume", "number", "pages", "doi", "year", "abstract"):
    if name not in rows:
        rows[name] = rows["authors"] if name == "author" and "authors" in rows else ""
printed = ~rows["ENTRYTYPE"].isin(["article"])  # it looks for the journal of everything else in another column
rows.loc[printed & (rows["booktitle"] == ""), "booktitle"] = rows["journal"]
def spent():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
before = spent()
groups = cluster(match(block(prep(rows, verbosity_level=0, cpu=1), cpu=1), cpu=1))
seconds = spent() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("\\n" + json.dumps({"groups": [sorted(map(str, each)) for each in groups], "cpu_s": seconds, "peak_mb": peak}))
"""


def peer(folder: Path) -> Path:
    """The Python of an environment in which bib-dedupe is installed."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", PEER]
        subprocess.run(install, check=True)
    return python


def measure_peer(python: Path, folder: Path) -> dict[str, float]:
    """What bib-dedupe reaches on one set, counted as ours is."""
    command = [str(python), "-c", _CHILD, str(folder / "records.csv.xz")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.strip().rpartition("\n")[2])
    truth = read_truth(folder)
    groups = [
        DuplicateGroup(group_id="", members=tuple(sorted(f"dev:{member}" for member in members)))
        for members in found["groups"]
    ]
    return {**confusion(truth, groups), "cpu_s": found["cpu_s"], "peak_mb": found["peak_mb"]}


def line(name: str, program: str, count: Mapping[str, float]) -> str:
    return (
        f"{name:16}{program:12}{count['TP']:7.0f}{count['FP']:5.0f}{count['FN']:5.0f}{f1(count):9.5f}"
        f"{count['worst_fp']:9.0f}{count['cpu_s']:8.1f}{count['peak_mb']:9.0f}"
    )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--keep", type=Path, help="where the peer's environment stays")
    options = parser.parse_args(arguments)
    together: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as scratch:
        python = peer(options.keep or Path(scratch) / "peer")
        print("set             program          TP   FP   FN       F1 worst FP   CPU s  peak MB")
        for name in options.sets:
            for program, count in (
                ("ours", in_own_process(options.folder / name)),
                ("bib-dedupe", measure_peer(python, options.folder / name)),
            ):
                print(line(name, program, count), flush=True)
                peak = max(together[program]["peak_mb"], count["peak_mb"])
                together[program].update(count)
                together[program]["peak_mb"] = peak
    for program, count in together.items():
        print(line("together", program, count))


if __name__ == "__main__":
    main(sys.argv[1:])
