"""A BibTeX entry taken by one pattern is the entry read sign by sign, wherever the text is cut."""

from __future__ import annotations

import re

import pytest
from bibtexparser.middlewares.names import split_multiple_persons_names
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.domain.record import Record
from review.formats import bibtex, bibtex_blocks, decoding

LAW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
NEVER = re.compile(r"(?!)")
_bits = st.sampled_from(
    ["@article{a,", "@misc{b,\n", "@book{no key", '@string{m = "M"}\n', "\n", "  title = {A {B} c},", "year = 2001,", "year = 2001",
     'title = "q",', "journal = m,", "note = {x\n@article{in, y}}", "}", "}\n", "}\n\n", "{", "\\", "%", "% @misc{c,\n", "@", "doi = {10.1/a_b}",
     "author = {Li, W. and {The and Group}}", ",", "#", "title = {\\{x\\}},", "@comment{x}\n", "crossref = {a},\n"]
)  # fmt: skip


def read(text: str) -> list[object]:
    return list(bibtex.read(text.encode(), "s"))


@LAW
@given(bits=st.lists(_bits, max_size=14))
@example(bits=["@article{a,", "  title = {A {B} c},", "year = 2001", "}\n", "@misc{b,\n", "year = 2001", "}\n"])
@example(bits=["@article{a,", "note = {x\n@article{in, y}}", "}\n"])
def test_the_pattern_and_the_signs_agree(bits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(bits)
    fast = read(text)
    with monkeypatch.context() as patch:
        patch.setattr(bibtex_blocks, "_WHOLE", NEVER)
        assert read(text) == fast
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "_PIECE", 5)
        assert read(text) == fast


def test_a_text_without_an_entry_is_not_looked_through_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_PIECE", 64)
    monkeypatch.setattr(bibtex_blocks, "_LONGEST", 1_000)
    text = "{" * 20_000 + "\n@article{a, title={T}}\n@article{b, title={U}}\n"
    assert [one.title for one in read(text) if isinstance(one, Record)] == ["T", "U"]


_names = st.lists(
    st.sampled_from(["and", "And", "Smith,", "J.", "Doe", "others", "sand", "andy", ",", "van"]), max_size=7
).map(" ".join)


@settings(deadline=None)
@given(text=_names)
def test_names_without_braces_part_where_bibtex_parts_them(text: str) -> None:
    assert (bibtex._AND.split(text) if text else []) == split_multiple_persons_names(text)


def test_a_large_file_is_read_a_part_at_a_time() -> None:
    entry = "@article{{k{n},\n  title = {{T{n}}},\n  abstract = {{{a}}}\n}}\n\n"
    text = "".join(entry.format(n=n, a="word " * 200) for n in range(600))
    parts = list(bibtex_blocks.parts(decoding.decode(text.encode()).pieces()))
    assert len(parts) > 2
    assert "".join(parts) == text
    assert [one.line for one in bibtex_blocks.blocks(parts)] == [1 + 5 * n for n in range(600)]


def test_a_bracket_left_open_in_a_field_does_not_swallow_the_others() -> None:
    text = "@article{a,\n title={A {title},\n year=2021,\n doi={10.1234/abc}\n}\n@article{b, title={Next}, year=2020}\n"
    found = [item for item in bibtex.read(text.encode(), "s") if isinstance(item, Record)]
    assert [(item.title, item.year, item.doi) for item in found] == [
        ("A title", 2021, "10.1234/abc"),
        ("Next", 2020, ""),
    ]
