"""The Duplicates page: a record is moved and its move taken back; nothing in a record is read as markup."""

from __future__ import annotations

from review.services import collect, duplicates, works
from review.services.collect import Origin
from tests.app.conftest import NASTY, ids
from tests.app.test_pages import fine, press, texts

# One for each pair, so that no two pairs are alike.
WORDS = [
    "gait",
    "stroke",
    "lumbar",
    "pelvis",
    "retina",
    "kidney",
    "sarcoma",
    "asthma",
    "sepsis",
    "migraine",
    "dementia",
    "obesity",
    "insulin",
    "glaucoma",
    "fracture",
    "exercise",
    "nutrition",
    "cervical",
    "vertebra",
    "scoliosis",
    "tremor",
    "epilepsy",
]


def test_a_record_is_moved_out_of_its_group_and_the_move_taken_back(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b), (a, c)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(visit("duplicates"))
    at = fine(press(at, f"change-{group.group_id}"))
    at = fine(at.selectbox(key="dup-record").set_value(c).run())
    fine(press(at, "dup-move"))
    assert [set(each.members) for each in works.groups(project)] == [{a, b}]
    newest = duplicates.acts(project)[0]
    at = fine(visit("duplicates"))
    at.session_state["dup-view"] = "answers"
    fine(press(fine(at.run()), f"back-{newest.at}"))
    assert [set(each.members) for each in works.groups(project)] == [{a, b, c}]


def test_the_work_to_move_to_is_found_by_its_words(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(press(fine(visit("duplicates")), f"change-{group.group_id}"))
    at = fine(at.selectbox(key="dup-record").set_value(b).run())
    at = fine(at.text_input(key="dup-words").set_value("without words").run())
    at = fine(at.selectbox(key="dup-to").set_value(c).run())
    fine(press(at, "dup-move"))
    assert {b, c} in [set(each.members) for each in works.groups(project)]
    assert NASTY not in texts(at)


def test_the_last_pair_of_the_last_page_is_answered_and_the_page_before_it_shown(visit, project):
    for source in ("one", "two"):
        rows = [
            f'{source}{n},{WORDS[n]} and {WORDS[(n + 7) % 22]} with {WORDS[(3 * n + 1) % 22]} after surgery in adults,"Wu{n}, Yi",{1990 + n},Journal {n},{n},10.5555/{source}{n}'
            for n in range(22)
        ]
        table = "\n".join(["record_id,title,authors,year,journal,volume,doi", *rows]).encode()
        collect.import_bytes(project, table, file_name=f"{source}.csv", origin=Origin(source=source))
    works.dedup(project)
    before = len(works.unsure(project))
    for link in works.unsure(project)[: (before - 1) % 10]:
        works.judge(project, [(link.record_a, link.record_b)], same_work=False, person="Ana")
    unsure = works.unsure(project)
    assert len(unsure) % 10 == 1
    assert len(unsure) > 20
    at = fine(fine(visit("duplicates")).number_input(key="unsure-page-of-3").set_value(3).run())
    at = fine(press(at, f"judge-False-{unsure[-1].record_a}|{unsure[-1].record_b}"))
    assert len(works.unsure(project)) == len(unsure) - 1
    assert f"judge-False-{unsure[-2].record_a}|{unsure[-2].record_b}" in {button.key for button in at.button}


def test_a_group_is_split_only_once_some_of_its_records_are_chosen_and_not_all(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b), (a, c)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(press(fine(visit("duplicates")), f"change-{group.group_id}"))
    assert at.button(key="dup-split").disabled
    at = fine(at.multiselect(key="dup-out").set_value([a, b, c]).run())
    assert at.button(key="dup-split").disabled
    at = fine(at.multiselect(key="dup-out").set_value([c]).run())
    fine(press(at, "dup-split"))
    assert [set(each.members) for each in works.groups(project)] == [{a, b}]


def test_copies_that_are_called_the_same_are_told_apart_by_their_column(visit, project):
    a, b, c = ids(project)[4:7]
    works.judge(project, [(a, b), (a, c)], same_work=True, person="Ana")
    (group,) = works.groups(project)
    at = fine(press(fine(visit("duplicates")), f"change-{group.group_id}"))
    assert [option[:3] for option in at.multiselect(key="dup-out").options] == ["1. ", "2. ", "3. "]
    assert at.selectbox(key="dup-record").options == at.multiselect(key="dup-out").options


def doubtful(project, count):
    """Pairs of which nobody knows whether they are one work: their DOIs differ."""
    for source in ("one", "two"):
        rows = [
            f'{source}{n},{WORDS[n]} and {WORDS[(n + 7) % 22]} after surgery in adults,"Wu{n}, Yi",{1990 + n},Journal {n},{n},10.5555/{source}{n}'
            for n in range(count)
        ]
        table = "\n".join(["record_id,title,authors,year,journal,volume,doi", *rows]).encode()
        collect.import_bytes(project, table, file_name=f"{source}.csv", origin=Origin(source=source))
    works.dedup(project)
    return works.unsure(project)


def of(link):
    return f"{link.record_a}|{link.record_b}"


def test_the_last_pair_is_answered_and_undone_and_stands_there_again(visit, project):
    *_, link = doubtful(project, 1)
    for other in works.unsure(project)[:-1]:
        works.judge(project, [(other.record_a, other.record_b)], same_work=False, person="Ana")
    before = duplicates.acts(project)
    at = fine(visit("duplicates"))
    assert at.button(key="dup-undo").disabled, "an answer of another day is taken back in the view Answers"
    at = fine(press(at, f"judge-True-{of(link)}"))
    assert works.unsure(project) == []
    at = fine(press(at, "dup-undo"))
    assert duplicates.acts(project) == before
    assert f"judge-True-{of(link)}" in {button.key for button in at.button}
    assert at.button(key="dup-undo").disabled


def test_a_pair_put_off_comes_after_the_others_and_the_first_has_the_keys(visit, project):
    first, second, *_ = doubtful(project, 4)

    def keys(at):
        return [(button.key, button.proto.shortcut) for button in at.button if button.key.startswith("judge-True")]

    at = fine(visit("duplicates"))
    assert keys(at)[:2] == [(f"judge-True-{of(first)}", "s"), (f"judge-True-{of(second)}", "")]
    at = fine(press(at, f"later-{of(first)}"))
    assert keys(at)[0] == (f"judge-True-{of(second)}", "s")
    assert keys(at)[-1] == (f"judge-True-{of(first)}", "")


def test_the_page_says_what_each_source_gave(visit, project):
    doubtful(project, 3)
    at = fine(visit("duplicates"))
    (table,) = [one.value for one in at.dataframe if "Works found nowhere else" in one.value]
    assert table["Records"].sum() == len(works.works(project).work_of)
    assert dict(zip(table["Source"], table["Works"], strict=True))["one"] == 3
