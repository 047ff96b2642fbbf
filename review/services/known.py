"""Studies known to be relevant, held against what each search string found: relative recall.

The list is any export file, or lines with a DOI, PMID, arXiv number or title. It stays in the project as `known.*`, so
that the overview and the search report can say the same later. A study counts as found by a string if any record of
its work came with a run of that string, whichever source gave the copy that is shown.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from review.dedup import find_duplicates
from review.dedup.prepare import normal_arxiv, normal_doi, normal_forms, normal_pmid, title_words
from review.domain.errors import BadInput
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.domain.team import Right
from review.formats import registry
from review.resources import write_file
from review.services import rights, sheets
from review.services.project import Project
from review.services.works import works
from review.storage import records, stamps
from review.storage.records import StoredRun
from review.storage.sightings import sightings

STEM = "known"  # known.ris, known.csv, … in the project's folder
_SOURCE = "known-studies"
_RULE = "KNOWN"
_TITLE_READ = 600  # characters; the longest real titles have about 500
_NEAR = 50  # records that are held against a study whose title none has
_MOST_WORDS = 0.6  # of the words of its title
_SURE_TITLE = 20  # letters; a shorter title such as "Editorial" proves nothing by itself
_HEADING = re.compile(
    r"\W*(?:doi|pmid|pubmed id|arxiv(?: id)?|title|id|url|study|reference|no|nr|number)\W*", re.IGNORECASE
)
_PMID = re.compile(r"(?:pmid\W*)?(\d{5,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStudy:
    """A study of the list, the sources and strings that found it, and by what it was recognised ("" if not found)."""

    name: str
    doi: str = ""
    pmid: str = ""
    by: str = ""
    works: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StringRecall:
    """How many of the `n` known studies one string found, and how many of them no other source found."""

    source: str
    label: str
    query: str
    found: int
    alone: int
    n: int

    @property
    def recall(self) -> float | None:
        return self.found / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Every known study and every string. `n` counts the studies of the list, copies of one counted once."""

    file: str
    n: int
    found: int
    strings: tuple[StringRecall, ...]
    studies: tuple[KnownStudy, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def missed(self) -> tuple[KnownStudy, ...]:
        return tuple(study for study in self.studies if not study.sources)

    def as_dict(self) -> dict[str, object]:
        """The JSON form; a recall over no study is null."""
        return {
            "file": self.file,
            "n": self.n,
            "found": self.found,
            "recall": self.found / self.n if self.n else None,
            "strings": [{**asdict(each), "recall": each.recall} for each in self.strings],
            "studies": [asdict(each) for each in self.studies],
            "missed": [each.name for each in self.missed],
        }


@rights.needs(Right.GOVERN)
def keep(project: Project, path: Path) -> Recall:
    """Take a list of known studies into the project in place of an earlier one, and hold it against every string."""
    data = sheets.read_bytes(path)
    read(data, path.name)  # refuses what holds no study, before anything is replaced
    place = project.root / f"{STEM}{path.suffix.lower() or '.txt'}"
    write_file(place, data)
    for other in _lists(project.root):
        if other != place:
            other.unlink()
    found = recall(project)
    if found is None:  # the file was just written
        raise BadInput(path, "the list could not be read back.")
    return found


@rights.needs(Right.READ)
def recall(project: Project) -> Recall | None:
    """What the strings found of the list in the project; None if there is none."""
    path = next(iter(_lists(project.root)), None)
    if path is None:
        return None
    data = sheets.read_bytes(path)
    stamp = (path.name, hashlib.sha256(data).hexdigest(), stamps.read(project.store).works)
    return project.cached("known", stamp, lambda: _recall(project, data, path.name))


def _lists(root: Path) -> list[Path]:
    return sorted(path for path in root.glob(f"{STEM}.*") if path.is_file())


def _recall(project: Project, data: bytes, name: str) -> Recall:
    listed, findings = read(data, name)
    matched = _matched(listed, records.all_records(project.store))
    runs = _by_string(records.runs(project.store))
    brought = _brought(project, runs)
    work_of = works(project).work_of
    studies = []
    for record, (by, ids) in zip(listed, matched, strict=True):
        mine = tuple(dict.fromkeys(work_of[each] for each in ids))
        sources = tuple(dict.fromkeys(source for work in mine for source, _ in brought.get(work, {})))
        studies.append(
            KnownStudy(
                name=record.title or record.doi or record.pmid or record.arxiv_id,
                doi=normal_doi(record.doi),
                pmid=record.pmid,
                by=by,
                works=mine,
                sources=sources,
            )
        )
    return Recall(
        file=name,
        n=len(studies),
        found=sum(bool(study.sources) for study in studies),
        strings=tuple(_strings(studies, runs.values(), brought)),
        studies=tuple(studies),
        findings=tuple(findings),
    )


def _by_string(runs: Iterable[StoredRun]) -> dict[int, StoredRun]:
    """The runs by number. One for what is new since a day counts for the string that it brings up to date."""
    whole: dict[str, str] = {}  # by source, the string of its last search that went back to the beginning
    found = {}
    for run in runs:
        if not run.since:
            whole[run.source] = run.query
        found[run.number] = replace(run, query=whole.get(run.source, run.query)) if run.since else run
    return found


def _brought(project: Project, runs: Mapping[int, StoredRun]) -> dict[str, dict[tuple[str, str], None]]:
    """The (source, string) pairs that brought each work, in order of their runs."""
    work_of = works(project).work_of
    found: dict[str, dict[tuple[str, str], None]] = {}
    for number, record_id in sorted(sightings(project.store)):
        if number in runs and record_id in work_of:
            found.setdefault(work_of[record_id], {})[runs[number].source, runs[number].query] = None
    return found


def _strings(
    studies: Sequence[KnownStudy], runs: Iterable[StoredRun], brought: Mapping[str, Mapping[tuple[str, str], None]]
) -> Iterator[StringRecall]:
    for (source, query), label in {(run.source, run.query): run.label for run in runs}.items():
        mine = [study for study in studies if any((source, query) in brought.get(work, {}) for work in study.works)]
        yield StringRecall(
            source=source,
            label=label,
            query=query,
            found=len(mine),
            alone=sum(study.sources == (source,) for study in mine),
            n=len(studies),
        )


# The list


def read(data: bytes, name: str) -> tuple[list[Record], list[Finding]]:
    """The studies of a list, each once, and what could not be recognised; refused if there is none."""
    try:
        entries = list(registry.read(data, source=_SOURCE, file_name=name))
    except BadInput:
        entries = list(_lines(data, name))
    findings = [
        one for one in entries if isinstance(one, Finding) and (one.severity is Severity.ERROR or one.rule == _RULE)
    ]
    studies: dict[str, Record] = {}
    for one in entries:
        if isinstance(one, Record) and (one.title or one.doi or one.pmid or one.arxiv_id):
            studies.setdefault(one.record_id, one)
        elif isinstance(one, Record):
            findings.append(_nameless(name))
    if not studies:
        raise BadInput(
            name,
            "no study in it can be recognised.",
            hint="List them in any export format, or one DOI, PMID, arXiv number or title to a line.",
        )
    return list(studies.values()), findings


def _nameless(name: str) -> Finding:
    return Finding(
        rule=_RULE,
        severity=Severity.WARNING,
        message="A study of the list has neither a DOI, a PMID, an arXiv number nor a title, and was left out.",
        path=name,
        hint="Add one of them.",
    )


def _lines(data: bytes, name: str) -> Iterator[Record | Finding]:
    """Studies from lines that hold an identifier or a title each, such as a column of DOIs."""
    text = data.decode("utf-8-sig", "replace")
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ";" if ";" in text else ","))
    for number, cells in enumerate(rows, start=1):
        line = " ".join(cell.strip() for cell in cells).strip()
        if not line or all(_HEADING.fullmatch(cell) for cell in cells if cell.strip()):
            continue
        doi = normal_doi(line)
        pmid = next((found[1] for cell in cells if (found := _PMID.fullmatch(cell.strip()))), "")
        title = max((cell.strip() for cell in cells), key=len)
        arxiv = "" if doi or pmid else normal_arxiv(Record(source=_SOURCE, source_id="", title="", arxiv_id=line))
        if doi or pmid or arxiv:
            yield Record(source=_SOURCE, source_id=doi or pmid or arxiv, title="", doi=doi, pmid=pmid, arxiv_id=arxiv)
        elif len(title.split()) > 2:
            yield Record(source=_SOURCE, source_id=title.casefold(), title=title)
        else:
            yield Finding(
                rule=_RULE,
                severity=Severity.WARNING,
                message=f"{line[:60]!r} names no study.",
                path=name,
                line=number,
                hint="Give its DOI.",
            )


