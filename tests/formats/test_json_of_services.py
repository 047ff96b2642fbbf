"""The JSON of Europe PMC, OpenAlex and Crossref: all fields a record can carry, and nothing that breaks a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import registry

WRAPPED: dict[str, Any] = {
    "europepmc": lambda works: {"hitCount": len(works), "resultList": {"result": works}},
    "openalex": lambda works: {"meta": {"count": len(works)}, "results": works},
    "crossref": lambda works: {"status": "ok", "message-type": "work-list", "message": {"items": works}},
}
each = pytest.mark.parametrize("name", list(WRAPPED))


def read(name: str, *works: Any) -> list[Record | Finding]:
    data = json.dumps(WRAPPED[name](list(works))).encode()
    return list(registry.read(data, source="x", found=registry.named(name)))


def one(name: str, work: Mapping[str, Any]) -> Record:
    (record,) = [found for found in read(name, work) if isinstance(found, Record)]
    return record


words = st.text(min_size=1, max_size=8).filter(lambda word: word.split() == [word] and word.isalnum())


@settings(deadline=None)
@given(st.lists(words, max_size=40))
def test_an_inverted_abstract_is_put_back_in_order(text: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text):
        index.setdefault(word, []).append(place * 3)  # positions may have gaps
    assert one("openalex", {"title": "A", "abstract_inverted_index": index}).abstract == " ".join(text)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = {
    "europepmc": [
        "id", "source", "title", "abstractText", "authorList", "authorString", "journalInfo", "pubTypeList", "pubType",
        "keywordList", "meshHeadingList", "commentCorrectionList", "pageInfo", "doi", "pubYear", "bookOrReportDetails",
    ],
    "openalex": [
        "id", "ids", "title", "doi", "abstract_inverted_index", "authorships", "biblio", "locations", "keywords", "mesh",
        "primary_location", "type", "publication_year", "is_retracted", "language",
    ],
    "crossref": [
        "DOI", "title", "subtitle", "abstract", "author", "editor", "issued", "published-print", "container-title", "type",
        "page", "updated-by", "update-to", "relation", "institution", "subject", "resource", "event", "journal-issue",
    ],
}  # fmt: skip


@each
@settings(deadline=None)
@given(st.data())
def test_whatever_a_field_holds_the_other_works_of_the_page_are_read(name: str, data: st.DataObject) -> None:
    odd = data.draw(st.dictionaries(st.sampled_from(NAMES[name]), trees, max_size=6))
    good = {"europepmc": {"id": "7", "source": "MED"}, "openalex": {"id": "W7"}, "crossref": {"DOI": "10.5555/7"}}[name]
    found = [record for record in read(name, odd, 5, {**good, "title": "Good"}) if isinstance(record, Record)]
    assert "Good" in [record.title for record in found]


@each
@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b"[1, 2]", b'{"error": "no"}', b"[" * 100_000])
def test_what_is_no_page_of_works_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(BadInput):
        list(registry.read(data, source="x", found=registry.named(name)))


@each
def test_an_empty_page_holds_no_record_and_no_finding(name: str) -> None:
    assert read(name) == []


def test_europe_pmc_in_full() -> None:
    record = one(
        "europepmc",
        {
            "id": "39000001",
            "source": "MED",
            "pmid": "39000001",
            "pmcid": "PMC9",
            "doi": "10.5555/EPMC.1",
            "title": "Counting <i>ribs</i> &amp; vertebrae.",
            "authorList": {
                "author": [
                    {"fullName": "Lima A", "firstName": "Ana", "lastName": "Lima", "initials": "A"},
                    {"collectiveName": "The Spine Study Group"},
                ]
            },
            "journalInfo": {
                "volume": "4",
                "issue": "2",
                "printPublicationDate": "2024-03-01",
                "journal": {"title": "Invented Journal", "isoabbreviation": "Inv J"},
            },
            "pubYear": "2024",
            "pageInfo": "11-19; discussion 20",
            "abstractText": "<h4>Background</h4>Why.<h4>Methods: </h4>How p &lt; 0.05.",
            "language": "eng",
            "pubTypeList": {"pubType": ["Journal Article", "Retracted Publication"]},
            "keywordList": {"keyword": ["spine", "AI"]},
            "meshHeadingList": {"meshHeading": [{"descriptorName": "Humans"}, {"descriptorName": "spine"}]},
            "commentCorrectionList": {
                "commentCorrection": [
                    {"type": "Retraction in", "reference": "Inv J. 2025", "id": "39999999", "source": "MED"},
                    {"type": "Comment in", "reference": "Inv J. 2025", "id": "1", "source": "MED"},
                ]
            },
            "electronicPublicationDate": "2024-01-31",
        },
    )
    assert (record.source_id, record.pmid, record.doi, record.year) == (
        "MED/39000001",
        "39000001",
        "10.5555/epmc.1",
        2024,
    )
    assert record.title == "Counting ribs & vertebrae."
    assert record.authors == ("Lima, Ana", "The Spine Study Group")
    assert record.abstract == "Background: Why. Methods: How p < 0.05."
    assert (record.journal, record.volume, record.issue, record.pages) == ("Invented Journal", "4", "2", "11-19")
    assert record.keywords == ("spine", "AI", "Humans")
    assert (record.language, record.type) == ("eng", "article-journal")
    assert record.url == "https://europepmc.org/article/MED/39000001"
    assert record.notes == (
        "Publication types: Retracted Publication; Retraction in: Inv J. 2025 (MED/39999999); "
        "Journal abbreviation: Inv J; Published online: 2024-01-31; In print: 2024-03-01; PMCID: PMC9"
    )


def test_a_preprint_at_europe_pmc_names_its_server_and_its_article() -> None:
    record = one(
        "europepmc",
        {
            "id": "PPR1",
            "source": "PPR",
            "title": "A preprint",
            "authorString": "Lima A, van der Berg JP, Spine Study Group.",
            "bookOrReportDetails": {"publisher": "medRxiv", "yearOfPublication": 2024},
            "pubYear": "2024",
            "commentCorrectionList": {
                "commentCorrection": [{"type": "Preprint of", "id": "39000001", "source": "MED"}]
            },
        },
    )
    assert (record.type, record.journal) == ("article", "medRxiv")
    assert record.authors == ("Lima, A", "van der Berg, JP", "Spine Study Group")
    assert record.notes == "Preprint of: MED/39000001"


def test_openalex_in_full() -> None:
    record = one(
        "openalex",
        {
            "id": "https://openalex.org/W77",
            "doi": "https://doi.org/10.48550/arXiv.2401.00001",
            "title": None,
            "display_name": "Counting vertebrae",
            "publication_year": 2024,
            "publication_date": "2024-01-05",
            "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/38000001", "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/123"},
            "language": "en",
            "type": "preprint",
            "is_retracted": True,
            "authorships": [{"author": {"display_name": "Jan van der Waals"}}, {"raw_author_name": "Ana Lima"}],
            "biblio": {"volume": "4", "issue": None, "first_page": "11", "last_page": "19"},
            "primary_location": {"landing_page_url": "https://arxiv.org/abs/2401.00001", "source": {"display_name": "arXiv"}},
            "keywords": [{"display_name": "Spine"}],
            "mesh": [{"descriptor_name": "Humans"}],
        },
    )  # fmt: skip
    assert (record.source_id, record.doi, record.pmid) == ("W77", "10.48550/arxiv.2401.00001", "38000001")
    assert (record.arxiv_id, record.type, record.journal) == ("2401.00001", "article", "arXiv")
    assert record.authors == ("van der Waals, Jan", "Lima, Ana")
    assert (record.title, record.year, record.volume, record.pages) == ("Counting vertebrae", 2024, "4", "11-19")
    assert record.keywords == ("Spine", "Humans")
    assert record.notes == "Retracted; Published: 2024-01-05; PMCID: PMC123"


def test_crossref_in_full() -> None:
    record = one(
        "crossref",
        {
            "DOI": "10.5555/ABC.1",
            "title": ["Counting <i>vertebrae</i>"],
            "subtitle": ["A trial"],
            "abstract": "<jats:title>Abstract</jats:title><jats:p>We counted.</jats:p>",
            "author": [
                {"family": "Lima", "given": "Ana", "suffix": "Jr."},
                {"name": "The Spine Study Group"},
            ],
            "container-title": ["Invented Journal"],
            "volume": "4",
            "journal-issue": {"issue": "2"},
            "article-number": "e17",
            "issued": {"date-parts": [[None]]},
            "published-print": {"date-parts": [[2024, 3]]},
            "published-online": {"date-parts": [[2024, 1, 31]]},
            "type": "proceedings-article",
            "language": "en",
            "updated-by": [
                {"DOI": "10.5555/RET", "type": "retraction", "label": "Retraction", "updated": {"date-parts": [[2025, 2, 1]]}}
            ],
            "update-to": [{"DOI": "10.5555/OLD", "type": "correction"}],
            "relation": {"has-preprint": [{"id": "10.1101/x", "id-type": "doi"}]},
            "URL": "https://doi.org/10.5555/abc.1",
        },
    )  # fmt: skip
    assert (record.source_id, record.doi) == ("10.5555/abc.1", "10.5555/abc.1")
    assert record.title == "Counting vertebrae: A trial"
    assert record.abstract == "We counted."
    assert record.authors == ("Lima, Ana, Jr.", "The Spine Study Group")
    assert (record.journal, record.volume, record.issue, record.pages) == ("Invented Journal", "4", "2", "e17")
    assert (record.year, record.type, record.language) == (2024, "paper-conference", "en")
    assert record.notes == (
        "Retraction: 10.5555/ret (2025-02-01); correction of 10.5555/old; Preprint: 10.1101/x; "
        "Published online: 2024-01-31; In print: 2024-03"
    )


@each
def test_a_page_is_known_by_what_it_holds_whatever_its_name(name: str) -> None:
    work = {
        "europepmc": {"id": "1", "title": "T", "type": "x"},
        "openalex": {"id": "https://openalex.org/W1", "title": "T", "type": "article", "authorships": []},
        "crossref": {"DOI": "10.5555/1", "title": ["T"], "type": "journal-article", "issued": {"date-parts": [[2020]]}},
    }[name]
    data = json.dumps(WRAPPED[name]([work])).encode()
    for file_name in ("page.json", "page.txt", "page"):
        assert registry.detect(data, file_name).name == name
    assert registry.named("json").name == "csl_json"


@pytest.mark.shared
def test_recorded_pages_are_read_whole(shared: Path) -> None:
    folder = shared / "data/api/dev"
    counts = {
        "europepmc/pyEuropePMC_fetch_10pages_cancer.json": 1_000,
        "europepmc/pyEuropePMC_search_cancer_core.json": 25,
        "europepmc/pyEuropePMC_search_no_results.json": 0,
        "openalex/researchhub-backend_openalex_author_works.json": 4,
        "openalex/openalex-python_W-api-response.json": 1,
        "crossref/habanero_test_works_field_queries_0.json": 20,
        "crossref/habanero_test_no_ua_string_0.json": 1,
    }
    for path, count in counts.items():
        data = (folder / path).read_bytes()
        assert registry.detect(data, path).name == path.partition("/")[0]
        found = list(registry.read(data, source="x", file_name=path))
        assert [type(item) for item in found] == [Record] * count
        assert all(item.title and item.year and item.source_id for item in found if isinstance(item, Record))
    erratum = list(registry.read((folder / "europepmc/pyEuropePMC_search_cancer_core.json").read_bytes(), source="x"))[
        1
    ]
    assert isinstance(erratum, Record)
    assert "Erratum for: Lancet. 2024 Sep 28;404(10459):1227-1239." in erratum.notes


@each
def test_the_raw_entry_is_the_very_text_of_the_answer(name: str) -> None:
    works = ['{"title" :\t"One", "id":"1", "x": 1.50}', '{"title":"Two","id":"2","results":[],"items":[],"result":[]}']
    frame = json.dumps(WRAPPED[name](["HERE"]))
    data = frame.replace('"HERE"', f" {works[0]} ,\n{works[1]} ").encode()
    found = [item for item in registry.read(data, source="x", found=registry.named(name)) if isinstance(item, Record)]
    assert [record.raw for record in found] == works


@each
def test_a_list_of_that_name_which_is_not_the_works_is_passed_over(name: str) -> None:
    frame = {"request": {"result": [1], "results": [2], "items": [3]}, **WRAPPED[name]([{"title": "One", "id": "1"}])}
    data = json.dumps(frame).encode()
    found = list(registry.read(data, source="x", found=registry.named(name)))
    assert [item.title for item in found if isinstance(item, Record)] == ["One"]
    assert not any(isinstance(item, Finding) and item.rule == "FORMAT-SKIPPED" for item in found)
