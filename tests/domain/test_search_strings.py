"""Search strings: drafts that every source can read, and faults told with their place and without false alarm."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from review.domain import syntax as syntaxes
from review.domain.finding import Severity
from review.domain.protocol import Concept, Term
from review.domain.string_check import check_string
from review.domain.strings import RULE, draft
from review.domain.syntax import SYNTAXES, Syntax, TermField, named

WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9).filter(
    lambda w: w not in ("and", "or", "not", "andnot")
)
PHRASE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
TEXT = st.tuples(PHRASE, st.sampled_from(["", "", "*"])).map("".join)
TERM = st.one_of(
    st.builds(Term, text=TEXT, field=st.sampled_from([f for f in TermField if f is not TermField.MESH])),
    st.builds(Term, text=PHRASE, field=st.just(TermField.MESH)),
)
CONCEPT = st.builds(Concept, name=WORD, synonyms=st.lists(TERM, min_size=1, max_size=5).map(tuple))
TABLE = st.lists(CONCEPT, min_size=1, max_size=4)
ANY = st.sampled_from(SYNTAXES)


def faults(query: str, name: str) -> list[str]:
    return [f.rule for f in check_string(query, named(name))]


# Laws


@settings(max_examples=50, deadline=None)
@given(TABLE, ANY)
def test_a_draft_has_no_fault_in_its_own_source(table: list[Concept], syntax: Syntax) -> None:
    made = draft(table, syntax)
    assert check_string(made.query, syntax) == []
    assert all(finding.rule == RULE for finding in made.findings)


@settings(max_examples=50, deadline=None)
@given(TABLE, ANY)
def test_what_a_draft_leaves_out_is_told(table: list[Concept], syntax: Syntax) -> None:
    made = draft(table, syntax)
    assume(made.query and syntax.operators)  # Crossref takes one word of each concept, and says that it knows no more
    told = " ".join(finding.message for finding in made.findings)
    for concept in table:
        for term in concept.synonyms:
            words = [word.replace("*", "") for word in term.text.split()]
            assert all(word in made.query for word in words) or repr(term.text) in told or repr(concept.name) in told


@settings(max_examples=50, deadline=None)
@given(TABLE, ANY, st.data())
def test_a_draft_that_lost_one_bracket_or_mark_is_not_sent(
    table: list[Concept], syntax: Syntax, data: st.DataObject
) -> None:
    query = draft(table, syntax).query
    signs = [m.start() for m in re.finditer(r'[()"]', query)]
    assume(signs)
    at = data.draw(st.sampled_from(signs))
    found = check_string(query[:at] + query[at + 1 :], syntax)
    assert any(f.rule == "STRING-BALANCE" and f.severity is Severity.ERROR for f in found)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab *\"'()[]{}.,:=#1\nANDORNOT“”’/-"), max_size=80), st.sampled_from([None, *SYNTAXES]))
def test_any_text_is_read_to_its_end_and_every_fault_lies_inside_it(text: str, syntax: Syntax | None) -> None:
    lines = text.split("\n")
    for fault in check_string(text, syntax):
        assert fault.line is not None
        assert fault.column is not None
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert fault.hint


def test_brackets_without_end_are_told_of_in_time() -> None:
    for sign in ('"', "(", "[", ")", "]"):
        assert 1 <= len(check_string(sign * 40_001, named("pubmed"))) <= 12


# Each fault, and what is close to it and none

FAULTS = [
    ("pubmed", "(spine[tiab] OR back[tiab]", "BALANCE"),
    ("pubmed", "spine[tiab]) OR back[tiab]", "BALANCE"),
    ("pubmed", "spine[tiab", "BALANCE"),
    ("scopus", 'TITLE-ABS-KEY("deep learning)', "BALANCE"),
    ("embase", "'deep learning:ti,ab", "BALANCE"),
    ("pubmed", "“deep learning”[tiab]", "QUOTES"),
    ("scopus", "TITLE(‘deep learning’)", "QUOTES"),
    ("pubmed", "spine[tiab] or back[tiab]", "OPERATOR"),
    ("pubmed", "spine[tiab] And back[tiab]", "OPERATOR"),
    ("europepmc", 'TITLE_ABS:spine and TITLE_ABS:"L6"', "OPERATOR"),
    ("openalex", "spine or back", "OPERATOR"),
    ("ieee", '"All Metadata":spine or "All Metadata":back', "OPERATOR"),
    ("pubmed", "spine[tiab] AND", "OPERATOR"),
    ("pubmed", "spine[tiab] AND OR back[tiab]", "OPERATOR"),
    ("pubmed", "(spine[tiab] OR) AND back[tiab]", "OPERATOR"),
    ("wos", "TS=(spine) AND ()", "OPERATOR"),
    ("crossref", "spine AND back", "OPERATOR"),
    ("pubmed", "spine[tiab] OR back[tiab] AND MRI[tiab]", "MIXED"),
    ("ovid", "(spine or back and mri).ti,ab.", "MIXED"),
    ("ovid", "Spine/ or exp Sacrum/ and lumbar.ti.", "MIXED"),
    ("scopus", "TITLE(a1) OR TITLE(b1) AND NOT TITLE(c1)", "MIXED"),
    ("pubmed", "spine[tiabs]", "FIELD"),
    ("pubmed", 'TITLE-ABS-KEY("spine")', "FIELD"),
    ("pubmed", "abs:spine", "FIELD"),
    ("pubmed", "spine.ti,ab.", "FIELD"),
    ("scopus", "spine[tiab]", "FIELD"),
    ("scopus", "TITLE-ABSTRACT-KEY(spine)", "FIELD"),
    ("arxiv", 'abstract:"vertebra labeling"', "FIELD"),
    ("arxiv", "spine[tiab]", "FIELD"),
    ("europepmc", "TITLEABS:spine", "FIELD"),
    ("wos", "TA=(spine)", "FIELD"),
    ("ovid", "spine.qqq. and spine.zz.", "FIELD"),
    ("ieee", '"Metadata":spine', "FIELD"),
    ("openalex", 'TITLE_ABS:"spine"', "FIELD"),
    ("cochrane", '"transitional vertebra*":ti,ab,kw', "WILDCARD"),
    ("europepmc", 'TITLE_ABS:"transitional vertebra*"', "WILDCARD"),
    ("arxiv", "abs:vertebra*", "WILDCARD"),
    ("openalex", "vertebra*", "WILDCARD"),
    ("pubmed", "ver*[tiab]", "WILDCARD"),
    ("pubmed", "*itis[tiab]", "WILDCARD"),
    ("scopus", "TITLE(ve*)", "WILDCARD"),
    ("wos", "TS=(* OR spine)", "WILDCARD"),
    ("pubmed", "#1 AND #2", "LINES"),
]


@pytest.mark.parametrize(("name", "query", "rule"), FAULTS, ids=lambda v: str(v)[:40])
def test_a_fault_is_told_once(name: str, query: str, rule: str) -> None:
    assert faults(query, name).count(f"STRING-{rule}") == 1


SOUND = [
    (
        "pubmed",
        '("lumbar rib*"[tiab] OR Bertolotti*[tiab] OR nnU-Net[tiab]) AND "Artificial Intelligence"[Mesh] AND 2012:3000[dp]',
    ),
    (
        "pubmed",
        '"transitional vertebra"[tiab:~2] NOT (animals[mh] NOT humans[mh:noexp]) AND english[la] AND systematic[sb]',
    ),
    ("pubmed", '"signs and symptoms"[tiab] AND ("2020/01/01"[Date - Publication] : "2024"[Date - Publication])'),
    ("pubmed", "Scheuermann’s[tiab] AND spine[Title/Abstract]"),
    (
        "arxiv",
        '(ti:"vertebra labeling" OR abs:L6) ANDNOT cat:q-bio.QM AND submittedDate:[202301010000 TO 202412312359]',
    ),
    ("europepmc", "TITLE_ABS:vertebra* AND PUB_YEAR:[2020 TO 2024] AND SRC:PPR AND (HAS_ABSTRACT:y OR OPEN_ACCESS:y)"),
    ("openalex", '("transitional vertebra" OR LSTV) AND NOT phantom'),
    ("openalex", 'filter=title_and_abstract.search:("deep learning" OR CNN) AND spine'),
    ("openalex", "title.search:spine,publication_year:2020-2024,type:article|preprint"),
    ("openalex", "https://api.openalex.org/works?filter=title.search:spine%20and%20back&cursor=*"),
    ("crossref", "transitional vertebra and deep learning"),
    ("crossref", "query.title=vertebra&filter=type:journal-article,from-pub-date:2020"),
    (
        "scopus",
        'TITLE-ABS-KEY ( ( spine OR "numb*" ) W/3 ( label* ) ) AND PUBYEAR > 2011 AND ( LIMIT-TO ( DOCTYPE , "ar" ) )',
    ),
    ("wos", 'TS=("transitional vertebra*" NEAR/3 (label* OR number*)) NOT DT=(Review) AND PY=(2012-2024)'),
    (
        "ovid",
        '1. exp Spine/\n2. (transitional adj3 vertebra$).ti,ab,kf.\n3. 1 or 2\n4. limit 3 to (english language and yr="2012 -Current")',
    ),
    ("ovid", "exp Aged, 80 and over/ or Wounds and Injuries/ or *Signs and Symptoms/ or lumbar.ti."),
    ("ovid", "1  *Spine/ or lumbar vertebra*.mp.\n   or sacr*.ti,ab.\n2  and/1-2"),
    ("embase", "('transitional vertebra*':ti,ab,kw OR 'lumbar vertebra'/exp) AND [2012-2024]/py"),
    ("embase", "('scheuermann''s disease':ti,ab OR o'driscoll:ti,ab) AND ((label* NEAR/3 level*):ti,ab)"),
    ("cochrane", '#1 [mh ^"Spine"]\n#2 (transitional NEXT vertebra*):ti,ab,kw\n#3 #1 OR #2'),
    (
        "ieee",
        '("All Metadata":"transitional vertebra" OR "All Metadata":vertebra*) AND ("Document Title":spine NOT "Abstract":phantom)',
    ),
]


@pytest.mark.parametrize(("name", "query"), SOUND, ids=lambda v: str(v)[:40])
def test_a_sound_string_raises_no_alarm(name: str, query: str) -> None:
    assert check_string(query, named(name)) == []


def test_of_an_unknown_source_only_what_no_source_survives_is_told() -> None:
    assert check_string('MH "Spine+" AND (TI spin* or AB "x y")', None) == []
    assert [f.rule for f in check_string("(TI spine", None)] == ["STRING-BALANCE"]


def test_a_fault_names_its_line_and_column() -> None:
    found = check_string('("a1"[tiab]\n OR b1[tiab])\nAND “c1”[tiab]', named("pubmed"))
    assert [(f.line, f.column) for f in found] == [(3, 5)]


@pytest.mark.parametrize(
    ("name", "platform", "query", "expected"),
    [
        ("pubmed-sensitive", "", "", "pubmed"),
        ("medline", "Ovid", "", "ovid"),
        ("medline", "EBSCOhost", "", None),
        ("embase", "", "'spine'/exp", "embase"),
        ("embase", "", "exp Spine/", "ovid"),
        ("embase", "Embase.com (Elsevier)", "", "embase"),
        ("trials", "Cochrane Library (Wiley)", "", "cochrane"),
        ("wos", "", "", "wos"),
        ("core", "Web of Science Core Collection (Clarivate)", "", "wos"),
        ("psycinfo", "", "", None),
    ],
)
def test_the_platform_decides_how_a_string_is_read(name: str, platform: str, query: str, expected: str | None) -> None:
    found = syntaxes.behind(name, platform=platform, query=query)
    assert (found.name if found else None) == expected


def test_a_draft_says_what_a_source_cannot_say() -> None:
    table = [
        Concept(name="level", synonyms=(Term(text="transitional vertebra*"), Term(text="LSTV"))),
        Concept(
            name="learning", synonyms=(Term(text="deep learning"), Term(text="Machine Learning", field=TermField.MESH))
        ),
    ]
    pubmed, arxiv, ovid = (draft(table, syntaxes.named(n) or pytest.fail(n)) for n in ("pubmed", "arxiv", "ovid"))
    assert pubmed.query == (
        '("transitional vertebra*"[tiab] OR LSTV[tiab])\nAND ("deep learning"[tiab] OR "Machine Learning"[Mesh])'
    )
    assert pubmed.findings == ()
    assert arxiv.query == '((ti:LSTV OR abs:LSTV))\nAND ((ti:"deep learning" OR abs:"deep learning"))'
    assert ["'transitional vertebra*'" in f.message or "'Machine Learning'" in f.message for f in arxiv.findings] == [
        True,
        True,
    ]
    assert ovid.query == (
        "(transitional vertebra* OR LSTV).ti,ab.\nAND ((deep learning).ti,ab. OR exp Machine Learning/)"
    )


def test_a_concept_that_a_source_cannot_say_at_all_gives_no_draft() -> None:
    made = draft([Concept(name="level", synonyms=(Term(text="vertebra*"),))], named("arxiv") or pytest.fail())
    assert made.query == ""
    assert [f.severity for f in made.findings] == [Severity.WARNING, Severity.ERROR]


@pytest.mark.shared
def test_real_strings_raise_no_alarm(shared: Path) -> None:
    """The strings of the reference protocol and of the recorded requests, all of which their sources answered."""
    import csv

    written = (shared / "reference" / "sources.md").read_text(encoding="utf-8")
    protocol = written[written.index("# D.") :]
    strings = [("pubmed", block) for block in re.findall(r"```\n(.*?)```", protocol, re.DOTALL)]
    strings += [("pubmed", found) for found in re.findall(r"string B.*?: `(.*?)`\.", protocol)]
    strings += [("arxiv", found) for found in re.findall(r"arXiv API\*\*: `(.*?)`", protocol)]
    asked = (
        ("pubmed", "term"),
        ("arxiv", "search_query"),
        ("europepmc", "query"),
        ("openalex", "search"),
        ("crossref", "query"),
    )
    with (shared / "data" / "api" / "dev" / "index.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            given = urllib.parse.parse_qs(urllib.parse.urlsplit(row["request"]).query)
            if given.get("db", ["pubmed"]) == ["pubmed"]:
                strings += [(api, text) for api, key in asked if api == row["api"] for text in given.get(key, [])]
    assert len(strings) > 20
    assert [(name, text[:60], found) for name, text in strings if (found := faults(text, name))] == []
