"""ACC-01, ACC-05, ACC-06 and ACC-07: the counts of a manuscript against its accounting, and what each unit is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from review.domain.finding import Severity
from review.evidence.accounting import Accounts
from review.evidence.quantity import Quantity, one_unit
from review.lint.document import Sentence
from review.lint.rule import Context, Remark, Rule, at, missing
from review.lint.sections import Role
from review.lint.stated import Stated, stated
from review.lint.words import PEOPLE, fold, fold_all, several, unit_of

_PEOPLE = "patient"
_WHOLE = frozenset({"total", "released", "release", "cohort", "all", "dataset", "included", "n"})
_SPLITS = frozenset({"train", "val", "test"})
_SHOWN = 6
_VAGUE = {"case", "sample", "subject", "image", "record", "instance"}
_OTHERS = re.compile(
    r"\b(?:et\sal\b|previous(?:ly)?|prior|earlier|other\s(?:data\s?sets|studies|authors|groups)|elsewhere)",
    re.IGNORECASE,
)
_SIGNAL = re.compile(r"\bHz\b|\bwindow\b|\bsampl(?:ing|ed)\b|\d\s?m?s\s?\(")  # samples of a signal are no cases
_VOLUMES = re.compile(r"\b(?:CT|CBCT|MRI?|PET|OCT)\b|tomogra\w+|\bmagnetic\sresonance|\bvolum(?:e|es|etric)\b|\b3D\b")
_SHARE = re.compile(r"^\s?(?:/|(?:out\s)?of\s(?:the\s|all\s)?|in\s)\s?(?=\d)")


# ACC-01


def _text_against_accounts(context: Context) -> Iterator[Remark]:
    if context.counts is None:
        yield missing("counts")
        return
    known = _by_unit(context.counts)
    for one in stated(context.document):
        if one.rough or one.unit is None or (one.sentence is not None and _of_others(one.sentence)):
            continue
        quantities = known.get(_unit(one.unit, known))
        if not quantities:
            continue
        bound = one.sentence is not None and one.number is not None and context.document.bound(one.sentence, one.number)
        yield from _wrong(one, quantities, bound=bound, accounts=context.counts)
    yield from _wrong_shares(context, context.counts)


def _of_others(sentence: Sentence) -> bool:
    """Whether a sentence speaks of somebody else's data: it cites, or it says so; the introduction as a whole may."""
    return sentence.cites or sentence.role is Role.INTRODUCTION or bool(_OTHERS.search(sentence.text))


def _by_unit(accounts: Accounts) -> Mapping[str, list[Quantity]]:
    found: dict[str, list[Quantity]] = {}
    for quantity in accounts.quantities:
        if quantity.unit and quantity.number.whole:
            found.setdefault(_plain(quantity.unit), []).append(quantity)
    return found


def _plain(unit: str) -> str:
    return unit_of(unit) or one_unit(unit)


def _unit(unit: str, known: Mapping[str, Sequence[Quantity]]) -> str:
    """The unit of the accounting that a noun means: people are patients where only patients are counted."""
    if unit not in known and unit in PEOPLE and _PEOPLE in known:
        return _PEOPLE
    return unit


def _wrong(one: Stated, quantities: Sequence[Quantity], *, bound: bool, accounts: Accounts) -> Iterator[Remark]:
    if any(quantity.number.value == one.value for quantity in _meant(one, quantities) or quantities):
        return
    meant = _meant(one, quantities)
    if meant:
        names = ", ".join(f"{q.known_as} = {q.number}" for q in meant)
        yield Remark(
            message=f"{one.shown} {several(one.unit)} stands here, but the accounting says {names}.",
            at=one.at,
            expected=str(meant[0].number),
            got=one.shown,
            hint="A fact has lost its footing: compute the counts again." if bound else "",
        )
        return
    if one.value in _further(accounts) or (one.spelled and one.value < 3):
        return
    near = min(quantities, key=lambda q: abs(q.number.value - one.value))
    yield Remark(
        message=f"{one.shown} {several(one.unit)} is no count of the accounting; the nearest is {near.known_as} = {near.number}.",
        at=one.at,
        severity=Severity.ERROR,
        got=one.shown,
        hint="Correct it, or add the count to the accounting so that a reader can trace it.",
    )


