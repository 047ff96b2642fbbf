"""Other people's text made safe for the screen: nothing in a title, name or note is ever read as markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote, urlsplit

from review.domain.kind_words import language_in_words, type_in_words
from review.domain.protocol import Criterion, Protocol
from review.domain.record import Record

# What the fields of a record are called.
FIELDS = {
    "title": "Title",
    "authors": "Authors",
    "year": "Year",
    "journal": "Journal",
    "volume": "Volume",
    "issue": "Issue",
    "pages": "Pages",
    "doi": "DOI",
    "pmid": "PubMed",
    "arxiv_id": "arXiv",
    "abstract": "Abstract",
    "keywords": "Keywords",
    "language": "Language",
    "type": "Type",
    "url": "Link",
}
_AUTHORS = 30  # people of one record that stand beside those of another
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    r"""Text for a place that reads Markdown, shown as it is: CommonMark lets every ASCII mark be escaped.

    >>> plain("*star* :red[no]")
    '\\*star\\* \\:red\\[no\\]'
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(text).split()))


def highlighted(text: str, include: Sequence[str], exclude: Sequence[str]) -> str:
    """The text as HTML with whole words marked; every piece is escaped before it is wrapped.

    >>> highlighted("LSTV & LSTM, not LSTVs", ["lstv"], ["lstm"])
    '<mark class="for">LSTV</mark> &amp; <mark class="against">LSTM</mark>, not LSTVs'
    """
    pattern = _words([*include, *exclude])
    if pattern is None:
        return escape(text)
    against = {_folded(term) for term in exclude}
    pieces: list[str] = []
    done = 0
    for match in pattern.finditer(text):
        kind = "against" if _folded(match.group()) in against else "for"
        pieces += [escape(text[done : match.start()]), f'<mark class="{kind}">{escape(match.group())}</mark>']
        done = match.end()
    return "".join([*pieces, escape(text[done:])])


