"""The database: facts appended, never changed."""
