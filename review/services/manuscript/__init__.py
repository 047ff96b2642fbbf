"""The manuscript: its text and settings, numbers, checklists, sections, and what a reviewer would say."""
