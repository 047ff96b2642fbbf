"""Charting by several people: what stands, drafts, comparison and consensus, changes of the form, and the paper's text."""
