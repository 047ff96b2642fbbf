"""A PDF that a screen reader can read: PDF/UA-1 with title, language, words for pictures and formulas; no gap in headings."""

from __future__ import annotations

import ctypes
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spines import TEXT, build

from review.render import accessible
from review.render.documents import FORMATS, read, write
from review.render.tree import nodes, plain, words

HARD = """# Deep first {{lang=de}}

### Two below

Where $x_1 \\frac{{a}}{{b}} "q"$, then.letter and $y$(see).

$$\\sum_{{i=1}}^n x_i$$

![](figures/flow.svg)

#### A list

1. one
    - two

[link](https://example.org) and a note.[^1]

[^1]: The note.

| a |
|---|
| 1 |
"""


def objects(data: bytes) -> str:
    """Every object of a PDF as text, those in packed streams too."""
    parts = [data.decode("latin-1")]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(parts)


def structure(data: bytes) -> list[tuple[str, str]]:
    """(kind, words for it) of every part of the tagged tree, as a PDF reader walks it."""
    document = pypdfium2.PdfDocument(data)
    found: list[tuple[str, str]] = []

    def text(function: Any, element: Any) -> str:
        size = function(element, None, 0)
        buffer = ctypes.create_string_buffer(size)
        function(element, buffer, size)
        return buffer.raw[:size].decode("utf-16-le").rstrip("\0")

    def walk(element: Any) -> None:
        found.append(
            (text(pdfium.FPDF_StructElement_GetType, element), text(pdfium.FPDF_StructElement_GetAltText, element))
        )
        for number in range(pdfium.FPDF_StructElement_CountChildren(element)):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(element, number)
            if child:
                walk(child)

    for page in document:
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        assert tree, "this page has no structure"
        for number in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            walk(pdfium.FPDF_StructTree_GetChildAtIndex(tree, number))
        pdfium.FPDF_StructTree_Close(tree)
        page.close()
    document.close()
    return found


def test_the_pdf_claims_pdf_ua_and_has_what_it_asks_for(folder: Path) -> None:
    data = build(folder, "pdf")
    inside = objects(data)
    for mark in ("StructTreeRoot", "/MarkInfo", "/Marked true", "/Lang", "DisplayDocTitle true", "pdfuaid:part"):
        assert mark in inside, mark
    document = pypdfium2.PdfDocument(data)
    assert document.get_metadata_dict()["Title"] == "A paper about spines"
    assert "Ada Writer" in document.get_metadata_dict()["Author"]
    assert document.is_tagged()
    document.close()


def test_headings_tables_figures_and_references_are_tagged_as_such(folder: Path) -> None:
    found = structure(build(folder, "pdf"))
    kinds = [kind for kind, _ in found]
    assert {"H1", "Table", "TH", "TD", "Figure", "P", "Link"} <= set(kinds)
    assert ("Figure", "The flow.") in found
    assert all(alt for kind, alt in found if kind in ("Figure", "Formula"))


def test_a_description_of_its_own_stands_for_the_picture_and_not_the_caption(folder: Path) -> None:
    text = '![Flow of records.](figures/flow.svg){alt="Boxes from 5 records down to none."}'
    parsed = read(text)
    assert [(one.name, one.described) for one in parsed.pictures] == [("figures/flow.svg", True)]
    assert ("Figure", "Boxes from 5 records down to none.") in structure(write(parsed, to="pdf", resources=folder).data)
    html = write(parsed, to="html", resources=folder).data.decode()
    assert "Boxes from 5 records down to none." in html
    assert "Flow of records." in html


def test_what_usually_breaks_pdf_ua_does_not(folder: Path) -> None:
    parsed = read(HARD.replace("{{", "{").replace("}}", "}"))
    made = write(parsed, to="pdf", resources=folder)
    assert made.unfit == ""
    found = structure(made.data)
    formulas = [alt for kind, alt in found if kind == "Formula"]
    assert formulas == ["y", "\\sum_{i=1}^n x_i"]  # what is no formula stands as its text
    assert [kind for kind, _ in found if re.fullmatch(r"H\d", kind)] == ["H1", "H2", "H3"]
    assert [(one.captioned, one.described) for one in parsed.pictures] == [(False, False)]


def test_a_text_without_title_and_language_gets_both(folder: Path) -> None:
    html = build(folder, "html", "# Methods\n\nText.\n").decode()
    assert '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"' in html
    assert "<title>Methods</title>" in html
    assert 'lang="de"' in build(folder, "html", "---\nlang: de\ntitle: T\n---\n\nx\n").decode()


levels = st.lists(st.integers(1, 6), max_size=12)


@given(levels)
def test_levels_have_no_gap_and_keep_what_is_below_what(found: list[int]) -> None:
    tree = {
        "meta": {},
        "blocks": [{"t": "Header", "c": [level, ["", [], []], plain(f"h{n}")]} for n, level in enumerate(found)],
    }
    accessible.prepare(tree)
    made = [node["c"][0] for node in nodes(tree["blocks"]) if node["t"] == "Header"]
    last = 0
    for level in made:
        assert 1 <= level <= last + 1
        last = level
    for n, level in enumerate(found):
        above = next((k for k in range(n - 1, -1, -1) if found[k] < level), None)
        mine = next((k for k in range(n - 1, -1, -1) if made[k] < made[n]), None)
        assert above == mine


def test_words_leave_out_notes_and_marks() -> None:
    [paragraph] = [n for n in nodes(_tree('*Two* `words`[^1] "said" $x$\n\n[^1]: Note.\n')) if n["t"] == "Para"][:1]
    assert words(paragraph) == "Two words “said” x"


def _tree(text: str) -> Any:
    return json.loads(read(text, to=("html",)).tree)["blocks"]


@pytest.mark.parametrize("to", [name for name in FORMATS if name != "md"])
def test_every_format_is_made_of_the_same_reading(folder: Path, to: str) -> None:
    parsed = read(TEXT, bibliography=folder / "references.bib")
    assert write(parsed, to=to, resources=folder).data
    before = parsed.tree
    write(parsed, to=to, resources=folder)
    assert parsed.tree == before