def _meant(one: Stated, quantities: Sequence[Quantity]) -> list[Quantity]:
    """The quantities whose subset the words beside a number name, the most specific ones; the whole where it is said."""
    fitting = []
    for quantity in quantities:
        subset = fold_all(quantity.subset or "total")
        if subset <= one.part:
            fitting.append((len(subset), quantity))
    if fitting:
        most = max(size for size, _ in fitting)
        return [quantity for size, quantity in fitting if size == most]
    if one.key == "total" and not one.part - _WHOLE:
        return [q for q in quantities if fold_all(q.subset or "total") & _WHOLE]
    return []


def _further(accounts: Accounts) -> set[object]:
    """Numbers that identities speak of: remainders and bare members."""
    found: set[object] = set()
    for identity in accounts.identities:
        terms = [*identity.members, *identity.remainder.values(), identity.whole]
        found |= {term.number.value for term in terms if term is not None}
    return found


def _wrong_shares(context: Context, accounts: Accounts) -> Iterator[Remark]:
    """`2 of 11,548` where the accounting gives the same count as a share of 5,749."""
    shares = {
        i.members[0].number.value: i.members[1]
        for i in accounts.identities
        if i.kind == "percent" and len(i.members) > 1
    }
    for sentence in context.document.sentences:
        if _of_others(sentence):
            continue
        for one, whole in zip(sentence.numbers, sentence.numbers[1:], strict=False):
            right = shares.get(one.value)
            if right is None or not _SHARE.match(sentence.text[one.end : whole.start] + "0"):
                continue
            if whole.value != right.number.value and (not right.unit or _plain(right.unit) == whole.unit):
                yield Remark(
                    message=f"{one.shown} is given of {whole.shown}; the accounting gives it of {right}.",
                    at=at(sentence, one.start),
                    expected=str(right.number),
                    got=whole.shown,
                    hint="A rate is a share of those that could be evaluated.",
                )


# ACC-05

_RECORDS = re.compile(r"\b(?:patient|subject|participant|person|hospital|health)\srecords?\b", re.IGNORECASE)


def _undefined_units(context: Context) -> Iterator[Remark]:
    used: dict[str, Stated] = {}
    counted = set()
    for one in stated(context.document):
        counted.add(one.unit)
        if one.unit in _VAGUE and not one.spelled and not (one.sentence and _of_others(one.sentence)):
            if one.unit == "sample" and one.sentence and _SIGNAL.search(one.sentence.text):
                continue
            used.setdefault(one.unit, one)
    for unit, one in used.items():
        if not _is_clear(context, unit, counted) and not _is_defined(context, unit):
            yield Remark(
                message=f"What one {unit} is, is not said: it may be a patient, a scan or a part of one.",
                at=one.at,
                hint=f"Define it once, such as “One {unit} is one CT volume with its mask; a patient may have several.”",
            )
    if context.counts is not None:
        yield from _one_word_for_two(context, context.counts)


def _is_clear(context: Context, unit: str, counted: set[str]) -> bool:
    """A subject is a person where no scans are counted beside; an image is one picture where there are no volumes."""
    if unit == "subject":
        return not counted & (_SCANS - {"case"}) or "patient" in counted
    if unit == "record" and context.document.says(_RECORDS) is not None:
        return True
    return unit == "image" and context.document.says(_VOLUMES) is None and not counted & {"volume", "series", "slice"}


def _is_defined(context: Context, unit: str) -> bool:
    pattern = re.compile(
        rf"\b(?:(?:one|a|an|each|every|per)\s{unit}\b\s*(?:\w+\s){{0,2}}?(?:is|was|=|may\srepresent|represents|denotes|refers|means|corresponds|comprises?|consists?|contains?|includes?|holds?|had|has|have|\()|"
        rf"{unit}s?\s(?:is|are|was|were)\s(?:defined|one\b|counted)|(?:as|call(?:ed)?|term(?:ed)?|denoted?)\s(?:a\s|an\s|one\s)?[“\"']?{unit}s?\b|"
        rf"\bunit\sof\s(?:analysis|counting)\b|one\s(?:\w+\s){{0,2}}(?:per|for\seach)\s{unit}\b|\(one\s{unit}\b)",
        re.IGNORECASE,
    )
    return context.document.says(pattern) is not None


