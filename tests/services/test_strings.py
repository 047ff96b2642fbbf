"""Drafts from the concept table, and their way into protocol.yaml without touching anything else."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput, Missing, ReviewError
from review.resources import read_yaml
from review.services import project, strings
from review.services.project import Project
from review.services.strings import with_query

HEAD = """\
# Words of the author
title: A review   # kept
question: What is known?
pcc: {population: Adults, concept: Deep learning, context: Any}

concepts:
  - name: spine
    synonyms: [transitional vertebra*, LSTV]
  - name: learning
    synonyms:
      - deep learning
"""
SOURCES = """
sources:
  # the free one
  - name: pubmed
    label: PubMed   # as printed
    query: ""   # to be filled
    limits: none
  - name: cochrane
    query:
  - name: scopus

  - name: arxiv
    query: |-
      abs:LSTV
"""
TAIL = """
criteria:
  exclude: [{id: E1, text: Not about the spine}]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Project:
    made = project.create(tmp_path / "review", preset="scoping-review")
    made.protocol_path.write_text(HEAD + SOURCES + TAIL, encoding="utf-8")
    return made


def test_a_draft_for_each_source_of_the_protocol(mine: Project) -> None:
    found = strings.drafts(mine)
    assert [each.name for each in found] == ["pubmed", "cochrane", "scopus", "arxiv"]
    assert [each.empty for each in found] == [("pubmed",), ("cochrane",), ("scopus",), ()]
    assert found[0].query == '("transitional vertebra*"[tiab] OR LSTV[tiab])\nAND ("deep learning"[tiab])'
    assert mine.protocol_path.read_text(encoding="utf-8") == HEAD + SOURCES + TAIL, "nothing is written unless asked"


def test_a_source_that_the_protocol_does_not_list_can_be_asked_for(mine: Project) -> None:
    assert [each.name for each in strings.drafts(mine, sources=["wos", "pubmed"])] == ["wos", "pubmed"]
    with pytest.raises(Missing, match="psycinfo"):
        strings.drafts(mine, sources=["psycinfo"])


def test_writing_fills_the_empty_strings_and_nothing_else(mine: Project) -> None:
    found = {each.name: each for each in strings.drafts(mine, write=True)}
    assert [each.written for each in found.values()] == [("pubmed",), ("cochrane",), ("scopus",), ()]
    text = mine.protocol_path.read_text(encoding="utf-8")
    lost = [
        line[2:] for line in difflib.ndiff((HEAD + SOURCES + TAIL).split("\n"), text.split("\n")) if line[:2] == "- "
    ]
    assert lost == ['    query: ""   # to be filled', "    query:"]
    assert "# to be filled" in text
    searches = {search.name: search.query for search in strings.as_written(mine).searches}
    assert searches == {name: each.query for name, each in found.items()} | {"arxiv": "abs:LSTV"}
    assert [each.written for each in strings.drafts(mine, write=True)] == [()] * 4, (
        "a second time there is nothing to fill"
    )
    assert mine.protocol_path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark_stay(mine: Project, mark: bytes) -> None:
    mine.protocol_path.write_bytes(mark + (HEAD + SOURCES + TAIL).replace("\n", "\r\n").encode())
    strings.drafts(mine, write=True)
    data = mine.protocol_path.read_bytes()
    assert data.startswith(mark + b"# Words")
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize(
    "written", ["{name: pubmed}", '{name: pubmed, query: "", limits: none}', "{name: pubmed, query: }"]
)
def test_a_source_in_braces_is_filled_where_it_stands(mine: Project, written: str) -> None:
    mine.protocol_path.write_text(f"{HEAD}sources: [{written}]  # one\n{TAIL}", encoding="utf-8")
    (found,) = strings.drafts(mine, write=True)
    assert found.written == ("pubmed",)
    assert strings.as_written(mine).searches[0].query == found.query
    text = mine.protocol_path.read_text(encoding="utf-8")
    assert text.startswith(f"{HEAD}sources: [{{name: pubmed")
    assert text.endswith(f"  # one\n{TAIL}")


@pytest.mark.parametrize("spoil", [lambda text: None, lambda text: text.replace("arxiv", "other")])
def test_what_would_change_something_else_is_not_written(
    mine: Project, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[str], str | None]
) -> None:
    monkeypatch.setattr(strings, "with_query", lambda text, *_: spoil(text))
    with pytest.raises(BadInput, match="without changing something else"):
        strings.drafts(mine, write=True)
    assert mine.protocol_path.read_text(encoding="utf-8") == HEAD + SOURCES + TAIL


def test_without_a_concept_table_it_is_said_how_to_make_one(mine: Project) -> None:
    mine.protocol_path.write_text("".join(HEAD.partition("concepts:")[:1]) + SOURCES + TAIL, encoding="utf-8")
    with pytest.raises(ReviewError, match="synonyms"):
        strings.drafts(mine)


QUERY = st.lists(
    st.text("abc()*\"'[]:#|>-& ", min_size=1, max_size=12).map(lambda t: "x" + t.rstrip() + "x"), min_size=1, max_size=3
)


@settings(deadline=None)
@given(QUERY.map("\n".join), st.integers(0, 2), st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_filled_in_is_read_back_and_the_rest_stays(query: str, index: int, newline: str) -> None:
    braces = "sources:\n" + "".join(f"  - {{name: n{n}, query: , limits: none}}\n" for n in range(3))
    for sources in (SOURCES, braces):
        text = (HEAD + sources + TAIL).replace("\n", newline)
        made = with_query(text, index, query)
        assert made is not None
        before, after = read_yaml(text).tree, read_yaml(made).tree
        before["sources"][index]["query"] = query
        assert after == before
