"""What other programs make of the documents: Word files in LibreOffice, JATS by its elements, pages without anything from elsewhere."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from servers import unavailable
from spines import TEXT, build

from review.render.documents import read, write

XLINK = "{http://www.w3.org/1999/xlink}href"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAPER = TEXT.replace("# Methods", "# Abstract\n\n**Aim.** Why.\n\n## Part\n\nMore.\n\n# Methods").replace(
    'affiliation: "Nowhere"',
    'affiliation: "Nowhere"\n    orcid: "0000-0002-1825-0097"\ncorresponding: "ada@example.org"',
)


def article(folder: Path, text: str = PAPER) -> ET.Element:
    return ET.fromstring(build(folder, "jats", text))


def said(element: ET.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def test_jats_has_title_authors_abstract_sections_figure_table_and_references(folder: Path) -> None:
    found = article(folder)
    meta = found.find("front/article-meta")
    assert found.tag == "article"
    assert meta is not None
    assert said(meta.find("title-group/article-title")) == "A paper about spines"
    assert said(meta.find("contrib-group/contrib/string-name")) == "Ada Writer"
    assert "0000-0002-1825-0097" in said(meta.find("contrib-group/contrib/contrib-id"))
    assert said(meta.find(".//aff")) == "Nowhere"
    assert "ada@example.org" in said(meta.find("author-notes"))
    assert said(meta.find("abstract")).startswith("Aim. Why. Part More.")
    assert [said(title) for title in found.findall("body/sec/title")] == ["Methods"]
    assert said(found.find("body//fig/caption")) == "Figure 1: The flow."
    graphic = found.find("body//graphic")
    assert graphic is not None
    assert (graphic.get(XLINK), graphic.get("mime-subtype")) == ("figures/flow.png", "png")
    assert said(found.find("body//table-wrap/caption")) == "Table 1: One table."
    assert len(found.findall("body//table/thead/tr/th")) == 2
    assert ["A map of the spine" in said(ref) for ref in found.findall("back/ref-list/ref/mixed-citation")] == [True]


def test_a_description_of_a_picture_stands_in_jats_and_does_not_break_it(folder: Path) -> None:
    found = article(folder, PAPER.replace("figures/flow.svg)", 'figures/flow.svg){alt="Boxes & groups < 5."}'))
    assert said(found.find("body//graphic/alt-text")) == "Boxes and groups below 5."


def test_every_reference_within_jats_leads_somewhere(folder: Path) -> None:
    found = article(folder)
    ids = [element.get("id") for element in found.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    asked = {rid for element in found.iter("xref") for rid in (element.get("rid") or "").split()}
    assert asked
    assert asked <= set(ids)


def test_pictures_lie_beside_jats_and_latex_at_300_dots_per_inch(folder: Path) -> None:
    parsed = read(TEXT, bibliography=folder / "references.bib")
    for to in ("jats", "tex"):
        pictures = write(parsed, to=to, resources=folder).pictures
        assert list(pictures) == ["figures/flow.png"]
        at = pictures["figures/flow.png"].index(b"pHYs") + 4
        assert struct.unpack(">II", pictures["figures/flow.png"][at : at + 8]) == (11811, 11811)
    assert list(write(parsed, to="md", resources=folder).pictures) == ["figures/flow.svg"]


def test_a_page_asks_for_nothing_from_elsewhere(folder: Path) -> None:
    page = build(folder, "html").decode()
    fetched = re.findall(
        r"""<(?:img|script|link|iframe|source|object|embed)\b[^>]*?(?:src|href|data)=["']([^"']*)""", page
    )
    assert [address for address in fetched if not address.startswith("data:")] == []
    assert re.findall(r"url\((?!['\"]?data:)[^)]*\)|@import", page) == []
    assert "<script" not in page


def word_parts(folder: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(build(folder, "docx", PAPER)))


