"""What is wrong with a search string before it is sent: one finding for each fault, with what to do.

Only what the source's own rules say is a fault; of a source whose rules are not known here, only brackets, quotation
marks and operators are looked at. A string is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.domain.finding import Finding, Severity
from review.domain.string_tokens import BOOLEAN, Token, read, statements
from review.domain.syntax import SYNTAXES, Phrases, Syntax, Wildcards

_SMART_DOUBLE = "“”„‟«»″"
_SMART_SINGLE = "‘’‚‛′"
_SMART = re.compile(rf"[{_SMART_DOUBLE}]|(?<!\w)[{_SMART_SINGLE}]|[{_SMART_SINGLE}](?!\w)")
_STRAIGHT = str.maketrans(dict.fromkeys(_SMART_DOUBLE, '"') | dict.fromkeys(_SMART_SINGLE, "'"))
_ADDRESS = re.compile(r"\s*https?://")
_SET = re.compile(r"#\d+")
_SHOWN = 40  # characters of the string in a message
_MOST = 5  # brackets told of; the rest follow from them
# How a tag of each of these looks, to know one that was carried over from another source.
_ELSEWHERE = (
    (
        "pubmed",
        re.compile(
            r"\[(?:tiab|ti|tw|mesh|mesh terms|mh|majr|title/abstract|all fields|dp|pt)(?::[^\]]*)?\]", re.IGNORECASE
        ),
    ),
    ("scopus", re.compile(r"\bTITLE-ABS(?:-KEY)?\s*\(")),
    ("wos", re.compile(r"(?<!\w)(?:TS|TI|AB)=\s?[\"(\w]")),
    ("ovid", re.compile(r"(?<=[\w*)])\.(?:mp|tw|ti|ab|ti,ab|ti,ab,kw|ti,ab,kf)\.?(?![\w.])")),
    ("embase", re.compile(r"(?<=[\w*)'\"]):ti,ab(?:,kw)?\b")),
    ("arxiv", re.compile(r"(?<!\w)(?:abs|ti|all|cat):(?=[\"(\w])")),
    ("ieee", re.compile(r'"All Metadata":')),
    ("europepmc", re.compile(r"(?<!\w)TITLE_ABS:")),
)
_SAME_TAGS = {"embase": {"cochrane"}, "cochrane": {"embase"}}


def check_string(query: str, syntax: Syntax | None) -> list[Finding]:
    """Every fault of a string in a source's syntax, in the order of the string; `line` counts from its first line.

    Errors are faults that no source survives: they keep a string from being sent.

    >>> from review.domain.syntax import named
    >>> [str(f.severity) for f in check_string("(spine[tiab] or back[tiab]", named("pubmed"))]
    ['error', 'warning']
    """
    if _ADDRESS.match(query):  # copied from a browser: OpenAlex and Crossref take it as it is
        return []
    faults = [*_smart_quotes(query)]
    straight = query.translate(_STRAIGHT)
    if syntax is not None and syntax.headings is not None:
        straight = syntax.headings.sub(
            lambda m: re.sub(r"\b(?:and|or|not)\b", lambda w: "_" * len(w[0]), m[0]), straight
        )
    for begin, statement in statements(straight, syntax):
        tokens, broken = _read(statement, begin, syntax)
        faults += broken[:_MOST]
        if not broken:
            faults += _grammar(tokens, syntax)
        faults += _case(tokens, syntax)
        faults += _wildcards(tokens, syntax)
    faults += _tags(straight, syntax)
    found = [_finding(query, fault) for fault in faults]
    return sorted(found, key=lambda f: (f.line or 0, f.column or 0, f.severity is not Severity.ERROR))


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    at: int
    message: str
    hint: str
    severity: Severity = Severity.WARNING


def _finding(query: str, fault: _Fault) -> Finding:
    line_start = query.rfind("\n", 0, fault.at) + 1
    return Finding(
        rule=f"STRING-{fault.rule}",
        severity=fault.severity,
        message=fault.message,
        hint=fault.hint,
        line=query.count("\n", 0, fault.at) + 1,
        column=fault.at - line_start + 1,
    )


def _near(text: str, at: int) -> str:
    """The place in a string, short enough for a message."""
    piece = " ".join(text[at : at + _SHOWN].split())
    return f"{piece} …" if at + _SHOWN < len(text) else piece


def _smart_quotes(query: str) -> Iterator[_Fault]:
    found = _SMART.findall(query)
    if found:
        yield _Fault(
            "QUOTES",
            _SMART.search(query).start(),  # type: ignore[union-attr]
            f"The string has {len(found)} curved quotation mark{'' if len(found) == 1 else 's'} ({' '.join(dict.fromkeys(found))}), "
            "as word processors write them.",
            "Replace them by straight ones: sources may not see the phrase.",
        )


def _read(text: str, begin: int, syntax: Syntax | None) -> tuple[list[Token], list[_Fault]]:
    """The tokens of a statement, and what is not balanced in it."""
    found: list[Token] = []
    faults: list[_Fault] = []
    opened: list[int] = []
    for token in read(text, single=syntax is not None and syntax.phrases is Phrases.SINGLE):
        found.append(Token(token.kind, token.text, token.at + begin))
        if token.kind == "open":
            opened.append(token.at)
        elif token.kind == "close" and opened:
            opened.pop()
        elif len(faults) == _MOST:
            continue
        elif token.kind == "close":
            faults.append(
                _unbalanced(begin + token.at, "A bracket ) closes nothing", text, max(0, token.at - _SHOWN + 1))
            )
        elif token.kind == "lost":
            name = "quotation mark" if token.text[0] in "\"'" else f"bracket {token.text[0]}"
            word = "closes nothing" if token.text[0] == "]" else "is not closed"
            faults.append(_unbalanced(begin + token.at, f"A {name} {word}", text, token.at))
    faults += [_unbalanced(begin + at, "A bracket ( is not closed", text, at) for at in opened[:_MOST]]
    return found, faults


def _unbalanced(at: int, what: str, text: str, shown_from: int) -> _Fault:
    return _Fault(
        "BALANCE",
        at,
        f"{what}: '{_near(text, shown_from)}'.",
        "Every ( needs its ), every [ its ] and every quotation mark a second one.",
        Severity.ERROR,
    )


def _operator(token: Token) -> str:
    return token.text.lower() if token.kind == "word" and token.text.lower() in BOOLEAN else ""


def _grammar(tokens: Sequence[Token], syntax: Syntax | None) -> Iterator[_Fault]:
    """Operators without a neighbour, empty brackets, and OR beside AND without brackets."""
    if syntax is not None and not syntax.operators:
        return
    lower_counts = syntax is None or not syntax.upper_operators
    before: Token | None = None
    levels: list[set[str]] = [set()]
    told: list[bool] = [False]
    for token in [*tokens, Token("end", "", tokens[-1].at + 1 if tokens else 0)]:
        operator = _operator(token) if lower_counts or token.text.isupper() else ""
        earlier = _operator(before) if before and (lower_counts or before.text.isupper()) else ""
        if token.kind == "close" and before is not None and before.kind == "open":
            yield _Fault(
                "OPERATOR", before.at, "There is a pair of brackets with nothing in it.", "Take it out.", Severity.ERROR
            )
        elif earlier and (operator not in ("", "not", "andnot") or token.kind in ("close", "end")):
            yield _alone(before, "nothing to its right" if not operator else f"{token.text} right after it")  # type: ignore[arg-type]
        elif operator and operator != "not" and (before is None or before.kind == "open"):
            yield _alone(token, "nothing to its left")
        if token.kind == "open":
            levels.append(set())
            told.append(False)
        elif token.kind == "close" and len(levels) > 1:
            levels.pop()
            told.pop()
        elif operator:
            levels[-1].add("or" if operator == "or" else "and")
            if len(levels[-1]) == 2 and not told[-1]:
                told[-1] = True
                yield _mixed(token, syntax)
        before = token


def _alone(token: Token, why: str) -> _Fault:
    return _Fault(
        "OPERATOR",
        token.at,
        f"The operator {token.text} has {why}.",
        "Add the missing words, or take it out.",
        Severity.ERROR,
    )


def _mixed(token: Token, syntax: Syntax | None) -> _Fault:
    reads = f"{syntax.label} does not read it as you may mean it" if syntax else "Sources read that differently"
    return _Fault(
        "MIXED",
        token.at,
        f"OR stands beside AND or NOT without brackets, at {token.text}. {reads}.",
        "Put the words joined by OR into brackets of their own.",
    )


def _case(tokens: Sequence[Token], syntax: Syntax | None) -> Iterator[_Fault]:
    if syntax is None:
        return
    found = [t for t in tokens if _operator(t)]
    if not syntax.operators:
        if found and any(t.text.isupper() for t in found):
            yield _Fault(
                "OPERATOR",
                found[0].at,
                f"{syntax.label} knows no operators.",
                "Give it a few words; it ranks by likeness.",
            )
        return
    lower = [t for t in found if syntax.upper_operators and not t.text.isupper()]
    if lower:
        shown = ", ".join(dict.fromkeys(t.text for t in lower))
        yield _Fault(
            "OPERATOR",
            lower[0].at,
            f"{syntax.label} takes operators only in capital letters, and reads small ones as words: {shown}.",
            "Write AND, OR, NOT; put a phrase that holds such a word in quotation marks.",
        )
    sets = [t for t in tokens if syntax.sent and t.kind == "word" and _SET.fullmatch(t.text)]
    if sets:
        yield _Fault(
            "LINES",
            sets[0].at,
            f"{sets[0].text} refers to a line of a search history, which is not sent along.",
            "Write the lines out as one string.",
            Severity.ERROR,
        )


def _wildcards(tokens: Sequence[Token], syntax: Syntax | None) -> Iterator[_Fault]:
    """Faults of the sign *; the first of each kind is told, with the others counted in."""
    if syntax is None:
        return
    starred = [t for t in tokens if t.kind in ("word", "quoted") and "*" in t.text]
    if syntax.wildcards is Wildcards.NONE:
        if starred:
            yield _Fault(
                "WILDCARD",
                starred[0].at,
                f"{syntax.label} does not read *: {_listed(starred)}.",
                "Write out every ending and spelling.",
            )
        return
    in_phrases = [t for t in starred if t.kind == "quoted" and " " in t.text.strip("\"' ")]
    if syntax.wildcards is Wildcards.NOT_IN_PHRASES and in_phrases:
        instead = (
            "join the words by NEXT, as in (transitional NEXT vertebra*)"
            if syntax.phrases is Phrases.NEXT
            else "write out each ending"
        )
        yield _Fault(
            "WILDCARD",
            in_phrases[0].at,
            f"{syntax.label} does not read * inside quotation marks: {_listed(in_phrases)}.",
            f"Take the phrase apart or {instead}.",
        )
    roots = [t for t in _beside_no_word(tokens) if _too_short(t.text.strip("\"'"), syntax)]
    if roots:
        yield _Fault(
            "WILDCARD",
            roots[0].at,
            f"Fewer than {syntax.shortest_root} letters before * match too much or nothing in {syntax.label}: {_listed(roots)}.",
            "Write more of the word, or write its forms out.",
        )
    leading = [] if syntax.leading_wildcard else [t for t in starred if re.search(r"(?:^|[\s\"'])\*\w", t.text)]
    if leading:
        yield _Fault(
            "WILDCARD",
            leading[0].at,
            f"{syntax.label} does not read * at the beginning of a word: {_listed(leading)}.",
            "Write the words out.",
        )


def _beside_no_word(tokens: Sequence[Token]) -> Iterator[Token]:
    """The words with * that stand alone: in a phrase, or near another word, that word narrows what is found."""
    before: Token | None = None
    for token in tokens:
        alone = before is None or before.kind in ("open", "square") or bool(_operator(before))
        if "*" in token.text and token.kind in ("word", "quoted") and alone and len(token.text.split()) == 1:
            yield token
        before = token


def _too_short(word: str, syntax: Syntax) -> bool:
    """True if what stands before the first * is too short for the source; a heading in focus (*Spine/) has no root."""
    root, star, rest = re.sub(r"^[A-Za-z_]+[:=]", "", word).partition("*")
    if not star or (not root and rest):
        return False
    if rest.strip("*") and syntax.shortest_root < 4:
        root += rest  # behind a sign inside a word the rest of it narrows what is found
    return sum(c.isalnum() for c in root) < syntax.shortest_root


def _listed(tokens: Sequence[Token]) -> str:
    names = list(dict.fromkeys(t.text for t in tokens))
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _tags(query: str, syntax: Syntax | None) -> Iterator[_Fault]:
    """Field tags the source does not know: of another source, or misspelt."""
    if syntax is None:
        return
    bare = query if syntax.name == "ieee" else re.sub(r'"[^"]*"', lambda m: '"' + "_" * (len(m[0]) - 2) + '"', query)
    told: set[int] = set()
    for other, pattern in _ELSEWHERE:
        match = pattern.search(bare)
        if (
            match
            and other != syntax.name
            and other not in _SAME_TAGS.get(syntax.name, ())
            and not _known(match[0], syntax)
        ):
            told.add(match.start())
            label = next(s.label for s in SYNTAXES if s.name == other)
            yield _Fault(
                "FIELD",
                match.start(),
                f"{match[0].strip()} is written as for {label}; {syntax.label} does not know it.",
                f"Write it as {syntax.label} does{f', as in {syntax.example}' if syntax.example else ''}.",
            )
    yield from _unknown_tags(bare, syntax, told)


def _unknown_tags(bare: str, syntax: Syntax, told: set[int]) -> Iterator[_Fault]:
    if syntax.tag is None:
        return
    seen: set[str] = set()
    for match in syntax.tag.finditer(bare):
        written = next(group for group in match.groups() if group is not None)
        if match.start() in told or written in seen or _known(match[0], syntax):
            continue
        seen.add(written)
        yield _Fault(
            "FIELD",
            match.start(),
            f"{syntax.label} knows no field {match[0].strip()}.",
            f"Look it up in the help of {syntax.label}; it writes fields as in {syntax.example}.",
        )


def _known(written: str, syntax: Syntax) -> bool:
    """True if each field named in a tag as written is one of the source's own."""
    if syntax.tag is None:
        return False
    match = syntax.tag.search(f"x{written}" if written[:1] in ".:" else written + ("x" if written[-1:] in ":=" else ""))
    if match is None:
        return False
    names = next(group for group in match.groups() if group is not None).lower()
    if syntax.name == "pubmed":
        return names.partition(":")[0].strip() in syntax.tags
    parts = [names] if syntax.name in ("ieee", "scopus") else names.split(",")
    return all(part.strip() in syntax.tags for part in parts)
