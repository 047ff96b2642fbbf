"""Which format a file is in, judged by what it holds first and by its name second; reading and writing by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import PurePath
from types import MappingProxyType

from review import plugins
from review.domain.errors import BadInput, Missing
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats.contract import Format
from review.formats.decoding import head_text, windows
from review.resources import Data

_GROUP = "review.formats"
_HEAD = 1 << 16
_LEAST_SURE = {
    "bibtex": 1,
    "named_fields": 2,
    "csv": 3,
    "tsv": 3,
}  # an abstract may quote an @entry, and commas are everywhere
_EXPORT_HINT = "Export the references again as RIS, nbib, BibTeX, CSV or Excel."
# What is certainly no export: how it begins, what it is, what to do.
_STRANGERS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"%PDF",
        "this is a PDF document, not an export of references.",
        "Export the list of references from the database.",
    ),
    (b"{\\rtf", "this is a text document (RTF), not an export of references.", _EXPORT_HINT),
    (
        b"\xd0\xcf\x11\xe0",
        "this is an old Excel (.xls) or a password-protected file, which cannot be read safely.",
        "Open it in Excel and save it as .xlsx or .csv without a password.",
    ),
    (b"\x1f\x8b", "this file is compressed (gzip).", "Unpack it first."),
    (b"\xfd7zXZ", "this file is compressed (xz).", "Unpack it first."),
    (b"BZh", "this file is compressed (bzip2).", "Unpack it first."),
    (b"7z\xbc\xaf", "this file is compressed (7z).", "Unpack it first."),
    (b"Rar!", "this file is compressed (rar).", "Unpack it first."),
    (b"\x89PNG", "this is a picture.", _EXPORT_HINT),
    (b"\xff\xd8\xff", "this is a picture.", _EXPORT_HINT),
)


@cache
def formats() -> Mapping[str, Format]:
    """Every installed format by name; looked up once, since finding what is installed takes longer than reading a file."""
    loaded: dict[str, Format] = plugins.load_all(_GROUP)
    return MappingProxyType(loaded)


def named(name: str) -> Format:
    """The format called so, or of that suffix (`json`, `.bib`); `Missing` lists what there is."""
    return _called(name, formats(), "format")


def writable(name: str) -> Format:
    """The format called so, or of that suffix, among those in which records can be written."""
    return _called(name, {key: found for key, found in formats().items() if found.write}, "format to write")


def _called(name: str, known: Mapping[str, Format], kind: str) -> Format:
    wanted = name.strip().lower().removeprefix(".").replace("-", "_")
    if wanted in known:
        return known[wanted]
    for found in known.values():
        if f".{wanted}" in found.suffixes:
            return found
    raise Missing(kind, name, known)


def detect(data: Data, file_name: str) -> Format:
    """The format of a file; raises `BadInput` with a sentence on what it is instead."""
    name = file_name or "the file"
    _refuse_strangers(data, name)
    raw = data[:_HEAD]
    head = raw if raw.startswith(b"PK") else head_text(data).encode("utf-8", "replace")
    suffix = PurePath(file_name).suffix.lower()
    # Among formats that recognise the content, the one with the file's suffix; then those with the surest marks.
    order = sorted(formats().values(), key=lambda found: (suffix not in found.suffixes, _LEAST_SURE.get(found.name, 0)))
    for found in order:
        if found.looks_like(head):
            return found
    if raw.startswith(b"PK"):
        raise BadInput(name, "this is a zip archive or an Office document, but no Excel table.", hint=_EXPORT_HINT)
    _refuse_binary(head, name)
    # XML and JSON say by themselves what they are: a name cannot make another document an export.
    by_name = [found for found in order if suffix in found.suffixes]
    if by_name and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"<", b"{"}:
        return by_name[0]
    if by_name and by_name[0].name == "csl_json":
        return by_name[0]
    raise BadInput(name, "nothing in it looks like an export of references.", hint=_EXPORT_HINT)


def _refuse_strangers(data: Data, name: str) -> None:
    if not any(part.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n") for part in windows(data)):
        raise BadInput(name, "the file is empty.", hint="Export it again, and wait until the download is complete.")
    for start, what, hint in _STRANGERS:
        if data[: len(start)] == start:
            raise BadInput(name, what, hint=hint)
    if re.match(
        rb"[\xef\xbb\xbf\s]*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
        data[:4096],
        re.IGNORECASE | re.DOTALL,
    ):
        raise BadInput(
            name,
            "this is a web page, not an export; a library's sign-in page is often saved in its place.",
            hint="Sign in at the database, export again, and look into the file before importing it.",
        )


def _refuse_binary(head: bytes, name: str) -> None:
    text = head.decode("utf-8", "replace")[:4096]
    strange = sum(ord(sign) < 9 or 13 < ord(sign) < 32 or sign == "\ufffd" for sign in text)
    if strange > len(text) * 0.1:
        raise BadInput(name, "this is not a text file.", hint=_EXPORT_HINT)


def read(data: Data, *, source: str, file_name: str = "", found: Format | None = None) -> Iterator[Record | Finding]:
    """The records and findings of a file, lazily; findings and refusals name the file.

    A large file stays on the disk where its format can be read a part at a time.

    Raises `BadInput` at the first step for a file that cannot be taken as a whole.
    """
    chosen = found or detect(data, file_name)
    try:
        for item in chosen.read(data if chosen.large else data[:], source):
            yield replace(item, path=item.path or file_name or None) if isinstance(item, Finding) else item
    except BadInput as refusal:
        reason = refusal.message.removeprefix(f"{refusal.path}: ")
        raise BadInput(file_name or refusal.path, reason, hint=refusal.hint) from None


def write(records: Iterable[Record], name: str) -> bytes:
    """The records as a file in the format of that name or suffix."""
    chosen = writable(name)
    assert chosen.write is not None  # noqa: S101  # `writable` saw to it
    return chosen.write(records)


def pieces(records: Collection[Record], name: str) -> Iterator[bytes]:
    """The same, piece by piece where the format can be written so."""
    chosen = writable(name)
    if chosen.pieces is not None:
        yield from chosen.pieces(records)
    else:
        yield write(records, name)
