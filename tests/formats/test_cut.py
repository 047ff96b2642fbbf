"""An entry read by one pattern is the entry read by the line, wherever a piece of the text ends."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import cut, decoding, nbib, ris

LAW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
_ris_lines = st.sampled_from(
    ["TY  - JOUR", "TY  - BOOK", "TI  - A title", "TI  - ", "AU  - Smith, J", "AB  - one", "  two", "", " ", "ER  - ", "ER  -",
     "ER  - no end", "XX  - odd", "1.", "PY - 2001", "TY - JOUR", "DO  - 10.1/a", "KW  - a;b", "KW  - c", "\ufeffTY  - JOUR"]
)  # fmt: skip
_nbib_lines = st.sampled_from(
    ["PMID- 1", "PMID- 2", "TI  - A title", "      over two", " ", "", "", "FAU - Smith, John", "OWN - NLM", "PMC - PMC1", "text",
     "SO  - J", "MH  - a", "MH  - b", "UI  - 3", "AB  - one  two"]
)  # fmt: skip


def read(reader: object, lines: list[str], end: str) -> list[Record | Finding]:
    return list(reader.read((end.join(lines) + end).encode(), "s"))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("module", "lines"), [(ris, _ris_lines), (nbib, _nbib_lines)], ids=["ris", "nbib"])
@LAW
@given(data=st.data(), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_pattern_and_the_line_agree(
    module: object, lines: st.SearchStrategy[str], data: st.DataObject, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = data.draw(st.lists(lines, max_size=24))
    fast = read(module, text, end)
    with monkeypatch.context() as patch:
        patch.setattr(module, "whole", lambda *_: None)
        assert read(module, text, end) == fast
    with monkeypatch.context() as patch:
        patch.setattr(decoding, "_PIECE", 7)
        patch.setattr(cut, "_LONGEST", 40)
        assert read(module, text, end) == fast
