"""The words of the diagram are the team's; its numbers are not."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.flow import FlowCounts
from review.render.diagram import flow_svg
from review.render.flow_words import OPTIONAL, PARTS, WORDS, FlowLook, checked
from review.services import flow, flow_look
from review.services.project import CONFIG, Project

LABELS = st.dictionaries(
    st.sampled_from(sorted(WORDS)), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
)
HIDDEN = st.frozensets(st.sampled_from([*OPTIONAL, *PARTS]))


COUNTED = st.builds(FlowCounts, **{box: st.integers(0, 9_999) for box in sorted(set(flow_look._COUNTS.values()))})


@settings(deadline=None, max_examples=60)
@given(COUNTED, HIDDEN)
def test_no_number_but_of_what_is_said_twice_leaves_the_diagram(counts: FlowCounts, hide: frozenset[str]) -> None:
    svg = flow_svg(counts, look=FlowLook(hide=hide - set(PARTS)))
    for name, box in flow_look._COUNTS.items():
        number = getattr(counts, box)
        if number and (name not in ("websites", "organisations", "citations") or counts.has_other_methods):
            assert f"{number:,})" in svg


def test_what_is_kept_is_read_back_and_the_rest_of_the_settings_stays(made: Project) -> None:
    path = made.root / CONFIG
    text = path.read_text(encoding="utf-8") + '\n[auth]\nmode = "solo"  # ours\n'
    path.write_text(text, encoding="utf-8")

    @settings(max_examples=40, deadline=None)
    @given(LABELS, HIDDEN)
    def holds(labels: dict[str, str], hide: frozenset[str]) -> None:
        kept = flow_look.keep(made, labels, hide)
        assert flow_look.look(made) == kept == checked(labels, hide)
        after = path.read_text(encoding="utf-8")
        assert "# ours" in after
        assert {k: v for k, v in tomllib.loads(after).items() if k != "flow"} == tomllib.loads(text)

    holds()
    flow_look.keep(made, {}, ())
    assert tomllib.loads(path.read_text(encoding="utf-8")) == tomllib.loads(text)


def test_the_words_stand_in_every_form_and_cannot_be_markup(made: Project) -> None:
    flow_look.keep(made, {"screened": "Titles <b>read</b> & judged", "phase_screening": "Selection"}, ["registers"])
    svg = flow.as_file(made, ".svg").decode()
    assert "Titles &lt;b&gt;read&lt;/b&gt; &amp; judged" in svg
    assert ">Selection</text>" in svg
    assert "Registers" not in svg
    assert "Titles &lt;b&gt;read" in flow.as_file(made, ".mmd").decode()
    assert flow.as_file(made, ".csv") == flow.as_file(made, ".csv", look=FlowLook()), "the numbers travel as ever"


def test_a_long_heading_is_set_smaller_and_one_without_end_is_shortened() -> None:
    long = "Identification of new studies via databases and registers until November 2026"
    svg = flow_svg(FlowCounts(), look=FlowLook(labels={"heading_databases": long}))
    assert f">{long}</text>" in svg
    assert 'font-weight="bold" font-size="' in svg
    endless = flow_svg(FlowCounts(), look=FlowLook(labels={"heading_databases": "word " * 40}))
    assert "word…</text>" in endless


def test_hiding_a_line_that_counts_is_remarked_and_not_done(made: Project) -> None:
    counts = FlowCounts(register_results=3, register_specific_results=(("CENTRAL", 3),))
    [remark] = flow_look.remarks(made, counts, FlowLook(hide=frozenset({"registers", "websites"})))
    assert "counts 3" in remark.message
    assert "CENTRAL" in flow_svg(counts, look=FlowLook(hide=frozenset({"registers"})))


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ('[flow.labels]\nscrened = "x"', Missing),
        ('[flow]\nhide = ["duplicates"]', Missing),
        ('[flow]\nhide = "registers"', ReviewError),
        ('[flow]\nlabels = "x"', BadInput),
        (f'[flow.labels]\nscreened = "{"x" * 300}"', ReviewError),
        ("[flow", BadInput),
    ],
)
def test_a_look_that_is_none_is_refused_with_what_there_is(made: Project, written: str, error: type) -> None:
    path = made.root / CONFIG
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{written}\n", encoding="utf-8")
    with pytest.raises(error):
        flow_look.look(made)


def test_the_picture_has_the_resolution_that_was_asked_for(made: Project) -> None:
    sizes = {}
    for dpi in (300, 600):
        png = flow.as_file(made, ".png", dpi=dpi)
        sizes[dpi] = int.from_bytes(png[16:20], "big")
        at = png.index(b"pHYs") + 4
        assert int.from_bytes(png[at : at + 4], "big") == round(dpi / 0.0254)
    assert abs(sizes[600] - 2 * sizes[300]) <= 1
