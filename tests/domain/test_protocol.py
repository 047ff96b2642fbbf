"""Every mistake in a protocol is told with its line, and the reading goes on to the next."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.finding import Finding, Severity
from review.domain.protocol import Protocol
from review.domain.protocol_check import check
from review.resources import read_yaml

GOOD = textwrap.dedent("""\
    title: A review
    question: What is known?
    pcc:
      population: Adults
      concept: Deep learning
      context: Any
    sources:
      - name: pubmed
        query: spine[tiab]
    criteria:
      include:
        - id: I1
          text: Original study
      exclude:
        - id: E1
          label: Wrong topic
          text: Not about the spine
    screening:
      reviewers_per_record: 2
    charting:
      fields:
        - id: n_patients
          kind: number
          unit: patients
""")


def read(text: str) -> tuple[Protocol | None, list[Finding]]:
    document = read_yaml(text, path="protocol.yaml")
    if document.tree is None and document.findings:
        return None, list(document.findings)
    protocol, findings = check(document.tree, line=document.line)
    return protocol, [*document.findings, *findings]


def test_a_good_protocol_has_no_finding() -> None:
    protocol, findings = read(GOOD)
    assert findings == []
    assert protocol is not None
    assert protocol.exclude[0].label == "Wrong topic"
    assert "Deep learning" in protocol.own_words


@pytest.mark.parametrize(
    ("name", "label"), [("europepmc", "Europe PMC"), ("openalex", "OpenAlex"), ("pubmed-sensitive", "pubmed-sensitive")]
)
def test_a_source_without_a_label_is_called_as_papers_spell_it(name: str, label: str) -> None:
    protocol, _ = read(GOOD.replace("name: pubmed", f"name: {name}"))
    assert protocol is not None
    assert protocol.searches[0].label == label


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("title: A review", "titel: A review", 1, "Did you mean 'title'"),
        ("  concept: Deep learning\n", "", 3, "pcc.concept is missing"),
        ("reviewers_per_record: 2", "reviewers_per_record: two", 19, "whole number from 1 to 9"),
        ("reviewers_per_record: 2", "reviewers_per_record: 0", 19, "whole number from 1 to 9"),
        ("    - id: E1", "    - id: I1", 15, "'I1' is used twice"),
        ("      unit: patients", "      options: [a]", 22, "has no unit"),
        ("kind: number", "kind: integer", 23, "one of text, number"),
        (
            "  exclude:\n    - id: E1\n      label: Wrong topic\n      text: Not about the spine\n",
            "",
            10,
            "no exclusion",
        ),
        ("  - name: pubmed\n    query: spine[tiab]", "  pubmed: spine", 7, "sources must be a list"),
        ("question: What is known?", "question: [a, b]", 2, "question must be text"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    protocol, findings = read(GOOD.replace(old, new))
    assert protocol is None
    found = [f for f in findings if said in str(f)]
    assert found, [str(f) for f in findings]
    assert found[0].line == line


def test_several_mistakes_are_all_told() -> None:
    _, findings = read(GOOD.replace("title:", "titel:").replace("kind: number", "kind: integer"))
    assert len([f for f in findings if f.severity is Severity.ERROR]) >= 3


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: [1, 2\nb: 3", "YAML-SYNTAX"),
        ("a: 1\na: 2", "YAML-DUPLICATE-KEY"),
        ("a: &x 1\nb: *x", "YAML-ALIAS"),
        ("[" * 200 + "]" * 200, "YAML-DEPTH"),
        ("? [a]\n: 1", "YAML-KEY"),
        ("a: \x00", "YAML-SYNTAX"),
    ],
)
def test_yaml_that_cannot_be_taken_is_a_finding(text: str, rule: str) -> None:
    assert rule in {f.rule for f in read_yaml(text).findings}


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert {f.rule for f in read_yaml(bomb).findings} == {"YAML-ALIAS"}


def test_identifiers_and_numbers_stay_as_they_were_written() -> None:
    text = "n: [010, 1_000, 1:30, 0x1f, 1.5e+3, .inf, 12, -0.50, 1.25]\ncriteria:\n- id: 010\n- id: 1.10\n- id: no\n- id: ~\n"
    tree = read_yaml(text).tree
    assert tree["n"] == ["010", "1_000", "1:30", "0x1f", "1.5e+3", ".inf", 12, -0.5, 1.25]
    assert [item["id"] for item in tree["criteria"]] == ["010", "1.10", "no", None]


def test_nothing_in_yaml_is_run() -> None:
    document = read_yaml("a: !!python/object/apply:os.system ['echo hacked']")
    assert "hacked" not in repr(document.findings)
    protocol, findings = read("!!python/object/apply:os.getcwd []")
    assert protocol is None
    assert findings


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_crash(text: str) -> None:
    read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["title", "pcc", "criteria", "include", "sources", "charting", "fields", "id"]), x
            )
        ),
        max_leaves=20,
    )
)
def test_no_tree_makes_the_check_crash(tree: object) -> None:
    check(tree, line=lambda *_: None)


@pytest.mark.parametrize("text", ["[" * 200_000, "[{a: " * 20_000, "- " * 50_000, "x:\n" + "- " * 60 + "y"])
def test_yaml_nested_without_end_is_a_finding(text: str) -> None:
    document = read_yaml(text)
    assert document.tree is None
    assert [f.rule for f in document.findings] == ["YAML-DEPTH"]


@pytest.mark.parametrize("name", ["studies", "fields", "n-patients", "n patients", "a.b", "1st"])
def test_a_field_has_an_id_that_a_manuscript_can_write(name: str) -> None:
    tree = {"charting": {"fields": [{"id": name, "label": "Name"}]}}
    _, findings = check(tree, line=lambda *_: 1)
    assert [f.rule for f in findings if f.rule == "PROTOCOL-ID"] == ["PROTOCOL-ID"]
