"""The words of the flow diagram, which a team may change, and the lines it may leave out while they count nothing.

The wording is that of the PRISMA 2020 templates (Page et al. 2021, 10.1136/bmj.n71).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from review.domain.errors import Missing, ReviewError

WORDS: dict[str, str] = {
    "heading_databases": "Identification of studies via databases and registers",
    "heading_other": "Identification of studies via other methods",
    "heading_databases_update": "Identification of new studies via databases and registers",
    "heading_other_update": "Identification of new studies via other methods",
    "heading_previous": "Previous studies",
    "phase_identification": "Identification",
    "phase_screening": "Screening",
    "phase_included": "Included",
    "identified": "Records identified from:",
    "databases": "Databases",
    "registers": "Registers",
    "removed": "Records removed before screening:",
    "duplicates": "Duplicate records removed",
    "automatic": "Records marked as ineligible by automation tools",
    "other_reasons": "Records removed for other reasons",
    "screened": "Records screened",
    "not_screened": "not yet screened",
    "excluded": "Records excluded",
    "sought": "Reports sought for retrieval",
    "versions": "other versions of these",
    "not_retrieved": "Reports not retrieved",
    "assessed": "Reports assessed for eligibility",
    "awaiting": "not yet retrieved or assessed",
    "reports_excluded": "Reports excluded",
    "websites": "Websites",
    "organisations": "Organisations",
    "citations": "Citation searching",
    "studies": "Studies included in review",
    "reports": "Reports of included studies",
    "studies_previous": "Studies included in previous version of review",
    "reports_previous": "Reports of studies included in previous version of review",
    "studies_new": "New studies included in review",
    "reports_new": "Reports of new included studies",
    "studies_total": "Total studies included in review",
    "reports_total": "Reports of total included studies",
}
# A line of these is left out as long as it counts nothing: no number of the review disappears.
OPTIONAL: dict[str, str] = {
    "registers": "Registers",
    "automatic": "Records marked as ineligible by automation tools",
    "other_reasons": "Records removed for other reasons",
    "websites": "Websites",
    "organisations": "Organisations",
    "citations": "Citation searching",
}
# These can be left out at any time: they say again, or in parts, what another line says.
PARTS: dict[str, str] = {
    "per_source": "The records of each database and register",
    "reports": "Reports of included studies",
    "phases": "The bars that name the phases",
}
_LONGEST = 200  # letters: more does not fit into any box


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLook:
    """How a team wants its diagram: words instead of ours, by key, and what is left out."""

    labels: Mapping[str, str] = field(default_factory=dict)
    hide: frozenset[str] = frozenset()

    def word(self, key: str) -> str:
        return self.labels.get(key, WORDS[key])

    def shows(self, key: str, count: int = 0) -> bool:
        """Whether a line of so many stands in the diagram."""
        return key not in self.hide or (bool(count) and key not in PARTS)


USUAL = FlowLook()


def checked(labels: Mapping[str, object], hide: object) -> FlowLook:
    """The look as it was written down. Raises ReviewError for a key that is none, and for a label that fits nowhere."""
    said = {}
    for key, label in labels.items():
        if key not in WORDS:
            raise Missing("label of the flow diagram", key, WORDS)
        text = " ".join(str(label).split())
        if len(text) > _LONGEST:
            raise ReviewError(f"The label {key} has {len(text)} letters.", hint=f"At most {_LONGEST} fit into a box.")
        if text and text != WORDS[key]:
            said[key] = text
    if not isinstance(hide, list | tuple | set | frozenset):
        raise ReviewError("What the flow diagram hides is not a list.", hint='Write it as hide = ["registers"].')
    names = frozenset(map(str, hide))
    for name in sorted(names):
        if name not in OPTIONAL and name not in PARTS:
            raise Missing("optional part of the flow diagram", name, [*OPTIONAL, *PARTS])
    return FlowLook(labels=said, hide=names)
