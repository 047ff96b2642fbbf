"""Cases of the rules of references and drafts: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case

from review.domain.record import Record

BIB = "@article{smith2024deep,\n title={A}\n}\n@book(lee2020map, title={B})\n@comment{no,}\n"
WHOLE = """@article{writer2015,
  author = {Writer, Ada},
  title = {Deep learning grades transitional vertebrae on radiographs},
  journal = {J Invented Spine},
  year = {2015},
  doi = {10.5555/inv.0},
}
"""
AGAIN = WHOLE.replace("writer2015", "w15").replace("  doi = {10.5555/inv.0},\n", "  volume = {3},\n")
CITED = "It is graded [@writer2015; @w15]."


def held(**other: str | int) -> Record:
    """The record of the same work, as a source has it."""
    said: dict[str, object] = {
        "source": "pubmed",
        "source_id": "1",
        "title": "Deep learning grades transitional vertebrae on radiographs",
        "authors": ("Writer A",),
        "year": 2015,
        "doi": "10.5555/inv.0",
    }
    return Record(**(said | other))  # type: ignore[arg-type]


FAILING: dict[str, list[Case]] = {
    "DRAFT-01": [
        case("# Abstract\n<!-- write at the end -->\n# Methods\nWe counted.\n# Results\n## Agreement\n\n# References\n", "“Abstract”, “Agreement”"),
        case("# Methods\n\n> **To write:** say why.", "“Methods”"),
        case("> **To write:** a title.", "“Title”"),
    ],
    "REF-01": [
        case("As shown before [@smith2024deap].", "Did you mean @smith2024deep?", references=BIB),
        case("Line one.\n\n@nobody1999 said so.", "@nobody1999", references=BIB),
    ],
    "REF-02": [
        case(said="key a", references="@article{a,\n}\n@article{a,\n}\n"),
        case(said="DOI 10.1000/1", references="@article{a,\n doi={10.1000/1},\n}\n@article{b,\n doi = {https://doi.org/10.1000/1},\n}\n"),
    ],
    "REF-03": [
        case(said="PMC1", references="@article{a,\n doi={PMC1},\n}\n"),
        case(said="10.1", references="@article{a,\n doi={10.1},\n}\n"),
    ],
    "REF-UNREAD": [
        case(said="open cannot be read", references=WHOLE + "@article{open, title={never closed\n"),
        case(said="bare cannot be read", references=WHOLE + "@article{bare}\n"),
    ],
    "REF-UNCITED": [
        case("No word of it.", "writer2015 is in the references and is cited nowhere", references=WHOLE),
        case("One [@writer2015].", "w15 is in the references", references=WHOLE + AGAIN),
    ],
    "REF-SAME-WORK": [
        case(said="w15 is the same work as writer2015 in line 1", references=WHOLE + AGAIN),
        case(said="writer2015 is the same work as w15 in line 1", references=AGAIN + WHOLE),
    ],
    "REF-FIELDS": [
        case(said="lacks the journal", references=WHOLE.replace("  journal = {J Invented Spine},\n", "")),
        case(said="lacks the authors, the year", references="@phdthesis{a,\n title={A},\n school={B},\n}\n"),
    ],
    "REF-DIFFERS": [
        case(said="the year is “2015”, but the record in this project has “2011”", references=WHOLE, stored={"writer2015": [held(year=2011)]}),
        case(said="the title is", references=WHOLE, at_crossref={"10.5555/inv.0": held(title="Surgery at the wrong level of the spine")}),
    ],
    "REF-NOTICE": [
        case(said="Retraction in", references=WHOLE, stored={"writer2015": [held(notes="Retraction in: J 2020;9:9")]}),
        case(said="RETRACTED", references=WHOLE, at_crossref={"10.5555/inv.0": held(title="RETRACTED: A study")}),
    ],
    "REF-DOI-UNKNOWN": [
        case(said="10.5555/inv.0", references=WHOLE, at_crossref={"10.5555/inv.0": None}),
        case(said="w15", references=WHOLE.replace("writer2015", "w15"), at_crossref={"10.5555/inv.0": None}),
    ],
    "REF-NOT-ASKED": [
        case(said="1 of 2 references", references=WHOLE + AGAIN, at_crossref={"10.5555/inv.0": held()}),
        case(said="1 of 1 references", references=AGAIN, at_crossref={}),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "DRAFT-01": [
        case("## 2 Methods\n## 2.1 Data\nWe counted.\n## Abstract\n## Objectives\nTo count.\n# References\n"), case("> A quotation."), case("```\n> **To write:** shown\n```\n<!-- > **To write:** x -->")],
    "REF-01": [
        case("[@smith2024deep; @lee2020map]", references=BIB),
        case("Write to ana@example.org. `@code` and\n```\n@code2\n```\n<!-- @c -->", references=BIB),
    ],
    "REF-02": [case(references=BIB), case(references="@article{a,\n doi={10.1000/1},\n}\n@article{b,\n doi={10.1000/2},\n}\n")],
    "REF-03": [case(references="@article{a,\n doi={10.1000/1},\n}\n"), case(references=BIB)],
    "REF-UNREAD": [case(references=WHOLE), case(references=BIB + "@string{j = {Journal}}\n% a remark\n")],
    "REF-UNCITED": [case(CITED, references=WHOLE + AGAIN), case("A draft without a list.")],
    "REF-SAME-WORK": [
        case(references=WHOLE),
        case(references=WHOLE + AGAIN.replace("transitional vertebrae on radiographs", "hips").replace("{Writer, Ada}", "{Other, Bo}")),
    ],
    "REF-FIELDS": [case(references=WHOLE), case(references="@online{a,\n title={A},\n url={https://example.org},\n urldate={2026},\n}\n")],
    "REF-DIFFERS": [
        case(references=WHOLE, stored={"writer2015": [held()]}, at_crossref={"10.5555/inv.0": held()}),
        case(references=WHOLE, stored={"writer2015": [held(year=2011), held()]}),
    ],
    "REF-NOTICE": [
        case(references=WHOLE, stored={"writer2015": [held()]}),
        case(references=WHOLE, stored={"writer2015": [held(notes="Retraction of: J")]}),
    ],
    "REF-DOI-UNKNOWN": [case(references=WHOLE), case(references=WHOLE, at_crossref={"10.5555/inv.0": held()})],
    "REF-NOT-ASKED": [case(references=AGAIN), case(references=WHOLE, at_crossref={"10.5555/inv.0": held()})],
}  # fmt: skip
