"""What the Overview says of ending the reading of titles."""

from __future__ import annotations

from review.domain.screening import Stage, Verdict
from review.ranking.stopping import PLAIN_ALPHA
from review.services import collect, screen, works
from review.services.collect import Origin
from tests.app.conftest import decide


def test_each_rule_says_its_advice_and_what_it_assumes_in_lines_that_fit_a_phone(visit, project):
    more = "\n".join(
        f"TY  - JOUR\nID  - s{n}\nTI  - Invented study {n} of spines\nDO  - 10.5555/more.{n}\nER  - \n"
        for n in range(40)
    )
    collect.import_bytes(project, more.encode(), file_name="scopus.ris", origin=Origin(source="scopus"))
    works.dedup(project)
    queue = screen.queue(project, "Ana", Stage.TITLE_ABSTRACT)
    for work in queue[:-2]:
        decide(project, "Ana", work, Verdict.EXCLUDE, Stage.TITLE_ABSTRACT)
    at = visit("overview", who="Ana")
    assert not at.exception
    (box,) = [one for one in at.expander if one.label.startswith("May the screening stop? Advice: ")]
    assert box.label.endswith("may stop")
    said = [one.value.replace("\\", "") for one in box.markdown]
    assert said[0].startswith("**Ranked test that has held: may stop.** Now: the chance of seeing so little")
    assert f"below {PLAIN_ALPHA} is asked for." in said[0]
    assert any(line.startswith("**Knee (Cormack & Grossman 2016): ") for line in said)
    assert any("4 times as readily" in one.value for one in box.caption)
    assert not box.table, "on a phone its columns would be three words wide"
