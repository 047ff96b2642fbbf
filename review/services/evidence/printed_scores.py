"""A pasted table of percentages held against its numbers of items: what `review evidence benchmark --table` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from review.domain.estimate import Cell, Estimate, Evidence, Table, undefined
from review.domain.finding import Finding, Severity, Status
from review.evidence import granularity
from review.evidence.granularity import Part, Share, Total
from review.services.evidence.printed_table import PrintedTable, Row, Sizes, read_printed
from review.services.evidence.read_files import rows

_FUNCTION = "review.services.evidence.printed_scores.check"
_MOST_SIZES = 12  # numbers of items that are listed when a search finds more


def check(table: Path, sizes: Sizes) -> Evidence:
    """Test every percentage for whether n items can give it, and every total for whether it follows from its parts.

    Raises `Missing` for a file or a column that is not there, `ReviewError` for sizes that make no sense.
    """
    read = rows(table, required=())
    if not read.usable:
        return Evidence(kind="benchmark", function=_FUNCTION, findings=read.findings, inputs=(read.file,))
    findings: list[Finding] = [*read.findings]
    given = read_printed(read.frame, sizes, table, findings)
    values: list[Estimate] = []
    checked = list(_checked(given))
    for row, column, found in checked:
        values.append(_hits(given, row, column, found))
    findings += _impossible(given, checked)
    findings += _blunt(given)
    reckoned = [(row, total) for row in given.rows for total in _totals(given, row)]
    values += [value for row, total in reckoned for value in _reckoned(row, total, given.first)]
    findings += [_contradiction(given, row, total) for row, total in reckoned if not total.follows]
    if sizes.search:
        values += _searched(given, sizes.search)
    return Evidence(
        kind="benchmark",
        function=_FUNCTION,
        values=tuple(values),
        findings=tuple(findings),
        inputs=(read.file,),
        tables=tuple(_tables(given, checked, reckoned)),
        sentence=_sentence(given, checked, reckoned),
        options={
            "n": dict(given.shares),
            "scores": dict(given.scores),
            "totals": {k: list(v) for k, v in given.totals.items()},
        },
    )


# Granularity

Checked = tuple[Row, str, range]


def _checked(given: PrintedTable) -> Iterator[Checked]:
    """Every printed share of right answers with the counts that could have given it."""
    pure = {t for t in given.totals if all(leaf in given.shares for leaf in granularity.leaves(t, given.totals))}
    for row in given.rows:
        for name, share in row.shares.items():
            n = given.n(name)
            if n is not None and (name in given.shares or name in pure):
                yield row, name, granularity.hits(share, n, scale=given.scales[name])


def _hits(given: PrintedTable, row: Row, column: str, found: range) -> Estimate:
    """The number of right answers behind a printed share."""
    n = given.n(column)
    by = {given.first: row.name, "column": column}
    if not found:
        reason = f"no whole number of {n:,} items gives {row.shares[column].text}"
        return undefined("right_answers", reason, n=n, unit="items", by=by)
    if len(found) > 1:
        reason = f"{found[0]:,} to {found[-1]:,} of {n:,} items all give {row.shares[column].text}"
        return undefined("right_answers", reason, n=n, unit="items", by=by)
    method = f"the only whole number of {n:,} items that gives {row.shares[column].text}"
    return Estimate(name="right_answers", value=found[0], n=n, unit="items", method=method, by=by)


def _impossible(given: PrintedTable, checked: Iterable[Checked]) -> Iterator[Finding]:
    for row, name, found in checked:
        if found:
            continue
        share, n, scale = row.shares[name], given.n(name) or 0, given.scales[name]
        near = granularity.neighbours(share, n, scale=scale)
        yield Finding(
            rule="ACC-04",
            message=f"{row.name}: {share.text} in {name} cannot arise from {n:,} items.",
            path=given.path.name,
            line=row.line,
            column=given.columns[name],
            expected=" or ".join(f"{text} ({k:,} of {n:,})" for k, text in near) or f"0 to {scale}",
            got=share.text,
            hint=_why(given, row, name, near),
        )


def _why(given: PrintedTable, row: Row, name: str, near: Sequence[tuple[int, str]]) -> str:
    """What may have happened: two digits swapped, or the number of items of another column."""
    share, scale = row.shares[name], given.scales[name]
    for _, text in near:
        if granularity.swapped(share.text, text):
            return f"Two digits may have been swapped: {text} is possible."
    for other, n in given.shares.items():
        found = granularity.hits(share, n, scale=scale)
        if (
            other != name
            and n != given.n(name)
            and len(found) == 1
            and granularity.telling(share.decimals, n, scale=scale)
        ):
            return f"It is {found[0]:,} of {n:,}, the items of {other}: it may have been computed over those alone."
    return "Compute it again from the answers, and say how many items were counted."


def _blunt(given: PrintedTable) -> Iterator[Finding]:
    """Columns whose test cannot fail, because they have more items than their decimals have steps."""
    for name, n in given.shares.items():
        decimals = [row.shares[name].decimals for row in given.rows if name in row.shares]
        if decimals and not granularity.telling(max(decimals), n, scale=given.scales[name]):
            yield Finding(
                rule="ACC-04",
                severity=Severity.INFO,
                status=Status.NOT_EVALUABLE,
                message=f"{name} says nothing: with {n:,} items every value of {max(decimals)} decimals can arise.",
                path=given.path.name,
                line=1,
                column=given.columns[name],
                hint="Print more decimals, or the counts themselves.",
            )


# Totals


def _totals(given: PrintedTable, row: Row) -> Iterator[Total]:
    """The printed totals of a row whose parts are all printed and sized."""
    for name, columns in given.totals.items():
        sized = [(c, given.n(c)) for c in columns]
        if name in row.shares and columns and all(n and c in row.shares for c, n in sized):
            parts = [Part(name=c, given=row.shares[c], n=n or 0, exact=_exact(given, row, c)) for c, n in sized]
            yield granularity.total(name, row.shares[name], parts)


def _exact(given: PrintedTable, row: Row, column: str) -> Fraction | None:
    """The share behind a printed one, where a single number of items gives it."""
    n, scale = given.shares.get(column), given.scales[column]
    found = granularity.hits(row.shares[column], n, scale=scale) if n else range(0)
    return Fraction(scale * found[0], n) if n and len(found) == 1 else None


def _reckoned(row: Row, total: Total, first: str) -> Iterator[Estimate]:
    by = {first: row.name, "column": total.name}
    n = sum(part.n for part in total.parts)
    said = " + ".join(f"{part.n:,} × {part.name}" for part in total.parts)
    yield Estimate(
        name="recomputed_total",
        value=round(float(total.value), 6),
        low=round(float(total.low), 6),
        high=round(float(total.high), 6),
        n=n,
        method=f"({said}) / {n:,}; low and high are what rounding of the parts allows",
        by=by,
    )
    yield Estimate(name="printed_total", value=float(total.given.value), n=n, method="as printed", by=by)


def _contradiction(given: PrintedTable, row: Row, total: Total) -> Finding:
    parts = " and ".join(f"{part.name} {part.given.text} (n = {part.n:,})" for part in total.parts)
    return Finding(
        rule="EVA-07",
        message=f"{row.name}: {total.name} {total.given.text} does not follow from {parts}.",
        path=given.path.name,
        line=row.line,
        column=given.columns[total.name],
        expected=granularity.rounded(total.value, total.given.decimals),
        got=total.given.text,
        hint=_explained(given, row, total),
    )


def _explained(given: PrintedTable, row: Row, total: Total) -> str:
    """What would make the printed total true: the plain mean, or a part that its own parts give."""
    if total.is_unweighted:
        return (
            "It is the unweighted mean of the parts; weight each part by its number of items, or call it a macro mean."
        )
    for part in total.parts:
        own = [each for each in _totals(given, row) if each.name == part.name]
        low, high = total.needed(part.name)
        if own and low <= own[0].high and own[0].low <= high:
            pieces = " and ".join(f"{each.name} {each.given.text}" for each in own[0].parts)
            value = granularity.rounded(own[0].value, total.given.decimals)
            return (
                f"It follows from {part.name} = {value}, which is what {pieces} give; {part.given.text} is the odd one."
            )
    return f"{_needs(given, total)}Compute the total again from the answers."


def _needs(given: PrintedTable, total: Total) -> str:
    """Which value of one share, possible for its items, would give the printed total."""
    for part in total.parts:
        low, high = total.needed(part.name)
        scale = given.scales[part.name]
        if part.name in given.scores or low < 0 or high > scale:
            continue
        middle = Share(text=part.given.text, value=(low + high) / 2, half=max((high - low) / 2, Fraction(0)))
        found = granularity.hits(middle, part.n, scale=scale)
        if found:
            value = granularity.rounded(Fraction(scale * found[0], part.n), total.given.decimals)
            return f"It would need {part.name} = {value} ({found[0]:,} of {part.n:,}). "
    return ""


# Unknown sizes


def _searched(given: PrintedTable, among: range) -> Iterator[Estimate]:
    """For columns without a size: the numbers of items that let the most of their values arise.

    Where a total of known size has two such parts, only pairs that add up to it are looked at.
    """
    unknown = [c for c in given.columns if c not in given.shares and c not in given.scores and c not in given.totals]
    for name, parts in given.totals.items():
        whole = given.shares.get(name)
        if whole and len(parts) == 2 and set(parts) <= set(unknown):
            yield from _pair(given, parts, whole, among)
            unknown = [each for each in unknown if each not in parts]
    for name in unknown:
        shares = [row.shares[name] for row in given.rows if name in row.shares]
        found = granularity.sizes(shares, among, scale=given.scales[name])
        yield _size(name, [(n, fit, len(shares)) for n, fit in found], among)


def _pair(given: PrintedTable, parts: Sequence[str], whole: int, among: range) -> Iterator[Estimate]:
    columns = [[row.shares[part] for row in given.rows if part in row.shares] for part in parts]
    fits = {
        n: [
            sum(bool(granularity.hits(s, size, scale=given.scales[part])) for s in shares)
            for part, shares, size in zip(parts, columns, (n, whole - n), strict=True)
        ]
        for n in among
        if 0 < n < whole
    }
    most = max((sum(fit) for fit in fits.values()), default=0)
    best = [(n, fit) for n, fit in fits.items() if sum(fit) == most]
    yield _size(parts[0], [(n, fit[0], len(columns[0])) for n, fit in best], among)
    yield _size(parts[1], [(whole - n, fit[1], len(columns[1])) for n, fit in best], among)


def _size(name: str, found: Sequence[tuple[int, int, int]], among: range) -> Estimate:
    by = {"column": name}
    where = f"between {among.start:,} and {among.stop - 1:,}"
    if len(found) == 1:
        n, fit, of = found[0]
        method = f"the only number of items {where} that lets {fit} of {of} printed values arise"
        return Estimate(name="possible_n", value=n, n=of, unit="items", method=method, by=by)
    listed = ", ".join(f"{n:,}" for n, _, _ in found[:_MOST_SIZES]) + (" and more" if len(found) > _MOST_SIZES else "")
    reason = (
        f"{len(found):,} numbers of items {where} fit equally well: {listed}"
        if found
        else f"no number of items {where} fits"
    )
    return undefined("possible_n", reason, n=found[0][2] if found else 0, unit="items", by=by)


# What is shown


def _tables(given: PrintedTable, checked: Sequence[Checked], reckoned: Sequence[tuple[Row, Total]]) -> Iterator[Table]:
    if checked:
        yield Table(
            name="granularity",
            title="Printed shares and the right answers behind them",
            columns=("Row", "Column", "Printed", "n", "Right answers"),
            rows=tuple(
                (row.name, name, row.shares[name].text, given.n(name), _range(found)) for row, name, found in checked
            ),
        )
    if reckoned:
        yield Table(
            name="totals",
            title="Printed totals and what their parts give",
            columns=("Row", "Total", "Printed", "Recomputed", "Unweighted mean", "Verdict"),
            rows=tuple(
                (
                    row.name,
                    total.name,
                    total.given.text,
                    granularity.rounded(total.value, total.given.decimals),
                    granularity.rounded(total.unweighted, total.given.decimals),
                    verdict(total),
                )
                for row, total in reckoned
            ),
            note="Each part counts with its number of items; a total is ok if the rounding of the parts allows it.",
        )


def _range(found: range) -> Cell:
    if not found:
        return "none possible"
    return found[0] if len(found) == 1 else f"{found[0]:,} to {found[-1]:,}"


def verdict(total: Total) -> str:
    """A total in a word or two."""
    if total.follows:
        return "ok"
    return "unweighted mean" if total.is_unweighted else "does not reconcile"


def _sentence(given: PrintedTable, checked: Sequence[Checked], reckoned: Sequence[tuple[Row, Total]]) -> str:
    bad = sum(not found for _, _, found in checked)
    wrong = sum(not total.follows for _, total in reckoned)
    return (
        f"{given.path.name}: {len(checked):,} printed shares were tested for whether a whole number of items can give them, "
        f"{bad:,} cannot; {len(reckoned):,} totals were recomputed from their parts, {wrong:,} do not follow."
    )
