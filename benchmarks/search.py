"""How long a search takes beyond the waits that a source asks for, against a server on this machine.

    python benchmarks/search.py [--records 50000] [--sources pubmed,arxiv] [--json]

A server in a process of its own gives made-up records of the usual size (PubMed about 8 kB, Europe PMC and OpenAlex 10 kB,
Crossref 6 kB, arXiv 2 kB) by the limits of the real services. The whole search is run into a new project: asking, keeping
the raw pages, reading and storing. The floor is what politeness alone takes: (requests - 1) x the interval of the source.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "sources"))

VARIABLES = {name: f"REVIEW_{name.upper()}_URL" for name in ("pubmed", "arxiv", "europepmc", "openalex", "crossref")}
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
    "model",
    "outcome",
    "surgery",
    "agreement",
    "reader",
    "disc",
    "sacrum",
    "naïve",
]
PROTOCOL = """\
title: A benchmark
question: How long does a search take?
pcc: {{population: anybody, concept: anything, context: anywhere}}
sources:
  - {{name: {name}, label: {name}, kind: database, platform: made up, query: "spine", limits: none}}
criteria:
  include: [{{id: I1, label: it is, text: It is.}}]
  exclude: [{{id: E1, label: it is not, text: It is not.}}]
"""


class Text:
    """Made-up text, the same for every run: pieces cut out of one long text, which is quicker than to write each."""

    def __init__(self) -> None:
        chance = random.Random(2026)
        self.long = " ".join(chance.choice(WORDS) for _ in range(20_000))

    def __call__(self, seed: int, size: int) -> str:
        start = seed * 7_919 % (len(self.long) - size)
        return self.long[start : start + size].strip()


def varied(make: Callable[[int], Any]) -> Callable[[int], Any]:
    """What `make` gives for a number, from a hundred made beforehand: the server must not be what is measured."""
    ready = [make(number) for number in range(100)]
    return lambda number: ready[number % len(ready)]


def pubmed(records: int, text: Text) -> Any:
    import pretend

    def template(number: int) -> str:
        pmid = "{pmid}"
        people = "".join(
            f'<Author ValidYN="Y"><LastName>{text(number + n, 9).split()[0].title()}</LastName><ForeName>Ana</ForeName>'
            f"<Initials>A</Initials><AffiliationInfo><Affiliation>Department of {text(number + n, 90)}.</Affiliation>"
            f"</AffiliationInfo></Author>"
            for n in range(7)
        )
        parts = "".join(
            f'<AbstractText Label="{label}" NlmCategory="{label}">{text(number * k, 400)}</AbstractText>'
            for k, label in enumerate(("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"), 1)
        )
        mesh = "".join(
            f'<MeshHeading><DescriptorName UI="D0{number % 90_000 + n}" MajorTopicYN="N">{text(number - n, 14)}'
            "</DescriptorName></MeshHeading>"
            for n in range(12)
        )
        cited = "".join(
            f"<Reference><Citation>{text(number + n, 60)}</Citation><ArticleIdList>"
            f'<ArticleId IdType="pubmed">{number - n}</ArticleId></ArticleIdList></Reference>'
            for n in range(12)
        )
        return (
            f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>'
            f'<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">1234-5678</ISSN><JournalIssue '
            f'CitedMedium="Internet"><Volume>{number % 90}</Volume><Issue>2</Issue><PubDate><Year>2020</Year></PubDate>'
            f"</JournalIssue><Title>Invented Journal</Title><ISOAbbreviation>Inv J</ISOAbbreviation></Journal>"
            f"<ArticleTitle>{text(number, 90)}</ArticleTitle><Pagination><MedlinePgn>11-19</MedlinePgn></Pagination>"
            f'<ELocationID EIdType="doi" ValidYN="Y">10.5555/{pmid}</ELocationID><Abstract>{parts}</Abstract>'
            f'<AuthorList CompleteYN="Y">{people}</AuthorList><Language>eng</Language><PublicationTypeList>'
            f'<PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>'
            f"<MeshHeadingList>{mesh}</MeshHeadingList></MedlineCitation><PubmedData><PublicationStatus>ppublish"
            f'</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">'
            f"10.5555/{pmid}</ArticleId></ArticleIdList><ReferenceList>{cited}</ReferenceList></PubmedData></PubmedArticle>"
        )

    templates = varied(template)
    pretend.article = lambda pmid: templates(int(pmid)).replace("{pmid}", pmid)
    return pretend.PubMed(_days(records))


def arxiv(records: int, text: Text) -> Any:
    import pretend

    def entry(number: int) -> str:
        return (
            f"<entry><id>http://arxiv.org/abs/{2000 + number // 10_000:04d}.{number % 10_000:05d}v1</id>"
            f"<title>{text(number, 80)}</title><summary>{text(number * 3, 1_300)}</summary>"
            f"<author><name>Ana Lima</name></author><author><name>Jan van der Waals</name></author></entry>"
        )

    entries = varied(lambda number: entry(number).partition("<title>")[2])
    pretend.entry = lambda number, at: (
        f"<entry><id>http://arxiv.org/abs/{2000 + number // 10_000:04d}.{number % 10_000:05d}v1</id>"
        f"<published>{at:%Y-%m-%dT%H:%M:%SZ}</published><title>" + entries(number)
    )
    return pretend.ArXiv(_days(records))


def europepmc(records: int, text: Text) -> Any:
    import pretend_cursor

    def work(number: int) -> dict[str, object]:
        person = {"fullName": "Lima A", "firstName": "Ana", "lastName": "Lima", "initials": "A"}
        place = {"authorAffiliationDetailsList": {"authorAffiliation": [{"affiliation": text(number, 120)}]}}
        return {
            "id": str(number),
            "source": "MED",
            "pmid": str(number + 1),
            "title": text(number, 90),
            "authorList": {"author": [{**person, **place} for _ in range(8)]},
            "journalInfo": {"volume": "4", "journal": {"title": "Invented Journal", "isoabbreviation": "Inv J"}},
            "pubYear": "2020",
            "abstractText": f"<h4>Background</h4>{text(number * 3, 1_600)}",
            "meshHeadingList": {"meshHeading": [{"descriptorName": text(number - n, 14)} for n in range(12)]},
            "fullTextUrlList": {"fullTextUrl": [{"url": text(number - n, 60), "site": "DOI"} for n in range(20)]},
        }

    made, works = pretend_cursor.EuropePMC(_days(records)), varied(work)
    made.work = lambda number: {**works(number), "id": str(number), "pmid": str(number + 1)}
    return made


def openalex(records: int, text: Text) -> Any:
    import pretend_cursor

    made = pretend_cursor.OpenAlex(_days(records), budget=1_000.0)
    plain = made.work

    def work(number: int) -> dict[str, object]:
        words: dict[str, list[int]] = {}
        for place, word in enumerate(text(number * 3, 1_500).split()):
            words.setdefault(word, []).append(place)
        person = {"author": {"display_name": "Ana Lima", "id": "https://openalex.org/A1"}}
        return {
            "title": text(number, 90),
            "publication_year": 2020,
            "authorships": [{**person, "raw_affiliation_strings": [text(number + n, 120)]} for n in range(7)],
            "abstract_inverted_index": words,
            "referenced_works": [f"https://openalex.org/W{number + n}" for n in range(60)],
            "topics": [{"display_name": text(number - n, 40), "score": 0.5} for n in range(20)],
        }

    works = varied(work)
    made.work = lambda number: {**plain(number), **works(number)}
    return made


def crossref(records: int, text: Text) -> Any:
    import pretend_cursor

    made = pretend_cursor.Crossref(_days(records))
    plain = made.work

    def work(number: int) -> dict[str, object]:
        return {
            "title": [text(number, 90)],
            "abstract": f"<jats:p>{text(number * 3, 1_300)}</jats:p>",
            "author": [
                {"family": "Lima", "given": "Ana", "affiliation": [{"name": text(number, 90)}]} for _ in range(7)
            ],
            "container-title": ["Invented Journal"],
            "issued": {"date-parts": [[2020, 1, 1]]},
            "reference": [{"key": f"r{n}", "unstructured": text(number + n, 110)} for n in range(25)],
        }

    works = varied(work)
    made.work = lambda number: {**plain(number), **works(number)}
    return made


def _days(records: int) -> list[date]:
    return [date(1995, 1, 1) + timedelta(days=number * 11_000 // max(records, 1)) for number in range(records)]


def serve(name: str, records: int) -> None:
    """Answer until standard input ends; the address is the first line of standard output."""
    from loopback import Loopback, serving

    services = {"pubmed": pubmed, "arxiv": arxiv, "europepmc": europepmc, "openalex": openalex, "crossref": crossref}
    with serving(Loopback(services[name](records, Text()))) as server:
        print(server.address, flush=True)
        sys.stdin.read()


def search(name: str) -> dict[str, object]:
    """Run the search into a new project; `floor` and `wall` are in seconds."""
    from review.services import project
    from review.services import search as service
    from review.sources import registry

    lines = []

    def connect(source: Any) -> Any:
        lines.append(registry.connect(source))
        return lines[-1]

    with tempfile.TemporaryDirectory() as folder:
        made = project.create(Path(folder) / "review")
        made.protocol_path.write_text(PROTOCOL.format(name=name), encoding="utf-8")
        begin, used = time.perf_counter(), time.process_time()
        report = service.run(made, connect=connect).searches[0]
        wall, used = time.perf_counter() - begin, time.process_time() - used
        made.close()
    if report.state != "done":
        raise SystemExit(f"{name}: {report.findings}")
    floor = (lines[0].requests - 1) * lines[0].manners.interval
    return {
        "source": name,
        "records": report.fetched,
        "requests": lines[0].requests,
        "least": report.least_requests,
        "floor": round(floor, 2),
        "wall": round(wall, 2),
        "beyond": round((wall - floor) / floor, 4),
        "processor": round(used, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def measure(name: str, records: int) -> dict[str, object]:
    """One search in a fresh process, against a server in another."""
    this = [sys.executable, __file__]
    server = subprocess.Popen(
        [*this, "--serve", name, "--records", str(records)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        address = server.stdout.readline().strip()
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("REVIEW_", "NCBI_"))}
        done = subprocess.run(
            [*this, "--search", name],
            env={**environment, VARIABLES[name]: address},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        server.stdin.close()
        server.wait()
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--sources", default="pubmed,arxiv")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--search", metavar="NAME", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.records)
    elif asked.search:
        print(json.dumps(search(asked.search)))
    else:
        for name in asked.sources.split(","):
            row = measure(name, asked.records)
            print(json.dumps(row) if asked.json else _line(row), flush=True)


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['source']:10} {row['records']:>7,} records  {row['requests']:>4} requests ({row['requests'] / row['least']:.3f} x "
        f"the least)  floor {row['floor']:7.1f} s  wall {row['wall']:7.1f} s  beyond {row['beyond']:6.1%}  "
        f"processor {row['processor']:5.1f} s  peak {row['peak_mb']} MB"
    )


if __name__ == "__main__":
    main()
