"""The other readers: a small sample for every quirk."""

from __future__ import annotations

import io
import zipfile

import pytest

from review.domain.errors import BadInput, Missing
from review.domain.finding import Finding, Severity
from review.domain.record import Record
from review.formats import arxiv_atom, bibtex, csl_json, decoding, fields, latex, nbib, pubmed_xml, registry, table
from review.formats.citation_keys import citation_key, citation_keys

FEED = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:arxiv="http://arxiv.org/schemas/atom">{}</feed>"""


def split(items: object) -> tuple[list[Record], list[Finding]]:
    listed = list(items)  # type: ignore[call-overload]
    return [i for i in listed if isinstance(i, Record)], [i for i in listed if isinstance(i, Finding)]


# nbib


def test_nbib_takes_full_names_groups_and_the_doi() -> None:
    text = (
        "PMID- 12\nTI  - A title over\n      two lines\nFAU - Smith, John\nAU  - Smith J\nCN  - The X Group\n"
        "LID - S0-1 [pii]\nLID - 10.1000/ABC [doi]\nPT  - Journal Article\nPT  - Randomized Controlled Trial\n"
        "DP  - 2013 Nov-Dec\nJT  - Journal\nPG  - 1-9; discussion 10\nSO  - J\n"
    )
    (record,), found = split(nbib.read(text.encode(), "pubmed"))
    assert record.record_id == "pubmed:12"
    assert record.title == "A title over two lines"
    assert record.authors == ("Smith, John", "The X Group")
    assert (record.doi, record.year, record.pages, record.type) == ("10.1000/abc", 2013, "1-9", "article-journal")
    assert record.notes == "Publication types: Randomized Controlled Trial"
    assert not found


def test_nbib_entries_of_eric_begin_with_their_owner() -> None:
    text = "OWN - ERIC\nTI  - A\nDP  - 2000\n\nOWN - ERIC\nTI  - B\nDP  - 2001\n"
    assert [record.title for record in split(nbib.read(text.encode(), "s"))[0]] == ["A", "B"]


def test_the_same_pmid_with_other_content_is_kept_apart_and_reported() -> None:
    text = "PMID- 1\nTI  - A\n\nPMID- 1\nTI  - B\n\nPMID- 1\nTI  - A\n"
    records, found = split(nbib.read(text.encode(), "s"))
    assert [record.source_id for record in records] == ["1", "1-2", "1"]
    assert [(item.rule, item.severity, item.line) for item in found] == [("FORMAT-SAME-ID", Severity.WARNING, 4)]


# PubMed XML

ARTICLE = (
    '<PubmedArticle><MedlineCitation><PMID Version="1">{n}</PMID><Article><ArticleTitle>T{n}</ArticleTitle>'
    "<AuthorList><Author><LastName>Li</LastName><ForeName>Wei</ForeName></Author><Author><CollectiveName>G</CollectiveName>"
    "</Author></AuthorList></Article></MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList>"
    '<ArticleId IdType="doi">10.1/reference</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>'
)


def test_pubmed_xml_does_not_take_the_doi_of_a_reference() -> None:
    (record,), _ = split(pubmed_xml.read(f"<PubmedArticleSet>{ARTICLE.format(n=1)}</PubmedArticleSet>".encode(), "s"))
    assert (record.source_id, record.doi, record.authors) == ("1", "", ("Li, Wei", "G"))
    assert record.raw.startswith("<PubmedArticle>")


def test_pubmed_files_joined_end_to_end_are_read_to_the_end() -> None:
    one = '<?xml version="1.0" ?>\n<PubmedArticleSet>' + ARTICLE + "</PubmedArticleSet>\n"
    records, found = split(pubmed_xml.read((one.format(n=1) + one.format(n=2)).encode(), "s"))
    assert [record.title for record in records] == ["T1", "T2"]
    assert not found


def test_a_cut_pubmed_file_keeps_what_came_before() -> None:
    whole = "<PubmedArticleSet>\n" + ARTICLE.format(n=1) + "\n" + ARTICLE.format(n=2)
    records, (cut,) = split(pubmed_xml.read(whole[:-40].encode(), "s"))
    assert [record.title for record in records] == ["T1"]
    assert (cut.rule, cut.line) == ("FORMAT-CUT", 3)


# arXiv


def test_arxiv_entries_keep_their_version() -> None:
    feed = FEED.format(
        "<entry><id>http://arxiv.org/abs/2104.12255v1</id><title>A\n title</title><summary>S</summary>"
        "<published>2021-04-25T00:00:00Z</published><author><name>Jan van der Waals</name></author>"
        "<arxiv:doi>10.1000/X</arxiv:doi><category term='cs.CV'/></entry>"
    )
    (record,), _ = split(arxiv_atom.read(feed.encode(), "arxiv"))
    assert record.record_id == "arxiv:2104.12255v1"
    assert (record.title, record.authors, record.year) == ("A title", ("van der Waals, Jan",), 2021)
    assert (record.doi, record.keywords) == ("10.1000/x", ("cs.CV",))


def test_an_arxiv_error_is_a_refusal_with_its_words() -> None:
    feed = FEED.format(
        "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad id</summary></entry>"
    )
    with pytest.raises(BadInput, match="bad id"):
        list(arxiv_atom.read(feed.encode(), "arxiv"))


# BibTeX


def test_bibtex_reads_macros_parents_and_both_of_two_equal_keys() -> None:
    text = """@string{j = "J. of " # "Tests"}
@inproceedings{a, title={Child}, crossref={b}}
@article{k, title="One", journal = j, date = {2011-05}}
@article{k, title={Two}, subtitle={and more}}
@proceedings{b, title={Parent}, year=1999}
"""
    records, found = split(bibtex.read(text.encode(), "s"))
    assert [record.title for record in records] == ["Child", "One", "Two: and more", "Parent"]
    assert (records[0].journal, records[0].year) == ("Parent", 1999)
    assert (records[1].journal, records[1].year) == ("J. of Tests", 2011)
    assert len({record.source_id for record in records}) == 4
    assert not found


@pytest.mark.parametrize(
    "bad",
    ["@article{b, title={Open, year=2002}\n", "@article{b}\n", '@article{b, title="Never, year=2002}\n', "@article{\n"],
)
def test_one_bad_entry_never_costs_another(bad: str) -> None:
    text = "@article{a, title={First}}\n" + bad + "\n@article{c, title={Third}}\n"
    records, found = split(bibtex.read(text.encode(), "s"))
    titles = [record.title for record in records]
    assert titles[0] == "First"
    assert titles[-1] == "Third"
    assert found
    assert found[0].line == 2


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Smith, John", "Smith, John"),
        ("John Smith", "Smith, John"),
        ("Smith, Jr., John", "Smith, John, Jr."),
        ("{World Health Organization}", "World Health Organization"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("{\\'E}. Galois", "Galois, É."),
        ("Smith JA", "Smith, JA"),
    ],
)
def test_bibtex_names(written: str, name: str) -> None:
    (record,), _ = split(bibtex.read(f"@misc{{a, title={{T}}, author={{{written} and others}}}}".encode(), "s"))
    assert record.authors == (name,)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\v{S}koda \c{c} \H{o} \k a \r{a}", "Škoda ç ő ą å"),
        (r"{\AA}ngstr{\"o}m, \O stergaard, {\L}ukasz", "Ångström, Østergaard, Łukasz"),
        (r"$p < 0.05$ and $\chi^2$", "p < 0.05 and χ2"),
        (r"\textit{in vitro} \emph{x}~y", "in vitro x y"),
        ("``quoted'' 1--2", "“quoted” 1–2"),
        (r"A\_b \{c\} \#1 \textbackslash{}", "A_b {c} #1 \\"),
    ],
)
def test_latex_is_decoded(source: str, text: str) -> None:
    assert fields.plain(latex.decode(source)) == text


# citation keys


def record(number: str, **changes: object) -> Record:
    values = {"title": "The deep network", "authors": ("Smith, A",), "year": 2024} | changes
    return Record(source="s", source_id=number, **values)  # type: ignore[arg-type]


def test_citation_keys_are_unique_and_do_not_depend_on_order() -> None:
    listed = [record(str(number)) for number in range(30)]
    keys = citation_keys(listed)
    assert keys["s:0"] == "smith2024deep"
    assert keys["s:1"] == "smith2024deepb"
    assert len(set(keys.values())) == 30
    assert citation_keys(reversed(listed)) == keys


def test_citation_keys_in_use_never_change() -> None:
    keys = citation_keys([record("a"), record("b")], kept={"s:b": "smith2024deep"})
    assert keys == {"s:b": "smith2024deep", "s:a": "smith2024deepb"}


def test_a_citation_key_is_made_of_plain_letters() -> None:
    assert citation_key(record("1", authors=("Øst-Müller, Å",), title="¿Qué es β?", year=None)) == "ostmullerndque"
    assert citation_key(record("1", authors=(), title="")) == "anon2024"


def test_bibtex_uses_the_keys_it_is_given() -> None:
    assert bibtex.write([record("1")], keys={"s:1": "mine"}).startswith(b"@misc{mine,\n")


# tables


def test_a_record_id_column_becomes_the_source_id() -> None:
    records, found = split(table.read_csv(b"record_id,title\n7,A\n8,B\n7,C\n", "s"))
    assert [item.record_id for item in records] == ["s:7", "s:8", "s:7-2"]
    assert [item.line for item in found] == [4]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Smith J.; Doe A.", ("Smith, J.", "Doe, A.")),
        ("Liu R., Adler D.G.", ("Liu, R.", "Adler, D.G.")),
        ("Joseph Rottman, Erran Carmel", ("Rottman, Joseph", "Carmel, Erran")),
        ("Smith, J., Doe, A.B.", ("Smith, J.", "Doe, A.B.")),
        ("Smith, John", ("Smith, John")),
        ("van der Waals, J. D.", ("van der Waals, J. D.")),
        ("Smith, John and Doe, Ann", ("Smith, John", "Doe, Ann")),
        ("['Marx, Karl', 'Lindgren, Astrid']", ("Marx, Karl", "Lindgren, Astrid")),
    ],
)
def test_authors_in_one_cell_are_told_apart(cell: str, names: tuple[str, ...]) -> None:
    assert fields.author_cell(cell) == ((names,) if isinstance(names, str) else names)


def test_an_id_as_long_as_a_page_is_replaced_and_reported() -> None:
    ids = ["a" * 500, "b" * 501, "b" * 100_000]
    text = "record_id,title\n" + "".join(f"{one},Title {at}\n" for at, one in enumerate(ids))
    found_records, found = split(table.read_csv(text.encode(), "mine"))
    assert found_records[0].source_id == ids[0]
    assert len({r.source_id for r in found_records}) == 3
    assert [len(r.source_id) for r in found_records[1:]] == [16, 16]
    assert [(f.rule, f.line) for f in found] == [("FORMAT-REPAIRED", 3), ("FORMAT-REPAIRED", 4)]
    assert found_records[1].source_id in found[0].message
    again, _ = split(table.read_csv(text.replace("Title", "Corrected").encode(), "mine"))
    assert [r.source_id for r in again] == [r.source_id for r in found_records]


def test_a_quotation_mark_left_open_costs_only_its_line() -> None:
    records, found = split(table.read_csv(b'title,year\n"Open,2001\nNext,2002\n', "s"))
    assert [item.title for item in records] == ['"Open', "Next"]
    assert found[0].line == 2


def test_lines_are_counted_through_cells_of_several_lines() -> None:
    _, found = split(table.read_csv(b'title,year\n"A\nB",2001\nC,2002,3\n', "s"))
    assert [item.line for item in found] == [4]


def test_delimiters_at_the_end_of_lines_are_no_fault() -> None:
    records, found = split(table.read_csv(b"title,year,\nA,2001,\nB,2002\nC,2003,,,\n", "s"))
    assert [item.title for item in records] == ["A", "B", "C"]
    assert not found


def test_what_r_and_python_write_for_nothing_is_nothing() -> None:
    (item,), _ = split(table.read_csv(b"title,abstract,doi,journal,year\nNA,NA,nan,None,2001\n", "s"))
    assert (item.title, item.abstract, item.doi, item.journal) == ("", "", "", "")


def test_an_entry_quoted_in_an_abstract_does_not_make_a_file_bibtex() -> None:
    data = b"TY  - JOUR\nTI  - A\nAB  - like this:\n@article{a, title={B}}\nER  - \n"
    assert registry.detect(data, "export.txt").name == "ris"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_written_cell_is_run_by_a_spreadsheet(start: str) -> None:
    hostile = record("1", title=f"{start}cmd|' /C calc'!A0")
    assert f"'{start}cmd".encode() in table.write_csv([hostile])
    sheet = zipfile.ZipFile(io.BytesIO(table.write_xlsx([hostile]))).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_an_unfit_cell_for_excel_is_marked_where_it_is_cut() -> None:
    (back,), _ = split(table.read_xlsx(table.write_xlsx([record("1", abstract="x" * 40_000)]), "s"))
    assert back.abstract.endswith("[…]")


def test_an_excel_file_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    with pytest.raises(BadInput, match="unpack"):
        list(table.read_xlsx(out.getvalue(), "s"))


# CSL-JSON


def test_csl_dates_and_names() -> None:
    text = (
        b'{"items": [{"title": "A <i>x</i>", "issued": {"date-parts": [["2001", 5]]}, "PMID": 12, "author": '
        b'[{"family": "Waals", "given": "J", "non-dropping-particle": "van der"}, {"literal": "WHO"}], "type": "book"}]}'
    )
    (item,), _ = split(csl_json.read(text, "s"))
    assert (item.title, item.year, item.pmid, item.type) == ("A x", 2001, "12", "book")
    assert item.authors == ("van der Waals, J", "WHO")


# encodings


@pytest.mark.parametrize(
    ("encoding", "end"),
    [
        *[
            (encoding, end)
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
            for end in ("\n", "\r\n", "\r")
        ],
        # With lone carriage returns a file that is not UTF-8 is taken for one of an old Mac.
        *[("cp1252", end) for end in ("\n", "\r\n")],
        ("mac_roman", "\r"),
    ],
)
def test_every_encoding_and_line_end_gives_the_same_lines(encoding: str, end: str) -> None:
    lines = ["TY  - JOUR", "TI  - Müller’s café", "", "ER  - "]
    assert list(decoding.decode(end.join(lines).encode(encoding)).lines()) == lines


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    decoded = decoding.decode(("é" * 50).encode() + b"\xff" + ("ü" * 50).encode())
    assert decoded.encoding == "utf-8"
    assert decoded.findings[0].severity is Severity.WARNING


# the registry

SAMPLES = {
    "ris": b"TY  - JOUR\nTI  - A\nER  - \n",
    "nbib": b"PMID- 1\nTI  - A\n",
    "pubmed_xml": b"<?xml version='1.0'?><PubmedArticleSet/>",
    "arxiv_atom": FEED.format("").encode(),
    "bibtex": b"@article{a, title={A}}",
    "csv": b"title,year\nA,2001\n",
    "tsv": b"title\tyear\nA\t2001\n",
    "csl_json": b'[{"title": "A", "type": "book"}]',
}


@pytest.mark.parametrize("suffix", ["", ".txt", ".ris", ".csv", ".bib", ".xml", ".json"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_content_decides_and_not_the_name(name: str, suffix: str) -> None:
    assert registry.detect(SAMPLES[name], f"export{suffix}").name == name
    assert registry.detect(SAMPLES[name].decode().encode("utf-16"), f"export{suffix}").name == name


def test_excel_is_recognised_whatever_its_name() -> None:
    assert registry.detect(table.write_xlsx([record("1")]), "export.csv").name == "xlsx"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\n<!DOCTYPE html><html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (bytes(range(256)) * 10, "not a text file"),
        (b"Hello, this is a letter.", "looks like an export"),
        (b"PK\x03\x04word/document.xml", "Office document"),
    ],
)
def test_what_is_no_export_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        registry.detect(data, "letter.doc")
    assert str(refusal.value).startswith("letter.doc: ")


def test_findings_and_refusals_name_the_file() -> None:
    found = [
        item
        for item in registry.read(b"title,year\nA,1,2\n", source="s", file_name="a.csv")
        if isinstance(item, Finding)
    ]
    assert [(item.path, item.line) for item in found] == [("a.csv", 2)]
    with pytest.raises(BadInput, match=r"^a\.csv: no title column"):
        list(registry.read(b"x,y\n1,2\n", source="s", file_name="a.csv"))


def test_formats_are_found_by_name_and_by_suffix() -> None:
    assert registry.named("json").name == registry.named("csl-json").name == "csl_json"
    assert registry.named(".bib").name == "bibtex"
    with pytest.raises(Missing, match="ris"):
        registry.named("riss")
    with pytest.raises(Missing):
        registry.write([], "nbib")


def test_every_format_of_the_house_is_installed() -> None:
    assert set(registry.formats()) >= {*SAMPLES, "xlsx"}


def test_bibtex_takes_the_text_of_a_link_and_names_with_their_parts_named() -> None:
    text = r"@book{a, title = {See \href{http://x.y/}{the text}}, author = {given=Jan, prefix=van der, family=Berg and family=Roe, given={\'E}va}}"
    (one,) = [item for item in bibtex.read(text.encode(), "s") if isinstance(item, Record)]
    assert (one.title, one.authors) == ("See the text", ("van der Berg, Jan", "Roe, Éva"))


def test_a_suffix_that_several_formats_share_names_the_one_that_can_be_written() -> None:
    assert registry.writable("out.xml".rpartition(".")[2]).name == "endnote_xml"
    assert registry.writable(".enw").name == "refer"
    with pytest.raises(Missing, match="format to write"):
        registry.writable("wos")


def test_web_of_sciences_table_names_sponsors_and_the_day_of_export_by_tags_too() -> None:
    text = "PT\tAU\tTI\tSO\tDT\tSP\tPY\tEA\tBP\tAR\tUT\tDA\nJ\tRoe, A\tT\tJ\tArticle; Early Access\tFund\t\tJUN 2021\t\t104\tWOS:1\t2026-01-01\n"
    (one,) = [item for item in table.read_csv(text.encode("utf-16"), "s") if isinstance(item, Record)]
    assert (one.year, one.pages, one.type) == (2021, "104", "article-journal")


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Cites,Authors,Title,Year,Source,Volume,GSRank", '3,"J Roe, A Lee",T,2015,Spine,12,1', ("Roe, J", 2015, "Spine")),
        (
            "id,doi,title,publication_year,primary_location.source.display_name,authorships.author.display_name",
            "W1,https://doi.org/10.1000/x,T,2015,Spine,Ann Roe|Bo Lee",
            ("Ann Roe", 2015, "Spine"),
        ),
        ("citation_title,citation_authors,citation_pub_year,citation_journal_name", 'T,"Roe, A",2015,Spine', ("Roe, A", 2015, "Spine")),
        ("title,source,source_id", "T,pubmed,1", ("", None, "")),
    ],
)  # fmt: skip
def test_tables_of_other_programs(header: str, row: str, expected: tuple[str, int | None, str]) -> None:
    (one,) = [item for item in table.read_csv(f"{header}\n{row}\n".encode(), "s") if isinstance(item, Record)]
    assert ((*one.authors, "")[0], one.year, one.journal) == expected


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("note = {PMID: 23439512}", "pmid", "23439512"),
        ("url = {https://pubmed.ncbi.nlm.nih.gov/23439512/}", "pmid", "23439512"),
        ("url = {http://a.b/c?id=doi:10.1000/x&title=y}", "doi", "10.1000/x"),
        ("url = {https://arxiv.org/abs/2304.02112v2}", "arxiv_id", "2304.02112v2"),
        ("note = {See 23439512 and 10.1000/x}", "pmid", ""),
        ("pages = {405--405}", "pages", "405"),
        ("author = {{Health and Human Services}}", "authors", ("Health and Human Services",)),
    ],
)
def test_what_stands_beside_is_found_in_every_format(lines: str, field: str, value: object) -> None:
    (one,) = [
        item for item in bibtex.read(f"@misc{{a, title = {{T}}, {lines}}}".encode(), "s") if isinstance(item, Record)
    ]
    assert getattr(one, field) == value
    (back,) = [item for item in table.read_csv(table.write_csv([one]), "s") if isinstance(item, Record)]
    assert getattr(back, field) == value
