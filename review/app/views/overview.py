"""Where the review stands, by whom, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from review.app import frame, imported, markup, menu, person
from review.app.frame import callback
from review.app.markup import plain
from review.domain.naming import counted
from review.domain.screening import Stage
from review.domain.team import Right
from review.services import audit_sample, overview, pace, programs, protocol, stopping
from review.services.overview import ReviewStatus, StageStatus
from review.services.pace import StagePace
from review.services.project import Project

_ENDINGS = {
    "Zotero, EndNote, Rayyan (RIS)": ".ris",
    "LaTeX, JabRef (BibTeX)": ".bib",
    "Excel": ".xlsx",
    "Tables, ASReview (CSV)": ".csv",
    "Pandoc, citeproc (CSL-JSON)": ".json",
}

_TOO_LONG = 365  # days: nobody knows their pace of next year


def show(project: Project) -> None:
    status = overview.status(project)
    st.title("Overview")
    st.markdown(f"**{plain(status.title)}**")
    _next(project, status)
    _cards(status)
    _stages(project, status)
    _pace(project, status)
    _recall(project, status)
    _stopping(project)
    left, right = st.columns(2, gap="large")
    with left:
        _people(status)
    with right:
        _sources(status)
        _known(status)
    _protocol(project)
    imported.show(project)
    _take_along(project, status)


def _next(project: Project, status: ReviewStatus) -> None:
    st.info(f"**Next step.** {plain(status.next_task)}", icon=":material/flag:")
    if status.next_page != "overview":
        page = menu.at(status.next_page)
        if not person.may(project, page.right):
            return
        st.page_link(page.path, label=f"Go to {page.title}", icon=":material/arrow_forward:")


def _cards(status: ReviewStatus) -> None:
    first, second = status.title_abstract, status.full_text
    cards = (
        ("Records", status.records, "All entries of all export files."),
        ("Works", status.works, "Records once duplicates are joined."),
        ("To screen", first.unscreened + first.partial, "Works that still need a decision."),
        ("Full texts", second.total, "Works that came past title and abstract."),
        ("Included", status.included, "Works included after reading the full text."),
        ("Charted", status.charted, "Included works with at least one charted answer."),
    )
    with st.container(key="cards"):
        columns = st.columns(len(cards))
    for column, (label, value, meaning) in zip(columns, cards, strict=True):
        column.metric(label, f"{value:,}", border=True, help=meaning)


def _stages(project: Project, status: ReviewStatus) -> None:
    """Outcomes are shown to a reviewer only when nothing waits for that reviewer: a count can give a verdict away."""
    who = str(st.session_state.get("who", ""))
    hidden = False
    for name, stage, found in (
        ("Title and abstract", Stage.TITLE_ABSTRACT, status.title_abstract),
        ("Full text", Stage.FULL_TEXT, status.full_text),
    ):
        blind = bool(who and overview.waiting_for(project, who, stage))
        hidden = hidden or blind
        st.html(markup.stacked_bar(name, _parts(found, blind=blind)))
    if status.not_retrieved:
        lost = counted(status.not_retrieved, "full text was", "full texts were")
        st.caption(
            f"{lost} not retrieved, so nobody has to decide there: the flow diagram has a box of its own for that."
        )
    if hidden:
        st.caption("Inclusions, exclusions and conflicts are shown once nothing waits for you: screening is blinded.")


def _parts(found: StageStatus, *, blind: bool) -> list[tuple[str, int, str]]:
    waiting = [
        ("nobody has decided", found.unscreened, "waiting"),
        ("waiting for another person", found.partial, "begun"),
    ]
    if blind:
        return [*waiting, ("decided by enough people", found.settled + found.conflict, "done")]
    return [
        *waiting,
        ("in conflict", found.conflict, "open"),
        ("included", found.included, "in"),
        ("excluded", found.excluded, "out"),
    ]


def _pace(project: Project, status: ReviewStatus) -> None:
    """How long it will take, for each stage that has work left and was worked on."""
    for name, stage, found in (
        ("Title and abstract", Stage.TITLE_ABSTRACT, status.title_abstract),
        ("Full text", Stage.FULL_TEXT, status.full_text),
    ):
        if not found.unscreened + found.partial:
            continue
        going = pace.pace(project, stage)
        if not going.people or not going.needed:
            continue
        st.subheader(f"Pace: {name.lower()}")
        st.write(_forecast(going))
        table = {
            "Person": [p.person for p in going.people],
            f"In the last {pace.DAYS} days": [p.lately for p in going.people],
            "On days": [p.days for p in going.people],
            "Seconds for one": ["" if p.seconds is None else f"{p.seconds:,.0f}" for p in going.people],
        }
        if any(p.left is not None for p in going.people):
            table["Left for them"] = ["" if p.left is None else f"{p.left:,}" for p in going.people]
            table["Hours of reading"] = ["" if p.hours_left is None else f"{p.hours_left:,.1f}" for p in going.people]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=f"Pace of each person: {name}")


def _recall(project: Project, status: ReviewStatus) -> None:
    """What share of the relevant records is found so far, as far as a random sample of the rest can tell."""
    first = status.title_abstract
    sample = audit_sample.status(project) if first.total else None
    if sample is None and not (first.settled and first.unscreened + first.partial):
        return
    st.subheader("Found so far")
    if sample is None:
        st.write(
            "What share of the relevant records is found cannot be told from the order of the queue. A random sample of "
            "the rest tells it with its uncertainty; an owner draws one with `review audit-sample`."
        )
        return
    found = sample.recall
    if not sample.over or found is None or found.recall is None or found.low is None or found.high is None:
        st.write(
            f"A random sample of {sample.drawn:,} records was drawn on {sample.at[:10]}, and {sample.settled:,} of them are "
            "settled. Once all are, it tells what share of the relevant records is found."
        )
        return
    if overview.waiting_for(project, str(st.session_state.get("who", "")), Stage.TITLE_ABSTRACT):
        st.write("The random sample is read. What it tells is shown once nothing waits for you: screening is blinded.")
        return
    st.write(
        f"About {100 * found.recall:.0f} of 100 relevant records are found; with {100 * found.confidence:.0f} % confidence it "
        f"is between {100 * found.low:.0f} and {100 * found.high:.0f}. {found.unseen_low:,} to {found.unseen_high:,} relevant "
        "records may still be unseen. Stopping now would leave them out: decide it as your protocol says, and report it."
    )


def _forecast(going: StagePace) -> str:
    still = f"{going.needed:,} decisions are still needed from all of you together. "
    if going.days_left is None or not going.a_day:
        return f"{still}Nobody decided anything in the last {pace.DAYS} days, so no time can be told."
    made = f"In the last {going.days} days you made {going.a_day:,.1f} a day"
    if going.days == 1:
        made = f"Today you made {counted(round(going.a_day), 'decision')}"
    lately = f"{made}; at this pace it takes"
    if going.days_left > _TOO_LONG:
        return f"{still}{lately} more than a year."
    until = (datetime.now(UTC) + timedelta(days=going.days_left)).date()
    days = max(1, round(going.days_left))
    return f"{still}{lately} about {counted(days, 'more day')}, until {until.day} {until:%B %Y}."


def _people(status: ReviewStatus) -> None:
    st.subheader("Who has decided how many")
    first, second = status.title_abstract.by_person, status.full_text.by_person
    names = sorted({*first, *second})
    if not names:
        st.caption("Nobody has decided anything yet.")
        return
    table = {
        "Person": names,
        "Title and abstract": [first.get(n, 0) for n in names],
        "Full text": [second.get(n, 0) for n in names],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, alt="Decisions per person")


def _sources(status: ReviewStatus) -> None:
    st.subheader("Records per source")
    if not status.sources:
        st.caption("Nothing has been imported yet.")
        return
    table = {"Source": list(status.sources), "Records": list(status.sources.values())}
    st.dataframe(pd.DataFrame(table), hide_index=True, alt="Records per source")
    joined = counted(status.duplicate_groups, "group of duplicates", "groups of duplicates")
    pairs = counted(status.unsure_pairs, "pair waits", "pairs wait")
    unsure = f"; {pairs} for a person's answer" if status.unsure_pairs else ""
    st.caption(joined + unsure + ".")


def _known(status: ReviewStatus) -> None:
    """Which of the studies known to be relevant each string found, if there is a list of them."""
    if status.known is None:
        return
    st.subheader("Known studies found")
    found = status.known
    table = {
        "Source": [each.label for each in found.strings],
        "Found": [f"{each.found:,} of {each.n:,}" for each in found.strings],
        "By it alone": [each.alone for each in found.strings],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, alt="Known studies found by each search string")
    st.caption(f"{found.found:,} of {found.n:,} studies listed in {plain(found.file)} were found by any string.")
    for study in found.missed:
        st.markdown(f"Not found: {plain(study.name)}")


def _stopping(project: Project) -> None:
    """Whether the reading of titles may stop: advice, with what each rule assumes. It rests on nothing a person may not see."""
    found = stopping.report(project, str(st.session_state.get("who", "")))
    if found is None:
        return
    words = {True: "may stop", False: "go on", None: "yours to judge"}
    with st.expander(f"May the screening stop? Advice: {words[found.advice[0].stop]}", icon=":material/stop_circle:"):
        whose = "your own decisions" if found.reviewer else "all settled works"
        st.caption(
            f"After {found.screened:,} of {found.total:,} works, {found.found:,} of them relevant, from {whose}. "
            "Nothing stops by itself and no record is taken out."
        )
        for one in found.advice:  # no table: on a phone its columns would be three words wide
            st.markdown(f"**{plain(one.name)}: {words[one.stop]}.** Now: {plain(one.said)}.")
            st.caption(plain(one.assumes))
        st.caption("A random sample of what is left assumes nothing on the ranking: `review audit-sample`.")
        st.markdown("**For the paper.**")
        st.text(found.sentence)


def _protocol(project: Project) -> None:
    found = protocol.status(project)
    if found.history:
        day = str(found.history[0].at)[:10]
        state = f"frozen on {day}, {counted(len(found.history) - 1, 'amendment')}"
    else:
        state = "not frozen yet"
    with st.expander(f"Protocol ({state})", icon=":material/description:"):
        for fault in found.findings:
            st.warning(plain(fault))
        rules = found.protocol
        if rules is not None:
            st.markdown(f"**Question.** {plain(rules.question)}")
            st.markdown(f"**Population.** {plain(rules.pcc.population)}")
            st.markdown(f"**Concept.** {plain(rules.pcc.concept)}")
            st.markdown(f"**Context.** {plain(rules.pcc.context)}")
            st.html(markup.criteria(rules))
        if found.changed:
            st.warning("protocol.yaml was edited after it was frozen. The frozen version counts until you amend it.")
        if not found.frozen and rules is not None and person.may(project, Right.GOVERN):
            st.caption("Freeze the protocol before screening: its text, its hash and the time are kept.")
            st.button("Freeze the protocol", on_click=_freeze, args=(project,))


@callback
def _freeze(project: Project) -> None:
    protocol.freeze(project, who=str(st.session_state.get("who", "")))
    frame.notice("The protocol is frozen. Later changes are numbered amendments with a reason.")


def _take_along(project: Project, status: ReviewStatus) -> None:
    """The records for another program. No decision is in the file, so that it gives no verdict away."""
    if not status.works or not person.may(project, Right.GOVERN):
        return
    st.subheader("Take the records with you")
    st.caption(f"All {status.works:,} works, each once, without decisions. With them: `review records --for rayyan`.")
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    label = left.selectbox("For", list(_ENDINGS), key="records-for")
    right.download_button(
        "Download",
        lambda: programs.as_file(project, _ENDINGS[label], programs.Wanted())[0],
        file_name=f"records{_ENDINGS[label]}",
        on_click="ignore",
        icon=":material/download:",
        key="records-download",
    )


if __name__ == "__main__":
    frame.page(show)
