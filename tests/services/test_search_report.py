"""The report of the searches: every string word for word, every PRISMA-S item answered from what is stored or open."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from invented import ris

from review.domain.errors import Missing
from review.domain.record import SourceKind
from review.services import collect, known, search_report
from review.services.collect import Origin
from review.services.manuscript import checklists
from review.services.project import Project


def answers(project: Project) -> dict[str, tuple[str, str]]:
    return {item.number: (item.state, item.answer) for item in search_report.report(project).items}


def test_every_item_of_the_guideline_is_there_once_and_in_order(made: Project) -> None:
    items = search_report.report(made).items
    assert [item.number for item in items] == [str(n) for n in range(1, 17)]
    assert [item.ask for item in items] == [item.ask for item in checklists.load("prisma-s").items]
    assert {item.state for item in items} <= {"answered", "partly", "open"}
    assert all(item.answer for item in items)


def test_strings_stand_word_for_word_with_their_particulars(made: Project) -> None:
    query = 'TI "a b*" AND\n  ```odd``` OR <b>x</b> | y'
    origin = Origin(source="cinahl", query=query, searched_on="2026-02-03", reported=17)
    collect.import_bytes(made, ris(2).encode(), file_name="cinahl.ris", origin=origin)
    text = search_report.report(made).markdown
    assert f"````\n{query}\n````" in text
    assert "cinahl, 2026-02-03" in text
    assert "17 reported by the source, 1 record read, 1 of them new" in text
    assert "### Planned and not yet run: PubMed" in text


def test_answers_come_from_what_is_stored(made: Project) -> None:
    found = answers(made)
    assert found["1"][0] == "partly"
    assert "Embase" in found["1"][1], "a source that the protocol does not list has no platform"
    assert found["3"] == ("answered", "No register was searched.")
    assert found["8"][0] == "partly"
    assert found["13"][1].startswith("Scopus: 20")
    assert "Scopus: 8; Embase: 3. Together 11 records." in found["15"][1]
    assert "joined 6 of them in 3 groups" in found["16"][1]
    assert "8 works remained" in found["16"][1]


def test_what_only_the_author_knows_is_open_until_the_protocol_says_it(empty: Project) -> None:
    assert [number for number, (state, _) in answers(empty).items() if state == "open"] == [
        "1", "2", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    ]  # fmt: skip
    said = "search_methods:\n  contacts: Nobody was asked.\n  peer_review: A librarian, with PRESS.\n"
    path = empty.protocol_path
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    found = answers(empty)
    assert found["6"] == ("answered", "Nobody was asked.")
    assert found["14"] == ("answered", "A librarian, with PRESS.")
    assert found["7"][0] == "open"


def test_other_ways_and_later_searches_are_told(made: Project) -> None:
    for source, kind, number in (
        ("site", SourceKind.WEBSITE, 1),
        ("refs", SourceKind.CITATION, 2),
        ("ctg", SourceKind.REGISTER, 4),
    ):
        origin = Origin(source=source, kind=kind, searched_on="2026-01-05")
        collect.import_bytes(made, ris(number).encode(), file_name=f"{source}.ris", origin=origin)
    again = Origin(source="scopus", searched_on="2027-01-05")
    collect.import_bytes(made, (ris(5) + ris(7)).encode(), file_name="scopus2.ris", origin=again)
    found = answers(made)
    assert found["4"] == ("answered", "site: 1 record on 2026-01-05")
    assert found["5"] == ("answered", "refs: 1 record on 2026-01-05")
    assert found["3"] == ("answered", "ctg: 1 record on 2026-01-05")
    assert found["12"][1].endswith(", 2027-01-05.")
    assert found["13"][1].startswith("Scopus: 2027-01-05"), "the date of the last run counts"


def test_two_databases_on_one_platform_are_named(made: Project) -> None:
    path = made.protocol_path
    text = path.read_text(encoding="utf-8").replace(
        "platform: IEEE Xplore, command search", "platform: Scopus (Elsevier)"
    )
    path.write_text(text, encoding="utf-8")
    from review.services import protocol

    protocol.amend(made, reason="A test.", who="Ana")
    collect.import_bytes(made, ris(1).encode(), file_name="ieee.ris", origin=Origin(source="ieee"))
    assert "Scopus (Elsevier): Scopus, IEEE Xplore" in answers(made)["2"][1]


def test_known_studies_stand_in_the_report(made: Project, tmp_path: Path) -> None:
    (tmp_path / "k.txt").write_text("10.5555/inv.0\n10.9999/none\n", encoding="utf-8")
    known.keep(made, tmp_path / "k.txt")
    text = search_report.report(made).markdown
    assert "Of 2 studies known to be relevant, 1 were found" in text
    assert "Not found: 10.9999/none." in text


def test_no_name_can_break_the_table(made: Project) -> None:
    origin = Origin(source="x|y *z* `q` <i>", query="a", searched_on="2026-01-05")
    collect.import_bytes(made, ris(1).encode(), file_name="a|b.ris", origin=origin)
    rows = [line for line in search_report.report(made).markdown.splitlines() if line.startswith("| 3 |")]
    assert rows
    assert all(line.replace("\\|", "").count("|") in (5, 8) for line in rows)


def test_the_report_is_written_as_markdown_and_for_word(made: Project, tmp_path: Path) -> None:
    written = search_report.write(made, tmp_path / "a.md")
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == written.markdown
    search_report.write(made, tmp_path / "a.docx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.docx").read_bytes())) as package:
        body = package.read("word/document.xml").decode("utf-8")
    assert "TITLE-ABS-KEY" in body
    with pytest.raises(Missing):
        search_report.write(made, tmp_path / "a.xyz")
