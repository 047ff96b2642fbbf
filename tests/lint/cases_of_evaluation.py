"""Cases of the rules of evaluation: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import DICE, FAIR, SCORES, Case, case, counts, frame, splits

A11 = counts(
    ("patients", "all", 802), ("volumes", "all", 1153), ("volumes", "fused", 342), ("volumes", "spine-only", 440),
    ("volumes", "pelvic_only", 371), ("volumes", "LSTV", 53), ("volumes", "train", 805), ("masks", "all", 1498),
)  # fmt: skip
TABLE = "| Class | n | Dice (95 % CI) |\n|--|--|--|\n| Sacrum | 9 | 0.84 (0.80 to 0.88) |\n| Hip | 9 | 0.90 (0.88 to 0.92) |\n"
# A common class that is easy and a rare one that is hard: 0.80 over classes, 0.88 over cases.
UNEVEN = "# Results\n| Class | n | Dice (95 % CI) |\n|--|--|--|\n| Sacrum | 90 | 0.90 (0.88 to 0.92) |\n| Rib | 10 | 0.70 (0.60 to 0.80) |\n"
MACRO, MICRO = UNEVEN + "| Mean | 100 | 0.80 (0.75 to 0.85) |\n", UNEVEN + "| Mean | 100 | 0.88 (0.85 to 0.90) |\n"
TURNED = "Table 2: Dice of each model.\n\n| Model | Sacrum (n = 90) | Rib (n = 10) | Mean |\n|--|--|--|--|\n| nnU-Net | 0.90 ± 0.05 | 0.70 ± 0.05 | {} ± 0.05 |\n"
SEVERAL = frame(
    SCORES + "".join(f"c{n},p{n},test,sacrum,dice,0.90,yes\n" for n in range(9)) + "c0,p0,test,rib,dice,0.70,yes\n"
)  # 0.80 over classes, 0.88 over pairs of case and class, 0.89 over cases

# Ten patients of ten scans each: what varies is between patients, so that an interval over scans is far too narrow.
CLUSTERED = frame(
    SCORES
    + "".join(
        f"c{n}.{k},p{n},test,sacrum,dice,{0.65 + n / 30 + k / 1000:.4f},yes\n" for n in range(10) for k in range(10)
    )
)
NARROW = "# Results\n| Class | Dice (95 % CI) |\n|--|--|\n| Sacrum | 0.80 (0.78 to 0.82) |\n"

FAILING: dict[str, list[Case]] = {
    "EVA-01": [
        case("# Abstract\nAt the Youden-optimal threshold, sensitivity was 0.822 and NPV was 0.981.", "0.822", type="clinical"),
        case("# Abstract\nIts accuracy and macro-F1 were 0.740 and 0.605.", "accuracy 0.740"),
        case("# Abstract\nThe Dice was 0.84.", "Dice 0.84"), case("# Results\nRecall rose from 68.5% to 85.2%, higher than ever.", "Recall 68.5%"),
        case("# Results\nThe sensitivity reached 85.1%.", "sensitivity"),
        case("# Results\n| Model | AUC |\n|--|--|\n| A | 0.81 |\n", "no interval"),
        case("# Results\n| Class | Case | Dice |\n|--|--|--|\n| hip | 14 | 0.81 |\n", "no interval"),
    ],
    "EVA-02": [
        case("# Results\nDice was 0.9.", "No table", labels={"classes": ["sacrum", "hip"]}),
        case(TABLE, "rib", labels={"classes": ["sacrum", "hip", "rib"]}),
        case(f"# Methods\nScores are micro-averaged over cases.\n\n{MACRO}", "over cases it would be 0.88"),
        case(f"# Methods\nDice is macro-averaged.\n\n{MICRO}", "Mean 0.88 is the mean over cases"),
        case(UNEVEN + "| Mean over classes | | 0.88 (0.85 to 0.90) |\n", "over classes it would be 0.80"),
        case(UNEVEN + "| Mean of all cases | | 0.80 (0.75 to 0.85) |\n", "over cases it would be 0.88"),
        case(f"{MACRO}\nAveraged over all cases, the Dice was 0.80 (0.75 to 0.85).", "is called a mean over cases"),
        case("# Methods\nMetrics are macro-averaged.\n\n# Results\n\n" + TURNED.format("0.88"), "over classes it would be 0.80", labels={"classes": ["sacrum", "rib"]}),
        case("# Abstract\nThe macro-averaged Dice was 0.88 (0.85 to 0.90).", "the scores give it as the mean over cases", cases=SEVERAL),
        case("# Abstract\nAveraged over all patients, the Dice was 0.80 (0.75 to 0.85).", "mean over classes", cases=SEVERAL),
        case(MACRO, "nowhere is said", labels={"classes": ["sacrum", "rib"]}),
        case(UNEVEN + "\nThe mean Dice was 0.88 (0.85 to 0.90).", "nowhere is said", labels={"classes": ["sacrum", "rib"]}),
    ],
    "EVA-03": [
        case("# Abstract\nThe pixel accuracy was 98% and Dice 0.9 with HD95 of 3 mm.", "pixel accuracy", tasks=[{"kind": "segmentation"}]),
        case("# Results\nDice was 0.9.", "overlap only", tasks=[{"kind": "segmentation"}]),
        case("# Results\nSensitivity was 0.9.", "FROC", tasks=[{"kind": "detection"}]),
    ],
    "EVA-04": [
        case("# Methods\nPatients were resampled.\n\n" + NARROW, "which is wider", cases=CLUSTERED),
        case("# Results\nDice was 0.9 (95 % CI 0.8 to 1.0).", "of 802 patients", counts=A11),
        case("# Methods\nWe used a t-test.\n\nPatients were scanned.", "24 cases", manifest=splits(FAIR.replace("p1,", "p0,"))),
    ],
    "EVA-05": [
        case("# Results\nIt is significantly larger in error than the other.", "significantly larger"),
        case("# Results\nOur model outperforms nnU-Net.", "outperforms"),
        case("# Results\nIt was significantly better.", "without a p-value"),
    ],
    "EVA-06": [
        case("| Feature | HR | p |\n|--|--|--|\n| Age | 1.0 | 0.4 |\n| Sex | 1.3 | 0.3 |\n| BMI | 0.9 | 0.7 |\n", "three p-values"),
        case("# Results\nWe found p = 0.03, p = 0.04 and p = 0.01.", "3 p-values"),
        case("| Class | p |\n|--|--|\n| a | 0.01 |\n| b | 0.02 |\n| c | 0.03 |\n", "three p-values"),
    ],
    "EVA-07": [
        case(TABLE, "n is printed as 9", cases=frame(SCORES + DICE)),
        case("# Results\nThe Dice of the sacrum was 0.84 (n = 14; 0.80 to 0.90).", "n is printed as 14", cases=frame(SCORES + DICE)),
        case("# Results\nThe Dice of the sacrum was 0.85 (0.80 to 0.90).", "0.84", cases=frame(SCORES + DICE)),
        case(TABLE.replace("0.90 (", "0.95 ("), "0.90", cases=frame(SCORES + DICE)),
    ],
    "EVA-08": [
        case(said="1 rows", cases=frame(SCORES + DICE + "c9,p9,test,hip,dice,0,no\n")),
        case(said="infinite", cases=frame(SCORES + "c9,p9,test,hip,hd95,,yes\n")),
    ],
    "EVA-09": [
        case("## A model of nodes\n\nBackground: Nodes matter.\n\nMethods: We were predicting the risk of metastasis.\n\nResults: AUC 0.9.\n\n# Methods\nNone.", "calibrated"),
        case("# Reoperation: a Bayesian network prognostic model\n\n## Abstract\n\nWe followed patients.", type="clinical"),
        case("# Abstract\nThe model predicts the risk of fracture."),
        case("# Methods\nIt gives out a risk score.", type="clinical"), case("# Methods\nThe network predicts the probability of cancer."),
    ],
    "EVA-10": [
        case(TABLE, "n = 9", subgroups=("hip",)),
        case(TABLE, "no row", subgroups=("LSTV",)),
        case(TABLE.replace("| n |", "| m |").replace("n ", " ") + "\n", "no number", subgroups=("hip",)),
    ],
    "EVA-11": [
        case("# Results\nThere are 12 masks.", "No model"),
        case("# Results\nThe baseline nnU-Net is the standard of care. Dice was 0.8.", "standard of care"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "EVA-01": [
        case("# Results\nThe AUROC was $0.71,95 \\%$ Confidence Interval $(95 \\% \\mathrm{CI})=(0.68-0.73)$.", type="clinical"),
        case("# Results\nDice was 0.84 (Table 1).\n\n" + TABLE),
        case("# Conclusion\nWe saw a 0.188 macro-F1 routing loss and a 20.08% blocking rate; the sensitivity was above 90%."),
        case("# Abstract\nThe Dice was 0.84 (95 % CI 0.81 to 0.87). AUC 0.8 [0.7, 0.9]. A threshold of Dice 0.9 was set."),
        case("# Results\nMean Dice was 0.84 ± 0.02 (SD).\n\n" + TABLE),
        case("# Results\n\nTable 3: Dice of the worst cases.\n\n| Class | Case | Value |\n|--|--|--|\n| hip | c51 | 0.855 |\n"),
        case("# Results\nRecall was 13.1, 15.4 and 16.5 points lower, and accuracy 4.2% higher."),
    ],
    "EVA-02": [
        case(TABLE, labels={"classes": ["sacrum", "hip"]}),
        case("Text.", labels={"classes": ["sacrum"]}),
        case(f"# Methods\nDice is macro-averaged.\n\n{MACRO}", labels={"classes": ["sacrum", "rib"]}),
        case(f"# Methods\nDice is micro-averaged.\n\n{MICRO}", labels={"classes": ["sacrum", "rib"]}),
        case(f"# Methods\nFor each class we report the mean Dice over cases.\n\n{MACRO}\nThe macro Dice was 0.80 (0.75 to 0.85)."),
        case(UNEVEN.replace("| 10 |", "| 90 |") + "| Mean over cases | | 0.80 (0.75 to 0.85) |\n"),  # the same either way
        case("# Results\nThe macro-averaged F1 was 0.61 (0.55 to 0.66) and the micro-averaged F1 0.74 (0.70 to 0.78).\n\n" + MACRO),
        case("# Methods\nOthers micro-averaged the Dice [@a].\n\n" + MACRO),
        case("# Results\n\n" + TURNED.format("0.80") + "\nThe mean is over the classes; Dice is macro-averaged.", labels={"classes": ["sacrum", "rib"]}),
        case("# Results\n| Model | n | Dice (95 % CI) |\n|--|--|--|\n| A | 90 | 0.90 (0.88 to 0.92) |\n| B | 10 | 0.70 (0.60 to 0.80) |\n| Mean over cases | | 0.80 (0.7 to 0.9) |\n"),
        case("# Abstract\nThe macro-averaged Dice was 0.80 (0.75 to 0.85), and averaged over patients the Dice was 0.89 (0.85 to 0.90).\n\n" + UNEVEN, cases=SEVERAL),
        case("# Abstract\nAveraged over all patients, the Dice was 0.89 (0.85 to 0.90).\n\n" + UNEVEN, cases=SEVERAL),
    ],
    "EVA-03": [
        case("# Abstract\nDice was 0.9 and HD95 3 mm.", tasks=[{"kind": "segmentation"}]),
        case("# Results\nDice was 0.9 and HD95 3 mm.", tasks=[{"kind": "segmentation"}]),
        case("# Methods\nHausdorff distances are not given, because slices are thick.\n\n# Results\nDice 0.9.", tasks=[{"kind": "segmentation"}]),
    ],
    "EVA-04": [
        case("# Methods\nPatients were resampled.\n\n" + NARROW.replace("0.78 to 0.82", "0.70 to 0.90"), cases=CLUSTERED),
        case("# Methods\nA bootstrap resampled patients.\n\n# Results\nDice (95 % CI 0.8 to 1.0).", counts=A11),
        case("# Results\nDice (95 % CI 0.8 to 1.0).", manifest=splits(FAIR)),
    ],
    "EVA-05": [
        case("# Results\nOur set is significantly larger than the existing public datasets."),
        case("# Results\nTable 1. Dice; * p < 0.05 (paired t-test).\n\n| Model | Dice |\n|---|---|\n| Ours | 0.91 * |\n\n# Conclusion\nIt outperforms five methods."),
        case("# Results\nFine-tuning brought a statistically significant improvement (paired improvement 0.11 [0.04, 0.19])."),
        case("# Results\nIt outperforms nnU-Net by 0.01 (paired difference, 95 % CI 0.00 to 0.02)."),
        case("# Introduction\nWe ask whether it outperforms others. A significant burden remains."),
    ],
    "EVA-06": [
        case("| Feature | Train | Test | p |\n|--|--|--|--|\n| Age | 60 | 61 | 0.4 |\n| Sex | 91 | 33 | 0.3 |\n| BMI | 23 | 24 | 0.7 |\n"),
        case("# Results\nWe found p = 0.03, p = 0.04 and p = 0.01 (Holm-adjusted)."),
        case("# Results\nOne p = 0.03.", comparisons=frame("p_raw,p_adj,method\n0.01,0.02,Holm\n0.04,0.04,Holm\n")),
    ],
    "EVA-07": [
        case("# Results\nThe Dice of the sacrum was 0.84 (0.80 to 0.90), of the hip 90.1 %.", cases=frame(SCORES + DICE)),
        case(TABLE.replace("| 9 |", "| 2 |"), cases=frame(SCORES + DICE)),
    ],
    "EVA-08": [
        case(cases=frame(SCORES + DICE)),
        case("Two cases failed and were scored 0.", cases=frame(SCORES + "c9,p9,test,hip,hd95,,yes\n")),
    ],
    "EVA-09": [
        case("# Abstract\nThe model predicts the risk of fracture (Brier score 0.1)."),
        case("# Abstract\nThe model draws the spine."),
        case("# Methods\nViews are joined by mean predicted probability before the class is chosen."),
    ],
    "EVA-10": [
        case(TABLE + "\nRows of fewer than ten are descriptive.", subgroups=("hip",)),
        case(TABLE.replace("| 9 |", "| 19 |"), subgroups=("Sacrum", "Hip")),
    ],
    "EVA-11": [
        case("# Results\nThe baseline nnU-Net had a Dice of 0.8 (0.7 to 0.9)."),
        case("# Methods\nOne network was trained.\n\n# Results\n" + TABLE),
    ],
}  # fmt: skip
