"""Invented records for the tests of the services."""

from __future__ import annotations

from collections.abc import Callable

from review.services import collect, works
from review.services.project import Project

TOPICS = (
    "Deep learning grades lumbosacral transitional vertebrae on radiographs",
    "Numbering of lumbar levels with a convolutional network in CT",
    "A data set of spine MRI with enumeration anomalies",
    "Long short-term memory networks for rainfall prediction",
    "Manual measurement of the sacral slope in adolescents",
    "Convolutional networks for lung nodule detection",
    "Castellvi grading by a vision transformer",
    "Segmentation of the pelvis with partial labels",
)


def ris(number: int, *, journal: str = "J Invented Spine") -> str:
    return (
        f"TY  - JOUR\nTI  - {TOPICS[number]}\nAU  - Writer{number}, Ada\nAU  - Second, Bo\nPY  - {2015 + number}\n"
        f"JO  - {journal}\nVL  - {number + 1}\nSP  - {10 * number + 1}\nEP  - {10 * number + 9}\n"
        f"DO  - 10.5555/inv.{number}\nAB  - {TOPICS[number]}. We studied {100 + number} patients.\nER  - \n\n"
    )


def work(found: Project, number: int) -> str:
    reference = f"10.5555/inv.{number}"
    return works.works(found).work_of[collect.find_records(found, [reference])[reference]]


def include(say: Callable[..., None], *numbers: int) -> None:
    """Two people include these works by title and abstract and exclude the others."""
    for who in ("Ana", "Ben"):
        for n in range(len(TOPICS)):
            say(who, n, "include" if n in numbers else "exclude")
