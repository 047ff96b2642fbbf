"""The clean samples of the four kinds of paper have no finding at all; one change in them is found by the rule it breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import CLEAN, change, linted, sample

# kind, file, what stands there, what is put there, the rule that must say so
BROKEN = [
    ("dataset", "manuscript.md", "We collected 80 volumes of 60", "We collected 81 volumes of 60", "ACC-01"),
    ("dataset", "manuscript.md", "HipVar holds 80 volumes", "HipVar holds 84 volumes", "ACC-01"),
    ("dataset", "manuscript.md", "40 are in training, 10 in validation", "40 are in training, 12 in validation", "ACC-03"),
    ("dataset", "manuscript.md", "| Total | 60 | 80 | 240 |", "| Total | 60 | 80 | 243 |", "ACC-03"),
    ("dataset", "counts.yml", "subset: val, n: 13", "subset: val, n: 14", "ACC-03"),
    ("dataset", "manuscript.md", "One volume is one CT series with its\nlabel map; a", "Cases are many: 80 cases. A", "ACC-05"),
    ("dataset", "manuscript.md", "| Masks |", "| Things |", "ACC-06"),
    ("dataset", "labels.yaml", "reserved: [hardware]", "reserved: [screws]", "EVA-02"),
    ("dataset", "labels.yaml", "right hip, hardware]", "right hip, hardware, coccyx]", "ACC-07"),
    ("dataset", "splits.csv", "C01,P01,north,train", "C01,P41,north,train", "SPL-01"),
    ("dataset", "manuscript.md", "at the patient level, so that no patient is in two sets", "at random", "SPL-04"),
    ("dataset", "repository/release.yaml", "version: 2, ", "", "SPL-04"),
    ("dataset", "manuscript.md", "0.89 (95 % CI 0.87 to 0.91)", "0.89", "EVA-01"),
    ("dataset", "manuscript.md", "| Right hip | 13 |", "| Other hip | 13 |", "EVA-02"),
    ("dataset", "manuscript.md", "| LSTV | 5 |", "| Variant | 5 |", "EVA-10"),
    ("dataset", "manuscript.md", "that resample patients", "with seed 42", "EVA-04"),
    ("dataset", "manuscript.md", "| Sacrum | 13 | 0.86", "| Sacrum | 13 | 0.83", "EVA-07"),
    ("dataset", "manuscript.md", "kappa was 0.83", "kappa was 0.84", "AGR-02"),
    ("dataset", "manuscript.md", "Disagreements were settled by a third. ", "", "AGR-03"),
    ("dataset", "manuscript.md", "The data and the splits are released under CC BY 4.0", "The data are released", "REL-01"),
    ("dataset", "repository/README.md", "CC BY 4.0", "CC BY-NC 4.0", "REL-01"),
    ("dataset", "manuscript.md", "zenodo.7654321", "zenodo.XXXXXXX", "REL-02"),
    ("dataset", "manuscript.md", "`environment.yml` with pinned versions, ", "", "REL-03"),
    ("dataset", "repository/croissant.json", '"license"', '"licence"', "REL-04"),
    ("dataset", "repository/datasheet.md", "To measure how programs do at transitional vertebrae.", "", "REL-04"),
    ("dataset", "repository/datasheet.md", "80 volumes", "82 volumes", "REL-04"),
    ("dataset", "manuscript.md", "approved the study and waived consent (no. 2021-17, 4 May 2021)", "is large", "REL-05"),
    ("dataset", "manuscript.md", "All series\nwere de-identified by removing the headers and defacing.", "", "REL-05"),
    ("dataset", "repository/README.md", "# HipVar", "# HipVar\n\nThe dataset contains 84 volumes.", "ACC-02"),
    ("method", "manuscript.md", "Dice and HD95, the 95th percentile of surface distances in mm, were", "Dice was", "EVA-03"),
    ("method", "manuscript.md", "LevelNet counts. On", "LevelNet outperforms nnU-Net. On\n\nIt", "EVA-05"),
    ("method", "comparisons.csv", "0.004,0.008", "0.004,0.012", "EVA-06"),
    ("clinical", "manuscript.md", "76.4%", "74.6%", "ACC-04"),
    ("clinical", "manuscript.md", "150 male and\n3 not recorded", "150 male", "ACC-03"),
    ("clinical", "manuscript.md", "and waived informed consent", "", "REL-05"),
    ("clinical", "manuscript.md", "85.1% (166/195; 95% CI 79.5 to 89.4) and the specificity 61.9% (73/118; 95% CI 52.9 to 70.1)", "85.1%", "EVA-01"),
    ("clinical", "manuscript.md", "for triage before surgery", "for surgery", "nothing"),
    ("clinical", "manuscript.md", "The patients differ from the population of intended use:", "It is known that", "PART-04"),
    ("review", "flow.yaml", "records_excluded: 138", "records_excluded: 139", "REV-01"),
    ("review", "flow.yaml", "duplicates: 60", "duplicates: 61", "REV-01"),
    ("review", "flow.yaml", "records_screened: 150", "records_screened: 151", "REV-02"),
    ("review", "manuscript.md", "150 records were screened and 138", "150 records were screened and 148", "REV-02"),
    ("review", "flow.yaml", "{wrong concept: 4, wrong population: 2, no results: 1}", "{wrong concept: 4, wrong population: 2, no results: 2}", "REV-02"),
    ("review", "flow.yaml", "dbr_notretrieved_reports: 1", "dbr_notretrieved_reports: 2", "REV-02"),
    ("review", "decisions.csv", "R001,title_abstract,Ana,include", "R001,title_abstract,Ana,exclude", "nothing"),
    ("review", "searches.yaml", "platform: NLM, ", "", "REV-03"),
    ("review", "searches.yaml", "date: 2026-10-02, string: 'spine'", "string: 'spine'", "REV-03"),
    ("review", "searches.yaml", "string: 'spine AND \"machine learning\"', hits: 120", "string: '(spine AND \"machine learning\"', hits: 120", "REV-03"),
    ("review", "charting.csv", "record,key,doi,modality,task\nS1,ana2020,10.5555/inv.4,CT,segmentation", "record,key,doi,modality,task,retracted\nS1,ana2020,10.5555/inv.4,CT,segmentation,yes", "REV-07"),
    ("review", "manuscript.md", "; all records were\nscreened, so that none was left unscreened", "", "REV-04"),
    ("review", "manuscript.md", "begun with ten prior records", "fast", "REV-04"),
    ("review", "decisions.csv", "R150,title_abstract,Ben", "R150,title_abstract,GPT-4o", "nothing"),
    ("review", "charting.csv", "CT,segmentation", "CT,", "REV-06"),
    ("review", "charting.csv", "MRI,not reported", "PET,not reported", "REV-06"),
    ("review", "manuscript.md", "| @eva2024 | radiograph |", "", "REV-07"),
    ("review", "references.bib", "@article{dan2023,", "@article{dan2024,", "REV-07"),
    ("review", "manuscript.md", "; a third settled disagreements", "", "REV-08"),
    ("review", "manuscript.md", "registered on OSF", "registered in PROSPERO", "REV-08"),
    ("review", "manuscript.md", "a scoping review", "an overview", "PART-01"),
    ("review", "references.bib", "inv.5}", "inv.4}", "REF-02"),
    ("review", "references.bib", "{10.5555/inv.6}", "{doi:inv.6}", "REF-03"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["dataset", "method", "clinical", "review"])
def test_a_clean_sample_has_no_finding_at_all(kind: str) -> None:
    assert [str(f) for f in linted(CLEAN / kind).findings] == []


@pytest.mark.parametrize(("kind", "file", "old", "new", "rule"), BROKEN, ids=lambda v: str(v)[:24])
def test_one_change_in_a_clean_sample_is_found(
    kind: str, file: str, old: str, new: str, rule: str, tmp_path: Path
) -> None:
    folder = sample(kind, tmp_path)
    change(folder / file, old, new)
    found = {f.rule for f in linted(folder).faults}
    assert (found == set()) if rule == "nothing" else (rule in found)


def test_what_is_not_given_is_never_a_pass(tmp_path: Path) -> None:
    folder = sample("dataset", tmp_path)
    for name in ("counts.yml", "splits.csv", "metrics.csv", "labels.yaml", "ratings.csv"):
        (folder / name).unlink()
    found = linted(folder)
    assert found.faults == []
    open_ = {f.rule for f in found.findings}
    assert {"ACC-01", "ACC-07", "SPL-01", "SPL-02", "SPL-03", "SPL-05", "EVA-02", "EVA-04", "EVA-07", "EVA-08"} <= open_
    assert "AGR-02" in open_
