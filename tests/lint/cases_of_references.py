"""Cases of the rules of references and drafts: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case

BIB = "@article{smith2024deep,\n title={A}\n}\n@book(lee2020map, title={B})\n@comment{no,}\n"

FAILING: dict[str, list[Case]] = {
    "DRAFT-01": [
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
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "DRAFT-01": [case("> A quotation."), case("```\n> **To write:** shown\n```\n<!-- > **To write:** x -->")],
    "REF-01": [
        case("[@smith2024deep; @lee2020map]", references=BIB),
        case("Write to ana@example.org. `@code` and\n```\n@code2\n```\n<!-- @c -->", references=BIB),
    ],
    "REF-02": [case(references=BIB), case(references="@article{a,\n doi={10.1000/1},\n}\n@article{b,\n doi={10.1000/2},\n}\n")],
    "REF-03": [case(references="@article{a,\n doi={10.1000/1},\n}\n"), case(references=BIB)],
}  # fmt: skip
