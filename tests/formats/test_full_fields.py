"""All that PubMed and arXiv say of a record and a record can carry."""

from __future__ import annotations

import pytest

from review.domain.record import Record
from review.formats import registry

ARTICLE = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">39000001</PMID><Article PubModel="Print-Electronic">
<Journal><JournalIssue CitedMedium="{medium}"><Volume>4</Volume><Issue>2</Issue><PubDate>{date}</PubDate></JournalIssue>
<Title>Invented Journal of Spines</Title><ISOAbbreviation>Inv J Spines</ISOAbbreviation></Journal>
<ArticleTitle>[Counting vertebrae].</ArticleTitle><ELocationID EIdType="pii" ValidYN="Y">e17</ELocationID>
<ELocationID EIdType="doi" ValidYN="Y">10.5555/full.1</ELocationID>
<Abstract><AbstractText Label="BACKGROUND">Why.</AbstractText><AbstractText Label="METHODS">How.</AbstractText></Abstract>
<AuthorList><Author><LastName>Lima</LastName><ForeName>Ana</ForeName><AffiliationInfo><Affiliation>Invented Hospital</Affiliation>
</AffiliationInfo></Author></AuthorList><Language>por</Language>
<PublicationTypeList><PublicationType>Journal Article</PublicationType><PublicationType>Retracted Publication</PublicationType>
</PublicationTypeList><VernacularTitle>Contar vértebras.</VernacularTitle>
<ArticleDate DateType="Electronic"><Year>2024</Year><Month>01</Month><Day>31</Day></ArticleDate></Article>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>Inv J Spines. 2025;5:1</RefSource>
<PMID>39999999</PMID></CommentsCorrections><CommentsCorrections RefType="UpdateOf"><PMID>38000000</PMID></CommentsCorrections>
<CommentsCorrections RefType="CommentIn"><RefSource>Elsewhere</RefSource></CommentsCorrections></CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName>Spine</DescriptorName></MeshHeading></MeshHeadingList>
<KeywordList><Keyword>numbering</Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList></PubmedData></PubmedArticle></PubmedArticleSet>"""


def article(date: str, medium: str = "Print") -> Record:
    data = ARTICLE.format(date=date, medium=medium).encode()
    (record,) = registry.read(data, source="pubmed", file_name="a.xml")
    assert isinstance(record, Record)
    return record


def test_a_pubmed_article_keeps_labels_links_dates_and_numbers() -> None:
    record = article("<Year>2024</Year><Month>Mar</Month><Day>1</Day>")
    assert record.abstract == "BACKGROUND: Why. METHODS: How."
    assert (record.journal, record.volume, record.issue, record.language) == (
        "Invented Journal of Spines",
        "4",
        "2",
        "por",
    )
    assert record.keywords == ("numbering", "Spine")
    assert "Invented Hospital" in record.raw
    assert record.notes.split("; ") == [
        "Publication types: Retracted Publication",
        "Retraction in: Inv J Spines. 2025;5:1 (PMID 39999999)",
        "Update of: PMID 38000000",
        "Original title: Contar vértebras.",
        "Journal abbreviation: Inv J Spines",
        "E-location: e17",
        "Published online: 2024-01-31",
        "In print: 2024-03-01",
        "PMCID: PMC77",
    ]


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("<Year>2024</Year>", "2024"),
        ("<Year>2024</Year><Month>3</Month>", "2024-03"),
        ("<Year>2024</Year><Season>Spring</Season>", "2024 Spring"),
        ("<MedlineDate>2019 Nov-Dec</MedlineDate>", "2019 Nov-Dec"),
        ("<Year>2020</Year><Month>Jul-Aug</Month>", "2020 Jul-Aug"),
        ("", None),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(date: str, read: str | None) -> None:
    notes = article(date, "Internet").notes.split("; ")
    assert [note for note in notes if note.startswith("Issue of")] == ([f"Issue of: {read}"] if read else [])


def test_a_preprint_keeps_its_version_categories_dates_and_journal() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>'
        "<id>http://arxiv.org/abs/2401.00001v3</id><title>Counting\n  vertebrae</title><summary>We count.</summary>"
        "<published>2024-01-01T00:00:00Z</published><updated>2024-05-06T00:00:00Z</updated>"
        "<author><name>Ana Lima</name></author><arxiv:doi>10.5555/J.1</arxiv:doi>"
        "<arxiv:journal_ref>Inv J Spines 4 (2024)</arxiv:journal_ref><arxiv:comment>12 pages</arxiv:comment>"
        '<category term="eess.IV"/><category term="cs.CV"/><arxiv:primary_category term="cs.CV"/></entry></feed>'
    )
    (record,) = registry.read(feed.encode(), source="arxiv", file_name="a.atom")
    assert isinstance(record, Record)
    assert (record.arxiv_id, record.doi, record.journal) == ("2401.00001v3", "10.5555/j.1", "Inv J Spines 4 (2024)")
    assert (record.title, record.year, record.keywords) == ("Counting vertebrae", 2024, ("cs.CV", "eess.IV"))
    assert record.notes == "arXiv comment: 12 pages; Submitted: 2024-01-01; This version: 2024-05-06"
