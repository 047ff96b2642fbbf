"""How a database comes to hold the tables: the ordered list of migrations, and what makes a table append-only.

Facts are appended and never changed: triggers in the database itself refuse UPDATE and DELETE. `MIGRATIONS` is never
edited once released; add to its end.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from review.storage.schema import FIRST_FACTS

_FIRST_TABLES = """
CREATE TABLE projects (id TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE protocol_versions (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, text TEXT NOT NULL,
  reason TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE people (number {serial}, name TEXT NOT NULL, role TEXT NOT NULL, active INTEGER NOT NULL,
  who TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE search_runs (number {serial}, source TEXT NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL,
  platform TEXT NOT NULL, query TEXT NOT NULL, limits TEXT NOT NULL, run_at TEXT NOT NULL, reported INTEGER,
  tool_version TEXT NOT NULL, raw_sha256 TEXT NOT NULL, file_name TEXT NOT NULL, format TEXT NOT NULL,
  at TEXT NOT NULL);
CREATE TABLE run_reports (run INTEGER PRIMARY KEY REFERENCES search_runs (number), read INTEGER NOT NULL,
  new INTEGER NOT NULL, known INTEGER NOT NULL, without_abstract INTEGER NOT NULL, findings TEXT NOT NULL);
CREATE TABLE records (number {serial}, record_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, source_id TEXT NOT NULL,
  title TEXT NOT NULL, abstract TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, journal TEXT NOT NULL,
  volume TEXT NOT NULL, issue TEXT NOT NULL, pages TEXT NOT NULL, doi TEXT NOT NULL, pmid TEXT NOT NULL,
  arxiv_id TEXT NOT NULL, keywords TEXT NOT NULL, language TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL,
  notes TEXT NOT NULL, run INTEGER NOT NULL REFERENCES search_runs (number));
CREATE INDEX records_source ON records (source);
CREATE TABLE raw_entries (record_id TEXT PRIMARY KEY REFERENCES records (record_id), raw {bytes} NOT NULL);
CREATE TABLE run_records (run INTEGER NOT NULL REFERENCES search_runs (number),
  record_id TEXT NOT NULL REFERENCES records (record_id), PRIMARY KEY (run, record_id));
CREATE TABLE dedup_runs (number {serial}, version TEXT NOT NULL, records INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE duplicate_links (number {serial}, run INTEGER NOT NULL REFERENCES dedup_runs (number),
  verdict TEXT NOT NULL CHECK (verdict IN ('joined', 'unsure')), record_a TEXT NOT NULL REFERENCES records (record_id),
  record_b TEXT NOT NULL REFERENCES records (record_id), condition TEXT NOT NULL, explanation TEXT NOT NULL,
  score DOUBLE PRECISION NOT NULL);
CREATE INDEX duplicate_links_run ON duplicate_links (run);
CREATE TABLE judgements (number {serial}, record_a TEXT NOT NULL REFERENCES records (record_id),
  record_b TEXT NOT NULL REFERENCES records (record_id), same_work INTEGER NOT NULL, person TEXT NOT NULL,
  at TEXT NOT NULL);
CREATE TABLE decisions (number {serial}, uid TEXT NOT NULL UNIQUE, record_id TEXT NOT NULL REFERENCES records (record_id),
  stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')), reviewer TEXT NOT NULL CHECK (reviewer <> ''),
  role TEXT NOT NULL CHECK (role IN ('reviewer', 'adjudicator')),
  verdict TEXT CHECK (verdict IN ('include', 'exclude', 'maybe')), reason TEXT NOT NULL, note TEXT NOT NULL,
  shown TEXT NOT NULL, decided_at TEXT NOT NULL, protocol INTEGER NOT NULL, at TEXT NOT NULL,
  CHECK (shown = record_id));
CREATE INDEX decisions_record ON decisions (record_id);
CREATE INDEX decisions_stage ON decisions (stage, number);
CREATE TABLE retrievals (number {serial}, record_id TEXT NOT NULL REFERENCES records (record_id),
  status TEXT NOT NULL CHECK (status IN ('sought', 'retrieved', 'not_retrieved')), who TEXT NOT NULL,
  note TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE chart_entries (number {serial}, record_id TEXT NOT NULL REFERENCES records (record_id),
  field_id TEXT NOT NULL, reviewer TEXT NOT NULL CHECK (reviewer <> ''), value TEXT NOT NULL,
  answer TEXT CHECK (answer IN ('not_reported', 'not_applicable')), unit TEXT NOT NULL, quote TEXT NOT NULL,
  page TEXT NOT NULL, protocol INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE rank_runs (number {serial}, model TEXT NOT NULL, parameters TEXT NOT NULL, seed INTEGER NOT NULL,
  labels INTEGER NOT NULL, last_decision INTEGER NOT NULL, records INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE rank_order (reviewer TEXT PRIMARY KEY, works {bytes} NOT NULL)
"""


def _run_script(connection: Connection, script: str) -> None:
    sqlite = connection.dialect.name == "sqlite"
    words = {
        "serial": "INTEGER PRIMARY KEY AUTOINCREMENT" if sqlite else "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "bytes": "BLOB" if sqlite else "BYTEA",
    }
    for statement in script.format(**words).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def append_only(connection: Connection, table: str) -> None:
    """Make the database refuse any UPDATE, DELETE or TRUNCATE of a fact table."""
    if connection.dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"
    )
    for events, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{level.lower()} BEFORE {events} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
        )


def _lay_first_tables(connection: Connection) -> None:
    _run_script(connection, _FIRST_TABLES)
    for table in FIRST_FACTS:
        append_only(connection, table)


_MARKS = """
CREATE TABLE marks (number {serial}, uid TEXT NOT NULL UNIQUE, record_id TEXT NOT NULL REFERENCES records (record_id),
  person TEXT NOT NULL CHECK (person <> ''), kind TEXT NOT NULL CHECK (kind IN ('later', 'tags')),
  value TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX marks_person ON marks (person, kind);
CREATE TABLE preferences (number {serial}, person TEXT NOT NULL CHECK (person <> ''), name TEXT NOT NULL,
  value TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX preferences_person ON preferences (person)
"""


def _lay_marks(connection: Connection) -> None:
    _run_script(connection, _MARKS)
    for table in ("marks", "preferences"):
        append_only(connection, table)


_ACCOUNT_TABLES = """
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL CHECK (name <> ''), name_key TEXT NOT NULL UNIQUE,
  issuer TEXT NOT NULL, subject TEXT NOT NULL, email TEXT NOT NULL, hash TEXT, at TEXT NOT NULL);
CREATE UNIQUE INDEX accounts_subject ON accounts (issuer, subject) WHERE subject <> '';
CREATE UNIQUE INDEX accounts_email ON accounts (email) WHERE email <> '';
CREATE TABLE sessions (token_sha256 TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (id),
  began TEXT NOT NULL, seen TEXT NOT NULL);
CREATE INDEX sessions_account ON sessions (account);
CREATE TABLE sign_in_failures (number {serial}, key TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX sign_in_failures_key ON sign_in_failures (key, at);
CREATE TABLE app_keys (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE deeds (number {serial}, who TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT NOT NULL);
CREATE INDEX people_name ON people (name, number)
"""


def _lay_account_tables(connection: Connection) -> None:
    _run_script(connection, _ACCOUNT_TABLES)
    append_only(connection, "deeds")


def _keep_since(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE search_runs ADD COLUMN since TEXT NOT NULL DEFAULT ''")


_SOURCE_KINDS = """
CREATE TABLE source_kinds (number {serial}, source TEXT NOT NULL, kind TEXT NOT NULL
  CHECK (kind IN ('database', 'register', 'website', 'organisation', 'citation')), reason TEXT NOT NULL CHECK (reason <> ''),
  who TEXT NOT NULL, at TEXT NOT NULL)
"""


def _lay_source_kinds(connection: Connection) -> None:
    _run_script(connection, _SOURCE_KINDS)
    append_only(connection, "source_kinds")


_REMARKS = """
CREATE TABLE remarks (number {serial}, record_id TEXT NOT NULL REFERENCES records (record_id),
  stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')), who TEXT NOT NULL CHECK (who <> ''),
  text TEXT NOT NULL CHECK (text <> ''), at TEXT NOT NULL);
CREATE INDEX remarks_record ON remarks (record_id);
CREATE TABLE arrangements (number {serial}, what TEXT NOT NULL CHECK (what IN ('deal', 'pilot confirmed')),
  detail TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL)
"""


def _lay_remarks(connection: Connection) -> None:
    _run_script(connection, _REMARKS)
    for table in ("remarks", "arrangements"):
        append_only(connection, table)


_SECTION_FACTS = """
CREATE TABLE section_facts (number {serial}, paper TEXT NOT NULL CHECK (paper <> ''), section TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('draft', 'revised', 'approved', 'gone')), text TEXT NOT NULL, sha256 TEXT NOT NULL,
  who TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL, CHECK (kind <> 'approved' OR who <> ''));
CREATE INDEX section_facts_paper ON section_facts (paper, section)
"""


def _lay_section_facts(connection: Connection) -> None:
    _run_script(connection, _SECTION_FACTS)
    append_only(connection, "section_facts")


_FULL_TEXTS = """
CREATE TABLE full_texts (number {serial}, sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  record_id TEXT REFERENCES records (record_id), status TEXT NOT NULL CHECK (status IN ('kept', 'waiting', 'removed')),
  name TEXT NOT NULL, size INTEGER NOT NULL, pages INTEGER NOT NULL, origin TEXT NOT NULL,
  who TEXT NOT NULL CHECK (who <> ''), note TEXT NOT NULL, at TEXT NOT NULL,
  CHECK (status <> 'kept' OR record_id IS NOT NULL));
CREATE INDEX full_texts_record ON full_texts (record_id);
CREATE TABLE report_links (number {serial}, record_a TEXT NOT NULL REFERENCES records (record_id),
  record_b TEXT NOT NULL REFERENCES records (record_id),
  relation TEXT NOT NULL CHECK (relation IN ('version', 'study', 'apart')), who TEXT NOT NULL CHECK (who <> ''),
  note TEXT NOT NULL, at TEXT NOT NULL, CHECK (record_a <> record_b))
"""


def _lay_full_texts(connection: Connection) -> None:
    _run_script(connection, _FULL_TEXTS)
    for table in ("full_texts", "report_links"):
        append_only(connection, table)


_RELATED_LINKS = """
CREATE TABLE related_links (number {serial}, run INTEGER NOT NULL REFERENCES dedup_runs (number),
  record_a TEXT NOT NULL REFERENCES records (record_id), record_b TEXT NOT NULL REFERENCES records (record_id),
  relation TEXT NOT NULL, explanation TEXT NOT NULL, score DOUBLE PRECISION NOT NULL);
CREATE INDEX related_links_run ON related_links (run);
CREATE TABLE dedup_memory (number INTEGER PRIMARY KEY, rules TEXT NOT NULL, content {bytes} NOT NULL);
ALTER TABLE judgements ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0
"""


def _lay_related_links(connection: Connection) -> None:
    _run_script(connection, _RELATED_LINKS)
    append_only(connection, "related_links")


_CHARTING = """
CREATE TABLE form_versions (number {serial}, text TEXT NOT NULL, protocol INTEGER NOT NULL, at TEXT NOT NULL);
CREATE TABLE form_changes (number {serial}, field_id TEXT NOT NULL, was TEXT NOT NULL, becomes_id TEXT NOT NULL,
  becomes TEXT NOT NULL, action TEXT NOT NULL CHECK (action IN ('keep', 'map', 'ask')), detail TEXT NOT NULL,
  who TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE hand_ins (number {serial}, record_id TEXT NOT NULL REFERENCES records (record_id),
  reviewer TEXT NOT NULL CHECK (reviewer <> ''), at TEXT NOT NULL);
CREATE TABLE chart_drafts (record_id TEXT NOT NULL REFERENCES records (record_id), field_id TEXT NOT NULL,
  row INTEGER NOT NULL, reviewer TEXT NOT NULL CHECK (reviewer <> ''), value TEXT NOT NULL, answer TEXT,
  unit TEXT NOT NULL, quote TEXT NOT NULL, page TEXT NOT NULL, typed_at DOUBLE PRECISION NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (record_id, field_id, row, reviewer))
"""


def _lay_charting(connection: Connection) -> None:
    for column in ("row", "form", "consensus"):
        connection.exec_driver_sql(f"ALTER TABLE chart_entries ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
    _run_script(connection, _CHARTING)
    for table in ("form_versions", "form_changes", "hand_ins"):
        append_only(connection, table)


_AUDIT_SAMPLES = """
CREATE TABLE audit_samples (number {serial}, records TEXT NOT NULL, rest INTEGER NOT NULL, found INTEGER NOT NULL,
  settled INTEGER NOT NULL, seed INTEGER NOT NULL, who TEXT NOT NULL CHECK (who <> ''), at TEXT NOT NULL)
"""


def _lay_audit_samples(connection: Connection) -> None:
    _run_script(connection, _AUDIT_SAMPLES)
    append_only(connection, "audit_samples")


_TYPED = """
CREATE TABLE typed (person TEXT NOT NULL CHECK (person <> ''), record_id TEXT NOT NULL REFERENCES records (record_id),
  what TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, record_id, what))
"""


def _lay_typed(connection: Connection) -> None:
    _run_script(connection, _TYPED)


_CORRECTIONS = """
CREATE TABLE corrections (number {serial}, record_id TEXT NOT NULL REFERENCES records (record_id),
  field TEXT NOT NULL CHECK (field IN ('title', 'abstract', 'authors', 'year', 'journal', 'volume', 'issue', 'pages', 'doi',
  'pmid', 'arxiv_id', 'keywords', 'language', 'url')), value TEXT NOT NULL, reason TEXT NOT NULL CHECK (reason <> ''),
  who TEXT NOT NULL CHECK (who <> ''), at TEXT NOT NULL);
CREATE INDEX corrections_record ON corrections (record_id)
"""


def _lay_corrections(connection: Connection) -> None:
    _run_script(connection, _CORRECTIONS)
    append_only(connection, "corrections")


Migration = Callable[[Connection], None]
MIGRATIONS: tuple[tuple[str, Migration], ...] = (
    ("lay the first tables", _lay_first_tables),
    ("keep marks beside records, and preferences", _lay_marks),
    ("lay the tables of accounts and deeds", _lay_account_tables),
    ("keep from which day on an update asked", _keep_since),
    ("keep corrections of the kinds of sources", _lay_source_kinds),
    ("keep remarks on conflicts, and how the work is arranged", _lay_remarks),
    ("keep the sections of manuscripts and who approved them", _lay_section_facts),
    ("keep the files of full texts, and which reports belong together", _lay_full_texts),
    ("keep related works, answers taken back, and what a search for duplicates remembers", _lay_related_links),
    ("keep versions of the charting form, rows, hand-ins and drafts", _lay_charting),
    ("keep random samples of what was not settled", _lay_audit_samples),
    ("keep what is typed and not sent", _lay_typed),
    ("keep what people put right in records", _lay_corrections),
)
