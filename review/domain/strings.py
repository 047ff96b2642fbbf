"""Draft search strings: a concept table written in the syntax of a source.

What a source cannot say is never dropped in silence: it stands in the findings of the draft. Concepts are joined by
AND, the words of one concept by OR. The author edits the draft and freezes it with the protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from review.domain import syntax as syntaxes
from review.domain.finding import Finding, Severity
from review.domain.protocol import Concept, PlannedSearch, Term
from review.domain.string_check import check_string
from review.domain.syntax import Phrases, Syntax, TermField, Wildcards

RULE = "STRING-DRAFT"
# Where a source has no such field: the next one in which at least as much is found, and whether that is wider.
_INSTEAD = {
    TermField.TITLE: (TermField.TITLE_ABSTRACT, TermField.ANYWHERE),
    TermField.ABSTRACT: (TermField.TITLE_ABSTRACT, TermField.ANYWHERE),
    TermField.TITLE_ABSTRACT: (TermField.ANYWHERE,),
    TermField.ANYWHERE: (TermField.TITLE_ABSTRACT,),
}
_SAID = {
    TermField.TITLE: "the title",
    TermField.ABSTRACT: "the abstract",
    TermField.TITLE_ABSTRACT: "title and abstract",
    TermField.ANYWHERE: "the whole record",
    TermField.MESH: "MeSH headings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A string in a source's syntax, "" if the source cannot say it, and what differs from the concept table."""

    syntax: Syntax
    query: str
    findings: tuple[Finding, ...] = ()


def behind(search: PlannedSearch) -> Syntax | None:
    """The syntax in which a search of the protocol is written; None if it is none of those known here."""
    return syntaxes.behind(search.name, platform=search.platform, label=search.label, query=search.query)


def draft(concepts: Sequence[Concept], syntax: Syntax) -> Draft:
    """The draft of one source. Its own faults, such as a root too short to be truncated there, are among its findings."""
    writer = _Writer(syntax)
    if not syntax.operators:
        query = writer.plain(concepts)
    else:
        groups = [writer.group(concept) for concept in concepts]
        query = "\nAND ".join(groups) if groups and all(groups) else ""
    faults = check_string(query, syntax) if query else []
    return Draft(syntax=syntax, query=query, findings=(*writer.findings, *faults))


@dataclass(slots=True)
class _Writer:
    syntax: Syntax
    said: dict[tuple[str, str, Severity], dict[str, None]] = field(default_factory=dict)

    def say(self, message: str, hint: str, *, of: str = "", severity: Severity = Severity.WARNING) -> None:
        """Note what differs from the table; `of` is the term it concerns, named where the message has {}."""
        self.said.setdefault((message, hint, severity), {})[of] = None

    @property
    def findings(self) -> list[Finding]:
        """One for each thing there is to say, with all terms it concerns."""
        return [
            Finding(rule=RULE, severity=severity, message=message.format(", ".join(map(repr, terms))), hint=hint)
            for (message, hint, severity), terms in self.said.items()
        ]

    def plain(self, concepts: Sequence[Concept]) -> str:
        """For a source without operators: the first word or phrase of each concept."""
        self.say(
            f"{self.syntax.label} knows no AND, OR or phrases: it ranks whatever holds any of the words.",
            "Its number of results says nothing. Use it to complete records, not as a database of your review.",
        )
        return " ".join(concept.synonyms[0].text.replace("*", "") for concept in concepts if concept.synonyms)

    def group(self, concept: Concept) -> str:
        """One concept in brackets; "" if nothing of it can be said here."""
        parts = list(self.parts(concept))
        if not parts:
            self.say(
                f"{self.syntax.label} can say nothing of the concept {{}}, so there is no draft for it.",
                "Add a synonym that it can say: a plain word in title_abstract.",
                of=concept.name,
                severity=Severity.ERROR,
            )
            return ""
        return parts[0] if len(parts) == 1 and self.syntax.around else f"({' OR '.join(parts)})"

    def parts(self, concept: Concept) -> Iterator[str]:
        by_field: dict[TermField, list[str]] = {}
        for term in concept.synonyms:
            where = self.place(term)
            if where is None:
                continue
            written = self.term(term, where)
            if written:
                by_field.setdefault(where, []).append(written)
        for where, written_terms in by_field.items():
            pattern = self.syntax.fields[where]
            if self.syntax.around and where is not TermField.MESH:
                yield pattern.format(" OR ".join(dict.fromkeys(written_terms)))
            else:
                yield from (self.tagged(where, each) for each in dict.fromkeys(written_terms))

    def tagged(self, where: TermField, written: str) -> str:
        """A term with its field; one of several words joined by AND has the field at each of them."""
        return (
            written if written.startswith("(") and not self.syntax.around else self.syntax.fields[where].format(written)
        )

    def place(self, term: Term) -> TermField | None:
        """The field in which this source looks for a term; None if it has to be left out."""
        if term.field in self.syntax.fields:
            return term.field
        for other in _INSTEAD.get(term.field, ()):
            if other in self.syntax.fields:
                self.say(
                    f"{self.syntax.label} does not look in {_SAID[term.field]} alone; sought in {_SAID[other]}: {{}}.",
                    "Nothing to do, unless it finds too much."
                    if term.field is not TermField.ANYWHERE
                    else "It may find less than elsewhere.",
                    of=term.text,
                    severity=Severity.INFO,
                )
                return other
        self.say(
            f"{self.syntax.label} has no {_SAID[term.field]}; left out of the draft: {{}}.",
            "Add words for title_abstract that say the same.",
            of=term.text,
        )
        return None

    def term(self, term: Term, where: TermField) -> str:
        """The words of a term as this source writes them; "" if it cannot."""
        text = " ".join(term.text.split())
        if where is TermField.MESH:
            return self.phrase(text) if self.syntax.phrases is Phrases.ADJACENT else self.quoted(text)
        if "*" not in text:
            return self.phrase(text)
        if self.syntax.wildcards is Wildcards.NONE:
            return self.without_wildcard(text)
        if " " in text and self.syntax.wildcards is Wildcards.NOT_IN_PHRASES and self.syntax.phrases is Phrases.QUOTED:
            self.say(
                f"{self.syntax.label} reads no * inside a phrase; its words are joined by AND, in any order: {{}}.",
                "Nothing to do, unless it finds too much: then write each ending as a synonym of its own.",
                of=text,
                severity=Severity.INFO,
            )
            return f"({' AND '.join(self.syntax.fields[where].format(word) for word in text.split())})"
        return self.phrase(text)

    def without_wildcard(self, text: str) -> str:
        if self.syntax.stems:
            self.say(
                f"{self.syntax.label} reads no *, since it reduces words to their stems itself; written without it: {{}}.",
                "Write endings that stemming does not join, such as vertebra and vertebrae, as synonyms of their own.",
                of=text,
            )
            return self.phrase(text.replace("*", ""))
        self.say(
            f"{self.syntax.label} reads no *; left out of the draft: {{}}.",
            "Write each ending as a synonym of its own, in British and American spelling.",
            of=text,
        )
        return ""

    def phrase(self, text: str) -> str:
        if self.syntax.phrases is Phrases.ADJACENT:
            return f'"{text}"' if {"and", "or", "not"} & set(text.lower().split()) else text
        if self.syntax.phrases is Phrases.NEXT and "*" in text and " " in text:
            return f"({' NEXT '.join(text.split())})"
        return text if text.replace("*", "").isalnum() else self.quoted(text)

    def quoted(self, text: str) -> str:
        return f"'{text}'" if self.syntax.phrases is Phrases.SINGLE else f'"{text}"'
