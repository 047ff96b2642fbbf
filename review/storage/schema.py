"""The tables, and which of them hold facts. A test compares them with what the migrations in `layout.py` make."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, metadata, *columns)


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[object]:
    return Column(name, Text, primary_key=key, nullable=null)


def _number(name: str = "number", *, key: bool = False, null: bool = False) -> Column[object]:
    return Column(name, Integer, primary_key=key, nullable=null)


projects = _table("projects", _text("id", key=True), _text("at"))

protocol_versions = _table(
    "protocol_versions", _number(key=True), _text("sha256"), _text("text"), _text("reason"), _text("who"), _text("at")
)

people = _table("people", _number(key=True), _text("name"), _text("role"), _number("active"), _text("who"), _text("at"))

# One query sent or one file taken.
search_runs = _table(
    "search_runs",
    _number(key=True),
    _text("source"),
    _text("label"),
    _text("kind"),
    _text("platform"),
    _text("query"),
    _text("limits"),
    _text("run_at"),
    _number("reported", null=True),
    _text("tool_version"),
    _text("raw_sha256"),
    _text("file_name"),
    _text("format"),
    _text("at"),
    Column("since", Text, nullable=False, server_default=""),  # an update asked only for what arrived since this day
)

# A kind said wrongly with the first run of a source, put right later; the newest counts.
source_kinds = _table(
    "source_kinds", _number(key=True), _text("source"), _text("kind"), _text("reason"), _text("who"), _text("at")
)

# A field of a record put right by a person; the newest of a field counts. `value` is JSON, null takes back what was put.
corrections = _table(
    "corrections",
    _number(key=True),
    _text("record_id"),
    _text("field"),
    _text("value"),
    _text("reason"),
    _text("who"),
    _text("at"),
)

# What became of its entries; `findings` is JSON.
run_reports = _table(
    "run_reports",
    _number("run", key=True),
    _number("read"),
    _number("new"),
    _number("known"),
    _number("without_abstract"),
    _text("findings"),
)

records = _table(
    "records",
    _number(key=True),
    _text("record_id"),
    _text("source"),
    _text("source_id"),
    _text("title"),
    _text("abstract"),
    _text("authors"),  # JSON list, "Family, Given"
    _number("year", null=True),
    _text("journal"),
    _text("volume"),
    _text("issue"),
    _text("pages"),
    _text("doi"),
    _text("pmid"),
    _text("arxiv_id"),
    _text("keywords"),  # JSON list
    _text("language"),
    _text("type"),
    _text("url"),
    _text("notes"),
    _number("run"),
)

raw_entries = _table("raw_entries", _text("record_id", key=True), Column("raw", LargeBinary, nullable=False))  # zlib

run_records = _table("run_records", _number("run", key=True), _text("record_id", key=True))

dedup_runs = _table("dedup_runs", _number(key=True), _text("version"), _number("records"), _text("at"))

duplicate_links = _table(
    "duplicate_links",
    _number(key=True),
    _number("run"),
    _text("verdict"),  # joined | unsure
    _text("record_a"),
    _text("record_b"),
    _text("condition"),
    _text("explanation"),
    Column("score", Float, nullable=False),
)

# Two works that belong together, such as an erratum and its article, as a deduplication run found them.
related_links = _table(
    "related_links",
    _number(key=True),
    _number("run"),
    _text("record_a"),
    _text("record_b"),
    _text("relation"),
    _text("explanation"),
    Column("score", Float, nullable=False),
)

# What the newest deduplication leaves for the next, replaced as a whole: no fact. `rules` says by which it was found.
dedup_memory = _table("dedup_memory", _number(key=True), _text("rules"), Column("content", LargeBinary, nullable=False))

judgements = _table(
    "judgements",
    _number(key=True),
    _text("record_a"),
    _text("record_b"),
    _number("same_work"),
    _text("person"),
    _text("at"),
    Column("withdrawn", Integer, nullable=False, server_default="0"),  # takes back what was said on the pair before
)

decisions = _table(
    "decisions",
    _number(key=True),
    _text("uid"),
    _text("record_id"),
    _text("stage"),
    _text("reviewer"),
    _text("role"),
    _text("verdict", null=True),
    _text("reason"),
    _text("note"),
    _text("shown"),
    _text("decided_at"),
    _number("protocol"),
    _text("at"),
)

retrievals = _table(
    "retrievals", _number(key=True), _text("record_id"), _text("status"), _text("who"), _text("note"), _text("at")
)

# What was said of the file of a full text; the file itself lies in a folder under its hash.
full_texts = _table(
    "full_texts",
    _number(key=True),
    _text("sha256"),
    _text("record_id", null=True),  # NULL while nobody has said of which report it is
    _text("status"),  # kept | waiting | removed
    _text("name"),
    _number("size"),
    _number("pages"),
    _text("origin"),
    _text("who"),
    _text("note"),
    _text("at"),
)

# How two reports belong together: versions of one report, reports of one study, or (again) neither; the latest counts.
report_links = _table(
    "report_links",
    _number(key=True),
    _text("record_a"),  # of versions: the one that counts
    _text("record_b"),
    _text("relation"),  # version | study | apart
    _text("who"),
    _text("note"),
    _text("at"),
)

chart_entries = _table(
    "chart_entries",
    _number(key=True),
    _text("record_id"),
    _text("field_id"),
    _text("reviewer"),
    _text("value"),
    _text("answer", null=True),
    _text("unit"),
    _text("quote"),
    _text("page"),
    _number("protocol"),
    _text("at"),
    Column("row", Integer, nullable=False, server_default="0"),  # of a repeated group, from 1
    Column("form", Integer, nullable=False, server_default="0"),  # in `form_versions`; 0: none was kept at the time
    Column("consensus", Integer, nullable=False, server_default="0"),  # what people settled on where they differed
)

# Every charting form that was ever filled in, as JSON; what was decided about answers to a field that changed
# (`detail` is JSON); and who said that their charting of a study is complete.
form_versions = _table("form_versions", _number(key=True), _text("text"), _number("protocol"), _text("at"))

form_changes = _table(
    "form_changes",
    _number(key=True),
    _text("field_id"),
    _text("was"),
    _text("becomes_id"),
    _text("becomes"),
    _text("action"),  # keep | map | ask
    _text("detail"),
    _text("who"),
    _text("at"),
)

hand_ins = _table("hand_ins", _number(key=True), _text("record_id"), _text("reviewer"), _text("at"))

# What is typed and not handed in: no facts, replaced with every word. None of it leaves with a bundle.
chart_drafts = _table(
    "chart_drafts",
    _text("record_id", key=True),
    _text("field_id", key=True),
    _number("row", key=True),
    _text("reviewer", key=True),
    _text("value"),
    _text("answer", null=True),
    _text("unit"),
    _text("quote"),
    _text("page"),
    Column("typed_at", Float, nullable=False),  # milliseconds since 1970, by the browser's clock
    _text("at"),
)

# What a person keeps beside a record, for nobody else: `later` and `tags` (a JSON list); the latest counts.
marks = _table(
    "marks",
    _number(key=True),
    _text("uid"),
    _text("record_id"),
    _text("person"),
    _text("kind"),
    _text("value"),
    _text("at"),
)

# How a person likes the app; the latest of a name counts.
preferences = _table("preferences", _number(key=True), _text("person"), _text("name"), _text("value"), _text("at"))

# What is said about a conflict by those who judged the work and whoever settles it.
remarks = _table(
    "remarks", _number(key=True), _text("record_id"), _text("stage"), _text("who"), _text("text"), _text("at")
)

# How a team works: who is asked for what (`detail` is JSON), and that the pilot round is confirmed; the latest counts.
arrangements = _table("arrangements", _number(key=True), _text("what"), _text("detail"), _text("who"), _text("at"))

# What became of a manuscript's sections: their text as it was built, and who approved which text.
section_facts = _table(
    "section_facts",
    _number(key=True),
    _text("paper"),
    _text("section"),
    _text("kind"),
    _text("text"),
    _text("sha256"),
    _text("who"),
    _text("note"),
    _text("at"),
)

# Random samples of what was not settled on a day: the records drawn (a JSON list), and what was known then.
audit_samples = _table(
    "audit_samples",
    _number(key=True),
    _text("records"),
    _number("rest"),
    _number("found"),
    _number("settled"),
    _number("seed"),
    _text("who"),
    _text("at"),
)

rank_runs = _table(
    "rank_runs",
    _number(key=True),
    _text("model"),
    _text("parameters"),
    _number("seed"),
    _number("labels"),
    _number("last_decision"),
    _number("records"),
    _text("at"),
)

# Computed orders, one for each person and one for everybody (''), replaced as a whole by each ranking: no facts.
# One row holds one order (`storage/projects.py` packs it), so that publishing keeps nobody waiting.
rank_order = _table("rank_order", _text("reviewer", key=True), Column("works", LargeBinary, nullable=False))

# What a person has typed beside a record and not sent: no fact, replaced with every change. None of it leaves.
typed = _table(
    "typed",
    _text("person", key=True),
    _text("record_id", key=True),
    _text("what", key=True),
    _text("text"),
    _text("at"),
)

# Who may sign in. No facts: a password is replaced, a session ends. None of it leaves with a bundle.
accounts = _table(
    "accounts",
    _text("id", key=True),
    _text("name"),  # as in `people`
    _text("name_key"),
    _text("issuer"),  # who vouches for the subject; '' before the first sign-in of somebody invited
    _text("subject"),
    _text("email"),
    _text("hash", null=True),  # argon2; NULL for whoever signs in elsewhere
    _text("at"),
)

sessions = _table("sessions", _text("token_sha256", key=True), _text("account"), _text("began"), _text("seen"))

sign_in_failures = _table("sign_in_failures", _number(key=True), _text("key"), _text("at"))

app_keys = _table("app_keys", _text("name", key=True), _text("value"))

# What people did that no other fact tells: signing in, taking a copy out, bringing a file in. Stays with this database.
deeds = _table("deeds", _number(key=True), _text("who"), _text("what"), _text("about"), _text("detail"), _text("at"))

# Laid by the first migration; never edited.
FIRST_FACTS = (
    "projects",
    "protocol_versions",
    "people",
    "search_runs",
    "run_reports",
    "records",
    "raw_entries",
    "run_records",
    "dedup_runs",
    "duplicate_links",
    "judgements",
    "decisions",
    "retrievals",
    "chart_entries",
    "rank_runs",
)

FACT_TABLES = (
    *FIRST_FACTS,
    "marks",
    "preferences",
    "source_kinds",
    "remarks",
    "arrangements",
    "section_facts",
    "full_texts",
    "report_links",
    "related_links",
    "form_versions",
    "form_changes",
    "hand_ins",
    "audit_samples",
    "corrections",
)  # what a bundle takes along
LOCAL_FACT_TABLES = ("deeds",)
