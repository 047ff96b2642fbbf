"""Deduplication of exports: real records as several databases would write them, and works that are easily mistaken for them.

    python benchmarks/dedup_exports.py FOLDER [--seed 1] [--works 4000] [--no-doi] [--poor] [--list FILE] [--write FOLDER]

FOLDER holds export files of any kind. Of their records, those with title, authors, year, journal, volume and pages are
taken, one for each title. Each is written in the dialects of one to four databases, with what these change and leave
out, as text which is then read by the program's own readers; which records are one work is thereby known. For one work
in three a neighbour is added that is another work: the second part, next year's report, an erratum, a reply, a meeting
abstract, another editorial under the same heading. `--no-doi` takes every DOI and PubMed number away; `--poor` takes
each field but the title with a chance of a third. `--list` writes every wrong merge and every miss to a file.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dedup import confusion, f1, write_set
from dedup_dialects import DIALECTS, NEIGHBOUR, Chance, foreign, translated, without

from review.dedup import DedupResult, find_duplicates
from review.dedup.words import kind_of_title
from review.domain.errors import ReviewError
from review.domain.record import Record
from review.formats.registry import detect, named

FIELDS = ("year", "journal", "volume", "issue", "pages", "doi", "abstract", "authors")
_COPIES = (1, 1, 1, 2, 2, 2, 3, 3, 4)  # databases that hold a work
_JOURNAL_NOTE = re.compile(r"[(\[:=;]| - ")  # behind it stands a place, a translation, a subtitle


def base(folder: Path) -> list[Record]:
    """The well-filled records of all files in a folder, one for each title and each DOI."""
    found: dict[str, Record] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for record in _read(path):
            key = "".join(filter(str.isalnum, record.title.casefold()))
            full = record.authors and record.year and record.journal and record.volume and record.pages
            if full and 15 < len(key) < 300 and _plain(record.title):
                found.setdefault(
                    key, replace(record, journal=_JOURNAL_NOTE.split(record.journal)[0].strip() or record.journal)
                )
    by_doi = {record.doi.casefold() or key: record for key, record in found.items()}
    by_place = {(each.year, each.volume, _first_page(each)): each for each in by_doi.values()}
    return list(by_place.values())


def _first_page(record: Record) -> str:
    return (re.findall(r"\d+", record.pages) or [record.pages])[0]


def _plain(title: str) -> bool:
    """Neither translated nor a notice or reply already."""
    return not (title.startswith("[") or "(" in title[-12:] or title.endswith("]") or kind_of_title(title))


def _read(path: Path) -> Iterator[Record]:
    try:
        data = path.read_bytes()
        yield from (each for each in detect(data, path.name).read(data, "base") if isinstance(each, Record))
    except ReviewError:
        return


# Works that are another work.


def neighbour(record: Record, chance: Chance) -> tuple[str, Record, Record]:
    """The name of what they are, the record as it must be beside the other, and the other."""
    kind = chance.choice(tuple(NEIGHBOURS))
    one, other = NEIGHBOURS[kind](record, chance)
    return kind, one, replace(other, doi=_next_doi(other.doi, chance), pmid="")


def _next_doi(doi: str, chance: Chance) -> str:
    """The DOI of another article of the same publisher."""
    head, numbers, end = doi.rpartition(found[-1]) if (found := re.findall(r"\d+", doi)) else ("", "", "")
    return f"{head}{int(numbers) + chance.randrange(1, 40):0{len(numbers)}}{end}" if numbers else ""


def _next_pages(record: Record, by: int = 1) -> Record:
    numbers = [int(part) for part in re.findall(r"\d+", record.pages)[:2]]
    if len(numbers) < 2 or numbers[1] < numbers[0]:
        return replace(record, pages=str(int((numbers or [1])[0]) + 7 * by))
    length = numbers[1] - numbers[0]
    return replace(record, pages=f"{numbers[1] + by}-{numbers[1] + by + length}")


def _retitled(title: str, other: str) -> Callable[[Record, Chance], tuple[Record, Record]]:
    def make(record: Record, _chance: Chance) -> tuple[Record, Record]:
        return (
            replace(record, title=title.format(record.title)),
            replace(_next_pages(record), title=other.format(record.title), abstract=_mixed(record.abstract)),
        )

    return make


def _mixed(abstract: str) -> str:
    """Another text in the same words."""
    sentences = abstract.split(". ")
    return ". ".join(sentences[::-1]) if len(sentences) > 2 else ""


def _later(record: Record, by: int) -> Record:
    volume = str(int(record.volume) + by) if record.volume.isdigit() else f"{record.volume}{by}"
    return replace(_next_pages(record, 40), year=(record.year or 2000) + by, volume=volume)


def _report(record: Record, chance: Chance) -> tuple[Record, Record]:
    year, end = record.year or 2000, chance.choice((": annual report {}", ", {}", " ({} update)"))
    other = replace(_later(record, 1), title=record.title + end.format(year + 1), abstract=_mixed(record.abstract))
    return replace(record, title=record.title + end.format(year)), other


def _heading(record: Record, chance: Chance) -> tuple[Record, Record]:
    """Two columns of one editor."""
    title = chance.choice(("Editorial", "From the editor", "Editor's note", "News in brief", "President's message"))
    one = replace(
        record, title=title, abstract="", authors=record.authors[:1], doi="" if chance.random() < 0.5 else record.doi
    )
    number = int(one.issue) if one.issue.isdigit() else 1
    return replace(one, issue=str(number)), replace(
        _next_pages(one, 90), title=title, issue=str(number + 1), doi=one.doi
    )


def _meeting(record: Record, chance: Chance) -> tuple[Record, Record]:
    page = f"S{chance.randrange(10, 300)}"
    meant = replace(record, pages=page, issue="Suppl 1", year=(record.year or 2000) - 1, abstract=record.abstract[:300])
    return record, replace(meant, volume=str(chance.randrange(20, 90)))


def _same_page(record: Record, chance: Chance) -> tuple[Record, Record]:
    """Two abstracts on one page of a supplement, by one group."""
    words = record.title.split()
    half = len(words) // 2
    page, title = f"S{chance.randrange(10, 300)}", " ".join([*words[:half], *map(foreign, words[half:])])
    both = [replace(each, pages=page, issue="Suppl 2") for each in (record, replace(record, title=title))]
    return both[0], replace(both[1], abstract=_mixed(record.abstract))


NEIGHBOURS: Mapping[str, Callable[[Record, Chance], tuple[Record, Record]]] = {
    "part two": _retitled("{}: part I", "{}: part II"),
    "number two": _retitled("{}. 1. Methods", "{}. 2. Results"),
    "men and women": _retitled("{} in men", "{} in women"),
    "protocol": _retitled("{}", "{}: study protocol"),
    "erratum": _retitled("{}", "Erratum: {}"),
    "correction": _retitled("{}", "Correction to: {}"),
    "reply": _retitled("{}", "Reply to: {}"),
    "comment": lambda record, _chance: (
        record,
        replace(_next_pages(record), authors=("Stranger, Ann B.",), abstract=""),
    ),
    "report": _report,
    "heading": _heading,
    "meeting": _meeting,
    "same page": _same_page,
    "again later": lambda record, _chance: (record, replace(_later(record, 4), abstract=_mixed(record.abstract))),
}


class Made(NamedTuple):
    """Records, the work of each, and of each work what it is."""

    records: list[Record]
    truth: dict[str, str]
    kind: dict[str, str]


def made(works: Sequence[Record], chance: Chance) -> Made:
    """Each work in some dialects, read back from what was written."""
    kind: dict[str, str] = {}
    written: dict[str, list[tuple[str, Record]]] = defaultdict(list)

    def put(work: str, what: str, record: Record) -> None:
        kind[work] = what
        for name in chance.sample(tuple(DIALECTS), chance.choice(_COPIES)):
            written[name].append((work, DIALECTS[name].habit(record, chance)))

    for number, record in enumerate(works):
        whole = replace(
            record, language="translated" if chance.random() < 0.05 else "", url="", type="", keywords=(), notes=""
        )
        if chance.random() < 1 / 3:
            what, one, other = neighbour(replace(whole, type=NEIGHBOUR, arxiv_id=""), chance)
            put(f"{number}", what, one)
            put(f"{number}-other", what, other)
        else:
            put(f"{number}", "translated" if translated(whole) else "alone", whole)
    return _read_back(written, kind)


def _read_back(written: Mapping[str, Sequence[tuple[str, Record]]], kind: dict[str, str]) -> Made:
    records: list[Record] = []
    truth: dict[str, str] = {}
    for name, some in written.items():
        text = DIALECTS[name].text([replace(record, raw="", type="", language="") for _, record in some])
        back = [each for each in named(DIALECTS[name].name).read(text, name) if isinstance(each, Record)]
        if len(back) != len(some):
            raise SystemExit(f"{name}: {len(some)} records written, {len(back)} read")
        for number, ((work, _), record) in enumerate(zip(some, back, strict=True)):
            records.append(replace(record, source=name, source_id=str(number)))
            truth[records[-1].record_id] = work
    return Made(records, truth, kind)


def mistakes(found: Made, result: DedupResult) -> tuple[list[str], list[str]]:
    """Wrong merges and misses, each as the kinds or dialects it is made of, the condition, and the records."""
    by_id = {record.record_id: record for record in found.records}
    group_of = {member: group.group_id for group in result.groups for member in group.members}
    unsure = {(pair.record_a, pair.record_b): pair.condition for pair in result.unsure}
    wrong = [
        f"{found.kind[found.truth[link.record_a]]}\t{link.condition}\n{_pair(by_id[link.record_a], by_id[link.record_b])}"
        for group in result.groups
        for link in group.links
        if found.truth[link.record_a] != found.truth[link.record_b]
    ]
    members = defaultdict(list)
    for record, work in found.truth.items():
        members[work].append(record)
    missed = []
    for work, some in members.items():
        for one, other in combinations(sorted(some), 2):
            if group_of.get(one, one) != group_of.get(other, other):
                between = " ".join(sorted((by_id[one].source, by_id[other].source)))
                asked = unsure.get((one, other), "not asked")
                missed.append(f"{between}\t{found.kind[work]}\t{asked}\n{_pair(by_id[one], by_id[other])}")
    return wrong, missed


def _pair(one: Record, other: Record) -> str:
    shown = ("title", "authors", *FIELDS[:-2], "pmid", "abstract")
    return "\n".join(" | ".join(str(getattr(each, name))[:90] for name in shown) for each in (one, other))


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--works", type=int, default=4000)
    parser.add_argument("--no-doi", action="store_true", help="no DOI and no PubMed number anywhere")
    parser.add_argument("--poor", action="store_true", help="each field but the title lost with a chance of a third")
    parser.add_argument("--list", type=Path, help="where to write every mistake")
    parser.add_argument("--write", type=Path, help="a folder to write the set to, as a labelled set")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    works = base(options.folder)
    found = made(chance.sample(works, min(options.works, len(works))), chance)
    if options.no_doi:
        found = found._replace(records=[replace(each, doi="", pmid="", url="") for each in found.records])
    if options.poor:
        odds = dict.fromkeys((*FIELDS, "pmid", "url"), 1 / 3)
        found = found._replace(records=[without(each, chance, **odds) for each in found.records])
    if options.write:
        write_set(options.write, found.records, found.truth)
    begin = time.process_time()
    result = find_duplicates(found.records)
    seconds = time.process_time() - begin
    count = confusion(found.truth, result.groups)
    print(
        f"{len(found.records):,} records of {len(found.kind):,} works in {seconds:.1f} CPU s: {count}, F1 {f1(count):.5f}"
    )
    wrong, missed = mistakes(found, result)
    print(f"{count['worst_fp']} works merged into another; links: {Counter(each.splitlines()[0] for each in wrong)}")
    print(
        f"pairs missed: {len(missed)}, of which a person is asked about {sum('not asked' not in each for each in missed)}"
    )
    print(Counter(each.splitlines()[0].split("\t")[0] for each in missed).most_common(12))
    print(Counter(each.splitlines()[0].split("\t")[1] for each in missed).most_common(12))
    if options.list:
        options.list.write_text(
            "\n\n".join([*(f"WRONG {e}" for e in wrong), *(f"MISSED {e}" for e in missed)]), "utf-8"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
