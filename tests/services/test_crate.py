"""A bundle is a valid RO-Crate, holds no secret and nothing unfinished, and on request no name and no abstract."""

from __future__ import annotations

import hashlib
import json
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from invented import TOPICS, work

from review.domain.charting import ChartEntry
from review.domain.errors import NotAllowed
from review.domain.estimate import Estimate, Evidence
from review.domain.screening import Stage
from review.domain.team import Seat, TeamRole
from review.services import bundle, chart, facts, protocol, team
from review.services.evidence import kept
from review.services.manuscript import paper
from review.services.project import CONFIG, Project
from review.services.pseudonyms import Packing

PEOPLE = ("Ana", "Bodil", "Olga")  # longer ones than two letters: those stand in the bytes of a picture by chance


@pytest.fixture
def full(made: Project, say) -> Project:
    """A review with something in every part of a bundle."""
    team.add(made, "Olga", role=TeamRole.OWNER)
    for number in (0, 1):
        for stage in Stage:
            for who in ("Ana", "Bodil"):
                say(who, number, "include", stage=stage)
    entry = ChartEntry(
        record_id=work(made, 0), field_id="n_patients", reviewer="Ana", value="120", quote="120 patients"
    )
    chart.save(made, [entry])
    paper.create(made, Path("paper"))
    (made.root / "paper" / "notes.md").write_text("Ana and Bodil screened; Anabel did not.\n", encoding="utf-8")
    number = Estimate(name="dice", value=0.9, n=12, unit="", method="mean")
    kept.keep(made, Evidence(kind="evaluate", function="f", values=(number,)), "internal")
    place = made.root / "searches" / "pubmed-001"
    place.mkdir(parents=True)
    (place / "plan.json").write_text('{"query": "spine"}', encoding="utf-8")
    (place / "page-1.xml.gz").write_bytes(b"an answer as it came")
    return made


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def faults_of_crate(files: dict[str, bytes]) -> list[str]:
    """What RO-Crate 1.2 demands of a crate's metadata document, its root, and what it names, and is not so here."""
    tree = json.loads(files["ro-crate-metadata.json"])
    graph: dict[str, dict[str, Any]] = {}
    faults = []
    if tree["@context"] != "https://w3id.org/ro/crate/1.2/context":
        faults.append("the context")
    for entity in tree["@graph"]:
        if entity["@id"] in graph:
            faults.append(f"{entity['@id']} twice")
        if "@type" not in entity or not entity.get("name", "x"):
            faults.append(f"{entity['@id']} without type or name")
        parts_of_it = [(key, one) for key, v in entity.items() for one in (v if isinstance(v, list) else [v])]
        if entity["@type"] == "SoftwareApplication" and not entity.get("url"):
            faults.append(f"{entity['@id']} without url")
        nested = [key for key, one in parts_of_it if isinstance(one, dict) and set(one) != {"@id"}]
        faults += [f"{entity['@id']}: {key} is nested" for key in nested]
        graph[entity["@id"]] = entity
    descriptor = graph["ro-crate-metadata.json"]
    if descriptor["@type"] != "CreativeWork" or descriptor["about"] != {"@id": "./"}:
        faults.append("the descriptor")
    if not descriptor["conformsTo"]["@id"].startswith("https://w3id.org/ro/crate/"):
        faults.append("conformsTo")
    root = graph["./"]
    if root["@type"] != "Dataset" or not all(
        root.get(key) for key in ("name", "description", "datePublished", "license")
    ):
        faults.append("the root")
    parts = {part["@id"] for part in root["hasPart"]}
    data = {at for at, entity in graph.items() if entity["@type"] == "File"}
    if parts != data:
        faults.append(f"parts: {parts ^ data}")
    if {unquote(at) for at in data} != set(files) - {"ro-crate-metadata.json"}:
        faults.append("the files")
    for at in data:
        packed = files[unquote(at)]
        if "sha256" in graph[at] and (
            graph[at]["sha256"] != hashlib.sha256(packed).hexdigest() or graph[at]["contentSize"] != str(len(packed))
        ):
            faults.append(f"{at}: size or hash")
    named = [one["@id"] for e in graph.values() for v in e.values() for one in (v if isinstance(v, list) else [v])
             if isinstance(one, dict)]  # fmt: skip
    faults += [f"{at} is nowhere" for at in named if at not in graph and not at.startswith("https://")]
    return faults


def test_a_bundle_is_a_valid_crate_and_follows_from_its_facts(full: Project, tmp_path: Path) -> None:
    bundle.export(full, tmp_path / "review.zip")
    files = unpacked(tmp_path / "review.zip")
    assert faults_of_crate(files) == []
    assert {
        "protocol.yaml", "facts/protocol_versions.jsonl", "facts/records.jsonl", "facts/decisions.jsonl",
        "facts/chart_entries.jsonl", "charting.json", "included.csv", "excluded.csv", "flow.json", "flow.svg", "facts.json",
        "papers/paper/manuscript.md", "evidence/internal.json", "searches/pubmed-001/page-1.xml.gz", "manifest.json",
    } <= set(files)  # fmt: skip
    assert bundle.verify(tmp_path / "review.zip") == []


