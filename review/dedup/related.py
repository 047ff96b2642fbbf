"""Records that belong together: versions of one work; and two works, such as a notice, a meeting abstract or a protocol
and the article.
"""

from __future__ import annotations

import numpy as np

from review.dedup.columns import Bools, Codes
from review.dedup.compare import VERSIONS, Verdicts
from review.dedup.features import Features
from review.dedup.titles import CONTAINED
from review.dedup.vetoes import SAME_TEXT
from review.domain.record import DuplicateGroup

NOTICE = "notice"
# The order matters: the first that holds is told.
RELATIONS: tuple[tuple[str, str], ...] = (
    (NOTICE, "One is an erratum, a retraction notice or an answer to the other."),
    ("protocol", "One is the protocol of the other."),
    ("meeting_abstract", "One is a conference abstract of the other."),
)


def relations(f: Features, verdicts: Verdicts) -> Codes:
    """For each pair the number of its relation in RELATIONS, or -1; pairs that are one work have none."""
    like = (f.relation >= CONTAINED) | (f.title >= 85)
    people = f.first_author.same | (f.authors >= 85)
    near = (f.year_gap >= -1) & (f.year_gap <= 5)
    holds: tuple[Bools, ...] = (
        f.kind.differ & like & (people | (f.journal.same & (f.volume.same | (f.year_gap <= 1)))),
        f.protocol & ((f.title >= 70) | (f.relation >= CONTAINED)) & people & near,
        f.meeting & like & people & near & ~f.numbers.differ & ~_perhaps_one(f),
    )
    found = np.full(len(f.title), -1, dtype=np.int64)
    for number, each in reversed(list(enumerate(holds))):
        found[each & ~f.generic & (verdicts.condition < 0)] = number
    return found


def _perhaps_one(f: Features) -> Bools:
    """An abstract of a meeting, or the one record of a work that says it is: one text of which nothing gives another
    place, or one volume of one journal. A person is asked.
    """
    elsewhere = f.volume.differ | f.page.differ | f.journal.differ
    one_text = f.long_abstract & (f.abstract >= SAME_TEXT)
    return np.asarray((one_text & ~elsewhere) | (f.volume.same & ~f.journal.differ & (f.year_gap <= 1)))


def versions_in(group: DuplicateGroup) -> set[str]:
    """The members that only a link between versions ties to the largest part of the group."""
    parts = {member: {member} for member in group.members}
    for link in group.links:
        if link.condition not in VERSIONS and parts[link.record_a] is not parts[link.record_b]:
            merged = parts[link.record_a] | parts[link.record_b]
            parts.update(dict.fromkeys(merged, merged))
    main = min(parts.values(), key=lambda part: (-len(part), min(part)))
    return set(group.members) - main
