"""Export files: bytes in, records or findings out."""
