"""A document is known by its DOI or title; where it is in doubt, a person is asked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from review.dedup.document import Shelf
from review.domain.record import Record

TITLES = (
    "Deep learning grades lumbosacral transitional vertebrae on radiographs",
    "Deep learning grades lumbosacral transitional vertebrae on radiographs: external validation",
    "Numbering of lumbar levels with a convolutional network in CT",
    "MRI",
)
RECORDS = [
    Record(
        source="a", source_id=str(n), title=title, doi=f"10.5555/inv.{n}", arxiv_id=f"2301.0123{n}v2" if n == 2 else ""
    )
    for n, title in enumerate(TITLES)
]
SHELF = Shelf([(str(n), [record]) for n, record in enumerate(RECORDS)])


@settings(max_examples=40)
@given(number=st.sampled_from([0, 1, 2]), every=st.integers(5, 30))
def test_a_title_is_found_however_its_lines_are_broken(number: int, every: int) -> None:
    title = TITLES[number].upper()
    broken = "-\n".join(title[at : at + every] for at in range(0, len(title), every))
    assert SHELF.identify([f"Journal of Spine\n{broken}\nAda Writer\nAbstract. We looked."]).work == str(number)


def test_the_doi_decides_where_the_title_is_another_papers_too() -> None:
    page = f"{TITLES[1]}\nhttps://doi.org/10.5555/\ninv.1"
    assert SHELF.identify([page]).work == "1"
    assert SHELF.identify(["doi:10.5555/INV.2 Accepted manuscript"]).work == "2"
    assert SHELF.identify(["arXiv:2301.01232v1 [eess.IV]"]).work == "2"


def test_a_longer_doi_is_not_taken_for_its_beginning() -> None:
    shelf = Shelf([("x", [RECORDS[1]]), ("y", [Record(source="a", source_id="y", title="", doi="10.5555/inv.12")])])
    assert shelf.identify(["doi 10.5555/inv.12"]).work == "y"
    assert shelf.identify(["doi 10.5555/inv.1 and more"]).work == "x"


def test_another_doi_than_the_records_makes_it_a_question() -> None:
    found = SHELF.identify([f"{TITLES[2]}\nbioRxiv preprint doi: https://doi.org/10.1101/2020.01.01.123456"])
    assert found.work == ""
    assert found.near == ("2",)
    assert "another DOI" in found.because


def test_two_papers_named_on_one_page_make_it_a_question() -> None:
    found = SHELF.identify([f"{TITLES[0]}\n{TITLES[2]}"])
    assert (found.work, set(found.near)) == ("", {"0", "2"})


def test_a_title_read_with_faults_is_offered_and_a_short_one_never_is() -> None:
    found = SHELF.identify(["Numbering of lumbat levels with a convolutiona1 network in CT"])
    assert (found.work, found.near) == ("", ("2",))
    assert SHELF.identify(["An MRI study of the knee in forty runners"]).near == ()
    assert SHELF.identify([""]).because.startswith("no words")


def test_a_paper_fits_if_anything_of_it_stands_in_the_file() -> None:
    assert SHELF.fits("2", ["Numbering of lumbat levels with a convolutiona1 network in CT"])
    assert SHELF.fits("2", ["Accepted manuscript 10.5555/inv.2"])
    assert SHELF.fits("2", ["", ""]), "a scan cannot be doubted"
    assert not SHELF.fits("2", [TITLES[0]])
