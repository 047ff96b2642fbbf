"""How long a manuscript of 12,000 words with 60 tables, 60 references and a flow diagram takes to Word and to PDF.

Usage: python benchmarks/documents.py [--words 12000] [--tables 60] [--runs 3]

Each run is a whole one: the text is read, its citations set and the document written, as `review paper build` does for one
format. The best run is held against the limit; processor time is given too, since it says more on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lint import manuscript

from review.domain.flow import FlowCounts
from review.render.diagram import flow_svg
from review.render.documents import FORMATS, read, write
from review.render.images import svg_to_png

LIMIT = 3.0  # seconds
REFERENCES = 60


def paper(words: int, tables: int) -> str:
    """The long paper of benchmarks/lint.py with a citation in each paragraph and a picture."""
    parts = manuscript(words, tables).split("[@castellvi1984]")
    cited = "".join(f"{part}[@study{n % REFERENCES}]" for n, part in enumerate(parts[:-1]))
    return f'{cited}{parts[-1]}\n\n![Flow of records.](figures/flow.svg){{alt="Boxes."}}\n'


def references() -> str:
    return "".join(
        f"@article{{study{n}, author={{Writer{n}, Ada and Second, Bo and Third, Cy}}, title={{Study number {n} of spines}}, "
        f"journal={{Journal of Invented Spines}}, year={{{1990 + n % 30}}}, volume={{{n}}}, number={{1}}, "
        f"pages={{{n}--{n + 9}}}, doi={{10.5555/x.{n}}}}}\n"
        for n in range(REFERENCES)
    )


def processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=12_000)
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    text = paper(asked.words, asked.tables)
    print(f"{len(text.split()):,} words, {asked.tables} tables, {REFERENCES} references; load {os.getloadavg()[0]:.1f}")
    slow = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "figures").mkdir()
        counts = FlowCounts(database_results=5, database_specific_results=(("PubMed", 5),), left_unscreened=5)
        (folder / "figures" / "flow.svg").write_text(flow_svg(counts), encoding="utf-8")
        (folder / "references.bib").write_text(references(), encoding="utf-8")
        for to in FORMATS:
            walls, cpus = [], []
            for _ in range(asked.runs):
                svg_to_png.cache_clear()
                begun, used = time.perf_counter(), processor()
                parsed = read(text, bibliography=folder / "references.bib", to=(to,))
                made = write(parsed, to=to, resources=folder)
                walls.append(time.perf_counter() - begun)
                cpus.append(processor() - used)
            unfit = f", not PDF/UA-1: {made.unfit}" if made.unfit else ""
            print(f"{to:5} {min(walls):5.2f} s, processor {min(cpus):5.2f} s, {len(made.data):,} bytes{unfit}")
            slow |= to in ("docx", "pdf") and min(walls) > LIMIT
    sys.exit(f"slower than {LIMIT} s" if slow else None)


if __name__ == "__main__":
    main()
