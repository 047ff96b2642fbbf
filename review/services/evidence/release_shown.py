"""What a release shows of itself: how many questions are settled, the licences named, the FAIR self-check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from review.domain.estimate import Estimate, Table, undefined
from review.evidence.licences import Licence, Statement
from review.evidence.release import Principle, Verdict
from review.render.datasheet import Question, Reply, Standing
from review.resources import data_dir, read_yaml
from review.services.evidence.release_folder import Folder

_MARKS: Mapping[Verdict, float | None] = {Verdict.YES: 1.0, Verdict.NO: 0.0, Verdict.CANNOT_TELL: None}


def counts(replies: Sequence[Reply]) -> Iterator[Estimate]:
    asked = [r for r in replies if not r.question.optional]
    for name, standings in (
        ("datasheet_answered", {Standing.ANSWERED}),
        ("datasheet_not_applicable", {Standing.NOT_APPLICABLE}),
        ("datasheet_open", {Standing.OPEN, Standing.UNJUSTIFIED}),
    ):
        n = sum(r.standing in standings for r in asked)
        method_ = "questions of the datasheet, without the seven for further comments"
        yield Estimate(name=name, value=n, n=len(asked), unit="questions", method=method_)


def fair(principles: Sequence[Principle]) -> Iterator[Estimate]:
    for verdict in Verdict:
        n = sum(p.verdict is verdict for p in principles)
        name = f"fair_{verdict.replace(' ', '_')}"
        yield Estimate(
            name=name, value=n, n=len(principles), unit="principles", method="FAIR principles, as far as files tell"
        )
    for each in principles:
        by = {"principle": each.number}
        mark = _MARKS[each.verdict]
        if mark is None:
            yield undefined("fair", f"cannot tell: {each.looked_at}", n=1, by=by)
        else:
            yield Estimate(
                name="fair", value=mark, n=1, method=f"1 is yes, 0 is no; looked at: {each.looked_at}", by=by
            )


def datasheet_table(replies: Sequence[Reply], asked: Sequence[Question]) -> Table:
    parts = dict.fromkeys(each.part for each in asked)
    standings = (Standing.ANSWERED, Standing.NOT_APPLICABLE, Standing.UNJUSTIFIED, Standing.OPEN)
    return Table(
        name="datasheet",
        title="Questions of the datasheet",
        columns=("Part", *(str(each) for each in standings)),
        rows=tuple(
            (part, *(sum(r.standing is s and r.question.part == part and not (r.question.optional and s is Standing.OPEN) for r in replies) for s in standings))
            for part in parts
        ),
        note="Questions for further comments count only where they are answered.",
    )  # fmt: skip


def licence_table(statements: Sequence[Statement], folder: Folder) -> Table:
    def asks(one: Licence) -> str:
        words = (
            (one.share_alike, "ShareAlike"),
            (one.non_commercial, "NonCommercial"),
            (one.no_derivatives, "NoDerivatives"),
        )
        return ", ".join(word for has, word in words if has)

    named = [
        (f"{s.path}{f':{s.line}' if s.line else ''}", s.about or "not said", s.licence.id, asks(s.licence))
        for s in statements
    ]
    sources = [
        (u.name, "source", u.licence.id if u.licence else "not known", asks(u.licence) if u.licence else "")
        for u in folder.upstream
    ]
    return Table(
        name="licences",
        title="Licences that are named",
        columns=("Where", "Of what", "Licence", "Asks for"),
        rows=(*named, *sources) or (("nowhere", None, None, None),),
    )


def fair_table(principles: Sequence[Principle]) -> Table:
    path = data_dir("templates") / "checklists" / "fair.yaml"
    tree = read_yaml(path.read_text(encoding="utf-8"), path=path.name).tree
    asks = {str(item["number"]): str(item["ask"]) for item in tree["items"]}
    return Table(
        name="fair",
        title="FAIR self-check",
        columns=("Principle", "Asks", "Verdict", "Looked at"),
        rows=tuple((p.number, asks.get(p.number, ""), str(p.verdict), p.looked_at) for p in principles),
        note="Nothing was asked on the network; cannot tell is no pass.",
    )


def sentence(replies: Sequence[Reply], principles: Sequence[Principle], written: Sequence[str]) -> str:
    asked = [r for r in replies if not r.question.optional]
    done = sum(r.standing in {Standing.ANSWERED, Standing.NOT_APPLICABLE} for r in asked)
    yes = sum(p.verdict is Verdict.YES for p in principles)
    files = f"Written: {', '.join(written)}." if written else "Nothing was written."
    return f"{done} of {len(asked)} questions of the datasheet are settled; {yes} of {len(principles)} FAIR principles are met. {files}"