@pytest.mark.parametrize(
    "packing",
    [Packing(pseudonyms=True), Packing(abstracts=False), Packing(pseudonyms=True, abstracts=False)],
    ids=["pseudonyms", "no abstracts", "both"],
)
def test_what_is_left_out_changes_no_number(full: Project, tmp_path: Path, packing: Packing) -> None:
    path = tmp_path / "review.zip"
    report = bundle.export(full, path, packing=packing)
    files = unpacked(path)
    assert faults_of_crate(files) == []
    assert bundle.verify(path) == []
    told = {name: fact["value"] for name, fact in json.loads(files["facts.json"]).items()}
    assert told == {name: fact.value for name, fact in facts.facts(full).items()}
    assert report.named_in == ()
    whole = b"\n".join(data for name, data in files.items() if name != "protocol.yaml").decode("utf-8", "replace")
    if packing.pseudonyms:
        assert not any(f'"{name}"' in whole for name in PEOPLE)
        assert "Person 01 and Person 02 screened; Anabel did not." in files["papers/paper/notes.md"].decode()
        assert "Writer0, Ada" in whole or "Writer0" in whole, "authors of records stay"
    if not packing.abstracts:
        assert not any(f"{topic}. We studied" in whole for topic in TOPICS)
        assert files["facts/raw_entries.jsonl"] == b""
        assert not any(name.startswith("searches/") for name in files)
    bundle.open_bundle(path, tmp_path / "again").close()


def test_no_secret_and_nothing_unfinished_is_packed(full: Project, tmp_path: Path) -> None:
    settings = full.root / CONFIG
    before = settings.read_text(encoding="utf-8")
    secret = '\n[auth]\nmode = "oidc"\nclient_id = "hush-hush"\n[auth.more]\nkey = "hush-hush"\n[flow.labels]\nexcluded = "Out [auth] or not"\n'
    settings.write_text(before + secret, encoding="utf-8")
    for place in ("paper", "searches/pubmed-001", "evidence"):
        for name in (".7f3a.part", "page-2.xml.gz.part", ".secret.txt"):
            (full.root / place / name).write_text("half a file", encoding="utf-8")
    (full.root / ".streamlit").mkdir()
    (full.root / ".streamlit" / "secrets.toml").write_text("hush-hush", encoding="utf-8")
    bundle.export(full, tmp_path / "review.zip")
    files = unpacked(tmp_path / "review.zip")
    assert not any(".part" in name or "secret" in name or "streamlit" in name for name in files)
    assert not any(b"hush-hush" in data or b"half a file" in data for data in files.values())
    bundle.open_bundle(tmp_path / "review.zip", tmp_path / "again").close()
    opened = tomllib.loads((tmp_path / "again" / CONFIG).read_text(encoding="utf-8"))
    assert set(opened) == {"project", "flow"}
    assert opened["flow"]["labels"] == {"excluded": "Out [auth] or not"}


def test_each_changed_byte_is_caught(full: Project, tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    bundle.export(full, path)
    files = unpacked(path)
    for name in files:
        if name == bundle.MANIFEST or not files[name]:
            continue
        data = bytearray(files[name])
        data[len(data) // 2] ^= 1
        with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
            for other, bare in files.items():
                archive.writestr(other, bytes(data) if other == name else bare)
        assert [f.rule for f in bundle.verify(tmp_path / "changed.zip")] == ["BUNDLE-HASH"], name


@pytest.mark.parametrize("name", ["charting.json", "included.csv", "excluded.csv", "facts.json", "flow.json"])
def test_a_number_that_was_changed_together_with_its_hash_is_caught(full: Project, tmp_path: Path, name: str) -> None:
    path = tmp_path / "review.zip"
    bundle.export(full, path)
    files = unpacked(path)
    before = files[name]
    change = {"charting.json": (b'"120"', b'"121"'), "included.csv": (b",120", b",121"), "excluded.csv": (b"Study", b"Paper"),
              "facts.json": (b'"value": 120', b'"value": 121'), "flow.json": (b'"new_studies": 2', b'"new_studies": 3')}  # fmt: skip
    files[name] = before.replace(*change[name])
    assert files[name] != before
    hashes = {other: hashlib.sha256(data).hexdigest() for other, data in files.items() if other != bundle.MANIFEST}
    files[bundle.MANIFEST] = json.dumps({"files": hashes}).encode()
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
        for other, data in files.items():
            archive.writestr(other, data)
    assert {f.rule for f in bundle.verify(tmp_path / "forged.zip")} == {"BUNDLE-NUMBER"}


def test_a_name_in_the_protocol_is_told_of(made: Project, tmp_path: Path) -> None:
    team.add(made, "Olga", role=TeamRole.OWNER)
    text = made.protocol_path.read_text(encoding="utf-8")
    made.protocol_path.write_text(f"# written by Olga\n{text}", encoding="utf-8")
    protocol.amend(made, reason="Olga wanted it", who="Olga")
    report = bundle.export(made, tmp_path / "review.zip", packing=Packing(pseudonyms=True))
    assert set(report.named_in) == {"facts/protocol_versions.jsonl", "protocol.yaml"}
    assert bundle.verify(tmp_path / "review.zip") == []


def test_nobody_takes_along_what_others_are_charting_blinded(full: Project, tmp_path: Path) -> None:
    text = full.protocol_path.read_text(encoding="utf-8")
    full.protocol_path.write_text(text.replace("charting:\n", "charting:\n  people_per_study: 2\n"), encoding="utf-8")
    protocol.amend(full, reason="two of us chart", who="Olga")
    with pytest.raises(NotAllowed, match="charting is blinded"):
        bundle.export(full.seated(Seat(name="Olga")), tmp_path / "review.zip")
