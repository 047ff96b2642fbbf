"""Plug-ins of other makers, installed as packages are: what fails in one is told by its name, and the rest goes on."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from review import plugins
from review.domain.errors import BadInput, Missing, ReviewError
from review.domain.screening import Stage
from review.ranking.features import Text
from review.services import doctor, rank, screen, study
from review.services.manuscript import explained, lint
from review.services.manuscript.lint import Given
from review.services.project import Project

SUM = "Of the 802 patients, 393 were female and 345 were male."
RULES = """
from review.domain.finding import Severity
from review.lint.rule import Remark, Rule

def fails(context):
    yield Remark(message="said before it failed")
    raise LookupError("no such\\ntable")

def wrong_place(context):
    yield "not a remark"

def sound(context):
    yield Remark(message="A sound thing to say.")

FAILS = Rule(id="OWN-01", title="Fails", severity=Severity.ERROR, check=fails)
WRONG = Rule(id="OWN-02", title="Says no remark", severity=Severity.ERROR, check=wrong_place)
SOUND = Rule(id="OWN-03", title="Sound", severity=Severity.WARNING, check=sound)
NO_RULE = 7
"""
Install = Callable[[str, str, dict[str, str]], None]


def forget() -> None:
    plugins.registered.cache_clear()
    plugins.load.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package that registers these names of its one module in a group."""
    place = tmp_path / "site"
    modules = []

    def made(group: str, text: str, registered: dict[str, str]) -> None:
        module = f"own_{tmp_path.name.replace('-', '_')}_{len(modules)}"
        modules.append(module)
        about = place / f"{module}-1.0.dist-info"
        about.mkdir(parents=True)
        (place / f"{module}.py").write_text(text, encoding="utf-8")
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: own-rules\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"{name} = {module}:{thing}" for name, thing in registered.items()]
        (about / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]) + "\n", encoding="utf-8")
        forget()

    monkeypatch.syspath_prepend(place)
    yield made
    forget()
    for name in modules:
        sys.modules.pop(name, None)


def linted(folder: Path) -> lint.Linted:
    (folder / "draft.md").write_text(f"# Results\n\n{SUM}\n", encoding="utf-8")
    return lint.check_file(folder / "draft.md", Given(type="dataset"))


def said(found: lint.Linted, rule: str) -> list[str]:
    return [str(finding) for finding in found.faults if finding.rule == rule]


def test_a_rule_that_fails_is_told_by_name_and_the_others_are_asked(tmp_path: Path, install: Install) -> None:
    before = linted(tmp_path)
    install("review.rules", RULES, {"OWN-01": "FAILS", "second": "WRONG", "OWN-03": "SOUND"})
    found = linted(tmp_path)
    [failed], [wrong], [sound] = (said(found, f"OWN-0{n}") for n in (1, 2, 3))
    assert failed.startswith("Rule OWN-01 of plug-in own-rules failed: LookupError: no such table, own_")
    assert "Rule OWN-02 of plug-in own-rules failed: AttributeError" in wrong
    assert "--ignore OWN-02" in wrong
    assert "A sound thing to say." in sound
    own = {f"OWN-0{n}" for n in (1, 2, 3)}
    assert [f for f in found.findings if f.rule not in own] == list(before.findings)
    assert said(before, "ACC-06")


def test_what_fails_can_be_left_out_and_is_not_asked_for_by_other_names(tmp_path: Path, install: Install) -> None:
    install("review.rules", RULES, {"OWN-01": "FAILS"})
    found = linted(tmp_path).findings
    assert not [f for f in lint.selected(found, ignore="OWN-01") if f.rule == "OWN-01"]
    assert not [f for f in lint.selected(found, select="ACC") if f.rule == "OWN-01"]


def test_a_rule_that_cannot_be_loaded_or_is_none_is_told_and_the_others_are_known(
    tmp_path: Path, install: Install
) -> None:
    install("review.rules", "import nothing_of_this_name\n", {"OWN-04": "RULE"})
    install("review.rules", RULES, {"OWN-05": "NO_RULE", "OWN-06": "FORGOTTEN"})
    found = linted(tmp_path)
    assert "plug-in own-rules cannot be loaded (ModuleNotFoundError: " in said(found, "OWN-04")[0]
    assert "python -m pip uninstall own-rules" in said(found, "OWN-04")[0]
    assert "Rule OWN-05 of plug-in own-rules is no rule but int" in said(found, "OWN-05")[0]
    assert "(AttributeError: " in said(found, "OWN-06")[0]
    assert said(found, "ACC-06")
    assert [one.id for one in explained.explained("ACC-01")] == ["ACC-01"]


