"""The argument splitter: which words are options, which bindings, which the formula.

Click would take `-x^2` for short options and the 2 of `--x 2` for the formula, so the
words are told apart before Click sees them: declared options first, then bindings
(`--name=value`, `--name value`), and what is left is positional.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.wording import listing, near_miss, quoted

# `--` and a name, then perhaps `=` and a value. Names are the language's; options may
# hold hyphens as well.
_NAMED = re.compile(r"--([^\W\d]\w*(?:-\w+)*)(?:=(.*))?", re.DOTALL)
_ELEMENT = re.compile(r"--([^\W\d]\w*)\[[^]=]*\]=(?!=)", re.DOTALL)
_ONE_DASH = re.compile(r"-([^\W\d]\w*)(?:=.*)?", re.DOTALL)


class Split:
    """The words of a command line, told apart.

    `options` are for Click, in order; `bindings` are (name, text of the value) pairs;
    `positionals` are what is left: the formula, if there is one. `after_flag` holds
    the positional word behind each flag, which may have been meant as its value, and
    `unknown` the names of words that look like options and are none.
    """

    def __init__(self) -> None:
        self.options: list[str] = []
        self.bindings: list[tuple[str, str]] = []
        self.positionals: list[str] = []
        self.after_flag: dict[str, str] = {}
        self.unknown: list[str] = []
        self.problem: GradcalcError | None = None


def split_arguments(
    words: Sequence[str], declared: Mapping[str, str], expected: str = "formula"
) -> Split:
    """The words told apart.

    `declared` maps each option to what it takes: "flag" (no value), "value" (one),
    "values" (it may be repeated) or "optional" (a value after "=", or none). `expected`
    says what the one positional word is.
    What is wrong is not raised but kept in `problem`, because `--help` beside a mistake
    still deserves the help.
    """
    split = Split()
    lacking: list[str] = []
    unexpected: list[str] = []
    unknown: list[str] = []
    given: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            split.positionals += words[position:]
            break
        named = _NAMED.fullmatch(word)
        if named is None:
            split.positionals.append(word)
            continue
        name, value = named.groups()
        option = "--" + name
        if option not in declared and "-" in name:
            # A formula such as `--x-1`, unless it looks like an option.
            if value is None and nearest_option(name, declared) is None:
                split.positionals.append(word)
            else:
                unknown.append(option)
            continue
        if declared.get(option) == "optional":
            # Its value is never the next word, which may be the formula.
            split.options.append(f"{option}={value or ''}")
            given.append(option)
            continue
        if declared.get(option) == "flag":
            split.options.append(option)
            if value is not None:
                unexpected.append(f"{name}={value}")
            elif position < len(words) and not _starts_option(words[position]):
                split.after_flag[words[position]] = name
            continue
        if value is None:
            if position == len(words) or _starts_option(words[position]):
                lacking.append(option)
                continue
            value = words[position]
            position += 1
        if option in declared:
            split.options.append(f"{option}={value}")
            given.append(option)
        else:
            split.bindings.append((name, value))
    # Such as --no-shuffle, which would be a formula if it were the only word.
    hyphenated = [word for word in split.positionals if _NAMED.fullmatch(word)]
    split.unknown = [
        option[2:]
        for option in (*unknown, *lacking, *hyphenated)
        if option not in declared and "=" not in option
    ]
    split.problem = (
        _unknown_options(unknown, declared)
        or _flags_with_values(unexpected)
        or _lacking_values(lacking, declared)
        or _repeated_options([word for word in given if declared[word] != "values"])
        or _element_binding(split.positionals)
        or _extra_positionals(split, expected)
    )
    return split


def _starts_option(word: str) -> bool:
    return word == "--" or _NAMED.fullmatch(word) is not None


def _near_options(options: Sequence[str], declared: Mapping[str, str]) -> list[str]:
    near = (nearest_option(option[2:], declared) for option in options)
    return list(dict.fromkeys(option for option in near if option))


def _unknown_options(
    options: Sequence[str], declared: Mapping[str, str]
) -> GradcalcError | None:
    if not options:
        return None
    near = _near_options(options, declared)
    return UsageError(
        f"there is no option {listing(options, 'or')}",
        hint=f"did you mean {listing(near)}?" if near else None,
    )


def _flags_with_values(flags: Sequence[str]) -> GradcalcError | None:
    if not flags:
        return None
    options = listing("--" + flag.partition("=")[0] for flag in flags)
    spelled = " ".join(f"--set {flag}" for flag in flags)
    return UsageError(
        f"{options} {'takes' if len(flags) == 1 else 'take'} no value",
        hint=f"for a variable of that name use {spelled}",
    )


def _lacking_values(
    options: Sequence[str], declared: Mapping[str, str]
) -> GradcalcError | None:
    if not options:
        return None
    unique = list(dict.fromkeys(options))
    verb = "has" if len(unique) == 1 else "have"
    near = _near_options([name for name in unique if name not in declared], declared)
    names = [name.removeprefix("--") for name in unique if name not in declared]
    if near:
        hint = f"did you mean {listing(near)}?"
    elif names:
        hint = "write " + " ".join(f"--{name}=..." for name in names)
    else:
        hint = None
    return UsageError(f"{listing(unique)} {verb} no value", hint=hint)


def _element_binding(positionals: Sequence[str]) -> GradcalcError | None:
    for word in positionals:
        element = _ELEMENT.match(word)
        if element:
            name = element[1]
            return BindingError(
                f"{quoted(word)} sets one element, but a list is given as a whole",
                hint=f"write --{name}=[1,2,3]",
            )
    return None


def _repeated_options(given: Sequence[str]) -> GradcalcError | None:
    twice = [option for option in dict.fromkeys(given) if given.count(option) > 1]
    if not twice:
        return None
    verb = "is" if len(twice) == 1 else "are"
    return UsageError(f"{listing(twice)} {verb} given more than once")


def _extra_positionals(split: Split, expected: str) -> GradcalcError | None:
    words = split.positionals
    if len(words) < 2:
        return None
    shown = listing(quoted(word) for word in words[:5])
    one_dash = next(filter(None, map(_ONE_DASH.fullmatch, words)), None)
    flag = split.after_flag.get(words[1])
    if one_dash:
        hint = f"variables take two dashes: --{one_dash[1]}=..."
    elif flag and len(words) == 2:
        hint = f"for a variable of that name use --set {flag}={words[1]}"
    else:
        hint = f"put the {expected} in quotes, as one word"
    return UsageError(
        f"one {expected} is expected, not {len(words)}: {shown}", hint=hint
    )


def nearest_option(name: str, options: Iterable[str]) -> str | None:
    """The option, with its dashes, that the name was probably meant to be, or None."""
    # A single letter is close to much and means nothing of it.
    if len(name) < 2:
        return None
    near = near_miss(name, [option.removeprefix("--") for option in options])
    return f"--{near}" if near else None