def _words(terms: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for all terms, the longest first, white space within a term folded."""
    found = sorted({_folded(term) for term in terms if term.strip()}, key=len, reverse=True)
    if not found:
        return None
    spaced = (r"\s+".join(re.escape(word) for word in term.split()) for term in found)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


def _folded(term: str) -> str:
    return " ".join(term.split()).casefold()


def record_card(record: Record, protocol: Protocol | None = None) -> str:
    """One record as HTML. With a protocol its terms are marked; `data-record-id` says which record is on the screen."""
    terms = (protocol.include_terms, protocol.exclude_terms) if protocol else _NONE
    return (
        f'<article class="record" data-testid="screening-card" data-record-id="{escape(record.record_id)}">'
        f'<h2 data-testid="record-title" aria-live="polite">{record_title(record, terms)}</h2>'
        f'<p class="quiet">{escape(about(record))}</p>{links(record)}{record_body(record, terms)}</article>'
    )


Terms = tuple[Sequence[str], Sequence[str]]  # marked for and against
_NONE: Terms = ((), ())


def record_title(record: Record, terms: Terms = _NONE) -> str:
    """The title as HTML, the terms marked."""
    return highlighted(record.title, *terms) or "<em>No title in the export</em>"


def record_body(record: Record, terms: Terms = _NONE) -> str:
    """Abstract and keywords as HTML, the terms marked."""
    abstract = highlighted(record.abstract, *terms)
    body = f"<p>{abstract}</p>" if abstract else "<p><em>No abstract in the export. Judge by the title.</em></p>"
    keywords = f'<p class="quiet">Keywords: {escape("; ".join(record.keywords))}</p>' if record.keywords else ""
    return f'<div class="abstract">{body}</div>{keywords}'


def about(record: Record, *, named: bool = True) -> str:
    """Authors, journal, year, type and language on one line of plain text; without the first two if not `named`."""
    authors = "; ".join(record.authors[:6]) + ("; et al." if len(record.authors) > 6 else "")
    parts = (
        authors if named else "",
        record.journal if named else "",
        str(record.year or ""),
        type_in_words(record.type),
        language_in_words(record.language),
    )
    return " · ".join(part for part in parts if part) or "No authors, journal or year in the export"


def links(record: Record) -> str:
    """Links built from the record's identifiers; its own address only if it is a web address."""
    found = "".join(
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'
        for label, address in _addresses(record)
    )
    return f'<p class="links">{found}</p>' if found else ""


def _addresses(record: Record) -> Iterator[tuple[str, str]]:
    if record.doi:
        yield f"DOI {record.doi}", f"https://doi.org/{quote(record.doi, safe='/')}"
    if record.pmid.isdigit():
        yield f"PubMed {record.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/"
    if record.arxiv_id:
        yield f"arXiv {record.arxiv_id}", f"https://arxiv.org/abs/{quote(record.arxiv_id, safe='/')}"
    try:
        scheme = urlsplit(record.url).scheme.casefold()
    except ValueError:
        return
    if scheme in ("http", "https") and not record.doi:
        yield "Web page", record.url


def criteria(protocol: Protocol) -> str:
    """The criteria and instructions that stand beside every record, as HTML."""
    parts = [
        "<h3>Include</h3>",
        _criteria(protocol.include),
        "<h3>Exclude</h3>",
        _criteria(protocol.exclude),
    ]
    if protocol.screening.instructions:
        parts += ["<h3>Instructions for screening</h3>", f"<p>{escape(protocol.screening.instructions)}</p>"]
    return f'<aside class="criteria">{"".join(parts)}</aside>'


def _criteria(found: Sequence[Criterion]) -> str:
    rows = (f"<li><b>{escape(c.id)} {escape(c.label)}</b><br>{escape(c.text)}</li>" for c in found)
    return f"<ul>{''.join(rows)}</ul>"


def side_by_side(records: Sequence[Record], label_of: dict[str, str]) -> str:
    """Records in numbered columns, field by field; what a record says and another one says otherwise is marked.

    Marked are words and, among authors, people; not capitals, accents, punctuation, or a field that others leave empty.
    """
    columns = [f"{at}. {label_of.get(record.source, record.source)}" for at, record in enumerate(records, start=1)]
    rows = [
        _row("Source", [escape(column) for column in columns]),
        _row("Title", _unlike([r.title for r in records])),
        _row("Authors", _other_people([r.authors for r in records])),
        _row("Year", _unlike([str(r.year or "") for r in records])),
        _row("Journal", _unlike([r.journal for r in records])),
        _row("Volume, pages", _unlike([place(r) for r in records])),
        _row("DOI", _unlike([r.doi for r in records])),
        _row("PubMed", _unlike([r.pmid for r in records])),
        _row("arXiv", _unlike([r.arxiv_id for r in records])),
        _row("Abstract", _unlike([r.abstract for r in records])),
    ]
    return f'<table class="sides"><tbody>{"".join(rows)}</tbody></table>'


def place(record: Record) -> str:
    """Volume, issue and pages as a reference gives them.

    >>> place(Record(source="s", source_id="1", title="T", volume="30", issue="4", pages="1012-20"))
    '30(4), 1012-20'
    """
    volume = record.volume + (f"({record.issue})" if record.issue else "")
    return ", ".join(part for part in (volume, record.pages) if part)


def _row(name: str, cells: Sequence[str]) -> str:
    """One row of cells that are HTML already; none if all are empty."""
    shown = "".join(f"<td>{cell or '–'}</td>" for cell in cells)
    return f'<tr><th scope="row">{name}</th>{shown}</tr>' if any(cells) else ""


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>≤≥]")


