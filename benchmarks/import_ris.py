"""How long a large RIS file takes to import into a new project, beside our reader and rispy alone on the same file.

    python benchmarks/import_ris.py [--records 50000] [--repeat 3]

The file is that of `reading.py`, about 2.3 kB a record. Each runs in a fresh process; printed are the processor seconds of
the fastest run, the ratio to rispy, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from reading import OURS, PEERS, READ, generate, measure

IMPORT = """
import tempfile
from pathlib import Path
from review.services import collect, project
with tempfile.TemporaryDirectory() as folder:
    made = project.create(Path(folder) / "review")
    count = collect.import_file(made, Path(path)).new
    made.close()
"""
READERS = {OURS: READ, "review import": IMPORT, **PEERS["ris"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.ris"
        generate(path, "ris", args.records)
        print(f"{args.records:,} records, {path.stat().st_size / 1e6:.1f} MB")
        results = {name: measure(sys.executable, body, path, args.repeat) for name, body in READERS.items()}
    for name, found in results.items():
        if isinstance(found, str):
            print(f"{name:13} could not be measured ({found})")
            continue
        rispy = results["rispy"]
        ratio = "" if isinstance(rispy, str) else f"{found['seconds'] / rispy['seconds']:5.2f} x rispy  "
        print(
            f"{name:13} {found['records']:>8,.0f} records  {found['seconds']:6.2f} s  {ratio}peak {found['peak_mb']:7.1f} MB"
        )


if __name__ == "__main__":
    main()
