"""Every preset protocol is accepted with no finding but its blanks, and the LSTV preset says what its review promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from review.domain.charting import FieldKind
from review.domain.finding import Finding
from review.domain.protocol import Protocol
from review.domain.protocol_check import check
from review.domain.strings import draft
from review.domain.syntax import named
from review.resources import data_dir, read_yaml

BLANK = "PROTOCOL-BLANK"
PRESETS = sorted(data_dir("protocols").glob("*.yaml"))


def read(path: Path) -> tuple[Protocol | None, list[Finding]]:
    document = read_yaml(path.read_text(encoding="utf-8"), path=path.name)
    protocol, findings = check(document.tree, line=document.line, path=path.name)
    return protocol, [*document.findings, *findings]


def lstv() -> Protocol:
    protocol, _ = read(data_dir("protocols") / "lstv-machine-learning.yaml")
    assert protocol is not None
    return protocol


@pytest.mark.parametrize("path", PRESETS, ids=lambda p: p.stem)
def test_a_preset_is_accepted_with_no_finding_but_the_blanks_of_the_blank_one(path: Path) -> None:
    protocol, findings = read(path)
    assert {found.rule for found in findings} == ({BLANK} if path.stem == "scoping-review" else set())
    assert protocol is not None


@pytest.mark.parametrize("path", PRESETS, ids=lambda p: p.stem)
def test_every_preset_has_what_the_flow_and_the_paper_need(path: Path) -> None:
    protocol, _ = read(path)
    assert protocol is not None
    assert "scoping review" in protocol.title  # PRISMA-ScR item 1
    assert protocol.question.endswith("?")
    assert protocol.objectives
    assert protocol.synthesis
    assert protocol.screening.stopping
    assert all(search.query and search.limits and search.platform for search in protocol.searches)
    assert all(field.section for field in protocol.form.fields)
    labels = [criterion.label for criterion in (*protocol.include, *protocol.exclude)]
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= 32 for label in labels), "a label must fit a button and a box of the diagram"


def test_both_presets_are_found_by_their_names() -> None:
    assert {path.stem for path in PRESETS} >= {"scoping-review", "lstv-machine-learning"}


def test_the_blank_preset_marks_what_the_student_must_replace() -> None:
    protocol, _ = read(data_dir("protocols") / "scoping-review.yaml")
    assert protocol is not None
    for text in (protocol.title, protocol.question, protocol.pcc.population, protocol.synthesis):
        assert "[" in text
        assert "]" in text


def test_the_lstv_protocol_screens_in_pairs_after_a_pilot() -> None:
    rules = lstv().screening
    assert (rules.reviewers_per_record, rules.pilot_records, rules.kappa_target) == (2, 50, 0.6)


def test_the_lstv_protocol_has_one_reason_for_each_exclusion() -> None:
    assert [c.id for c in lstv().exclude] == ["E1", "E2", "E3", "E4", "E5", "E6", "E7"]
    assert [c.id for c in lstv().include] == ["I1", "I2", "I3", "I4", "I5"]


def test_the_lstv_search_strings_are_balanced_and_avoid_the_known_traps() -> None:
    for search in lstv().searches:
        assert search.query.count("(") == search.query.count(")"), search.name
        assert search.query.count('"') % 2 == 0, search.name
        assert "sacralis*" not in search.query
        assert "lumbaris*" not in search.query
    assert [s.name for s in lstv().searches] == ["pubmed", "pubmed-sensitive", "arxiv", "scopus", "ieee"]


def test_the_lstv_concepts_are_those_of_its_precise_string() -> None:
    syntax = named("pubmed")
    assert syntax is not None
    made = draft(lstv().concepts, syntax)
    assert made.findings == ()
    term = r'"[^"]+"\[\w+\]|[^\s()"]+\[\w+\]'
    drafted, written = (
        {each.replace('"', "") for each in re.findall(term, q)} for q in (made.query, lstv().searches[0].query)
    )
    assert len(drafted) == 37
    assert written == drafted | {"2012:3000[dp]"}


def test_what_the_blank_preset_offers_in_comments_is_understood() -> None:
    text = (data_dir("protocols") / "scoping-review.yaml").read_text(encoding="utf-8")
    blocks = re.findall(r"(?m)^# (?:concepts|previous_version):\n(?:#  .*\n)+", text)
    assert len(blocks) == 2
    for block in blocks:
        text = text.replace(block, re.sub(r"(?m)^# ?", "", block))
    document = read_yaml(text)
    protocol, findings = check(document.tree, line=document.line)
    assert {found.rule for found in findings} == {BLANK}
    assert protocol is not None
    assert len(protocol.concepts) == 2
    assert protocol.previous_version is not None


def test_the_lstv_form_counts_patients_apart_from_images_and_each_phenotype() -> None:
    form = lstv().form
    units = {field.id: field.unit for field in form.fields if field.kind is FieldKind.NUMBER}
    assert units["n_patients"] == units["n_lstv_patients"] == "patients"
    assert units["n_images"] == units["n_lstv_images"] == "images"
    assert {units[f"n_castellvi_{n}"] for n in (1, 2, 3, 4)} == {"patients"}
    assert all(units.values())


def test_the_trap_word_is_highlighted_against_inclusion() -> None:
    protocol = lstv()
    assert "LSTM" in protocol.exclude_terms
    assert "LSTV" in protocol.include_terms
    assert not set(protocol.include_terms) & set(protocol.exclude_terms)