def test_every_part_of_a_word_file_is_well_formed_and_there(folder: Path) -> None:
    with word_parts(folder) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
        for name in names:
            if name.endswith((".xml", ".rels")):
                ET.fromstring(archive.read(name))
        for name in names:
            if not name.endswith(".rels"):
                continue
            base = Path(name).parent.parent
            for relation in ET.fromstring(archive.read(name)):
                if relation.get("TargetMode") != "External":
                    target = relation.get("Target") or ""
                    place = target.lstrip("/") if target.startswith("/") else (base / target).as_posix()
                    assert place in names, (name, target)
        types = ET.fromstring(archive.read("[Content_Types].xml"))
        known = {(e.get("PartName") or e.get("Extension") or "").lower() for e in types}
        untyped = [n for n in names if f"/{n}".lower() not in known and n.rpartition(".")[2].lower() not in known]
        assert untyped == ["[Content_Types].xml"] or untyped == []


def test_a_word_file_says_its_title_its_language_and_what_its_picture_shows(folder: Path) -> None:
    with word_parts(folder) as archive:
        core = archive.read("docProps/core.xml").decode()
        document = ET.fromstring(archive.read("word/document.xml"))
        styles = archive.read("word/styles.xml").decode()
    assert "<dc:title>A paper about spines</dc:title>" in core
    assert "Ada Writer" in core
    assert 'w:val="en' in re.search(r"<w:lang [^>]*>", styles)[0]  # type: ignore[index]
    shown = [e for e in document.iter() if e.tag.endswith("}docPr")]
    assert [e.get("descr") for e in shown] == ["The flow."]
    assert list(document.iter(f"{WORD}tblHeader")), "the header of a table comes again on each page"


def test_figures_and_tables_with_a_caption_are_numbered_alike_in_every_format(folder: Path, tmp_path: Path) -> None:
    bare = "| a |\n|---|\n| 1 |\n\n"
    text = f"# A\n\n{bare}| b |\n|---|\n| 1 |\n\n: With words.\n\n![Flow.](figures/flow.svg)\n\n{bare}| c |\n|---|\n| 1 |\n\n: More.\n"
    for to in ("html", "jats", "docx", "pdf"):
        data = build(folder, to, text)
        if to == "docx":
            with zipfile.ZipFile(BytesIO(data)) as archive:
                data = archive.read("word/document.xml")
        if to == "pdf":
            document = pypdfium2.PdfDocument(data)
            seen = " ".join(page.get_textpage().get_text_bounded() for page in document)
            document.close()
        else:
            seen = re.sub(r"<[^>]+>", "", data.decode())
        flat = " ".join(seen.replace("\u00a0", " ").split())
        for caption in ("Table 1: With words.", "Table 2: More.", "Figure 1: Flow."):
            assert caption in flat, (to, caption)
        assert "Table 3" not in flat


def test_a_word_file_is_on_a4_with_page_numbers_and_hanging_references(folder: Path) -> None:
    with word_parts(folder) as archive:
        assert b" PAGE " in archive.read("word/footer1.xml")
        section = archive.read("word/document.xml").decode().split("<w:sectPr>")[1]
        styles = archive.read("word/styles.xml").decode()
    assert section.index("footerReference") < section.index('w:w="11906" w:h="16838"') < section.index("w:pgMar")
    assert 'w:hanging="454"' in styles


@pytest.mark.parametrize("name", ["paper.docx"])
def test_libreoffice_opens_the_word_file_and_shows_all_of_it(folder: Path, tmp_path: Path, name: str) -> None:
    program = shutil.which("soffice")
    if program is None:
        unavailable("LibreOffice is not installed (Debian: apt-get install libreoffice-writer)")
    assert program is not None
    (tmp_path / name).write_bytes(build(folder, "docx", PAPER))
    command = [
        program, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--norestore",
        "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(tmp_path / name),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    text = " ".join((tmp_path / "paper.txt").read_text(encoding="utf-8-sig").split())
    for words in (
        "A paper about spines",
        "Ada Writer",
        "Lee [1]",
        "One table.",
        "A map of the spine",
        "Corresponding author",
    ):
        assert words in text, words


def test_the_pdf_is_on_a4_with_the_same_margins_at_either_side(folder: Path) -> None:
    pages = pypdfium2.PdfDocument(build(folder, "pdf", PAPER))
    try:
        sizes = {tuple(round(side) for side in page.get_size()) for page in pages}
        text = pages[0].get_textpage()
        lefts = [text.get_charbox(at)[0] for at in range(text.count_chars()) if text.get_text_range(at, 1).strip()]
    finally:
        pages.close()
    assert sizes == {(595, 842)}
    assert 66 <= min(lefts) <= 70  # 2.4 cm in points
