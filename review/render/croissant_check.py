"""A Croissant document held against the format by `mlcroissant`, its own validator."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from review.domain.errors import NotInstalled


def faults(document: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the validator calls errors and what it calls warnings, in its own words. Raises `NotInstalled`."""
    with _quiet():
        try:
            import mlcroissant
        except ImportError as error:
            raise NotInstalled("mlcroissant", "release") from error
        try:
            issues = mlcroissant.Dataset(jsonld=dict(document)).metadata.issues
        except mlcroissant.ValidationError as error:
            wrong, _, warned = str(error).partition("warning(s)")
            return tuple(_lines(wrong)), tuple(_lines(warned))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # The validator stops at the first thing of a kind it does not expect.
            return (f"The validator cannot read it: {error}",), ()
    return (), tuple(_lines("\n".join(f"- {text}" for text in sorted(issues.warnings))))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        told = line.strip()
        if told.startswith("-"):
            yield told.lstrip("- ").strip()


@contextmanager
def _quiet() -> Iterator[None]:
    """The validator and what it imports warn and log; here its findings are what is told."""
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
