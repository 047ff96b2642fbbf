"""What ranking costs from 10,000 to 1,000,000 records: vectorising, refitting, scoring, and memory.

    python benchmarks/ranking_scale.py ../shared/data/ranking/dev [--sizes 10000 40000] [--labels 1000]

The labelled sets are joined and, where more records are asked for, multiplied: each further copy has the words of its
abstracts in another order, so that new pairs of words keep coming as in new texts. Labels are the real ones of records
drawn with a fixed seed. Each size runs in a process of its own; seconds are CPU seconds of one thread. After the labels
named, twenty more come one by one, and the model is fitted and all records scored after each: medians and slowest.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import numpy as np
from ranking import read_set

from review.ranking.active import rank
from review.ranking.features import Text, build_corpus
from review.ranking.model import TFIDF, Fitted, labels_of

SIZES = (10_000, 40_000, 100_000)
STEPS = 20
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def multiplied(folder: Path, labels: dict[str, float]) -> Iterator[Text]:
    """All records of all sets, then the same again and again with their words in another order; fills in the labels."""
    names = sorted(path.name.removesuffix(".csv.xz") for path in folder.glob("*.csv.xz"))
    for copy in count(1):
        for name in names:
            texts, known = read_set(folder / f"{name}.csv.xz")
            for text in texts:
                record_id = f"{copy}:{name}:{text.record_id}"
                labels[record_id] = known[text.record_id]
                yield Text(record_id=record_id, title=text.title, abstract=reordered(text.abstract, copy))


def reordered(text: str, stride: int) -> str:
    """Every `stride`-th word from the first, then from the second, and so on; a stride of 1 changes nothing.

    >>> reordered("a b c d e", 2)
    'a c e b d'
    """
    words = text.split()
    return " ".join(word for start in range(stride) for word in words[start::stride]) if stride > 1 else text


def timed(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def measure(folder: Path, size: int, decided: int) -> None:
    labels: dict[str, float] = {}
    texts = list(islice(multiplied(folder, labels), size))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, wall = time.process_time(), time.perf_counter()
    corpus = build_corpus(texts)
    vectorise, waited = time.process_time() - began, time.perf_counter() - wall
    del texts
    draw = np.random.default_rng(1)
    relevant = [record for record in corpus.ids if labels[record] >= 0.5]
    some = [str(record) for record in draw.choice(relevant, decided // 10, replace=False)]
    some += [str(record) for record in draw.choice(np.asarray(corpus.ids), decided + 10 * STEPS, replace=False)]
    queue = list(dict.fromkeys(some))
    known = {record: labels[record] for record in queue[:decided]}
    fits, scorings = [], []
    for record in queue[decided : decided + STEPS]:
        known[record] = labels[record]
        told = labels_of(corpus, known)
        found: list[Fitted] = []
        fits.append(timed(lambda told=told, found=found: found.append(TFIDF.fit(corpus, told, 1))))  # type: ignore[misc]
        model = found[0]
        scorings.append(timed(lambda model=model: model.scores(corpus)))  # type: ignore[misc]
    whole = timed(lambda: rank(corpus, known))
    both = [fit + score for fit, score in zip(fits, scorings, strict=True)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{size:>10,}{corpus.matrix.shape[1]:>12,}{corpus.matrix.nnz / 1e6:>8.1f}{vectorise:>10.1f}{waited:>8.0f}"
        f"{1000 * statistics.median(fits):>9.1f}{1000 * statistics.median(scorings):>9.1f}"
        f"{1000 * statistics.median(both):>9.1f}{1000 * max(both):>9.1f}{1000 * whole:>9.0f}{held:>9.0f}{peak:>9.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--labels", type=int, default=1000)
    parser.add_argument("--here", action="store_true", help="measure one size in this process")
    options = parser.parse_args()
    if options.here:
        measure(options.folder, options.sizes[0], options.labels)
        return
    print(f"{'':>41}{'':>8}{'CPU ms with ' + format(options.labels, ',') + ' labels':>45}{'memory, MB':>18}")
    print(
        f"{'records':>10}{'columns':>12}{'M cells':>8}{'CPU s':>10}{'wall s':>8}{'refit':>9}{'score':>9}{'both':>9}"
        f"{'slowest':>9}{'cold+ids':>9}{'texts':>9}{'peak':>9}",
        flush=True,
    )
    for size in options.sizes:
        again = [sys.executable, __file__, str(options.folder), "--sizes", str(size), "--labels", str(options.labels)]
        subprocess.run([*again, "--here"], check=True, env={**os.environ, **ONE_THREAD})


if __name__ == "__main__":
    main()
