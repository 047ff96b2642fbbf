"""Cases of the rules of splits and leakage: what each must flag, and what it must leave alone."""

from __future__ import annotations

import pandas as pd
from asking import DICE, FAIR, SCORES, Case, case, frame, splits

from review.lint.rule import Release

TRAIN2 = "c1,p1,test,sacrum,dice,0.9,yes\n"

RECORDED = {"file": "data/splits.csv", "sha256": "0a1b2c3d", "version": 2, "seed": 42}
TWO_FOLDS = frame("fold,case,patient,split\n0,c0,p0,val\n0,c1,p1,train\n1,c1,p1,val\n1,c0,p0,train\n")


def hashed(*rows: str) -> pd.DataFrame:
    return frame("case,split,phash,shape,histogram\n" + "\n".join(rows) + "\n")


FAILING: dict[str, list[Case]] = {
    "SPL-01": [
        case(said="Patient p1", splits=splits("c1,p1,a,train,h1,\nc2,p1,a,test,h2,\n")),
        case(said="Patient p2", splits=splits(FAIR + "c99,p2,a,testing,h99,\n")),
    ],
    "SPL-02": [
        case(said="differs in 2 bits", splits=hashed("c1,train,ffff0000ffff0000,,", "c2,test,ffff0000ffff0003,,")),
        case(said="one geometry and one histogram", splits=hashed("c1,train,00000000ffffffff,512x512x90,h1", "c2,test,ffff0000ffff0003,512x512x90,h1")),
        case(said="sha256 h1", splits=splits("c1,p1,a,train,h1,\nc2,p2,a,test,h1,\n")),
        case(said="cases c3, c99", splits=splits(FAIR + "c99,p99,a,test,h3,\n")),
    ],
    "SPL-03": [
        case(said="site b: 0 of 12", splits=splits(FAIR.replace("p1,a", "p1,b")), subgroups=("site",)),
        case(said="in val of fold 0", splits=frame("fold,case,patient,split,lstv\n" + "".join(f"{k},c{n},p{n},{'val' if n % 2 == k else 'train'},{'yes' if n % 2 else 'no'}\n" for k in (0, 1) for n in range(12)).replace("1,c1,p1,val,yes", "1,c1,p1,val,no")), subgroups=("lstv",)),
        case(said="0 of 12", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace(",yes", ",no", 99)), subgroups=("lstv",)),
        case(said="4 of 12", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace("test,h15,yes", "test,h15,no")), subgroups=("lstv",)),
    ],
    "SPL-04": [
        case("# Methods\nThe training data came from one site.", "level", type="method"),
        case("The study cohort was divided into a training cohort and a validation cohort.", "level"),
        case("The data were split by patient.", "is not the file", release=Release(manifest={"splits": RECORDED}, hashes={"splits.csv": "ab" * 32})),
        case("The data were split at random.", "level", release=Release(manifest={"splits": {"file": "a"}})),
        case("The data were split by patient.", "no sha256", release=Release(manifest={"splits": {"file": "a"}})),
    ],
    "SPL-05": [
        case("# Results\nThe mean Dice over all five folds was 0.9.", "1 of 2 held-out", splits=TWO_FOLDS, cases=frame("fold,case,metric,value\n0,c0,dice,0.9\n")),
        case(said="Case c1", splits=splits(FAIR), cases=frame(SCORES + TRAIN2)),
        case(said="Case c99", splits=splits(FAIR + "c99,p3,a,test,h99,\n"), cases=frame(SCORES + "c99,p3,test,hip,dice,0.9,yes\n")),
    ],
    "SPL-06": [
        case("# Methods\nExternal validation was done.\n# Discussion\nThe single-center nature of both the development and validation cohorts is a limit.", "of one place", type="clinical"),
        case("External validation followed.", "1 site", splits=splits(FAIR + "x1,p90,a,external,h90,\n")),
        case("It was validated on an external cohort.", "1 patient", splits=splits(FAIR + "x1,p3,b,external,h90,\n")),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "SPL-01": [
        case(splits=splits("c1,p1,a,train,h1,\nc2,p1,a,training,h2,\nc3,p3,a,test,h3,\n")),
        case(splits=frame("case,patient,split,fold\nc1,p1,train,0\nc1,p1,val,1\n")),
    ],
    "SPL-02": [
        case(splits=hashed("c1,train,ffff0000ffff0000,512x512x90,h1", "c2,test,ffff00000000ffff,512x512x90,h2")),
        case(splits=hashed("c1,train,ffff0000ffff0000,,", "c2,test,ffff0000ffff0001,,").assign(adjudicated=["", "different"])),
        case(splits=splits(FAIR.replace(",h", ",")), manifest=frame("case,sha256\nc1,x\nc2,y\n")),
        case(splits=splits(FAIR)), case(splits=splits("c1,p1,a,train,h1,\nc2,p1,a,train,h1,\n")),
    ],
    "SPL-03": [
        case(splits=splits(FAIR), subgroups=("lstv",)),
        case("In test lstv is not evaluable.", splits=splits(FAIR.replace("test,h13,yes", "test,h13,no").replace("test,h15,yes", "test,h15,no")), subgroups=("lstv",)),
    ],
    "SPL-04": [
        case("Subjects are split 628/90/180 into train, validation and test sets.", release=Release(manifest={"splits": RECORDED})),
        case("Training used 5 folds, and grouping folds by source smear changed nothing.", release=Release(manifest={"splits": RECORDED})),
        case("Training and test used cell-level folds.", release=Release(manifest={"splits": RECORDED})),
        case("We randomly divided 300 patients into two sets.", release=Release(manifest={"splits": RECORDED})),
        case("The data were split by patient.", release=Release(manifest={"splits": RECORDED}, hashes={"splits.csv": RECORDED["sha256"] + "ff" * 28})),
        case("# Methods\nLevels are counted with no training data.", type="method", release=Release(manifest={"splits": RECORDED})),
        case("# Methods\nPairs of photographs were rated.", type="method", release=Release(manifest={"splits": RECORDED})),
        case("The data were split at the patient level.", release=Release(manifest={"splits": dict.fromkeys(["file", "sha256", "version", "seed"], "1")})),
        case("No patient is in more than one set.", release=Release(manifest={"splits": [dict.fromkeys(["file", "sha256", "version", "seed"], 1)]})),
    ],
    "SPL-05": [
        case("# Results\nThe 5-fold mean was 0.9.", splits=TWO_FOLDS, cases=frame("fold,case,metric,value\n0,c0,dice,0.9\n1,c1,dice,0.8\n")),
        case("# Results\nOne fold of the 5-fold cross-validation was run.", splits=TWO_FOLDS, cases=frame("fold,case,metric,value\n0,c0,dice,0.9\n")),
        case(splits=splits(FAIR), cases=frame(SCORES + DICE)),
        case(splits=frame("case,patient,split,fold\nc1,p1,train,0\nc1,p1,val,1\nc2,p2,val,0\nc2,p2,train,1\n"), cases=frame("case,fold,metric,value\nc1,1,dice,0.9\nc2,0,dice,0.9\n")),
    ],
    "SPL-06": [
        case("External validation followed.", splits=splits(FAIR + "x1,p90,b,external,h90,\n")),
        case("No external validation was done; it remains future work."),
    ],
}  # fmt: skip
