"""A file turned into another format: the same as writing its records at once, with little of it in memory."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from review.domain.record import Record
from review.formats import registry
from review.services import files, sheets

WRITTEN = sorted(name for name, form in registry.formats().items() if form.write and name != "xlsx")


def ris(count: int, *, words: int = 10) -> str:
    return "".join(
        f'TY  - JOUR\nTI  - Title {n} of é; "x"\nAU  - Lima, Ana\nPY  - 2020\nAB  - {"word " * words}{n}\nER  - \n\n'
        for n in range(count)
    )


@pytest.mark.parametrize("target", WRITTEN)
@pytest.mark.parametrize("count", [1, 1_234])
def test_the_pieces_are_what_is_written_at_once(tmp_path: Path, target: str, count: int) -> None:
    path = tmp_path / "all.ris"
    path.write_text(ris(count), encoding="utf-8")
    records = [e for e in registry.read(path.read_bytes(), source="all", file_name="all.ris") if isinstance(e, Record)]
    found = files.convert(path, to_format=target)
    assert b"".join(found.pieces) == registry.write(records, target)
    assert found.records == len(records) == count


def test_records_of_several_batches_keep_their_order_and_get_a_key_each(tmp_path: Path) -> None:
    path = tmp_path / "all.ris"
    path.write_text(ris(2_001), encoding="utf-8")
    items = json.loads(b"".join(files.convert(path, to_format="json").pieces))
    assert [item["title"].split()[1] for item in items] == [str(n) for n in range(2_001)]
    assert len({item["id"] for item in items}) == 2_001


@pytest.mark.parametrize("target", ["csv", "json"])
def test_little_of_a_large_file_is_held_while_it_is_converted(
    tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_LARGE", 1 << 16)
    path = tmp_path / "all.ris"
    path.write_text(ris(9_000, words=250), encoding="utf-8")
    found = files.convert(path, to_format=target)
    tracemalloc.start()
    size = sum(len(piece) for piece in found.pieces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000 < size
