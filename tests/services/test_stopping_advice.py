"""Advice on stopping: what it rests on, whose decisions it may show, and that it changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.domain.screening import Decision, Stage, Verdict
from review.services import audit_sample, collect, project, protocol, screen, stopping
from review.services.collect import Origin
from review.services.project import Project
from review.services.works import works

N = 60


@pytest.fixture
def review(tmp_path: Path) -> Project:
    """Sixty invented works and one person's yes for each record is not enough: the protocol asks for two."""
    made = project.create(tmp_path / "review", preset="lstv-machine-learning")
    protocol.freeze(made, who="Ana")
    entries = "".join(
        f"TY  - JOUR\nTI  - Invented study number {n} of the spine\nAU  - Writer{n}, Ada\nPY  - 2020\n"
        f"DO  - 10.5555/stop.{n}\nER  - \n\n"
        for n in range(N)
    )
    collect.import_bytes(made, entries.encode(), file_name="scopus.ris", origin=Origin(source="scopus"))
    return made


def say(review: Project, who: str, works_said: list[str], verdicts: list[str]) -> None:
    found = [
        Decision(record_id=w, stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=Verdict(v))
        for w, v in zip(works_said, verdicts, strict=True)
    ]
    screen.decide_all(review, found)


def every(review: Project) -> list[str]:
    found = sorted(works(review).members)
    pilot = screen._asked_for(review, Stage.TITLE_ABSTRACT)[0]  # the pilot comes first in every queue
    return sorted(found, key=lambda work: (work not in pilot, work))


def test_before_ten_works_are_settled_nothing_is_said(review: Project) -> None:
    assert stopping.report(review) is None
    for who in ("Ana", "Ben"):
        say(review, who, every(review)[:9], ["include"] * 9)
    assert stopping.report(review) is None


def test_the_advice_counts_settled_works_in_their_order(review: Project) -> None:
    order = every(review)
    for who in ("Ana", "Ben"):
        say(review, who, order[:57], ["include"] * 5 + ["exclude"] * 52)
    say(review, "Ana", order[57:59], ["include"] * 2)
    found = stopping.report(review)
    assert found is not None
    assert (found.screened, found.found, found.total) == (57, 5, N)
    rows = {one.rule: one for one in found.advice}
    assert next(iter(rows)) == "held"
    assert rows["held"].stop is True
    assert "all through the last 3 % of the records" in rows["held"].said
    assert "over the last 3% of the records" in found.sentence
    assert rows["in-a-row"].said == "52 at the end"
    assert "57 of 60 records were screened and 5 were relevant" in found.sentence
    assert "this was reached" in found.sentence
    assert len(screen.waiting(review, "Ana", Stage.TITLE_ABSTRACT)) == 1, "advice takes nothing out of a queue"


def test_what_holds_only_under_the_assumption_is_not_enough_and_said_so(review: Project) -> None:
    order = every(review)
    for who in ("Ana", "Ben"):
        say(review, who, order[:50], ["include"] * 5 + ["exclude"] * 45)
    found = stopping.report(review)
    assert found is not None
    own = found.advice[0]
    assert own.stop is False
    assert own.said.startswith("95 % found is likely, but 90 % is not shown yet")
    assert "90 % are asked for without that" in own.assumes
    assert "below 90% that takes the order to be no better than chance below p = 0.125" in found.sentence
    assert "was not reached" in found.sentence


def test_after_the_last_relevant_record_the_advice_is_to_go_on(review: Project) -> None:
    order = every(review)
    for who in ("Ana", "Ben"):
        say(review, who, order[:30], ["exclude"] * 25 + ["include"] * 5)
    found = stopping.report(review)
    assert found is not None
    assert found.advice[0].stop is False
    assert "go on" in found.line
    assert "was not reached" in found.sentence


def test_before_anything_relevant_is_found_the_advice_is_to_go_on(review: Project) -> None:
    """Our test counts on an order learned from relevant records; with none it would speak of the order of the protocol."""
    order = every(review)
    for who in ("Ana", "Ben"):
        say(review, who, order[:58], ["exclude"] * 58)
    found = stopping.report(review)
    assert found is not None
    assert found.advice[0].stop is False
    assert found.advice[0].said.startswith("nothing relevant was found yet")
    assert "go on: nothing relevant" in found.line
    assert "this was not reached" in found.sentence
    say(review, "Ana", order[:1], ["include"])
    say(review, "Ben", order[:1], ["include"])
    for who in ("Ana", "Ben"):
        say(review, who, order[1:58], ["exclude"] * 57)
    found = stopping.report(review)
    assert found is not None
    assert found.advice[0].stop is True
    assert "58 of 60 records were screened and 1 was relevant" in found.sentence
    assert "or less" not in found.line


def test_while_works_wait_a_persons_advice_rests_on_their_own_decisions(review: Project) -> None:
    order = every(review)
    say(review, "Ana", order[:40], ["include"] * 4 + ["exclude"] * 36)
    before = stopping.report(review, "Ana")
    say(review, "Ben", order[:40], ["include"] * 30 + ["exclude"] * 10)
    after = stopping.report(review, "Ana")
    assert before == after
    assert after is not None
    assert (after.found, after.screened, after.reviewer) == (4, 40, "Ana")


def test_a_random_sample_counts_as_known_before_the_ranked_reading(review: Project) -> None:
    order = every(review)
    for who in ("Ana", "Ben"):
        say(review, who, order[:40], ["include"] * 5 + ["exclude"] * 35)
    drawn = audit_sample.draw(review, size=4, seed=1)
    for who in ("Ana", "Ben"):
        say(review, who, list(drawn.records), ["include"] + ["exclude"] * 3)
    found = stopping.report(review)
    assert found is not None
    rows = {one.rule: one for one in found.advice}
    assert rows["in-a-row"].said == "35 at the end", "the sample does not break the row that the ranking made"
    assert found.found == 6


def test_when_nothing_is_left_there_is_nothing_to_advise(review: Project) -> None:
    for who in ("Ana", "Ben"):
        say(review, who, every(review), ["exclude"] * N)
    assert stopping.report(review) is None


def test_the_advice_follows_a_protocol_that_is_edited_before_it_is_frozen(tmp_path: Path) -> None:
    made = project.create(tmp_path / "early", preset="scoping-review")
    text = made.protocol_path.read_text(encoding="utf-8")
    assert "reviewers_per_record: 2" in text
    made.protocol_path.write_text(text.replace("reviewers_per_record: 2", "reviewers_per_record: 1"), encoding="utf-8")
    entries = "".join(f"TY  - JOUR\nTI  - Study {n} of the spine\nDO  - 10.5555/e.{n}\nER  - \n\n" for n in range(20))
    collect.import_bytes(made, entries.encode(), file_name="scopus.ris", origin=Origin(source="scopus"))
    say(made, "Ana", every(made)[:12], ["include", *["exclude"] * 11])
    before = stopping.report(made)
    assert before is not None
    assert before.screened == 12
    made.protocol_path.write_text(text, encoding="utf-8")
    assert stopping.report(made) is None, "two people are asked for now, so no work is settled"
