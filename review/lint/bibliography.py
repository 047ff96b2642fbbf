"""REF: each reference must be cited, readable, complete, there once, as the record of the work has it, and not withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from review.dedup.find import find_duplicates
from review.dedup.prepare import NormalForm, normal_form
from review.dedup.titles import OTHER, SUBSTITUTED, title_relation
from review.domain.bibliography import Reference
from review.domain.finding import Severity
from review.domain.naming import shortened
from review.domain.notices import Notice, gravest
from review.domain.record import Record
from review.lint.rule import Context, Remark, Rule

# What each kind of entry needs so that a reader finds the work: one field of each group. From BibTeX's own lists of
# required fields, with what NLM and APA print.
_AUTHOR, _TITLE, _YEAR = ("author", "editor"), ("title",), ("year", "date")
_PLACE = ("doi", "pages", "eid", "article-number", "volume", "url", "eprint")
_WEB = ("url", "doi", "howpublished", "eprint")
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "article": (_AUTHOR, _TITLE, ("journal", "journaltitle"), _YEAR, _PLACE),
    "inproceedings": (_AUTHOR, _TITLE, ("booktitle",), _YEAR),
    "conference": (_AUTHOR, _TITLE, ("booktitle",), _YEAR),
    "incollection": (_AUTHOR, _TITLE, ("booktitle",), ("publisher",), _YEAR),
    "inbook": (_AUTHOR, _TITLE, ("publisher",), _YEAR),
    "book": (_AUTHOR, _TITLE, ("publisher",), _YEAR),
    "phdthesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "mastersthesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "thesis": (_AUTHOR, _TITLE, ("school", "institution"), _YEAR),
    "techreport": (_AUTHOR, _TITLE, ("institution",), _YEAR),
    "report": (_AUTHOR, _TITLE, ("institution", "publisher"), _YEAR),
    "unpublished": (_AUTHOR, _TITLE, _YEAR),
    "online": (_TITLE, ("url",), ("year", "date", "urldate")),
    "dataset": (_TITLE, _WEB, _YEAR),
    "software": (_TITLE, _WEB, _YEAR),
    "misc": (_TITLE, _WEB, _YEAR),
}
_WORDS: Mapping[str, str] = {
    "author": "the authors",
    "title": "the title",
    "year": "the year",
    "journal": "the journal",
    "booktitle": "the book or the proceedings",
    "publisher": "the publisher",
    "school": "the school",
    "institution": "the institution",
    "doi": "a DOI, volume or pages",
    "url": "an address or a DOI",
}
_SEVERITY: Mapping[Notice, Severity] = {
    Notice.RETRACTED: Severity.ERROR,
    Notice.CONCERN: Severity.WARNING,
    Notice.CORRECTED: Severity.INFO,
}
_NOTICE_HINT: Mapping[Notice, str] = {
    Notice.RETRACTED: "Take it out, or say beside it that it was retracted and why you cite it.",
    Notice.CONCERN: "Read the notice before you rest a sentence on it.",
    Notice.CORRECTED: "Read the correction: the number you cite may have changed.",
}


def _remark(
    context: Context, reference: Reference, message: str, *, severity: Severity | None = None, hint: str = ""
) -> Remark:
    """What is said of one entry, at its line in the file of references."""
    path = context.paths.get("references")
    return Remark(message=message, path=path, line=reference.line, got=reference.key, severity=severity, hint=hint)


def _references(context: Context) -> tuple[Reference, ...]:
    return context.bibliography.references if context.bibliography else ()


def _unread(context: Context) -> Iterator[Remark]:
    for entry in context.bibliography.unread if context.bibliography else ():
        yield Remark(
            message=f"The entry {entry.key or '(without key)'} cannot be read.",
            path=context.paths.get("references"),
            line=entry.line,
            severity=Severity.ERROR if entry.broken else Severity.WARNING,
        )


def _uncited(context: Context) -> Iterator[Remark]:
    """The author's own references that nothing in the text cites; the included studies stand in tables."""
    cited = {citation.key for citation in context.document.citations}
    for reference in _references(context):
        if reference.own and reference.key not in cited:
            message = f"{reference.key} is in the references and is cited nowhere; it will not be printed."
            yield _remark(context, reference, message, hint=f"Cite it as [@{reference.key}], or take it out.")


