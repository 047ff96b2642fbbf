"""What a preset leaves to be filled in is told; brackets of chemists, librarians and databases are no blanks."""

from __future__ import annotations

import pytest

from review.domain.protocol_blanks import blanks, string_is_blank


def told(tree: object) -> list[str]:
    return [fault.message for fault in blanks(tree, line=lambda *_at: 7, path="protocol.yaml")]


def test_each_text_with_a_blank_is_told_once_with_its_place_and_its_blanks() -> None:
    tree = {
        "title": "[Concept] in [population]: a [concept] review",
        "criteria": {"exclude": [{"text": "Fine"}, {"text": "[Not a study: say which.]"}]},
    }
    assert told(tree) == [
        "title still holds the text of the preset: [Concept], [population], [concept].",
        "criteria.exclude.2.text still holds the text of the preset: [Not a study: say which.].",
    ]
    assert {fault.line for fault in blanks(tree, line=lambda *_at: 7, path="")} == {7}


@pytest.mark.parametrize(
    "text", ["[68Ga]PSMA and [18F]FDG in adults", "Lima A. A study [Internet]. 2020", "see [1, 2]", "[Tc-99m]", ""]
)
def test_brackets_that_belong_there_are_no_blanks(text: str) -> None:
    assert told({"question": text}) == []


@pytest.mark.parametrize(
    ("query", "blank"),
    [
        ('("[first word]"[tiab] OR spine[tiab])', True),
        ("spine[Title/Abstract] AND x[MeSH Major Topic]", False),
        ('"spine"[MeSH Terms] OR "a b"[tiab]', False),
    ],
)
def test_a_search_string_is_blank_only_between_quotation_marks(query: str, blank: bool) -> None:
    assert string_is_blank(query) is blank
    assert bool(told({"sources": [{"query": query}]})) is blank
