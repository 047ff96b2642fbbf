"""How fast and with how much memory large exports are read, each beside the library one would reach for, in the same run.

    python benchmarks/reading.py [--records 100000] [--repeat 1] [--only ris,nbib,pubmed_xml,bibtex] [--peers PYTHON]

Writes invented exports of 1.5 to 3 kB a record, reads each in a fresh process per reader, and prints processor seconds,
the ratio of our reader to each library, and the peak memory of the process, file included. The libraries are rispy,
bibtexparser, biopython (Bio.Medline), nbib, and a plain walk with lxml; those that this Python lacks are looked for in the
one given with --peers:

    python -m venv .peers && .peers/bin/pip install rispy bibtexparser==2.1.0 biopython nbib lxml
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

WORDS = [
    "lumbosacral",
    "transitional",
    "vertebra",
    "imaging",
    "segmentation",
    "convolutional",
    "network",
    "radiograph",
    "spine",
    "patient",
    "cohort",
    "prevalence",
    "classification",
    "sensitivity",
    "specificity",
    "Müller–Lyer",
    "naïve",
    "model",
    "outcome",
    "surgery",
    "agreement",
    "reader",
]
OURS = "review"
READ = """
from review.domain.record import Record
from pathlib import Path
from review.formats import registry
from review.services import sheets
with sheets.held(Path(path)) as data:
    count = sum(isinstance(item, Record) for item in registry.read(data, source="benchmark", file_name=path))
"""
PEERS = {
    "ris": {"rispy": "import rispy\nwith open(path, encoding='utf-8') as file:\n    count = len(rispy.load(file))"},
    "nbib": {
        "Bio.Medline": (
            "from Bio import Medline\nwith open(path, encoding='utf-8') as file:\n"
            "    count = sum(1 for entry in Medline.parse(file))"
        ),
        "nbib": "import nbib\ncount = len(nbib.read_file(path))",
    },
    "pubmed_xml": {
        "lxml walk": """
from lxml import etree
def words(node, path):
    found = node.find(path)
    return "" if found is None else "".join(found.itertext())
