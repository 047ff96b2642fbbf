"""Real and hostile files: how well each reader does on the ones collected beside the checkout."""

from __future__ import annotations

import csv
import importlib.util
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import registry, table

pytestmark = pytest.mark.shared

REFUSED = "refused"
# What index.csv says in words, for the formats that are read: how many records, and what must hold of them.
HOSTILE: dict[str, tuple[int | str, Callable[[list[Record], list[Finding]], bool]]] = {
    "ris_utf8_bom.ris": (
        2,
        lambda r, f: r[0].title.startswith("Effets de l’été: α-") and "\ufeff" not in r[0].raw and not f,
    ),
    "ris_utf16le_bom.ris": (2, lambda r, f: r[0].authors == ("Müller, Jürgen", "O’Neil, Zoë")),
    "ris_utf16be_bom.ris": (2, lambda r, f: r[0].journal == "Café Science"),
    "ris_utf16le_nobom.ris": (2, lambda r, f: "\x00" not in r[0].title and "UTF-16" in f[0].message),
    "ris_cp1252.ris": (2, lambda r, f: r[0].authors == ("Müller, Jürgen", "O’Neil, Zoë") and "1252" in f[0].message),
    "ris_latin1_declared_utf8.ris": (2, lambda r, f: r[0].authors[0] == "Müller, Jürgen"),
    "ris_macroman.ris": (1, lambda r, f: r[0].authors == ("Müller, J",) and "Mac Roman" in f[0].message),
    "ris_mojibake.ris": (2, lambda r, f: f[0].rule == "FORMAT-MOJIBAKE" and f[0].line == 2),
    "ris_mixed_newlines.ris": (2, lambda r, f: [x.title for x in r] == ["A", "B"]),
    "ris_no_space_dash.ris": (2, lambda r, f: [x.year for x in r] == [2011, 2012]),
    "ris_leading_garbage.ris": (2, lambda r, f: [x.title for x in r] == ["After a preamble", "Second"]),
    "ris_missing_er.ris": (2, lambda r, f: len(f) == 1 and [x.year for x in r] == [2001, 2002]),
    "ris_truncated.ris": (2, lambda r, f: "cut off" in f[0].message and f[0].line == 6),
    "ris_tag_in_abstract.ris": (1, lambda r, f: r[0].title == "Abstract with a tag-like line" and bool(f)),
    "ris_multiline_abstract.ris": (1, lambda r, f: "line two" in r[0].abstract and "line three" in r[0].abstract),
    "ris_year_forms.ris": (
        15,
        lambda r, f: [x.year for x in r] == [None if number in {7, 11, 14} else 2015 for number in range(15)],
    ),
    "ris_author_forms.ris": (
        1,
        lambda r, f: (
            r[0].authors
            == (
                "Smith, John",
                "Smith, J",
                "van der Berg, J. P.",
                "WHO Collaborating Group",
                "Doe, Jane, Jr.",
                "Li, Wei",
                "Zhang, Min",
                "García-López, María José",
            )
        ),
    ),
    "ris_duplicate_fields.ris": (
        1,
        lambda r, f: (
            (r[0].title, r[0].doi, len(r[0].keywords)) == ("One", "10.1/a", 3)
            and r[0].url == "http://a"
            and "http://b" in r[0].notes
        ),
    ),
    "ris_huge_field.ris": (1, lambda r, f: len(r[0].abstract) > 1_000_000),
    "ris_many_authors.ris": (1, lambda r, f: len(r[0].authors) == 6000),
    "ris_nul_bytes.ris": (1, lambda r, f: "\x00" not in r[0].title),
    "ris_control_chars.ris": (1, lambda r, f: r[0].title.isprintable()),
    "ris_formula_injection.ris": (
        1,
        lambda r, f: b"\n'=" not in table.write_csv(r) and b"\"'=HYPERLINK" in table.write_csv(r),
    ),
    "ris_html_script.ris": (1, lambda r, f: r[0].title.endswith("& bold Homo sapiens <5% &amp;")),
    "ris_path_traversal.ris": (1, lambda r, f: r[0].url == "" and "javascript" not in r[0].notes),
    "empty.ris": (REFUSED, lambda r, f: "the file is empty" in f[0].message),
    "only_whitespace.ris": (REFUSED, lambda r, f: "empty" in f[0].message),
    "not_ris.ris": (REFUSED, lambda r, f: "PDF" in f[0].message),
    "html_login_page.ris": (REFUSED, lambda r, f: "web page" in f[0].message),
    "bibtex_as_ris.ris": (1, lambda r, f: r[0].title == "A"),
    "nbib_truncated.nbib": (
        2,
        lambda r, f: (
            (r[0].title, r[0].doi, r[0].year) == ("A title that continues on the next line", "10.1000/xyz", 2019)
            and bool(f)
        ),
    ),
    "nbib_no_blank_line.nbib": (2, lambda r, f: [x.source_id for x in r] == ["1", "2"]),
    "nbib_book_chapter.nbib": (1, lambda r, f: (r[0].title, r[0].journal) == ("Asthma.", "StatPearls")),
    "xxe_file.xml": (REFUSED, lambda r, f: "entities" in f[0].message),
    "xxe_http.xml": (REFUSED, lambda r, f: True),
    "xxe_parameter_entity.xml": (REFUSED, lambda r, f: True),
    "billion_laughs.xml": (REFUSED, lambda r, f: True),
    "quadratic_blowup.xml": (REFUSED, lambda r, f: True),
    "xml_deep_nesting.xml": (REFUSED, lambda r, f: True),
    "pubmed_legit_doctype.xml": (
        1,
        lambda r, f: (
            (r[0].title, r[0].doi, r[0].year)
            == ("Effect of E. coli on H2O & p<0.05: a trial.", "10.1000/real.doi", 2019)
            and r[0].abstract == "BACKGROUND: Why 2. METHODS: How."
        ),
    ),
    "pubmed_deleted_and_book.xml": (1, lambda r, f: (r[0].title, r[0].year) == ("Asthma", 2023)),
    "pubmed_truncated.xml": (1, lambda r, f: r[0].title == "Whole" and f[0].column is not None),
    "bib_unbalanced.bib": (2, lambda r, f: f[0].line == 2 and "'bad'" in f[0].message),
    "bib_missing_comma.bib": (2, lambda r, f: r[0].authors == ("Smith, John",) and bool(f)),
    "bib_no_key.bib": (3, lambda r, f: [x.year for x in r] == [2001, 2002, 2003]),
    "bib_duplicate_keys.bib": (2, lambda r, f: r[0].source_id != r[1].source_id),
    "bib_key_with_spaces.bib": (2, lambda r, f: r[0].title == "Key with space"),
    "bib_latex.bib": (
        1,
        lambda r, f: (
            r[0].title == "Über DNA in E. coli: α-helix ß & 5% š été — naïve"
            and r[0].authors
            == ("Müller, Jörg", "World Health Organization", "García-Márquez, G.", "van der Waals, J. D.")
            and r[0].doi == "10.1000/x_1"
        ),
    ),
    "bib_at_in_text.bib": (1, lambda r, f: r[0].journal == "J. Test"),
    "bib_percent_url.bib": (1, lambda r, f: r[0].url == "http://x.y/a%20b#c_d?e=f&g=h"),
    "bib_utf16.bib": (1, lambda r, f: r[0].title == "Überschrift"),
    "bib_deep_braces.bib": (1, lambda r, f: True),
    "bib_many_ands.bib": (1, lambda r, f: len(r[0].authors) == 3000),
    "csv_semicolon_bom_excel.csv": (1, lambda r, f: (r[0].title, len(r[0].authors)) == ("A; with semicolon", 2)),
    "csv_sep_line.csv": (1, lambda r, f: r[0].year == 2001),
    "csv_multiline_cells.csv": (2, lambda r, f: r[0].abstract == 'line 1 line 2, with comma and "quotes"'),
    "csv_ragged.csv": (3, lambda r, f: [x.title for x in r] == ["A", "B", "C"] and len(f) == 2),
    "csv_duplicate_headers.csv": (1, lambda r, f: r[0].title == "A"),
    "csv_no_header.csv": (REFUSED, lambda r, f: "no title column found" in f[0].message and "Smith J" in f[0].message),
    "csv_excel_mangled.csv": (1, lambda r, f: r[0].year == 2001 and len(f) == 3),
    "csv_scopus_style.csv": (1, lambda r, f: len(r[0].authors) == 2 and r[0].pages == "11-19"),
    "csv_rayyan_style.csv": (
        1,
        lambda r, f: 'RAYYAN-INCLUSION: {"Ann"=>"Included"' in r[0].notes and r[0].pmid == "123",
    ),
    "csv_covidence_style.csv": (1, lambda r, f: "#17" in r[0].notes),
    "csv_asreview_style.csv": (3, lambda r, f: ["included: 1" in x.notes for x in r] == [True, False, False]),
    "csv_giant_cell.csv": (1, lambda r, f: len(r[0].abstract) == 3_000_000),
    "endnote_styled.xml": (1, lambda r, f: (r[0].title, r[0].doi) == ("CO2 uptake", "10.1000/a")),
    "xml_bad_encoding_declared.xml": (1, lambda r, f: r[0].title == "Müller" and "1252" in f[0].message),
    "wos_no_ef.txt": (2, lambda r, f: r[0].title == "A title over two lines" and len(r[0].authors) == 2 and bool(f)),
    "wos_bom_utf16.txt": (1, lambda r, f: (r[0].title, r[0].year) == ("Ü", 2001)),
    "wos_tab.txt": (1, lambda r, f: len(r[0].authors) == 2),
    "csl_bad.json": (
        3,
        lambda r, f: [x.title for x in r] == ["A", "", "Array title"] and any("str" in x.message for x in f),
    ),
    "json_truncated.json": (REFUSED, lambda r, f: "line 1, column" in f[0].message),
    "json_deep.json": (REFUSED, lambda r, f: True),
    "json_big_number.json": (1, lambda r, f: r[0].year is None),
    "ok.xlsx": (2, lambda r, f: [x.year for x in r] == [2001, 2002]),
    "xxe.xlsx": (REFUSED, lambda r, f: True),
    "zip_bomb.xlsx": (REFUSED, lambda r, f: "unpack" in f[0].message),
    "old_excel.xls": (REFUSED, lambda r, f: ".xlsx" in f[0].hint),
    "atom_error.xml": (REFUSED, lambda r, f: "incorrect id format for abc" in f[0].message),
    "atom_empty_page.xml": (0, lambda r, f: "18,441" in f[0].message),
}


