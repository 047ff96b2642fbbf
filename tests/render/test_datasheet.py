"""A datasheet keeps every letter of its author and renews only what comes from files."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from review.render.datasheet import Prefill, Question, Standing, new, own, renewed, replies

QUESTIONS = (
    Question(number="M1", part="Motivation", ask="Why?"),
    Question(number="M2", part="Motivation", ask="Who?"),
    Question(number="M4", part="Motivation", ask="Anything else?", optional=True),
    Question(number="C2", part="Composition", ask="How many?"),
)
FILLED = {"C2": Prefill(text="60 cases"), "M2": Prefill(text="Ana", whole=False)}
TASK = "> **To write:** M1, your answer, or *n/a:* with the reason.\n"


def standings(text: str) -> dict[str, Standing]:
    return {reply.question.number: reply.standing for reply in replies(text, QUESTIONS)}


def test_a_new_datasheet_answers_what_files_tell_and_asks_for_the_rest() -> None:
    text = new("Mine", QUESTIONS, FILLED)
    assert standings(text) == {"M1": Standing.OPEN, "M2": Standing.OPEN, "M4": Standing.OPEN, "C2": Standing.ANSWERED}
    assert text.count("> **To write:**") == 2
    assert renewed(text, QUESTIONS, FILLED) == text


def test_new_numbers_replace_old_ones_and_nothing_else() -> None:
    text = new("Mine", QUESTIONS, FILLED).replace(TASK, "To *count* vertebrae.\n")
    after = renewed(text, QUESTIONS, {**FILLED, "C2": Prefill(text="61 cases")})
    assert after == text.replace("60 cases", "61 cases")
    assert standings(after)["M1"] is Standing.ANSWERED


words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="#<>"), min_size=1, max_size=80)


@given(words, st.sampled_from(["M1", "M2", "M4", "C2"]))
@settings(max_examples=40, deadline=None)
def test_whatever_an_author_writes_to_a_question_stays(answer: str, number: str) -> None:
    text = new("Mine", QUESTIONS, FILLED)
    heading = next(line for line in text.splitlines() if line.startswith(f"### {number}"))
    mine = text.replace(heading, f"{heading}\n\nAuthor: {answer}")
    after = renewed(mine, QUESTIONS, {"C2": Prefill(text="99 cases"), "M1": Prefill(text="a reason")})
    assert f"Author: {answer}" in after
    assert own(after, number).startswith("Author:")
    assert renewed(after, QUESTIONS, {"C2": Prefill(text="99 cases"), "M1": Prefill(text="a reason")}) == after


def test_not_applicable_needs_a_reason() -> None:
    text = new("Mine", QUESTIONS, {})
    assert standings(text.replace(TASK, "n/a\n"))["M1"] is Standing.UNJUSTIFIED
    assert standings(text.replace(TASK, "N/A: no\n"))["M1"] is Standing.UNJUSTIFIED
    assert standings(text.replace(TASK, "*n/a*: the data are not about people.\n"))["M1"] is Standing.NOT_APPLICABLE
    assert standings(text.replace(TASK, "Names were removed.\n"))["M1"] is Standing.ANSWERED


def test_an_answer_under_a_task_that_still_stands_is_open() -> None:
    text = new("Mine", QUESTIONS, {})
    assert standings(text.replace(TASK, f"{TASK}\nA first thought.\n"))["M1"] is Standing.OPEN


def test_a_question_that_was_taken_out_comes_back_at_the_end() -> None:
    text = new("Mine", QUESTIONS, {})
    without = text[: text.index("### C2")]
    assert standings(without)["C2"] is Standing.OPEN
    assert "## Questions that were missing\n\n### C2 How many?" in renewed(without, QUESTIONS, {})


def test_when_the_file_is_gone_its_answer_goes_and_the_question_is_asked_again() -> None:
    text = new("Mine", QUESTIONS, FILLED)
    after = renewed(text, QUESTIONS, {})
    assert "60 cases" not in after
    assert standings(after)["C2"] is Standing.OPEN
    assert "> **To write:** C2" in after
    assert renewed(after, QUESTIONS, FILLED).count("60 cases") == 1


def test_a_file_that_answers_wholly_takes_the_task_away() -> None:
    after = renewed(new("Mine", QUESTIONS, {}), QUESTIONS, FILLED)
    assert standings(after)["C2"] is Standing.ANSWERED
    assert standings(after)["M2"] is Standing.OPEN


def test_the_line_of_a_question_is_that_of_its_heading() -> None:
    text = new("Mine", QUESTIONS, FILLED)
    for reply in replies(text, QUESTIONS):
        assert text.splitlines()[reply.line - 1].startswith(f"### {reply.question.number}")
