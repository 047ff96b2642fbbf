"""The concept table and the search strings of a protocol: every fault with its line, none of them unusable."""

from __future__ import annotations

import textwrap

import pytest

from review.domain.finding import Finding, Severity
from review.domain.protocol import Protocol, Term
from review.domain.protocol_check import check
from review.domain.strings import draft
from review.domain.syntax import SYNTAXES, TermField
from review.resources import read_yaml

GOOD = textwrap.dedent("""\
    title: A review
    question: What is known?
    pcc: {population: Adults, concept: Deep learning, context: Any}
    concepts:
      - name: spine
        field: title
        synonyms:
          - vertebra*
          - text: Spine
            field: mesh
      - name: learning
        synonyms: [deep learning]
    sources:
      - name: pubmed
        query: |-
          (spine[tiab])
          AND learning[tiab]
    criteria:
      exclude: [{id: E1, text: Not about the spine}]
    """)


def read(text: str) -> tuple[Protocol | None, list[Finding]]:
    document = read_yaml(text, path="protocol.yaml")
    return check(document.tree, line=document.line)


def test_a_concept_table_is_read_with_the_field_of_each_synonym() -> None:
    protocol, findings = read(GOOD)
    assert findings == []
    assert protocol is not None
    assert [concept.name for concept in protocol.concepts] == ["spine", "learning"]
    assert protocol.concepts[0].synonyms == (
        Term(text="vertebra*", field=TermField.TITLE),
        Term(text="Spine", field=TermField.MESH),
    )
    assert protocol.concepts[1].synonyms == (Term(text="deep learning"),)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("synonyms: [deep learning]", "synonyms: deep learning", 12, "must be a list"),
        ("      - vertebra*", "      - '\"vertebra*\"'", 8, "is not plain words"),
        ("      - vertebra*", "      - vertebra[tiab]", 8, "is not plain words"),
        ("      - vertebra*", "      - spine OR back", 8, "is not plain words"),
        ("      - vertebra*", "      - word: vertebra*", 8, "'word' is not known"),
        ("text: Spine\n", "text: Spin*\n", 9, "The MeSH heading 'Spin*'"),
        ("field: mesh", "field: heading", 10, "one of title_abstract"),
        ("field: title", "field: [title]", 6, "must be text"),
        ("  - name: learning", "  - name: spine", 11, "listed twice"),
        ("    field: title", "    fields: title", 6, "Did you mean 'field'"),
    ],
)
def test_a_mistake_in_the_table_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    protocol, findings = read(GOOD.replace(old, new, 1))
    assert protocol is None
    assert [f.line for f in findings if said in str(f)] == [line], [str(f) for f in findings]


@pytest.mark.parametrize(("new", "line"), [("", 11), ("    synonyms: []\n", 12), ("    synonyms:\n", 12)])
def test_a_concept_without_a_synonym_is_told_and_keeps_nobody_from_working(new: str, line: int) -> None:
    old = "    synonyms: [deep learning]\n"
    assert old in GOOD
    protocol, findings = read(GOOD.replace(old, new))
    assert protocol is not None
    assert [(f.rule, f.line, f.severity) for f in findings] == [("PROTOCOL-CONCEPT", line, Severity.WARNING)]
    assert "'learning' has no synonym" in findings[0].message
    made = draft(protocol.concepts, SYNTAXES[0])
    assert made.query == ""
    assert "'learning'" in made.findings[-1].message


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("(spine[tiab])", "(spine[tiab]", 16, "STRING-BALANCE"),
        ("AND learning[tiab]", "and learning[tiab]", 17, "STRING-OPERATOR"),
        ("AND learning[tiab]", "AND learning[tiabs]", 17, "STRING-FIELD"),
        (
            "query: |-\n      (spine[tiab])\n      AND learning[tiab]",
            'query: "spine[tiab] or back[tiab]"',
            15,
            "STRING-OPERATOR",
        ),
    ],
)
def test_a_fault_of_a_string_is_a_warning_at_its_own_line(old: str, new: str, line: int, rule: str) -> None:
    assert old in GOOD
    protocol, findings = read(GOOD.replace(old, new, 1))
    assert protocol is not None, "a fault in a string keeps nobody from working with the protocol"
    assert [(f.rule, f.line, f.severity) for f in findings] == [(rule, line, Severity.WARNING)]
    assert findings[0].message.startswith("pubmed: ")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("previous_version: {searched_until: 2026-13-01}", 20, "a day, as in 2026-01-31"),
        ("previous_version: {searched_until: last May}", 20, "a day, as in 2026-01-31"),
        ("previous_version: {studies: -1}", 20, "a whole number"),
        ("previous_version: {reports: 3}", 20, "neither a day nor a number"),
        ("previous_version: {study: 3}", 20, "'study' is not known"),
        ("search_methods: {contact: nobody}", 20, "Did you mean 'contacts'"),
        ("search_methods: [contacts]", 20, "must be a group"),
    ],
)
def test_a_mistake_in_what_the_report_needs_is_named_with_its_line(text: str, line: int, said: str) -> None:
    protocol, findings = read(GOOD + text + "\n")
    assert protocol is None
    assert line in [f.line for f in findings if said in str(f)], [str(f) for f in findings]


def test_the_previous_version_is_a_day_or_numbers() -> None:
    for text in ("{searched_until: 2026-01-31}", "{studies: 20, reports: 22}", "{studies: 0}"):
        protocol, findings = read(f"{GOOD}previous_version: {text}\n")
        assert findings == []
        assert protocol is not None
        assert protocol.previous_version is not None
