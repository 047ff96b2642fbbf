"""What a second search costs: CPU seconds to deduplicate what is added to many records, and what all at once costs.

    python benchmarks/dedup_update.py ../shared/data/dedup/dev [SET] [--added 100 1000 5000]

The records are shuffled; the last so many are added to the rest, with what the first run left packed and unpacked as a
project keeps it. `same` says whether groups, unsure pairs and related works are those of all records at once.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import read_records

from review.dedup import find_duplicates, find_more
from review.dedup.memory import packed, unpacked
from review.domain.record import Record


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("set", nargs="?", default="srsr")
    parser.add_argument("--added", type=int, nargs="+", default=(100, 1000, 5000))
    options = parser.parse_args(arguments)
    records = read_records(options.folder / options.set)
    random.Random(1).shuffle(records)
    by_id = {record.record_id: record for record in records}
    begin = time.process_time()
    whole = find_duplicates(records)
    print(f"all {len(records):,} at once: {time.process_time() - begin:.2f} CPU s")
    print("  added    CPU s   read again   memory MB   same")
    for added in options.added:
        content = packed(find_more(None, records[:-added], read=lambda _ids: {})[1])
        again: set[str] = set()

        def read(ids: Sequence[str], again: set[str] = again) -> dict[str, Record]:
            again.update(ids)
            return {key: by_id[key] for key in ids}

        begin = time.process_time()
        result, memory = find_more(unpacked(content), records[-added:], read=read)
        packed(memory)
        seconds = time.process_time() - begin
        size = len(content) / 1e6
        print(
            f"{added:7,}{seconds:9.2f}{len(again):13,}{size:12.1f}   {'yes' if result == whole else 'no'}", flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
