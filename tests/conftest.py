"""Fixtures for all floors. A missing server, browser or ../shared is a skip with its reason, and a failure in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def unavailable(reason: str) -> None:
    """Skip, or fail where everything must be there (REVIEW_REQUIRE_ALL=1, set in CI)."""
    if os.environ.get("REVIEW_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} (REVIEW_REQUIRE_ALL=1 turns this skip into a failure)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data beside the checkout."""
    if not (SHARED / "data").is_dir():
        unavailable("the real data folder ../shared is not here")
    return SHARED
