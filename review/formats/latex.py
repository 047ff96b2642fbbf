"""LaTeX in BibTeX fields: decoded to plain text, and text written so that LaTeX prints it and we read it back."""

from __future__ import annotations

import re
import unicodedata

# Accent command: the combining character it stands for.
_ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "r": "\u030a",
    "b": "\u0331",
    "d": "\u0323",
    "t": "\u0361",
}
_SYMBOLS = {
    "ss": "ß", "SS": "ẞ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textquotedbl": '"', "textquotesingle": "'", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textendash": "–", "textemdash": "—",
    "textregistered": "®", "textcopyright": "©", "texttrademark": "™", "textdegree": "°", "textmu": "µ",
    "textordfeminine": "ª", "textordmasculine": "º", "textexclamdown": "¡", "textquestiondown": "¿",
    "texteuro": "€", "euro": "€", "pounds": "£", "textsterling": "£", "textbullet": "•", "textellipsis": "…",
    "ldots": "…", "dots": "…", "textunderscore": "_", "textdollar": "$", "textpm": "±", "texttimes": "×",
    "guillemotleft": "«", "guillemotright": "»", "quotesinglbase": "‚", "quotedblbase": "„", "S": "§", "P": "¶",
    "copyright": "©", "dag": "†", "ddag": "‡", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "slash": "/",
    "times": "×", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠",
    "approx": "≈", "sim": "∼", "simeq": "≃", "equiv": "≡", "propto": "∝", "infty": "∞", "partial": "∂",
    "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "cdot": "·", "bullet": "•", "circ": "°",
    "degree": "°", "to": "→", "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒",
    "uparrow": "↑", "downarrow": "↓", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "forall": "∀", "exists": "∃", "ll": "≪", "gg": "≫", "prime": "′", "star": "⋆", "ast": "∗", "ell": "ℓ",
    "lt": "<", "gt": ">", "langle": "⟨", "rangle": "⟩", "mid": "|", "hbar": "ℏ", "quad": " ", "qquad": " ",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ",
    "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
# Hyphenation, spacing and mathematics that print nothing or a blank; any other escaped sign prints itself.
_ESCAPED = dict.fromkeys("-/!()[]", "") | dict.fromkeys("\\,;:", " ")
_LIGATURES = {"---": "—", "--": "–", "``": "“", "''": "”", "~": " ", "?`": "¿", "!`": "¡"}
_TOKEN = re.compile(
    r"""
    \\(?P<accent>["'`^~=.])\s*(?:\{\s*\\?(?P<in_braces>[^\W\d_])?\s*\}|\\(?P<dotless>[ij])(?![A-Za-z])\s*|(?P<letter>[^\W\d_]))
    |\\(?P<word_accent>[uvHckrbdt])(?:\s*\{\s*\\?(?P<word_braces>[^\W\d_])\s*\}|\s+\\?(?P<word_letter>[^\W\d_])(?![A-Za-z]))
    |\\(?P<command>[A-Za-z]+)\*?(?:\{\}|\s+(?=[^\W\d_\\{])|(?P<keep>\s+))?
    |\\(?P<escaped>[^A-Za-z\s])
    |\\(?P<blank>\s|$)
    |(?P<ligature>---?|``|''|~|\?`|!`)
    |(?P<math>\$)
    |(?P<script>[_^])
    |(?P<brace>[{}])
    """,
    re.VERBOSE,
)
_ANY = ("\\", "{", "}", "$", "~", "--", "``", "''", "?`", "!`")  # without one of these nothing is to be decoded
_ADDRESS = re.compile(r"\\href\s*\{[^{}]*\}\s*\{")  # of a link only its text is read
_SPECIAL = re.compile(r"[\\{}$&%#_~^]|(?<=-)-|(?<=`)`|(?<=')'|(?<=[?!])`")
_MARKS = re.compile(r"[\\{}]")
_WRITTEN = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    "-": "{}-", "`": "{}`", "'": "{}'"
}  # fmt: skip


def decode(text: str) -> str:
    r"""Plain text of a LaTeX field: accents composed, symbols named, commands and grouping braces gone.

    >>> decode(r"{\"U}ber {{DNA}}: $\alpha$-helix {\ss} 5\% na{\"\i}ve --- H$_2$O")
    'Über DNA: α-helix ß 5% naïve — H2O'
    """
    if not any(mark in text for mark in _ANY):
        return text
    if "\\href" in text:
        text = _ADDRESS.sub("{", text)
    math = False

    def plain(match: re.Match[str]) -> str:
        nonlocal math
        kind = match.lastgroup
        if match["math"]:
            math = not math
            return ""
        if match["brace"]:
            return ""
        if match["script"]:
            return "" if math else match["script"]
        if match["ligature"]:
            return match["ligature"] if math and match["ligature"] != "~" else _LIGATURES[match["ligature"]]
        if match["command"]:
            return _command(match)
        if match["escaped"]:
            return _ESCAPED.get(match["escaped"], match["escaped"])
        if kind == "blank":
            return " "
        return _accented(match)

    return _TOKEN.sub(plain, text)


def _command(match: re.Match[str]) -> str:
    name = match["command"]
    # After a word-like symbol LaTeX swallows the blank; after an unknown command we keep one apart from what follows.
    return _SYMBOLS.get(name, "")


def _accented(match: re.Match[str]) -> str:
    accent = match["accent"] or match["word_accent"]
    letter = (
        match["in_braces"] or match["dotless"] or match["letter"] or match["word_braces"] or match["word_letter"] or ""
    )
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent]) if letter else accent


def encode(text: str) -> str:
    r"""Text as LaTeX prints it; letters stay in UTF-8.

    >>> encode("50% of A_1 & {B}")
    '50\\% of A\\_1 \\& \\{B\\}'
    """
    return _SPECIAL.sub(lambda match: _WRITTEN.get(match.group(), "\\" + match.group()), text)


def verbatim(text: str) -> str:
    r"""A DOI or address without the backslashes many programs put in.

    >>> verbatim(r"10.1000/x\_1")
    '10.1000/x_1'
    """
    if not _MARKS.search(text):
        return text
    text = re.sub(r"\\url\s*\{([^{}]*)\}|\\href\s*\{([^{}]*)\}.*", lambda match: match[1] or match[2] or "", text)
    text = re.sub(r"\\textasciitilde(?:\{\})?|\{?\\~\{?\}?\}?|\{\$\\sim\$\}", "~", text)
    text = re.sub(r"\{\\(.)\}|\\([_%&#$])", lambda match: match[1] or match[2], text)
    return re.sub(r"(?<!\\)[{}]", "", text).replace("\\{", "{").replace("\\}", "}")