def _one_word_for_two(context: Context, accounts: Accounts) -> Iterator[Remark]:
    """Units that are counted apart must be told apart in the text."""
    units = {_plain(q.unit) for q in accounts.quantities if q.unit and unit_of(q.unit)}
    named = {one.unit for one in stated(context.document)}
    silent = sorted(units - named)
    if len(units) > 1 and len(units & named) == 1:
        only = next(iter(units & named))
        yield Remark(
            message=f"The accounting counts {', '.join(sorted(units))} apart, but the text counts {several(only)} only and never {' or '.join(silent)}.",
            severity=Severity.WARNING,
            hint="Say how many of each there are, and how they belong together.",
        )


# ACC-06 and ACC-07

_SCANS = frozenset(
    {"scan", "study", "series", "volume", "image", "radiograph", "case", "video", "recording", "examination"}
)
_LABELS = frozenset(
    {
        "mask",
        "annotation",
        "segmentation",
        "label",
        "landmark",
        "lesion",
        "vertebra",
        "rib",
        "nodule",
        "structure",
        "class",
        "slice",
    }
)


def _no_table(context: Context) -> Iterator[Remark]:
    grids = context.document.grids
    own = {one.unit for one in stated(context.document) if one.sentence is None or not one.sentence.cites}
    if context.letter == "C" and not (own & (_SCANS - {"case"}) and own & PEOPLE):
        return  # a study that counts patients only, or pictures only, has nothing to set beside them
    for grid in grids:
        units = {unit_of(word) for word in re.findall(r"[a-z-]+", grid.words)}
        if units & PEOPLE and units & _SCANS and (units & _LABELS or context.letter == "C"):
            folded = {fold(word) for word in re.findall(r"[a-z-]+", grid.words)}
            if folded & {"train", "val", "test", "fold", "folds", "total"}:
                return
            yield Remark(
                message="The accounting table gives no numbers per split and no total.",
                at=grid.start,
                severity=Severity.WARNING,
                hint="Give every count in all and for each split.",
            )
            return
    yield Remark(message="No table gives patients, scans and annotations together.", hint=TABLE.fix)


def _empty_classes(context: Context) -> Iterator[Remark]:
    if context.labels is None or context.counts is None:
        yield missing(
            *(name for name, value in (("labels", context.labels), ("counts", context.counts)) if value is None)
        )
        return
    reserved = {str(name).casefold() for name in context.labels.get("reserved", ())}
    for name in class_names(context.labels):
        if name.casefold() in reserved:
            continue
        words = fold_all(name)
        found = [q for q in context.counts.quantities if words <= fold_all(f"{q.subset} {q.name}")]
        if (not found or all(q.number.value == 0 for q in found)) and not _said_empty(context, name):
            told = "has no count in the accounting" if not found else "has the count 0"
            yield Remark(
                message=f"The class {name!r} is declared, but {told}.",
                path=context.paths.get("labels"),
                line=1 if "labels" in context.paths else None,
                hint=f"Count it, or say in the text that {name} is reserved and not populated.",
            )
    yield from _uncounted_in_splits(context, reserved)


def _uncounted_in_splits(context: Context, reserved: set[str]) -> Iterator[Remark]:
    """Classes with a count in all and none in a split, where the accounting knows splits."""
    quantities = context.counts.quantities if context.counts else ()
    told = [fold_all(f"{q.subset} {q.name}") for q in quantities]
    splits = sorted({split for words in told for split in words & _SPLITS})
    lacking = [
        name
        for name in class_names(context.labels or {})
        if name.casefold() not in reserved
        and any(fold_all(name) <= words for words in told)
        and any(not any(fold_all(name) | {split} <= words for words in told) for split in splits)
    ]
    if lacking and len(splits) > 1:
        listed = ", ".join(lacking[:_SHOWN]) + (" …" if len(lacking) > _SHOWN else "")
        yield Remark(
            message=f"The accounting counts {listed} in all, and not in each of {', '.join(splits)}.",
            path=context.paths.get("counts"),
            line=1 if "counts" in context.paths else None,
            hint="Give the number of each class in each split, such as {unit: masks, subset: sacrum in train, n: 54}.",
        )


