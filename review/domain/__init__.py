"""The field's words, as frozen dataclasses and pure functions; standard library only."""
