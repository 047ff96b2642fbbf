"""Which records are one work: prepare, block, compare, cluster; pure functions over records."""

from review.dedup.find import DedupResult, find_duplicates

__all__ = ["DedupResult", "find_duplicates"]