def taken(path: Path) -> tuple[int | str, list[Record], list[Finding]]:
    """(records or "refused", records, findings); the words of a refusal stand in the first finding."""
    try:
        items = list(registry.read(path.read_bytes(), source="test", file_name=path.name))
    except BadInput as refusal:
        return REFUSED, [], [Finding(rule="REFUSED", message=refusal.message, hint=refusal.hint)]
    records = [item for item in items if isinstance(item, Record)]
    return len(records), records, [item for item in items if isinstance(item, Finding)]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_behaves_as_its_index_says(name: str, shared: Path) -> None:
    expected, holds = HOSTILE[name]
    begun = time.process_time()
    count, records, findings = taken(shared / "data/hostile" / name)
    assert time.process_time() - begun < 2
    assert count == expected, findings
    assert holds(records, findings), (records[:3], findings)


def test_every_hostile_file_is_read_or_refused_in_words(shared: Path) -> None:
    with (shared / "data/hostile/index.csv").open(encoding="utf-8", newline="") as handle:
        names = [row["file"] for row in csv.DictReader(handle)]
    assert set(HOSTILE) <= set(names)
    for name in names:
        taken(shared / "data/hostile" / name)


# Format of the index: its reader, and the share of counts, titles, DOIs and years that agree with the index. What is
# missing was looked at: a count made by a reader that cannot read the file (UTF-16 without a mark, Ovid's written-out
# names, Excel), a title cut off or of the program's own making (a book for its chapter), a DOI with a backslash.
BARS = {
    "ris": ("ris", 0.98, 1, 1, 1),
    "nbib": ("nbib", 1, 1, 1, 1),
    "pubmedxml": ("pubmed_xml", 1, 1, 1, 1),
    "bibtex": ("bibtex", 0.96, 0.95, 0.96, 1),
    "csv": ("csv", 1, 1, 1, 1),
    "xlsx": ("xlsx", 0, 1, 1, 1),
    "csljson": ("csl_json", 1, 1, 1, 1),
    "wos": ("wos", 1, 1, 1, 1),
    "ovid": ("ovid", 0.87, 1, 1, 1),
    "refer": ("refer", 1, 1, 1, 1),
    "refworks": ("refworks", 1, 1, 1, 1),
    "endnotexml": ("endnote_xml", 1, 1, 1, 1),
}


