"""A bundle is one moment of a review, and a damaged or forged one harms nobody."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from invented import ris, work

from review.domain.errors import BadInput
from review.domain.screening import Decision, Stage, Verdict
from review.services import bundle, collect, screen, works
from review.services.collect import Origin
from review.services.manuscript import building, paper
from review.services.project import Project

Change = Callable[[bytes], bytes]


@pytest.fixture
def packed(made: Project, tmp_path: Path) -> Path:
    path = tmp_path / "review.zip"
    bundle.export(made, path)
    assert bundle.verify(path) == []
    return path


def forged(path: Path, name: str, change: Change | bytes) -> Path:
    """The bundle with one file changed or added and a manifest that fits."""
    with zipfile.ZipFile(path) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    files[name] = change if isinstance(change, bytes) else change(files[name])
    hashes = {entry: hashlib.sha256(data).hexdigest() for entry, data in files.items() if entry != bundle.MANIFEST}
    files[bundle.MANIFEST] = json.dumps({"files": hashes}).encode()
    made = path.with_name("forged.zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("papers/", "")  # as programs that pack folders write them
        for entry, data in files.items():
            archive.writestr(entry, data)
    return made


def each_row(**values: object) -> Change:
    return lambda data: b"".join(
        json.dumps({**json.loads(line), **values}).encode() + b"\n" for line in data.splitlines()
    )


NO_FACTS: tuple[tuple[str, Change | bytes], ...] = (
    ("facts/records.jsonl", each_row(title={"a": 1})),
    ("facts/records.jsonl", each_row(year=2**70)),
    ("facts/records.jsonl", b"\xff\xfe\n"),
    ("facts/records.jsonl", b"[" * 100_000),
    ("facts/search_runs.jsonl", each_row(kind="no such kind")),
    ("facts.json", b"[]"),
    ("facts.json", b'{"flow.duplicates": 3}'),
    ("facts.json", b"[" * 100_000),
)


def test_facts_that_are_none_are_refused_in_one_sentence(packed: Path) -> None:
    for name, change in NO_FACTS:
        with pytest.raises(BadInput, match="damaged"):
            bundle.verify(forged(packed, name, change))


NO_RECORDS: tuple[tuple[str, Change], ...] = (
    ("facts/records.jsonl", each_row(year="last year")),
    ("facts/records.jsonl", each_row(year=2020.5)),
    ("facts/records.jsonl", each_row(year=True)),
    ("facts/records.jsonl", each_row(authors="[")),
    ("facts/records.jsonl", each_row(keywords="7")),
    ("facts/records.jsonl", each_row(authors='[{"name": "Ada"}]')),
    ("facts/records.jsonl", each_row(title=7)),
    ("facts/run_reports.jsonl", each_row(findings="[")),
    ("facts/run_reports.jsonl", each_row(findings='[{"strange": 1}]')),
    ("facts/search_runs.jsonl", each_row(kind="no such kind")),
)


def test_what_could_not_be_read_later_is_refused_when_a_bundle_is_opened(packed: Path, tmp_path: Path) -> None:
    for name, change in NO_RECORDS:
        with pytest.raises(BadInput, match="damaged"):
            bundle.open_bundle(forged(packed, name, change), tmp_path / "there")
        assert not (tmp_path / "there").exists(), name
    bundle.open_bundle(packed, tmp_path / "there").close()


def test_a_damaged_stream_is_a_finding_and_cannot_be_opened(packed: Path, tmp_path: Path) -> None:
    data = bytearray(packed.read_bytes())
    start = data.find(b"facts/records.jsonl") + 60
    data[start : start + 30] = bytes(byte ^ 0x5A for byte in data[start : start + 30])
    packed.write_bytes(data)
    assert [f.rule for f in bundle.verify(packed)] == ["BUNDLE-HASH"]
    with pytest.raises(BadInput, match="damaged"):
        bundle.open_bundle(packed, tmp_path / "there")


def test_a_forged_flow_is_found(packed: Path) -> None:
    made = forged(packed, "flow.json", lambda data: data.replace(b'"database_results": 11', b'"database_results": 99'))
    assert [f.rule for f in bundle.verify(made)] == ["BUNDLE-NUMBER"]


STRANGE = (
    "papers/review.sqlite",
    "papers/protocol.yaml",
    "papers/yaml.py",
    "papers/paper/run.py",
    "papers/.streamlit/config/settings.yaml",
    "papers/searches/pubmed-001/plan.md",
    "searches/plan.json",
)


def test_only_files_of_papers_and_searches_are_unpacked(packed: Path, tmp_path: Path) -> None:
    for at, name in enumerate(STRANGE):
        opened = bundle.open_bundle(forged(packed, name, b"not yours"), tmp_path / str(at))
        opened.close()
        assert {path.suffix for path in opened.root.rglob("*")} <= {".toml", ".yaml", ".sqlite", "-wal", "-shm"}, name
        assert {path.parent for path in opened.root.rglob("*")} == {opened.root}, name
        assert b"not yours" not in opened.protocol_path.read_bytes(), name


def test_a_bundle_that_would_fill_the_memory_is_refused(packed: Path) -> None:
    with pytest.raises(BadInput, match="unpack to more"):
        bundle.verify(forged(packed, "papers/paper/bomb.md", bytes(80 * 1024**2)))


def test_what_happens_while_packing_is_in_the_bundle_whole_or_not_at_all(made: Project, tmp_path: Path) -> None:
    waiting = [4, 5]

    def somebody_works(what: str, _share: float) -> None:
        if "people" in what and waiting:
            number = waiting.pop()
            record = work(made, number)
            screen.decide(
                made,
                Decision(record_id=record, stage=Stage.TITLE_ABSTRACT, reviewer="Ana", verdict=Verdict.EXCLUDE),
            )
            more = ris(number).replace("inv.", "later.").encode()
            collect.import_bytes(made, more, file_name=f"{number}.ris", origin=Origin(source="wos"))

    bundle.export(made, tmp_path / "busy.zip", progress=somebody_works)
    assert waiting == []
    assert bundle.verify(tmp_path / "busy.zip") == []


def test_a_manuscript_speaks_of_one_moment(made: Project, say, monkeypatch: pytest.MonkeyPatch) -> None:
    place = paper.create(made, Path("paper"))
    numbers = "{{ flow.records_screened }} screened\n\n{{ table('included_studies') }}\n\n{{ table('charting') }}\n"
    (place / "manuscript.md").write_text(numbers, encoding="utf-8")
    for who in ("Ana", "Ben"):
        say(who, 0, "include")
    draw, busy = paper.write_figures, [True]

    def drawn(project: Project, folder: Path) -> None:
        draw(project, folder)
        if busy:
            busy.clear()
            for who in ("Ana", "Ben"):
                say(who, 0, "include", stage=Stage.FULL_TEXT)

    monkeypatch.setattr(paper, "write_figures", drawn)
    text = building.build(made, Path("paper"), ["md"]).files[0].read_text(encoding="utf-8")
    assert works.read(made, [work(made, 0)])[work(made, 0)].title in text
