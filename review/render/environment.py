"""Facts looked up in a manuscript: a strict, sandboxed Jinja that can name values and nothing else.

Code, mathematics and comments are left alone. There are no loops, no macros and no includes: a manuscript that came
with somebody else's project can neither run code, nor read a file, nor run for ever.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from review.domain.finding import Finding, Severity
from review.domain.markup import header_end, verbatim
from review.domain.provenance import Fact
from review.render import braces
from review.render import facts as values

# What a template may hold; everything else is refused by name.
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.Const,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.Neg,
    nodes.Concat,
    nodes.Call,
)
_TESTS = frozenset({"none", "defined", "undefined", "number", "string"})
_FILTERS: Mapping[str, Callable[..., object]] = {
    "thousands": values.thousands,
    "pct": values.pct,
    "n_pct": values.n_pct,
    "ci": values.with_interval,
    "round": values.rounded,
    "int": int,
    "abs": abs,
    "lower": str.lower,
    "upper": str.upper,
    "capitalize": str.capitalize,
}
PENDING = "pending"
_OPEN, _CLOSE = "\ue000", "\ue001"  # private-use characters that stand for a verbatim piece while rendering
_PLACE = re.compile(f"{_OPEN}([0-9]{{1,9}}){_CLOSE}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|@$~^#&!])")


class Ready(str):
    """Markdown that is ready to stand in the text: a table or a figure."""

    __slots__ = ()


def escape_markdown(text: str) -> str:
    r"""Text from a record as it is, never read as Markdown, mathematics or a citation.

    >>> escape_markdown("*Staph* for $5 @risk")
    '\\*Staph\\* for \\$5 \\@risk'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def render_manuscript(
    text: str, facts: Mapping[str, Fact], tables: Mapping[str, str] | None = None
) -> tuple[str, list[Finding]]:
    """The manuscript with every fact in place, and a finding for each name that nobody knows.

    A name with the filter `pending` may be unknown: an open task stands in its place, and the finding is a warning.
    The text is only usable when no finding is an error.
    """
    split = header_end(text)
    looked_up = _Lookup(facts=facts, tables=tables or {})
    head = looked_up.render(text[:split], first_line=1, escape=_escape_yaml)
    body = looked_up.render(text[split:], first_line=text.count("\n", 0, split) + 1, escape=escape_markdown)
    return head + body, looked_up.findings


def names_in(text: str) -> dict[str, list[int]]:
    r"""Every fact and table a manuscript names with the lines it stands in; a table as `table("name")`.

    >>> names_in("{{ n.all }}\n{{ table('counts') }} {{ n.all | thousands }}")
    {'n.all': [1, 2], 'table("counts")': [2]}
    """
    split = header_end(text)
    found: dict[str, list[int]] = {}
    for part, first_line in ((text[:split], 1), (text[split:], text.count("\n", 0, split) + 1)):
        bare, _ = _taken_out(part.replace(_OPEN, "").replace(_CLOSE, ""))
        try:
            nodes_ = list(_walk(_Lookup(facts={}, tables={}).environment(str).parse(bare)))
        except (TemplateSyntaxError, RecursionError):
            continue
        for node, _ in nodes_:
            name = _dotted(node)
            if isinstance(node, nodes.Call) and node.args and isinstance(node.args[0], nodes.Const):
                name = f'table("{node.args[0].value}")'
            if name and name != "table":
                found.setdefault(name, []).append(first_line + node.lineno - 1)
    return found


def _escape_yaml(text: str) -> str:
    """Text inside a double-quoted YAML value."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


class _NoValue(Undefined):
    """A fact without a value: false in a condition, none in a test, an error when it is printed."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(self._fail_with_undefined_error())

    def task(self) -> str:
        return f"still to be computed: {self._undefined_name}"


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*"})

    def call_binop(self, _context: object, _operator: str, left: object, right: object) -> object:
        if not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError("only numbers can be multiplied")
        return left * right  # type: ignore[operator]


