"""Which records are one work: prepare, block, compare, cluster; pure functions over records."""

from review.dedup.find import DedupResult, find_duplicates, find_more
from review.dedup.memory import Memory

__all__ = ["DedupResult", "Memory", "find_duplicates", "find_more"]
