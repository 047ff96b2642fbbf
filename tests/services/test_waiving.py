"""Letting a finding stand: written in a person's name, lapsing with its sentence; and the text with its findings beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.errors import BadInput, LacksRight, NotAllowed
from review.domain.paper_settings import Waiver
from review.domain.team import Seat, TeamRole
from review.resources import read_yaml
from review.services import project, team
from review.services.manuscript import beside, lint, waiving
from review.services.manuscript.waiving import Waiving, with_waiver
from review.services.project import Project

SUM = "Of the 802 patients, 393 were female and 345 were male."
TEXT = f"""# Results

Nothing is wrong here.

We read all scans. {SUM}
It took a year.

| Set | Volumes |
|---|---|
| a | 1 |
| b | 2 |
| c | 3 |
| Total | 7 |
"""
HEADS = st.sampled_from(["", "type: dataset\n", "# ours\ntype: dataset\n\nvenue: generic\n"])
LISTS = st.sampled_from(
    [
        "",
        "waivers: []\n",
        "waivers:\n",
        "waivers: # none yet\n",
        "waivers:\n  - rule: REL-01\n    reason: r\n    who: Bo\n    date: 2026-01-02\n",
        "waivers:\n- rule: REL-01\n  reason: r\n  who: Bo\n  date: 2026-01-02\n  # kept\n\n",
    ]
)
ENDS = st.sampled_from(["", "subgroups: [LSTV]\n", "# the end\n"])


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Path]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "study", type="dataset")
    place = made.root / "paper"
    place.mkdir()
    (place / "manuscript.md").write_text(TEXT, encoding="utf-8")
    (place / "paper.yaml").write_text("type: dataset  # ours\nwaivers: []\nvenue: generic\n", encoding="utf-8")
    return made, place


def of_rule(read: beside.Reading, rule: str) -> list[beside.Said]:
    return [said for said in read.all if said.finding.rule == rule]


@given(
    HEADS, LISTS, ENDS, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1)
)
def test_whatever_stood_in_the_settings_stays_and_one_waiver_comes_behind_the_others(
    head: str, listed: str, end: str, reason: str
) -> None:
    made = Waiver(rule="ACC-03", sentence=SUM, reason=reason, who="Ana", date="2026-11-02")
    before, after = head + listed + end, with_waiver(head + listed + end, made)
    old, new = (read_yaml(text).tree or {} for text in (before, after))
    kept = old.get("waivers") or []
    assert new["waivers"][: len(kept)] == kept
    assert [each["sentence"] for each in new["waivers"][len(kept) :]] == [SUM]
    assert {**new, "waivers": None} == {**old, "waivers": None}
    assert all(line in after for line in before.splitlines() if line.strip() and not line.startswith("waivers"))


def test_waivers_on_one_line_are_left_to_their_author() -> None:
    with pytest.raises(BadInput):
        with_waiver("waivers: [{rule: A}]\n", Waiver(rule="B", reason="r", who="w", date="2026-11-02"))


def test_a_finding_stands_beside_its_passage_with_its_sentence(paper: tuple[Project, Path]) -> None:
    read = beside.read(*paper)
    (passage,) = [p for p in read.passages if any("802" in s.finding.message for s in p.said)]
    (said,) = of_rule(read, "ACC-03")[:1]
    assert (passage.first, passage.last, passage.heading) == (5, 6, "Results")
    assert said.sentence == SUM
    assert passage.looked_up == f"We read all scans. {SUM} It took a year."
    table = next(p for p in read.passages if p.text.startswith("| Set"))
    assert [(s.finding.rule, s.sentence) for s in table.said if s.finding.rule == "ACC-03"] == [("ACC-03", "")]
    assert "".join(p.text for p in read.passages).replace("\n", "") == TEXT.replace("\n", "")


def test_a_waiver_covers_its_sentence_alone_and_lapses_with_it(paper: tuple[Project, Path]) -> None:
    made, place = paper
    said = next(s for s in of_rule(beside.read(made, place), "ACC-03") if s.sentence)
    waived = waiving.waive(made, place, "Ana", Waiving(rule="ACC-03", reason="They overlap.", sentence=said.sentence))
    assert (waived.who, waived.sentence) == ("Ana", SUM)
    read = beside.read(made, place)
    assert [w.who for _, w in read.waived] == ["Ana"]
    assert all(not s.sentence for s in of_rule(read, "ACC-03"))  # that of the table is left
    text = (place / "manuscript.md").read_text(encoding="utf-8")
    (place / "manuscript.md").write_text(text.replace("345 were male", "346 were male"), encoding="utf-8")
    changed = beside.read(made, place)
    assert of_rule(changed, lint.LAPSED)
    assert any(s.sentence for s in of_rule(changed, "ACC-03"))


def test_a_finding_of_a_table_is_waived_by_what_it_says(paper: tuple[Project, Path]) -> None:
    made, place = paper
    table = next(s for s in of_rule(beside.read(made, place), "ACC-03") if not s.sentence)
    waiving.waive(made, place, "Ana", Waiving(rule="ACC-03", reason="Rounded.", message=table.finding.message))
    left = of_rule(beside.read(made, place), "ACC-03")
    assert [bool(s.sentence) for s in left] == [True]


@pytest.mark.parametrize(
    ("who", "reason", "sentence"), [("", "r", SUM), ("Ana", " ", SUM), ("Ana", "r", "")], ids=["who", "why", "what"]
)
def test_a_waiver_needs_a_name_a_reason_and_something_it_is_for(
    paper: tuple[Project, Path], who: str, reason: str, sentence: str
) -> None:
    before = (paper[1] / "paper.yaml").read_bytes()
    with pytest.raises(NotAllowed):
        waiving.waive(*paper, who, Waiving(rule="ACC-03", reason=reason, sentence=sentence))
    assert (paper[1] / "paper.yaml").read_bytes() == before


def test_only_who_may_write_waives_and_only_in_their_own_name(paper: tuple[Project, Path]) -> None:
    made, place = paper
    team.add(made, "Ana", role=TeamRole.OWNER)
    team.add(made, "Bo", role=TeamRole.READER)
    asked = Waiving(rule="ACC-03", reason="r", sentence=SUM)
    reader, owner = made.seated(Seat(name="Bo")), made.seated(Seat(name="Ana"))
    assert beside.read(reader, place).all
    with pytest.raises(LacksRight):
        waiving.waive(reader, place, "Bo", asked)
    with pytest.raises(NotAllowed, match="own name"):
        waiving.waive(owner, place, "Bo", asked)
    assert waiving.waive(owner, place, "", asked).who == "Ana"
