"""Places to search: ask, page, wait, resume; raw pages out."""
