"""Deduplication of one set from three sources that know different things of it: real records and their real neighbours.

    python benchmarks/dedup_sources.py FOLDER/SET journals|databases [--seed 1] [--works 6000] [--no-doi] [--no-year .3]
        [--name-sources] [--list FILE] [--write FOLDER]

Of each work of a labelled set one record is taken, works with neighbouring titles together, so that editorials, parts
and updates meet; each is written as one to three sources give it. `journals` are a registry of DOIs (subtitles lost,
early years), an index of computer science (names with numbers, titles with full stops, journals abbreviated) and
metadata read from PDF files (ligatures, footnote marks, half of the fields lost). `databases` are one without abstracts
and given names, one with article numbers for pages and the year of the first publication, and one with abbreviated
journals, first pages only and translated titles. `--name-sources` tells the program which source each record is from.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import confusion, f1, queued, read_records, read_truth, write_set
from dedup_dialects import Chance, Habit, abbreviated, ascii_only, foreign, initials, without
from dedup_exports import Made, mistakes

from review.dedup import find_duplicates
from review.domain.record import Record

_TOGETHER = 40  # works with neighbouring titles
_COPIES = (1, 1, 1, 1, 2, 2, 2, 3, 3)  # sources that hold a work
_LIGATURES = {"fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=\.)(?=[A-Z][a-z])")


def works_of(folder: Path, count: int, chance: Chance) -> list[Record]:
    """One record of each work, those of neighbouring titles together."""
    truth = read_truth(folder)
    first: dict[str, Record] = {}
    for record in read_records(folder):
        first.setdefault(truth[record.record_id], record)
    ordered = sorted((_named(each) for each in first.values() if each.title), key=lambda each: each.title.casefold())
    starts = range(0, len(ordered), _TOGETHER)
    chosen = sorted(chance.sample(list(starts), min(len(starts), max(count // _TOGETHER, 1))))
    return [each for start in chosen for each in ordered[start : start + _TOGETHER]]


def _named(record: Record) -> Record:
    """With a name for each author, as "Family, Given", where a set has them glued together; titles in small letters."""
    names = [part for each in record.authors for part in (_GLUED.split(each) if "," not in each else [each])]
    people = [name if "," in name else ", ".join(name.strip().split(" ", 1)) for name in names if name.strip()]
    title = record.title.capitalize() if record.title.isupper() else record.title
    return replace(record, title=title, authors=tuple(people), pages=record.pages.replace("--", "-"), url="")


# Three sources of journal records.


def registry(record: Record, chance: Chance) -> Record:
    """What publishers deposited."""
    main = re.split(r": | - ", record.title)[0]
    title = main if len(main) > 30 and chance.random() < 0.08 else record.title
    title = html.escape(title) if chance.random() < 0.3 else title
    early = chance.random() < 0.08
    kept = without(record, chance, abstract=0.7, issue=0.1, pages=0.15, volume=0.05, authors=0.03)
    return replace(kept, title=title, year=record.year and record.year - early, doi=record.doi.lower())


def computing(record: Record, chance: Chance) -> Record:
    """An index of computer science: no abstracts, namesakes by number."""
    number = chance.randrange(1, 40)
    names = [" ".join(reversed(name.split(", ", 1))) for name in record.authors]
    people = [f"{name} {number:04}" if chance.random() < 0.1 else name for name in names]
    dotted = " ".join(f"{word}." if len(word) > 1 else word for word in abbreviated(record.journal).split())
    kept = without(record, chance, doi=0.2, issue=0.15, pages=0.05)
    return replace(kept, title=f"{record.title}.", authors=tuple(people), journal=dotted, abstract="")


def printed(record: Record, chance: Chance) -> Record:
    """Metadata read from the first page of a PDF file."""
    title = record.title.upper() if chance.random() < 0.2 else record.title
    for letters, one in _LIGATURES.items():
        title = title.replace(letters, one) if chance.random() < 0.3 else title
    if chance.random() < 0.05:
        title = f"{record.journal} {title}"
    names = [" ".join(reversed(name.split(", ", 1))) for name in record.authors]
    people = tuple(f"{name}{chance.choice(('1', '2', '*', ''))}" for name in names)
    kept = without(record, chance, doi=0.65, year=0.4, journal=0.5, volume=0.6, issue=0.65, pages=0.6, authors=0.1)
    return replace(without(kept, chance, abstract=0.4), title=title, authors=people if kept.authors else ())


# Three databases.


def lean(record: Record, chance: Chance) -> Record:
    """No abstracts, no given names, no DOI for most."""
    people = tuple(initials(ascii_only(name), dots=False, comma=False) for name in record.authors)
    kept = without(record, chance, doi=0.7, issue=0.2, year=0.05)
    return replace(kept, authors=people, abstract="", title=ascii_only(record.title))


def early(record: Record, chance: Chance) -> Record:
    """The year of the first publication, and an article number where others give pages."""
    sooner = chance.random() < 0.15
    numbered = chance.random() < 0.2
    pages = f"e{chance.randrange(1000, 999_999)}" if numbered else record.pages
    kept = without(record, chance, doi=0.1, abstract=0.1)
    return replace(kept, year=record.year and record.year - sooner, pages=pages, issue="" if sooner else kept.issue)


def brief(record: Record, chance: Chance) -> Record:
    """Journals abbreviated, the first page only, translated titles in brackets or behind the original."""
    translated = chance.random() < 0.05
    title = (
        chance.choice((f"[{record.title}]", f"{foreign(record.title)} [{record.title}]"))
        if translated
        else record.title
    )
    people = tuple(initials(name, dots=True) for name in record.authors[:3])
    kept = without(record, chance, doi=0.6, abstract=0.4, issue=0.3)
    pages = re.split(r"[-–]", kept.pages)[0]
    return replace(kept, title=title, authors=people, journal=abbreviated(kept.journal), pages=pages)


SOURCES: Mapping[str, Mapping[str, Habit]] = {
    "journals": {"registry": registry, "computing": computing, "printed": printed},
    "databases": {"lean": lean, "early": early, "brief": brief},
}


def made(works: Sequence[Record], habits: Mapping[str, Habit], chance: Chance) -> Made:
    """Each work as some of the sources give it."""
    records: list[Record] = []
    truth: dict[str, str] = {}
    for number, work in enumerate(works):
        for name in chance.sample(tuple(habits), chance.choice(_COPIES)):
            record = replace(habits[name](work, chance), source=name, source_id=f"{number:06}")
            records.append(record)
            truth[record.record_id] = str(number)
    return Made(records, truth, defaultdict(lambda: "work"))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a labelled set")
    parser.add_argument("sources", choices=SOURCES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--works", type=int, default=6000)
    parser.add_argument("--no-doi", action="store_true")
    parser.add_argument("--no-year", type=float, default=0.0, help="the share of records that lose their year")
    parser.add_argument("--name-sources", action="store_true")
    parser.add_argument("--list", type=Path, help="where to write every mistake")
    parser.add_argument("--write", type=Path, help="a folder to write the set to, as a labelled set")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    found = made(works_of(options.folder, options.works, chance), SOURCES[options.sources], chance)
    odds = {"doi": float(options.no_doi), "year": options.no_year}
    found = found._replace(records=[without(each, chance, **odds) for each in found.records])
    if options.write:
        write_set(options.write, found.records, found.truth)
    begin = time.process_time()
    result = find_duplicates(found.records, one_each=SOURCES[options.sources] if options.name_sources else ())
    seconds = time.process_time() - begin
    count = confusion(found.truth, result.groups)
    works = len(set(found.truth.values()))
    print(f"{len(found.records):,} records of {works:,} works in {seconds:.1f} CPU s: {count}, F1 {f1(count):.5f}")
    wrong, missed = mistakes(found, result)
    print(f"{queued(found.truth, result)} of {len(result.unsure)} unsure pairs")
    print(f"wrong links: {Counter(each.splitlines()[0].split(chr(9))[1] for each in wrong)}")
    print(f"missed between: {Counter(each.splitlines()[0].split(chr(9))[0] for each in missed).most_common(4)}")
    if options.list:
        options.list.write_text(
            "\n\n".join([*(f"WRONG {e}" for e in wrong), *(f"MISSED {e}" for e in missed)]), "utf-8"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
