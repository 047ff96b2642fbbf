"""The claim table: a row for each sentence that cites, a verdict that is known, the words of the source where it is supported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain import claims as rules
from review.domain.claims import Claim, ClaimVerdict
from review.domain.errors import AlreadyExists, Missing
from review.services import project
from review.services.manuscript import building, claims, paper
from review.services.project import Project

BIB = "".join(
    f"@article{{{key}, author={{{key}, A}}, title={{Work {key} of spines}}, journal={{J}}, year={{2020}}, volume={{1}}}}\n"
    for key in ("mody", "nagata", "epstein")
)
TEXT = """# Introduction

Surgery at the wrong level happens once in 3,110 operations [@mody]. Variants are common [@nagata; @epstein].

# Methods

We follow @nagata. Nothing is cited here.
"""
GOOD = Claim(
    claim="Once in 3,110.",
    reference="mody",
    verdict="supported",
    quote="1 in 3,110 procedures",
    how_read="full text, p. 3",
)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.delenv(project.DATABASE_URL, raising=False)
    made = project.create(tmp_path / "study", type="clinical")
    paper.create(made, Path("paper"))
    (made.root / "paper" / "references.bib").write_text(BIB)
    (made.root / "paper" / "manuscript.md").write_text(TEXT)
    yield made
    made.close()


def told(claim: Claim) -> list[str]:
    return [f.rule for f in rules.check([claim], known={"mody"}, cited={"mody"}, path="claims.csv")]


def test_a_claim_with_all_it_needs_has_nothing_to_say() -> None:
    assert told(GOOD) == []
    caveat = {"verdict": "supported with a caveat", "note": "Adults only."}
    assert told(Claim(**{"claim": "A.", "reference": "mody", "quote": "q", "how_read": "abstract"} | caveat)) == []


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"reference": "modi"}, "CLAIM-REFERENCE"),
        ({"verdict": "sort of"}, "CLAIM-VERDICT"),
        ({"verdict": ""}, "CLAIM-OPEN"),
        ({"quote": ""}, "CLAIM-QUOTE"),
        ({"how_read": ""}, "CLAIM-EVIDENCE"),
        ({"verdict": "supported with a caveat"}, "CLAIM-EVIDENCE"),
        ({"verdict": "subject only"}, "CLAIM-UNSUPPORTED"),
        ({"verdict": "not retrievable"}, "CLAIM-UNSUPPORTED"),
    ],
)
def test_what_is_missing_is_told(changed: dict[str, str], rule: str) -> None:
    whole = {name: getattr(GOOD, name) for name in rules.COLUMNS}
    assert rule in told(Claim(**(whole | changed)))


verdicts = st.sampled_from([*map(str, ClaimVerdict), "", "Supported", "subject-level only", "perhaps"])


@given(st.lists(verdicts, max_size=20))
def test_the_counts_of_verdicts_add_up_to_the_claims(said: list[str]) -> None:
    made = [Claim(claim="A", reference="b", verdict=verdict) for verdict in said]
    assert sum(rules.counts(made).values()) == len(made)
    assert len(rules.table(made).rows) == len(made)


def test_starting_writes_a_row_for_every_sentence_and_reference_and_keeps_what_is_answered(found: Project) -> None:
    path, rows = claims.start(found, Path("paper"))
    assert rows == 4
    text = path.read_text(encoding="utf-8")
    assert text.startswith("claim,reference,")
    answered = text.replace(",mody,,,,,,", ",mody,supported,1 in 3110 procedures,full text,,Ana,2026-11-22")
    assert answered != text
    path.write_text(answered, encoding="utf-8")
    place = found.root / "paper" / "manuscript.md"
    place.write_text(TEXT + "\nAnd this is new [@epstein].\n")
    assert claims.start(found, Path("paper"))[1] == 1
    report = claims.check(found, Path("paper"))
    assert len(report.claims) == 5
    assert [one.verdict for one in report.claims if one.reference == "mody"] == ["supported"]
    assert claims.start(found, Path("paper"))[1] == 0


def test_a_claim_whose_work_the_text_no_longer_cites_is_told(found: Project) -> None:
    claims.start(found, Path("paper"))
    (found.root / "paper" / "manuscript.md").write_text(TEXT.replace(" [@mody]", ""))
    assert ("CLAIM-UNCITED", "mody") in [(f.rule, f.got) for f in claims.check(found, Path("paper")).findings]


def test_cited_works_without_a_row_are_named(found: Project) -> None:
    (found.root / "paper" / "claims.csv").write_text("claim,reference,verdict\nA,mody,\n")
    [one] = [f for f in claims.check(found, Path("paper")).findings if f.rule == "CLAIM-MISSING"]
    assert "epstein, nagata" in one.message


def test_yaml_is_read_as_the_table_is(found: Project) -> None:
    (found.root / "paper" / "claims.yaml").write_text(
        "claims:\n  - claim: Once in 3,110.\n    reference: mody\n    verdict: supported\n    quote: 1 in 3,110\n    how_read: full text\n"
    )
    report = claims.check(found, Path("paper"))
    assert [(one.reference, one.quote, one.line) for one in report.claims] == [("mody", "1 in 3,110", 2)]
    with pytest.raises(AlreadyExists):
        claims.start(found, Path("paper"))


def test_without_a_table_there_is_nothing_to_say_and_nothing_to_print(found: Project) -> None:
    assert claims.check(found, Path("paper")).findings == ()
    assert claims.as_markdown(found, Path("paper")) == ""
    with pytest.raises(Missing, match=r"claims\.csv"):
        claims.as_file(found, Path("paper"), to="docx")


def test_the_table_stands_in_the_manuscript_and_in_an_appendix(found: Project) -> None:
    claims.start(found, Path("paper"))
    place = found.root / "paper" / "manuscript.md"
    place.write_text(TEXT + '\n# Appendix\n\n{{ table("claims") }}\n')
    building.build(found, Path("paper"), ["md"])
    built = (found.root / "paper" / "build" / "manuscript.md").read_text()
    assert "| Surgery at the wrong level happens once in 3,110 operations" in built
    assert "4 claims." in built
    for to in claims.FORMATS:
        assert claims.as_file(found, Path("paper"), to=to)
    assert "=2" not in claims.as_file(found, Path("paper"), to="csv").decode()
