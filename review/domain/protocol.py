"""The review protocol: question, sources with their exact strings, criteria, rules of the game, charting form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from review.domain.charting import ChartingForm
from review.domain.record import SourceKind
from review.domain.syntax import TermField


@dataclass(frozen=True, slots=True, kw_only=True)
class Pcc:
    """Population, concept, context: the JBI form of a scoping-review question."""

    population: str
    concept: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase of a concept, perhaps with * for any ending, and where in a record it is sought."""

    text: str
    field: TermField = TermField.TITLE_ABSTRACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One idea of the question and the words for it: any of them will do, and every concept must be met."""

    name: str
    synonyms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSearch:
    """A source and the exact string to be sent to it."""

    name: str
    label: str
    kind: SourceKind
    platform: str
    query: str
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMethods:
    """What was done beyond the strings, in the author's words; "" where nothing is said. PRISMA-S asks for each."""

    browsing: str = ""  # sites, contents pages and proceedings looked through
    citations: str = ""  # reference lists and citing papers
    contacts: str = ""  # authors, experts, manufacturers
    other: str = ""
    filters: str = ""  # published search filters
    earlier_strategies: str = ""  # taken over from other reviews
    updates: str = ""  # reruns and alerts
    peer_review: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousVersion:
    """The version of the review that this one updates: its last day of searching, or its numbers as published."""

    searched_until: str = ""  # ISO date
    studies: int | None = None
    reports: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """An inclusion or exclusion criterion; `label` is the short form for buttons and the flow diagram."""

    id: str
    label: str
    text: str


class VersionsCountAs(StrEnum):
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningRules:
    """`versions_count_as` tells what a preprint and its article, or the updates of one review, are: one report or several."""

    """The rules of the game: how many people judge each record, and what must hold before screening goes on."""

    reviewers_per_record: int = 2
    pilot_records: int = 0
    kappa_target: float | None = None
    stopping: str = ""
    instructions: str = ""
    versions_count_as: VersionsCountAs = VersionsCountAs.ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    title: str
    question: str
    objectives: tuple[str, ...]
    pcc: Pcc
    searches: tuple[PlannedSearch, ...]
    include: tuple[Criterion, ...]
    exclude: tuple[Criterion, ...]
    screening: ScreeningRules
    include_terms: tuple[str, ...]
    exclude_terms: tuple[str, ...]
    form: ChartingForm
    registration: str = ""
    synthesis: str = ""
    concepts: tuple[Concept, ...] = ()
    search_methods: SearchMethods = SearchMethods()
    previous_version: PreviousVersion | None = None

    def exclusion(self, criterion_id: str) -> Criterion | None:
        return next((c for c in self.exclude if c.id == criterion_id), None)

    @property
    def own_words(self) -> str:
        """Everything the protocol says about what is sought: the text a cold-start ranking reads."""
        parts = [self.title, self.question, *self.objectives, self.pcc.population, self.pcc.concept, self.pcc.context]
        parts += [c.text for c in self.include] + list(self.include_terms)
        return "\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A numbered version of the protocol. Number 0 is the frozen original; later ones carry a reason."""

    number: int
    sha256: str
    text: str
    reason: str
    who: str
    at: str
