"""Cases of the rules of scoping reviews: what each must flag, and what it must leave alone."""

from __future__ import annotations

from dataclasses import replace
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
ALONE = PROCESS.replace(
    "Two reviewers judged each record independently; a third settled disagreements.",
    "Records were judged by a single researcher.",
)
LLM = (
    "GPT-4o was used to screen abstracts on 2 May 2025 at temperature 0; the prompt is in appendix B. A person verified each, "
    "with a kappa of 0.8."
)
PARTED = "# Results\n400 records were excluded: 100 by the reviewers and {} by GPT-4o."
MARKED = FlowCounts(
    database_results=500, database_specific_results=(("A", 500),), excluded_automatic=300, records_screened=200,
    records_excluded=100, dbr_sought_reports=100, dbr_assessed=90, dbr_notretrieved_reports=10,
    dbr_excluded=(("Wrong concept", 50), ("No results", 30)), new_reports=10, new_studies=10,
)  # fmt: skip
PROGRAMS = Log(machine=("GPT-4o",), machine_excluded=320, machine_alone=300)
FULL = Log(
    boxes={"dbr_sought_reports": 100, "dbr_not_assessed": 10, "dbr_assessed": 90, "dbr_excluded": 80},
    reasons={"dbr": {"wrong concept": (49, 51), "no_results": (29, 31)}},
)

FAILING: dict[str, list[Case]] = {
    "REV-01": [
        case(said="does not balance", flow=FlowCounts(database_results=10, records_screened=9)),
        case(said="negative", flow=FlowCounts(duplicates=-1)),
    ],
    "REV-02": [
        case(said="the decisions give 9", flow=FLOW, log=Log(boxes={"records_screened": 9})),
        case("# Results\nIn all, 12 records were screened.", "flow says 10", flow=FLOW, log=Log()),
        case(said="reports assessed (databases) = 90; the decisions give 91", flow=MARKED, log=replace(FULL, boxes={"dbr_assessed": 91})),
        case(said="not retrieved or still awaited (databases) = 10; the decisions give 9", flow=MARKED, log=Log(boxes={"dbr_not_assessed": 9})),
        case(said="reports sought (databases) = 100; the decisions give 99", flow=MARKED, log=Log(boxes={"dbr_sought_reports": 99})),
        case(said="reports assessed (other methods) = 0; the decisions give 3", flow=MARKED, log=Log(boxes={"other_assessed": 3})),
        case(said="50 full texts for “Wrong concept”; the decisions give 52", flow=MARKED, log=Log(reasons={"dbr": {"wrong concept": (52, 52), "no results": (28, 28)}})),
        case(said="for “No results”; no decision gives that reason", flow=MARKED, log=Log(reasons={"dbr": {"Wrong concept": (50, 50)}})),
        case(said="excludes 50, 30 full texts; the decisions give 48, 32 (E1, E2)", flow=MARKED, log=Log(reasons={"dbr": {"E1": (48, 48), "E2": (32, 32)}})),
        case(said="1 full text was excluded without a reason", flow=MARKED, log=Log(reasons={"dbr": {"": (1, 1)}})),
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
        case("# Methods\nAbstracts were screened by a locally run Llama.", "the prompt", log=Log()),
        case("# Results\nAll fine.", "excluded 5", log=Log(machine=("GPT",), machine_excluded=5), flow=FLOW),
        case(PARTED.format(290), "are 390; 400 are excluded in all"),
        case("# Abstract\nReviewers checked them: 100 records were excluded by two reviewers and 310 by the tool.", "are 410; 400 are excluded in the diagram", flow=MARKED),
        case("# Results\nOf the records excluded, 200 were excluded by people and 200 by the model.", "the decisions give 300 without a person, 320 in all", flow=MARKED, log=PROGRAMS),
        case(said="marked 300 records as ineligible; of those that GPT-4o excluded, 280", flow=MARKED, log=replace(PROGRAMS, machine_alone=280)),
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
        case("# Methods\n[Describe who screened records (e.g., 2 independent reviewers), how disagreements were resolved.]", "how many reviewers"),
        case(PROCESS.replace(" independently", ""), "independently"),
        case(PROCESS, "nobody has judged a record so far", log=Log(reviewers={"title_abstract": 0})),
        case(PROCESS, "only 1 has judged records so far", log=Log(reviewers={"title_abstract": 1})),
        case(PROCESS + " It is registered in PROSPERO.", "PROSPERO"),
    ],
}  # fmt: skip

PASSING: dict[str, list[Case]] = {
    "REV-01": [case(flow=FLOW), case(flow=FlowCounts())],
    "REV-02": [
        case("# Results\nIn all, 10 records were screened.", flow=FLOW, log=Log(boxes={"records_screened": 10})),
        case(flow=MARKED, log=FULL),
        case(flow=replace(MARKED, dbr_versions=2, dbr_sought_reports=98, dbr_notretrieved_reports=8), log=FULL),
        case(flow=replace(MARKED, dbr_notretrieved_reports=4, dbr_awaiting=6), log=FULL),
        case(flow=MARKED, log=Log(reasons={"dbr": {"E1": (30, 30), "E2": (50, 50)}})),
        case(flow=MARKED, log=replace(PROGRAMS, boxes={"records_screened": 500, "records_excluded": 400})),
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
    "REV-05": [
        case("# Methods\n" + LLM, log=Log()), case("# Methods\nPeople decided.", log=Log(), flow=FLOW),
        case(PARTED.format(300).replace("GPT-4o", "the tool"), flow=MARKED, log=PROGRAMS),
        case("# Results\nRecords were screened by title and abstract, excluding 5,520 not on LLMs.", log=Log()),
        case("# Results\nTwelve items were read by 2 reviewers and 9 by the tool."),
        case("# Results\nOthers excluded 10 records by people and 40 by a tool [@a]; 20 records were excluded.", log=Log()),
    ],
    "REV-06": [
        case("| Task | Studies |\n|--|--|\n| a | 1 (100%) |\n| b | 0 |\n", charting=CHARTED, codebook={"task": {"options": ["a", "b"]}}),
        case(charting=CHARTED, codebook={"task": {"options": ["a"]}}),
        case(charting=Charting(rows={"S1": {"task": "not reported"}}), codebook={"task": {"options": ["a"]}}),
    ],
    "REV-07": [
        case("[@smith2024deep]", charting=CHARTED, references=BIB),
        case("| Study |\n|--|\n| @smith2024deep |\n", charting=CHARTED, references=BIB),
    ],
    "REV-08": [case(ALONE), case(PROCESS), case(PROCESS + " It was not registered in PROSPERO.")],
}  # fmt: skip
