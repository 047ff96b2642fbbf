"""A sentence model in a folder on this machine: opened, checked, and asked for the embeddings of texts."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from review.domain.errors import BadInput, NotInstalled, ReviewError
from review.ranking.embedded import build_embedded, fit_embedded, read_embedded
from review.ranking.features import Corpus, Text
from review.ranking.model import Fitted, Labels, Ranker
from review.resources import write_file

MODELS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
TOKENIZER = "tokenizer.json"
POOLING = "1_Pooling/config.json"
LENGTHS = {"sentence_bert_config.json": "max_seq_length", "tokenizer_config.json": "model_max_length"}
BATCH = 32  # texts of about the same length
LONGEST = 512  # tokens, where the folder does not say: what models of this kind read
_FEEDS = ("input_ids", "attention_mask", "token_type_ids")
_WHAT = f"A sentence model in ONNX form is a folder with model.onnx and {TOKENIZER}; many are offered for download so."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SentenceModel:
    """An opened model. `digest` names its files, so that a ranking can be traced to them; `known` are texts already read."""

    session: Any
    tokenizer: Any
    feeds: tuple[str, ...]
    output: str
    first_token: bool  # its state stands for the text; else the mean of all
    digest: str
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of numbers for each text. What was read before is not read again."""
        new = sorted({text for text in texts if _key(text) not in self.known}, key=lambda one: (len(one), one))
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.known.update(zip(map(_key, batch), self._read(batch), strict=True))
        if not len(texts):
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack([self.known[_key(text)] for text in texts])

    def _read(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self.tokenizer.encode_batch(list(texts))
        given: dict[str, NDArray[np.int64]] = {
            "input_ids": np.asarray([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.asarray([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.asarray([one.type_ids for one in encoded], dtype=np.int64),
        }
        try:
            [states] = self.session.run([self.output], {name: given[name] for name in self.feeds})
        except Exception as error:  # the runtime has errors of its own for each thing that can go wrong
            raise ReviewError(
                f"The sentence model could not read a text ({_first_line(error)}).",
                hint=f"Does its {TOKENIZER} belong to its model.onnx? Download both again from one place.",
            ) from error
        pooled = np.asarray(states, dtype=np.float32)
        if pooled.ndim == 3:
            pooled = pooled[:, 0] if self.first_token else _mean(pooled, given["attention_mask"])
        return np.nan_to_num(pooled)


def _mean(states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean over the tokens that are there."""
    shares = mask / np.maximum(1, mask.sum(axis=1, keepdims=True))
    return np.asarray(np.einsum("btd,bt->bd", states, shares), dtype=np.float32)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def opened(folder: Path) -> SentenceModel:
    """Open the model in a folder; `BadInput` says what the folder lacks. It stays open until its files change."""
    model, tokenizer = _file_of(folder), folder / TOKENIZER
    if not tokenizer.is_file():
        raise BadInput(folder, f"it holds no {TOKENIZER}, which says how the model reads words.", hint=_WHAT)
    return _opened(folder, model, _digest(*(path for path in (model, tokenizer, *_asides(folder)) if path.is_file())))


def _asides(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in (POOLING, *LENGTHS))


@lru_cache(maxsize=2)
def _opened(folder: Path, model: Path, digest: str) -> SentenceModel:
    session = _session(model)
    feeds = tuple(one.name for one in session.get_inputs())
    outputs = {one.name: len(one.shape or ()) for one in session.get_outputs()}
    strange = [name for name in feeds if name not in _FEEDS]
    usable = [name for name, depth in outputs.items() if depth in {2, 3}]
    if strange or "input_ids" not in feeds or not usable:
        reads = "input_ids" in feeds and not strange
        asks = "gives no embeddings" if reads else f"asks for {', '.join(feeds) or 'nothing'}"
        raise BadInput(model, f"this is no model that reads sentences (it {asks}).", hint=_WHAT)
    return SentenceModel(
        session=session,
        tokenizer=_tokenizer(folder / TOKENIZER, _longest(folder)),
        feeds=feeds,
        output="sentence_embedding" if "sentence_embedding" in usable else usable[0],
        first_token=bool(_settings(folder / POOLING).get("pooling_mode_cls_token", False)),
        digest=digest,
    )


def _file_of(folder: Path) -> Path:
    if not folder.is_dir():
        raise BadInput(folder, "there is no such folder.", hint=_WHAT)
    for name in MODELS:
        if (folder / name).is_file():
            return folder / name
    raise BadInput(folder, "it holds no model.onnx.", hint=_WHAT)


def _session(model: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise NotInstalled("onnxruntime, which runs sentence models", "embeddings") from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is said in our own words
    try:
        return onnxruntime.InferenceSession(str(model), sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has errors of its own for each way in which a file can be broken
        raise BadInput(
            model, f"this is no ONNX model, or it is damaged ({_first_line(error)}).", hint="Download it again."
        ) from error


def _tokenizer(path: Path, longest: int) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NotInstalled("tokenizers, which cuts texts for sentence models", "embeddings") from error
    try:
        found = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain exceptions
        raise BadInput(
            path, f"this is no tokenizer, or it is damaged ({_first_line(error)}).", hint="Download it again."
        ) from error
    found.enable_truncation(longest)
    padding: Mapping[str, Any] = found.padding or {}
    chosen = {key: padding[key] for key in ("pad_id", "pad_type_id", "pad_token") if key in padding}
    found.enable_padding(**chosen)
    return found


def _longest(folder: Path) -> int:
    """How many tokens the model reads of a text."""
    said = [_settings(folder / name).get(setting) for name, setting in LENGTHS.items()]
    return min([LONGEST, *(int(one) for one in said if isinstance(one, int | float) and one >= 1)])


def _settings(path: Path) -> dict[str, Any]:
    """The settings in a file of the folder; none if there is no such file."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise BadInput(path, "this is not valid JSON.", hint="Download it again.") from error
    return found if isinstance(found, dict) else {}


def _digest(*paths: Path) -> str:
    seen = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            seen.update(hashlib.file_digest(file, "sha256").digest())
    return seen.hexdigest()[:16]


def _bound(folder: Path, keep: Path | None) -> Ranker:
    """The ranker with the model of a folder; `keep` is a file in which embeddings outlive the program."""
    found = opened(folder.resolve())
    model = replace(found, known=_remembered(keep, found.digest))

    def build(texts: Iterable[Text]) -> Corpus:
        before = len(model.known)
        corpus = build_embedded(texts, model.embed)
        if keep is not None and model.known and (len(model.known) > before or not keep.exists()):
            _lay_down(model, keep)
        return corpus

    def fit(corpus: Corpus, labels: Labels, seed: int) -> Fitted:
        found = fit_embedded(corpus, labels, seed)
        return replace(found, parameters={**found.parameters, "model": folder.name, "model_sha256": model.digest})

    return replace(EMBEDDINGS, build=build, fit=fit, read=partial(read_embedded, embed=model.embed))


@lru_cache(maxsize=8)
def _remembered(keep: Path | None, digest: str) -> dict[str, NDArray[np.float32]]:
    """What is kept in a file, if the same model wrote it; a file that cannot be read is written anew."""
    if keep is None or not keep.is_file():
        return {}
    try:
        with np.load(keep, allow_pickle=False) as held:
            same = str(held["digest"]) == digest
            return dict(zip(held["keys"].tolist(), held["vectors"], strict=True)) if same else {}
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}


def _lay_down(model: SentenceModel, keep: Path) -> None:
    data = io.BytesIO()
    np.savez(
        data, digest=model.digest, keys=np.asarray(list(model.known)), vectors=np.stack(list(model.known.values()))
    )
    write_file(keep, data.getvalue())


def _unnamed(_texts: object) -> Corpus:
    raise ReviewError("Which sentence model is to be used?", hint=f"Name its folder with --model DIR. {_WHAT}")


EMBEDDINGS = Ranker(
    name="embeddings",
    label="Sentence embeddings beside TF-IDF",
    build=_unnamed,
    fit=fit_embedded,
    with_folder=_bound,
)
