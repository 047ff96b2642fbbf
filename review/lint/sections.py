"""What each section of a manuscript is for, read from its heading and the headings above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    FRONT = "front"  # before the first heading
    ABSTRACT = "abstract"
    INTRODUCTION = "introduction"
    RELATED = "related"
    METHODS = "methods"
    RESULTS = "results"
    DISCUSSION = "discussion"
    LIMITATIONS = "limitations"
    CONCLUSION = "conclusion"
    AVAILABILITY = "availability"
    ETHICS = "ethics"
    FUNDING = "funding"
    INTERESTS = "interests"
    REFERENCES = "references"
    APPENDIX = "appendix"
    OTHER = "other"


# In this order: the first that fits a heading is its role.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        (Role.ABSTRACT, r"abstract|summary$|structured summary|highlights|key points"),
        (Role.REFERENCES, r"references|bibliography|literature cited|works cited"),
        (Role.LIMITATIONS, r"limitation|strengths and|threats to validity|failure modes"),
        (
            Role.AVAILABILITY,
            r"(?:data|code|software|materials?)\b.*\bavailab|availability|data and code|release\b|licen[cs]e|data access",
        ),
        (Role.ETHICS, r"ethic|informed consent|irb\b|institutional review|de-?identif"),
        (Role.FUNDING, r"funding|financial support"),
        (
            Role.INTERESTS,
            r"(?:conflicts?|competing|declarations?)\b.*interest|disclosures?|acknowledge?ments?|author contributions?",
        ),
        (Role.APPENDIX, r"appendi|supplement"),
        (Role.RELATED, r"related work|prior work|previous work"),
        (Role.INTRODUCTION, r"introduction|background|motivation|rationale"),
        (Role.METHODS, r"(?:materials? and )?methods?\b|methodology|experimental (?:set-?up|design)|acquisition"),
        (Role.RESULTS, r"results?\b|findings\b|experiments?\b|evaluation\b|baseline|technical validation"),
        (Role.DISCUSSION, r"discussion|interpretation|summary of evidence"),
        (Role.CONCLUSION, r"conclusions?|concluding"),
    )
)
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])[.)]?\s+")
_OWN = frozenset(
    {
        Role.ABSTRACT,
        Role.REFERENCES,
        Role.LIMITATIONS,
        Role.AVAILABILITY,
        Role.ETHICS,
        Role.FUNDING,
        Role.INTERESTS,
        Role.APPENDIX,
        Role.CONCLUSION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it up to the next. `start` and `end` are places in the body."""

    title: str
    level: int
    role: Role
    line: int
    start: int
    end: int


def role_of(title: str) -> Role:
    """What a heading announces.

    >>> role_of("2. Materials and methods"), role_of("Data availability"), role_of("Labels")
    (<Role.METHODS: 'methods'>, <Role.AVAILABILITY: 'availability'>, <Role.OTHER: 'other'>)
    """
    plain = _NUMBERED.sub("", title.strip())
    return next(
        (role for role, pattern in _ROLES if pattern.match(plain) or (role in _OWN and pattern.search(plain))),
        Role.OTHER,
    )


def placed(title: str, level: int, above: list[tuple[int, Role]]) -> Role:
    """The role of a heading among those above it; changes `above` to the chain that ends with it.

    A subsection stands for its chapter, unless it is one that is asked for by name, such as ethics or limitations.
    """
    while above and above[-1][0] >= level:
        above.pop()
    own = role_of(title)
    inherited = above[-1][1] if above else Role.OTHER
    if inherited in (Role.OTHER, Role.FRONT) or (own in _OWN and inherited is not Role.ABSTRACT):
        role = own
    else:
        role = inherited
    above.append((level, role))
    return role
