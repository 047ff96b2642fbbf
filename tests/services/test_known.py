"""Known studies held against what each string found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import TOPICS, ris

from review.domain.errors import BadInput
from review.services import collect, known, overview
from review.services.collect import Origin
from review.services.project import Project

SCOPUS, EMBASE = range(8), (0, 3, 6)  # what the fixture imported from each


def write(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_each_string_is_held_against_the_list(made: Project, tmp_path: Path) -> None:
    listed = write(tmp_path, "doi\n10.5555/inv.0\n10.5555/inv.1\n10.5555/inv.6\n10.9999/none\n")
    found = known.keep(made, listed)
    assert (found.n, found.found, [s.name for s in found.missed]) == (4, 3, ["10.9999/none"])
    assert [(s.source, s.found, s.alone, s.n, s.recall) for s in found.strings] == [
        ("scopus", 3, 1, 4, 0.75),
        ("embase", 2, 0, 4, 0.5),
    ]
    assert [s.sources for s in found.studies] == [("scopus", "embase"), ("scopus",), ("scopus", "embase"), ()]
    assert found.strings[0].query.startswith("TITLE-ABS-KEY(")


@pytest.mark.parametrize(
    ("text", "name", "by"),
    [
        ("https://doi.org/10.5555/INV.2\n", "a.txt", "doi"),
        (f"title\n{TOPICS[2].upper()}.\n", "a.csv", "title"),
        (f"title,year\n{TOPICS[2]},2018\n", "a.csv", "title"),
        ("pmid;doi\n99999999;10.5555/inv.2\n", "a.csv", "doi"),
        (ris(2), "a.ris", "doi"),
        (ris(2).replace("anomalies", "anomaly").replace("DO  - 10.5555/inv.2\n", ""), "a.ris", "likeness"),
    ],
)
def test_a_study_is_recognised_by_whatever_the_list_gives(
    made: Project, tmp_path: Path, text: str, name: str, by: str
) -> None:
    found = known.keep(made, write(tmp_path, text, name))
    assert [(s.by, s.sources) for s in found.studies] == [(by, ("scopus",))]


def test_a_title_of_another_year_or_a_short_one_proves_nothing(made: Project, tmp_path: Path) -> None:
    collect.import_bytes(made, b"TY  - JOUR\nTI  - Editorial\nER  - \n", file_name="s.ris", origin=Origin(source="x"))
    text = f"title,year\nEditorial,\n{TOPICS[1]},1999\n"
    assert [s.by for s in known.keep(made, write(tmp_path, text)).studies] == ["", ""]


def test_a_preprint_number_meets_the_record_that_carries_it(made: Project, tmp_path: Path) -> None:
    arxiv = b"TY  - JOUR\nTI  - A preprint on vertebrae and their many names\nDO  - 10.48550/arXiv.2601.14066\nER  - \n"
    collect.import_bytes(made, arxiv, file_name="s.ris", origin=Origin(source="arxiv"))
    found = known.keep(made, write(tmp_path, "arXiv:2601.14066v2\n", "a.txt"))
    assert [(s.by, s.sources) for s in found.studies] == [("arxiv", ("arxiv",))]


def test_a_later_list_takes_the_place_of_the_earlier_and_new_runs_count(made: Project, tmp_path: Path) -> None:
    assert known.recall(made) is None
    known.keep(made, write(tmp_path, ris(0), "first.ris"))
    known.keep(made, write(tmp_path, "10.5555/inv.1\n", "second.txt"))
    assert sorted(path.name for path in made.root.glob("known.*")) == ["known.txt"]
    collect.import_bytes(made, ris(1).encode(), file_name="e.ris", origin=Origin(source="embase", query="another"))
    found = known.recall(made)
    assert found is not None
    assert [(s.source, s.query[:7], s.found) for s in found.strings] == [
        ("scopus", "TITLE-A", 1),
        ("embase", "", 0),
        ("embase", "another", 1),
    ]
    assert found.studies[0].sources == ("scopus", "embase"), "a copy that is not yet joined counts for its study too"


@pytest.mark.parametrize("text", ["", "doi\n", "pmid,title\n,\n", "ab\n"])
def test_a_list_without_a_study_is_refused_and_the_earlier_stays(made: Project, tmp_path: Path, text: str) -> None:
    known.keep(made, write(tmp_path, ris(0), "first.ris"))
    with pytest.raises(BadInput):
        known.keep(made, write(tmp_path, text))
    found = known.recall(made)
    assert found is not None
    assert found.file == "known.ris"


def test_what_cannot_be_recognised_is_told(made: Project, tmp_path: Path) -> None:
    found = known.keep(made, write(tmp_path, "10.5555/inv.1\n???\n", "a.txt"))
    assert [(f.rule, f.line) for f in found.findings] == [("KNOWN", 2)]
    assert found.n == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(range(9)), min_size=1, max_size=9))
def test_no_string_finds_more_than_all_and_copies_count_once(numbers: list[int]) -> None:
    text = "".join(f"10.5555/inv.{n}\n" for n in numbers)
    listed, _ = known.read(text.encode(), "a.txt")
    assert [record.doi for record in listed] == list(dict.fromkeys(f"10.5555/inv.{n}" for n in numbers))


def test_the_overview_tells_what_the_kept_list_says(made: Project, tmp_path: Path) -> None:
    assert overview.status(made).as_dict()["known"] is None
    known.keep(made, write(tmp_path, "10.5555/inv.0\n10.9999/none\n", "a.txt"))
    told = overview.status(made).as_dict()["known"]
    assert isinstance(told, dict)
    assert (told["found"], told["n"], told["recall"], told["missed"]) == (1, 2, 0.5, ["10.9999/none"])
