"""Bytes to text: which encoding, universal newlines, and a finding wherever it had to be guessed."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.domain.finding import Finding, Severity
from review.resources import Data

_CHUNK = 1 << 20
_LONGEST_MARK = 16  # bytes; what is looked for in a file is shorter
_PIECE = 1 << 18  # characters; larger pieces leave the processor's cache and are slower
_HEAD = 1 << 16
_BOMS = (
    # UTF-32 is not offered: no reference program writes it, and its mark begins like that of UTF-16.
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {
    "cp1252": "Windows-1252 (cp1252)",
    "mac_roman": "Mac Roman",
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
# UTF-8 taken for Windows-1252 and saved as UTF-8 again: "Ã¼", "Â°", "â€™".
_TWICE = re.compile(rb"\xc3[\x82\x83]\xc2[\x80-\xbf]|\xc3\xa2\xe2\x82\xac")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes with the encoding found; `lines` and `text` decode when asked, piece by piece."""

    data: Data
    encoding: str
    errors: str = "strict"
    findings: tuple[Finding, ...] = ()

    def lines(self) -> Iterator[str]:
        """Every line without its end, whatever the file used; a small piece of the text is held at a time."""
        rest = ""
        for piece in self.pieces():
            lines = (rest + piece).split("\n")
            rest = lines.pop()
            yield from lines
        if rest:
            yield rest

    def pieces(self) -> Iterator[str]:
        """The text in pieces, cut anywhere, with every line end as one sign."""
        with self._stream() as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def text(self) -> str:
        with self._stream() as stream:
            return stream.read()

    def _stream(self) -> io.TextIOWrapper:
        stream = io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.stream()
        return io.TextIOWrapper(stream, encoding=self.encoding, errors=self.errors, newline=None)


def windows(data: Data, *, overlap: int = 0) -> Iterator[bytes]:
    """The bytes of a file a part at a time, each with the first bytes of the next."""
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK + overlap]


def holds(data: Data, marks: Sequence[bytes]) -> bool:
    """Whether any of the marks stands in a file."""
    if isinstance(data, bytes):
        return any(mark in data for mark in marks)
    return any(mark in part for part in windows(data, overlap=_LONGEST_MARK) for mark in marks)


def decode(data: Data) -> Decoded:
    """The encoding of a file: its mark, else valid UTF-8, else UTF-16 by its NUL bytes, else a guess with a finding."""
    for mark, name in _BOMS:
        if data[:4].startswith(mark):
            return Decoded(data, name, "replace", tuple(_damage(data, name)))
    wide = _utf16_without_mark(data)
    if wide:
        return Decoded(data, wide, "replace", (_guessed(wide, "has no mark that says so"),))
    if _is_utf8(data):
        return Decoded(data, "utf-8", "strict", tuple(_twice_encoded(data)))
    return _guess(data)


def head_text(data: Data) -> str:
    """The first 64 KiB as text, for judging what a file is; never raises."""
    head = data[:_HEAD]
    for mark, name in _BOMS:
        if head.startswith(mark):
            return head.decode(name, "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = head.decode(_utf16_without_mark(head) or "utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _utf16_without_mark(data: Data) -> str | None:
    """In UTF-16, Latin text has a NUL in every second byte."""
    head = data[:4096]
    half = len(head) // 2
    if half < 2:
        return None
    if head[1::2].count(0) > 0.6 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[::2].count(0) > 0.6 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _is_utf8(data: Data) -> bool:
    if isinstance(data, bytes) and data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for part in windows(data):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(held: Data) -> Decoded:
    """Not valid UTF-8: a few broken bytes in UTF-8, an old Mac file (CR alone ends lines), or Windows-1252."""
    data = held[:]
    broken = data.decode("utf-8", "replace").count("\ufffd")
    valid = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", data))
    if valid > 4 * broken:
        finding = Finding(
            rule="FORMAT-ENCODING",
            severity=Severity.WARNING,
            message=f"This file is UTF-8 with {broken} broken character(s); each was replaced by \ufffd.",
            hint="Look at the names with accents, and export the file again if some are damaged.",
        )
        return Decoded(data, "utf-8", "replace", (finding,))
    encoding = "mac_roman" if b"\r" in data and b"\n" not in data else "cp1252"
    # The five bytes that Windows-1252 does not define are shown as U+FFFD rather than lost.
    return Decoded(data, encoding, "replace", (_guessed(encoding, "is not valid UTF-8"),))


def _guessed(encoding: str, why: str) -> Finding:
    return Finding(
        rule="FORMAT-ENCODING",
        severity=Severity.WARNING,
        message=f"This file {why}; it was read as {_NAMES[encoding]}.",
        hint="Look at a few names with accents; if they are wrong, export the file again as UTF-8.",
    )


def _damage(data: Data, encoding: str) -> Iterator[Finding]:
    """Faults in a file that names its encoding."""
    if encoding == "utf-8-sig":
        if not _is_utf8(data):
            yield Finding(
                rule="FORMAT-ENCODING",
                severity=Severity.WARNING,
                message="This file is marked as UTF-8 but holds bytes that are not; each was replaced by \ufffd.",
                hint="Export the file again as UTF-8.",
            )
        yield from _twice_encoded(data)


def _twice_encoded(data: Data) -> Iterator[Finding]:
    lines = 1
    for part in windows(data, overlap=_LONGEST_MARK):
        found = _TWICE.search(part)
        if not found:
            lines += part.count(b"\n", 0, _CHUNK)
            continue
        yield Finding(
            rule="FORMAT-MOJIBAKE",
            severity=Severity.WARNING,
            message="Some letters look encoded twice (such as \u00c3\u00bc where \u00fc is meant); they were kept as they are.",
            line=lines + part.count(b"\n", 0, found.start()),
            hint="Export the file again from the database, and do not open it in Excel before.",
        )
        return
