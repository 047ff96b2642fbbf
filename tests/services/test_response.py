"""The response to reviewers: no comment is lost on the way in, every answer says where, and the totals reconcile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypandoc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain import response as rules
from review.domain.errors import AlreadyExists, BadInput, Missing
from review.domain.response import Comment, Imported, Line, Response
from review.services import project
from review.services.manuscript import paper, response, response_document
from review.services.project import Project

LETTER = """Dear Dr. Lima,

# Reviewer #1

Comments to the Authors

This paper describes a data set. I have these concerns.

1. The counts do not add up: 342 + 440 + 371 is not 1,137.

   Please give a table.

2. Say how many readers there were.

Minor comments

1) "Figure 2" has no legend.

# Reviewer 2:

The writing is clear.

Why was no external data used? We ask for it | in * all * papers.

**Editor**

- Shorten the abstract.
- Give the DOI.
"""
IDS = ["R1.1", "R1.2", "R1.3", "R1.4", "R2.1", "R2.2", "E.1", "E.2"]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "study", type="dataset")
    paper.create(made, Path("paper"))
    (made.root / "paper" / "manuscript.md").write_text(
        "# Abstract\n\nShort.\n\n# Results\n\nThe table has all counts.\n"
    )
    yield made
    made.close()


def letter(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".docx"):
        pypandoc.convert_text(LETTER, "docx", format="markdown", outputfile=str(path))
    else:
        path.write_text(LETTER, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["comments.md", "comments.docx", "comments.txt"])
def test_every_comment_of_a_letter_is_taken_in_with_its_reviewer(found: Project, tmp_path: Path, name: str) -> None:
    report, fresh = response.take(found, Path("paper"), letter(tmp_path, name))
    comments = report.response.comments
    assert [one.id for one in comments] == IDS
    assert [one.reviewer for one in comments][3:] == ["Reviewer 1", "Reviewer 2", "Reviewer 2", "Editor", "Editor"]
    said = {one.id: one.comment for one in comments}
    assert said["R1.2"] == "The counts do not add up: 342 + 440 + 371 is not 1,137.\n\nPlease give a table."
    assert said["R1.4"].endswith("has no legend.")
    assert said["E.2"] == "Give the DOI."
    assert fresh == report.totals["comments"] == len(IDS)


def test_taking_a_file_in_again_adds_nothing_and_keeps_the_answers(found: Project, tmp_path: Path) -> None:
    path = letter(tmp_path, "comments.md")
    response.take(found, Path("paper"), path)
    response.answer(found, Path("paper"), "R1.2", {"status": "done", "action": "Done so.", "where": "Results"})
    report, fresh = response.take(found, Path("paper"), path)
    assert fresh == 0
    assert {one.id: one.action for one in report.response.comments}["R1.2"] == "Done so."
    path.write_text(LETTER.replace("- Give the DOI.", "- Give the DOI.\n- And the licence."), encoding="utf-8")
    report, fresh = response.take(found, Path("paper"), path)
    assert fresh == 1
    assert report.response.comments[-1].id == "E.3"


def test_a_table_of_comments_is_taken_in(found: Project, tmp_path: Path) -> None:
    table = tmp_path / "comments.csv"
    table.write_text("reviewer,comment,status\n1,Say n.,\n1,Cite it.,open\nEditor,Shorten.,\n,,\n", encoding="utf-8")
    report, fresh = response.take(found, Path("paper"), table)
    assert fresh == 3
    assert [(one.id, one.reviewer) for one in report.response.comments] == [
        ("R1.1", "Reviewer 1"),
        ("R1.2", "Reviewer 1"),
        ("E.1", "Editor"),
    ]


states = st.lists(st.sampled_from(["open", "done", "declined"]), max_size=30)


@given(states)
def test_done_declined_and_open_are_all_comments(said: list[str]) -> None:
    comments = tuple(
        Comment(id=f"R1.{n}", reviewer="R", comment=f"c{n}", status=s, action="a", where="Results")
        for n, s in enumerate(said)
    )
    sums = rules.totals(comments)
    assert sums["comments"] == sums["done"] + sums["declined"] + sums["open"] == len(said)
    found = rules.check(Response(comments=comments), "# Results\n\nText.\n", path="r")
    assert {f.rule for f in found} <= {"RESPONSE-OPEN"}
    assert sum(f.rule == "RESPONSE-OPEN" for f in found) == sums["open"]


words = st.text(alphabet="abc ", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.builds(Line, text=words, item=st.booleans(), bullet=st.booleans()), max_size=12))
def test_no_paragraph_of_a_reviewer_is_left_out(lines: list[Line]) -> None:
    made = rules.split([Line(text="Reviewer 1", heading=True), *lines], source="a.md")
    assert "\n\n".join(one.comment for one in made) == "\n\n".join(line.text for line in lines)
    assert len({one.id for one in made}) == len(made)


def faults(*comments: Comment, imports: tuple[Imported, ...] = ()) -> list[str]:
    text = "# Results\n\nThe table has all counts.\n"
    return [f.rule for f in rules.check(Response(comments=comments, imports=imports), text, path="r.yaml")]


def comment(**more: str) -> Comment:
    whole = {"id": "R1.1", "reviewer": "R", "comment": "c", "status": "done", "action": "Done.", "where": "Results"}
    return Comment(**(whole | more))


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"status": "finished"}, "RESPONSE-STATUS"),
        ({"status": "open"}, "RESPONSE-OPEN"),
        ({"action": ""}, "RESPONSE-ACTION"),
        ({"status": "declined", "action": ""}, "RESPONSE-ACTION"),
        ({"where": ""}, "RESPONSE-WHERE"),
        ({"where": "Outlook"}, "RESPONSE-PLACE"),
        ({"anchor": "the sentence on nothing"}, "RESPONSE-PLACE"),
    ],
)
def test_what_an_answer_lacks_is_told(more: dict[str, str], rule: str) -> None:
    assert rule in faults(comment(**more))


@pytest.mark.parametrize(
    "where", ["Results", "results", "The table has all counts.", "page 3", "Table 2", "Results; line 20"]
)
def test_a_place_may_be_a_heading_a_sentence_a_page_or_a_table(where: str) -> None:
    assert faults(comment(where=where)) == []


def test_a_comment_that_went_missing_and_an_unknown_status_break_the_total() -> None:
    brought = Imported(file="a.docx", sha256="0", comments=2)
    assert "RESPONSE-TOTAL" in faults(comment(source="a.docx"), imports=(brought,))
    assert "RESPONSE-TOTAL" in faults(comment(status="finished"))
    assert "RESPONSE-ID" in faults(comment(), comment())


def test_the_document_has_every_comment_its_answer_and_the_totals(found: Project, tmp_path: Path) -> None:
    response.take(found, Path("paper"), letter(tmp_path, "comments.md"))
    response.answer(
        found, Path("paper"), "R1.2",
        {"status": "done", "action": "Version {{ software.version }} counts **again**.", "where": "Results"},
    )  # fmt: skip
    response.answer(found, Path("paper"), "R2.2", {"status": "declined", "action": "There is none."})
    files, report = response_document.build(found, Path("paper"), ["docx", "pdf", "md"])
    assert [file.name for file in files] == ["response.docx", "response.pdf", "response.md"]
    text = pypandoc.convert_file(str(files[0]), "plain", extra_args=["--wrap=none"])
    plain = text.replace("\u00a0", " ")
    for one in report.response.comments:
        assert one.id in text
        for part in one.comment.split("\n\n"):
            assert part in plain, part
    assert "8 comments: 1 done, 1 declined, 6 open." in text
    assert "Version 0.1.0 counts again." in text
    assert files[1].read_bytes().startswith(b"%PDF")


def test_a_fact_nobody_knows_stops_the_document(found: Project, tmp_path: Path) -> None:
    response.take(found, Path("paper"), letter(tmp_path, "comments.md"))
    response.answer(found, Path("paper"), "R1.1", {"action": "Now {{ n.nobody }}."})
    with pytest.raises(BadInput, match=r"n\.nobody"):
        response_document.build(found, Path("paper"), ["md"])


def test_what_a_reviewer_wrote_is_never_read_as_markdown_or_as_a_fact(found: Project, tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text('reviewer,comment\n1,"*Why* {{ software.version }} [@x] $5 # <b>"\n', encoding="utf-8")
    response.take(found, Path("paper"), table)
    files, _ = response_document.build(found, Path("paper"), ["docx"])
    assert "*Why* {{ software.version }} [@x] $5 # <b>" in pypandoc.convert_file(str(files[0]), "plain")


def test_a_file_that_cannot_be_read_is_never_written_over(found: Project, tmp_path: Path) -> None:
    path = found.root / "paper" / "response.yaml"
    path.write_text("comments:\n  - {id: R1.1\n")
    with pytest.raises(BadInput, match="Nothing was changed"):
        response.take(found, Path("paper"), letter(tmp_path, "comments.md"))
    assert path.read_text() == "comments:\n  - {id: R1.1\n"


def test_refusals_name_what_there_is(found: Project, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="review paper response new"):
        response.check(found, Path("paper"))
    response.new(found, Path("paper"))
    with pytest.raises(AlreadyExists):
        response.new(found, Path("paper"))
    with pytest.raises(BadInput, match="no comment"):
        empty = tmp_path / "empty.md"
        empty.write_text("# Reviewer 1\n")
        response.take(found, Path("paper"), empty)
    with pytest.raises(BadInput, match="kind of file"):
        picture = tmp_path / "a.png"
        picture.write_bytes(b"x")
        response.take(found, Path("paper"), picture)
    response.take(found, Path("paper"), letter(tmp_path, "c.md"))
    with pytest.raises(Missing, match=r"R1\.1"):
        response.answer(found, Path("paper"), "R9.9", {"status": "done"})
    with pytest.raises(Missing, match="declined"):
        response.answer(found, Path("paper"), "R1.1", {"status": "finished"})
