"""People's names in what is handed on: found however they are written, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.pseudonym import hide_folders, pseudonyms

WORDS = st.lists(st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=8), min_size=1, max_size=3)
NAMES = st.lists(WORDS.map(" ".join), min_size=1, max_size=5, unique=True)
HOME = "/home/" + "alima"


@given(names=NAMES, before=st.text(max_size=20), after=st.text(max_size=20), at=st.integers(0, 4))
def test_no_name_is_left_wherever_it_stands(names: list[str], before: str, after: str, at: int) -> None:
    called = pseudonyms(names, {})
    hidden = called.hide(f"{before} {names[at % len(names)]} {after}")
    assert not called.names(hidden)


@given(names=NAMES)
def test_everybody_gets_a_pseudonym_of_their_own(names: list[str]) -> None:
    called = pseudonyms(names, {})
    assert len(set(called.of.values())) == len(names)


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("Ana Lima said so", "Person 01 said so"),
        ("ANA LIMA", "Person 01"),
        ("export_ana-lima.ris", "export_Person 01.ris"),
        ("AnaLima2024.ris", "AnaLima2024.ris"),
        ("Bo and Bob", "Person 02 and Bob"),
        ("bo is no name", "bo is no name"),
        ('{"O\\"Neil": 1}', '{"Person 03": 1}'),
        ("write to A.Lima@Uni.example!", "write to Person 01!"),
        ("Lima, Ana (2020)", "Lima, Ana (2020)"),
    ],
)
def test_a_name_is_found_however_it_is_written(said: str, hidden: str) -> None:
    called = pseudonyms(["Ana Lima", "Bo", 'O"Neil'], {"a.lima@uni.example": "Ana Lima"})
    assert called.hide(said) == hidden


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (f"file://{HOME}/a.pdf", "file:~/a.pdf"),
        (f"../../..{HOME}/data.csv", "../../..~/data.csv"),
        ("C:\\Users\\Ana Lima\\Zotero\\a.pdf", "~\\Zotero\\a.pdf"),
        (r"{a.pdf:C\:\\Users\\alima\\a.pdf:application/pdf}", r"{a.pdf:~\\a.pdf:application/pdf}"),
        ("/mnt/c/Users/alima/x", "~/x"),
        (json.dumps({"path": "C:\\Users\\alima"}), '{"path": "~"}'),
        ("https://osf.example/users/alima/files", "https://osf.example/users/alima/files"),
        ("at home and for users", "at home and for users"),
    ],
)
def test_a_folder_of_somebody_is_found_and_a_web_address_is_none(said: str, hidden: str) -> None:
    assert hide_folders(said) == hidden


def test_what_people_wrote_keeps_no_address_at_all() -> None:
    called = pseudonyms(["Ana Lima"], {})
    assert called.hide_all("me@uni.example, 0000-0002-1825-0097") == "(e-mail), (ORCID)"
    assert called.hide("me@uni.example") == "me@uni.example", "a publisher's text keeps its authors' addresses"


def test_without_people_only_folders_go() -> None:
    called = pseudonyms([], {})
    assert called.hide(f"Ana, {HOME}/x") == "Ana, ~/x"
