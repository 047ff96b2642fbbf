"""Tasks that another process can be given: it must be able to import them."""

from __future__ import annotations

import os


def place(_task: int) -> int:
    """The number of the process that does it."""
    return os.getpid()


def die(_task: int) -> None:
    """End the process at once, as the system does when memory runs out."""
    os._exit(1)
