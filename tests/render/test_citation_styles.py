"""Citations are made once: every format prints the same list of references, in Vancouver and in APA."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pypandoc
import pypdfium2
import pytest

from review.domain.errors import Missing
from review.render.documents import build_document, read, styles

BIB = r"""
@article{tricco2018, author={Tricco, Andrea C. and Lillie, Erin and Zarin, Wasifa and O'Brien, Kelly K. and Colquhoun, Heather and Levac, Danielle and Moher, David},
 title={{PRISMA} Extension for Scoping Reviews}, journal={Annals of Internal Medicine}, year={2018}, volume={169}, number={7}, pages={467--473}, doi={10.7326/M18-0850}}
@book{bland2015, author={Bland, Martin}, title={An Introduction to Medical Statistics}, publisher={Oxford University Press}, address={Oxford}, year={2015}, edition={4}}
@inproceedings{lee2020, author={Lee, Kim and van der Berg, Jan}, title={A map of the spine}, booktitle={Proceedings of the Invented Conference}, year={2020}, pages={1--9}}
@misc{aimes2021, author={Aimes, Jo}, title={Spines for all}, year={2021}, howpublished={Zenodo}, doi={10.5281/zenodo.7654321}}
@online{who, author={{World Health Organization}}, title={Back pain}, year={2023}, url={https://example.org/back}}
@phdthesis{roy1999, author={Roy, Ana}, title={On vertebrae}, school={University of Nowhere}, year={1999}}
"""
TEXT = "# A\n\nOne [@tricco2018; @bland2015, p. 3]. Two [@lee2020; @who]. @roy1999 said so. Data [@aimes2021].\n"
VANCOUVER = [
    (
        "1. Tricco AC, Lillie E, Zarin W, O’Brien KK, Colquhoun H, Levac D, et al. PRISMA extension for scoping reviews. "
        "Annals of Internal Medicine. 2018;169(7):467–73. doi:10.7326/M18-0850"
    ),
    "2. Bland M. An introduction to medical statistics. 4th ed. Oxford: Oxford University Press; 2015.",
    "3. Lee K, van der Berg J. A map of the spine. In: Proceedings of the invented conference. 2020. p. 1–9.",
    "4. World Health Organization. Back pain [Internet]. 2023. Available at: https://example.org/back",
    "5. Roy A. On vertebrae [dissertation]. University of Nowhere; 1999.",
    "6. Aimes J. Spines for all. Zenodo; 2021. doi:10.5281/zenodo.7654321",
]
APA = [
    "Aimes, J. (2021). Spines for all. Zenodo. https://doi.org/10.5281/zenodo.7654321",
    "Bland, M. (2015). An introduction to medical statistics (4th ed.). Oxford University Press.",
    "Lee, K., & van der Berg, J. (2020). A map of the spine. In Proceedings of the invented conference (pp. 1–9).",
    "Roy, A. (1999). On vertebrae [PhD thesis, University of Nowhere].",
    (
        "Tricco, A. C., Lillie, E., Zarin, W., O’Brien, K. K., Colquhoun, H., Levac, D., & Moher, D. (2018). PRISMA extension for "
        "scoping reviews. Annals of Internal Medicine, 169(7), 467–473. https://doi.org/10.7326/M18-0850"
    ),
    "World Health Organization. (2023). Back pain. https://example.org/back",
]


@pytest.fixture
def bibliography(tmp_path: Path) -> Path:
    (tmp_path / "references.bib").write_text(BIB, encoding="utf-8")
    return tmp_path / "references.bib"


def flat(text: str) -> str:
    """A text as it is read: without line ends, soft signs, and the blanks that stand at the end of a line of a PDF."""
    text = text.replace("\u00a0", " ").replace("\u2060", "").replace("\ufffe", "-").replace("\ufb01", "fi")
    return " ".join(text.split())


def printed(to: str, bibliography: Path, style: str) -> str:
    """What a reader sees of a document."""
    data = build_document(TEXT, to=to, resources=bibliography.parent, bibliography=bibliography, style=style)
    if to == "pdf":
        document = pypdfium2.PdfDocument(data)
        return flat(" ".join(page.get_textpage().get_text_bounded() for page in document))
    if to == "html":
        return flat(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?s)<head>.*?</head>", "", data.decode()))))
    if to == "jats":
        return flat(" ".join("".join(e.itertext()) for e in ET.fromstring(data).iter("mixed-citation")))
    path = bibliography.parent / f"made.{to}"
    path.write_bytes(data)
    return flat(
        pypandoc.convert_file(str(path), "plain", format="latex" if to == "tex" else to, extra_args=["--wrap=none"])
    )


@pytest.mark.parametrize(("style", "expected"), [("vancouver", VANCOUVER), ("apa", APA)])
def test_the_references_read_as_the_style_has_them(bibliography: Path, style: str, expected: list[str]) -> None:
    tree = json.loads(read(TEXT, bibliography=bibliography, style=style).tree)
    from review.render.tree import nodes, words

    entries = [n for n in nodes(tree["blocks"]) if n["t"] == "Div" and "csl-entry" in n["c"][0][1]]
    assert [flat(words(entry["c"][1])) for entry in entries] == expected


@pytest.mark.parametrize("style", ["vancouver", "apa"])
@pytest.mark.parametrize("to", ["docx", "pdf", "html", "tex", "jats"])
def test_every_format_has_the_same_list(bibliography: Path, to: str, style: str) -> None:
    text = re.sub(r"\s", "", printed(to, bibliography, style))
    places = []
    for entry in VANCOUVER if style == "vancouver" else APA:
        bare = re.sub(r"\s", "", re.sub(r"^\d+\. ", "", entry))
        assert bare in text, entry
        places.append(text.index(bare))
    assert places == sorted(places)


def test_citations_in_the_text_are_numbers_in_vancouver_and_names_in_apa(bibliography: Path) -> None:
    assert "One [1,2, p. 3]. Two [3,4]. Roy [5] said so. Data [6]." in printed("html", bibliography, "vancouver")
    said = printed("html", bibliography, "apa")
    assert (
        "One (Bland, 2015, p. 3; Tricco et al., 2018). Two (Lee & van der Berg, 2020; World Health Organization, 2023)."
        in said
    )
    assert "Roy (1999) said so." in said


def test_a_style_that_is_not_there_is_refused_with_those_that_are(bibliography: Path) -> None:
    assert styles() == ("apa", "vancouver")
    with pytest.raises(Missing, match="apa, vancouver"):
        build_document(TEXT, to="html", resources=bibliography.parent, style="chicago")


def test_the_header_cannot_choose_another_bibliography_or_style(bibliography: Path, tmp_path: Path) -> None:
    (tmp_path / "other.bib").write_text("@book{lee2020, title={SECRET}, author={X, Y}, year={1900}}")
    text = f"---\ntitle: T\nbibliography: {tmp_path}/other.bib\ncsl: /etc/passwd\ncitation-abbreviations: /etc/passwd\n---\n\n{TEXT}"
    text += f"\n---\nbibliography: {tmp_path}/other.bib\n---\n"
    made = build_document(text, to="html", resources=tmp_path, bibliography=bibliography)
    assert b"SECRET" not in made
    assert b"A map of the spine" in made
