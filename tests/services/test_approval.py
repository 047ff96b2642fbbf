"""Sections from draft to approved: only a named person approves, a change undoes it, and the log replays to the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.domain import manuscript
from review.domain.errors import Missing, NotAllowed, ReviewError
from review.domain.manuscript import GONE, SectionFact, SectionState, marked, news, replay, standing, top_sections
from review.domain.team import Seat, TeamRole
from review.services import project, team
from review.services.manuscript import approval, building
from review.services.project import Project

TEXT = "# Abstract\n\nShort.\n\n# Methods\n\n> **To write:** all.\n\n## Readers\n\nTwo.\n\n# Results\n\nNone.\n"
NAMES = ["Abstract", "Methods", "Results", "Funding"]
PARTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["Text.", "Other text.", "> **To write:** this.", ""])),
    max_size=5,
)


def written(parts: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"# {name}\n\n{text}" for name, text in parts)


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Path]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "study", type="dataset")
    place = made.root / "paper"
    place.mkdir()
    (place / "manuscript.md").write_text(TEXT, encoding="utf-8")
    (place / "paper.yaml").write_text("type: dataset\n", encoding="utf-8")
    return made, place


def states(draft: tuple[Project, Path]) -> dict[str, str]:
    return {one.section: str(one.state) for one in approval.standings(*draft)}


def rewrite(draft: tuple[Project, Path], old: str, new: str) -> None:
    path = draft[1] / "manuscript.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@given(st.lists(PARTS, min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_the_log_of_any_course_of_edits_replays_to_the_last_text(texts: list[list[tuple[str, str]]]) -> None:
    log: list[SectionFact] = []
    for parts in texts:
        text = written(parts)
        log += news("paper", text, log, who="Ana")
        assert dict(replay(log)) == {name: section.whole for name, section in top_sections(text)}
        assert news("paper", text, log, who="Ana") == [], "what is known is not told again"


@given(PARTS, PARTS)
def test_an_approval_holds_for_the_very_text_and_for_no_other(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    first = standing(written(before), [])
    log = [
        SectionFact(paper="p", section=s.section, kind="approved", text=s.text, sha256=s.sha256, who="Ana", at="2026")
        for s in first
    ]
    assert all(s.state is SectionState.APPROVED for s in standing(written(before), log))
    texts = {s.section: s.sha256 for s in first}
    for one in standing(written(after), log):
        same = texts.get(one.section) == one.sha256
        assert (one.state is SectionState.APPROVED) == same
        assert one.lapsed == (one.section in texts and not same)


def test_a_section_is_a_draft_while_a_task_is_open_and_revised_when_none_is(draft: tuple[Project, Path]) -> None:
    assert states(draft) == {"Abstract": "revised", "Methods": "draft", "Results": "revised"}
    rewrite(draft, "> **To write:** all.", "All of it.")
    assert states(draft)["Methods"] == "revised"


def test_a_named_person_approves_and_a_change_of_the_text_undoes_it(draft: tuple[Project, Path]) -> None:
    one = approval.approve(*draft, "abstract", "Ana Lima", note="comment 3")
    assert (one.state, one.who, one.at[:2]) == (SectionState.APPROVED, "Ana Lima", "20")
    rewrite(draft, "Short.", "<!-- a mark -->\nShort.")
    assert states(draft)["Abstract"] == "approved", "a comment is no text"
    rewrite(draft, "Short.", "Long.")
    found = approval.standings(*draft)[0]
    assert (found.state, found.lapsed, found.who) == (SectionState.REVISED, True, "Ana Lima")
    rewrite(draft, "Long.", "Short.")
    assert states(draft)["Abstract"] == "approved", "the text approved stands there again"
    assert [fact.kind for fact in approval.history(*draft)] == ["revised", "draft", "revised", "approved"]


def test_a_change_in_a_subsection_undoes_the_approval_of_the_section(draft: tuple[Project, Path]) -> None:
    rewrite(draft, "> **To write:** all.", "All of it.")
    approval.approve(*draft, "Methods", "Ana")
    rewrite(draft, "Two.", "Three.")
    assert states(draft)["Methods"] == "revised"


def test_nobody_a_draft_and_an_unknown_section_are_refused(draft: tuple[Project, Path]) -> None:
    with pytest.raises(NotAllowed, match="named person"):
        approval.approve(*draft, "Abstract", "  ")
    with pytest.raises(ReviewError, match="a task is still open"):
        approval.approve(*draft, "Methods", "Ana")
    with pytest.raises(Missing, match="Results"):
        approval.approve(*draft, "Result", "Ana")
    assert approval.history(*draft) == []


def test_nobody_approves_in_the_name_of_another(draft: tuple[Project, Path]) -> None:
    made, place = draft
    team.add(made, "Ana", role=TeamRole.OWNER)
    seated = made.seated(Seat(name="Ana"))
    with pytest.raises(NotAllowed, match="own name"):
        approval.approve(seated, place, "Abstract", "Ben")
    assert approval.approve(seated, place, "Abstract", "").who == "Ana"


def test_the_documents_mark_what_nobody_approved_and_nothing_else(draft: tuple[Project, Path]) -> None:
    approval.approve(*draft, "Results", "Ana")
    built = building.build(*draft, ["md"]).files[0].read_text(encoding="utf-8")
    assert built.count("not approved by anybody yet") == 2
    assert "# Abstract\n\n*[Revised: not approved" in built
    assert "# Methods\n\n*[Draft: not approved" in built
    assert "# Results\n\nNone." in built
    assert (draft[1] / "manuscript.md").read_text(encoding="utf-8") == TEXT


def test_what_was_built_is_in_the_log_also_what_is_gone(draft: tuple[Project, Path]) -> None:
    building.build(*draft, ["md"])
    rewrite(draft, "# Results\n\nNone.\n", "")
    rewrite(draft, "Short.", "Long.")
    building.build(*draft, ["md"])
    log = approval.history(*draft)
    assert [(fact.section, fact.kind) for fact in log] == [
        ("Abstract", "revised"),
        ("Methods", "draft"),
        ("Results", "revised"),
        ("Abstract", "revised"),
        ("Results", GONE),
    ]
    text = (draft[1] / "manuscript.md").read_text(encoding="utf-8")
    assert dict(replay(log)) == {name: section.whole for name, section in top_sections(text)}


def test_two_sections_of_one_name_are_kept_apart() -> None:
    text = written([("Results", "One."), ("Results", "Two.")])
    assert [name for name, _ in top_sections(text)] == ["Results", "Results (2)"]
    assert marked(text, manuscript.standing(text, [])).count("[Revised") == 2
