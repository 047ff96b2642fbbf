"""Which records are one work: prepare, block, compare, cluster; pure functions over records."""
