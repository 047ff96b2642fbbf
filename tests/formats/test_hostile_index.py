"""Every malformed and hostile file does what its index says, within seconds and little memory, measured for each alone."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from review.domain.record import Record
from review.formats import registry, table
from review.formats.screened import said

SECONDS, MEGABYTES = 2.0, 200.0
# Reads every file in a child of its own, so that each has its own time and its own greatest memory.
READ = """
import dataclasses, json, os, resource, sys, time
from pathlib import Path
import openpyxl  # an import for Excel is no memory of the file
from review.domain.errors import ReviewError
from review.domain.record import Record
from review.formats import registry
registry.formats()

def measured(path):
    data = Path(path).read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF)
    records, findings, refused = [], [], ""
    try:
        for item in registry.read(data, source="s", file_name=Path(path).name):
            (records if isinstance(item, Record) else findings).append(item)
    except ReviewError as error:
        refused = str(error)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "records": [dataclasses.asdict(one) | {"raw": ""} for one in records],
        "findings": [(one.rule, one.line, one.message) for one in findings],
        "refused": refused,
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "megabytes": (after.ru_maxrss - before.ru_maxrss) / 1024,
    }

for path in sys.argv[1:]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            json.dump(measured(path), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    print(text or json.dumps({"died": True}), flush=True)
"""


def read(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", READ, *paths], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {path.name: json.loads(line) for path, line in zip(paths, done.stdout.splitlines(), strict=True)}


class Answer:
    """What became of a file, in the words of the index."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.records: list[dict[str, Any]] = found["records"]
        self.rules = [rule for rule, _, _ in found["findings"]]
        self.lines = [line for _, line, _ in found["findings"]]
        self.refused: str = found["refused"]
        self.text = json.dumps(found["records"], ensure_ascii=False)

    @property
    def count(self) -> int:
        return len(self.records)

    @property
    def first(self) -> dict[str, Any]:
        return self.records[0]


def says(count: int, **first: object) -> Callable[[Answer], bool]:
    """So many records, the first with these fields; and no refusal."""
    return lambda a: a.count == count and not a.refused and all(a.first[k] == v for k, v in first.items())


def doubts(count: int, rule: str, **first: object) -> Callable[[Answer], bool]:
    """The same with a finding of this rule."""
    return lambda a: says(count, **first)(a) and rule in a.rules


def refuses(*words: str) -> Callable[[Answer], bool]:
    return lambda a: not a.records and all(word in a.refused for word in words)


SUMMER = "Effets de l’été: α-synuclein in 10 µM Ångström assays"
YEARS = {0: 2015, 1: 2015, 2: 2015, 3: 2015, 4: 2015, 5: 2015, 6: 2015, 8: 2015, 9: 2015, 10: 2015, 12: 2015, 13: 2015}
EXPECTED: dict[str, Callable[[Answer], bool]] = {
    "ris_utf8_bom.ris": lambda a: a.first["title"].startswith(SUMMER[:30]) and a.count == 2 and "\ufeff" not in a.text,
    "ris_utf16le_bom.ris": lambda a: a.count == 2 and a.first["title"].startswith(SUMMER[:30]),
    "ris_utf16be_bom.ris": lambda a: a.count == 2 and a.first["title"].startswith(SUMMER[:30]),
    "ris_utf16le_nobom.ris": lambda a: a.count == 2 and "\x00" not in a.text and "FORMAT-ENCODING" in a.rules,
    "ris_cp1252.ris": lambda a: a.count == 2 and "Müller" in a.text and "Zoë" in a.text and "l’été" in a.text,
    "ris_latin1_declared_utf8.ris": lambda a: a.count == 2 and "Müller" in a.text,
    "ris_macroman.ris": doubts(1, "FORMAT-ENCODING"),
    "ris_mojibake.ris": doubts(2, "FORMAT-MOJIBAKE"),
    "ris_mixed_newlines.ris": says(2),
    "ris_no_space_dash.ris": says(2),
    "ris_leading_garbage.ris": says(2),
    "ris_missing_er.ris": doubts(2, "FORMAT-REPAIRED"),
    "ris_truncated.ris": doubts(2, "FORMAT-REPAIRED"),
    "ris_tag_in_abstract.ris": lambda a: a.count >= 1 and a.first["title"] == "Abstract with a tag-like line" and bool(a.rules),
    "ris_multiline_abstract.ris": lambda a: a.count == 1 and all(w in a.first["abstract"] for w in ("line two", "line three")),
    "ris_year_forms.ris": lambda a: {n: r["year"] for n, r in enumerate(a.records) if r["year"]} == YEARS and a.count == 15,
    # The index says nine, but the file names eight: seven lines that are not empty, one of them with two.
    "ris_author_forms.ris": lambda a: a.count == 1 and len(a.first["authors"]) == 8 and "Zhang, Min" in a.first["authors"],
    "ris_duplicate_fields.ris": lambda a: says(1, doi="10.1/a")(a) and len(a.first["keywords"]) == 3 and a.text.count("http") == 2,
    "ris_huge_field.ris": lambda a: a.count == 1 and len(a.first["abstract"]) > 1_900_000,
    "ris_many_authors.ris": lambda a: a.count == 1 and len(a.first["authors"]) == 6000,
    "ris_nul_bytes.ris": lambda a: a.count == 1 and "\\u0000" not in json.dumps(a.records),
    "ris_control_chars.ris": lambda a: a.count == 1 and a.first["title"].isprintable(),
    "ris_formula_injection.ris": lambda a: a.count == 1 and a.first["title"].startswith("="),
    "ris_html_script.ris": lambda a: a.count == 1 and a.first["title"].endswith("Homo sapiens <5% &amp;"),
    "ris_path_traversal.ris": lambda a: a.count == 1 and not a.first["url"] and "javascript:" not in a.text,
    "empty.ris": refuses("the file is empty"),
    "only_whitespace.ris": refuses("the file is empty"),
    "not_ris.ris": refuses("PDF"),
    "html_login_page.ris": refuses("web page"),
    "bibtex_as_ris.ris": says(1),
    "nbib_truncated.nbib": says(2, doi="10.1000/xyz", year=2019, title="A title that continues on the next line"),
    "nbib_no_blank_line.nbib": says(2),
    "nbib_book_chapter.nbib": says(1, title="Asthma.", journal="StatPearls"),
    "xxe_file.xml": lambda a: refuses("entities")(a) and "root:" not in a.refused,
    "xxe_http.xml": refuses("entities"),
    "xxe_parameter_entity.xml": refuses("entities"),
    "billion_laughs.xml": refuses("entities"),
    "quadratic_blowup.xml": refuses("entities"),
    "pubmed_legit_doctype.xml": says(
        1, title="Effect of E. coli on H2O & p<0.05: a trial.", doi="10.1000/real.doi", year=2019
    ),
    "pubmed_deleted_and_book.xml": says(1, title="Asthma", year=2023),
    "pubmed_truncated.xml": lambda a: doubts(1, "FORMAT-CUT")(a) and all(a.lines),
    "endnote_styled.xml": says(1, title="CO2 uptake", doi="10.1000/a"),
    "xml_bad_encoding_declared.xml": doubts(1, "FORMAT-ENCODING"),
    "xml_deep_nesting.xml": refuses("nothing in it looks like an export"),
    "bib_unbalanced.bib": lambda a: doubts(2, "FORMAT-SKIPPED")(a) and all(a.lines),
    "bib_missing_comma.bib": doubts(2, "FORMAT-REPAIRED"),
    "bib_no_key.bib": says(3),
    "bib_duplicate_keys.bib": says(2),
    "bib_key_with_spaces.bib": says(2),
    "bib_latex.bib": lambda a: says(1, title="Über DNA in E. coli: α-helix ß & 5% š été — naïve", doi="10.1000/x_1")(a)
    and len(a.first["authors"]) == 4,
    "bib_at_in_text.bib": says(1, journal="J. Test"),
    "bib_percent_url.bib": lambda a: a.count == 1 and "%" in a.first["url"] and "#" in a.first["url"] and "\\" not in a.first["url"],
    "bib_utf16.bib": says(1),
    "bib_deep_braces.bib": says(1),
    "bib_many_ands.bib": lambda a: a.count == 1 and len(a.first["authors"]) == 3000,
    "csv_semicolon_bom_excel.csv": lambda a: a.count == 1 and "\ufeff" not in a.text,
    "csv_sep_line.csv": says(1),
    "csv_multiline_cells.csv": says(2),
    "csv_ragged.csv": lambda a: [r["title"] for r in a.records] == ["A", "B", "C"] and "FORMAT-REPAIRED" in a.rules,
    "csv_duplicate_headers.csv": says(1, title="A"),
    "csv_no_header.csv": refuses("no title column found", "A study of x"),
    "csv_excel_mangled.csv": doubts(1, "FORMAT-REPAIRED", year=2001),
    "csv_scopus_style.csv": lambda a: says(1, pages="11-19")(a) and len(a.first["authors"]) == 2,
    "csv_rayyan_style.csv": lambda a: a.count == 1 and all(w in a.first["notes"] for w in ("rct,adult", "wrong population")),
    "csv_covidence_style.csv": lambda a: a.count == 1 and "#17" in a.first["notes"],
    "csv_asreview_style.csv": says(3),
    "csv_giant_cell.csv": lambda a: a.count == 1 and len(a.text) > 2_900_000,
    "wos_no_ef.txt": lambda a: says(2, title="A title over two lines")(a) and len(a.first["authors"]) == 2,
    "wos_bom_utf16.txt": says(1),
    "wos_tab.txt": lambda a: a.count == 1 and len(a.first["authors"]) == 2,
    "csl_bad.json": lambda a: a.count == 3 and {"FORMAT-NO-TITLE", "FORMAT-SKIPPED"} <= set(a.rules),
    "json_truncated.json": refuses("line 1, column"),
    "json_deep.json": refuses("nested too deeply"),
    "json_big_number.json": says(1, year=None),
    "ok.xlsx": lambda a: [r["year"] for r in a.records] == [2001, 2002],
    "xxe.xlsx": refuses("DOCTYPE"),
    "zip_bomb.xlsx": refuses("unpack"),
    "old_excel.xls": refuses(".xls", ".xlsx"),
    "atom_error.xml": refuses("incorrect id format"),
    "atom_empty_page.xml": lambda a: not a.records and "FORMAT-EMPTY-PAGE" in a.rules,
    # Answers of services, which no reader of files may take for an empty export: the sources have their own tests.
    "biorxiv_details.json": says(1, title="A preprint", abstract="Abs 2", doi="10.1101/2024.01.01.24300001", year=2024),
    **dict.fromkeys(
        ("esearch_error_200.json", "esearch_phrase_not_found.xml", "pubmed_429.json", "arxiv_429.txt", "europepmc_error_200.json",
         "europepmc_503.txt", "s2_429.json", "biorxiv_empty_200.json", "biorxiv_no_posts.json"),
        refuses(),
    ),
}  # fmt: skip


@pytest.mark.shared
def test_every_file_does_what_the_index_says_within_seconds_and_little_memory(shared: Path) -> None:
    folder = shared / "data" / "hostile"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as handle:
        names = [row["file"] for row in csv.DictReader(handle)]
    assert set(names) == set(EXPECTED)
    found = read([folder / name for name in names])
    assert [name for name in names if not EXPECTED[name](Answer(found[name]))] == []
    assert [name for name in names if found[name]["seconds"] >= SECONDS] == []
    assert [name for name in names if found[name]["megabytes"] >= MEGABYTES] == []
    assert all(a.records or a.refused or a.rules for a in (Answer(one) for one in found.values())), (
        "nothing is passed over in silence"
    )


@pytest.mark.shared
def test_decisions_in_the_layouts_of_other_programs_are_found(shared: Path) -> None:
    folder = shared / "data" / "hostile"
    verdicts = {}
    for name in ("csv_rayyan_style.csv", "csv_asreview_style.csv"):
        items = registry.read((folder / name).read_bytes(), source="s", file_name=name)
        verdicts[name] = [
            {k: str(v) for k, v in said(one).verdicts.items()} for one in items if isinstance(one, Record)
        ]
    assert verdicts["csv_rayyan_style.csv"] == [{"Ann": "include", "Bob": "exclude"}]
    assert verdicts["csv_asreview_style.csv"] == [{"": "include"}, {"": "exclude"}, {}]


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def bomb(size: int) -> bytes:
    """A whole workbook whose one sheet unpacks to this many bytes."""
    book = zipfile.ZipFile(io.BytesIO(table.write_xlsx([Record(source="s", source_id="1", title="T")])))
    parts = {name: book.read(name) for name in book.namelist()}
    row = b"<row><c t='inlineStr'><is><t>" + b"0" * 1_000 + b"</t></is></c></row>"
    parts["xl/worksheets/sheet1.xml"] = (
        b"<worksheet><sheetData>" + row * (size // len(row)) + b"</sheetData></worksheet>"
    )
    return zipped(parts)


GIANT = "x" * 3_000_000
BRACKETS = 200_000
MADE: dict[str, bytes] = {
    "cell.csv": f'title,abstract\nT,"{GIANT}"\n'.encode(),
    "open.csv": f'title,abstract\nT,"{GIANT}\nU,a\n'.encode(),
    "cell.tsv": f"title\tabstract\nT\t{GIANT}\n".encode(),
    "field.ris": f"TY  - JOUR\nTI  - T\nAB  - {GIANT}\nER  - \n".encode(),
    "lines.ris": b"TY  - JOUR\nTI  - T\n" + b"AB  - x\n" * 200_000,
    "field.nbib": f"PMID- 1\nTI  - T\nAB  - {GIANT}\n\n".encode(),
    "field.bib": f"@article{{a, title={{T}}, abstract={{{GIANT}}}}}\n".encode(),
    "field.xml": f"<PubmedArticleSet><PubmedArticle><MedlineCitation><Article><ArticleTitle>{GIANT}</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>".encode(),
    "field.json": json.dumps([{"type": "article", "title": "T", "abstract": GIANT}]).encode(),
    "braces.bib": f"@article{{a, title={{{'{' * BRACKETS}}}}}\n@article{{b, title={{T}}}}\n".encode(),
    "closed.bib": f"@article{{a, title={{{'{' * BRACKETS}x{'}' * BRACKETS}}}}}\n".encode(),
    "quotes.bib": f'@article{{a, title="{"{" * BRACKETS}"}}\n@article{{b, title={{T}}}}\n'.encode(),
    "at.bib": b"@article{" * 60_000,
    "brackets.json": b"[" * BRACKETS,
    "objects.json": b'{"title":' * BRACKETS,
    "marks.csv": b"title\n" + b'"' * BRACKETS + b"\n",
    "deep.xml": b"<PubmedArticleSet><PubmedArticle>" + b"<a>" * BRACKETS + b"</a>" * BRACKETS + b"</PubmedArticle></PubmedArticleSet>",
    "tags.ris": b"TY  - JOUR\nTI  - " + b"<i " * BRACKETS + b"\nER  - \n",
    "entities.ris": b"TY  - JOUR\nTI  - " + b"&" * BRACKETS + b"\nER  - \n",
    "bomb.xlsx": bomb(60_000_000),
    "many.xlsx": zipped({"[Content_Types].xml": b"<a/>", **{f"xl/worksheets/sheet{n}.xml": b"0" * 4_900_000 for n in range(60)}}),
    "bomb.zip.xlsx": zipped({"xl/workbook.xml": b"0" * 120_000_000}),
}  # fmt: skip


def test_giant_cells_nested_brackets_and_bombs_are_met_within_seconds_and_little_memory(tmp_path: Path) -> None:
    paths = []
    for name, data in MADE.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    found = read(paths)
    assert [name for name, one in found.items() if "died" in one] == []
    slow = {name: one["seconds"] for name, one in found.items() if one["seconds"] >= SECONDS}
    large = {name: one["megabytes"] for name, one in found.items() if one["megabytes"] >= MEGABYTES}
    assert (slow, large) == ({}, {})
    assert [name for name, one in found.items() if not (one["records"] or one["findings"] or one["refused"])] == []
    assert all("unpack" in found[name]["refused"] for name in ("bomb.xlsx", "many.xlsx", "bomb.zip.xlsx"))
    assert [one["title"] for one in found["braces.bib"]["records"]] == ["T"]
