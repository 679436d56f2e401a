"""The argument splitter: which words are options, which bindings, which the formula.

Click would take `-x^2` for short options and the 2 of `--x 2` for the formula, so the
words are sorted before Click sees them: declared options first, then bindings
(`--name=value`, `--name value`), and what is left is positional.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from gradcalc.cli.mistaken_names import nearest_option, setting
from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.language.identifiers import NAME, repeated
from gradcalc.wording import listing, plural, quoted

# `--` and a name, then perhaps `=` and a value. Names are the language's; options may
# hold hyphens as well.
_NAMED = re.compile(rf"--({NAME}(?:-\w+)*)(?:=(.*))?", re.DOTALL)
# Compiled where they are used: hardly any command line needs them.
_ELEMENT = rf"--({NAME})\[[^]=]*\]=(?!=)"
_ASSIGNED = rf"(?s)-?({NAME})=([^=].*)"
_ONE_DASH = rf"(?s)-({NAME})(?:=.*)?"


# What asks for help elsewhere, and may be a formula here.
HELP_WORDS = ("-h", "-help", "-?", "help")


@dataclass(eq=False, repr=False)
class Split:
    """The words of a command line, sorted by what they are."""

    # For Click, in order.
    options: list[str]
    # The name and the text of the value of each.
    bindings: list[tuple[str, str]]
    # What is left: the formula, if there is one.
    positionals: list[str]
    # The names of words that look like options and are none.
    unknown: list[str]
    # What is wrong: not raised, because `--help` beside a mistake prints the help.
    problem: GradcalcError | None

    @property
    def given(self) -> dict[str, str]:
        """The text of each option, "" for a flag."""
        return dict(word.partition("=")[::2] for word in self.options)


# What a word, or an option with its value, turns out to be.
_POSITIONAL = "positional"
_BINDING = "binding"
_OPTION = "option"
_FLAG = "flag"
_FLAG_WITH_VALUE = "flag with a value"
_LACKING = "option without its value"
_UNKNOWN = "unknown option"

# The kind, the word or option, and its value.
_Piece = tuple[str, str, str]


def split_arguments(
    words: Sequence[str], declared: Mapping[str, str], expected: str = "formula"
) -> Split:
    """The words of a command line, sorted by what they are.

    `declared` maps each option to what it takes: "flag" (no value), "value" (one),
    "names" (one, which may be several names), "values" (it may be repeated) or
    "optional" (a value after "=", or none). `expected` says what the one positional
    word is.
    """
    pieces = list(_pieces(words, declared))
    unknown, lacking, positionals = (
        [text for each, text, _ in pieces if each == kind]
        for kind in (_UNKNOWN, _LACKING, _POSITIONAL)
    )
    # Such as --no-shuffle, which would be a formula if it were the only word.
    hyphenated = [word for word in positionals if _NAMED.fullmatch(word)]
    problems = chain(
        _option_problems(pieces, unknown, lacking, declared),
        _positional_problems(pieces, positionals, expected, declared),
    )
    return Split(
        options=[
            f"{option}={value}" if kind == _OPTION else option
            for kind, option, value in pieces
            if kind in (_FLAG, _FLAG_WITH_VALUE, _OPTION)
        ],
        bindings=[
            (option[2:], value) for kind, option, value in pieces if kind == _BINDING
        ],
        positionals=positionals,
        unknown=[
            option[2:]
            for option in (*unknown, *lacking, *hyphenated)
            if option not in declared and "=" not in option
        ],
        problem=next(problems, None),
    )


def _pieces(words: Sequence[str], declared: Mapping[str, str]) -> Iterator[_Piece]:
    """The words with what they are, each option together with its value.

    The value of a flag is the word after it, which may have been meant as one.
    """
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word == "--":
            yield from ((_POSITIONAL, each, "") for each in rest)
            return
        named = _NAMED.fullmatch(word)
        if named is None:
            yield _POSITIONAL, word, ""
            continue
        name, value = named.groups()
        option = "--" + name
        takes = declared.get(option)
        following = rest[0] if rest and not _starts_option(rest[0]) else None
        if takes is None and "-" in name:
            # A formula such as `--x-1`, unless it looks like an option.
            formula = value is None and nearest_option(name, declared) is None
            yield (_POSITIONAL, word, "") if formula else (_UNKNOWN, option, "")
        elif takes == "optional":
            # Its value is never the next word, which may be the formula.
            yield _OPTION, option, value or ""
        elif takes == "flag" and value is None:
            yield _FLAG, option, following or ""
        elif takes == "flag":
            yield _FLAG_WITH_VALUE, option, value
        elif value is None and following is None:
            yield _LACKING, option, ""
        else:
            kind = _OPTION if takes else _BINDING
            yield kind, option, rest.popleft() if value is None else value


def _starts_option(word: str) -> bool:
    return word == "--" or _NAMED.fullmatch(word) is not None


def _near_options(options: Sequence[str], declared: Mapping[str, str]) -> str | None:
    """The hint that names the options that were probably meant."""
    near = (nearest_option(option[2:], declared) for option in options)
    meant = list(dict.fromkeys(option for option in near if option))
    return f"did you mean {listing(meant)}?" if meant else None


def _option_problems(
    pieces: Sequence[_Piece],
    unknown: Sequence[str],
    lacking: Sequence[str],
    declared: Mapping[str, str],
) -> Iterator[GradcalcError]:
    if unknown:
        yield UsageError(
            f"there is no option {listing(unknown, 'or')}",
            hint=_near_options(unknown, declared),
        )
    flags = [(flag, value) for kind, flag, value in pieces if kind == _FLAG_WITH_VALUE]
    if flags:
        spelled = " ".join(f"--set {flag[2:]}={value}" for flag, value in flags)
        given = listing(flag for flag, _ in flags)
        yield UsageError(
            f"{given} {plural(flags, 'takes', 'take')} no value",
            hint=f"for a variable of that name use {spelled}",
        )
    if lacking:
        unique = list(dict.fromkeys(lacking))
        names = [option for option in unique if option not in declared]
        hint = _near_options(names, declared)
        if names and hint is None:
            hint = "write " + " ".join(f"{name}=..." for name in names)
        yield UsageError(
            f"{listing(unique)} {plural(unique, 'has', 'have')} no value", hint=hint
        )
    options = [option for kind, option, _ in pieces if kind == _OPTION]
    if twice := repeated([o for o in options if declared[o] != "values"]):
        names = [text for _, option, text in pieces if declared.get(option) == "names"]
        hint = f"write {options[0]} {','.join(names)}" if len(names) > 1 else None
        yield UsageError(twice, hint=hint)


def _assigned(words: Sequence[str], declared: Collection[str]) -> str:
    """The words that look like values of variables, as the options they should be."""
    found = [match for word in words if (match := re.fullmatch(_ASSIGNED, word))]
    # One of the words is the formula, and may be a label's.
    values = found if len(found) < len(words) else found[1:]
    return " ".join(setting(match[1], declared, match[2]) for match in values)


def _joined(pieces: Sequence[_Piece], declared: Mapping[str, str]) -> str:
    """An option with the words behind it that it was meant to take as well, or ""."""
    for place, (kind, option, value) in enumerate(pieces):
        following = list(
            takewhile(lambda piece: piece[0] == _POSITIONAL, pieces[place + 1 :])
        )
        words = [word for _, word, _ in following]
        takes = declared[option] if kind == _OPTION and words else ""
        if takes == "names" and all(re.fullmatch(NAME, word) for word in words):
            return f"{option} {','.join([value, *words])}"
        if takes == "values" and all(re.fullmatch(_ASSIGNED, word) for word in words):
            return " ".join(f"{option} {word}" for word in (value, *words))
    return ""


def _positional_problems(
    pieces: Sequence[_Piece],
    words: Sequence[str],
    expected: str,
    declared: Mapping[str, str],
) -> Iterator[GradcalcError]:
    for word in words:
        if "]=" in word and (element := re.match(_ELEMENT, word)):
            yield BindingError(
                f"{quoted(word)} sets one element, but a list is given as a whole",
                hint=f"write --{element[1]}=[1,2,3]",
            )
    if len(words) < 2:
        return
    shown = listing(quoted(word) for word in words[:5])
    one_dash = next((m for word in words if (m := re.fullmatch(_ONE_DASH, word))), None)
    after_flags = {
        value: flag for kind, flag, value in pieces if kind == _FLAG and value
    }
    flag = after_flags.get(words[1])
    if joined := _joined(pieces, declared):
        hint = f"write {joined}"
    elif assigned := _assigned(words, declared):
        hint = f"variables take two dashes: {assigned}"
    elif one_dash:
        hint = f"variables take two dashes: --{one_dash[1]}=..."
    elif flag and len(words) == 2:
        hint = f"for a variable of that name use --set {flag[2:]}={words[1]}"
    else:
        hint = f"put the {expected} in quotes, as one word"
    yield UsageError(
        f"one {expected} is expected, not {len(words)}: {shown}", hint=hint
    )
