"""The command line: parse, ask a service, print. One file per group of commands; nothing is decided here."""

from review.cli import begin, chart, collect, count, paper, protocol, rank, screen, search, share
from review.cli.program import program as main

__all__ = ["begin", "chart", "collect", "count", "main", "paper", "protocol", "rank", "screen", "search", "share"]
