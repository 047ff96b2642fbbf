"""Full texts taken along: in a bundle only if asked for, each proved by its hash; in the copies of a review, and back."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import TOPICS, work

from review.domain.errors import BadInput, NotAllowed, ReviewError
from review.services import backup, bundle, full_text_copies, full_texts
from review.services.bundle_file import Growing
from review.services.full_text_intake import Upload, take
from review.services.project import Project
from review.services.pseudonyms import Packing
from tests.pdfs import paper
from tests.services.test_crate import faults_of_crate, unpacked

WITH = Packing(full_texts=True)


@pytest.fixture
def reading(made: Project, say: Callable[..., bool]) -> Project:
    """Two works came to full text and have their files."""
    for number in (1, 2):
        for who in ("Ana", "Bo"):
            say(who, number, "include")
    files = [Upload(name=f"paper {n}.pdf", data=paper(TOPICS[n], doi=f"10.5555/inv.{n}")) for n in (1, 2)]
    assert [taken.outcome for taken in take(made, files, person="Ana")] == ["kept", "kept"]
    return made


def place(project: Project, number: int) -> Path:
    sha256 = full_texts.files(project, work(project, number))[0].sha256
    return project.root / full_texts.FOLDER / sha256[:2] / f"{sha256}.pdf"


def pdfs(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return {name for name in archive.namelist() if name.endswith(".pdf")}


def rewritten(path: Path, change: dict[str, bytes], *, honest: bool = False) -> Path:
    """The bundle with other bytes in some files; `honest` writes their hashes into the manifest."""
    files = unpacked(path) | change
    if honest:
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != bundle.MANIFEST}
        files[bundle.MANIFEST] = json.dumps({"files": hashes}).encode()
    made = path.with_name("changed.zip")
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made


def test_no_full_text_leaves_the_house_unasked(reading: Project, tmp_path: Path) -> None:
    report = bundle.export(reading, tmp_path / "review.zip")
    assert pdfs(tmp_path / "review.zip") == set()
    assert (report.full_texts, report.full_texts_kept) == (0, 2)
    found = full_text_copies.in_bundle(tmp_path / "review.zip")
    assert (found.files, found.kept) == (0, 2)


@pytest.mark.parametrize("packing", [WITH, Packing(full_texts=True, pseudonyms=True)], ids=["whole", "pseudonyms"])
def test_what_was_asked_for_travels_and_can_be_read_there(reading: Project, tmp_path: Path, packing: Packing) -> None:
    path = tmp_path / "review.zip"
    report = bundle.export(reading, path, packing=packing)
    assert (report.full_texts, report.full_texts_kept, report.full_texts_lacking) == (2, 2, ())
    assert report.files == len(unpacked(path))
    assert faults_of_crate(unpacked(path)) == []
    assert bundle.verify(path) == []
    assert full_text_copies.in_bundle(path).files == 2
    there = bundle.open_bundle(path, tmp_path / "there")
    for number in (1, 2):
        name = work(reading, number)
        assert full_texts.pdf_bytes(there, name) == full_texts.pdf_bytes(reading, name)
        assert full_texts.pages(there, name) == full_texts.pages(reading, name)
    there.close()


def test_one_changed_byte_of_any_file_is_caught(reading: Project, tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    bundle.export(reading, path, packing=WITH)
    for name, data in unpacked(path).items():
        if data and name != bundle.MANIFEST:
            middle = len(data) // 2
            changed = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
            assert [f.rule for f in bundle.verify(rewritten(path, {name: changed}))] == ["BUNDLE-HASH"], name


def test_a_changed_byte_of_the_list_of_hashes_is_caught(reading: Project, tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    bundle.export(reading, path, packing=WITH)
    listed = unpacked(path)[bundle.MANIFEST]
    at = listed.index(b".pdf") + len('.pdf": "')
    changed = listed[:at] + (b"0" if listed[at : at + 1] != b"0" else b"1") + listed[at + 1 :]
    assert [f.rule for f in bundle.verify(rewritten(path, {bundle.MANIFEST: changed}))] == ["BUNDLE-HASH"]


def test_a_full_text_that_is_not_what_its_name_says_is_caught_also_with_a_list_that_fits(
    reading: Project, tmp_path: Path
) -> None:
    path = tmp_path / "review.zip"
    bundle.export(reading, path, packing=WITH)
    forged = rewritten(path, {min(pdfs(path)): b"%PDF-1.4 another paper"}, honest=True)
    assert [f.rule for f in bundle.verify(forged)] == ["BUNDLE-HASH"]
    with pytest.raises(BadInput, match="not the one that was kept"):
        bundle.open_bundle(forged, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_full_text_of_which_no_fact_speaks_is_caught(reading: Project, tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    bundle.export(reading, path, packing=WITH)
    data = b"%PDF-1.4 a stranger"
    sha256 = hashlib.sha256(data).hexdigest()
    forged = rewritten(path, {f"full_texts/{sha256[:2]}/{sha256}.pdf": data}, honest=True)
    assert [f.rule for f in bundle.verify(forged)] == ["BUNDLE-EXTRA"]


def test_a_file_that_was_lost_or_changed_is_named_and_left_out(reading: Project, tmp_path: Path) -> None:
    place(reading, 1).unlink()
    place(reading, 2).write_bytes(b"%PDF-1.4 no longer itself")
    report = bundle.export(reading, tmp_path / "review.zip", packing=WITH)
    assert report.full_texts_lacking == ("paper 1.pdf", "paper 2.pdf")
    assert pdfs(tmp_path / "review.zip") == set()
    assert bundle.verify(tmp_path / "review.zip") == []


def test_a_file_that_rotted_without_a_change_of_size_is_named_and_the_rest_travels(
    reading: Project, tmp_path: Path
) -> None:
    data = bytearray(place(reading, 2).read_bytes())
    data[len(data) // 2] ^= 1
    place(reading, 2).write_bytes(data)
    report = bundle.export(reading, tmp_path / "review.zip", packing=WITH)
    assert (report.full_texts, report.full_texts_kept, report.full_texts_lacking) == (1, 2, ("paper 2.pdf",))
    assert pdfs(tmp_path / "review.zip") == {place(reading, 1).relative_to(reading.root).as_posix()}
    assert bundle.verify(tmp_path / "review.zip") == []
    assert faults_of_crate(unpacked(tmp_path / "review.zip")) == []


def test_a_file_that_goes_while_the_rest_is_packed_is_named_and_left_out(reading: Project, tmp_path: Path) -> None:
    report = bundle.export(
        reading,
        tmp_path / "review.zip",
        packing=WITH,
        progress=lambda what, _share: place(reading, 1).unlink(missing_ok=True) if "facts.json" in what else None,
    )
    assert report.full_texts_lacking == ("paper 1.pdf",)
    assert bundle.verify(tmp_path / "review.zip") == []


def test_each_file_is_opened_once_and_packed_as_it_is(
    reading: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Counter[Path] = Counter()
    before = io.open

    def counting(file: object, *args: object, **kwargs: object) -> object:
        opened[Path(str(file))] += 1
        return before(file, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", counting)
    report = bundle.export(reading, tmp_path / "review.zip", packing=WITH)
    monkeypatch.undo()
    assert [opened[place(reading, number)] for number in (1, 2)] == [1, 1]
    with zipfile.ZipFile(tmp_path / "review.zip") as archive:
        assert {e.compress_type for e in archive.infolist() if e.filename.endswith(".pdf")} == {zipfile.ZIP_STORED}
    assert report.sha256 == hashlib.sha256((tmp_path / "review.zip").read_bytes()).hexdigest()


def test_the_bar_goes_forward_only_and_tells_the_bytes(reading: Project, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    bundle.export(reading, tmp_path / "review.zip", packing=WITH, progress=lambda *said: told.append(said))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert sum(bool(re.fullmatch(r"Packing full texts: \d+ MB of \d+ MB", what)) for what, _ in told) == 2


def test_a_disk_that_fills_up_among_the_full_texts_leaves_nothing_behind(
    reading: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Growing, "add_as_it_is", full)
    with pytest.raises(ReviewError, match="No space left"):
        bundle.export(reading, tmp_path / "out" / "review.zip", packing=WITH)
    assert list((tmp_path / "out").iterdir()) == []


@given(
    sizes=st.lists(st.tuples(st.booleans(), st.integers(min_value=0, max_value=3 * 1024**2)), max_size=6),
    before=st.integers(min_value=0, max_value=3),
)
@settings(max_examples=25, deadline=None)
def test_the_hash_of_a_growing_zip_is_that_of_the_finished_file(
    sizes: list[tuple[bool, int]], before: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(before):
            archive.writestr(f"before {at}", b"x" * 1000)
    with Growing(path) as archive:
        for at, (stored, size) in enumerate(sizes):
            (archive.add_as_it_is if stored else archive.add)(f"file {at}", bytes([at]) * size)
        digest = archive.finish()
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None
        assert [e.file_size for e in made.infolist()] == [1000] * before + [size for _, size in sizes]


def test_full_texts_and_no_abstracts_exclude_each_other(reading: Project, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="full texts hold them"):
        bundle.export(reading, tmp_path / "review.zip", packing=Packing(abstracts=False, full_texts=True))
    assert not (tmp_path / "review.zip").exists()


# Beside the copies of the database


def test_what_is_copied_comes_back_when_it_is_gone(reading: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    if not reading.store.is_sqlite:
        with pytest.raises(ReviewError, match="copy the folder full_texts"):
            backup.make(reading)
        return
    made = backup.make(reading)
    first, again = backup.copy_full_texts(reading), backup.copy_full_texts(reading)
    assert (first.files, first.new, again.files, again.new) == (2, 2, 2, 0)
    assert first.size == sum(place(reading, n).stat().st_size for n in (1, 2))
    assert [one.path for one in backup.listed(reading.root)] == [made.path], (
        "the folder of PDFs is no copy of a database"
    )
    before = [place(reading, n).read_bytes() for n in (1, 2)]
    gone = place(reading, 1)
    gone.unlink()
    reading.close()
    monkeypatch.delenv("REVIEW_DATABASE_URL", raising=False)
    assert backup.restore(reading.root, made.path.name).full_texts == 1
    assert gone.read_bytes() == before[0]


def test_a_damaged_file_is_neither_copied_nor_brought_back(reading: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    if not reading.store.is_sqlite:
        return
    made = backup.make(reading)
    whole, damaged = place(reading, 1), place(reading, 2)
    data = bytearray(damaged.read_bytes())
    data[100] ^= 1
    damaged.write_bytes(data)
    copied = backup.copy_full_texts(reading)
    assert (copied.new, copied.lacking) == (1, ("paper 2.pdf",))
    copy = reading.root / backup.FOLDER / full_texts.FOLDER / whole.parent.name / whole.name
    copy.write_bytes(b"%PDF-1.4 a copy that rotted")
    whole.unlink()
    reading.close()
    monkeypatch.delenv("REVIEW_DATABASE_URL", raising=False)
    assert backup.restore(reading.root, made.path.name).full_texts == 0
    assert not whole.exists()