def _said_empty(context: Context, name: str) -> bool:
    words = r"[\s_-]".join(re.escape(part) for part in re.split(r"[\s_-]+", name))
    pattern = re.compile(
        rf"\b{words}\b.*\b(?:reserved|unpopulated|not\spopulated|empty|no\sinstances?|unused)\b|\b(?:reserved|unpopulated|no\sinstances?)\b.*\b{words}\b",
        re.IGNORECASE,
    )
    return context.document.says(pattern) is not None


def class_names(labels: Mapping[str, object]) -> list[str]:
    """The classes of a label schema: a list, or a mapping in either direction between names and numbers."""
    classes = labels.get("classes", [])
    if isinstance(classes, Mapping):
        names = [str(key) if not str(key).isdigit() else str(value) for key, value in classes.items()]
    elif isinstance(classes, Sequence) and not isinstance(classes, str):
        names = [
            str(each.get("name", each.get("id", ""))) if isinstance(each, Mapping) else str(each) for each in classes
        ]
    else:
        names = []
    return [name for name in names if name and name.casefold() not in {"background", "ignore"}]


TEXT = Rule(
    id="ACC-01",
    title="Count in the text disagrees with the accounting table",
    severity=Severity.BLOCKER,
    check=_text_against_accounts,
    types="DMC",
    needs=("manuscript", "counts"),
    does="Looks up every number that stands before a counted noun in the accounting file: by unit and part where the words name the part (a blocker), else among all counts of that unit (an error).",
    why="A number that was true two versions ago is the commonest slip of dataset papers, and it casts doubt on all others.",
    bad="We release 1,137 CT volumes. (counts.yml: volumes, total: 1,153)",
    good="We release {{ n.volumes.total }} CT volumes.",
    fix="Write the number of the accounting, or better its name in double braces, so that it cannot go stale.",
    serves=("tutorial:6.counts", "claim-2024:35", "stard-ai:24", "tripod-ai:21", "bias:22b", "datasheets:C2"),
)
UNITS = Rule(
    id="ACC-05",
    title="Unit of counting undefined",
    severity=Severity.ERROR,
    check=_undefined_units,
    types="DMC",
    asks=True,
    needs=("manuscript", "counts"),
    does="Asks for one sentence that says what a case, sample, subject, image, record or instance is, if it is counted.",
    why="Patients, scans, masks and volumes are different things; one word for two of them makes every count doubtful.",
    bad="We collected 1,153 cases.",
    good="One case is one CT volume with its label map; we collected 1,153 cases of 802 patients.",
    fix="Define the unit where it is first counted.",
    serves=("bias:22a", "datasheets:C1", "claim-2024:20", "tutorial:2.6"),
)
TABLE = Rule(
    id="ACC-06",
    title="No single accounting table",
    severity=Severity.ERROR,
    check=_no_table,
    types="DC",
    asks=True,
    does="Looks for one table that holds patients, scans (or studies, volumes) and annotations, in all and per split.",
    why="With one source-of-truth table reviewers can check any number; without it they ask for it.",
    bad="Counts of patients in the text, of masks in a caption, of volumes in an appendix.",
    good="A table with the rows train, validation, test and total and the columns patients, volumes and masks.",
    fix='Print the table of `review evidence accounting`: {{ table("accounting") }}.',
    serves=("tutorial:2.6", "claim-2024:35", "tripod-ai:21", "neurips:13"),
)
EMPTY = Rule(
    id="ACC-07",
    title="Class declared but empty, or class count missing",
    severity=Severity.ERROR,
    check=_empty_classes,
    types="D",
    needs=("manuscript", "counts", "labels"),
    does="Looks up each class of the label schema in the accounting, in all and per split; one without a count must be called reserved in the text.",
    why="Users train on the schema. A class that no image has wastes their work and is found within a day.",
    bad="classes: [sacrum, hip, hardware], and no count of hardware.",
    good="The class hardware is reserved and not populated in this version.",
    fix="Count every class per split, or say that it is reserved.",
    serves=("datasheets:C2", "bias:22d", "tutorial:2.6"),
)
RULES = (TEXT, UNITS, TABLE, EMPTY)
