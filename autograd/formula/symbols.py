r"""LaTeX commands and Unicode symbols of formulas, for worksheets, derivations and notes.

Commands are given without the backslash.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCENTS",
    "BOLD",
    "CLOSING",
    "COMPARISONS",
    "FRACTIONS",
    "FRACTION_COMMANDS",
    "FUNCTION_COMMANDS",
    "LAYOUT",
    "LETTERS",
    "SIGNS",
    "TEXT",
    "UNICODE_SIGNS",
    "UPRIGHT",
]

CLOSING: Final = {"(": ")", "[": "]"}
FRACTIONS: Final = ("½", "⅓", "⅔", "¼", "¾", "⅛")

LETTERS: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "varrho": "ρ", "sigma": "σ", "varsigma": "σ", "tau": "τ",
    "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "ell": "ℓ", "hbar": "ħ", "imath": "ı", "jmath": "ȷ", "infty": "∞", "aleph": "ℵ", "Re": "ℜ",
    "Im": "ℑ", "wp": "℘", "digamma": "ϝ", "emptyset": "∅",
}  # fmt: skip
"""Commands for letters. Variants of a letter are one letter."""

ACCENTS: Final = {
    **dict.fromkeys(("hat", "widehat"), "\u0302"), **dict.fromkeys(("bar", "overline"), "\u0304"),
    **dict.fromkeys(("tilde", "widetilde"), "\u0303"), "dot": "\u0307", "ddot": "\u0308", "check": "\u030c",
    "breve": "\u0306",
}  # fmt: skip
"""Commands for accents, and the combining characters for them."""

COMPARISONS: Final = {
    **dict.fromkeys(("le", "leq", "leqslant"), "<="), **dict.fromkeys(("ge", "geq", "geqslant"), ">="),
    **dict.fromkeys(("ne", "neq"), "!="), "lt": "<", "gt": ">",
}  # fmt: skip
SIGNS: Final = {**dict.fromkeys(("cdot", "times", "ast"), "*"), "div": "/", **COMPARISONS}
"""Commands for the signs of worksheets."""

UNICODE_SIGNS: Final = {
    **dict.fromkeys("·⋅×∗", "*"), **dict.fromkeys("−–", "-"), "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
"""Characters for the signs of worksheets."""

BOLD: Final = frozenset(("mathbf", "boldsymbol", "bm", "pmb", "bold", "textbf", "symbf"))
UPRIGHT: Final = frozenset((
    "mathrm", "mathit", "operatorname", "operatorname*", "mathcal", "mathsf", "mathtt", "mathscr", "mathfrak",
    "mathnormal", "rm", "textrm",
))  # fmt: skip
TEXT: Final = frozenset((
    "text", "textrm", "textbf", "textit", "textsc", "mbox", "textnormal", "texttt", "textsf", "hbox", "intertext",
    "shortintertext",
))  # fmt: skip
FRACTION_COMMANDS: Final = ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac")
FUNCTION_COMMANDS: Final = frozenset((
    "exp", "ln", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos", "arctan", "max", "min",
))  # fmt: skip
LAYOUT: Final = frozenset((
    ",", ";", ":", "!", "/", ">", " ", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "big", "Big",
    "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "bigm", "Bigm", "middle",
    "left", "right", "limits", "nolimits", "nonumber", "notag", "allowbreak", "hfill", "hline", "cr", "null", "bf",
    "rm", "it", "normalsize", "small", "large", "Large", "LARGE", "huge", "Huge", "tiny", "scriptsize",
    "footnotesize", "centering", "noindent", "mathstrut", "strut", "relax", "protect", "quad", "qquad", "hdots",
    "space", "thinspace", "enspace", "enskip", "nobreak", "smallskip", "medskip", "bigskip", "newline", "rule",
))  # fmt: skip
"""Commands that only affect layout."""
