"""Cases of the rules of scoping reviews: what each must flag, and what it must leave alone."""

from __future__ import annotations

from datetime import date

from asking import Case, case

from review.domain.flow import FlowCounts
from review.lint.rule import Charting, Log, Search

BIB = "@article{smith2024deep,\n title={A}\n}\n@book(lee2020map, title={B})\n@comment{no,}\n"
FLOW = FlowCounts(database_results=10, database_specific_results=(("A", 10),), records_screened=10, records_excluded=10)
SEARCH = Search(source="PubMed", platform="NLM", run_on="2026-10-01", string="spine AND x", hits=3, limits="none")
CHARTED = Charting(
    rows={"S1": {"task": "a"}}, included=("S1",), keys={"S1": "smith2024deep"}, identified=frozenset({"S1"})
)
STOPPED = (
    "Records were ranked with ASReview 1.2 (naive Bayes, ten prior records). Screening stopped after 100 irrelevant records; "
    "200 records were left unscreened, of which a random sample of 50 held none."
)
PROCESS = (
    "Two reviewers judged each record independently; a third settled disagreements. After a pilot, the protocol was "
    "registered. Population, concept and context are given. No study combines both. Limitations: one language."
)
LLM = (
    "GPT-4o was used to screen abstracts on 2 May 2025 at temperature 0; the prompt is in appendix B. A person verified each, "
    "with a kappa of 0.8."
)

FAILING: dict[str, list[Case]] = {
    "REV-01": [
        case(said="does not balance", flow=FlowCounts(database_results=10, records_screened=9)),
        case(said="negative", flow=FlowCounts(duplicates=-1)),
    ],
    "REV-02": [
        case(said="the decisions give 9", flow=FLOW, log=Log(boxes={"records_screened": 9})),
        case("# Results\nIn all, 12 records were screened.", "flow says 10", flow=FLOW, log=Log()),
    ],
    "REV-03": [
        case("Strings are in Appendix A of the search strategy.", "the platform", searches=[Search(source="A")]),
        case("We searched.", "No full search strategy", searches=[SEARCH]),
    ],
    "REV-04": [
        case("# Methods\n" + STOPPED, "was declared on 2026-05-02", log=Log(), screening={"rule_declared": "2026-05-02", "stopped": "2026-05-01"}),
        case("# Methods\n" + STOPPED, "leaves 0 records", log=Log(unscreened=200, stopping_rule=100), flow=FLOW),
        case("# Methods\nRecords were prioritised with ASReview for screening.", "stopping rule", log=Log()),
        case("# Methods\n" + STOPPED, "the rule asks for 100", log=Log(unscreened=200, stopping_rule=100, trailing_excludes=60)),
    ],
    "REV-05": [
        case("# Methods\nChatGPT was used to screen abstracts.", "the prompt", log=Log()),
        case("# Results\nAll fine.", "excluded 5", log=Log(machine=("GPT",), machine_excluded=5), flow=FLOW),
    ],
    "REV-06": [
        case("| Task | Studies |\n|--|--|\n| a | 1 |\n| b | 2 |\n", "0 of the charted", charting=CHARTED, codebook={"task": {"options": ["a", "b"]}}),
        case(said="not charted", charting=Charting(rows={}, included=("S1",)), codebook={}),
        case(said="blank", charting=Charting(rows={"S1": {"task": None}}), codebook={"task": {}}),
        case(said="no value of task", charting=CHARTED, codebook={"task": {"options": ["b"]}}),
    ],
    "REV-07": [
        case("| Study |\n|--|\n| @smith2024deep |\n| @lee2020map |\n", "cites lee2020map", charting=CHARTED, references=BIB),
        case("Nothing.", "not cited", charting=CHARTED, references=BIB),
        case("[@smith2024deep]", "retracted", charting=Charting(rows={}, included=("S1",), keys={"S1": "smith2024deep"}, identified=frozenset({"S1"}), retracted=frozenset({"S1"})), references=BIB),
    ],
    "REV-08": [
        case(PROCESS.replace(" independently", ""), "independently"),
        case(PROCESS + " It is registered in PROSPERO.", "PROSPERO"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "REV-01": [case(flow=FLOW), case(flow=FlowCounts())],
    "REV-02": [
        case("# Results\nIn all, 10 records were screened.", flow=FLOW, log=Log(boxes={"records_screened": 10})),
        case("# Introduction\nIn all, 99 records were screened.", flow=FLOW, log=Log()),
    ],
    "REV-03": [
        case("The search strings are in Appendix A.", searches=[SEARCH], today=date(2026, 11, 1)),
        case("```\nspine AND x\n```\n", searches=[SEARCH]),
    ],
    "REV-04": [
        case("# Methods\n" + STOPPED, log=Log(), flow=FLOW, screening={"rule_declared": "2026-04-02", "stopped": "2026-05-01"}),
        case("# Methods\nAll records were screened by hand."),
        case("# Methods\n" + STOPPED, log=Log(unscreened=200, stopping_rule=100, trailing_excludes=100)),
    ],
    "REV-05": [case("# Methods\n" + LLM, log=Log()), case("# Methods\nPeople decided.", log=Log(), flow=FLOW)],
    "REV-06": [
        case("| Task | Studies |\n|--|--|\n| a | 1 (100%) |\n| b | 0 |\n", charting=CHARTED, codebook={"task": {"options": ["a", "b"]}}),
        case(charting=CHARTED, codebook={"task": {"options": ["a"]}}),
        case(charting=Charting(rows={"S1": {"task": "not reported"}}), codebook={"task": {"options": ["a"]}}),
    ],
    "REV-07": [
        case("[@smith2024deep]", charting=CHARTED, references=BIB),
        case("| Study |\n|--|\n| @smith2024deep |\n", charting=CHARTED, references=BIB),
    ],
    "REV-08": [case(PROCESS), case(PROCESS + " It was not registered in PROSPERO.")],
}  # fmt: skip