def _same_work(context: Context) -> Iterator[Remark]:
    """Two keys for one work; one key or one DOI twice is told by a rule of its own."""
    by_id = {reference.record.record_id: reference for reference in _references(context)}
    for group in find_duplicates([reference.record for reference in by_id.values()]).groups:
        for link in group.links:
            one, other = sorted((by_id[link.record_a], by_id[link.record_b]), key=lambda each: each.line)
            if one.record.doi and one.record.doi == other.record.doi:
                continue
            message = f"{other.key} is the same work as {one.key} in line {one.line}: {link.explanation}"
            yield _remark(context, other, message, hint=f"Keep one of them, and cite @{one.key} everywhere.")


def _unfinished(context: Context) -> Iterator[Remark]:
    for reference in _references(context):
        needed = NEEDED.get(reference.kind, (_TITLE,))
        missing = [group for group in needed if not any(name in reference.fields for name in group)]
        if missing:
            names = ", ".join(_WORDS[group[0]] for group in missing)
            severity = Severity.ERROR if _TITLE in missing else None
            yield _remark(context, reference, f"{reference.key} lacks {names}.", severity=severity)


# Against the record of the same work in the project, and against Crossref where that was asked


def _differs(context: Context) -> Iterator[Remark]:
    for reference in _references(context):
        copies = context.stored.get(reference.key, ())
        if reference.own and copies:
            yield from _otherwise(context, reference, copies, "the record in this project")
        at_crossref = _asked(context, reference)
        if at_crossref:
            yield from _otherwise(context, reference, [at_crossref], "Crossref")


def _asked(context: Context, reference: Reference) -> Record | None:
    return (context.at_crossref or {}).get(reference.record.doi or "")


def _otherwise(context: Context, reference: Reference, copies: Sequence[Record], what: str) -> Iterator[Remark]:
    """Title, year and first author, where no copy of the work has what the reference says."""
    ours = normal_form(reference.record)
    theirs = [normal_form(copy) for copy in copies]
    first = copies[0]
    told: list[tuple[str, Severity | None, str, str]] = []
    if ours.title and all(form.title and not _titles_agree(ours, form) for form in theirs):
        told.append(("title", None, reference.record.title, first.title))
    years = sorted({copy.year for copy in copies if copy.year})
    if reference.record.year and years and reference.record.year not in years:
        near = min(abs(reference.record.year - year) for year in years) == 1  # online in one year, in print in the next
        severity = Severity.INFO if near else None
        told.append(("year", severity, str(reference.record.year), " or ".join(map(str, years))))
    if ours.family and all(form.family and not _authors_agree(ours, form) for form in theirs):
        told.append(("first author", None, reference.record.authors[0], first.authors[0]))
    for field, severity, got, expected in told:
        message = f"{reference.key}: the {field} is “{shortened(got, 80)}”, but {what} has “{shortened(expected, 80)}”."
        yield _remark(context, reference, message, severity=severity)


def _titles_agree(one: NormalForm, other: NormalForm) -> bool:
    if one.title_key.startswith(other.title_key) or other.title_key.startswith(one.title_key):
        return True
    if one.main_title and other.main_title and one.main_title == other.main_title:
        return True
    return title_relation(one.title, other.title) not in (OTHER, SUBSTITUTED)


def _authors_agree(one: NormalForm, other: NormalForm) -> bool:
    """Whether the family name of one is among the names of the other's first author, whichever way these are turned."""
    return bool(set(one.family.split()) & set(other.first_author.split())) or bool(
        set(other.family.split()) & set(one.first_author.split())
    )


def _noticed(context: Context) -> Iterator[Remark]:
    for reference in _references(context):
        copies = [reference.record, *context.stored.get(reference.key, ())]
        at_crossref = _asked(context, reference)
        for told in (gravest(copies), gravest([at_crossref]) if at_crossref else None):
            if told:
                notice, said = told
                message = f"{reference.key} is {notice}: {shortened(said, 80)}."
                yield _remark(context, reference, message, severity=_SEVERITY[notice], hint=_NOTICE_HINT[notice])


def _unknown_doi(context: Context) -> Iterator[Remark]:
    asked = context.at_crossref or {}
    for reference in _references(context):
        doi = reference.record.doi
        if doi in asked and asked[doi] is None:
            yield _remark(context, reference, f"{reference.key}: Crossref does not know the DOI {doi}.")


def _not_asked(context: Context) -> Iterator[Remark]:
    references = _references(context)
    without = sum(not reference.record.doi for reference in references)
    if context.at_crossref is not None and without:
        yield Remark(
            message=f"{without} of {len(references)} references have no DOI, and Crossref was not asked for them.",
            path=context.paths.get("references"),
        )


