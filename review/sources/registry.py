"""Which sources can be searched from here, by name."""

from __future__ import annotations

import os
from collections.abc import Mapping

from review import plugins
from review.domain.errors import Missing
from review.sources.contract import Source
from review.sources.http import Http, address_of

_GROUP = "review.sources"


def sources() -> dict[str, Source]:
    """Every installed source by name."""
    loaded: dict[str, Source] = plugins.load_all(_GROUP)
    return loaded


def named(name: str) -> Source:
    """The source called so; `Missing` lists what there is."""
    wanted, known = name.strip().lower(), sources()
    if wanted not in known:
        raise Missing("source that can be searched from here", name, known)
    return known[wanted]


def behind(name: str) -> Source | None:
    """The source that a search of the protocol goes to: its own name, or what stands before a dash in it.

    >>> behind("pubmed-sensitive").name, behind("scopus")
    ('pubmed', None)
    """
    known = sources()
    fitting = [each for each in known if name.lower() == each or name.lower().startswith(f"{each}-")]
    return known[max(fitting, key=len)] if fitting else None


def connect(source: Source, environment: Mapping[str, str] | None = None) -> Http:
    """A line to the source: address, key and e-mail come from the environment."""
    given = os.environ if environment is None else environment
    return Http(
        source.label,
        address_of(source.address, given.get(source.variable, "")),
        manners=source.manners(given),
    )