# Which records are these studies


def _matched(listed: Sequence[Record], stored: Sequence[Record]) -> list[tuple[str, tuple[str, ...]]]:
    """For each study by what it was recognised, and the ids of the records that are it.

    An identifier is enough; then the same title, where it is long enough and the years do not differ by more than one;
    then whatever the search for duplicates would join among the records with most of the words of the title.
    """
    mine, theirs = [_marks(record) for record in listed], [_marks(record) for record in stored]
    by_value: dict[tuple[str, str], list[int]] = {}
    for at, marks in enumerate(theirs):
        for pair in marks.items():
            by_value.setdefault(pair, []).append(at)
    said = [_same(record, marks, stored, by_value) for record, marks in zip(listed, mine, strict=True)]
    unknown = [at for at, (_, places) in enumerate(said) if not places]
    near = _near_ones([mine[at].get("title", "") for at in unknown], [marks.get("title", "") for marks in theirs])
    for at, places in zip(unknown, near, strict=True):
        said[at] = ("likeness", _alike(listed[at], places, stored))
    return [(by if places else "", tuple(stored[at].record_id for at in places)) for by, places in said]


def _marks(record: Record) -> dict[str, str]:
    """The identifiers of a record and the words of its title, in normal form; those it does not have are absent."""
    marks = {
        "doi": normal_doi(record.doi) or (normal_doi(record.url) if "doi.org/10." in record.url else ""),
        "pmid": normal_pmid(record),
        "arxiv": normal_arxiv(record),
        "title": title_words(record.title[:_TITLE_READ]) if record.title else "",
    }
    return {name: value for name, value in marks.items() if value}