UNREAD = Rule(
    id="REF-UNREAD",
    title="An entry that cannot be read",
    severity=Severity.ERROR,
    check=_unread,
    needs=("references",),
    does="Reads every entry of references.bib; one that never ends, or that says nothing, is an error.",
    why="The entry, and sometimes those behind it, are missing in the printed list.",
    bad="@article{smith2024, title={Never closed",
    good="@article{smith2024, title={Closed}, …}",
    fix="Count its brackets and commas; it needs a key and a title.",
)
UNCITED = Rule(
    id="REF-UNCITED",
    title="A reference that nothing cites",
    severity=Severity.INFO,
    check=_uncited,
    needs=("manuscript", "references"),
    does="Looks for entries that you wrote and that no sentence cites. Included studies, which the program adds, stand in tables.",
    why="It is not printed; perhaps the sentence that cited it was taken out.",
    bad="@book{bland2015, …} and no [@bland2015] in the text.",
    good="… as is usual [@bland2015].",
    fix="Cite it, or take it out.",
)
SAME_WORK = Rule(
    id="REF-SAME-WORK",
    title="One work under two keys",
    severity=Severity.WARNING,
    check=_same_work,
    needs=("references",),
    does="Compares the entries with each other in the way that `review dedup` compares records.",
    why="The same paper gets two numbers in the text and stands in the list twice.",
    bad="@article{smith2024, …} and @article{smithA, …} with the same title, authors and year.",
    good="One entry, cited everywhere.",
    fix="Keep one of them, and cite its key everywhere.",
)
FIELDS = Rule(
    id="REF-FIELDS",
    title="A reference without what a reader needs to find it",
    severity=Severity.WARNING,
    check=_unfinished,
    needs=("references",),
    does="Asks for the fields that this kind of entry needs: of an article authors, title, journal, year and a DOI, volume or pages. Without a title it is an error.",
    why="Journals send incomplete references back, and a reader cannot find the work.",
    bad="@article{smith2024, author={Smith, A}, title={Deep maps}, year={2024}}",
    good="The same with journal and DOI.",
    fix="Look it up at the publisher and fill it in.",
)
DIFFERS = Rule(
    id="REF-DIFFERS",
    title="A reference says otherwise than the record of the work",
    severity=Severity.ERROR,
    check=_differs,
    needs=("references", "records of the project", "Crossref, when asked"),
    does="Compares title, year and first author with the project's record of the same work, and with `review paper references --crossref` also with Crossref. A year beside the printed one is only a remark.",
    why="A wrong year or author is the sign of an entry that was put together from memory, or that belongs to another DOI.",
    bad="year = {2011}, where the record has 2015.",
    good="year = {2015}",
    fix="Look at the work itself and correct the entry; a wrong DOI has the same effect.",
)
NOTICE = Rule(
    id="REF-NOTICE",
    title="A cited work was retracted, doubted or corrected",
    severity=Severity.ERROR,
    check=_noticed,
    needs=("references", "records of the project", "Crossref, when asked"),
    does="Looks for notices in the entry, in the project's records of the work and, when asked, at Crossref. Retracted is an error, an expression of concern a warning, a correction a remark.",
    why="A paper that rests on a retracted one is doubted with it.",
    bad="[@smith2019], retracted in 2021, cited as evidence.",
    good="One study, since retracted [@smith2019], was left out of the synthesis.",
    fix="Read the notice; take the reference out, or say in the text what happened to it.",
)
DOI_UNKNOWN = Rule(
    id="REF-DOI-UNKNOWN",
    title="A DOI that Crossref does not know",
    severity=Severity.WARNING,
    check=_unknown_doi,
    needs=("references", "Crossref, when asked"),
    does="With `review paper references --crossref`, names the DOIs for which Crossref has no work.",
    why="Most are misspelt; some are registered elsewhere.",
    bad="doi = {10.1000/182x}",
    good="doi = {10.1000/182}",
    fix="Open it in a browser; data sets and preprints may be registered elsewhere (DataCite).",
)
NOT_ASKED = Rule(
    id="REF-NOT-ASKED",
    title="References that Crossref was not asked for",
    severity=Severity.INFO,
    check=_not_asked,
    needs=("references", "Crossref, when asked"),
    does="With `review paper references --crossref`, counts the references without a DOI.",
    why="What was not compared is not known to be right.",
    bad="12 of 40 references have no DOI.",
    good="Every reference has one, or is a book or a report that has none.",
    fix="Add the DOIs that the works have, and compare the rest by hand.",
)
RULES = (UNREAD, UNCITED, SAME_WORK, FIELDS, DIFFERS, NOTICE, DOI_UNKNOWN, NOT_ASKED)
