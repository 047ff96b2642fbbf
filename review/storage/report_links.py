"""Which reports belong together, as people said: appended, the latest of each two counts."""

from __future__ import annotations

from sqlalchemy import insert, select

from review.domain.report import Relation, ReportLink
from review.storage import projects
from review.storage.moments import remembered
from review.storage.schema import report_links
from review.storage.store import Store, now


def append(store: Store, link: ReportLink) -> None:
    row = {
        "record_a": link.record_a,
        "record_b": link.record_b,
        "relation": str(link.relation),
        "who": link.who,
        "note": link.note,
        "at": now(),
    }
    with store.writing() as connection:
        projects.refuse_inactive(connection, (link.who,))
        connection.execute(insert(report_links).values(**row))


@remembered
def read(store: Store) -> list[ReportLink]:
    """Everything that was said, in order."""
    columns = [report_links.c[name] for name in ReportLink.__dataclass_fields__]
    with store.reading() as connection:
        rows = connection.execute(select(*columns).order_by(report_links.c.number)).mappings().all()
    return [ReportLink(**{**row, "relation": Relation(row["relation"])}) for row in rows]
