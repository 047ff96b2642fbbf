"""The facts and tables that a build looked up, kept beside its documents, so that the next one can say what moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from review.domain.provenance import Fact
from review.render.environment import names_in
from review.storage import transfer
from review.storage.schema import FACT_TABLES
from review.storage.store import Store

FILE = "facts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a text named, as it stood at one moment; `stored` counts the facts of the database by their table."""

    at: str
    stored: Mapping[str, int]
    facts: Mapping[str, Fact]
    tables: Mapping[str, str] = field(default_factory=dict)  # the hash of each
    texts: Mapping[str, str] = field(default_factory=dict)  # what each said; builds of old have none

    def as_json(self) -> bytes:
        document = {
            "at": self.at,
            "stored": dict(self.stored),
            "facts": {name: fact.as_dict() for name, fact in self.facts.items()},
            "tables": dict(self.tables),
            "texts": dict(self.texts),
        }
        return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def resolved(store: Store, text: str, facts: Mapping[str, Fact], tables: Mapping[str, str]) -> Resolved:
    """Those of the facts and tables that a manuscript names."""
    named = names_in(text)
    shown = {f'table("{name}")': markdown for name, markdown in tables.items() if f'table("{name}")' in named}
    return Resolved(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        stored=dict(zip(FACT_TABLES, transfer.state(store), strict=True)),
        facts={name: fact for name, fact in facts.items() if name in named or _part_named(name, named)},
        tables={name: hashlib.sha256(text.encode()).hexdigest() for name, text in shown.items()},
        texts=shown,
    )


def _part_named(name: str, named: Mapping[str, Any]) -> bool:
    return any(f"{name}.{part}" in named for part in ("low", "high", "n", "unit"))


def read(path: Path) -> Resolved | None:
    """What an earlier build wrote; None where there is none that can be read."""
    try:
        document = json.loads(path.read_bytes())
        facts = {
            name: Fact(**{**stored, "inputs": tuple(stored["inputs"])}) for name, stored in document["facts"].items()
        }
        tables, texts = document["tables"], document.get("texts", {})
        return Resolved(at=document["at"], stored=document["stored"], facts=facts, tables=tables, texts=texts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
