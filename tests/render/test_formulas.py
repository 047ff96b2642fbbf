"""Formulas are printed in the PDF and stand in the Word file as formulas that can be edited."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pypandoc
import pypdfium2
import pytest

from review.render.documents import build_document

DICE = r"\mathrm{Dice} = \frac{2|A \cap B|}{|A| + |B|}"
KAPPA = r"\kappa = \frac{p_{o} - p_{e}}{1 - p_{e}}"
MATRIX = r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}"
# Signs of every kind that papers use; what typst calls otherwise than pandoc stands among them.
SIGNS = (
    r"\cap \bigcap_{i=1}^n \sqcap \cup \bigcup \setminus \otimes \bigotimes \odot \bigodot \oplus \times \div \ltimes \rtimes "
    r"\boxtimes \boxdot \cdot \dot{x} \ddot{x} \hat{y} \bar{x} \sum_i \prod \int \in \notin \subseteq \leq \geq \approx \propto "
    r"\rightarrow \Rightarrow \mapsto \forall \exists \nabla \partial \infty \lVert x \rVert_2 \operatorname{argmin}_x \sqrt[3]{x}"
)
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def built(formula: str, *, to: str, folder: Path) -> bytes:
    text = (
        f'---\ntitle: "Formulas"\nlang: en\n---\n\n# Methods\n\nIn the line ${formula}$ and alone:\n\n$${formula}$$\n'
    )
    return build_document(text, to=to, resources=folder)


@pytest.mark.parametrize("formula", [DICE, KAPPA, MATRIX, SIGNS], ids=["dice", "kappa", "matrix", "signs"])
def test_a_formula_is_set_in_the_pdf(formula: str, tmp_path: Path) -> None:
    pages = pypdfium2.PdfDocument(built(formula, to="pdf", folder=tmp_path))
    text = pages[0].get_textpage().get_text_range()
    pages.close()
    assert "alone:" in text
    for sign, latex in (("∩", r"\cap"), ("⊗", r"\otimes"), ("⊙", r"\odot"), ("×", r"\times"), ("⊓", r"\sqcap")):
        assert (text.count(sign) >= 2) is (latex in formula), sign


@pytest.mark.parametrize("formula", [DICE, KAPPA, MATRIX], ids=["dice", "kappa", "matrix"])
def test_a_formula_of_the_word_file_says_the_same_when_it_is_read_again(formula: str, tmp_path: Path) -> None:
    data = built(formula, to="docx", folder=tmp_path)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        body = ET.fromstring(archive.read("word/document.xml"))
    above = {child: parent for parent in body.iter() for child in parent}
    alone = [above[part].tag for part in body.iter(f"{_M}oMathPara")]
    assert alone == [f"{_W}p"]  # Word refuses a formula that stands outside of a paragraph
    assert len(list(body.iter(f"{_M}oMath"))) == 2
    again = pypandoc.convert_text(data, "latex", format="docx")
    squeezed = "".join(formula.replace(r"\mathrm{Dice}", "Dice").split())  # upright letters are a style in Word
    assert "".join(again.split()).replace(r"\left|", "|").replace(r"\right|", "|").count(squeezed) == 2
