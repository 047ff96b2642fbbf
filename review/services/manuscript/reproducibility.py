"""The seven boxes of reproducibility looked up in a repository: what is there, what is missing, what only a person can tell.

A box is `yes` when what it asks for was found, `partial` when some of it was or when a person must judge, `no` when nothing
was. Nothing in the folder is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain.checklist import ItemState
from review.domain.errors import Missing
from review.domain.finding import Severity
from review.evidence import licences
from review.resources import read_yaml
from review.services.evidence import release_folder

NAME = "reproducibility"
Box = tuple[ItemState, str]
_MOST_FILES = 20_000
_LARGEST = 2_000_000  # of a text that is read, in bytes
_NOT_OURS = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", "site-packages"})
_CODE = frozenset({".py", ".ipynb", ".r", ".m", ".jl", ".sh", ".nf", ".smk", ".cpp", ".java"})
_TEXT = frozenset({".md", ".rst", ".txt", ".cff", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".json", *_CODE})
_STEPS: Mapping[str, re.Pattern[str]] = {
    "preparing the data": re.compile(r"preproc|prepar|convert|resampl|build|download|harmoni", re.IGNORECASE),
    "training": re.compile(r"train|(?<![a-z])fit(?![a-z])|finetun", re.IGNORECASE),
    "scoring": re.compile(r"eval|scor|metric|predict_and_|benchmark", re.IGNORECASE),
}
_SPLITS = re.compile(
    r"splits?(?:[_-].*|\d.*)?\.(?:json|csv|ya?ml|tsv)$|_splits?\.(?:json|csv|ya?ml|tsv)$", re.IGNORECASE
)
_WEIGHTS = re.compile(r"\.(?:pth|pt|ckpt|onnx|safetensors|h5|keras)$", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https?://(?:dx\.)?(?:doi\.org/10\.\d{4,9}/[^\s)\]>\"']+|(?:www\.)?zenodo\.org/[^\s)\]>\"']+"
    r"|huggingface\.co/[^\s)\]>\"']+|github\.com/[^\s)\]>\"']+/releases/[^\s)\]>\"']+)"
)
_MODEL_WORD = re.compile(r"checkpoint|weights|trained model", re.IGNORECASE)
_SEED = re.compile(r"\b\w*seed\w*\b\s*[=:(]\s*\d+", re.IGNORECASE)
_PINNED = re.compile(r"(?<![<>~!])=")
_METRIC = re.compile(r"^#+.*\b(?:metric|scoring|evaluation)", re.IGNORECASE | re.MULTILINE)
_EMPTY = re.compile(r"empty|absent|missing|excluded|NaN|not present|without (?:a )?reference", re.IGNORECASE)


def boxes(folder: Path) -> dict[str, Box]:
    """Each box by its number, with what was found. Raises `Missing` where there is no such folder."""
    if not folder.is_dir():
        raise Missing("folder", str(folder), [])
    found = _Repository(folder=folder, files=tuple(_files(folder)))
    looked: Sequence[Callable[[_Repository], Box]] = (
        _code, _data, _models, _environment, _counts, _metrics, _terms,
    )  # fmt: skip
    return {str(number): look(found) for number, look in enumerate(looked, start=1)}


@dataclass(frozen=True, slots=True)
class _Repository:
    folder: Path
    files: tuple[Path, ...]  # as seen from the folder

    def named(self, pattern: re.Pattern[str]) -> list[Path]:
        return [path for path in self.files if pattern.search(path.name)]

    def text(self, path: Path) -> str:
        """What a text file says; nothing where it is too large or no text."""
        whole = self.folder / path
        try:
            return whole.read_text(encoding="utf-8") if whole.stat().st_size <= _LARGEST else ""
        except (OSError, UnicodeDecodeError):
            return ""

    def texts(self, *suffixes: str) -> Iterator[tuple[Path, str]]:
        return ((p, self.text(p)) for p in self.files if p.suffix.lower() in (suffixes or _TEXT))


def _files(folder: Path) -> Iterator[Path]:
    """The files of a repository, its own ones, in order; links are not followed."""
    count = 0
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if name not in _NOT_OURS)
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            yield (Path(place) / name).relative_to(folder)


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(path.as_posix() for path in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _code(found: _Repository) -> Box:
    code = [path for path in found.files if path.suffix.lower() in _CODE]
    there = {step: [p for p in code if pattern.search(p.stem)] for step, pattern in _STEPS.items()}
    missing = [step for step, paths in there.items() if not paths]
    told = "; ".join(f"{step}: {_listed(paths)}" for step, paths in there.items() if paths)
    if not missing:
        return ItemState.YES, told
    absent = f"no file whose name tells of {' or '.join(missing)}"
    return (ItemState.PARTIAL if told else ItemState.NO), "; ".join(part for part in (told, absent) if part)


def _data(found: _Repository) -> Box:
    splits = found.named(_SPLITS)
    if not splits:
        return ItemState.NO, "no file of splits, such as splits_final.json, was found"
    path = splits[0]
    data = (found.folder / path).read_bytes()
    said = [f"{path.as_posix()}, sha256 {hashlib.sha256(data).hexdigest()[:12]}…"]
    good = True
    if path.suffix.lower() == ".json":
        try:
            json.loads(data)
        except ValueError:
            good, said = False, [*said, "it cannot be read as JSON"]
    tracked = _tracked(found.folder, path)
    said.append("no git here" if tracked is None else f"{'' if tracked else 'not '}under version control")
    return (ItemState.YES if good and tracked else ItemState.PARTIAL), "; ".join(said)


def _tracked(folder: Path, path: Path) -> bool | None:
    """Whether git knows the file, by its index; None where there is no git."""
    for above in (folder, *folder.resolve().parents):
        index = above / ".git" / "index"
        if index.is_file():
            name = (folder.resolve() / path).relative_to(above.resolve()).as_posix()
            return name.encode() + b"\0" in index.read_bytes()
    return None


def _models(found: _Repository) -> Box:
    for path, text in found.texts(".md", ".rst", ".txt", ".cff"):
        for line in text.splitlines():
            address = _ADDRESS.search(line)
            if address and _MODEL_WORD.search(line):
                return ItemState.YES, f"{path.as_posix()} gives {address[0].rstrip('.,;')}"
    weights = found.named(_WEIGHTS)
    if weights:
        return ItemState.PARTIAL, f"{_listed(weights)}, but no lasting address in the README"
    return ItemState.NO, "no address of trained models beside the words checkpoint or weights"


def _environment(found: _Repository) -> Box:
    pinned, loose = _pins(found)
    seeds = [
        path for path, text in found.texts(*_CODE, ".yaml", ".yml", ".json", ".toml", ".cfg") if _SEED.search(text)
    ]
    said = []
    if pinned or loose:
        said.append(f"{pinned} of {pinned + len(loose)} packages pinned")
        if loose:
            said.append(f"not pinned: {', '.join(loose[:5])}{' …' if len(loose) > 5 else ''}")
    else:
        said.append("no file of packages, such as environment.yml or requirements.txt")
    said.append(f"a seed is fixed in {_listed(seeds)}" if seeds else "no fixed seed was found")
    if pinned and not loose and seeds:
        return ItemState.YES, "; ".join(said)
    return (ItemState.PARTIAL if pinned or seeds else ItemState.NO), "; ".join(said)


def _pins(found: _Repository) -> tuple[int, list[str]]:
    """How many packages are pinned to a version, and the names of the others."""
    pinned, loose = 0, list[str]()
    for path in found.files:
        name = path.name.casefold()
        if name in ("environment.yml", "environment.yaml"):
            wanted = _conda(found.text(path))
        elif re.fullmatch(r"requirements[\w.-]*\.txt", name):
            wanted = [line.split("#")[0].strip() for line in found.text(path).splitlines()]
            wanted = [line.rstrip("\\ ") for line in wanted if line and not line.startswith("-")]
        elif name in (
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "pixi.lock",
            "conda-lock.yml",
            "renv.lock",
            "manifest.toml",
        ):
            pinned += 1
            continue
        else:
            continue
        free = [one for one in wanted if not _PINNED.search(one)]
        pinned += len(wanted) - len(free)
        loose += free
    return pinned, loose


def _conda(text: str) -> list[str]:
    tree = read_yaml(text).tree
    listed = tree.get("dependencies") if isinstance(tree, dict) else None
    wanted: list[str] = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            wanted += [str(inner) for inner in one.get("pip") or []]
        elif str(one) != "pip":
            wanted.append(str(one))
    return wanted


def _counts(found: _Repository) -> Box:
    tables = found.named(re.compile(r"^(?:counts|accounting)[\w.-]*\.(?:ya?ml|csv|json|tsv)$", re.IGNORECASE))
    if tables:
        return ItemState.PARTIAL, f"{_listed(tables)}; `review paper lint` compares the numbers of the text with it"
    return ItemState.NO, "no table of counts, such as counts.yml"


def _metrics(found: _Repository) -> Box:
    for path, text in found.texts(".md", ".rst"):
        if _METRIC.search(text):
            if _EMPTY.search(text):
                return (
                    ItemState.PARTIAL,
                    f"{path.as_posix()} tells of the metrics and of empty cases: read whether it suffices",
                )
            return ItemState.PARTIAL, f"{path.as_posix()} tells of the metrics, but not what is done with empty cases"
    return ItemState.NO, "no heading on metrics or evaluation in the documents"


# Terms


_ETHICS = re.compile(r"ethic|\bIRB\b|institutional review|de-?identif|anonymi", re.IGNORECASE)


def _terms(found: _Repository) -> Box:
    stated = release_folder.read(found.folder).statements
    wrong = [f for f in licences.agree(stated) if f.severity in (Severity.ERROR, Severity.BLOCKER)]
    ethics = any(_ETHICS.search(text) for _, text in found.texts(".md"))
    notes = [f"{one.path} says {one.licence.id}" for one in stated] or ["no licence was found"]
    if stated and wrong:
        notes.append("they do not agree")
    notes.append("ethics or de-identification is told" if ethics else "nothing on ethics or de-identification")
    state = ItemState.NO if wrong else ItemState.YES if ethics else ItemState.PARTIAL
    return state, "; ".join(notes)
