"""Each rule flags what it must and nothing else: two cases of either kind for every rule, and the list that must never fire."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from asking import TYPES, ask, counts, faults, frame, rule

from review import plugins
from review.domain.finding import Severity, Status
from review.domain.flow import FlowCounts
from review.lint import document
from review.lint.rule import Charting, Log, Release, Search

BIB = "@article{smith2024deep,\n title={A}\n}\n@book(lee2020map, title={B})\n@comment{no,}\n"
A11 = counts(
    ("patients", "all", 802), ("volumes", "all", 1153), ("volumes", "fused", 342), ("volumes", "spine-only", 440),
    ("volumes", "pelvic_only", 371), ("volumes", "LSTV", 53), ("volumes", "train", 805), ("masks", "all", 1498),
)  # fmt: skip
SPLIT = "case,patient,site,split,sha256,lstv\n"
FAIR = "".join(f"c{n},p{n},a,{'train' if n < 12 else 'test'},h{n},{'yes' if n % 2 else 'no'}\n" for n in range(24))
SCORES = "case,patient,split,class,metric,value,reference_present\n"
DICE = "".join(f"c{n},p{n},test,{c},dice,{v},yes\n" for n in (12, 13) for c, v in (("sacrum", 0.8447), ("hip", 0.9012)))
TRAIN2 = "c1,p1,test,sacrum,dice,0.9,yes\n"
TABLE = "| Class | n | Dice (95 % CI) |\n|--|--|--|\n| Sacrum | 9 | 0.84 (0.80 to 0.88) |\n| Hip | 9 | 0.90 (0.88 to 0.92) |\n"
ANNOTATED = (
    "Two radiologists with 5 years of experience annotated all scans independently in ITK-SNAP by a protocol. "
    "Disagreements went to a third. Uncertain borders were marked."
)
CODE = (
    "Code is at https://github.com/a/b (tag v1.0) with a lock file, seed 1, preprocessing, training and evaluation scripts, "
    "trained weights and the command behind each table."
)
MANIFEST = dict.fromkeys(
    ["repository", "commit", "environment", "seed", "preprocessing", "training", "evaluation", "weights", "commands"],
    "x",
)
FLOW = FlowCounts(database_results=10, database_specific_results=(("A", 10),), records_screened=10, records_excluded=10)
SEARCH = Search(source="PubMed", platform="NLM", run_on="2026-10-01", string="spine AND x", hits=3, limits="none")
CHARTED = Charting(
    rows={"S1": {"task": "a"}}, included=("S1",), keys={"S1": "smith2024deep"}, identified=frozenset({"S1"})
)
STOPPED = (
    "Records were ranked with ASReview 1.2 (naive Bayes, ten prior records). Screening stopped after 100 irrelevant records; "
    "200 records were left unscreened, of which a random sample of 50 held none."
)
PROCESS = (
    "Two reviewers judged each record independently; a third settled disagreements. After a pilot, the protocol was "
    "registered. Population, concept and context are given. No study combines both. Limitations: one language."
)
LLM = (
    "GPT-4o was used to screen abstracts on 2 May 2025 at temperature 0; the prompt is in appendix B. A person verified each, "
    "with a kappa of 0.8."
)
CROISSANT = dict.fromkeys(
    [
        "@context",
        "@type",
        "conformsTo",
        "name",
        "description",
        "url",
        "license",
        "creator",
        "datePublished",
        "distribution",
    ],
    "x",
)


def case(text: str = "", said: str = "", **inputs: Any) -> tuple[str, str, dict[str, Any]]:
    return text, said, inputs


def splits(rows: str) -> Any:
    return frame(SPLIT + rows)


# Patients may have several classes, and every total is there: no row is a part of the one below.
TWO_GROUPINGS = """| split | class | patients | cases |
|:--|:--|--:|--:|
| train | L5 | 16 | 20 |
| train | sacrum | 30 | 60 |
| train | all | 40 | 80 |
| test | L5 | 9 | 11 |
| test | sacrum | 15 | 29 |
| test | all | 20 | 40 |
| all | L5 | 25 | 31 |
| all | all | 60 | 120 |
"""

FAILING: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "ACC-01": [
        case("We release 1,137 CT volumes.", "1,137 volumes is no count", counts=A11),
        case("There are 54 LSTV volumes.", "volumes.lstv = 53", counts=A11),
        case("It holds 441 spine-only volumes.", "volumes.spine_only = 440", counts=A11),
        case("We place 1{,}163 volumes.", "1,163", counts=A11),
        case("| | Volumes |\n|--|--|\n| Training | 800 |\n", "volumes.train = 805", counts=A11),
    ],
    "ACC-02": [
        case("# Abstract\nThe dataset contains 1,137 volumes.\n# Results\nThe dataset contains 1,153 volumes.", "2 values"),
        case("# Results\nThe data set comprises 61 patients.\n\n" + TWO_GROUPINGS, "2 values"),
        case("Of the ribs 2 of 11,548 ribs broke.\n\nThe rate is 2 of 5,749 ribs.", "two denominators"),
    ],
    "ACC-03": [
        case("Of the 802 patients, 393 were female and 345 were male.", "738"),
        case("It has 1,163 volumes (342 fused, 440 spine-only and 371 pelvic-only).", "10 are in none"),
        case("The 54 LSTV volumes comprise 28 sacralised, 22 lumbarised and 3 other volumes.", "53"),
        case("Tilt and slope: 13.9 + 36.9 = 54.7.", "50.8"),
        case("| Set | Volumes |\n|--|--|\n| a | 342 |\n| b | 440 |\n| c | 371 |\n| Total | 1,163 |\n", "1,153"),
    ],
    "ACC-04": [
        case("It worked in 615 of 706 patients (88.1%).", "87.1%"),
        case("We saw 2/5,749 (0.017 %).", "0.035%"),
        case("| | All (n = 48) |\n|--|--|\n| Women, n (%) | 12 (33.3%) |\n", "25.0%"),
    ],
    "ACC-05": [case("We collected 120 cases.", "one case"), case("There were 40 subjects and 90 images.", "one subject")],
    "ACC-06": [case("Sixty patients."), case("| Patients | Masks |\n|--|--|\n| 1 | 2 |\n", "patients, scans")],
    "ACC-07": [
        case(said="no count", labels={"classes": ["rib", "screw"]}, counts=counts(("masks", "rib", 5))),
        case(said="count 0", labels={"classes": ["rib"]}, counts=counts(("masks", "rib", 0))),
    ],
    "SPL-01": [
        case(said="Patient p1", splits=splits("c1,p1,a,train,h1,\nc2,p1,a,test,h2,\n")),
        case(said="Patient p2", splits=splits(FAIR + "c99,p2,a,testing,h99,\n")),
    ],
    "SPL-02": [
        case(said="sha256 h1", splits=splits("c1,p1,a,train,h1,\nc2,p2,a,test,h1,\n")),
        case(said="cases c3, c99", splits=splits(FAIR + "c99,p99,a,test,h3,\n")),
    ],
    "SPL-03": [
        case(said="0 of 12", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace(",yes", ",no", 99)), subgroups=("lstv",)),
        case(said="4 of 12", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace("test,h15,yes", "test,h15,no")), subgroups=("lstv",)),
    ],
    "SPL-04": [
        case("The data were split at random.", "level", release=Release(manifest={"splits": {"file": "a"}})),
        case("The data were split by patient.", "no sha256", release=Release(manifest={"splits": {"file": "a"}})),
    ],
    "SPL-05": [
        case(said="Case c1", splits=splits(FAIR), cases=frame(SCORES + TRAIN2)),
        case(said="Case c99", splits=splits(FAIR + "c99,p3,a,test,h99,\n"), cases=frame(SCORES + "c99,p3,test,hip,dice,0.9,yes\n")),
    ],
    "SPL-06": [
        case("External validation followed.", "1 site", splits=splits(FAIR + "x1,p90,a,external,h90,\n")),
        case("It was validated on an external cohort.", "1 patient", splits=splits(FAIR + "x1,p3,b,external,h90,\n")),
    ],
    "EVA-01": [
        case("# Abstract\nThe Dice was 0.84.", "Dice 0.84"),
        case("# Results\nThe sensitivity reached 85.1%.", "sensitivity"),
        case("# Results\n| Model | AUC |\n|--|--|\n| A | 0.81 |\n", "no interval"),
    ],
    "EVA-02": [
        case("# Results\nDice was 0.9.", "No table", labels={"classes": ["sacrum", "hip"]}),
        case(TABLE, "rib", labels={"classes": ["sacrum", "hip", "rib"]}),
    ],
    "EVA-03": [
        case("# Results\nDice was 0.9.", "overlap only", tasks=[{"kind": "segmentation"}]),
        case("# Results\nSensitivity was 0.9.", "FROC", tasks=[{"kind": "detection"}]),
    ],
    "EVA-04": [
        case("# Results\nDice was 0.9 (95 % CI 0.8 to 1.0).", "of 802 patients", counts=A11),
        case("# Methods\nWe used a t-test.\n\nPatients were scanned.", "24 cases", manifest=splits(FAIR.replace("p1,", "p0,"))),
    ],
    "EVA-05": [
        case("# Results\nOur model outperforms nnU-Net.", "outperforms"),
        case("# Results\nIt was significantly better.", "without a p-value"),
    ],
    "EVA-06": [
        case("# Results\nWe found p = 0.03, p = 0.04 and p = 0.01.", "3 p-values"),
        case("| Class | p |\n|--|--|\n| a | 0.01 |\n| b | 0.02 |\n| c | 0.03 |\n", "three p-values"),
    ],
    "EVA-07": [
        case("# Results\nThe Dice of the sacrum was 0.85 (0.80 to 0.90).", "0.84", cases=frame(SCORES + DICE)),
        case(TABLE.replace("0.90 (", "0.95 ("), "0.90", cases=frame(SCORES + DICE)),
    ],
    "EVA-08": [
        case(said="1 rows", cases=frame(SCORES + DICE + "c9,p9,test,hip,dice,0,no\n")),
        case(said="infinite", cases=frame(SCORES + "c9,p9,test,hip,hd95,,yes\n")),
    ],
    "EVA-09": [
        case("# Abstract\nThe model predicts the risk of fracture."),
        case("# Methods\nIt gives out a risk score.", type="clinical"),
    ],
    "EVA-10": [
        case(TABLE, "no row", subgroups=("LSTV",)),
        case(TABLE.replace("| n |", "| m |").replace("n ", " ") + "\n", "no number", subgroups=("hip",)),
    ],
    "EVA-11": [
        case("# Results\nThere are 12 masks.", "No model"),
        case("# Results\nThe baseline nnU-Net is the standard of care. Dice was 0.8.", "standard of care"),
    ],
    "AGR-01": [
        case("# Results\nAgreement was substantial (kappa 0.71).", "number of items"),
        case("# Results\nTwo readers rated 90 scans; the ICC was 0.9 (95 % CI 0.8 to 1.0).", "model and type"),
    ],
    "AGR-02": [
        case("| Item | Po | Pe | Kappa |\n|--|--|--|--|\n| a | 71.91 | 55.31 | 0.4367 |\n", "0.371"),
        case("Observed agreement was 71.91 % and expected agreement 55.31 %; kappa was 0.4367.", "0.371"),
    ],
    "AGR-03": [
        case(ANNOTATED.replace("in ITK-SNAP ", ""), "software"),
        case(ANNOTATED.replace(" Disagreements went to a third.", ""), "disagreements"),
    ],
    "REV-01": [
        case(said="does not balance", flow=FlowCounts(database_results=10, records_screened=9)),
        case(said="negative", flow=FlowCounts(duplicates=-1)),
    ],
    "REV-02": [
        case(said="the decisions give 9", flow=FLOW, log=Log(boxes={"records_screened": 9})),
        case("# Results\nIn all, 12 records were screened.", "flow says 10", flow=FLOW, log=Log()),
    ],
    "REV-03": [
        case("Strings are in Appendix A of the search strategy.", "the platform", searches=[Search(source="A")]),
        case("We searched.", "No full search strategy", searches=[SEARCH]),
    ],
    "REV-04": [
        case("# Methods\nRecords were prioritised with ASReview for screening.", "stopping rule", log=Log()),
        case("# Methods\n" + STOPPED, "the rule asks for 100", log=Log(unscreened=200, stopping_rule=100, trailing_excludes=60)),
    ],
    "REV-05": [
        case("# Methods\nChatGPT was used to screen abstracts.", "the prompt", log=Log()),
        case("# Results\nAll fine.", "excluded 5", log=Log(machine=("GPT",), machine_excluded=5), flow=FLOW),
    ],
    "REV-06": [
        case(said="not charted", charting=Charting(rows={}, included=("S1",)), codebook={}),
        case(said="blank", charting=Charting(rows={"S1": {"task": None}}), codebook={"task": {}}),
        case(said="no value of task", charting=CHARTED, codebook={"task": {"options": ["b"]}}),
    ],
    "REV-07": [
        case("Nothing.", "not cited", charting=CHARTED, references=BIB),
        case("[@smith2024deep]", "retracted", charting=Charting(rows={}, included=("S1",), keys={"S1": "smith2024deep"}, identified=frozenset({"S1"}), retracted=frozenset({"S1"})), references=BIB),
    ],
    "REV-08": [
        case(PROCESS.replace(" independently", ""), "independently"),
        case(PROCESS + " It is registered in PROSPERO.", "PROSPERO"),
    ],
    "REL-01": [
        case("# Availability\nThe data are open. Code is MIT.", "data have no licence"),
        case("# Availability\nThe data are CC BY 4.0, the code is MIT.", "files say", release=Release(licences={"README.md": "CC BY-NC 4.0"})),
    ],
    "REL-02": [
        case("Data: 10.5281/zenodo.XXXXXXX", "zenodo.XXXXXXX"),
        case("Good.\nVolume [VOLUME # TBD] of it.", "TBD"),
        case("TODO: ask Ben", "TODO"),
        case("We found ??? patients, see Table ??.", "???"),
        case("See doi: 11.1000/x.", "not a DOI"),
    ],
    "REL-03": [case(CODE.replace(", seed 1", ""), "seeds"), case("Code will be made available.", "environment")],
    "REL-04": [
        case(said="license", release=Release(croissant={**CROISSANT, "license": ""}, datasheet="")),
        case(said="open", release=Release(croissant=CROISSANT, datasheet="## Who made it?\n\n## Why?\n\nFor us.\n")),
    ],
    "REL-05": [
        case("Public data were used. All scans were anonymised.", "ethics committee"),
        case("The ethics committee approved it.", "de-identified"),
    ],
    "GRAN-01": [
        case("The accuracy was 79.97 % (n = 193).", "79.79"),
        case("| Model | QA (n = 487) |\n|--|--|\n| A | 84.74 |\n", "84.74"),
    ],
    "GRAN-02": [
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| Q | 74.95 | 54.52 | 64.74 |\n", "plain mean"),
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| S | 87.89 | 87.24 | 87.44 |\n", "87.79"),
    ],
    "DRAFT-01": [
        case("# Methods\n\n> **To write:** say why.", "“Methods”"),
        case("> **To write:** a title.", "“Title”"),
    ],
    "REF-01": [
        case("As shown before [@smith2024deap].", "Did you mean @smith2024deep?", references=BIB),
        case("Line one.\n\n@nobody1999 said so.", "@nobody1999", references=BIB),
    ],
    "REF-02": [
        case(said="key a", references="@article{a,\n}\n@article{a,\n}\n"),
        case(said="DOI 10.1000/1", references="@article{a,\n doi={10.1000/1},\n}\n@article{b,\n doi = {https://doi.org/10.1000/1},\n}\n"),
    ],
    "REF-03": [
        case(said="PMC1", references="@article{a,\n doi={PMC1},\n}\n"),
        case(said="10.1", references="@article{a,\n doi={10.1},\n}\n"),
    ],
    "WORD-01": [case("The ground truth was drawn."), case("It is the gold standard.")],
    "WORD-02": [
        case("# Abstract\nThe model is robust.", "without an external"),
        case("# Abstract\nIt is generalisable.", "33 patients", counts=counts(("patients", "LSTV", 33)), subgroups=("LSTV",)),
    ],
    "WORD-03": [case("# Results\nIt fell (p < 0.05).", "threshold"), case("# Results\nIt fell (p = 0.000).", "zero")],
    "WORD-04": [case("In 4 of 12 (33.3%) it held."), case("In 1/7 (14.3 %) it held.")],
    "WORD-05": [
        case("# Abstract\nThe LSTV scans enable training of networks.", counts=counts(("patients", "LSTV", 33)), subgroups=("LSTV",)),
        case("# Discussion\nLSTV: the data enable robust training.", counts=counts(("patients", "LSTV", 9)), subgroups=("LSTV",)),
    ],
    "PART-01": [case("---\ntitle: Spines\n---\n", type="review"), case("---\ntitle: Spines\n---\n", type="dataset")],
    "PART-02": [case("Figure 1. A.\n\nText.", "never"), case("Table 1. A.\n\nSee Table 1.\n\nTable 1. B.\n", "2 captions")],
    "PART-03": [case("# Discussion\nAll good."), case("# Limitations\nThere are some.", "1 sentence")],
    "PART-04": [case("It may help.", "intended use"), case("It is intended for triage.", "population|meant for")],
    "PART-05": [case("# Results\nHD95 was 3 (SD 1)."), case("# Results\nThe NSD was 0.9.")],
    "PART-06": [case("We follow CLAIM 2020.", "CLAIM 2024"), case("By CLAIM (2020).", "CLAIM 2024")],
    "PART-07": [
        case("# Abstract\nWe read 1,137 scans.\n# Results\nWe read 1,153 scans.", "1,137"),
        case("# Abstract\nDice was 0.91.\n# Results\nDice was 0.90.", "0.91"),
    ],
    "PART-08": [case("Text.", venue={"statements": ["ai"]}), case("", venue={"statements": ["ethics", "ai"]})],
}  # fmt: skip

PASSING: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "ACC-01": [
        case("We release 1,153 volumes of 802 patients; 342 fused and 440 spine-only volumes.", counts=A11),
        case("In 2019 Wang et al. read 300 patients [@wang, p. 12]. About 900 volumes. See Table 3 (95 % CI, [12]).", counts=A11),
        case("Slices of 3 mm, 5-fold, L5, 12-month, 10.5281/zenodo.123, version 2.1, aged 18-65 years, ResNet-50.", counts=A11),
    ],
    "ACC-02": [
        case("# Abstract\nThe dataset contains 1,153 volumes.\n# Results\nThe dataset contains 1,153 CT volumes."),
        case("# Results\nA total of 50 patients had pain. A total of 20 patients with pain were seen."),
        case("# Results\nWe have 60 patients and 120 cases.\n\n" + TWO_GROUPINGS),
    ],
    "ACC-03": [
        case("It has 1,153 volumes (342 fused, 440 spine-only and 371 pelvic-only)."),
        case("Of the 802 patients, 393 were female, 345 male, 11 other and 53 not recorded."),
        case(TWO_GROUPINGS),
        case("Of 802 patients, 440 had one scan, 342 two and 20 three. Then 5,788 + 11 + 5,749 = 11,548."),
        case("Of the 120 patients, 60 had diabetes, 30 asthma and 40 gout."),
    ],
    "ACC-04": [
        case("In 615 of 706 patients (87.1%), 27/33 (81.8 %), 81.8% (27/33); 84% (7/9 CD, 4/4 UC); 8 and 10 of 18 (44% and 56%)."),
        case("| | All (n = 48) |\n|--|--|\n| Women, n (%) | 12 (25.0%) |\n| Age, mean (SD) | 50 (12) |\n"),
    ],
    "ACC-05": [case("One case is one CT; we collected 120 cases."), case("We collected 120 scans of 90 patients.")],
    "ACC-06": [
        case("| Set | Patients | Scans | Masks |\n|--|--|--|--|\n| Train | 1 | 1 | 3 |\n| Total | 1 | 1 | 3 |\n"),
        case("| | Train | Test |\n|--|--|--|\n| Patients | 1 | 1 |\n| Volumes | 1 | 1 |\n| Annotations | 3 | 3 |\n"),
    ],
    "ACC-07": [
        case("The class screw is reserved.", labels={"classes": ["rib", "screw"]}, counts=counts(("masks", "rib", 5))),
        case(labels={"classes": {"background": 0, "rib": 1}}, counts=counts(("masks", "rib", 5))),
    ],
    "SPL-01": [
        case(splits=splits("c1,p1,a,train,h1,\nc2,p1,a,training,h2,\nc3,p3,a,test,h3,\n")),
        case(splits=frame("case,patient,split,fold\nc1,p1,train,0\nc1,p1,val,1\n")),
    ],
    "SPL-02": [case(splits=splits(FAIR)), case(splits=splits("c1,p1,a,train,h1,\nc2,p1,a,train,h1,\n"))],
    "SPL-03": [
        case(splits=splits(FAIR), subgroups=("lstv",)),
        case("In test lstv is not evaluable.", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace("test,h15,yes", "test,h15,no")), subgroups=("lstv",)),
    ],
    "SPL-04": [
        case("The data were split at the patient level.", release=Release(manifest={"splits": dict.fromkeys(["file", "sha256", "version", "seed"], "1")})),
        case("No patient is in more than one set.", release=Release(manifest={"splits": [dict.fromkeys(["file", "sha256", "version", "seed"], 1)]})),
    ],
    "SPL-05": [
        case(splits=splits(FAIR), cases=frame(SCORES + DICE)),
        case(splits=frame("case,patient,split,fold\nc1,p1,train,0\nc1,p1,val,1\nc2,p2,val,0\nc2,p2,train,1\n"), cases=frame("case,fold,metric,value\nc1,1,dice,0.9\nc2,0,dice,0.9\n")),
    ],
    "SPL-06": [
        case("External validation followed.", splits=splits(FAIR + "x1,p90,b,external,h90,\n")),
        case("No external validation was done; it remains future work."),
    ],
    "EVA-01": [
        case("# Abstract\nThe Dice was 0.84 (95 % CI 0.81 to 0.87). AUC 0.8 [0.7, 0.9]. A threshold of Dice 0.9 was set."),
        case("# Results\nMean Dice was 0.84 ± 0.02 (SD).\n\n" + TABLE),
    ],
    "EVA-02": [case(TABLE, labels={"classes": ["sacrum", "hip"]}), case("Text.", labels={"classes": ["sacrum"]})],
    "EVA-03": [
        case("# Results\nDice was 0.9 and HD95 3 mm.", tasks=[{"kind": "segmentation"}]),
        case("# Methods\nHausdorff distances are not given, because slices are thick.\n\n# Results\nDice 0.9.", tasks=[{"kind": "segmentation"}]),
    ],
    "EVA-04": [
        case("# Methods\nA bootstrap resampled patients.\n\n# Results\nDice (95 % CI 0.8 to 1.0).", counts=A11),
        case("# Results\nDice (95 % CI 0.8 to 1.0).", manifest=splits(FAIR)),
    ],
    "EVA-05": [
        case("# Results\nIt outperforms nnU-Net by 0.01 (paired difference, 95 % CI 0.00 to 0.02)."),
        case("# Introduction\nWe ask whether it outperforms others. A significant burden remains."),
    ],
    "EVA-06": [
        case("# Results\nWe found p = 0.03, p = 0.04 and p = 0.01 (Holm-adjusted)."),
        case("# Results\nOne p = 0.03.", comparisons=frame("p_raw,p_adj,method\n0.01,0.02,Holm\n0.04,0.04,Holm\n")),
    ],
    "EVA-07": [
        case("# Results\nThe Dice of the sacrum was 0.84 (0.80 to 0.90), of the hip 90.1 %.", cases=frame(SCORES + DICE)),
        case(TABLE, cases=frame(SCORES + DICE)),
    ],
    "EVA-08": [
        case(cases=frame(SCORES + DICE)),
        case("Two cases failed and were scored 0.", cases=frame(SCORES + "c9,p9,test,hip,hd95,,yes\n")),
    ],
    "EVA-09": [
        case("# Abstract\nThe model predicts the risk of fracture (Brier score 0.1)."),
        case("# Abstract\nThe model draws the spine."),
    ],
    "EVA-10": [case(TABLE, subgroups=("hip",)), case(TABLE + "\n", subgroups=("Sacrum", "Hip"))],
    "EVA-11": [
        case("# Results\nThe baseline nnU-Net had a Dice of 0.8 (0.7 to 0.9)."),
        case("# Methods\nOne network was trained.\n\n# Results\n" + TABLE),
    ],
    "AGR-01": [
        case("# Results\nTwo readers rated 120 scans; Cohen's kappa was 0.71 (95 % CI 0.60 to 0.82)."),
        case("# Results\nThree raters measured 40 scans; the ICC(2,1) was 0.91 (0.85 to 0.95). A target of kappa ≥ 0.6 was set."),
    ],
    "AGR-02": [
        case("| Item | Po | Pe | Kappa |\n|--|--|--|--|\n| a | 92.86 | 56.38 | 0.8363 |\n"),
        case("Observed agreement 71.91 %, expected agreement 50.13 %, kappa 0.4367.", ratings=None),
    ],
    "AGR-03": [case(ANNOTATED), case("Masks were taken over from the original data [@smith2024deep].")],
    "REV-01": [case(flow=FLOW), case(flow=FlowCounts())],
    "REV-02": [
        case("# Results\nIn all, 10 records were screened.", flow=FLOW, log=Log(boxes={"records_screened": 10})),
        case("# Introduction\nIn all, 99 records were screened.", flow=FLOW, log=Log()),
    ],
    "REV-03": [
        case("The search strings are in Appendix A.", searches=[SEARCH], today=date(2026, 11, 1)),
        case("```\nspine AND x\n```\n", searches=[SEARCH]),
    ],
    "REV-04": [
        case("# Methods\nAll records were screened by hand."),
        case("# Methods\n" + STOPPED, log=Log(unscreened=200, stopping_rule=100, trailing_excludes=100)),
    ],
    "REV-05": [case("# Methods\n" + LLM, log=Log()), case("# Methods\nPeople decided.", log=Log(), flow=FLOW)],
    "REV-06": [
        case(charting=CHARTED, codebook={"task": {"options": ["a"]}}),
        case(charting=Charting(rows={"S1": {"task": "not reported"}}), codebook={"task": {"options": ["a"]}}),
    ],
    "REV-07": [
        case("[@smith2024deep]", charting=CHARTED, references=BIB),
        case("| Study |\n|--|\n| @smith2024deep |\n", charting=CHARTED, references=BIB),
    ],
    "REV-08": [case(PROCESS), case(PROCESS + " It was not registered in PROSPERO.")],
    "REL-01": [
        case("# Availability\nThe data are under CC BY 4.0, the code under Apache-2.0.", release=Release(licences={"README.md": "CC BY 4.0"})),
        case("# Availability\nThe data are under CC0, code and weights under MIT.", release=Release(licences={"card": "CC0"})),
    ],
    "REL-02": [
        case("Data: https://doi.org/10.5281/zenodo.22139642. Really??"),
        case("Todoist is an app. `TODO`-free. The XX chromosome. <!-- TODO -->"),
    ],
    "REL-03": [
        case(CODE, release=Release(manifest=MANIFEST)),
        case("# Code\n\n" + CODE.replace("lock file", "`environment.yml`"), release=Release(manifest=MANIFEST)),
    ],
    "REL-04": [
        case(release=Release(croissant=CROISSANT, datasheet="## Why?\n\nFor us.\n")),
        case(release=Release(croissant=CROISSANT, datasheet="# Datasheet\n\nNot applicable: synthetic.\n")),
    ],
    "REL-05": [
        case("The institutional review board approved the study. Scans were de-identified."),
        case("No ethics approval was required, since the data are public and anonymised (ethics committee, 2021)."),
    ],
    "GRAN-01": [
        case("The accuracy was 79.79 % (n = 193)."),
        case("| Model | QA (n = 193) | Report (n = 87) |\n|--|--|--|\n| A | 84.46 | 63.80 |\n"),
    ],
    "GRAN-02": [
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| G | 88.50 | 93.32 | 89.23 |\n"),
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| m | 85.83 | 93.56 | 87.01 |\n"),
    ],
    "DRAFT-01": [case("> A quotation."), case("```\n> **To write:** shown\n```\n<!-- > **To write:** x -->")],
    "REF-01": [
        case("[@smith2024deep; @lee2020map]", references=BIB),
        case("Write to ana@example.org. `@code` and\n```\n@code2\n```\n<!-- @c -->", references=BIB),
    ],
    "REF-02": [case(references=BIB), case(references="@article{a,\n doi={10.1000/1},\n}\n@article{b,\n doi={10.1000/2},\n}\n")],
    "REF-03": [case(references="@article{a,\n doi={10.1000/1},\n}\n"), case(references=BIB)],
    "WORD-01": [case("The reference standard was drawn."), case("Others call it ground truth [@smith2024deep].")],
    "WORD-02": [
        case("# Abstract\nWhether it is robust is not known."),
        case("# Abstract\nIt is robust.\n# Results\nExternal validation agreed."),
    ],
    "WORD-03": [case("# Results\nIt fell (p = 0.03)."), case("# Methods\nA difference was significant at p < 0.05.")],
    "WORD-04": [case("In 4 of 12 (33 %) it held."), case("In 81 of 263 (30.8 %) it held.")],
    "WORD-05": [
        case("# Abstract\nLSTV serves benchmarking, not training.", counts=counts(("patients", "LSTV", 33)), subgroups=("LSTV",)),
        case("# Abstract\nLSTV enables training.", counts=counts(("patients", "LSTV", 330)), subgroups=("LSTV",)),
    ],
    "PART-01": [
        case("---\ntitle: Spines, a scoping review\n---\n", type="review"),
        case("---\ntitle: A deep learning study\n---\n", type="method"),
    ],
    "PART-02": [case("See Figure 1.\n\nFigure 1. A.\n"), case("See Tables 1 and 2.\n\nTable 1. A.\n\nTable 2. B.\n")],
    "PART-03": [
        case("# Limitations\nOne centre. Few cases. One reader."),
        case("# Discussion\nThe study has limitations. It is small. It is old."),
    ],
    "PART-04": [
        case("It is intended for triage. Scanners of other hospitals differ."),
        case("The intended use is triage; generalisation to other sites is not shown by this population of one site, as deployment would need."),
    ],
    "PART-05": [
        case("# Methods\nHD95 is the 95th percentile in mm.\n# Results\nHD95 was 3 (SD 1)."),
        case("# Results\nDice was 0.9."),
    ],
    "PART-06": [case("We follow CLAIM 2024."), case("By TRIPOD+AI and STARD-AI.", type="clinical")],
    "PART-07": [
        case("# Abstract\nWe read 1,153 scans.\n# Results\nWe read 1153 scans."),
        case("# Abstract\nDice was 0.91 (95 % CI 0.90 to 0.92).\n# Results\n| Dice |\n|--|\n| 0.91 (0.90 to 0.92) |\n\nText 0.90 and 0.92."),
    ],
    "PART-08": [
        case("No generative AI was used in writing.", venue={"statements": ["ai"]}),
        case("Text.", venue={"statements": ["ethics"]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "said", "inputs"),
    [(n, *c) for n, cases in FAILING.items() for c in cases],
    ids=lambda v: str(v)[:30],
)
def test_a_rule_flags_what_it_must(name: str, text: str, said: str, inputs: dict[str, Any]) -> None:
    found = faults(name, text, **inputs)
    assert found
    assert any(part in str(f) for f in found for part in said.split("|"))
    assert all(f.rule == name for f in found)


@pytest.mark.parametrize(
    ("name", "text", "inputs"),
    [(n, c[0], c[2]) for n, cases in PASSING.items() for c in cases],
    ids=lambda v: str(v)[:30],
)
def test_a_rule_leaves_the_rest_alone(name: str, text: str, inputs: dict[str, Any]) -> None:
    assert [str(f) for f in faults(name, text, **inputs)] == []


def test_every_installed_rule_has_two_cases_of_either_kind_and_says_what_it_is() -> None:
    names = plugins.names("review.rules")
    assert set(names) == set(FAILING) == set(PASSING)
    assert len([n for n in names if n[:3] in {"ACC", "SPL", "EVA", "AGR", "REV", "REL"}]) == 40
    for name in names:
        one = rule(name)
        assert min(len(FAILING[name]), len(PASSING[name])) >= 2
        assert one.id == name
        assert all((one.title, one.does, one.why, one.bad, one.good, one.fix))
        assert set(one.types) <= set(TYPES)


@pytest.mark.shared
def test_the_forty_rules_are_those_of_the_list(shared: Any) -> None:
    import json

    for told in json.loads((shared / "reference" / "rules.json").read_text(encoding="utf-8")):
        one = rule(told["id"])
        assert (one.title.replace("“", '"').replace("”", '"'), list(one.serves)) == (told["title"], told["maps"])
        assert set(told["types"]) <= set(one.types)
        assert str(one.severity) == told["severity"]


@pytest.mark.parametrize(("po", "pe", "kappa", "holds"), [(71.91, 55.31, 0.4367, False), (92.86, 56.38, 0.8363, True), (71.91, 50.13, 0.4367, True)])  # fmt: skip
def test_kappa_is_held_against_its_own_agreement(po: float, pe: float, kappa: float, holds: bool) -> None:
    table = f"| Item | Observed | Expected | Kappa |\n|--|--|--|--|\n| a | {po} % | {pe} % | {kappa} |\n"
    assert (faults("AGR-02", table) == []) is holds


def test_a_missing_input_is_said_and_is_no_fault() -> None:
    found = ask("ACC-01", "We release 5 volumes.")
    assert [(f.status, f.severity) for f in found] == [(Status.NOT_EVALUABLE, Severity.INFO)]
    assert "--counts" in found[0].hint


def test_without_a_kind_of_paper_nothing_is_asked_for_that_only_some_kinds_need() -> None:
    text = "# Abstract\nIn 615 of 706 patients (88.1%) the Dice was 0.84."
    assert faults("REL-05", text, type="") == []
    assert faults("EVA-01", text, type="") == []
    assert [f.rule for f in faults("ACC-04", text, type="")] == ["ACC-04"]


def test_marks_know_their_heading_and_kind() -> None:
    text = (
        "---\ntitle: x\n# not a heading\n---\n<!-- reports: a:1 -->\n# One\n<!-- open: a:2, a:3 -->\n"
        "## Two {#id}\n<!-- na: a:4 -- not done\nhere -->\n```\n# code\n```\n<!-- reports: a:5 -->\n"
    )
    marks = document.parse(text).marks
    assert [(m.kind, sorted(m.items), m.heading, m.line) for m in marks] == [
        ("reports", ["a:1"], "Title", 5),
        ("open", ["a:2", "a:3"], "One", 7),
        ("na", ["a:4"], "Two", 9),
        ("reports", ["a:5"], "Two", 14),
    ]
    assert marks[2].note.split() == ["not", "done", "here"]
