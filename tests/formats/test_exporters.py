"""What databases and programs really export: a small invented sample for the habits of each."""

from __future__ import annotations

import json

import pytest

from review.domain.record import Record
from review.formats import registry

# Title, first author, year, journal, volume, issue, pages, DOI, PMID of the first record.
EXPECTED = ("On the spine", "Roe, J", 2015, "Spine J", "12", "3", "4-9", "10.5555/a.1", "7")
T, J, D = "On the spine", "Spine J", "10.5555/a.1"


def table(*rows: str) -> str:
    return "\n".join(rows) + "\n"


SAMPLES: dict[str, tuple[str, str]] = {
    "Scopus": ("scopus.csv", table(
        '"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue","Art. No.","Page start","Page end","Page count","Cited by","DOI","Link","Abstract","PubMed ID","Document Type","Publication Stage","Open Access","Source","EID"',
        f'"Roe, J.; Lee, B.","Roe, Jane (1); Lee, Bo (2)","1; 2","{T}","2015","{J}","12","3","","4","9","6","2","{D}","https://www.scopus.com/inward/record.uri?eid=1","It tells.","7","Article","Final","","Scopus","2-s2.0-1"',
    )),
    "Web of Science (Excel, saved as text)": ("savedrecs.tsv", table(
        "Publication Type\tAuthors\tBook Authors\tAuthor Full Names\tArticle Title\tSource Title\tBook Series Title\tLanguage\tDocument Type\tAbstract\tVolume\tIssue\tStart Page\tEnd Page\tArticle Number\tDOI\tDOI Link\tPublication Date\tPublication Year\tPubmed Id\tUT (Unique WOS ID)",
        f"J\tRoe, J; Lee, B\t\tRoe, Jane; Lee, Bo\t{T}\t{J}\t\tEnglish\tArticle\tIt tells.\t12\t3\t4\t9\t\t{D}\thttp://dx.doi.org/{D}\tMAR\t2015\t7\tWOS:1",
    )),
    "EBSCO": ("ebsco.csv", table(
        '"Article Title","Author","Journal Title","ISSN","ISBN","Publication Date","Volume","Issue","First Page","Last Page","Page Count","Accession Number","DOI","Publisher","Doctype","Subjects","Keywords","Abstract","PLink","PMID"',
        f'"{T}","Roe, J; Lee, B","{J}","12345678","","Mar2015","12","3","4","9","6","1099","{D}","Wiley","Article","Spine; Disc","","It tells.","http://search.ebscohost.com/login.aspx?AN=1099","7"',
    )),
    "EBSCO since 2023": ("ebsco-new.csv", table(
        "an,title,contributors,abstract,publicationDate,source,volume,issue,pageStart,pageEnd,pageCount,doi,docTypes,language,subjects,plink,longDBName,pmid",
        f'1099,{T},"Roe, J; Lee, B",It tells.,20150301,{J},12,3,4,9,6,{D},Article,English,Spine,https://research.ebsco.com/x,CINAHL,7',
    )),
    "ProQuest": ("proquest.csv", table(
        "Title,Abstract,StoreId,ArticleType,Authors,copyright,documentType,issn,issue,language,pages,pubdate,pubtitle,volume,year,digitalObjectIdentifier,subjectTerms,PMID",
        f'{T},It tells.,1,Scholarly Journals,"Roe, J; Lee, B",Copyright,Article,1234-5678,3,English,4-9,Mar 2015,{J},12,2015,{D},Spine,7',
    )),
    "Embase, a row each": ("embase.csv", table(
        '"Title","Author Names","Source","Publication Year","Abstract","Medline PMID","PUI","DOI","Full Text Link"',
        f'"{T}","Roe J., Lee B.","{J} (2015) 12:3 (4-9). Date of Publication: 1 Mar 2015","2015","It tells.","7","L1","{D}",""',
    )),
    "Embase, a field a row": ("embase-rows.csv", table(
        f'"TITLE","{T}"', '"AUTHOR NAMES","Roe J.","Lee B."', '"AUTHOR ADDRESSES","(Roe J.) Nowhere."',
        f'"SOURCE","{J} (2015) 12:3 (4-9). Date of Publication: 1 Mar 2015"', '"PUBLICATION YEAR","2015"',
        '"ABSTRACT","It tells."', '"MEDLINE PMID","7"', f'"DOI","{D}"', "",
        '"TITLE","Another study of it"', '"AUTHOR NAMES","Lee B."', '"SOURCE","Disc (2016) 1 (1-2)"', '"PUBLICATION YEAR","2016"',
    )),
    "Embase, as text": ("embase.txt", table(
        "RECORD 1", "", "TITLE", T, "AUTHOR NAMES", "Roe J.", "Lee B.", "SOURCE", f"{J} (2015) 12:3 (4-9). Date of Publication: 2015",
        "PUBLICATION YEAR", "2015", "ABSTRACT", "It tells,", "and more.", "MEDLINE PMID", "7", "DOI", D, "",
        "RECORD 2", "", "TITLE", "Another study of it", "AUTHOR NAMES", "Lee B.", "PUBLICATION YEAR", "2016",
    )),
    "ProQuest, as text": ("proquest.txt", table(
        "____________________________________________________________", "", "Document 1 of 2", "", T, "", "Author: Roe, J; Lee, B", "",
        "Abstract: It tells: and more.", "", f"Title: {T}", f"Publication title: {J}", "Volume: 12", "Issue: 3", "Pages: 4-9",
        "Publication year: 2015", f"DOI: {D}", "PMID: 7", "", "____________________________________________________________", "",
        "Document 2 of 2", "", "Another", "", "Author: Lee, B", "", "Title: Another", "Publication title: Disc", "Publication year: 2016",
    )),
    "NoteExpress": ("cnki.txt", table(
        "{Reference Type}: Journal Article", f"{{Title}}: {T}", "{Author}: Roe, J;Lee, B", f"{{Journal}}: {J}", "{Year}: 2015",
        "{Volume}: 12", "{Issue}: 3", "{Pages}: 4-9", "{Abstract}: It tells.", f"{{DOI}}: {D}", "{PMID}: 7", "",
        "{Reference Type}: Thesis", "{Title}: Another", "{Author}: Lee, B", "{Year}: 2016", "{Journal}: Disc",
    )),
    "CNKI": ("cnki-own.txt", table(
        "SrcDatabase-来源库: 期刊", f"Title-题名: {T}", "Author-作者: Roe, J;Lee, B;", "Organ-单位: Nowhere", f"Source-文献来源: {J}",
        "Keyword-关键词: spine;disc", "Summary-摘要: It tells.", "PubTime-发表时间: 2015-03-01", "Roll-卷: 12", "Period-期: 3",
        "PageCount-页码: 4-9", f"DOI-DOI: {D}", "PMID: 7", "",
        "SrcDatabase-来源库: 期刊", "Title-题名: Another", "Author-作者: Lee, B;", "Source-文献来源: Disc", "PubTime-发表时间: 2016-03-01",
    )),
    "Cochrane (CSV)": ("cochrane.csv", table(
        '"Cochrane ID","Title","Author(s)","Source","Year","Issue","Volume","Pages","PubMed ID","Embase ID","DOI","Type","Abstract","URL"',
        f'"CN-1","{T}","Roe, J; Lee, B","{J}","2015","3","12","4-9","7","","{D}","Journal article","It tells.","https://www.cochranelibrary.com/x"',
    )),
    "Cochrane (RIS)": ("cochrane.ris", table(
        "Provider: John Wiley & Sons, Ltd", 'Content:text/plain; charset="UTF-8"', "", "TY  - JOUR", "AN  - CN-01234567", "AU  - Roe, J",
        "AU  - Lee, B", f"TI  - {T}", f"JO  - {J}", "YR  - 2015", "VL  - 12", "NO  - 3", "PG  - 4\u20109", "XR  - PUBMED 7", "KY  - spine",
        "AB  - It tells.", f"DOI - {D}", "US  - https://www.cochranelibrary.com/x", "ER  - ",
    )),
    "IEEE Xplore": ("ieee.csv", table(
        '"Document Title",Authors,"Publication Title","Publication Year","Volume","Issue","Start Page","End Page","Abstract","DOI",PDF Link,"Author Keywords","IEEE Terms","PMID"',
        f'"{T}","Roe, J; Lee, B","{J}","2015","12","3","4","9","It tells.","{D}","https://ieeexplore.ieee.org/x","a;b","c","7"',
    )),
    "Dimensions": ("dimensions.csv", table(
        '"About the data: Exported on Mar 01, 2025. Criteria: spine."',
        "Rank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Source title,Anthology title,MeSH terms,Publication Date,PubYear,Volume,Issue,Pagination,Publication Type,Authors,Dimensions URL",
        f'1,pub.1,{D},7,,{T},It tells.,{J},,spine,2015-03,2015,12,3,4-9,Article,"Roe, J; Lee, B",https://app.dimensions.ai/x',
    )),
    "Lens": ("lens.csv", table(
        '"Lens ID","Title","Date Published","Publication Year","Publication Type","Source Title","ISSNs","Author/s","Abstract","Volume","Issue Number","Start Page","End Page","Fields of Study","PMID","DOI"',
        f'"001","{T}","2015-03-01","2015","journal article","{J}","","Roe, J; Lee, B","It tells.","12","3","4","9","Spine","7","{D}"',
    )),
    "LILACS (BVS)": ("bvs.csv", table(
        '"ID","Title","Author(s)","Source","Journal","Database(s)","Type","Language","Publication year","Descriptor(s)","Fulltext URL","Abstract","Volume number","Issue number","Pages","DOI","PMID"',
        f'"lil-1","{T}","Roe, J; Lee, B","{J};12(3): 4-9, mar. 2015","{J}","LILACS","article","en","2015","Spine","","It tells.","12","3","4-9","{D}","7"',
    )),
    "Google Scholar": ("scholar.csv", table(
        "Authors,Title,Publication,Volume,Number,Pages,Year,Publisher,DOI,PMID", f'"Roe, J; Lee, B; ",{T},{J},12,3,4-9,2015,Wiley,{D},7',
    )),
    "Publish or Perish": ("pop.csv", table(
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,GSRank,Type,DOI,Volume,Issue,StartPage,EndPage,Abstract,PMID",
        f'3,"J Roe, B Lee",{T},2015,{J},Wiley,https://example.org,1,,{D},12,3,4,9,It tells.,7',
    )),
    "Publish or Perish (JSON)": ("pop.json", json.dumps([{
        "title": T, "authors": ["J Roe", "B Lee"], "year": 2015, "source": J, "volume": "12", "issue": "3", "startpage": 4,
        "endpage": 9, "doi": D, "abstract": "It tells.", "pmid": "7", "cites": 3, "rank": 1, "type": "",
    }])),
    "Semantic Scholar (JSON)": ("s2.json", json.dumps({"total": 1, "data": [{
        "paperId": "x", "externalIds": {"DOI": D, "PubMed": "7"}, "title": T, "abstract": "It tells.", "year": 2015,
        "authors": [{"authorId": "1", "name": "J. Roe"}, {"authorId": "2", "name": "B. Lee"}],
        "journal": {"name": J, "volume": "12", "pages": "4-9"}, "issue": "3",
    }]})),
    "Lens (JSON)": ("lens.json", json.dumps({"total": 1, "data": [{
        "lens_id": "001", "title": T, "year_published": 2015, "volume": "12", "issue": "3", "start_page": "4", "end_page": "9",
        "source": {"title": J, "type": "Journal"}, "authors": [{"first_name": "J", "last_name": "Roe", "initials": "J"}],
        "external_ids": [{"type": "doi", "value": D}, {"type": "pmid", "value": "7"}], "abstract": "It tells.",
    }]})),
    "Zotero (programming interface)": ("zotero.json", json.dumps([
        {"key": "ABCD2345", "version": 1, "library": {"type": "user", "id": 1}, "meta": {}, "data": {
            "key": "ABCD2345", "itemType": "journalArticle", "title": T, "abstractNote": "It tells.", "date": "2015-03-01",
            "creators": [{"creatorType": "editor", "firstName": "E", "lastName": "Doe"},
                         {"creatorType": "author", "firstName": "J", "lastName": "Roe"}],
            "publicationTitle": J, "volume": "12", "issue": "3", "pages": "4-9", "DOI": D, "extra": "PMID: 7\nseen twice",
            "tags": [{"tag": "spine"}],
        }},
        {"key": "EFGH6789", "data": {"key": "EFGH6789", "itemType": "attachment", "parentItem": "ABCD2345", "title": "PDF"}},
    ])),
    "Covidence": ("covidence.csv", table(
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags,PMID",
        f'{T},"Roe, J; Lee, B",It tells.,2015,03,{J},12,3,4-9,,{D},,#1,Roe 2015,,,7',
    )),
    "Paperpile": ("paperpile.csv", table(
        "Item type,Authors,Title,Full journal,Publication year,Volume,Issue,Pages,Folders filed in,Date published,DOI,PMID,URLs,Abstract",
        f'Journal Article,"Roe J,Lee B",{T},{J},2015,12,3,4-9,,2015-3,{D},7,https://example.org,It tells.',
    )),
    "EndNote (tab delimited)": ("endnote.tsv", table(
        "Reference Type\tRecord Number\tAuthor\tYear\tTitle\tJournal\tVolume\tIssue\tPages\tDOI\tAbstract\tPMID",
        f"Journal Article\t1\tRoe, J; Lee, B\t2015\t{T}\t{J}\t12\t3\t4-9\t{D}\tIt tells.\t7",
    )),
    "PubMed": ("pubmed.csv", table(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI",
        f'7,{T},"Roe J, Lee B.",{J}. 2015 Mar 1;12(3):4-9. doi: {D}.,Roe J,{J},2015,2015/03/01,,,{D}',
    )),
    "Scopus (RIS, an article without pages)": ("scopus.ris", table(
        "TY  - JOUR", "AU  - Roe, J.", f"TI  - {T}", "PY  - 2015", f"T2  - {J}", "VL  - 12", "IS  - 3", "C7  - e4", f"DO  - {D}",
        "C2  - 7", "DB  - Scopus", "ER  - ",
    )),
    "ScienceDirect (RIS)": ("sd.ris", table(
        "TY  - JOUR", f"T1  - {T}", "AU  - Roe, J.", "AU  - Lee, B.", f"JO  - {J}", "VL  - 12", "IS  - 3", "SP  - 4", "EP  - 9", "PY  - 2015",
        "DA  - 2015/03/01/", "SN  - 1234-5678", f"DO  - https://doi.org/{D}", "UR  - https://www.sciencedirect.com/x", "AN  - PMID:7", "ER  - ",
    )),
    "ACM (BibTeX)": ("acm.bib", table(
        "@article{10.1145/1,", "author = {Roe, J. and Lee, B.},", f"title = {{{T}}},", "year = {2015},", "issue_date = {March 2015},",
        f"volume = {{12}}, number = {{3}}, doi = {{{D}}}, journal = {{{J}}}, month = mar, pages = {{4–9}}, numpages = {{6}}, pmid = {{7}}", "}",
    )),
    "JSTOR (BibTeX)": ("jstor.bib", table(
        "JSTOR CITATION LIST", "", "", "@article{10.2307/1,", " ISSN = {12345678},", f" URL = {{http://www.jstor.org/stable/1}}, doi={{{D}}},",
        " author = {J. Roe},", f" journal = {{{J}}}, number = {{3}}, pages = {{4--9}}, pmid={{7}},", f" title = {{{T}}}, volume = {{12}}, year = {{2015}}", "}",
    )),
    "CNKI (EndNote)": ("cnki.enw", table(
        "%0 Journal Article", "%A Roe, J;Lee, B;", "%+ Nowhere;", f"%T {T}", f"%J {J}", "%D 2015", "%V 12", "%N 3", "%P 4-9", f"%R {D}",
        "%M PMID: 7", "%W CNKI",
    )),
}  # fmt: skip


def read(name: str) -> list[Record]:
    file_name, text = SAMPLES[name]
    found = registry.read(text.encode(), source="s", file_name=file_name)
    return [item for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_export_of_a_database_or_program_is_read(name: str) -> None:
    one = read(name)[0]
    first = one.authors[0].replace(".", "")
    pages = "4-9" if one.pages == "e4" else one.pages
    issue = one.issue
    assert (one.title, first, one.year, one.journal, one.volume, issue, pages, one.doi, one.pmid) == EXPECTED


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Embase, a field a row", 2),
        ("Embase, as text", 2),
        ("ProQuest, as text", 2),
        ("NoteExpress", 2),
        ("CNKI", 2),
        ("Zotero (programming interface)", 1),
    ],
)
def test_each_reference_is_one_record(name: str, count: int) -> None:
    found = read(name)
    assert len(found) == count
    assert len({one.record_id for one in found}) == count
