"""The zip of a bundle as a file from anybody: opened without trust, its names and sizes checked, its parts hashed."""

from __future__ import annotations

import errno
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Self

from review.domain.errors import BadInput

# What reading a damaged or forged bundle can raise, from the zip to the values of its facts.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # an encrypted file, or nesting without end
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_LARGEST = 4 * 1024**3  # bytes in a bundle once unpacked, PDFs apart: far above any review, far below a zip bomb
_SMALL = 64 * 1024**2  # bytes that harm nobody, however tightly packed
_TIGHTEST = 100  # times that text of a review may shrink; a bomb shrinks a thousandfold
_MOST_FILES = 50_000
_PART = 1024**2  # bytes in the memory at a time
_AT_ONCE = 2  # files hashed at a time: more only wait for the disk
# A fixed time makes two bundles of one state differ only where the review does.
_TIME = (1980, 1, 1, 0, 0, 0)


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """A bundle that cannot be read, or whose facts are no facts, is refused in one sentence."""
    try:
        yield
    except _UNREADABLE as error:
        raise BadInput(
            path, "the bundle is damaged.", hint="Ask for it again; nothing in it can be trusted."
        ) from error


def archive(path: Path) -> zipfile.ZipFile:
    """The zip, open for reading."""
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BadInput(path, "there is no such file.", hint="Check the name and the folder.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(path, "this is not a zip file that can be read.", hint="Ask for the bundle again.") from error


def checked_names(found: zipfile.ZipFile, path: Path) -> set[str]:
    """The names of its files. Refuses those that lead out of the folder, and a file that unpacks to far more than it is."""
    entries = found.infolist()
    packed = [entry for entry in entries if entry.compress_type != zipfile.ZIP_STORED]
    tight, size = sum(entry.compress_size for entry in packed), sum(entry.file_size for entry in packed)
    lies = sum(entry.compress_size for entry in entries) > path.stat().st_size or any(
        entry.file_size > entry.compress_size for entry in entries if entry.compress_type == zipfile.ZIP_STORED
    )
    if lies or len(entries) > _MOST_FILES or size > min(_LARGEST, max(_SMALL, _TIGHTEST * tight)):
        raise BadInput(path, "this bundle would unpack to more than any review holds.", hint="Nothing was unpacked.")
    for entry in entries:
        inside = PurePosixPath(entry.filename)
        if inside.is_absolute() or ".." in inside.parts or "\\" in entry.filename or ":" in entry.filename:
            raise BadInput(path, f"the name {entry.filename!r} leads out of the folder.", hint="Nothing was unpacked.")
    return {entry.filename for entry in entries if not entry.is_dir()}


def write(into: zipfile.ZipFile, name: str, data: bytes) -> str:
    """Add a file; its hash."""
    into.writestr(_entry(name, zipfile.ZIP_DEFLATED), data)
    return hashlib.sha256(data).hexdigest()


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_TIME)
    info.compress_type = how
    return info


class Growing:
    """A zip to whose end files are added, and its own hash: another thread reads what is done while more is written, so
    that a bundle of many gigabytes is not read from the disk once more. To be used in a `with`.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._done = path.open("rb", buffering=0)  # what a buffer reads ahead is not settled yet
        self._zip = zipfile.ZipFile(self._file, "a")
        self._hash = hashlib.sha256()
        self._hashing = ThreadPoolExecutor(1)
        self._hashed: list[Future[None]] = []
        self._follow()

    def add(self, name: str, data: bytes) -> str:
        """Add a file that becomes smaller when it is packed; its hash."""
        sha256 = write(self._zip, name, data)
        self._follow()
        return sha256

    def add_as_it_is(self, name: str, data: bytes) -> None:
        """Add a file that would not become smaller."""
        self._zip.writestr(_entry(name, zipfile.ZIP_STORED), data)
        self._follow()

    def finish(self) -> str:
        """Write the list of its files; the hash of the whole."""
        self._zip.close()
        self._file.seek(0, io.SEEK_END)
        self._follow()
        for part in self._hashed:
            part.result()
        return self._hash.hexdigest()

    def _follow(self) -> None:
        """What is before this place stays as it is: the head of a file is written once its end is known."""
        self._file.flush()
        self._hashed.append(self._hashing.submit(self._hash_up_to, self._file.tell()))

    def _hash_up_to(self, end: int) -> None:
        while (left := end - self._done.tell()) > 0:
            if not (part := self._done.read(min(left, _PART))):
                raise OSError(errno.EIO, "the file became shorter while it was written")
            self._hash.update(part)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._zip.close()
        finally:
            self._hashing.shutdown(cancel_futures=True)
            self._file.close()
            self._done.close()


def lines(found: zipfile.ZipFile, name: str, names: set[str]) -> Iterator[str]:
    """The lines of a file that say something; none if there is no such file."""
    if name in names:
        with found.open(name) as handle:
            yield from (line for line in io.TextIOWrapper(handle, encoding="utf-8", newline="\n") if line.strip())


def digests(found: zipfile.ZipFile, names: Iterable[str]) -> dict[str, str]:
    """The hash of each file as it is now, in the order they lie; "" for one that cannot be read."""
    ordered = sorted(names, key=lambda name: found.getinfo(name).header_offset)
    with ThreadPoolExecutor(_AT_ONCE) as hashing:
        return dict(zip(ordered, hashing.map(lambda name: _digest(found, name), ordered), strict=True))


def _digest(found: zipfile.ZipFile, name: str) -> str:
    try:
        with found.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads, and that is all that is asked of it
    except (zipfile.BadZipFile, zlib.error, EOFError):  # the zip's own checksum caught it first
        return ""


def parts(file: IO[bytes], sha256: str, name: str) -> Iterator[bytes]:
    """The bytes of a file, part by part. Raises BadInput at its end if they are not those of this hash."""
    seen = hashlib.sha256()
    while part := file.read(_PART):
        seen.update(part)
        yield part
    if seen.hexdigest() != sha256:
        raise BadInput(name, "the file is not the one that was kept.", hint="Take it away and bring it again.")
