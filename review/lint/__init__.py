"""What a reviewer would say about a manuscript."""
