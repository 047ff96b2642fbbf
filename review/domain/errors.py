"""What the program refuses. Faults in somebody's data are findings (`domain/finding.py`), never exceptions.

ReviewError
├── NotAProject            no review.toml here or above
├── AlreadyExists          a file or folder would be overwritten
├── BadInput               a file cannot be taken as a whole
│   └── DamagedDatabase    the database cannot be read as a whole
├── NewerDatabase          written by a later version of this program
├── StorageFailure         the disk or the database did not take it
├── NotAllowed             this person may not do this
│   └── LacksRight         nor may anybody else in this role
├── NotSignedIn            nobody is signed in, or not with what was given
├── StaleDecision          the record decided is not the one that was shown
├── Missing                a named thing does not exist; lists what does
└── NotInstalled           an optional part is missing; says how to get it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ReviewError(Exception):
    """Base of every refusal: one sentence on what is wrong, one on what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """A refusal in another process reaches the person as it was said: its class makes the message only once."""
        return _said_again, (type(self), self.args, self.__dict__)


def _said_again(kind: type[ReviewError], args: tuple[object, ...], held: dict[str, object]) -> ReviewError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(held)
    return error


class NotAProject(ReviewError):
    def __init__(self, folder: object) -> None:
        super().__init__(
            f"No review project in {folder} or above it.",
            hint="Start one with `review new DIR --type review`, or name it with --project DIR.",
        )


class AlreadyExists(ReviewError):
    def __init__(self, path: object, *, hint: str = "Choose another name, or move it away first.") -> None:
        super().__init__(f"{path} already exists.", hint=hint)


class BadInput(ReviewError):
    """A whole file is refused; nothing of it was kept."""

    def __init__(self, path: object, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{path}: {reason}", hint=hint)
        self.path = path
        self.reason = reason


class NotUtf8(BadInput):
    """A text file in another encoding, with the line in which that is seen."""

    def __init__(self, path: object, error: UnicodeDecodeError) -> None:
        line = error.object[: error.start].count(b"\n") + 1
        super().__init__(
            f"{path}:{line}",
            "this line holds a sign that is not UTF-8 text.",
            hint="Save the file again as UTF-8: in an editor, Save as…, Encoding: UTF-8.",
        )


class DamagedDatabase(BadInput):
    def __init__(self, path: object, reason: str = "") -> None:
        super().__init__(
            path,
            f"it is damaged or is not a database{f' ({reason})' if reason else ''}; it was not changed.",
            hint="See the copies with `review backup --list` and put one back with `review restore FILE`.",
        )


class NewerDatabase(ReviewError):
    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"This database was written by a newer Scopewright (layout {found}; this one knows {known}).",
            hint="Install the newer version; nothing was changed.",
        )


class StorageFailure(ReviewError):
    def __init__(
        self, reason: str, *, hint: str = "Nothing was half-written: free some space or mend the cause, then try again."
    ) -> None:
        super().__init__(f"The database did not accept the change: {reason}.", hint=hint)


class NotAllowed(ReviewError):
    pass


class LacksRight(NotAllowed):
    pass


class NotSignedIn(ReviewError):
    pass


class StaleDecision(ReviewError):
    def __init__(self, decided: str, shown: str) -> None:
        super().__init__(
            f"The decision was for {decided}, but {shown} was on the screen; it was not stored.",
            hint="Look at the record shown now and decide again.",
        )


class Missing(ReviewError):
    """A name that is not known; the message lists the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3) or names[:12]
        listed = ", ".join(near) if near else "none yet"
        super().__init__(f"There is no {kind} called {name!r}.", hint=f"Known: {listed}.")


class NotInstalled(ReviewError):
    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} is not installed.", hint=f"Install it with: python -m pip install 'scopewright[{extra}]'"
        )