@pytest.mark.parametrize("group", ["review.formats", "review.sources", "review.rankers"])
def test_a_plug_in_that_cannot_be_loaded_is_named_with_what_to_do(group: str, install: Install) -> None:
    install(group, "raise RuntimeError('half installed')\n", {"broken": "THING"})
    with pytest.raises(plugins.Unusable, match=r"of plug-in own-rules cannot be loaded .RuntimeError: half installed"):
        plugins.load(group, "broken")
    told = {check.name: check for check in doctor.checks()}[group.removeprefix("review.").capitalize()]
    assert not told.found
    assert "own-rules" in told.version
    assert told.advice == "Install a newer own-rules, or take it out: python -m pip uninstall own-rules"


RANKERS = """
from dataclasses import replace
import numpy as np
from review.ranking.features import build_corpus
from review.ranking.model import Fitted, TFIDF, fit_tfidf

class Short(Fitted):
    def scores(self, corpus):
        return np.zeros(2)

def raises(corpus, labels, seed):
    raise ZeroDivisionError("nothing found")

def not_numbers(corpus, labels, seed):
    return replace(fit_tfidf(corpus, labels, seed), intercept=float("nan"))

def short(corpus, labels, seed):
    found = fit_tfidf(corpus, labels, seed)
    return Short(weights=found.weights, name="short", parameters={})

def leaves_out(texts):
    return build_corpus(list(texts)[1:])

SOUND = replace(TFIDF, name="sound")
RAISES = replace(TFIDF, name="raises", fit=raises)
NAN = replace(TFIDF, name="nan", fit=not_numbers)
SHORT = replace(TFIDF, name="short", fit=short)
FEWER = replace(TFIDF, name="fewer", build=leaves_out)
NONE = "no ranking"
"""
NAMES = {name.lower(): name for name in ("SOUND", "RAISES", "NAN", "SHORT", "FEWER", "NONE")}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "failed: ZeroDivisionError: nothing found, own_"),
        ("nan", "gave 3 scores that are no numbers."),
        ("short", "gave 2 scores for 3 records."),
        ("fewer", "left out 1 record of 3."),
        ("none", "is no ranking but str."),
    ],
)
def test_a_ranking_that_fails_is_told_by_name_with_what_to_use_instead(name: str, said: str, install: Install) -> None:
    install("review.rankers", RANKERS, NAMES)
    texts = tuple(Text(record_id=str(n), title=title) for n, title in enumerate(("ribs", "spines", "knees")))
    data = study.Labelled(name="one", texts=texts, labels={"0": 1, "1": 0, "2": 0})
    with pytest.raises(ReviewError) as refused:
        study.replayed(study.Task(data=data, ranker=name, priors={0: ()}))
    assert str(refused.value).startswith(f"The ranking {name} of plug-in own-rules {said}")
    assert "use --ranker tfidf" in str(refused.value)
    [sound] = study.replayed(study.Task(data=data, ranker="sound", priors={0: ()}))
    [ours] = study.replayed(study.Task(data=data, ranker="tfidf", priors={0: ()}))
    assert sound.order == ours.order


def test_the_replays_that_were_done_before_a_ranking_failed_are_kept(install: Install) -> None:
    install("review.rankers", RANKERS, NAMES)
    texts = tuple(Text(record_id=str(n), title=title) for n, title in enumerate(("ribs", "spines", "knees")))
    data = study.Labelled(name="one", texts=texts, labels={"0": 1, "1": 0, "2": 0})
    todo = [study.Task(data=data, ranker=name, priors={0: ()}) for name in ("tfidf", "raises", "sound")]
    with pytest.raises(study.Stopped, match=r"in review\.toml\. This was after 1 of 3 replays\.") as stopped:
        study.run(todo)
    assert [one.ranker for one in stopped.value.runs] == ["tfidf"]
    assert not stopped.value.asked


@pytest.mark.parametrize(
    "error", [Missing("rule", "A", ["B"]), BadInput("a.csv", "it is empty."), ReviewError("A.", hint="B.")]
)
def test_a_refusal_in_another_process_says_the_same(error: ReviewError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.message, again.hint) == (str(error), error.message, error.hint)


def test_a_project_whose_ranking_fails_says_so_and_keeps_its_queue(made: Project, install: Install) -> None:
    rank.rank(made)
    before = screen.waiting(made, "Ana", Stage.TITLE_ABSTRACT)
    install("review.rankers", RANKERS, NAMES)
    (made.root / "review.toml").write_text(
        (made.root / "review.toml").read_text(encoding="utf-8") + '\n[ranking]\nranker = "nan"\n', encoding="utf-8"
    )
    with pytest.raises(ReviewError, match="The ranking nan of plug-in own-rules gave"):
        rank.rank(made)
    assert screen.waiting(made, "Ana", Stage.TITLE_ABSTRACT) == before
    assert before
