"""Cases of the rules of agreement and labels: what each must flag, and what it must leave alone."""

from __future__ import annotations

from asking import Case, case

ANNOTATED = (
    "Two radiologists with 5 years of experience annotated all scans independently in ITK-SNAP by a protocol. "
    "Disagreements went to a third. Uncertain borders were marked."
)

FAILING: dict[str, list[Case]] = {
    "AGR-01": [
        case("# Results\nTwo reviewers screened 120 records; Cohen's kappa was 0.71 (95 % CI 0.60 to 0.82).", "raw agreement", type="review"),
        case("# Results\nAgreement was substantial (kappa 0.71).", "number of items"),
        case("# Results\nTwo readers rated 90 scans; the ICC was 0.9 (95 % CI 0.8 to 1.0).", "model and type"),
    ],
    "AGR-02": [
        case("| Item | Po | Pe | Kappa |\n|--|--|--|--|\n| a | 71.91 | 55.31 | 0.4367 |\n", "0.371"),
        case("Observed agreement was 71.91 % and expected agreement 55.31 %; kappa was 0.4367.", "0.371"),
    ],
    "AGR-03": [
        case("# Methods\n## Data\nWe used the public skin collection [@a2019].\n## Labels\nLesions were annotated by two students.", "software", type="method"),
        case(ANNOTATED.replace("in ITK-SNAP ", ""), "software"),
        case("# Abstract\nFor public data sets of CT we annotated the ribs.\n# Methods\nRibs were annotated by students.", "software", type="method"),
        case("# Methods\nWe use our own images, as others do [@a]. They were annotated.", "; their expertise; ", type="method"),
        case("# Methods\nThe scans were annotated. This provides labels for all of them.", "expertise", type="method"),
        case(ANNOTATED.replace(" Disagreements went to a third.", ""), "disagreements"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "AGR-01": [
        case("# Results\nTwo reviewers agreed on 110 of 120 records (91.7 %); Cohen's kappa was 0.71 (95 % CI 0.60 to 0.82).", type="review"),
        case("# Results\nTwo readers rated 120 scans; Cohen's kappa was 0.71 (95 % CI 0.60 to 0.82)."),
        case("# Results\nThree raters measured 40 scans; the ICC(2,1) was 0.91 (0.85 to 0.95). A target of kappa ≥ 0.6 was set."),
    ],
    "AGR-02": [
        case("| Item | Po | Pe | Kappa |\n|--|--|--|--|\n| a | 92.86 | 56.38 | 0.8363 |\n"),
        case("Observed agreement 71.91 %, expected agreement 50.13 %, kappa 0.4367.", ratings=None),
    ],
    "AGR-03": [
        case("# Methods\nThree popular data sets which are publicly available are considered for training. The images were labelled by radiologists of the archive.", type="method"),
        case("# Methods\nWe analyzed data from the Siena Scalp EEG Database [@detti2020]. Seizures in the data were labeled by an expert.", type="method"),
        case(ANNOTATED.replace("Disagreements went to", "Discrepancies were resolved by")),
        case("# Methods\nWe used the public ISIC 2019 training collection [@a2019]; images are labelled by diagnosis.", type="method"),
        case("# Abstract\nWe compared cells of annotated smears.\n# Methods\nWe used erythrocytesIDB (Zenodo, version 2).", type="method"),
        case("# Abstract\nAll annotations were displaced on 202 public VerSe computed tomography cases.", type="method"),
        case("# Introduction\nEvery claim is labeled with its tier.\n# Methods\nNetworks were compared.", type="method"),
        case("# Methods\nWe use three MedMNIST v2 / MedMNIST+ subsets [@yang2023]. Images are annotated with a class.", type="method"),
        case("# Methods\nNetworks were trained on simulated signals.", type="method"),
        case("# Methods\nThe audit matched the stored features and labels exactly.", type="method"),
        case("# Methods\nVerSe supplies hand-corrected vertebral labels and masks.", type="method"),
        case(ANNOTATED), case("Masks were taken over from the original data [@smith2024deep]."),
    ],
}  # fmt: skip
