"""A small paper with all that a document may hold, and how it is made into one."""

from __future__ import annotations

from pathlib import Path

from review.render.documents import build_document

TEXT = """---
title: "A paper about *spines*"
authors:
  - name: "Ada Writer"
    affiliation: "Nowhere"
bibliography: /etc/passwd
header-includes: "\\\\input{/etc/passwd}"
---

# Methods

We read @lee2020map and others [@lee2020map, p. 3]. Energy is $E = mc^2$. <!-- not printed -->

![The flow.](figures/flow.svg)

| Study | n |
|:------|--:|
| Lee   | 5 |

: One table.

> **To write:** more.

```
code with <!-- a kept comment -->
```
"""
BIB = (
    "@article{lee2020map,\n title={A map of the spine},\n author={Lee, Kim},\n year={2020},\n journal={J Invented}\n}\n"
)


def build(folder: Path, to: str, text: str = TEXT) -> bytes:
    return build_document(text, to=to, resources=folder, bibliography=folder / "references.bib")
