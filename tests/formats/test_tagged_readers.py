"""Web of Science, Ovid, RefWorks, EndNote's tagged format and Cochrane's text: a small sample for every quirk."""

from __future__ import annotations

import time

import pytest

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.notices import Notice, notice_of
from review.domain.record import Record
from review.formats import citation_line, cochrane, nbib, ovid, refer, refworks, registry, wos
from review.formats.contract import Format

ROOMS = (wos, ovid, refworks, refer, cochrane)


def records(room: Format, text: str) -> list[Record]:
    return [item for item in room.read(text.encode(), "s") if isinstance(item, Record)]


def findings(room: Format, text: str) -> list[Finding]:
    return [item for item in room.read(text.encode(), "s") if isinstance(item, Finding)]


WOS = """\
FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Smith, J
   Doe, A
AF Smith, John
   Doe, Anne
TI A title that runs
   over two lines
SO JOURNAL OF TESTS
LA English
DT Article; Early Access
DE deep learning; spine
ID SEGMEN
   TATION; MRI
AB An abstract
   in two lines.
PD MAR
PY 2015
VL 12
IS 3
BP 45
EP 54
DI 10.1000/W.1
PM 25555555
UT WOS:000111
ER

PT B
AU Roe, B
TI A chapter
SO HANDBOOK
DT Article; Book Chapter
EA JUN 2021
AR 104
UT WOS:000222
ER

EF
"""


def test_web_of_science_entries_are_whole() -> None:
    one, two = records(wos.FORMAT, WOS)
    assert one.title == "A title that runs over two lines"
    assert one.authors == ("Smith, John", "Doe, Anne")
    assert (one.year, one.volume, one.issue, one.pages) == (2015, "12", "3", "45-54")
    assert (one.doi, one.pmid, one.source_id) == ("10.1000/w.1", "25555555", "WOS:000111")
    assert one.keywords == ("deep learning", "spine", "SEGMEN TATION", "MRI")
    assert one.abstract == "An abstract in two lines."
    assert (one.language, one.type, one.notes) == ("English", "article-journal", "Document type: Early Access")
    assert (two.type, two.year, two.pages) == ("chapter", 2021, "104")


def test_an_entry_that_is_never_ended_is_kept_and_said() -> None:
    cut = WOS.replace("ER\n", "").replace("EF\n", "")
    assert [record.title for record in records(wos.FORMAT, cut)] == ["A title that runs over two lines", "A chapter"]
    assert [finding.rule for finding in findings(wos.FORMAT, cut)] == ["FORMAT-REPAIRED", "FORMAT-REPAIRED"]


def test_lines_that_continue_without_indentation_stay_text() -> None:
    text = "FN X\nVR 1.0\nPT J\nTI Methane in\nXR studies of lakes\nAU Lee, A. (a@b.org)\nRoe, B\nPY 2013\nER\n\nEF\n"
    (one,) = records(wos.FORMAT, text)
    assert one.title == "Methane in XR studies of lakes"
    assert one.authors == ("Lee, A.", "Roe, B")


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        ("UT MEDLINE:1234567", "pmid", "1234567"),
        ("GP Study Group", "authors", ("Smith, J", "Study Group")),
        ("PS 221-230", "pages", "221-230"),
        ("DT -", "type", "article-journal"),
        ("DT Proceedings Paper\nCT Conference on Tests", "notes", "Document type: Proceedings Paper; Conference: Conference on Tests"),
        ("AR ARTN 99", "pages", "99"),
    ],
)  # fmt: skip
def test_other_databases_of_web_of_science(lines: str, field: str, value: object) -> None:
    (one,) = records(wos.FORMAT, f"PT J\nAU Smith, J\nTI T\n{lines}\nER\n\nEF\n")
    assert getattr(one, field) == value


