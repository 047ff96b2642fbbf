"""Damage at any place of a file of any format ends in records, findings or a refusal, never in an exception."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import registry

_WRITTEN = Record(
    source="s",
    source_id="1",
    title="Numbering <i>vertebrae</i> & more: 50% of {A}",
    abstract="Aim: to count. TY  - not a tag",
    authors=("Roe, Ann", "The Spine Group"),
    year=2020,
    journal="Journal of Tests",
    volume="12",
    issue="3",
    pages="4-9",
    doi="10.1000/x(1)",
    pmid="123",
    keywords=("spine", "MRI"),
    url="https://example.org/a",
    notes="seen",
)
_ARTICLE = (
    "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Journal><Title>J</Title></Journal><ArticleTitle>A <i>b</i>"
    "</ArticleTitle><Abstract><AbstractText Label='AIM'>To &lt;see&gt;</AbstractText></Abstract></Article></MedlineCitation>"
    "</PubmedArticle>"
)
# What is only read: one small whole file of each kind.
_READ_ONLY = {
    "pubmed_xml": f"<?xml version='1.0'?><!DOCTYPE PubmedArticleSet><PubmedArticleSet>{_ARTICLE}{_ARTICLE}</PubmedArticleSet>",
    "arxiv_atom": "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>http://arxiv.org/abs/2101.00001v1</id><title>T</title>"
    "<published>2021-01-01</published><author><name>Ann Roe</name></author></entry></feed>",
    "nbib": "PMID- 1\nTI  - A title that\n      goes on\nFAU - Roe, Ann\nDP  - 2020 Mar\nAID - 10.1000/x [doi]\n\nPMID- 2\nTI  - B\n",
    "wos": "FN X\nVR 1.0\nPT J\nAU Roe, A\n   Lee, B\nTI A\n   title\nPY 2020\nDI 10.1000/x\nER\n\nPT J\nTI B\nER\n\nEF\n",
    "ovid": "<1. >\nVN  - Ovid Technologies\nAU  - Roe, Ann MD\nTI  - A. [Review]\nSO  - J. 12(3):4-9, 2020 Mar.\n\n<2. >\nTitle\n  B\n",
    "named_fields": "Title: A\nAuthors: Roe, Ann\nYear: 2020\nAbstract: To see\nDOI: 10.1000/x\n\nTitle: B\nAuthors: Lee, Bo\nYear: 2021\n"
    "Abstract: To count\nDOI: 10.1000/y\n",
    "refworks": "RT Journal Article\nA1 Roe,Ann\nT1 A\nYR 2020\nAB a\nb\nRT Book\nT1 B\n",
    "cochrane": "Record #1 of 2\nID: CN-1\nTI: A\nYR: 2020\nPM: PUBMED 12\n\nRecord #2 of 2\nTI: B\n",
    "openalex": '{"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W1", "title": "T", "publication_year": 2020,'
    ' "authorships": [{"author": {"display_name": "Ann Roe"}}], "abstract_inverted_index": {"To": [0], "see": [1]},'
    ' "biblio": {"volume": "1"}, "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/1"}}]}',
    "crossref": '{"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": [{"DOI": "10.1000/x",'
    ' "title": ["T"], "author": [{"family": "Roe", "given": "Ann"}], "issued": {"date-parts": [[2020, 3]]}}]}}',
    "europepmc": '{"hitCount": 1, "resultList": {"result": [{"id": "1", "source": "MED", "pmid": "1", "title": "T",'
    ' "pubYear": "2020", "authorList": {"author": [{"fullName": "Roe A"}]}, "keywordList": {"keyword": ["k"]}}]}}',
}
_NOISE = st.sampled_from(
    [b"", b"\x00", b"\n", b"\xff", b"{", b"}", b'"', b"<", b">", b"&", b"\t", b",", b"ER  - \n", b"null", b"[]", b"1", b"\r", b"\xe2\x80"]
)  # fmt: skip


def sample(name: str) -> bytes:
    found = registry.formats()[name]
    return found.write([_WRITTEN, _WRITTEN]) if found.write else _READ_ONLY[name].encode()


@pytest.mark.parametrize("name", registry.formats())
def test_a_whole_file_is_known_and_read(name: str) -> None:
    data = sample(name)
    assert registry.detect(data, "").name == name
    assert any(isinstance(item, Record) and item.title for item in registry.read(data, source="s"))


@pytest.mark.parametrize("name", [name for name in registry.formats() if name != "xlsx"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(start=st.integers(0, 3000), length=st.integers(0, 60), noise=_NOISE, cut=st.booleans())
@example(start=1, length=0, noise=b"\x00", cut=False)
def test_no_damage_is_more_than_findings_or_a_refusal(
    name: str, start: int, length: int, noise: bytes, *, cut: bool
) -> None:
    data = sample(name)
    start %= len(data)
    damaged = data[:start] + noise + (b"" if cut else data[start + length :])
    try:
        items = list(registry.formats()[name].read(damaged, "s"))
    except BadInput as refusal:
        assert len(refusal.message) > 10
        return
    for item in items:
        assert isinstance(item, (Record, Finding))
        if isinstance(item, Record):
            assert item.title.isprintable()
            assert all(author.isprintable() and author for author in item.authors)


def test_a_damaged_workbook_is_refused_in_words() -> None:
    data = sample("xlsx")
    for start in range(0, len(data), 97):
        damaged = io.BytesIO(data)
        damaged.seek(start)
        damaged.write(b"\x00\xff\x00")
        try:
            list(registry.formats()["xlsx"].read(damaged.getvalue(), "s"))
        except BadInput as refusal:
            assert "Excel" in refusal.message or "column" in refusal.message
