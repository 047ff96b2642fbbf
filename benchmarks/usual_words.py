"""Learns which words reviews usually include, whatever they ask, from labelled reviews: review/ranking/usual_words.csv.

    python benchmarks/usual_words.py ../shared/data/ranking/dev --out review/ranking/usual_words.csv
    python benchmarks/usual_words.py ../shared/data/ranking/dev --each words

A word's effect in one review is the mean of its cells (without its rarity, see `Words`) in what was included less that in
what was not. Its weight is the mean of its effects over all reviews, divided by the mean square of its cells: what a linear
discriminant gives that takes words to be independent. Words that fewer than half of the reviews have say what a review was
about and are left out; of the others the thousand that move scores most are kept.

With --each the words learned from all other reviews are written for each one, as NAME.csv, for the benchmarks that rank it
(--usual-words): it must not be ranked by words that it has taught. They can also be learned without all reviews of its collection
(--without collection) or from the half of the reviews that it is not in (--without half). With neither option it prints how well both part the included from the excluded records of each: the chance that
an included one has more.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ranking import read_set
from scipy.stats import rankdata

from review.ranking.features import Corpus, build_corpus
from review.ranking.usual import Words, usual_of

LEAST_RECORDS = 3  # that have the word, or it says nothing of a review
SOFTENING = 0.1  # of the average mean square, added to each, so that rare words do not shout
WORDS = 1000
Term = tuple[str, str]  # text or title, and the folded word


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Of one review: each word's effect and the mean square of its cells."""

    effect: Mapping[Term, float]
    square: Mapping[Term, float]


def effects(corpus: Corpus, relevant: np.ndarray) -> Effects:
    spelled = {number: word for word, number in corpus.words.items()}
    effect, square = {}, {}
    offset = 0
    for part, block in (("text", corpus.text), ("title", corpus.title)):
        single = np.flatnonzero(block.keys < len(corpus.readable))
        cells = corpus.matrix[:, single + offset].astype(np.float64)
        offset += len(block.keys)
        often = np.asarray((cells > 0).sum(axis=0)).ravel() >= LEAST_RECORDS
        single, cells = single[often], cells[:, often].tocsc()
        cells.data /= np.repeat(block.idf[single], np.diff(cells.indptr))
        terms = [(part, spelled[key]) for key in block.keys[single].tolist()]
        apart = _mean(cells, relevant) - _mean(cells, ~relevant)
        effect.update(zip(terms, apart.tolist(), strict=True))
        squares = np.asarray(cells.multiply(cells).mean(axis=0)).ravel()
        square.update(zip(terms, squares.tolist(), strict=True))
    return Effects(effect=effect, square=square)


def _mean(cells: object, rows: np.ndarray) -> np.ndarray:
    return np.asarray(cells.tocsr()[rows].mean(axis=0)).ravel()


def learned(reviews: Iterable[Effects]) -> Words:
    """The words' weights from the effects of several reviews; a review that lacks a word says nothing for or against it."""
    all_of = list(reviews)
    shared = Counter(term for review in all_of for term in review.effect)
    terms = sorted(term for term, count in shared.items() if count >= len(all_of) / 2)
    effect = np.asarray([sum(r.effect.get(term, 0.0) for r in all_of) for term in terms]) / len(all_of)
    square = np.asarray([sum(r.square.get(term, 0.0) for r in all_of) for term in terms]) / len(all_of)
    weight = effect / (square + SOFTENING * square.mean())
    most = np.sort(np.argsort(-np.abs(weight) * np.sqrt(square), kind="stable")[:WORDS])
    parts: dict[str, dict[str, float]] = {"text": {}, "title": {}}
    for at in most.tolist():
        part, word = terms[at]
        parts[part][word] = float(f"{weight[at]:.3g}")
    return Words(text=parts["text"], title=parts["title"])


def effects_of(folder: Path, names: Iterable[str]) -> dict[str, Effects]:
    """The effects of each set of a folder."""
    found = {}
    for name in names:
        texts, labels = read_set(folder / f"{name}.csv.xz")
        corpus = build_corpus(texts)
        found[name] = effects(corpus, np.asarray([labels[record] >= 0.5 for record in corpus.ids]))
    return found


def without(known: Mapping[str, Effects], name: str, what: str = "set") -> Words:
    """The words learned without this set, without its collection, or without its half of the sets (drawn once)."""
    if what == "half":
        mixed = np.random.default_rng(0).permutation(sorted(known)).tolist()
        one, other = mixed[::2], mixed[1::2]
        left_out = set(one if name in one else other)
    elif what == "collection":
        left_out = {other for other in known if _family(other) == _family(name)}
    else:
        left_out = {name}
    return learned(effect for other, effect in known.items() if other not in left_out)


def write(words: Words, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["part", "word", "weight"])
        for part, weights in (("text", words.text), ("title", words.title)):
            writer.writerows((part, word, f"{weight:g}") for word, weight in sorted(weights.items()))


def _family(name: str) -> str:
    """The collection a set comes from; a set of its own is one."""
    first = name.split("_", maxsplit=1)[0]
    return first if first in {"CLEF", "Cohen", "SYNERGY"} else name


def _parted(corpus: Corpus, relevant: np.ndarray, words: Words) -> float:
    ranks = rankdata(usual_of(corpus, words).numbers)
    count = int(relevant.sum())
    return float((ranks[relevant].sum() - count * (count + 1) / 2) / (count * (len(relevant) - count)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--each", type=Path)
    parser.add_argument("--without", choices=("set", "collection", "half"), default="set")
    options = parser.parse_args()
    names = sorted(path.name.removesuffix(".csv.xz") for path in options.folder.glob("*.csv.xz"))
    known = effects_of(options.folder, names)
    if options.out:
        write(learned(known.values()), options.out)
    if options.each:
        options.each.mkdir(parents=True, exist_ok=True)
        for name in names:
            write(without(known, name, options.without), options.each / f"{name}.csv")
    if not options.out and not options.each:
        show(options.folder, known)


def show(folder: Path, known: Mapping[str, Effects]) -> None:
    figures = []
    for name in known:
        texts, labels = read_set(folder / f"{name}.csv.xz")
        corpus = build_corpus(texts)
        relevant = np.asarray([labels[record] >= 0.5 for record in corpus.ids])
        words = without(known, name), without(known, name, "collection")
        figures.append([_parted(corpus, relevant, one) for one in words])
        print(f"{name:32} without it {figures[-1][0]:.3f}, without its collection {figures[-1][1]:.3f}", flush=True)
    mean, far = (math.fsum(column) / len(figures) for column in zip(*figures, strict=True))
    print(f"{'mean':32} without it {mean:.3f}, without its collection {far:.3f}")


if __name__ == "__main__":
    main()
