"""The kinds of paper, and a manuscript's sections on their way from draft to approved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SectionState(StrEnum):
    DRAFT = "draft"
    REVISED = "revised"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperType:
    """A kind of paper: its skeleton lies in `templates/paper_types/<name>/`."""

    name: str
    title: str
    question: str  # the core question its reviewers ask
    checklists: tuple[str, ...]


REVIEW = PaperType(
    name="review",
    title="Scoping review",
    question="What does the literature cover, and where are the gaps?",
    checklists=("prisma-scr",),
)

DATASET = PaperType(
    name="dataset",
    title="Dataset or benchmark",
    question="Here are data and a way to measure progress: can they be trusted, and used?",
    checklists=("claim-2024", "datasheets", "grras", "reproducibility"),
)
METHOD = PaperType(
    name="method",
    title="Method",
    question="Here is a model that does something better: better than what, on whom, and how surely?",
    checklists=("claim-2024", "miccai", "reproducibility"),
)
CLINICAL = PaperType(
    name="clinical",
    title="Clinical study",
    question="Does this AI change an outcome that matters to a patient?",
    checklists=("claim-2024", "stard-ai", "reproducibility"),
)

PROJECT_TYPES = ("review", "dataset", "method", "clinical")