def _same(
    record: Record,
    marks: Mapping[str, str],
    stored: Sequence[Record],
    by_value: Mapping[tuple[str, str], list[int]],
) -> tuple[str, list[int]]:
    named = [(name, value) for name, value in marks.items() if name != "title"]
    by = next((name for name, value in named if (name, value) in by_value), "")
    if by:
        return by, list(dict.fromkeys(at for pair in named for at in by_value.get(pair, [])))
    title = marks.get("title", "")
    if len(title.replace(" ", "")) < _SURE_TITLE:
        return "", []
    same = by_value.get(("title", title), [])
    [form, *forms] = normal_forms([record, *(stored[at] for at in same)])
    fitting = [
        at for at, other in zip(same, forms, strict=True) if form.kind == other.kind and _near(form.year, other.year)
    ]
    return "title", fitting


def _near(one: int, other: int) -> bool:
    return not one or not other or abs(one - other) <= 1


def _near_ones(wanted: Sequence[str], titles: Sequence[str]) -> list[list[int]]:
    """For each title the places of those that hold most of its words, the likest first."""
    words = [frozenset(title.split()) for title in wanted]
    having: dict[str, list[int]] = {}
    for one, found in enumerate(words):
        for word in found:
            having.setdefault(word, []).append(one)
    shared: list[Counter[int]] = [Counter() for _ in wanted]
    for at, title in enumerate(titles) if having else ():
        for word in set(title.split()):
            for one in having.get(word, ()):
                shared[one][at] += 1
    return [
        [at for at, count in counted.most_common(_NEAR) if count >= _MOST_WORDS * len(found)]
        for counted, found in zip(shared, words, strict=True)
    ]


def _alike(record: Record, near: Sequence[int], stored: Sequence[Record]) -> list[int]:
    """What deduplication would join with the study."""
    groups = find_duplicates([record, *(stored[at] for at in near)]).groups if near else ()
    joined = {member for group in groups if record.record_id in group.members for member in group.members}
    return [at for at in near if stored[at].record_id in joined]
