"""PDF files: what may pass as one, their text by page, and pictures of their pages."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from review.domain.errors import BadInput

MOST_BYTES = 100 * 1024**2  # a paper has two million, a thesis thirty
MOST_PAGES = 2_000
_HEAD = 1_024  # bytes in which the signature stands (ISO 32000-1, annex H)
_WEB_PAGE = (b"<!doctype html", b"<html", b"<head", b"<?xml")
_SECONDS = 60.0  # for one file; a paper takes a tenth of one
_CHILD = Path(__file__).with_name("pdf_child.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """The text of each page, "" where none can be read; `title` is what the file calls itself."""

    pages: tuple[str, ...]
    title: str = ""

    @property
    def is_readable(self) -> bool:
        """False for a scan: pictures of pages, without their words."""
        return any(page.strip() for page in self.pages)


def check_kind(data: bytes, name: str) -> None:
    """Raise BadInput if these bytes are no PDF of a size that is taken."""
    if not data:
        raise BadInput(name, "the file is empty.", hint="Download it again; nothing was kept.")
    if len(data) > MOST_BYTES:
        raise BadInput(
            name,
            f"the file has {len(data) / 1024**2:,.0f} MB; at most {MOST_BYTES // 1024**2} are taken.",
            hint="Save the paper alone, or with smaller pictures; nothing was kept.",
        )
    if b"%PDF-" in data[:_HEAD]:
        return
    if data[:_HEAD].lstrip().lower().startswith(_WEB_PAGE):
        raise BadInput(
            name,
            "this is a web page under the name of a PDF.",
            hint="Often it is the publisher's sign-in page: open it in a browser, sign in and save the PDF. "
            "Nothing was kept.",
        )
    raise BadInput(name, "this is not a PDF.", hint="Save the paper as PDF, then take that file; nothing was kept.")


class PdfReader:
    """Held while PDF files are read: a process beside this one. To be used in a `with`; it is asked from one thread."""

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def text(self, path: Path, *, name: str = "") -> PdfText:
        """The text by page. Raises BadInput, under the name given, for a file that cannot be read."""
        called = name or path.name
        answer = self._ask({"do": "text", "path": str(path), "most": MOST_PAGES}, called)
        if not answer["count"]:
            raise BadInput(called, "the PDF has no page.", hint="Download it again; nothing was kept.")
        if answer["count"] > MOST_PAGES:
            raise BadInput(
                called,
                f"the PDF has {answer['count']:,} pages; at most {MOST_PAGES:,} are taken.",
                hint="Save the pages of the paper as a file of their own; nothing was kept.",
            )
        return PdfText(pages=tuple(answer["pages"]), title=answer["title"])

    def picture(self, path: Path, page: int, *, width: int, name: str = "") -> bytes:
        """A page, counted from 1, as JPEG of that many px across."""
        answer = self._ask({"do": "picture", "path": str(path), "page": page, "width": width}, name or path.name)
        return base64.b64decode(answer["jpeg"])

    def _ask(self, asked: Mapping[str, object], name: str) -> dict[str, Any]:
        child = self._child or self._begin()
        late = threading.Timer(self._seconds, child.kill)
        late.start()
        try:
            if child.stdin is None or child.stdout is None:
                raise RuntimeError("the pipes of the reader are missing")
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late.cancel()
        if not line:
            self._end()
            raise BadInput(
                name,
                "the PDF could not be read: its reader gave up on it.",
                hint="Open it in a PDF program, print it to a new PDF and take that one.",
            )
        answer: dict[str, Any] = json.loads(line)
        _check_answer(answer.get("refused", ""), name)
        return answer

    def _begin(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-P", str(_CHILD)]
        self._child = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.communicate()


def _check_answer(refused: str, name: str) -> None:
    if refused == "encrypted":
        raise BadInput(
            name,
            "the PDF is locked with a password.",
            hint="Open it with the password, print it to a new PDF and take that one; nothing was kept.",
        )
    if refused:
        raise BadInput(
            name,
            "the PDF is damaged: it cannot be opened.",
            hint="Download it again, or print it to a new PDF; nothing was kept.",
        )
