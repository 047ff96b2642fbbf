"""Places to search: ask, page, wait, go on; raw pages out."""
