"""Names as LaTeX: Greek letters, subscripts, words upright or in italics."""

import re
import unicodedata
from collections.abc import Iterable

# As TeX knows them; the other capitals look like Latin letters and have no command.
_COMMANDS = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho"
    " sigma tau upsilon phi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
_NAME = re.compile(r"(.+?)(?:_+(.+?)|(\d+))?((?:\[\d+\])*)", re.DOTALL)


def latex_name(name: str) -> str:
    """A name in LaTeX: `x_1` and `x1` as x_{1}, theta as \\theta, `v[0]` as v_{0}."""
    match = _NAME.fullmatch(name)
    if match is None or not match[1].strip("_"):
        return verbatim(name)
    base, word, digits, indices = match.groups()
    text = _word(base, r"\mathit")
    parts = [_word(part, r"\mathrm") for part in (word or digits,) if part]
    parts += re.findall(r"\d+", indices)
    return f"{text}_{{{', '.join(parts)}}}" if parts else text


def distinct_names(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """LaTeX for each name, no two alike: one that would be is written as typed."""
    used = set(taken)
    shown: dict[str, str] = {}
    for name in names:
        if name not in shown:
            text = latex_name(name)
            shown[name] = verbatim(name) if text in used else text
            used.add(shown[name])
    return shown


def latex_element(name: str, index: str) -> str:
    """An element of a list: its name in LaTeX with `[0]` or `[1][2]` as subscripts."""
    numbers = ", ".join(re.findall(r"\d+", index))
    if not numbers:
        return name
    if name.endswith("}") and "_{" in name:
        return f"{name[:-1]}, {numbers}}}"
    return f"{name}_{{{numbers}}}"


def verbatim(name: str) -> str:
    """The name letter by letter, as it is typed."""
    return rf"\mathtt{{{upright(name)}}}"


def upright(name: str) -> str:
    """The name with what LaTeX would take for a command made harmless."""
    return name.replace("_", r"\_")


def _word(word: str, style: str) -> str:
    """A part of a name: a Greek letter, a single letter, digits, or a word."""
    if word in _COMMANDS:
        return f"\\{word}"
    if len(word) == 1:
        return _letter(word)
    if word.isascii() and word.isdigit():
        return word
    if not word.isascii():
        return rf"\text{{{upright(word)}}}"
    return f"{style}{{{upright(word)}}}"


def _letter(letter: str) -> str:
    if letter.isascii():
        return upright(letter)
    kind, _, name = unicodedata.name(letter, "").partition(" LETTER ")
    # Unicode's name of lambda has no b.
    name = name.replace("LAMDA", "LAMBDA")
    command = name.lower() if kind == "GREEK SMALL" else name.capitalize()
    is_greek = kind in ("GREEK SMALL", "GREEK CAPITAL") and command in _COMMANDS
    return rf"\{command}" if is_greek else rf"\text{{{letter}}}"