OVID = """\
<1>
UI  - 24845106
DB  - Ovid MEDLINE(R) <1946 to May 2014>
AU  - Smith JA
FA  - Smith, John A
FA  - van der Berg, J P
TI  - Low back pain: a trial. [Review] [54 refs]
SO  - Spine. 39(12):E727-33, 2014 May 20.
VI  - 1
IS  - 0362-2436
ED  - 20140601
AB  - OBJECTIVE: To see
      whether CT - scans help.
LG  - English.
DO  - https://dx.doi.org/10.1097/BRS.1

<2>
AN  - 2015123456
DB  - Embase
AU  - Li W., Zhang X.-Y.
TI  - Second: what?
SO  - Annals of Tests. 26 (2) (pp 259-271), 2015. Date of Publication: 01 Feb 2015.
PM  - 25398456 [http://www.ncbi.nlm.nih.gov/pubmed/?term=25398456]
PT  - Conference Abstract
"""


def test_ovid_tags_are_read_by_what_they_mean_there() -> None:
    one, two = records(ovid.FORMAT, OVID)
    assert (one.title, one.authors) == ("Low back pain: a trial", ("Smith, John A", "van der Berg, J P"))
    assert (one.journal, one.volume, one.issue, one.pages, one.year) == ("Spine", "39", "12", "E727-33", 2014)
    assert (one.pmid, one.doi, one.language) == ("24845106", "10.1097/brs.1", "English")
    assert one.abstract == "OBJECTIVE: To see whether CT - scans help."
    assert (two.pmid, two.type, two.source_id) == ("25398456", "paper-conference", "2015123456")
    assert two.authors == ("Li, W.", "Zhang, X.-Y.")
    assert (two.volume, two.issue, two.pages) == ("26", "2", "259-271")


def test_ovid_fields_with_their_names_written_out() -> None:
    text = (
        "<8>\nAccession Number\n  00005131-1.\nAuthor\n  Roe, Jan MD *;  van Vugt, Arie MD, PhD +;  Lee, A 1\n"
        "Title\n  Screws in the pelvis.[Article]\nSource\n  Journal of Tests. \nStatus\n"
        "  Publish Ahead of Print, 30 November 2015\nAuthor Keywords\n  a;  b.\nDOI Number\n  10.1097/X.2\n"
        "<9>\nAuthor\n  Max [Ed]\nChapter Title\n  The chapter\nTitle\n  The book\nPublication Type\n  Book\n"
    )
    one, two = records(ovid.FORMAT, text)
    assert (one.title, one.year, one.doi) == ("Screws in the pelvis", 2015, "10.1097/x.2")
    assert one.authors == ("Roe, Jan", "van Vugt, Arie", "Lee, A")
    assert one.keywords == ("a", "b")
    assert (two.title, two.journal, two.type, two.authors) == ("The chapter", "The book", "chapter", ("Max",))


def test_a_chapter_by_ovid_stands_in_its_book() -> None:
    text = "<1. >\nVN  - Ovid Technologies\nAU  - Roe, Ann; ORCID: https://orcid.org/0000-0001\nTI  - A chapter\nBT  - A book\nYR  - 2015\n"
    (one,) = records(ovid.FORMAT, text)
    assert (one.title, one.journal, one.type, one.authors) == ("A chapter", "A book", "chapter", ("Roe, Ann",))


def test_ovid_entries_without_numbers_begin_with_the_same_tag() -> None:
    text = "VN  - Ovid Technologies\nTI  - One\n\nVN  - Ovid Technologies\nTI  - Two\n"
    assert [record.title for record in records(ovid.FORMAT, text)] == ["One", "Two"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BMJ. 316(7139):1236-8; discussion 1239, 1998 Apr 18.", ("BMJ", "316", "7139", "1236-8", 1998)),
        ("Journal of Tests March 2015;12(3):4-9", ("Journal of Tests", "12", "3", "4-9", 2015)),
        ("Journal of Tests. Vol.83(1-B(E)), Feb 2015, pp. 12-24.", ("Journal of Tests", "83", "1-B(E)", "12-24", 2015)),
        (
            "J Test. Conference: 2014 Meeting. Chicago. 33 (15 SUPPL. 1) (no pagination), 2015.",
            ("J Test", "33", "15 SUPPL. 1", "", 2015),
        ),
        ("J Test; 2010. 88(4):1234-1241. 30 ref.", ("J Test", "88", "4", "1234-1241", 2010)),
        ("The 2009 Journal of Tests. 2013.", ("The 2009 Journal of Tests", "", "", "", 2013)),
    ],
)
def test_a_citation_is_taken_apart(line: str, expected: tuple[object, ...]) -> None:
    cited = citation_line.parse(line)
    assert (cited.journal, cited.volume, cited.issue, cited.pages, cited.year) == expected