@dataclass(slots=True)
class _Lookup:
    facts: Mapping[str, Fact]
    tables: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    def render(self, text: str, *, first_line: int, escape: Callable[[str], str]) -> str:
        """One part of the manuscript rendered; the part unchanged when a finding says why it could not be."""
        bare, kept = _taken_out(text.replace(_OPEN, "").replace(_CLOSE, ""))
        environment = self.environment(escape)
        padded = "\n" * (first_line - 1) + bare
        try:
            tree = environment.parse(padded)
        except TemplateSyntaxError as error:
            why = braces.trouble(padded, said=str(error.message), line=error.lineno)
            self._fault("FACT-SYNTAX", why.message, why.line, why.hint)
            return text
        except RecursionError:
            return self._too_deep(text)
        for why in braces.single(padded, self.facts):
            self._warn("FACT-SYNTAX", why.message, why.line, why.hint)
        before = self._errors()
        try:
            for node, guard in _walk(tree):
                self._check(node, guard)
            if self._errors() > before:
                return text
            named = _Named()
            bound = named.visit(tree)
            template = environment.from_string(bound)
        except (RecursionError, SyntaxError, MemoryError):
            return self._too_deep(text)
        try:
            rendered = template.render(self._names(named.names))
        except (UndefinedError, SecurityError, TemplateRuntimeError, TypeError, ValueError, ArithmeticError) as error:
            self._fault("FACT-VALUE", f"{str(error).rstrip('.')}.", _line_of(error))
            return text
        except (RecursionError, SyntaxError, MemoryError):
            return self._too_deep(text)
        return _put_back(rendered[first_line - 1 :], kept)

    def _errors(self) -> int:
        return sum(f.severity is Severity.ERROR for f in self.findings)

    def _too_deep(self, text: str) -> str:
        self._fault("FACT-SYNTAX", "The braces are nested too deeply to be read.", None)
        return text

    def environment(self, escape: Callable[[str], str]) -> _Environment:
        def finished(value: object) -> object:
            if isinstance(value, str) and not isinstance(value, Ready):
                return escape(value)
            return value

        environment = _Environment(
            undefined=_NoValue,
            finalize=finished,
            keep_trailing_newline=True,
            comment_start_string=f"{_OPEN}#",  # never in the text: `{#id}` is Markdown's name of a heading
            comment_end_string=f"#{_OPEN}",
        )
        environment.filters = {name: _passing(function) for name, function in _FILTERS.items()}
        environment.filters[PENDING] = _open_task
        environment.tests["none"] = lambda value: value is None or isinstance(value, Undefined)
        return environment

    def _names(self, named: Mapping[str, str]) -> dict[str, object]:
        def table(name: str) -> object:
            return Ready(self.tables[name]) if name in self.tables else _NoValue(hint=_UNKNOWN, name=f'table("{name}")')

        return {**{short: self._value(name) for name, short in named.items()}, "table": table}

    def _value(self, name: str) -> object:
        """A fact, or a part of one such as its n; what there is none of is not undefined silently."""
        fact = self.facts.get(name)
        found = None if fact is None else values.value_of(fact)
        parent, _, part = name.rpartition(".")
        if fact is None and part in values.PARTS and parent in self.facts:
            fact = self.facts[parent]
            found = values.part_of(fact, part)
        if found is None:
            why = f"{name} has no value ({fact.formula})" if fact else _UNKNOWN
            return _NoValue(hint=why, name=name)
        return found

    # What is checked before anything is rendered: every name, so that all mistakes are told at once.

    def _check(self, node: nodes.Node, guard: str) -> None:
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            self._fault("FACT-SYNTAX", f"A manuscript cannot use {what!r}.", node.lineno, "Name a fact or a table.")
        elif isinstance(node, nodes.Filter) and node.name not in {*_FILTERS, PENDING}:
            self._unknown("filter", node.name, [*_FILTERS, PENDING], node.lineno)
        elif isinstance(node, nodes.Test) and node.name not in _TESTS:
            self._unknown("test", node.name, list(_TESTS), node.lineno)
        elif isinstance(node, nodes.Call):
            self._check_call(node, guard)
        elif isinstance(node, (nodes.Getattr, nodes.Name)):
            name = _dotted(node)
            if name is None:
                self._fault("FACT-SYNTAX", "Only the name of a fact can stand here.", node.lineno)
            elif name != "table" and guard == PENDING and isinstance(self._value(name), Undefined):
                self._pending(name, node.lineno)
            elif name != "table" and not guard and not self._known(name):
                self._unknown("fact", name, list(self.facts), node.lineno)

    def _known(self, name: str) -> bool:
        parent, _, part = name.rpartition(".")
        return name in self.facts or (part in values.PARTS and parent in self.facts)

    def _pending(self, name: str, line: int, kind: str = "fact") -> None:
        known = [*self.facts] if kind == "fact" else [*self.tables]
        near = difflib.get_close_matches(name, known, n=3)
        command = values.COMPUTED_BY.get(name.removeprefix("sentence.").split(".", maxsplit=1)[0], "")
        hint = f"Compute and keep it: review evidence {command}." if command else ""
        near_hint = f"Or did you mean {' or '.join(near)}?" if near else ""
        message = f"The {kind} {name} is not there yet; the document says so in its place."
        told = f"{hint} {near_hint}".strip() or "Compute it with `review evidence …` and --keep."
        self._warn("FACT-PENDING", message, line, told, got=name)

    def _check_call(self, node: nodes.Call, guard: str) -> None:
        argument = node.args[0] if len(node.args) == 1 and not node.kwargs else None
        if not isinstance(node.node, nodes.Name) or node.node.name != "table" or not isinstance(argument, nodes.Const):
            hint = 'The name of a table stands between quotation marks: {{ table("accounting") }}.'
            self._fault("FACT-SYNTAX", "No table is named here.", node.lineno, hint)
        elif argument.value not in self.tables and guard == PENDING:
            self._pending(str(argument.value), node.lineno, "table")
        elif argument.value not in self.tables:
            self._unknown("table", str(argument.value), list(self.tables), node.lineno)

    def _unknown(self, kind: str, name: str, known: list[str], line: int) -> None:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See all of them with `review paper facts`."
        self._fault("FACT-UNKNOWN", f"There is no {kind} called {name}.", line, hint, got=name)

    def _warn(self, rule: str, message: str, line: int, hint: str, *, got: str | None = None) -> None:
        said = Finding(rule=rule, severity=Severity.WARNING, message=message, line=line, hint=hint, got=got)
        self.findings.append(said)

    def _fault(self, rule: str, message: str, line: int | None, hint: str = "", *, got: str | None = None) -> None:
        self.findings.append(
            Finding(rule=rule, severity=Severity.ERROR, message=message, line=line, hint=hint, got=got)
        )


