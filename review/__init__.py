"""Scopewright: from a review question to a published scoping review."""

__version__ = "0.1.0"
