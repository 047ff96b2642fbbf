"""PDF files: the text comes by page, and what cannot be read is refused in a sentence."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput
from review.formats import pdf as pdf_format
from review.formats.pdf import PdfReader, check_kind
from tests.pdfs import paper, pdf

# Without the hyphen, which is taken for a broken word at the end of a line.
WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="-"), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf") / "file.pdf"


@settings(max_examples=15, deadline=None)
@given(
    pages=st.lists(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=4), min_size=1, max_size=4)
)
def test_every_word_of_a_page_is_in_the_text_of_that_page(held: Path, pages: list[list[list[str]]]) -> None:
    held.write_bytes(pdf([[" ".join(line) for line in page] for page in pages]))
    with PdfReader() as reader:
        text = reader.text(held)
    assert len(text.pages) == len(pages)
    for read, page in zip(text.pages, pages, strict=True):
        assert "".join(read.split()) == "".join(word for line in page for word in line)


@pytest.mark.parametrize(
    ("lines", "reads"),
    [
        (["a software-", "assisted plan", "is software-assisted"], "a software-assisted plan"),
        (["a software-", "assisted plan", "assisted by software"], "a software-assisted plan"),
        (["the transi-", "tional vertebra"], "the transitional vertebra"),
        (["the trans-", "verse process", "trans verse transverse"], "the transverse process"),
        (["of post-", "operative pain", "post-operative"], "of post-operative pain"),
        (["an over-", "view of all", "over it, in view"], "an overview of all"),
        (["after COVID-", "19 it rose"], "after COVID-19 it rose"),
        (["The well-", "known-", "ness of it"], "The wellknownness of it"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_it_belongs_to_the_word(
    held: Path, lines: list[str], reads: str
) -> None:
    held.write_bytes(pdf([lines]))
    with PdfReader() as reader:
        [page] = reader.text(held).pages
    assert " ".join(page.split()).startswith(reads)


def test_a_scan_has_pages_without_words(held: Path) -> None:
    held.write_bytes(pdf([[], []]))
    with PdfReader() as reader:
        text = reader.text(held)
    assert text.pages == ("", "")
    assert not text.is_readable


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"hello", "not a PDF"),
        (b"\n<!DOCTYPE html><html>Please sign in</html>", "web page under the name of a PDF"),
        (b"PK\x03\x04" + b"x" * 2_000 + b"%PDF-1.7", "not a PDF"),
        (b"%PDF-" + bytes(pdf_format.MOST_BYTES), "MB"),
    ],
)
def test_what_is_no_pdf_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        check_kind(data, "a.pdf")
    assert "othing was kept" in refused.value.hint or "again" in refused.value.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf([["secret"]], locked=True), "locked with a password"),
        (b"%PDF-1.4\nand then nothing", "damaged"),
        (paper("A title")[:200], "damaged"),
    ],
)
def test_a_pdf_that_cannot_be_opened_is_refused_by_its_name(held: Path, data: bytes, says: str) -> None:
    held.write_bytes(data)
    with PdfReader() as reader:
        with pytest.raises(BadInput, match=says) as refused:
            reader.text(held, name="Lima 2024.pdf")
        held.write_bytes(paper("The next one is read by the same reader"))
        assert "next one" in " ".join(reader.text(held).pages[0].split())
    assert str(refused.value).startswith("Lima 2024.pdf")


def test_five_hundred_pages_are_read_and_three_thousand_refused(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held.write_bytes(pdf([[f"Page {n}"] for n in range(1, 501)]))
    with PdfReader() as reader:
        assert reader.text(held).pages[499].strip() == "Page 500"
        monkeypatch.setattr(pdf_format, "MOST_PAGES", 499)
        with pytest.raises(BadInput, match="500 pages"):
            reader.text(held)


def test_a_reader_that_dies_or_hangs_is_told_of_and_the_next_file_is_read(held: Path) -> None:
    held.write_bytes(paper("A paper"))
    with PdfReader() as reader:
        reader.text(held)
        assert reader._child is not None
        reader._child.kill()
        with pytest.raises(BadInput, match="gave up"):
            reader.text(held)
        assert reader.text(held).pages
    if hasattr(os, "mkfifo"):
        pipe = held.with_name("never.pdf")
        os.mkfifo(pipe)  # opening it waits for ever
        with PdfReader(seconds=1.0) as reader, pytest.raises(BadInput, match="gave up"):
            reader.text(pipe)


def test_a_page_is_drawn_as_wide_as_asked_for(held: Path) -> None:
    held.write_bytes(paper("A paper"))
    with PdfReader() as reader:
        jpeg = reader.picture(held, 2, width=600)
    frame = jpeg.index(b"\xff\xc0")  # where a JPEG says its size
    height, width = struct.unpack(">HH", jpeg[frame + 5 : frame + 9])
    assert abs(width - 600) <= 1
    assert abs(height / width - 842 / 595) < 0.01
