"""Signs of formulas that pandoc names as typst once did: intersections, and operators in circles.

A name that typst does not know stops the whole PDF. Each sign keeps every variant that pandoc writes, since a name that is
set anew hides the old one.
"""

from __future__ import annotations

TYPST = """
#let sect = symbol("∩", ("big", "⋂"), ("and", "⩄"), ("dot", "⩀"), ("double", "⋒"), ("sq", "⊓"), ("sq.big", "⨅"))
#let times = symbol("×", ("big", "⨉"), ("circle", "⊗"), ("circle.big", "⨂"), ("div", "⋇"), ("three.l", "⋋"),
  ("three.r", "⋌"), ("l", "⋉"), ("r", "⋊"), ("square", "⊠"), ("triangle", "⨻"))
#let dot = symbol(".", ("op", "⋅"), ("basic", "."), ("c", "·"), ("circle", "⊙"), ("circle.big", "⨀"), ("square", "⊡"),
  ("double", "¨"), ("triple", "\\u{20db}"), ("quad", "\\u{20dc}"))
"""
