"""A sentence model small enough to be written by a test: each known word is a direction, a text is the mean of its words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

# Words of one row mean the same; the model knows it, TF-IDF does not.
MEANINGS = (("spine", "vertebrae", "backbone"), ("knee", "meniscus"), ("soil", "earth", "ground"), ("image", "scan"))


def write_model(
    folder: Path, *, inputs: tuple[str, ...] = ("input_ids", "attention_mask"), depth: int = 3, known_words: int = 100
) -> Path:
    """model.onnx and tokenizer.json in `folder`. With a depth of 2 the model pools by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [word for row in MEANINGS for word in row]
    vocabulary = {"[PAD]": 0, "[UNK]": 1, **{word: at for at, word in enumerate(words, start=2)}}
    table = np.zeros((len(vocabulary), len(MEANINGS)), dtype=np.float32)
    for column, row in enumerate(MEANINGS):
        for word in row:
            table[vocabulary[word], column] = 1.0
    given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in inputs]
    nodes = [helper.make_node("Gather", ["table", inputs[0]], ["states"], axis=0)]
    shape: list[str | int] = ["texts", "tokens", len(MEANINGS)]
    if depth == 2:
        nodes.append(helper.make_node("ReduceMean", ["states"], ["pooled"], axes=[1], keepdims=0))
        shape = ["texts", len(MEANINGS)]
    result = helper.make_tensor_value_info("states" if depth == 3 else "pooled", TensorProto.FLOAT, shape)
    initial = [numpy_helper.from_array(table[:known_words], "table")]
    graph = helper.make_graph(nodes, "tiny", given, [result], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # type: ignore[arg-type]
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
