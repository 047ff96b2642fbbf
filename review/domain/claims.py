"""The claim table: what a manuscript says with a citation, whether the cited work says it, in whose words, and how it was read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from review.domain.estimate import Table
from review.domain.finding import Finding, Severity
from review.domain.naming import shortened


class ClaimVerdict(StrEnum):
    """What the cited work turned out to say."""

    SUPPORTED = "supported"
    CAVEAT = "supported with a caveat"
    SUBJECT = "subject only"
    NOT_RETRIEVABLE = "not retrievable"


OPEN = ""  # nobody has looked yet
COLUMNS = ("claim", "reference", "verdict", "quote", "how_read", "note", "checked_by", "checked_on")
NEEDED = ("claim", "reference")
# What people also write.
_ALIASES: Mapping[str, ClaimVerdict] = {
    "yes": ClaimVerdict.SUPPORTED,
    "supported with caveat": ClaimVerdict.CAVEAT,
    "with a caveat": ClaimVerdict.CAVEAT,
    "caveat": ClaimVerdict.CAVEAT,
    "subject-level only": ClaimVerdict.SUBJECT,
    "subject level only": ClaimVerdict.SUBJECT,
    "not available": ClaimVerdict.NOT_RETRIEVABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence and one reference. `verdict` is as it was written, empty while nobody has looked."""

    claim: str
    reference: str
    verdict: str = OPEN
    quote: str = ""
    how_read: str = ""
    note: str = ""
    checked_by: str = ""
    checked_on: str = ""
    line: int | None = None


def verdict_of(text: str) -> ClaimVerdict | None:
    """The verdict that is meant; None for one that is none.

    >>> verdict_of("Supported with caveat"), verdict_of("maybe")
    (<ClaimVerdict.CAVEAT: 'supported with a caveat'>, None)
    """
    said = " ".join(text.casefold().split()).strip(" .")
    if said in set(ClaimVerdict):
        return ClaimVerdict(said)
    return _ALIASES.get(said)


def check(claims: Sequence[Claim], *, known: Collection[str], cited: Collection[str], path: str) -> list[Finding]:
    """What is missing in the table, row by row, and which cited references nobody looked into."""
    found = [finding for claim in claims for finding in _of_claim(claim, known, cited, path)]
    without = sorted(set(cited) & set(known) - {claim.reference for claim in claims})
    if claims and without:
        named = ", ".join(without[:8]) + (" and others" if len(without) > 8 else "")
        found.append(
            Finding(
                rule="CLAIM-MISSING",
                severity=Severity.INFO,
                message=f"{len(without)} cited references have no row in the claim table: {named}.",
                path=path,
                hint="Add a row for each sentence that rests on them: review paper claims DIR --new",
            )
        )
    return found


def _of_claim(claim: Claim, known: Collection[str], cited: Collection[str], path: str) -> Iterator[Finding]:
    def fault(rule: str, severity: Severity, message: str, hint: str) -> Finding:
        return Finding(
            rule=rule, severity=severity, message=message, hint=hint, path=path, line=claim.line, got=claim.reference
        )

    if claim.reference not in known:
        near = difflib.get_close_matches(claim.reference, list(known), n=1)
        hint = f"Did you mean {near[0]}?" if near else "Add the work to references.bib, or correct its key."
        message = f"The reference {claim.reference or '(none)'} of a claim is not in references.bib."
        yield fault("CLAIM-REFERENCE", Severity.ERROR, message, hint)
    elif claim.reference not in cited:
        message = f"A claim rests on {claim.reference}, which the text does not cite any more."
        yield fault("CLAIM-UNCITED", Severity.WARNING, message, "Cite it, or take the row out.")
    verdict = verdict_of(claim.verdict)
    if not claim.verdict:
        message = f"Nobody has looked yet whether {claim.reference} says “{shortened(claim.claim)}”."
        yield fault("CLAIM-OPEN", Severity.WARNING, message, "Read the place and write the verdict and the quote.")
    elif verdict is None:
        listed = ", ".join(ClaimVerdict)
        yield fault("CLAIM-VERDICT", Severity.ERROR, f"{claim.verdict!r} is no verdict.", f"Known: {listed}.")
    yield from _of_verdict(claim, verdict, path)


def _of_verdict(claim: Claim, verdict: ClaimVerdict | None, path: str) -> Iterator[Finding]:
    """What each verdict needs beside it."""
    needs = {
        ClaimVerdict.SUPPORTED: (("quote", "the words of the source", Severity.ERROR), ("how_read", "how it was read", Severity.WARNING)),
        ClaimVerdict.CAVEAT: (
            ("quote", "the words of the source", Severity.ERROR),
            ("note", "what the caveat is", Severity.ERROR),
            ("how_read", "how it was read", Severity.WARNING),
        ),
        ClaimVerdict.SUBJECT: (("how_read", "how it was read", Severity.WARNING),),
        ClaimVerdict.NOT_RETRIEVABLE: (("note", "what was tried", Severity.WARNING),),
    }  # fmt: skip
    for column, what, severity in needs.get(verdict, ()) if verdict else ():
        if not getattr(claim, column):
            rule = "CLAIM-QUOTE" if column == "quote" else "CLAIM-EVIDENCE"
            message = f"“{shortened(claim.claim)}” is called {verdict} by {claim.reference}, but {what} is missing."
            yield Finding(
                rule=rule,
                severity=severity,
                message=message,
                path=path,
                line=claim.line,
                hint=f"Fill in the column {column}.",
                got=claim.reference,
            )
    if verdict in (ClaimVerdict.SUBJECT, ClaimVerdict.NOT_RETRIEVABLE):
        why = "is about the subject only" if verdict is ClaimVerdict.SUBJECT else "could not be read"
        yield Finding(
            rule="CLAIM-UNSUPPORTED",
            severity=Severity.WARNING,
            message=f"{claim.reference} {why}, and the text rests “{shortened(claim.claim)}” on it.",
            path=path,
            line=claim.line,
            hint="Find a work that says it, or weaken the sentence.",
            got=claim.reference,
        )


def counts(claims: Sequence[Claim]) -> dict[str, int]:
    """How many claims got each verdict, those that nobody looked at among them; they add up to all."""
    found = dict.fromkeys([*map(str, ClaimVerdict), "open", "unknown"], 0)
    for claim in claims:
        verdict = verdict_of(claim.verdict)
        found["open" if not claim.verdict else "unknown" if verdict is None else str(verdict)] += 1
    return {name: n for name, n in found.items() if n or name in set(ClaimVerdict) or name == "open"}


def _without_keys(text: str) -> str:
    """A sentence as it is read, without the keys of its citations.

    >>> _without_keys("It is so [@lee2020; see @who, p. 3].")
    'It is so.'
    """
    return re.sub(r"\s*\[[^\[\]]*@[^\[\]]*\]", "", text)


def table(claims: Sequence[Claim]) -> Table:
    """The claims as a table for print, in the order in which they were written."""
    rows = tuple(
        (_without_keys(claim.claim), claim.reference, claim.verdict or "open", claim.quote, "; ".join(part for part in (claim.how_read, claim.note) if part))
        for claim in claims
    )  # fmt: skip
    told = ", ".join(f"{name}: {n}" for name, n in counts(claims).items())
    return Table(
        name="claims",
        title="What the cited works say",
        columns=("Claim", "Reference", "Verdict", "Words of the source", "How it was read"),
        rows=rows,
        note=f"{len(claims)} claims. {told[:1].upper()}{told[1:]}.",
    )