def _bare(text: str) -> str:
    """A word without capitals and accents, a number with a point."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace(",", ".")


def _unlike(texts: Sequence[str]) -> list[str]:
    """Each text, shortened, as HTML; a word that another of them, unless it is empty, does not hold is marked."""
    words = [{_bare(token) for token in _TOKEN.findall(text)} for text in texts]
    cells = []
    for at, text in enumerate(texts):
        others = [held for place, held in enumerate(words) if place != at and held]
        shared = set.intersection(*others) if others else None
        cells.append(_with_marks(_shortened(text), shared))
    return cells


def _with_marks(text: str, shared: set[str] | None) -> str:
    """The text as HTML, each run of words that are not `shared` in one mark; none where nothing is beside it."""
    if shared is None:
        return escape(text)
    runs: list[tuple[int, int]] = []  # from where to where
    running = False
    for token in _TOKEN.finditer(text):
        unlike = _bare(token.group()) not in shared
        if unlike:
            runs.append((runs.pop()[0] if running else token.start(), token.end()))
        running = unlike
    ends = [0, *(at for run in runs for at in run), len(text)]
    parts = [escape(text[start:end]) for start, end in pairwise(ends)]
    return "".join(f'<mark class="unlike">{part}</mark>' if n % 2 else part for n, part in enumerate(parts))


def _other_people(lists: Sequence[Sequence[str]]) -> list[str]:
    """Each list of authors as HTML; who is not in another list, unless it is empty, is marked."""
    people = [{_person(name) for name in names} for names in lists]
    cells = []
    for at, names in enumerate(lists):
        others = [known for place, known in enumerate(people) if place != at and known]
        shared = set.intersection(*others) if others else people[at]
        shown = [
            escape(name) if _person(name) in shared else f'<mark class="unlike">{escape(name)}</mark>'
            for name in names[:_AUTHORS]
        ]
        more = [f"and {len(names) - _AUTHORS:,} others"] if len(names) > _AUTHORS else []
        cells.append("; ".join([*shown, *more]))
    return cells


def _person(name: str) -> tuple[str, str]:
    """Family name and first initial, as far as lists of different sources give them."""
    family, _, given = name.partition(",")
    return "".join(_TOKEN.findall(_bare(family))), _bare(given.strip())[:1]


def one_record(rows: Sequence[tuple[str, str, str]]) -> str:
    """A record field by field as HTML: name of the field, what it holds, and where that comes from."""
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_shortened(value))}</td>'
        f'<td class="quiet">{escape(origin)}</td></tr>'
        for name, value, origin in rows
    )
    return f'<table class="sides"><tbody>{body}</tbody></table>'


def beside(found: Sequence[tuple[str, Record]]) -> str:
    """What belongs with a record, as HTML: what each is and its title, journal and year. Empty if there is none."""
    rows = "".join(
        f"<li><b>{escape(name)}</b>: {escape(record.title) or 'no title'} "
        f'<span class="quiet">{escape(" · ".join(part for part in (record.journal, str(record.year or "")) if part))}</span></li>'
        for name, record in found
    )
    return f'<section class="beside"><h3>Belongs with this record</h3><ul>{rows}</ul></section>' if rows else ""


def _shortened(text: str) -> str:
    return text if len(text) <= 400 else f"{text[:400].rsplit(' ', 1)[0]} …"


def stacked_bar(name: str, parts: Sequence[tuple[str, int, str]]) -> str:
    """A bar of parts (label, count, class of style) with its legend, as HTML."""
    total = sum(count for _, count, _ in parts)
    shares = "".join(
        f'<span class="{style}" style="width:{100 * count / total:.2f}%"></span>'
        for _, count, style in parts
        if total and count
    )
    legend = "".join(
        f'<li><i class="{style}"></i>{escape(label)} <b>{count:,}</b></li>' for label, count, style in parts
    )
    said = ", ".join(f"{label} {count:,}" for label, count, _ in parts)
    return (
        f'<section class="stage"><h4>{escape(name)} <span class="quiet">{total:,}</span></h4>'
        f'<div class="bar" role="img" aria-label="{escape(said)}">{shares}</div><ul class="legend">{legend}</ul></section>'
    )