def test_a_book_cited_gives_its_title() -> None:
    cited = citation_line.parse("In: Roe, B (Ed). (2015). A handbook. (pp. 103-106). xx, 300 pp. City: House.")
    assert (cited.title, cited.pages, cited.year) == ("A handbook", "103-106", 2015)


@pytest.mark.parametrize(
    "part", ["Jan ", ". 1", "a. 1(2", "(pp ", ", 2015", "Vol. 1 ", ". 1(1):1,1-1", "2015;", "In: ("]
)
def test_no_citation_keeps_the_patterns_busy(part: str) -> None:
    begun = time.process_time()
    citation_line.parse(part * 2000)
    assert time.process_time() - begun < 0.5


def test_refworks_entries_begin_with_their_kind() -> None:
    text = (
        "Some preamble\nRT Journal Article\nID 1\nA1 Allan,Steven\nA1 Gilbert,Paul\nT1 Anger: a\nstudy\nJF J Test\nYR 2002\n"
        "VO 32\nIS 3\nSP 551\nOP 565\nK1 Anger\nK1 Rank\nDO 10.1000/R\nAB First line.\nCT scans follow.\n"
        "RT Book, Section\nA1 Roe, B\nT1 A chapter\nT2 The book\nYR 2003\n"
    )
    one, two = records(refworks.FORMAT, text)
    assert (one.title, one.authors) == ("Anger: a study", ("Allan, Steven", "Gilbert, Paul"))
    assert (one.pages, one.doi, one.keywords, one.year) == ("551-565", "10.1000/r", ("Anger", "Rank"), 2002)
    assert one.abstract == "First line. CT scans follow."
    assert (two.type, two.journal) == ("chapter", "The book")


REFER = """\
%0 Journal Article
%A Smith, John
%A The Study Group,
%T A title
%J J Test
%D 2015
%V 12
%N 3
%P 45-54
%R doi:10.1000/E
%K deep learning
spine
%X First paragraph.

Second paragraph.
%U https://example.org/a

%0 Conference Paper
%T Another
%B Proceedings
%8 March 3, 2016
"""


def test_a_blank_line_in_an_abstract_ends_no_entry() -> None:
    one, two = records(refer.FORMAT, REFER)
    assert one.abstract == "First paragraph. Second paragraph."
    assert (one.authors, one.keywords) == (("Smith, John", "The Study Group"), ("deep learning", "spine"))
    assert (one.doi, one.url, one.type) == ("10.1000/e", "https://example.org/a", "article-journal")
    assert (two.title, two.journal, two.year, two.type) == ("Another", "Proceedings", 2016, "paper-conference")


def test_what_endnote_writes_amiss_is_no_text() -> None:
    (one,) = records(refer.FORMAT, "%0 Journal Article\n%T T\n%Z Note\n%[2020-01-01\n$] x\n%(Original\n%G eng\n")
    assert (one.notes, one.language) == ("Note", "eng")


def test_refer_without_kinds_begins_anew_where_the_first_tag_returns() -> None:
    text = "%T One\n%0 Journal Article\n%D 2021\n\n\n%T Two\n%B J\n\n\n%T Three\n"
    assert [record.title for record in records(refer.FORMAT, text)] == ["One", "Two", "Three"]


def test_a_kind_given_twice_is_one_entry() -> None:
    (one,) = records(refer.FORMAT, "%0 Serial\n%0 Book\n%T A podcast\n%D 2021\n")
    assert (one.title, one.type) == ("A podcast", "book")


