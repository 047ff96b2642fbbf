"""What an import says of a file beside its records."""

from __future__ import annotations

from invented import ris

from review.services import collect
from review.services.collect import Origin
from review.services.project import Project


def test_a_file_taken_under_two_names_is_told(made: Project) -> None:
    data = (ris(0) + ris(1)).encode()
    first = collect.import_bytes(made, data, file_name="a.ris", origin=Origin(source="one"))
    second = collect.import_bytes(made, data, file_name="a.ris", origin=Origin(source="two"))
    assert [finding.rule for finding in first.findings] == []
    assert [(finding.rule, "before as one" in finding.message) for finding in second.findings] == [
        ("IMPORT-TWICE", True)
    ]
    assert (second.new, second.unreadable) == (2, 0)
    assert [finding.rule for finding in collect.reports(made)[-1].findings] == ["IMPORT-TWICE"]
