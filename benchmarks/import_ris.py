"""How long a large RIS file takes to import, beside rispy alone on the same file in the same run.

    python benchmarks/import_ris.py [--records 50000] [--repeat 3]

Writes a file of about 2.5 kB a record, reads it in a fresh process per reader (`review` is our reader alone, `review
import` the whole import into a new project), and prints the processor seconds of the fastest run, the ratio to rispy, and
the memory each needed.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = {
    "review": """
from review.formats.ris import FORMAT
from review.domain.record import Record
data = open(path, "rb").read()
count = sum(isinstance(item, Record) for item in FORMAT.read(data, "benchmark"))
""",
    "review import": """
import tempfile
from pathlib import Path
from review.services import collect, project
with tempfile.TemporaryDirectory() as folder:
    made = project.create(Path(folder) / "review")
    count = collect.import_file(made, Path(path)).new
    made.close()
""",
    "rispy": """
import rispy
with open(path, encoding="utf-8-sig") as handle:
    count = len(rispy.load(handle))
""",
}
FRAME = """
import json, resource, sys, time
path = sys.argv[1]
before = resource.getrusage(resource.RUSAGE_SELF)
{body}
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({{"records": count, "seconds": seconds, "peak_mb": after.ru_maxrss / 1024}}))
"""
WORDS = [
    "lumbosacral",
    "transitional",
    "vertebra",
    "imaging",
    "segmentation",
    "convolutional",
    "network",
    "radiograph",
    "spine",
    "patient",
    "cohort",
    "prevalence",
    "classification",
    "sensitivity",
    "specificity",
    "Müller–Lyer",
    "naïve",
    "model",
    "outcome",
    "surgery",
    "agreement",
    "reader",
]


def generate(path: Path, records: int) -> None:
    """A file of made-up records with the tags that Scopus and Zotero write, the same for every run."""
    chance = random.Random(2024)
    with path.open("w", encoding="utf-8", newline="") as handle:
        for number in range(records):
            abstract = " ".join(chance.choices(WORDS, k=170))
            authors = "".join(
                f"AU  - Family{chance.randrange(9999)}, Given {chance.choice('ABCDEF')}.\r\n" for _ in range(6)
            )
            words = "".join(f"KW  - {word}\r\n" for word in chance.sample(WORDS, 8))
            handle.write(
                f"TY  - JOUR\r\nTI  - {' '.join(chance.choices(WORDS, k=14))} {number}\r\n{authors}"
                f"PY  - {chance.randrange(1990, 2025)}\r\nDA  - 2020/01/02/\r\nT2  - Journal of Examples\r\n"
                f"JO  - J Ex\r\nVL  - {chance.randrange(99)}\r\nIS  - {chance.randrange(12)}\r\nSP  - 11\r\nEP  - 19\r\n"
                f"DO  - 10.1000/example.{number}\r\nUR  - https://example.org/{number}\r\nSN  - 1234-5678\r\n"
                f"AB  - {abstract}\r\n{words}LA  - English\r\nDB  - Scopus\r\nM3  - Article\r\n"
                f"N1  - Cited By: {chance.randrange(99)}; Correspondence Address: A. Example, {' '.join(chance.choices(WORDS, k=20))}\r\n"
                "ER  - \r\n\r\n"
            )


def measure(reader: str, path: Path, repeat: int) -> dict[str, float]:
    """The fastest of several runs, each in a process of its own; memory of the smallest."""
    runs = []
    for _ in range(repeat):
        done = subprocess.run(
            [sys.executable, "-c", FRAME.format(body=READERS[reader]), str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        runs.append(json.loads(done.stdout))
    return {name: min(run[name] for run in runs) for name in ("records", "seconds", "peak_mb")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "benchmark.ris"
        generate(path, args.records)
        size = path.stat().st_size / 1e6
        print(f"{args.records:,} records, {size:.1f} MB")
        results = {reader: measure(reader, path, args.repeat) for reader in READERS}
    for reader, result in results.items():
        ratio = result["seconds"] / results["rispy"]["seconds"]
        print(
            f"{reader:8} {result['records']:>8,.0f} records  {result['seconds']:6.2f} s  {ratio:5.2f} x rispy  "
            f"peak {result['peak_mb']:7.1f} MB"
        )


if __name__ == "__main__":
    main()
