"""A bundle with pseudonyms: no byte of it names anybody who worked on the review, their address or their folder."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from invented import ris, work

from review.domain.charting import ChartEntry
from review.domain.dealing import Deal, Dealt
from review.domain.estimate import Estimate, Evidence, Input
from review.domain.pseudonym import authors_in, header_of
from review.domain.record import SourceKind
from review.domain.screening import Decision, Stage, Verdict
from review.domain.team import TeamRole
from review.resources import read_yaml
from review.services import (
    bundle,
    chart,
    collect,
    dealing,
    discussion,
    full_text_intake,
    fulltext,
    kinds,
    marks,
    protocol,
    reports,
    screen,
    team,
    works,
)
from review.services.collect import Origin
from review.services.evidence import kept
from review.services.full_text_intake import Upload
from review.services.manuscript import paper
from review.services.project import CONFIG, Project
from review.services.pseudonyms import Packing
from tests.pdfs import paper as pdf

ANA, BO, EVA = "Ana Lima", "Bo Ek-Strand", "Eva D'Or"
EMAIL, LOGIN = "eva.dor@uni.example", "evador"
HOME = f"/home/{LOGIN}"
# None of these may be in any file of the bundle, in whatever capitals.
SECRETS = (
    "ana lima",
    "ana_lima",
    "ana-lima",
    "bo ek",
    "bo_ek",
    "eva d'or",
    "strand notes",
    EMAIL,
    LOGIN,
    "0000-0002-1825-0097",
)


def as_exported(number: int) -> str:
    """An entry as a program exports it that knows who screened, and where the PDF lies on somebody's computer."""
    said = f'N1  - RAYYAN-INCLUSION: {{"{ANA}"=>"Included"}}\nL1  - file://{HOME}/Zotero/{number}.pdf\nER  - '
    return ris(number).replace("ER  - ", said)


@pytest.fixture
def named(empty: Project) -> Project:
    """A review in which people are named wherever a person or a program can name them."""
    protocol.freeze(empty, who=ANA)
    settings = empty.root / CONFIG
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(f'name = "{empty.name}"', f'name = "Review of {ANA}"'), encoding="utf-8")
    data = "".join(as_exported(n) for n in range(4)).encode() + b"\nTY  - JOUR\nnot an entry\n"
    collect.import_bytes(empty, data, file_name="ana_lima_export.ris", origin=Origin(source="scopus"))
    collect.import_bytes(empty, ris(5).encode(), file_name=f"{EVA}.RIS", origin=Origin(source="embase"))
    works.dedup(empty)
    team.add(empty, EVA, role=TeamRole.OWNER, email=EMAIL)
    found = [work(empty, n) for n in range(4)]
    for stage in Stage:
        for who in (ANA, BO):
            for at in found[:2]:
                note = f"{BO} told me; {EMAIL}"
                screen.decide(empty, Decision(record_id=at, shown=at, stage=stage, reviewer=who, verdict=Verdict.INCLUDE, note=note))  # fmt: skip
        fulltext.set_retrieval(empty, found[1], "retrieved", person=ANA, note=f"from {EVA}")
    for who, verdict in ((ANA, Verdict.INCLUDE), (BO, Verdict.EXCLUDE)):
        said = Decision(record_id=found[2], shown=found[2], stage=Stage.TITLE_ABSTRACT, reviewer=who, verdict=verdict)
        screen.decide(empty, said)
    discussion.say(empty, ANA, found[2], Stage.TITLE_ABSTRACT, text=f"What do you think, {BO}?")
    marks.set_tags(empty, ANA, found[3], [f"ask {EVA}"])
    dealing.deal(empty, Deal(how=Dealt.SHARES, shares={ANA: 1.0, BO: 2.0}))
    kinds.correct(empty, "embase", kind=SourceKind.REGISTER, reason=f"{EVA} looked", who=EVA)
    works.judge(empty, [(found[0], found[1])], same_work=False, person=BO)
    protocol.amend(empty, reason=f"{EVA} wanted it", who=EVA) if _amended(empty) else None
    full_text(empty, found[0])
    reports.link(empty, found[0], found[1], reports.Relation.STUDY, person=ANA)
    entry = ChartEntry(record_id=found[0], field_id="n_patients", reviewer=ANA, value="120", quote="120 patients")
    words = ChartEntry(
        record_id=found[0], field_id="limitations", reviewer=BO, value=f"none, says {ANA}", quote=f"by {ANA}"
    )
    chart.save(empty, [entry, words])
    beside(empty)
    return empty