COCHRANE = """\
Record #1 of 2
ID: CN-01234567
AU: Smith J
AU: van der Berg JP
TI: Low back pain: a trial
SO: Journal of tests
YR: 2015
PG: 45‐54
PM: PUBMED 25555555
XR: EMBASE 612345678
PT: Journal article; Randomized controlled trial
DOI: 10.1000/c

Record #2 of 2
ID: CN-02345678
TI: A registered trial
SO: https://clinicaltrials.gov/show/NCT01234567
YR: 2018
"""


def test_cochrane_records_keep_their_numbers() -> None:
    one, two = records(cochrane.FORMAT, COCHRANE)
    assert (one.source_id, one.pmid, one.doi, one.pages) == ("CN-01234567", "25555555", "10.1000/c", "45-54")
    assert (one.title, one.authors) == ("Low back pain: a trial", ("Smith, J", "van der Berg, JP"))
    assert (two.journal, two.url, two.year) == ("", "https://clinicaltrials.gov/show/NCT01234567", 2018)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (WOS, "wos"),
        ("\n" + OVID, "ovid"),
        ("RT Journal Article\nT1 A\nYR 2002\n", "refworks"),
        (REFER, "refer"),
        ("%T A title\n%A Roe, B\n%D 2001\n", "refer"),
        (COCHRANE, "cochrane"),
        ("% a comment\n@article{a, title = {T}, year = 2001}\n", "bibtex"),
        ("TY  - JOUR\nTI  - T\nAB  - <1>\nER  - \n", "ris"),
        ("PMID- 1\nTI  - T\n", "nbib"),
        ("PT\tAU\tTI\tSO\tPY\nJ\tSmith, J\tT\tJ\t2001\n", "tsv"),
    ],
)
def test_each_is_known_by_what_it_holds(text: str, name: str) -> None:
    assert registry.detect(text.encode(), "savedrecs.txt").name == name
    assert registry.detect(text.encode("utf-16"), "savedrecs.txt").name == name
    assert registry.detect(text.replace("\n", "\r\n").encode("utf-8-sig"), "savedrecs.txt").name == name


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
@pytest.mark.parametrize(
    "text", [WOS, OVID, REFER, COCHRANE, "", "\x00\n%0\n<1>\nPT \nRT \nRecord #1 of 1\n", "%\n" * 9]
)
def test_no_reader_stumbles_over_another_kind_of_file(room: object, text: str) -> None:
    try:
        items = list(room.FORMAT.read(text.encode(), "s"))  # type: ignore[attr-defined]
    except BadInput:
        return
    assert all(isinstance(item, (Record, Finding)) for item in items)


@pytest.mark.parametrize(
    "part", ["1,", "1 ", ", 1", "[a]", "(a) ", "* ", "A. ", "MD ", " " * 9, "ORCID ", ". [a]", "'Q. "]
)
def test_no_name_or_title_keeps_ovids_patterns_busy(part: str) -> None:
    text = f"<1. >\nVN  - Ovid\nAU  - Roe {part * 9000}x\nTI  - A{part * 9000}\nSO  - {part * 9000}\n"
    begun = time.process_time()
    assert records(ovid.FORMAT, text)
    assert time.process_time() - begun < 2


# Links of PubMed


def test_a_pubmed_text_export_tells_what_was_retracted_corrected_and_updated() -> None:
    entry = (
        "PMID- 9500320\nTI  - Ileal lymphoid hyperplasia, an invented example\nPT  - Journal Article\nPT  - Retracted Publication\n"
        "EIN - J Invented. 2004 Mar 6;363(9411):750. PMID: 15016483\nRIN - J Invented. 2010 Feb 6;375(9713):445. PMID: 20137807\n"
        "UOF - doi: 10.5555/inv.7\nDP  - 1998\nSO  - J Invented. 1998.\n"
    )
    (record,) = nbib.read(entry.encode(), "pubmed")
    assert isinstance(record, Record)
    assert record.notes == (
        "Publication types: Retracted Publication; Erratum in: J Invented. 2004 Mar 6;363(9411):750 (PMID 15016483); "
        "Retraction in: J Invented. 2010 Feb 6;375(9713):445 (PMID 20137807); Update of: doi: 10.5555/inv.7"
    )
    told = notice_of(record)
    assert told is not None
    assert told[0] is Notice.RETRACTED
