"""A file that stays on the disk is read as the same file in memory, with little of it held."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from review.domain.errors import BadInput
from review.domain.finding import Finding
from review.domain.record import Record
from review.formats import cut, decoding, registry, xml_parts
from review.resources import LargeFile

ARTICLE = "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>T{n} {t}</ArticleTitle></Article></MedlineCitation></PubmedArticle>{s}"
HEAD = '<?xml version="1.0" encoding="{e}"?>\n<!DOCTYPE PubmedArticleSet>\n'


def xml(
    count: int,
    *,
    head: str = HEAD.format(e="utf-8"),
    gap: str = "\n",
    text: str = "é",
    foot: str = "</PubmedArticleSet>",
) -> str:
    return head + "<PubmedArticleSet>" + "".join(ARTICLE.format(n=n, t=text, s=gap) for n in range(count)) + foot


RIS = "".join(f"TY  - JOUR\nTI  - Title {n} é\nAB  - a\n  b\nER  - \n\n" for n in range(40))
NBIB = "".join(f"PMID- {n}\nTI  - Title {n}\n      é\nSO  - J\n\n" for n in range(1, 40))
BIB = "".join(f"@article{{k{n},\n title = {{Title {n} é}},\n year = 2001\n}}\n\n" for n in range(40))
FILES = {
    "plain.ris": RIS.encode(),
    "no-end.ris": RIS.replace("ER  - \n\n", "\n", 3).encode(),
    "cp1252.ris": RIS.encode("cp1252"),
    "utf16.ris": RIS.encode("utf-16"),
    "twice.ris": (RIS + RIS.replace("é", "Ã©")).encode(),
    "broken.ris": RIS.encode() + b"TY  - JOUR\nTI  - \xff\nER  - \n",
    "plain.nbib": NBIB.encode(),
    "cut.nbib": NBIB.encode()[:-20],
    "plain.bib": BIB.encode(),
    "macros.bib": b'@string{j = "J"}\n' + BIB.replace("year = 2001", "journal = j").encode(),
    "crossref.bib": (BIB + "@inproceedings{x, title={X}, crossref={k3}}\n").encode(),
    "hidden.bib": (BIB + "@Comment {\n@article{in,\n title={No}}\n}\n" + BIB.replace("{k", "{m")).encode(),
    "plain.xml": xml(40).encode(),
    "one-line.xml": xml(40, head="", gap="").encode(),
    "books.xml": xml(40).replace("<PubmedArticle>", "<PubmedBookArticle>", 1).replace("</PubmedArticle>", "</PubmedBookArticle>", 1).encode(),
    "cut.xml": xml(40).encode()[:-200],
    "joined.xml": (xml(20) + "\n" + xml(20, text="again")).encode(),
    "latin1.xml": xml(40, head=HEAD.format(e="iso-8859-1")).encode("iso-8859-1"),
    "cdata.xml": xml(40, text="<![CDATA[</PubmedArticle>]]>").encode(),
    "comment.xml": xml(40, head="<!-- <a> -->\n").encode(),
    "wild.xml": xml(40, text="a & b").encode(),
    "no-root.xml": ARTICLE.format(n=1, t="", s="").encode(),
    "utf16.xml": xml(40, head="").encode("utf-16"),
    "open.xml": xml(40).replace("</PubmedArticle>", "", 1).encode(),
    "table.csv": b"title,year\n" + b"A,2001\n" * 40,
}  # fmt: skip


def on_disk(path: Path) -> list[Record | Finding] | str:
    with LargeFile(path) as data:
        return read(data, path.name)


def read(data: bytes | LargeFile, name: str) -> list[Record | Finding] | str:
    try:
        return list(registry.read(data, source="s", file_name=name))
    except BadInput as refusal:
        return str(refusal)


def in_small_parts(patch: pytest.MonkeyPatch) -> None:
    for module, name, size in (
        (decoding, "_CHUNK", 64),
        (decoding, "_PIECE", 50),
        (xml_parts, "_PART", 700),
        (cut, "_LONGEST", 1 << 22),
    ):
        patch.setattr(module, name, size)


@pytest.mark.parametrize("name", FILES)
def test_a_file_on_the_disk_is_read_as_in_memory(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    expected = read(FILES[name], name)
    in_small_parts(monkeypatch)
    assert on_disk(tmp_path / name) == expected
    assert isinstance(expected, list)
    assert expected


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["ris", "nbib", "bibtex", "pubmedxml"])
def test_real_files_are_read_the_same_on_the_disk(kind: str, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [path for path in sorted((shared / "data/formats/dev" / kind).iterdir()) if ".expected" not in path.name][
        :30
    ]
    expected = {path.name: read(path.read_bytes(), path.name) for path in paths}
    in_small_parts(monkeypatch)
    monkeypatch.setattr(xml_parts, "_PART", 20_000)
    monkeypatch.setattr(decoding, "_CHUNK", 4_096)
    monkeypatch.setattr(decoding, "_PIECE", 3_000)
    assert [path.name for path in paths if on_disk(path) != expected[path.name]] == []


@pytest.mark.parametrize(
    ("name", "text"), [("a.ris", RIS * 900), ("a.bib", BIB * 900), ("a.xml", xml(8_000)), ("a.nbib", NBIB * 900)]
)
def test_little_of_a_large_file_is_held(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    registry.formats()
    with LargeFile(path) as large:
        tracemalloc.start()
        entries = registry.read(large, source="s", file_name=name)
        assert sum(1 for _ in zip(entries, range(1_000), strict=False)) == 1_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        entries.close()  # type: ignore[attr-defined]
        assert len(large) > 1_000_000
    assert peak < 20_000_000
