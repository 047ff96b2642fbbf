"""Cases of the rules of words and parts of a paper: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case, counts

FAILING: dict[str, list[Case]] = {
    "WORD-01": [case("The ground truth was drawn."), case("Not all readers saw the ground truth, which was drawn by one."), case("Labels by readers are the gold standard.")],
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
    "PART-01": [
        case("---\ntitle: Spines\n---\n# Abstract\nA convolutional network counts.", type="method"),
        case("---\ntitle: Spines\n---\n", type="review"), case("---\ntitle: Spines\n---\n", type="dataset"),
    ],
    "PART-02": [case("Figure 1. A.\n\nText.", "never"), case("Table 1. A.\n\nSee Table 1.\n\nTable 1. B.\n", "2 captions")],
    "PART-03": [case("# Discussion\nAll good."), case("# Limitations\nThere are some.", "1 sentence")],
    "PART-04": [case("The neural network may help.", "intended use"), case("The neural network is intended for triage.", "population|meant for")],
    "PART-05": [case("# Results\nHD95 was 3 (SD 1)."), case("# Results\nThe NSD was 0.9."), case("# Results\nThe mAP of the lesion detector was 0.41.", "match threshold")],
    "PART-06": [case("We follow CLAIM 2020.", "CLAIM 2024"), case("By CLAIM (2020).", "CLAIM 2024")],
    "PART-07": [
        case("# Abstract\nWe followed 1,204 adults.\n# Results\nThe odds were 12.04.", "1,204"),
        case("# Abstract\nF1 was 0.741.\n# Results\nSee below.\n\n| F1 |\n|--|\n| 0.7402 |\n", "0.741"),
        case("# Abstract\nWe read 1,137 scans.\n# Results\nWe read 1,153 scans.", "1,137"),
        case("# Abstract\nDice was 0.91.\n# Results\nDice was 0.90.", "0.91"),
        case("# Abstract\nWe read 10’012 scans.\n# Results\nWe read 10’102 scans.", "10,012"),
    ],
    "PART-08": [case("Text.", venue={"statements": ["ai"]}), case("", venue={"statements": ["ethics", "ai"]})],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "WORD-01": [
        case("Poses of the simulated stack are the ground truth."),
        case("Readers drew the masks. We compare with practice rather than with a definitive ground truth; it is no gold standard."),
        case("Readers drew the masks. In the absence of a gold standard a tree was used."),
        case("Readers drew the masks. On synthetic studies with known ground truth the rate was 5%."),
        case("The reference standard was drawn."), case("Others call it ground truth [@smith2024deep]."),
    ],
    "WORD-02": [
        case("# Discussion\nIt is generalizable. It was tested on unseen datasets."),
        case("# Abstract\nWhether it is robust is not known."),
        case("# Abstract\nIt is robust.\n# Results\nExternal validation agreed."),
    ],
    "WORD-03": [
        case("# Abstract\nMaps were compared (P < 0.05, corrected for multiple comparisons)."),
        case("# Results\nIt fell (p = 0.03)."), case("# Methods\nA difference was significant at p < 0.05."),
    ],
    "WORD-04": [case("In 4 of 12 (33 %) it held."), case("In 81 of 263 (30.8 %) it held.")],
    "WORD-05": [
        case("# Abstract\nLSTV serves benchmarking, not training.", counts=counts(("patients", "LSTV", 33)), subgroups=("LSTV",)),
        case("# Abstract\nLSTV enables training.", counts=counts(("patients", "LSTV", 330)), subgroups=("LSTV",)),
    ],
    "PART-01": [
        case("---\ntitle: Self-supervised learning across tracers\n---\n# Abstract\nA network was trained.", type="method"),
        case("---\ntitle: A soft-attention enabled deep transfer model\n---\n# Abstract\nA network was trained.", type="method"),
        case("---\ntitle: Tumour volume on three scanners\n---\n# Abstract\nA semiautomated segmentation of tumours was compared.", type="clinical"),
        case("---\ntitle: Muscle volume and discharge\n---\n# Abstract\nMuscle volume was measured.", type="clinical"),
        case("---\ntitle: Spines, a scoping review\n---\n", type="review"),
        case("---\ntitle: A deep learning study\n---\n", type="method"),
        case("---\ntitle: A reassessment of CNN and hybrid classifiers\n---\n# Abstract\nA convolutional network counts.", type="method"),
    ],
    "PART-02": [case("See Table II.\n\nTable 3.1: Designs.\n"), case("See Figure 1.\n\nFigure 1. A.\n"), case("See Tables 1 and 2.\n\nTable 1. A.\n\nTable 2. B.\n")],
    "PART-03": [
        case("# Discussion\nWe did not account for time. The prior assumptions may be wrong. There may be residual confounding. One of the limits of our approach is the data."),
        case("# Limitations\nOne centre. Few cases. One reader."),
        case("# Discussion\nLimitations: one centre; few cases; one reader."),
        case("# Discussion\nThe study has limitations. It is small. It is old."),
    ],
    "PART-04": [
        case("# Abstract\nA network was trained.\n# Discussion\nThe model may be used as a screening tool to find patients of low risk. The patients differ from the population elsewhere.", type="clinical"),
        case("# Abstract\nMuscle volume went with discharge in 205 patients."),
        case("It is intended for triage. Scanners of other hospitals differ."),
        case("The intended use is triage; generalisation to other sites is not shown by this population of one site, as deployment would need."),
    ],
    "PART-05": [
        case("# Results\nThe AUPRC of the risk of sepsis was 0.05."),
        case("# Methods\nHD95 is the 95th percentile in mm.\n# Results\nHD95 was 3 (SD 1)."),
        case("# Results\nDice was 0.9."),
    ],
    "PART-06": [case("We follow CLAIM 2024."), case("By TRIPOD+AI and STARD-AI.", type="clinical")],
    "PART-07": [
        case("# Abstract\nSequence (0070,0231) is optional; data are under CC BY-SA 4.0.\n# Results\nAll fine."),
        case("# Abstract\nF1 was 0.740 and Dice 98.8%.\n# Results\nThe Dice was 0.988.\n\n| F1 |\n|--|\n| 0.7402 |\n"),
        case("# Abstract\nWe read 1,153 scans.\n# Results\nWe read 1153 scans."),
        case("# Abstract\nDice was 0.91 (95 % CI 0.90 to 0.92).\n# Results\n| Dice |\n|--|\n| 0.91 (0.90 to 0.92) |\n\nText 0.90 and 0.92."),
    ],
    "PART-08": [
        case("No generative AI was used in writing.", venue={"statements": ["ai"]}),
        case("Text.", venue={"statements": ["ethics"]}),
    ],
}  # fmt: skip