def _amended(found: Project) -> bool:
    text = found.protocol_path.read_text(encoding="utf-8")
    found.protocol_path.write_text(f"{text}\n# one more line\n", encoding="utf-8")
    return True


def full_text(found: Project, record_id: str) -> None:
    upload = Upload(
        name="strand notes.pdf",
        data=pdf("Deep learning grades lumbosacral transitional vertebrae on radiographs", doi="10.5555/inv.0"),
        record_id=record_id,
        sure=True,
        origin=f"file://{HOME}/a.pdf",
    )
    [taken] = full_text_intake.take(found, [upload], person=BO)
    assert taken.outcome == "kept"


def beside(found: Project) -> None:
    """Files: a paper, kept evidence computed from a file elsewhere, and the answers of a search."""
    place = paper.create(found, Path("paper"))
    (place / "notes.md").write_text(f"{ANA} and {EVA} wrote this. Mail {EMAIL}, {HOME}/x.\n", encoding="utf-8")
    text = (place / "manuscript.md").read_text(encoding="utf-8")
    people = text.replace("[First author]", ANA).replace('orcid: ""', 'orcid: "0000-0002-1825-0097"', 1)
    (place / "manuscript.md").write_text(
        people.replace("[Name and e-mail address]", f"{EVA}, {EMAIL}"), encoding="utf-8"
    )
    entry = f"@article{{a, title = {{A}}, file = {{a.pdf:C\\:\\\\Users\\\\{LOGIN}\\\\a.pdf:application/pdf}}}}\n"
    (place / "references.bib").write_text(entry, encoding="utf-8")
    number = Estimate(name="dice", value=0.9, n=12, unit="", method=f"mean, by {BO}")
    elsewhere = Input(path=f"{HOME}/cases.csv", sha256="0" * 64)
    kept.keep(found, Evidence(kind="evaluate", function="f", values=(number,), inputs=(elsewhere,)), "internal")
    answers = found.root / "searches" / "pubmed-001"
    answers.mkdir(parents=True)
    (answers / "plan.json").write_text(json.dumps({"query": "spine", "note": f"asked by {ANA}"}), encoding="utf-8")
    (answers / "page-1.xml.gz").write_bytes(gzip.compress(b"an answer as it came"))


