"""Cases of the rules of counts, parts and percentages: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case, counts

from review.lint.rule import Release

A11 = counts(
    ("patients", "all", 802), ("volumes", "all", 1153), ("volumes", "fused", 342), ("volumes", "spine-only", 440),
    ("volumes", "pelvic_only", 371), ("volumes", "LSTV", 53), ("volumes", "train", 805), ("masks", "all", 1498),
)  # fmt: skip
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

FAILING: dict[str, list[Case]] = {
    "ACC-01": [
        case("We release 1,137 CT volumes.", "1,137 volumes is no count", counts=A11),
        case("There are 54 LSTV volumes.", "volumes.lstv = 53", counts=A11),
        case("It holds 441 spine-only volumes.", "volumes.spine_only = 440", counts=A11),
        case("We place 1{,}163 volumes.", "1,163", counts=A11),
        case("| | Volumes |\n|--|--|\n| Training | 800 |\n", "volumes.train = 805", counts=A11),
    ],
    "ACC-02": [
        case("The dataset contains 1,153 volumes.", "README.md:3", release=Release(texts={"README.md": "# Spines\n\nThe dataset contains 1,137 volumes."})),
        case("# Abstract\nThe dataset contains 1,137 volumes.\n# Results\nThe dataset contains 1,153 volumes.", "2 values"),
        case("# Results\nThe data set comprises 61 patients.\n\n" + TWO_GROUPINGS, "2 values"),
        case("Of the ribs 2 of 11,548 ribs broke.\n\nThe rate is 2 of 5,749 ribs.", "two denominators"),
    ],
    "ACC-03": [
        case("# Results\n:::{table} Sharing across the 10,967 retrieved articles.\n:label: a\n\n| Category | N articles | % total |\n|---|---|---|\n| Code and data | 12 | 0.1% |\n| Code only | 133 | 1.2% |\n| Data only | 200 | 1.8% |\n| Neither | 10,632 | 96.9% |\n\n:::", "10,977", type="review"),
        case("The 1,153 volumes were divided into training, validation and test sets of 805, 174 and 170, respectively.", "1,149"),
        case("Of the 802 patients, 393 were female and 345 were male.", "738"),
        case("It has 1,163 volumes (342 fused, 440 spine-only and 371 pelvic-only).", "10 are in none"),
        case("The 54 LSTV volumes comprise 28 sacralised, 22 lumbarised and 3 other volumes.", "53"),
        case("Tilt and slope: 13.9 + 36.9 = 54.7.", "50.8"),
        case("| Set | Volumes |\n|--|--|\n| a | 342 |\n| b | 440 |\n| c | 371 |\n| Total | 1,163 |\n", "1,153"),
    ],
    "ACC-04": [
        case("# Results\nTable 1. The 200 patients.\n\n| Group | n | % |\n|---|---|---|\n| Young | 60 | 30 |\n| Middle | 42 | 20 |\n| Old | 98 | 49 |", "42 of 200"),
        case("It worked in 615 of 706 patients (88.1%).", "87.1%"),
        case("We saw 2/5,749 (0.017 %).", "0.035%"),
        case("| | All (n = 48) |\n|--|--|\n| Women, n (%) | 12 (33.3%) |\n", "25.0%"),
    ],
    "ACC-05": [
        case("Four of 155 samples were rejected.", "one sample"),
        case("We segmented 90 CT images.", "one image"), case("We kept 1,200 records of 90 scans.", "one record"),
        case("We collected 120 cases.", "one case"), case("There were 40 subjects and 90 images.", "one subject"),
    ],
    "ACC-06": [
        case("We followed 205 patients with 300 scans.", type="clinical"),
        case("Sixty patients."), case("| Patients | Masks |\n|--|--|\n| 1 | 2 |\n", "patients, scans"),
    ],
    "ACC-07": [
        case(said="not in each of test, train", labels={"classes": ["rib"]}, counts=counts(("masks", "rib", 9), ("masks", "train", 6), ("masks", "test", 3))),
        case(said="no count", labels={"classes": ["rib", "screw"]}, counts=counts(("masks", "rib", 5))),
        case(said="count 0", labels={"classes": ["rib"]}, counts=counts(("masks", "rib", 0))),
    ],
    "GRAN-01": [
        case("The accuracy was 79.97 % (n = 193).", "79.79"),
        case("| Model | QA (n = 487) |\n|--|--|\n| A | 84.74 |\n", "84.74"),
        case("# Results\nWe found 51 nodules. Of these, 17.7% were malignant.", "“We found 51 nodules.”"),
        case("# Results\nWe found 51 nodules in all. Biopsy called 17.8% of the nodules malignant.", "No whole number of 51"),
        case("# Results\nOf the 51 nodules, 17.7% were malignant and 23.5% grew.", "gives 17.7 %"),
        case("# Results\nGPT answered all questions (n = 193). Its accuracy was 79.97 %.", "79.97"),
        case("Table 1: Accuracy (%) on all questions (n = 193).\n\n| Model | Zero-shot | Five-shot |\n|--|--|--|\n| A | 79.79 | 84.74 |\n", "84.74"),
    ],
    "GRAN-02": [
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| Q | 74.95 | 54.52 | 64.74 |\n", "plain mean"),
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| S | 87.89 | 87.24 | 87.44 |\n", "87.79"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "ACC-01": [
        case("We release 1,153 volumes of 802 patients; 342 fused and 440 spine-only volumes.", counts=A11),
        case("In 2019 Wang et al. read 300 patients [@wang, p. 12]. About 900 volumes. See Table 3 (95 % CI, [12]).", counts=A11),
        case("Slices of 3 mm, 5-fold, L5, 12-month, 10.5281/zenodo.123, version 2.1, aged 18-65 years, ResNet-50.", counts=A11),
    ],
    "ACC-02": [
        case("The dataset contains 1,153 volumes.", release=Release(texts={"README.md": "The dataset contains 1,153 volumes. Use 20 patients."})),
        case("# Abstract\nThe dataset contains 1,153 volumes.\n# Results\nThe dataset contains 1,153 CT volumes."),
        case("# Results\nA total of 50 patients had pain. A total of 20 patients with pain were seen."),
        case("# Results\nWe have 60 patients and 120 cases.\n\n" + TWO_GROUPINGS),
    ],
    "ACC-03": [
        case("# Results\nTable 1. Findings of the 100 patients; a patient may have more than one.\n\n| Finding | n | % |\n|---|---|---|\n| Cyst | 60 | 60 |\n| Polyp | 20 | 20 |\n| Mass | 25 | 25 |"),
        case("# Results\nTable 1. The 90 patients by sex and age.\n\n| Group | n | % |\n|---|---|---|\n| Young | 30 | 33.3 |\n| Middle | 30 | 33.3 |\n| Old | 30 | 33.3 |"),
        case("The 1,153 volumes were divided into training, validation and test sets of 805, 174 and 174, respectively."),
        case("Of the 802 patients, 393 were female and 345 were male; the groups overlap with those not recorded."),
        case("It has 1,153 volumes (342 fused, 440 spine-only and 371 pelvic-only)."),
        case("Of the 802 patients, 393 were female, 345 male, 11 other and 53 not recorded."),
        case(TWO_GROUPINGS),
        case("Of 802 patients, 440 had one scan, 342 two and 20 three. Then 5,788 + 11 + 5,749 = 11,548."),
        case("Of the 120 patients, 60 had diabetes, 30 asthma and 40 gout."),
    ],
    "ACC-04": [
        case("Twenty-seven of 44 studies (61%) were new."),
        case("In 615 of 706 patients (87.1%), 27/33 (81.8 %), 81.8% (27/33); 84% (7/9 CD, 4/4 UC); 8 and 10 of 18 (44% and 56%)."),
        case("| | All (n = 48) |\n|--|--|\n| Women, n (%) | 12 (25.0%) |\n| Age, mean (SD) | 50 (12) |\n"),
    ],
    "ACC-05": [
        case("Recordings at 250 Hz were cut into segments of 2 s (500 samples)."),
        case("We graded 50 knee radiographs; of the 25 images of one grade, 14 were moved."),
        case("There were 29 test subjects in the cohort."),
        case("The dataset had 65,892 records, where each record may represent one lesion of a scan."),
        case("The raw data held 20,336 patient records of one system. 40 records were dropped."),
        case("We used 1,251 cases. Each case includes four registered sequences of one patient."),
        case("One case is one CT; we collected 120 cases."), case("We collected 120 scans of 90 patients."),
    ],
    "ACC-06": [
        case("We followed 205 patients.", type="clinical"),
        case("| Set | Patients | Scans | Masks |\n|--|--|--|--|\n| Train | 1 | 1 | 3 |\n| Total | 1 | 1 | 3 |\n"),
        case("| | Train | Test |\n|--|--|--|\n| Patients | 1 | 1 |\n| Volumes | 1 | 1 |\n| Annotations | 3 | 3 |\n"),
    ],
    "ACC-07": [
        case(labels={"classes": ["rib"]}, counts=counts(("masks", "rib", 9), ("masks", "rib in train", 6), ("masks", "rib in test", 3))),
        case("The class screw is reserved.", labels={"classes": ["rib", "screw"]}, counts=counts(("masks", "rib", 5))),
        case(labels={"classes": {"background": 0, "rib": 1}}, counts=counts(("masks", "rib", 5))),
    ],
    "GRAN-01": [
        case("The accuracy was 79.79 % (n = 193)."),
        case("| Model | QA (n = 193) | Report (n = 87) |\n|--|--|--|\n| A | 84.46 | 63.80 |\n"),
        case("# Results\nWe found 51 nodules. Of these, 17.6% were malignant and 17.7% of women smoked."),
        case("# Results\nWe found 51 nodules. Of these patients, 17.7% smoked. Of the 51 nodules, 17.7% of those in women grew."),
        case("# Results\nWe found 51 nodules in 40 patients. Of these, 17.7% were malignant.\n\nWe saw 51 nodules.\n\nOf these, 17.7% grew."),
        case("# Results\nGPT answered all questions (n = 193). Its accuracy on the external set was 79.97 %; mean accuracy was 79.97 %."),
        case("# Introduction\nOthers saw 51 nodules [@ana]. Of these, 17.7% were malignant."),
        case("Table 1: Accuracy (%) on all questions (n = 193).\n\n| Model | Zero-shot | Time (s) | F1 |\n|--|--|--|--|\n| A | 79.79 | 84.74 | 84.74 |\n"),
    ],
    "GRAN-02": [
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| G | 88.50 | 93.32 | 89.23 |\n"),
        case("| M | Closed (n = 487) | Report (n = 87) | Total |\n|--|--|--|--|\n| m | 85.83 | 93.56 | 87.01 |\n"),
    ],
}  # fmt: skip
