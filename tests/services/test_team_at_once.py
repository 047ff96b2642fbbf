"""Many people decide at the same moment, on each kind of database: everything said is stored, and once."""

from __future__ import annotations

from benchmarks import team
from review.services import project as projects


def test_nothing_is_lost_or_doubled_and_the_conflicts_are_right(tmp_path, database_url, monkeypatch):
    monkeypatch.setenv(projects.DATABASE_URL, database_url)
    project = team.build(tmp_path / "team", 60)
    try:
        found = team.run(project, people=8, each=25)
    finally:
        project.close()
    assert found["decisions"] == 200
