"""What a protocol says of the studies it seeks, without what it says of itself: "a systematic review of" seeks no reviews."""

from __future__ import annotations

import re

_MANNER = (
    r"(?:updated|rapid|living|systematic|scoping|umbrella|integrative|narrative|critical|literature|mapping|network|bayesian"
    r"|qualitative|quantitative)"
)
_POOLED = r"meta-?\s?analysis"
# In the singular only: whoever writes of "systematic reviews" seeks them.
_ITSELF = re.compile(
    rf"\b(?:an?\s+|the\s+)?(?:(?:{_MANNER}\s+)+(?:review|overview|synthesis|map)|(?:{_MANNER}\s+)*{_POOLED})"
    rf"(?:\s+(?:and|with)\s+(?:an?\s+)?(?:{_MANNER}\s+)*(?:{_POOLED}|synthesis))?(?:\s+protocol)?(?:\s+(?:of|on))?\b",
    re.IGNORECASE,
)


def sought(protocol_text: str) -> str:
    r"""The text with the words by which a review names its own kind taken out; what stood around them is not joined.

    >>> sought("Spasticity in adults: a systematic review and meta-analysis of controlled studies").split("\n")
    ['Spasticity in adults: ', ' controlled studies']
    >>> sought("How well systematic reviews are reported")
    'How well systematic reviews are reported'
    """
    return _ITSELF.sub("\n", protocol_text)
