"""SPL-01 to SPL-06: who is in which split, what was scored on what, and what the text says about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from review.domain.finding import Severity
from review.lint import content, scored, subgroups
from review.lint.document import Sentence
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.words import fold

_SHOWN = 5
_SHORTEST = 8
_OF_SCORES = frozenset({"metric", "value", "class", "model", "reference_present", "fold"})
_DEVELOPED = frozenset({"train", "val"})
_LEVEL = re.compile(
    r"\b[\w-]+[- ](?:grouped|level|wise)\s(?:folds?|splits?|splitting|cross-validation|partition\w*|sampling)|\bgroup(?:ed|ing)\s(?:[\w-]+\s){0,3}(?:folds?|splits?)\sby\b|"
    r"\b(?:folds?|splits?|cross-validation)\s(?:[\w-]+\s){0,3}grouped\sby\b|"
    r"(?:patient|subject|participant|person|site|cent(?:re|er)|hospital|institution|study|scanner)s?['’]?[- ](?:level|wise|grouped|disjoint|independent|exclusive)|"
    r"\b(?:patients|subjects|participants|persons)\s(?:were|are|was)\s(?:then\s|also\s|\w+ly\s)*(?:split|divided|assigned|allocated|partitioned|separated|randomi[sz]ed)\b|"
    r"\b(?:split|divided?|partition(?:ed)?|assign(?:ed)?)\s(?:all\s|the\s|our\s)?(?:\d[\d,]*\s)?(?:patients|subjects|participants)\b|"
    r"(?:disjoint|split|separat\w+|partition\w*|group\w*|divid\w+|assign\w+|stratif\w+|hold\w*\sout|held\sout|random\w+)\b[^.]{0,80}"
    r"\b(?:at\sthe\slevel\sof|by|per|at|on)\s(?:the\s|each\s)?(?:patient|subject|participant|person|site|cent(?:re|er)|hospital|institution)|"
    r"\b(?:no|none\sof\sthe)\s(?:\w+\s){0,2}?(?:patient|subject|participant|site|cent(?:re|er)|hospital)s?\b[^.]{0,60}\b(?:both|more\sthan\sone|two|several|overlap|shared?|across)|"
    r"\b(?:patient|subject|participant|site)s?\b[^.]{0,40}\b(?:never|not|only)\b[^.]{0,40}\b(?:one|both|span|more\sthan\sone|single|two)\b[^.]{0,20}(?:splits?|sets?|folds?|partitions?)|"
    r"all\s(?:\w+\s){1,4}(?:of|from)\s(?:a|one|the\ssame)\s(?:patient|subject|participant)[^.]{0,60}(?:same|one|single)\s(?:split|set|fold|partition)",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"(?<!\bno\s)(?<!\bwithout\s)\b(?:training|train|validation|test(?:ing)?|held-?out)\s(?:sets?|splits?|data(?:\s?sets?)?|cohorts?|cases|images|scans|patients|volumes)\b|\bsplit\b|cross-?validat\w+|\bfolds?\b",
    re.IGNORECASE,
)
# Both cohorts of one hospital, in the authors' own words: `The single-center nature of both the development and validation cohorts`.
_SAME_PLACE = re.compile(
    r"\b(?:single|one|the\ssame)[- ](?:cent(?:er|re)|hospital|institution|site)\b[^.;]*\bboth\b[^.;]*\b(?:validation|test|external)\b|"
    r"\bboth\b[^.;]*\b(?:validation|test|external)\b[^.;]*\b(?:from|at|of)\s(?:a\ssingle|one|the\ssame)\s(?:cent(?:er|re)|hospital|institution|site)\b",
    re.IGNORECASE,
)
_EXTERNAL = re.compile(r"\bexternal(?:ly)?\s(?:\w+\s)?(?:test|validat|cohort|evaluat|data\s?set)\w*", re.IGNORECASE)
_NOT_EXTERNAL = re.compile(
    r"\b(?:no|not|without|lack\w*|need\w*|future|further|require\w*|await\w*|should|pending)\b", re.IGNORECASE
)


def _where(context: Context, index: object, name: str = "splits") -> tuple[str | None, int | None]:
    """The file and line of a row of an input."""
    return context.paths.get(name), int(str(index)) if str(index).isdigit() else None


def _sides(frame: pd.DataFrame) -> pd.Series:
    """The split of each row under one name: train, val, test; others as they are."""
    return frame["split"].astype(str).str.strip().map(fold)


def _folds(frame: pd.DataFrame) -> pd.Series:
    return frame["fold"].astype(str) if "fold" in frame else pd.Series("", index=frame.index)


def _needed(context: Context, *columns: str) -> tuple[pd.DataFrame | None, Remark | None]:
    """The splits with these columns, or why the rule cannot be asked."""
    frame = context.splits
    if frame is None:
        return None, missing("splits")
    lacking = [name for name in columns if name not in frame or frame[name].astype(str).str.strip().eq("").all()]
    if lacking:
        return None, missing("splits", what=f"the split file has no column {', '.join(lacking)}")
    return frame, None


# SPL-01


def _patients_in_two(context: Context) -> Iterator[Remark]:
    frame, why = _needed(context, "patient", "split")
    if frame is None:
        yield why or missing("splits")
        return
    told = frame.assign(_side=_sides(frame), _fold=_folds(frame))
    told = told[told["patient"].astype(str).str.strip() != ""]
    for fold_name, part in told.groupby("_fold", sort=False):
        sides = part.groupby("patient", sort=False)["_side"].unique()
        torn = [(str(patient), names) for patient, names in sides.items() if len(set(names) - {"", "nan"}) > 1]
        for patient, names in torn[:_SHOWN]:
            path, line = _where(context, part.index[part["patient"].astype(str) == patient][-1])
            within = f" of fold {fold_name!s}" if str(fold_name) else ""
            yield Remark(
                message=f"Patient {patient} is in {' and '.join(sorted(set(names)))}{within}.", path=path, line=line
            )
        if len(torn) > _SHOWN:
            yield Remark(message=f"So are {len(torn) - _SHOWN:,} more patients.", path=context.paths.get("splits"))


# SPL-02


def _content_in_two(context: Context) -> Iterator[Remark]:
    frame = _joined(context, context.splits) if context.splits is not None else context.manifest
    if frame is None or "split" not in frame:
        yield missing("splits")
    elif not content.columns(frame):
        yield missing("splits", what="it has no column with a hash or a series UID")
    else:
        yield from content.shared(context, frame.assign(_side=_sides(frame), _fold=_folds(frame)))


# SPL-03


def _rare_subgroups(context: Context) -> Iterator[Remark]:
    if not context.settings.subgroups:
        yield missing("subgroups")
        return
    frame, why = _needed(context, "split")
    if frame is None:
        yield why or missing("splits")
        return
    yield from subgroups.rare(context, _joined(context, frame))


def _joined(context: Context, frame: pd.DataFrame) -> pd.DataFrame:
    """The splits with what the manifest says of their cases, or in its absence the table of scores."""
    more = context.manifest if context.manifest is not None else context.cases
    if more is None or "case" not in frame or "case" not in more:
        return frame
    told = more.drop_duplicates("case").set_index("case")
    return frame.join(told[[c for c in told.columns if c not in frame and c not in _OF_SCORES]], on="case")


# SPL-04


def _split_stated(context: Context) -> Iterator[Remark]:
    spoken = context.splits is not None or context.letter == "D" or context.document.says(_SPLIT) is not None
    if spoken and context.document.says(_LEVEL) is None:
        yield Remark(message="Nowhere is said at which level the splits are disjoint: patient, site or image.")
    manifest = context.release.manifest if context.release else None
    if manifest is None:
        yield missing("release", what="whether the split file has a version, a seed and a checksum cannot be seen")
        return
    split = manifest.get("splits") or manifest.get("split")
    entry = split[0] if isinstance(split, list) and split else split
    lacking = [
        name
        for name in ("file", "sha256", "version", "seed")
        if not (isinstance(entry, dict) and str(entry.get(name, "")).strip())
    ]
    if lacking:
        yield Remark(
            message=f"release.yaml names no {', '.join(lacking)} of the split.",
            path=context.paths.get("release"),
            line=1,
        )
    elif isinstance(entry, dict):
        yield from _other_file(context, str(entry["file"]), str(entry["sha256"]))


def _other_file(context: Context, file: str, recorded: str) -> Iterator[Remark]:
    """A split file that is not the one whose hash was recorded; a hash may be shortened, but not below eight signs."""
    found = (context.release.hashes if context.release else {}).get(file.replace("\\", "/").rpartition("/")[2], "")
    given = recorded.strip().casefold().removeprefix("sha256:")
    if found and not (len(given) >= _SHORTEST and found.startswith(given)):
        yield Remark(
            message=f"{file} is not the file that release.yaml records: its sha256 begins with {found[:12]}, not {given[:12]}.",
            path=context.paths.get("release"),
            line=1,
            expected=found,
            got=given,
            hint="Find out which of the two the results rest on; then record its hash anew.",
        )


# SPL-06


def _not_external(context: Context) -> Iterator[Remark]:
    claim = _claims_external(context)
    if claim is None:
        return
    same = context.document.says(_SAME_PLACE)
    if same is not None:
        yield Remark(
            message=f"The data are called external, and are said to be of one place: {quoted(same.text, 90)}",
            at=at(same),
            severity=Severity.ERROR,
        )
    frame = _joined(context, context.splits) if context.splits is not None else None
    if frame is None or "split" not in frame or not {"site", "patient", "source", "collection"} & set(frame.columns):
        yield missing(
            "splits", what="the text speaks of external data, and no split file with sites shows that they are"
        )
        return
    names = frame["split"].astype(str).str.casefold()
    outside = frame[names.str.contains("extern")]
    if outside.empty:
        yield missing("splits", what="no split is called external")
        return
    inside = frame[~names.str.contains("extern") & _sides(frame).isin(_DEVELOPED)]
    for column in ("site", "source", "collection", "patient"):
        if column in frame:
            shared = sorted(set(outside[column].astype(str)) & set(inside[column].astype(str)) - {"", "nan"})
            if shared:
                listed = ", ".join(shared[:_SHOWN])
                yield Remark(
                    message=f"The external data share {len(shared)} {column}{'s' if len(shared) > 1 else ''} with the development data: {listed}.",
                    at=at(claim),
                )


def _claims_external(context: Context) -> Sentence | None:
    for sentence in context.document.sentences:
        match = _EXTERNAL.search(sentence.text)
        if (
            match
            and not sentence.cites
            and not _NOT_EXTERNAL.search(sentence.text[max(0, match.start() - 40) : match.end() + 20])
        ):
            return sentence
    return None


PATIENTS = Rule(
    id="SPL-01",
    title="Patient appears in two splits",
    severity=Severity.BLOCKER,
    check=_patients_in_two,
    types="DMC",
    needs=("splits",),
    does="Looks for patients who are in more than one of train, validation and test, inside each fold.",
    why="A model that has seen a patient is tested on its memory. This is the first thing reviewers look for.",
    bad="case_1,P7,train and case_2,P7,test",
    good="Every case of P7 in train.",
    fix="Split by patient: review evidence splits --make.",
    serves=("claim-2024:20", "tripod-ai:12a", "miccai:D5", "pineau:7", "tutorial:2.4"),
)
CONTENT = Rule(
    id="SPL-02",
    title="Same content in two splits",
    severity=Severity.BLOCKER,
    check=_content_in_two,
    types="DM",
    needs=("splits", "manifest"),
    does="Compares hashes and series UIDs across splits; nearly equal perceptual hashes, and one geometry with one histogram, are an error.",
    why="Public data are released again under other names; then one CT is in training and in test with two patient ids.",
    bad="Two cases with the same sha256, one in train and one in test.",
    good="No hash shared between splits.",
    fix="Keep one of the copies, or put both into one split; near-duplicates that are different scans are marked so in a column adjudicated.",
    serves=("claim-2024:20", "datasheets:C9", "clear:14"),
)
RARE = Rule(
    id="SPL-03",
    title="Rare subgroup missing from a split",
    severity=Severity.ERROR,
    check=_rare_subgroups,
    types="DM",
    needs=("splits", "manifest", "subgroups"),
    does=f"Counts the patients of each declared subgroup in each split: none is an error, fewer than {subgroups.MIN_N} or very unequal shares a warning.",
    why="A subgroup that is not in the test set cannot be evaluated, however often the paper names it.",
    bad="LSTV: 0 of 80 patients in test.",
    good="LSTV: 8 of 80 patients in test, 27 of 640 in train.",
    fix="Stratify the split by the subgroup, or say in the text that it is not evaluable.",
    serves=("tutorial:2.4", "claim-2024:19", "claim-2024:36", "bias:22d", "tripod-ai:20b"),
)
STATED = Rule(
    id="SPL-04",
    title="Split not stated, not versioned",
    severity=Severity.ERROR,
    check=_split_stated,
    types="DM",
    asks=True,
    needs=("manuscript", "release"),
    does="Asks for a sentence on the level at which the splits are disjoint, and for the split file's name, version, seed and checksum in release.yaml, which must be that of the file.",
    why="“Randomly split 80/20” leaves open whether two scans of one patient were parted.",
    bad="The data were split randomly.",
    good="The data were split by patient, so that no patient is in two sets (splits_final.json, version 2).",
    fix="Say “split at the patient level”, and list the split file with its sha256.",
    serves=("claim-2024:19", "claim-2024:20", "datasheets:C8", "neurips:6", "tutorial:7"),
)
SCORED = Rule(
    id="SPL-05",
    title="Scored on a case it was trained on",
    severity=Severity.BLOCKER,
    check=scored.on_training,
    types="DM",
    needs=("splits", "cases"),
    does="Joins the table of scores with the splits: no scored case, nor another case of its patient, may be in the training set of its fold; a mean over folds must be over all of them.",
    why="Scores on training cases are not results.",
    bad="fold 0, case_12 in cases.csv, and case_12 in train of fold 0.",
    good="Every case is scored by the fold that holds it out.",
    fix="Score out of fold, or on the test set only.",
    serves=("tutorial:3.leakage", "claim-2024:32", "tripod-ai:12a", "stard-ai:15b"),
)
EXTERNAL = Rule(
    id="SPL-06",
    title="“External” data are not external",
    severity=Severity.BLOCKER,
    check=_not_external,
    types="MC",
    needs=("manuscript", "splits", "manifest"),
    does="Where the text speaks of external validation, compares sites, collections and patients of that set with those of development.",
    why="Data of the same hospital are a later sample, not an external one; reviewers of clinical journals reject over this word.",
    bad="External validation on scans of site A, with site A in training.",
    good="External validation at two hospitals that gave no training data.",
    fix="Use data of other sites, or call it internal, held out by time or place.",
    serves=("claim-2024:33", "stard-ai:29", "tripod-ai:16", "future-ai:Un3"),
)
RULES = (PATIENTS, CONTENT, RARE, STATED, SCORED, EXTERNAL)