def opened(path: Path) -> dict[str, str]:
    """Every file of a bundle as text, also what is packed in it."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "facts/raw_entries.jsonl":
                rows = [base64.b64decode(json.loads(line)["raw"]["base64"]) for line in data.splitlines()]
                data = b"\n".join(map(zlib.decompress, rows))
            found[name] = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8", "replace")
    return found


def told(path: Path) -> set[tuple[str, str]]:
    """(file, secret) of everything in a bundle that tells who somebody is."""
    return {
        (name, secret)
        for name, text in opened(path).items()
        for secret in SECRETS
        if secret in f"{name}\n{text}".casefold()
    }


def test_no_byte_of_it_names_a_person_an_address_or_a_folder(named: Project, tmp_path: Path) -> None:
    bundle.export(named, tmp_path / "whole.zip")
    files = {name for name, _ in told(tmp_path / "whole.zip")}
    report = bundle.export(named, tmp_path / "blind.zip", packing=Packing(pseudonyms=True))
    assert told(tmp_path / "blind.zip") == set()
    assert report.named_in == ()
    assert bundle.verify(tmp_path / "blind.zip") == []
    assert {f"facts/{table}.jsonl" for table in (
        "people", "search_runs", "run_reports", "records", "raw_entries", "judgements", "decisions", "retrievals", "full_texts",
        "report_links", "chart_entries", "form_changes", "marks", "remarks", "arrangements", "source_kinds", "protocol_versions",
    )} - {"facts/form_changes.jsonl"} <= files  # fmt: skip
    assert {"review.toml", "papers/paper/notes.md", "papers/paper/manuscript.md", "papers/paper/references.bib",
            "evidence/internal.json", "searches/pubmed-001/plan.json", "charting.json", "included.csv",
            "ro-crate-metadata.json"} <= files, "the test names people in all of these"  # fmt: skip


def test_it_opens_as_a_review_with_the_same_numbers(named: Project, tmp_path: Path) -> None:
    from review.services import facts

    bundle.export(named, tmp_path / "blind.zip", packing=Packing(pseudonyms=True))
    again = bundle.open_bundle(tmp_path / "blind.zip", tmp_path / "again")
    try:
        numbers = {name: fact.value for name, fact in facts.facts(again).items()}
        assert numbers == {name: fact.value for name, fact in facts.facts(named).items()}
        assert {person.name for person in team.people(again)} == {"Person 01", "Person 02", "Person 03"}
    finally:
        again.close()


def test_authors_who_never_opened_the_review_and_where_all_of_them_work_are_left_out(
    named: Project, tmp_path: Path
) -> None:
    place = named.root / "paper" / "manuscript.md"
    text = place.read_text(encoding="utf-8").replace("[Second author]", "Ugo Mentor")
    text = text.replace("[Department, institution, city, country]", "Spine Unit,\n      Invented Hospital")
    place.write_text(f"{text}\nUgo Mentor settled what was open.\n", encoding="utf-8")
    bundle.export(named, tmp_path / "blind.zip", packing=Packing(pseudonyms=True))
    packed = opened(tmp_path / "blind.zip")
    assert not {name for name, said in packed.items() for word in ("Mentor", "Invented Hospital") if word in said}
    assert re.search(r"Person \d\d settled what was open", packed["papers/paper/manuscript.md"])
    assert authors_in(read_yaml(header_of(packed["papers/paper/manuscript.md"])).tree) == {"Person 01", "Person 04"}


def test_where_a_name_has_to_stay_the_file_is_named(named: Project, tmp_path: Path) -> None:
    (named.root / "paper" / "figure.png").write_bytes(b"\x89PNG drawn by Ana Lima")
    place = named.root / "searches" / "pubmed-001" / "page-2.xml.gz"
    place.write_bytes(gzip.compress(b"<Author>Bo Ek-Strand</Author>"))
    report = bundle.export(named, tmp_path / "blind.zip", packing=Packing(pseudonyms=True))
    assert set(report.named_in) == {"papers/paper/figure.png", "searches/pubmed-001/page-2.xml.gz"}


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [len(held).to_bytes(4, "big") + kind + held + b"\0\0\0\0" for kind, held in chunks]
    return b"".join((b"\x89PNG\r\n\x1a\n", *parts, b"\0"))


def test_the_packed_pixels_of_a_picture_name_nobody_and_what_it_says_of_itself_may(
    named: Project, tmp_path: Path
) -> None:
    for name, kind in (("drawn.png", b"tEXt"), ("plain.png", b"IDAT")):
        (named.root / "paper" / name).write_bytes(
            png((b"IHDR", b"size"), (kind, b"\xff Ana Lima \xff"), (b"IEND", b""))
        )
    report = bundle.export(named, tmp_path / "blind.zip", packing=Packing(pseudonyms=True))
    assert report.named_in == ("papers/paper/drawn.png",)
