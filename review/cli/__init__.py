"""The command line: parse, ask a service, print. One file per group of commands; nothing is decided here."""

from review.cli import (
    begin,
    chart,
    collect,
    copies,
    count,
    evidence,
    evidence_counts,
    evidence_models,
    evidence_numbers,
    paper,
    people,
    protocol,
    rank,
    screen,
    search,
    share,
    source,
)
from review.cli.program import program as main

__all__ = [
    "begin",
    "chart",
    "collect",
    "copies",
    "count",
    "evidence",
    "evidence_counts",
    "evidence_models",
    "evidence_numbers",
    "main",
    "paper",
    "people",
    "protocol",
    "rank",
    "screen",
    "search",
    "share",
    "source",
]