count = 0
for _, node in etree.iterparse(path, tag="PubmedArticle"):
    article = node.find("MedlineCitation/Article")
    entry = {
        "pmid": words(node, "MedlineCitation/PMID"),
        "title": words(article, "ArticleTitle"),
        "abstract": " ".join("".join(part.itertext()) for part in article.iterfind("Abstract/AbstractText")),
        "authors": [(words(a, "LastName"), words(a, "ForeName")) for a in article.iterfind("AuthorList/Author")],
        "journal": words(article, "Journal/Title"),
        "year": words(article, "Journal/JournalIssue/PubDate/Year"),
        "volume": words(article, "Journal/JournalIssue/Volume"),
        "issue": words(article, "Journal/JournalIssue/Issue"),
        "pages": words(article, "Pagination/MedlinePgn"),
        "doi": words(node, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
        "keywords": [w.text for w in node.iterfind("MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName")],
        "language": words(article, "Language"),
        "types": [t.text for t in article.iterfind("PublicationTypeList/PublicationType")],
        "raw": etree.tostring(node, encoding="unicode"),
    }
    count += 1
    node.clear()
    while node.getprevious() is not None:
        del node.getparent()[0]
""",
    },
    "bibtex": {
        "bibtexparser": (
            "import bibtexparser\nwith open(path, encoding='utf-8') as file:\n    text = file.read()\n"
            "count = len((bibtexparser.parse_string if hasattr(bibtexparser, 'parse_string') else "
            "bibtexparser.loads)(text).entries)"
        )
    },
}
FRAME = """
import json, resource, sys
{imports}
path = sys.argv[1]
before = resource.getrusage(resource.RUSAGE_SELF)
{body}
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({{"records": count, "seconds": seconds, "peak_mb": after.ru_maxrss / 1024}}))
"""


def ris(number: int, said: Callable[[int], str], chance: random.Random) -> str:
    """With the tags that Scopus and Zotero write."""
    authors = "".join(f"AU  - Family{chance.randrange(9999)}, Given {chance.choice('ABCDEF')}.\r\n" for _ in range(6))
    words = "".join(f"KW  - {word}\r\n" for word in chance.sample(WORDS, 8))
    return (
        f"TY  - JOUR\r\nTI  - {said(14)} {number}\r\n{authors}PY  - {chance.randrange(1990, 2025)}\r\nDA  - 2020/01/02/\r\n"
        f"T2  - Journal of Examples\r\nJO  - J Ex\r\nVL  - {chance.randrange(99)}\r\nIS  - {chance.randrange(12)}\r\nSP  - 11\r\n"
        f"EP  - 19\r\nDO  - 10.1000/example.{number}\r\nUR  - https://example.org/{number}\r\nSN  - 1234-5678\r\n"
        f"AB  - {said(150)}\r\n{words}LA  - English\r\nDB  - Scopus\r\nM3  - Article\r\n"
        f"N1  - Cited By: {chance.randrange(99)}; Correspondence Address: A. Example\r\nER  - \r\n\r\n"
    )


def nbib(number: int, said: Callable[[int], str], chance: random.Random) -> str:
    """As PubMed saves it, lines broken at about 80 signs."""

    def broken(tag: str, text: str) -> str:
        lines, line = [], ""
        for word in text.split():
            if len(line) + len(word) > 80:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        return f"{tag:4}- " + "\n      ".join([*lines, line]) + "\n"

    people = "".join(f"FAU - Family{n}, Given\nAU  - Family{n} G\nAD  - Institute {n}, Town.\n" for n in range(6))
    mesh = "".join(f"MH  - {word}\n" for word in chance.sample(WORDS, 8))
    return (
        f"PMID- {number + 1}\nOWN - NLM\nSTAT- MEDLINE\nDCOM- 20200101\nLR  - 20200102\nIS  - 1234-5678 (Print)\n"
        f"VI  - {chance.randrange(99)}\nIP  - 2\nDP  - {chance.randrange(1990, 2025)} Jan 2\n{broken('TI', said(14))}PG  - 11-19\n"
        f"LID - 10.1000/example.{number} [doi]\n{broken('AB', said(150))}{people}LA  - eng\nPT  - Journal Article\nPL  - England\n"
        f"TA  - J Ex\nJT  - Journal of examples\nJID - 1234567\nSB  - IM\n{mesh}EDAT- 2020/01/02 06:00\nMHDA- 2020/01/02 06:00\n"
        f"AID - 10.1000/example.{number} [doi]\nPST - ppublish\nSO  - J Ex. 2020 Jan 2;1(2):11-19.\n\n"
    )


def pubmed_xml(number: int, said: Callable[[int], str], chance: random.Random) -> str:
    """As efetch gives it, without references."""
    people = "".join(
        f'<Author ValidYN="Y"><LastName>Family{n}</LastName><ForeName>Given</ForeName><Initials>G</Initials></Author>'
        for n in range(6)
    )
    mesh = "".join(
        f'<MeshHeading><DescriptorName UI="D{n:06}" MajorTopicYN="N">{word}</DescriptorName></MeshHeading>'
        for n, word in enumerate(chance.sample(WORDS, 8))
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{number + 1}</PMID><Article '
        f'PubModel="Print"><Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue CitedMedium="Print"><Volume>'
        f"{chance.randrange(99)}</Volume><Issue>2</Issue><PubDate><Year>{chance.randrange(1990, 2025)}</Year></PubDate>"
        f"</JournalIssue><Title>Journal of examples</Title><ISOAbbreviation>J Ex</ISOAbbreviation></Journal><ArticleTitle>"
        f"{said(14)}</ArticleTitle><Pagination><MedlinePgn>11-19</MedlinePgn></Pagination><Abstract><AbstractText "
        f'Label="BACKGROUND">{said(75)}</AbstractText><AbstractText Label="RESULTS">{said(75)}</AbstractText></Abstract>'
        f'<AuthorList CompleteYN="Y">{people}</AuthorList><Language>eng</Language><PublicationTypeList><PublicationType>'
        f"Journal Article</PublicationType></PublicationTypeList></Article><MedlineJournalInfo><MedlineTA>J Ex</MedlineTA>"
        f"</MedlineJournalInfo><MeshHeadingList>{mesh}</MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{number + 1}</ArticleId><ArticleId IdType="doi">10.1000/example.{number}</ArticleId>'
        f"</ArticleIdList></PubmedData></PubmedArticle>\n"
    )


def bibtex(number: int, said: Callable[[int], str], chance: random.Random) -> str:
    """As Scopus and Zotero write it."""
    people = " and ".join(f"Family{chance.randrange(9999)}, Given {chance.choice('ABCDEF')}." for _ in range(6))
    return (
        f"@article{{key{number},\n  title = {{{said(14)}}},\n  author = {{{people}}},\n  year = {{{chance.randrange(1990, 2025)}}},\n"
        f"  journal = {{Journal of Examples}},\n  volume = {{{chance.randrange(99)}}},\n  number = {{2}},\n  pages = {{11--19}},\n"
        f"  doi = {{10.1000/example.{number}}},\n  url = {{https://example.org/{number}}},\n  abstract = {{{said(150)}}},\n"
        f"  keywords = {{{'; '.join(chance.sample(WORDS, 8))}}},\n  language = {{English}},\n  issn = {{1234-5678}},\n"
        f"  publisher = {{Example Press}},\n  note = {{Cited by: {chance.randrange(99)}}}\n}}\n\n"
    )


KINDS = {"ris": ris, "nbib": nbib, "pubmed_xml": pubmed_xml, "bibtex": bibtex}
AROUND = {"pubmed_xml": ('<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n', "</PubmedArticleSet>\n")}


def generate(path: Path, kind: str, records: int) -> None:
    """A file of invented records, the same for every run."""
    chance = random.Random(2024)
    texts = [" ".join(chance.choices(WORDS, k=k)) for k in (14, 75, 150) for _ in range(500)]
    shelf = {14: texts[:500], 75: texts[500:1000], 150: texts[1000:]}
    head, foot = AROUND.get(kind, ("", ""))
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(head)
        for number in range(records):
            handle.write(KINDS[kind](number, lambda k: chance.choice(shelf[k]), chance))
        handle.write(foot)


def measure(python: str, body: str, path: Path, repeat: int) -> dict[str, float] | str:
    """The fastest of several runs, each in a process of its own, or the last line of why there is none.

    What a reader imports is loaded before the clock starts.
    """
    imports = "\n".join(line for line in body.splitlines() if line.startswith(("import ", "from ")))
    program = FRAME.format(imports=imports, body=body)
    runs = []
    for _ in range(repeat):
        done = subprocess.run([python, "-c", program, str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().rpartition("\n")[2]
        runs.append(json.loads(done.stdout))
    return {name: min(run[name] for run in runs) for name in ("records", "seconds", "peak_mb")}


def readers(kind: str, peers: str) -> Iterator[tuple[str, str, str]]:
    """(name, the Python it runs in, what it runs); our own reader first."""
    yield OURS, sys.executable, READ.format(name=kind)
    for name, body in PEERS[kind].items():
        module = body.split("import ", 1)[1].split()[0] if body.startswith("import") else body.split()[1]
        here = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False)
        yield name, peers if here.returncode else sys.executable, body


def compare(kind: str, path: Path, args: argparse.Namespace) -> None:
    generate(path, kind, args.records)
    print(f"{kind}: {args.records:,} records, {path.stat().st_size / 1e6:.0f} MB")
    ours = 0.0
    for name, python, body in readers(kind, args.peers):
        found = measure(python, body, path, args.repeat)
        if isinstance(found, str):
            print(f"  {name:12} could not be measured ({found}); see the first lines of this file")
            continue
        ours = found["seconds"] if name == OURS else ours
        ratio = "" if name == OURS else f"  {OURS} takes {ours / found['seconds']:5.2f} x its time"
        seconds, peak = found["seconds"], found["peak_mb"]
        print(
            f"  {name:12} {found['records']:>8,.0f} records  {seconds:7.2f} CPU s  peak {peak:6.0f} MB{ratio}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--only", default=",".join(KINDS))
    parser.add_argument("--peers", default=sys.executable, help="a Python in which the libraries are installed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind in args.only.split(","):
            path = Path(folder) / f"benchmark.{kind}"
            compare(kind, path, args)
            path.unlink()


if __name__ == "__main__":
    main()