@pytest.mark.parametrize("kind", BARS)
def test_real_files_are_read_as_the_index_knows_them(kind: str, shared: Path) -> None:
    """The index names the first and the last record, of some files in another order than the file has them."""
    name, *bars = BARS[kind]
    scoring = _scoring(shared)
    good: Counter[str] = Counter()
    known: Counter[str] = Counter()
    folder = shared / "data/formats/dev"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["format"] == kind]
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        assert registry.detect(data, row["file"]).name == name, row["file"]
        records = [item for item in registry.read(data, source="s", file_name=row["file"]) if isinstance(item, Record)]
        known["count"] += bool(row["records"])
        good["count"] += row["records"] == str(len(records))
        for field, norm in (("title", scoring.letters), ("doi", scoring.doi), ("year", str)):
            values = {norm(row[f"{place}_{field}"]) for place in ("first", "last") if row[f"{place}_{field}"]}
            known[field] += len(values)
            good[field] += len(values & {norm(str(getattr(record, field) or "")) for record in records})
    for field, bar in zip(("count", "title", "doi", "year"), bars, strict=True):
        assert good[field] >= bar * known[field], (kind, field, good[field], known[field])


def _scoring(shared: Path) -> ModuleType:
    """The bench's own comparison of titles and DOIs."""
    spec = importlib.util.spec_from_file_location("score_formats", shared / "bench/score_formats.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_recorded_arxiv_answers_become_records(shared: Path) -> None:
    read = 0
    for path in sorted((shared / "data/api/dev/arxiv").glob("*_q_testing_*.xml")):
        _, records, _ = taken(path)
        read += len(records)
        assert all(record.source_id == record.arxiv_id and "v" in record.arxiv_id for record in records)
        assert all(record.title and record.authors and record.year and record.abstract for record in records)
    assert read == 55
