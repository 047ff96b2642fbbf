"""Word, PDF, HTML and LaTeX from one Markdown: what must be in them is, and nothing outside the folder is read."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from servers import unavailable
from spines import TEXT, build

from review.domain.errors import BadInput, Missing, ReviewError
from review.render.documents import FORMATS, build_document


def pdf_text(data: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        unavailable("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    (tmp_path / "out.pdf").write_bytes(data)
    done = subprocess.run(["pdftotext", "-layout", str(tmp_path / "out.pdf"), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_word_has_title_citation_table_and_the_figure_as_a_picture(folder: Path) -> None:
    with zipfile.ZipFile(BytesIO(build(folder, "docx"))) as archive:
        words = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
        media = [name for name in archive.namelist() if name.startswith("word/media/")]
    for said in (
        "A paper about",
        "Ada Writer",
        "Lee [1]",
        "[1, p. 3]",
        "One table",
        "To write",
        "A map of the spine",
        "Nowhere",
        "The flow.",
    ):
        assert said in re.sub(r"\s+", " ", words), said
    assert [Path(name).suffix for name in media] == [".png"]
    assert "not printed" not in words
    assert "a kept comment" in words


def test_pdf_says_the_same(folder: Path, tmp_path: Path) -> None:
    data = build(folder, "pdf")
    assert data.startswith(b"%PDF")
    text = re.sub(r"\s+", " ", pdf_text(data, tmp_path))
    for said in ("A paper about", "Nowhere", "Lee [1]", "A map of the spine", "PubMed (n = 5)", "One table"):
        assert said in text.replace("\u00a0", " "), said
    assert "not printed" not in text


def test_html_stands_alone(folder: Path) -> None:
    html = build(folder, "html").decode()
    assert "<math" in html
    assert "not printed" not in html
    assert "Lee [1]" in re.sub(r"<[^>]+>", "", html)
    assert "PubMed" in html or "data:image/svg+xml" in html
    links = re.findall(r'(?:src|href)="(https?://[^"]+)"', html)
    assert [link for link in links if "doi.org" not in link] == []


def test_latex_names_the_picture_and_no_scratch_folder(folder: Path) -> None:
    tex = build(folder, "tex").decode()
    assert "figures/flow.png" in tex
    assert "/tmp" not in tex
    assert "passwd" not in tex
    assert "\\section{Methods}" in tex


def test_markdown_is_the_text_itself(folder: Path) -> None:
    assert build(folder, "md").decode() == TEXT


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../secret.png", "https://example.org/a.png", "figures/none.png", "a.exe"]
)
def test_a_picture_outside_the_folder_or_missing_is_refused_by_name(folder: Path, name: str) -> None:
    (folder.parent / "secret.png").write_bytes(b"secret")
    (folder / "a.exe").write_bytes(b"MZ")
    with pytest.raises(BadInput, match=re.escape(name)):
        build(folder, "html", f"![x]({name})")


@pytest.mark.parametrize("to", ["html", "docx", "pdf", "tex"])
def test_raw_code_does_nothing(folder: Path, to: str) -> None:
    text = (
        '<script>alert(1)</script> \\input{/etc/passwd}\n\n```{=typst}\n#read("/etc/passwd")\n```\n\n'
        '```{=html}\n<script>alert(2)</script>\n```\n\n`#read("x")`{=typst}\n'
    )
    data = build(folder, to, text)
    assert b"root:x:" not in data
    assert b"<script>" not in data


def test_an_unknown_form_or_a_damaged_bibliography_is_one_sentence(folder: Path) -> None:
    with pytest.raises(Missing, match="docx"):
        build(folder, "word")
    (folder / "references.bib").write_text("@article{lee2020map, title = {never closed\n")
    with pytest.raises(ReviewError, match="could not be made"):
        build(folder, "html")


@pytest.mark.parametrize("to", ["pdf", "html", "docx", "tex", "jats"])
def test_a_citation_or_a_link_that_leads_nowhere_does_not_stop_a_draft(folder: Path, to: str) -> None:
    data = build(folder, to, "# A\n\nSee [@nobody2020] and [there](#nowhere).\n")
    if to in ("html", "tex", "jats"):
        assert "nobody2020?" in data.decode()
        assert "#nowhere" not in data.decode()


def test_an_empty_manuscript_still_makes_every_document(folder: Path) -> None:
    for to in FORMATS:
        assert build(folder, to, "\n") or to == "md"


@pytest.mark.parametrize(
    "text",
    [
        '[x]{{src="{secret}"}}',
        '::: {{data-background-image="{secret}"}}\nx\n:::',
        '# Title {{data-src="{secret}"}}',
        '| a |\n|---|\n| [b]{{src="{secret}"}} |',
        "---\ntitle: \"[x]{{src='{secret}'}}\"\n---\n\ntext",
    ],
)
def test_an_attribute_never_makes_pandoc_read_another_file(text: str, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the words of another file")
    page = build_document(text.format(secret=secret), to="html", resources=folder).decode()
    assert "data:text/plain" not in page
    assert "secret.txt" not in page


def test_a_picture_in_the_bibliography_must_lie_in_the_folder_too(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.png"
    outside.write_bytes(b"\x89PNG")
    (folder / "references.bib").write_text(
        f"@article{{lee, title={{A \\includegraphics{{{outside}}} map}}, author={{Lee, Kim}}, year={{2020}}}}"
    )
    with pytest.raises(BadInput, match="own folder"):
        build_document("See [@lee].", to="html", resources=folder, bibliography=folder / "references.bib")


def test_neither_a_script_nor_typst_code_passes_through_an_attribute(folder: Path) -> None:
    page = build_document('[x]{onclick="go()"} [y](javascript:go()) [z](https://z.org)', to="html", resources=folder)
    assert b"go()" not in page
    assert b"https://z.org" in page
    assert build_document('::: {typst:fill="panic()"}\nx\n:::', to="pdf", resources=folder).startswith(b"%PDF")


@pytest.mark.parametrize("lines", range(20, 34, 2))
def test_a_small_table_stays_on_one_page_with_its_caption(lines: int, folder: Path) -> None:
    rows = "".join(f"| cell{n} | {n} |\n" for n in range(6))
    text = "".join(f"Line {n}.\n\n" for n in range(lines)) + f"| A | b |\n|--|--|\n{rows}\n: Caption\n"
    wanted = {"Caption", *(f"cell{n}" for n in range(6))}
    pages = pypdfium2.PdfDocument(build_document(text, to="pdf", resources=folder))
    assert wanted in [{word for word in wanted if word in page.get_textpage().get_text_range()} for page in pages]
