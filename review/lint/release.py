"""REL-01 to REL-03: licences, identifiers and code: what a reader must find to use the work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.domain.finding import Severity
from review.lint.document import Sentence
from review.lint.prose import AUTHOR_TASK
from review.lint.rule import Context, Remark, Rule, at, missing, quoted
from review.lint.sections import Role

LICENCE_NAME = re.compile(
    r"\b(?:CC[- ]BY(?:[- ](?:NC|SA|ND))*(?:[- ]\d\.\d)?|CC0(?:[- ]1\.0)?|Creative\sCommons(?:\s[A-Z][\w-]+)*|Apache(?:[- ]2\.0|\sLicen[cs]e(?:,?\sversion)?\s2\.0)?|MIT(?:\sLicen[cs]e)?|BSD(?:-\d-Clause)?|"
    r"A?GPL(?:[- ]?v?\d(?:\.0)?)?|LGPL|MPL|ODbL|ODC-BY|PDDL|PhysioNet\sCredentialed|creativecommons\.org/\S+|opensource\.org/\S+|data\suse\sagreement)\b",
    re.IGNORECASE,
)
_THINGS: Mapping[str, re.Pattern[str]] = {
    "data": re.compile(
        r"\b(?:data(?:\s?sets?)?|images|annotations|labels|masks|volumes|scans|splits?)\b", re.IGNORECASE
    ),
    "code": re.compile(r"\b(?:code|software|scripts?|pipeline|repository|source)\b", re.IGNORECASE),
    "weights": re.compile(r"\b(?:weights|checkpoints?|trained\smodels?|models?|parameters)\b", re.IGNORECASE),
}
# What shows that the paper trained something; models that were only used or drawn have no weights to release.
_TRAINED = re.compile(
    r"\b(?:we|was|were|is|are|been)\s(?:\w+ly\s|then\s|first\s)*(?:pre-?|re)?(?:trained|fine-?tuned)\b|\btrained\s(?:for|on|with|using|from|by|our|two|three|four|five|\d)|"
    r"(?<!\bno\s)(?<!\bwithout\s)\b(?:training|fine-?tuning)\s(?:loss|epochs?|runs?|schedule|set|cases|images|patients|split|was|took|used)\b|"
    r"\bepochs?\b|\blearning\srate\b|\bhyper-?parameters?\b|\bweights\sof\s(?:the|our)\b|\b(?:model|network)\sweights\b|\bcheckpoints?\b",
    re.IGNORECASE,
)
# What shows that there is something to use beside the paper: an address, or that it is or will be released.
_OFFERED: Mapping[str, re.Pattern[str]] = {
    "code": re.compile(
        r"\b(?:github|gitlab|bitbucket|codeberg|huggingface)\.(?:com|org|io|co)\b|\b(?:our|all|source|training|analysis|evaluation)\s(?:[\w-]+\s){0,2}?(?:code|scripts)\b|\bthis\srepository\b|"
        r"\b(?:code|scripts?|software|repository|toolbox)\b[^.]{0,60}\b(?:available|released?|open|public\w*|shared|found|licen[cs]ed?)\b|\b(?:releas\w+|shar\w+|publish\w*|open-?sourc\w*)\b[^.]{0,60}\bcode\b|\bopen-?source[sd]?\b",
        re.IGNORECASE,
    ),
    "weights": re.compile(
        r"\b(?:weights|checkpoints?|models?)\b[^.]{0,60}\b(?:available|released?|public\w*|shared|stored|found\sat|download\w*|licen[cs]ed?)\b|"
        r"\b(?:releas\w+|shar\w+|publish\w*|open-?\s?sourc\w*)\b[^.]{0,80}\b(?:weights|checkpoints?|models?)\b",
        re.IGNORECASE,
    ),
}
# A section that speaks of the data alone, such as `Data access`.
_DATA_ONLY = re.compile(
    r"(?:[\d.]+\s+)?(?:the\s)?data\s?(?:sets?\s)?(?:access|availab\w+)(?:\sstatement)?\W*$", re.IGNORECASE
)
_OURS = re.compile(r"\bour\b", re.IGNORECASE)
_WITHHELD = re.compile(
    r"\b(?:not\s(?:be\s)?(?:released|available|shared|applicable)|no\s(?:weights|models?|code|checkpoints?)\b|on\s(?:reasonable\s)?request|cannot\sbe\s(?:released|shared))",
    re.IGNORECASE,
)
_PLACES = (Role.AVAILABILITY, Role.OTHER, Role.METHODS, Role.FRONT, Role.RESULTS, Role.ETHICS, Role.APPENDIX)
_PLACEHOLDER = re.compile(
    AUTHOR_TASK.pattern
    + r"|(?<![\w\"”'’)])\[(?:TBD|TODO|VERIFY|ADD|REF|REFS|CITE|CITATION|CITATION NEEDED|CO-?AUTHOR|INSERT|XX+|\?+|VOLUME|NAME|NUMBER|DATE|DOI|URL|YEAR)\b[^\[\]]*\](?!\()|(?<![\w\"”'’)])\[(?:the\s|our\s)?(?:[\w-]+\s){0,3}(?:URL|DOI|link|address|to\sbe\s(?:added|completed|inserted))\](?!\()|\b(?:TBD|TODO|FIXME|TBC)\b|\bXXX+\b|(?<!\w)\?\?+(?!\?*\w)|"
    r"\blorem\sipsum\b|\b(?:Table|Figure|Fig\.|Section|Eq\.)\s\?+|\[\s?\?+\s?\]|\bzenodo\.X+\b|10\.5281/zenodo\.(?:X+|0{3,}|N+)\b|\\(?:cite|ref)\{\s*\}|\[@\s*\]",
    re.IGNORECASE,
)
# Words in brackets that may be something else, such as the name of a field.
_DOUBTFUL = re.compile(
    r"\[(?!(?:TBD|TODO|VERIFY|ADD|REFS?|CITE|CITATION|CO-?AUTHOR|INSERT|XX+|\?+)\b)\w", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:URL|DOI|link|address|added|completed|inserted)\]$", re.IGNORECASE)
_CASED = re.compile(r"\bTBD\b|\bTODO\b|\bFIXME\b|\bTBC\b|\bXXX+\b")
_DOI = re.compile(r"\b(?:doi\.org/|doi:\s?)(?P<doi>[^\s<>\"\]),;]+)", re.IGNORECASE)
_GOOD_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ANONYMOUS = re.compile(r"anonymous\.4open\.science\S*|github\.com/(?:anonymous|anon)\S*", re.IGNORECASE)


# REL-01


def _licences(context: Context) -> Iterator[Remark]:
    document = context.document
    said = [s for s in document.of(*_PLACES) if LICENCE_NAME.search(s.text)]
    withheld = [s for s in document.of(*_PLACES) if _WITHHELD.search(s.text)]
    place = next((at(s) for s in document.of(Role.AVAILABILITY)), None)
    wanted = [name for name in ("data", "code", "weights") if name != "data" or context.letter == "D"]
    for name in wanted:
        pattern = _THINGS[name]
        if name != "data" and not _offered(context, name):
            continue  # that it is not there to be used is REL-03
        if not any(pattern.search(s.text) for s in said) and not any(pattern.search(s.text) for s in withheld):
            # Of weights it is an error only: whether the paper has any to release was told wrongly once in four drafts.
            yield Remark(
                message=f"The {name} {'have' if name != 'code' else 'has'} no licence in the text.",
                at=place,
                severity=Severity.ERROR if name == "weights" else None,
            )
    if context.release is None or not context.release.licences:
        yield missing("release", what="whether the licences of the files agree cannot be seen")
        return
    yield from _disagreeing(context, said)


def _offered(context: Context, name: str) -> bool:
    """Whether there is code, or there are weights, that somebody could use: a section on availability speaks for both."""
    document = context.document
    if name == "weights" and not _trained(context):
        return False
    if any(s.role is Role.AVAILABILITY and not _DATA_ONLY.match(s.title) for s in document.sections):
        return True
    said = (s for s in document.sentences if s.role not in (Role.REFERENCES, Role.RELATED, Role.INTRODUCTION))
    return any(_OFFERED[name].search(s.text) and (not s.cites or _OURS.search(s.text)) for s in said)


def _trained(context: Context) -> bool:
    """Whether the paper trained something itself."""
    return any(_TRAINED.search(s.text) and not s.cites for s in context.document.sentences)


def _disagreeing(context: Context, said: list[Sentence]) -> Iterator[Remark]:
    release = context.release
    licences = {name: licence_id(text) for name, text in (release.licences if release else {}).items()}
    of_data = {
        name: found for name, found in licences.items() if found.startswith("CC") and "code" not in name.casefold()
    }
    if len(set(of_data.values())) > 1:
        told = ", ".join(f"{name}: {found}" for name, found in of_data.items())
        yield Remark(
            message=f"The files name different licences of the data: {told}.", path=context.paths.get("release"), line=1
        )
    for sentence in said:
        for match in LICENCE_NAME.finditer(sentence.text):
            found = licence_id(match[0])
            if (
                found.startswith("CC")
                and _THINGS["data"].search(sentence.text)
                and of_data
                and not any(_same(found, one) for one in of_data.values())
            ):
                yield Remark(
                    message=f"The text says {found} for the data, the files say {', '.join(sorted(set(of_data.values())))}.",
                    at=at(sentence, match.start()),
                )
    manifest: Mapping[str, Any] = (release.manifest if release else None) or {}
    for source in manifest.get("sources", ()) or ():
        own, theirs = (
            next(iter(of_data.values()), ""),
            licence_id(
                str(source.get("license") or source.get("licence") or "") if isinstance(source, Mapping) else ""
            ),
        )
        if own and theirs and not allowed(theirs, own):
            yield Remark(
                message=f"A source is under {theirs}; its parts cannot be released under {own}.",
                path=context.paths.get("release"),
                line=1,
            )


def licence_id(text: str) -> str:
    """A licence in one form.

    >>> licence_id("CC BY-NC-SA 4.0"), licence_id("cc-by-4.0"), licence_id("Apache License, Version 2.0")
    ('CC-BY-NC-SA-4.0', 'CC-BY-4.0', 'APACHE-2.0')
    """
    form = re.sub(
        r"https?://creativecommons\.org/licenses/([a-z-]+)/(\d\.\d).*", r"CC-\1-\2", text.strip(), flags=re.IGNORECASE
    )
    form = re.sub(r"(?i)creative\scommons", "CC", form)
    form = re.sub(r"(?i)attribution", "BY", form)
    form = re.sub(r"(?i)non-?commercial", "NC", form)
    form = re.sub(r"(?i)share-?alike", "SA", form)
    form = re.sub(r"(?i)no-?deriv\w+", "ND", form)
    form = re.sub(r"(?i)\b(?:licen[cs]e|version|international|the)\b|[,()]", " ", form)
    return "-".join(part for part in re.split(r"[\s_-]+", form.upper()) if part)


def _same(one: str, other: str) -> bool:
    return (
        one == other
        or one.startswith(f"{other}-")
        or (other.startswith(f"{one}-") and other[len(one) + 1 : len(one) + 2].isdigit())
    )


def allowed(source: str, own: str) -> bool:
    """Whether parts under the licence `source` may be released under `own`, as far as the letters say."""
    theirs, ours = set(source.split("-")), set(own.split("-"))
    if "ND" in theirs:
        return False
    return not ("NC" in theirs and "NC" not in ours) and not ("SA" in theirs and "SA" not in ours)


# REL-02


def _placeholders(context: Context) -> Iterator[Remark]:
    document = context.document
    for line in document.prose:
        if re.match(r"^>\s*\*\*To write:\*\*", line.text):
            continue
        for match in _PLACEHOLDER.finditer(line.text):
            word = match[0].strip("[]")
            if match[0][0] == "[" and match[0][1:2].islower() and not _ADDRESS.search(match[0]):
                continue  # words in brackets, not a mark for the author
            if re.fullmatch(r"(?i)tbd|todo|fixme|tbc|x{3,}", word) and not _CASED.fullmatch(word):
                continue
            yield Remark(
                message=f"The placeholder {match[0]!r} stands in the text.",
                line=_source_line(context, line.line),
                column=match.start() + 1,
                severity=Severity.ERROR if _DOUBTFUL.match(match[0]) else None,
                got=match[0],
            )
        for match in _DOI.finditer(line.text):
            doi = match["doi"].rstrip(".*_")
            if not _GOOD_DOI.fullmatch(doi) and "{{" not in doi and not _PLACEHOLDER.search(match[0]):
                yield Remark(
                    message=f"{quoted(doi)} is not a DOI: one begins with 10., four digits or more, and a slash.",
                    line=_source_line(context, line.line),
                    got=doi,
                )
        if context.settings.venue == "camera-ready" and (match2 := _ANONYMOUS.search(line.text)):
            yield Remark(
                message="An anonymised link stands in the final version.",
                line=_source_line(context, line.line),
                got=match2[0],
            )
    yield from _hidden(context)
    if context.references:
        for match in re.finditer(r"^\s*%\s*\[ADD\].*$|\bzenodo\.X+\b", context.references, re.MULTILINE):
            line_number = context.references.count("\n", 0, match.start()) + 1
            yield Remark(
                message=f"The placeholder {match[0].strip()!r} stands in the references.",
                path=context.paths.get("references"),
                line=line_number,
                got=match[0].strip(),
            )


def _hidden(context: Context) -> Iterator[Remark]:
    """Placeholders in the comments of a LaTeX source, which no reader of the text would see."""
    origin = context.document.origin
    for n, line in enumerate(origin.source if origin else (), start=1):
        if match := re.search(r"%.*?(\[(?:ADD|TODO|TBD|CITE|REF)\b[^\[\]]*\])", line):
            yield Remark(
                message=f"The placeholder {match[1]!r} stands in a comment.",
                line=n,
                column=match.start(1) + 1,
                got=match[1],
            )


def _source_line(context: Context, line: int) -> int:
    origin = context.document.origin
    return origin.lines[min(line, len(origin.lines)) - 1] if origin and origin.lines else line


# REL-03


def _script(words: str) -> str:
    """A program named in the text or in its commands, by a word in its file name."""
    return rf"`[^`\n]*(?:{words})[^`\n]*\.(?:py|r|m|ipynb|sh|jl)`|(?<![\w/.-])[\w/.-]{{0,80}}(?:{words})[\w-]{{0,40}}\.(?:py|r|m|ipynb|sh|jl)\b"


_CODE: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (name, keys, re.compile(pattern, re.IGNORECASE))
    for name, keys, pattern in (
        (
            "the address of the repository",
            "repository repo url code",
            r"\b(?:github|gitlab|bitbucket|codeberg|zenodo|osf|huggingface|figshare)\.(?:com|org|io|co)\b\S*|\bhttps?://\S*(?:code|repo|git)\S*|repository\b[^.]*\bhttps?://",
        ),
        (
            "the commit or tag",
            "commit tag version",
            r"\bcommit\b|\btag(?:ged)?\b|\brelease\s?v?\d|\bversion\s\d|\bv\d+\.\d+|10\.5281/zenodo",
        ),
        (
            "the pinned environment",
            "environment lock requirements dockerfile",
            r"\benvironment\.ya?ml|\brequirements\S*\.txt|\block\s?file|\bpinned\b|\bDocker|\bcontainer|\bconda\senvironment|\bversions?\s(?:are|were)\s(?:locked|pinned)",
        ),
        ("the random seeds", "seed seeds", r"\bseeds?\b"),
        ("the preprocessing code", "preprocessing preprocess", r"\bpre-?process\w*|" + _script("prep|convert")),
        (
            "the training code",
            "training train",
            r"\btrain(?:ing|ed)?\b[^.]*\b(?:code|scripts?|commands?)\b|\b(?:code|scripts?|commands?)\b[^.]*\btrain(?:ing|ed)?\b|"
            + _script("train"),
        ),
        (
            "the evaluation code",
            "evaluation evaluate scoring",
            r"\b(?:evaluat\w+|scor\w+|analys[ie]s|statistical)\b[^.]*\b(?:code|scripts?|commands?)\b|\b(?:code|scripts?|commands?)\b[^.]*\b(?:evaluat\w+|scor\w+|analys[ie]s)\b|"
            + _script("eval|valid|test|scor|metric|bench"),
        ),
        ("the trained weights", "weights checkpoints models", r"\bweights\b|\bcheckpoints?\b|\btrained\smodels?\b"),
        (
            "the command behind each table",
            "commands tables command",
            (
                r"\b(?:commands?|scripts?)\b[^.]*\b(?:tables?|results?|figures?)\b|\b(?:tables?|results?|figures?)\b[^.]*\b(?:commands?|scripts?)\b|"
                r"\b(?:every|all|each)\s(?:of\sthe\s)?(?:numbers?|values?|tables?|figures?|results?)\b[^.]*\b(?:produced|generated|computed|built|made)\s(?:by|with|from)\b|"
                r"\breproduc\w+\b[^.\n]{0,40}\bcommands?\b"
            ),
        ),
    )
)


def _code(context: Context) -> Iterator[Remark]:
    """What is missing in the text, in one finding; and what of the rest in release.yaml, where that is given."""
    document = context.document
    place = next((at(s) for s in document.of(Role.AVAILABILITY)), None)
    manifest = context.release.manifest if context.release else None
    held = {str(key).casefold() for key, value in _flat(manifest or {}) if str(value).strip()}
    prose = document.body
    nothing = set() if _trained(context) else {"the training code", "the trained weights"}
    unnamed = [name for name, _, pattern in _CODE if name not in nothing and pattern.search(prose) is None]
    if unnamed:
        yield Remark(message=f"The text does not name {'; '.join(unnamed)}.", at=place)
    for name, keys, _ in _CODE:
        if name not in nothing and name not in unnamed and manifest is not None and not held & set(keys.split()):
            yield Remark(message=f"release.yaml does not name {name}.", path=context.paths.get("release"), line=1)
    if manifest is None:
        yield missing("release", what="whether the release holds what the text names cannot be seen")


def _flat(tree: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield str(key), value
            yield from _flat(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _flat(value)


LICENCE = Rule(
    id="REL-01",
    title="No licence, or licences disagree",
    severity=Severity.BLOCKER,
    check=_licences,
    types="DM",
    asks=True,
    needs=("manuscript", "release", "croissant"),
    does="Looks for a licence of data, code and weights in the text, compares it with LICENSE, croissant.json, the card and CITATION.cff, and with the licences of the sources.",
    why="Without a licence nobody may use the data; with two of them nobody knows which holds.",
    bad="The data are publicly available.",
    good="The data are released under CC BY-NC-SA 4.0, code and weights under Apache-2.0.",
    fix="Name one licence for each of data, code and weights, the same in every file; a share-alike source hands its licence down.",
    serves=("tutorial:2.7", "fair:R1.1", "datasheets:D4", "bias:11", "neurips:12", "croissant:license"),
)
PLACEHOLDER = Rule(
    id="REL-02",
    title="Placeholder or dead identifier",
    severity=Severity.BLOCKER,
    check=_placeholders,
    does="Looks for TODO, TBD, XXX, ??, [ADD], lorem ipsum, zenodo.XXXXXXX, empty citations, and DOIs that cannot be any; words in brackets such as [DATE] or [repository URL], which may be something else, are an error.",
    why="It shows that the paper was not read before it was sent.",
    bad="Data: https://doi.org/10.5281/zenodo.XXXXXXX",
    good="Data: https://doi.org/10.5281/zenodo.22139642",
    fix="Replace it with what belongs here.",
    serves=("fair:F1", "datasheets:D2", "claim-2024:43"),
)
CODE = Rule(
    id="REL-03",
    title="Code cannot reproduce the tables",
    severity=Severity.ERROR,
    check=_code,
    types="DM",
    asks=True,
    needs=("manuscript", "release"),
    does="Asks the text, and release.yaml if there is one, for repository, commit, environment, seeds, preprocessing, training and evaluation code, weights, and the command behind each table.",
    why="Evaluation code is what is missing most often, and what decides whether a number can be had again.",
    bad="Code will be made available.",
    good="Code for preprocessing, training and scoring is at github.com/… (tag v1.2), with environment.yml, seed 42 and the command behind each table.",
    fix="Name what is missing, or say why it cannot be given.",
    serves=(
        "tutorial:7",
        "miccai:C1",
        "miccai:C2",
        "miccai:C3",
        "miccai:C4",
        "miccai:C6",
        "pineau:11",
        "pineau:13",
        "pineau:15",
        "neurips:5",
        "claim-2024:43",
    ),
)
RULES = (LICENCE, PLACEHOLDER, CODE)
