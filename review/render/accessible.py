"""What a screen reader needs of a document: a title and a language, headings without gaps, words for pictures and formulas.

PDF/UA-1 refuses a document that lacks one of them; the other formats are better for it too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from review.render.tree import LEAVES, Node, nodes, plain, words

UNTITLED = "Untitled"
_SPOKEN = frozenset({"Math", "Image", "Figure"})
_SIGNS = re.compile(r"[&<>]")
_SAID = {"&": "and", "<": "below", ">": "above"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by its name, and whether words of its own or at least its caption stand for it."""

    name: str
    described: bool
    captioned: bool


def prepare(tree: Node) -> list[Picture]:
    """Give the parsed text what it lacks; the pictures in it, and which of them nobody described."""
    meta: Node = tree["meta"]
    meta.setdefault("lang", {"t": "MetaInlines", "c": plain("en")})
    if not words(meta.get("title")):
        meta["pagetitle"] = {"t": "MetaInlines", "c": plain(_first_heading(tree["blocks"]) or UNTITLED)}
    _close_gaps(tree["blocks"])
    return _pictures(tree)


def _first_heading(blocks: list[Node]) -> str:
    return next((words(node["c"][2]) for node in nodes(blocks) if node["t"] == "Header"), "")


def _close_gaps(blocks: list[Node]) -> None:
    """Levels as an outline has them: the first heading is of level 1, and none is more than one below the last."""
    above: list[int] = []
    for node in nodes(blocks):
        if node["t"] != "Header":
            continue
        level = node["c"][0]
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        node["c"][0] = len(above)


def number_captions(blocks: list[Node]) -> None:
    """Put Figure 1: and Table 1: before the captions, as LaTeX and typst do by themselves."""
    counts = {"Figure": 0, "Table": 0}
    for node in nodes(blocks):
        caption = node["c"][1][1] if node["t"] in counts else []
        if caption and caption[0]["t"] in ("Plain", "Para"):
            counts[node["t"]] += 1
            caption[0]["c"][:0] = [{"t": "Str", "c": f"{node['t']}\u00a0{counts[node['t']]}:"}, {"t": "Space"}]


def _pictures(tree: Node) -> list[Picture]:
    """Each picture; one without any words gets those of its file's name, since silence would hide that it is there."""
    captions = {id(image): words(caption) for image, caption in _figures(tree)}
    found = []
    for node in nodes(tree["blocks"]):
        if node["t"] != "Image":
            continue
        _, inlines, (name, _) = node["c"]
        said, caption = words(inlines), captions.get(id(node), "")
        if not said:
            node["c"][1] = plain(caption or _of_name(name))
        found.append(Picture(name=name, described=bool(said) and said != caption, captioned=bool(caption or said)))
    return found


def _figures(tree: Node) -> list[tuple[Node, Any]]:
    """The pictures that stand in a figure, with its caption."""
    return [
        (image, figure["c"][1][1])
        for figure in nodes(tree["blocks"])
        if figure["t"] == "Figure"
        for image in nodes(figure["c"][2])
        if image["t"] == "Image"
    ]


def _of_name(name: str) -> str:
    return " ".join(PurePosixPath(name).stem.replace("-", " ").replace("_", " ").split()) or "picture"


# How a PDF is told: typst takes the words for whatever pandoc writes between the brackets.
TYPST = """
#let spoken(words, body) = { set math.equation(alt: words); body }
#let described(words, body) = { set image(alt: words); body }
#show figure.where(caption: none): set figure(numbering: none)
"""


def speak(part: Any) -> None:
    """Put words beside every formula and picture of the text, as typst takes them.

    A formula is told by its LaTeX, which people who listen are used to.
    """
    if isinstance(part, dict):
        if part.get("t") not in LEAVES:
            for value in part.values():
                speak(value)
    elif isinstance(part, list):
        for value in part:
            speak(value)
        if any(isinstance(one, dict) and one.get("t") in _SPOKEN for one in part):
            part[:] = [new for one in part for new in _told(one)]


def _told(one: Any) -> list[Any]:
    kind = one.get("t") if isinstance(one, dict) else None
    if kind == "Math":
        return [_raw("Inline", f"#spoken({_string(one['c'][1])})["), one, _raw("Inline", "];")]
    if kind == "Image":
        return [_raw("Inline", f"#described({_string(words(one['c'][1]))})["), one, _raw("Inline", "];")]
    if kind == "Figure" and (shown := _only_picture(one)):
        one["c"][2] = [{"t": "Plain", "c": [shown]}]
        return [_raw("Block", f"#described({_string(words(shown['c'][1]))})["), one, _raw("Block", "]")]
    return [one]


def say_signs(blocks: list[Node]) -> None:
    """Signs of XML in the words for a picture as words: pandoc's JATS writer leaves them as they are, and breaks on them."""
    for node in nodes(blocks):
        if node["t"] == "Image" and (told := words(node["c"][1])) and _SIGNS.search(told):
            node["c"][1] = plain(_SIGNS.sub(lambda found: _SAID[found[0]], told))


def _only_picture(figure: Node) -> Node | None:
    """The picture of a figure that holds nothing else, so that pandoc writes it as one."""
    found = [node for node in nodes(figure["c"][2]) if node["t"] == "Image"]
    return found[0] if len(found) == 1 and len(figure["c"][2]) == 1 else None


def _string(text: str) -> str:
    """A text as a string of typst, in which nothing can end it."""
    readable = "".join(sign if sign.isprintable() else " " for sign in text)
    escaped = " ".join(readable.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _raw(what: str, code: str) -> Node:
    return {"t": f"Raw{what}", "c": ["typst", code]}
