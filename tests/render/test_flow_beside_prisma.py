"""The flow diagram beside the four templates of PRISMA 2020: the same boxes in the same places, in the same words, with the
same arrows. Words and order of the templates are facts (Page et al. 2021, 10.1136/bmj.n71; CC BY 4.0); `(n = )` is a count.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from review.domain.flow import FlowCounts
from review.render.diagram import flow_boxes, flow_svg
from review.render.flow_words import WORDS
from review.render.typeface import NBSP
from tests.render.test_flow_files import WHOLE

OTHER = {
    "website_results": 10,
    "organisation_results": 5,
    "citations_results": 30,
    "other_sought_reports": 12,
    "other_notretrieved_reports": 1,
    "other_assessed": 11,
    "other_excluded": (("Reason 1", 8),),
}
DATABASES = replace(
    WHOLE,
    **{name: () if name == "other_excluded" else 0 for name in OTHER},
    database_specific_results=(),
    register_specific_results=(),
    left_unscreened=0,
    dbr_excluded=(("Reason 1", 40), ("Reason 2", 25), ("Reason 3", 10)),
)
BEFORE = {"previous_studies": 12, "previous_reports": 13}
# (column of the template from the left, what the box says); the rows of the template from top to bottom.
LEFT = (
    ((0, "Records identified from: | Databases (n = ) | Registers (n = )"),
     (1, ("Records removed before screening: | Duplicate records removed (n = ) | Records marked as ineligible by automation "
         "tools (n = ) | Records removed for other reasons (n = )"))),
    ((0, "Records screened | (n = )"), (1, "Records excluded | (n = )")),
    ((0, "Reports sought for retrieval | (n = )"), (1, "Reports not retrieved | (n = )")),
    ((0, "Reports assessed for eligibility | (n = )"),
     (1, "Reports excluded (n = ): | Reason 1 (n = ) | Reason 2 (n = ) | Reason 3 (n = )")),
)  # fmt: skip
RIGHT = (
    ((2, "Records identified from: | Websites (n = ) | Organisations (n = ) | Citation searching (n = )"),),
    (),
    ((2, "Reports sought for retrieval | (n = )"), (3, "Reports not retrieved | (n = )")),
    ((2, "Reports assessed for eligibility | (n = )"), (3, "Reports excluded (n = ): | Reason 1 (n = )")),
)
INCLUDED = (((0, "Studies included in review | (n = ) | Reports of included studies | (n = )"),),)
EARLIER = (
    -1,
    (
        "Studies included in previous version of review | (n = ) | Reports of studies included in previous version of review | "
        "(n = )"
    ),
)
RENEWED = (
    ((0, "New studies included in review | (n = ) | Reports of new included studies | (n = )"),),
    ((0, "Total studies included in review | (n = ) | Reports of total included studies | (n = )"),),
)
Template = tuple[tuple[tuple[int, str], ...], ...]


def together(*parts: Template) -> list[list[tuple[int, str]]]:
    """Templates laid over each other, row by row."""
    rows = max(map(len, parts))
    return [sorted(box for part in parts if row < len(part) for box in part[row]) for row in range(rows)]


NEW, UPDATED = (*LEFT, *INCLUDED), (*LEFT, *RENEWED)
BEFORE_BOX = (((EARLIER),),)
TEMPLATES = {
    "new, databases and registers only": (DATABASES, together(NEW)),
    "new, with other methods": (replace(DATABASES, **OTHER), together(NEW, RIGHT)),
    "updated, databases and registers only": (replace(DATABASES, **BEFORE), together(UPDATED, BEFORE_BOX)),
    "updated, with other methods": (replace(DATABASES, **OTHER, **BEFORE), together(UPDATED, RIGHT, BEFORE_BOX)),
}


def drawn(counts: FlowCounts) -> list[list[tuple[int, str]]]:
    """Our boxes row by row, with `(n = )` for each number."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for box in flow_boxes(counts):
        said = " | ".join(line.text.replace(NBSP, " ") for line in box.lines)
        rows.setdefault(box.row, []).append((box.column, re.sub(r"\(n = [\d,]+\)", "(n = )", said)))
    return [sorted(rows[row]) for row in sorted(rows)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_box_stands_where_the_template_has_it_in_its_words(name: str) -> None:
    counts, template = TEMPLATES[name]
    assert drawn(counts) == template


@pytest.mark.parametrize(
    ("counts", "headings"),
    [
        (DATABASES, ["Identification of studies via databases and registers"]),
        (
            replace(DATABASES, **OTHER),
            ["Identification of studies via databases and registers", "Identification of studies via other methods"],
        ),
        (
            replace(DATABASES, **BEFORE),
            ["Previous studies", "Identification of new studies via databases and registers"],
        ),
    ],
    ids=["new", "other methods", "updated"],
)
def test_the_columns_have_the_headings_and_the_phases_of_the_template(counts: FlowCounts, headings: list[str]) -> None:
    bold = [
        "".join(node.itertext()).replace(NBSP, " ")
        for node in ET.fromstring(flow_svg(counts)).iter()
        if node.tag.endswith("}text") and node.attrib.get("font-weight") == "bold"
    ]
    assert bold == [*headings, "Identification", "Screening", "Included"]


@pytest.mark.parametrize(
    ("counts", "arrows"),
    [(DATABASES, 8), (replace(DATABASES, **OTHER), 13), (replace(DATABASES, **BEFORE), 10)],
    ids=["new", "other methods", "updated"],
)
def test_there_are_as_many_arrows_as_in_the_template(counts: FlowCounts, arrows: int) -> None:
    paths = [n for n in ET.fromstring(flow_svg(counts)).iter() if n.tag.endswith("}path")]
    assert sum(path.attrib["fill"] != "none" for path in paths) == arrows


def test_the_only_words_of_our_own_say_what_is_unfinished_or_another_version() -> None:
    ours = set(WORDS) - {"not_screened", "versions", "awaiting"}
    whole = replace(DATABASES, **OTHER, **BEFORE)
    said = " ".join(
        "".join(n.itertext()).replace(NBSP, " ")
        for counts in (DATABASES, replace(DATABASES, **OTHER), whole)
        for n in ET.fromstring(flow_svg(counts)).iter()
        if n.tag.endswith("}text")
    )
    words = set(re.findall(r"\w+", said))
    for key in ours:
        assert set(re.findall(r"\w+", WORDS[key])) <= words, key
    for key in ("not_screened", "versions", "awaiting"):
        assert WORDS[key] not in said, f"{key} is said only while it counts something"
