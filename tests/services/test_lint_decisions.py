"""The boxes of the flow that a table of decisions gives, in any order of its rows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from review.lint.rule import Log
from review.services.manuscript import lint_decisions

HEAD = "record,stage,reviewer,role,verdict,reason"
TITLES = [
    *(f"r{n},title_abstract,{who},reviewer,{'exclude' if n > 5 else 'include'}," for n in range(1, 10) for who in ("Ana", "Ben")),
    "r9,title_abstract,Cy,adjudicator,include,",
    "r10,title_abstract,GPT-4o,reviewer,exclude,",
    "r8,title_abstract,GPT-4o,reviewer,exclude,",
]  # fmt: skip
FULL = [
    "r1,full_text,Ana,reviewer,include,", "r1,full_text,Ben,reviewer,include,",
    "r2,full_text,Ana,reviewer,exclude,Wrong concept", "r2,full_text,Ben,reviewer,exclude,Wrong concept",
    "r3,full_text,Ana,reviewer,exclude,No results", "r3,full_text,Ben,reviewer,exclude,Wrong concept",
    "r4,full_text,Ana,reviewer,exclude,No results", "r4,full_text,Ben,reviewer,include,", "r4,full_text,Cy,adjudicator,exclude,No results",
    "r5,full_text,Ana,reviewer,not retrieved,",
    "w1,full_text,Ana,reviewer,exclude,",
]  # fmt: skip


def log(folder: Path, lines: list[str]) -> Log:
    path = folder / "decisions.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    found, faults = lint_decisions.read(path)
    assert faults == []
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_boxes_do_not_depend_on_the_order_of_the_rows(tmp_path: Path, seed: int) -> None:
    lines = [*TITLES, *FULL]
    random.Random(seed).shuffle(lines)
    found = log(tmp_path, lines)
    assert found.boxes == {
        "records_screened": 10, "records_excluded": 4,
        "dbr_sought_reports": 6, "dbr_not_assessed": 2, "dbr_assessed": 4, "dbr_excluded": 3,
        "other_sought_reports": 1, "other_not_assessed": 0, "other_assessed": 1, "other_excluded": 1,
    }  # fmt: skip
    assert found.reasons == {"dbr": {"Wrong concept": (1, 2), "No results": (1, 2)}, "other": {"": (1, 1)}}
    assert (found.machine, found.machine_excluded, found.machine_alone) == (("GPT-4o",), 2, 1)


def test_without_full_texts_no_box_of_theirs_is_given_and_without_stages_none_at_all(tmp_path: Path) -> None:
    assert set(log(tmp_path, TITLES).boxes) == {"records_screened", "records_excluded"}
    bare = tmp_path / "bare.csv"
    bare.write_text("record,reviewer,verdict\nr1,Ana,exclude\n", encoding="utf-8")
    found, _ = lint_decisions.read(bare)
    assert found == Log(reviewers={"": 1}, trailing_excludes=1)