_UNKNOWN = "nobody knows this name yet"


def _passing(function: Callable[..., object]) -> Callable[..., object]:
    """A filter that hands on what has no value, so that the one who prints it says why."""

    def passed(*arguments: object) -> object:
        without = [given for given in arguments if isinstance(given, Undefined)]
        return without[0] if without else function(*arguments)

    return passed


def _open_task(value: object) -> object:
    """The value, or an open task in its place."""
    if isinstance(value, Undefined):
        return Ready(
            f"**[{escape_markdown(value.task() if isinstance(value, _NoValue) else 'still to be computed')}]**"
        )
    return f"{value:,}" if isinstance(value, int) else value


class _Named(NodeTransformer):
    """Puts one plain name in the place of each dotted one: a fact may be called like the beginning of another."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja's name
        return self._plain(node)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - Jinja's name
        return node if node.name == "table" else self._plain(node)

    def _plain(self, node: nodes.Expr) -> nodes.Node:
        name = _dotted(node) or ""
        short = self.names.setdefault(name, f"fact{len(self.names)}")
        return nodes.Name(short, "load", lineno=node.lineno, environment=node.environment)


def _walk(node: nodes.Node, guard: str = "") -> Iterator[tuple[nodes.Node, str]]:
    """Every node once, with what guards it against an unknown name; a dotted name is one node, not its parts."""
    yield node, guard
    if isinstance(node, nodes.Getattr) and _dotted(node) is not None:
        return
    if isinstance(node, nodes.Filter) and node.name == PENDING:
        guard = PENDING
    elif isinstance(node, nodes.Test) and node.name in ("defined", "undefined"):
        guard = "defined"
    for child in node.iter_child_nodes():
        if isinstance(node, nodes.Call) and child is node.node:
            continue
        yield from _walk(child, guard)


def _dotted(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        parent = _dotted(node.node)
        return None if parent is None else f"{parent}.{node.attr}"
    return None


def _line_of(error: BaseException) -> int | None:
    """The manuscript's line in a rendering error: the frame that Jinja made for the template."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _taken_out(text: str) -> tuple[str, list[str]]:
    """The text with a placeholder for each verbatim part, as many lines long; and those parts."""
    kept: list[str] = []
    parts, done = [], 0
    for found in verbatim(text):
        piece = text[found.start : found.end]
        parts += [text[done : found.start], f"{_OPEN}{len(kept)}{_CLOSE}", "\n" * piece.count("\n")]
        kept.append(piece)
        done = found.end
    return "".join([*parts, text[done:]]), kept


def _put_back(text: str, kept: list[str]) -> str:
    """Each part in its place again, once: a value that holds such a sign cannot call for one."""
    parts, done, waiting = [], 0, dict(enumerate(kept))
    for place in _PLACE.finditer(text):
        piece = waiting.pop(int(place[1]), None)
        if piece is not None:
            parts += [text[done : place.start()], piece]
            done = place.end() + piece.count("\n")
    return "".join([*parts, text[done:]])
