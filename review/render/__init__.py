"""Diagrams and documents from values."""
