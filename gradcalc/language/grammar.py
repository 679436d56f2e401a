"""The grammar of the language, and the tables of the LALR parser that Lark makes of it.

Working them out takes Lark a fifth of a second, so they come with an installed package
as JSON, and Lark is not even imported. In a checkout, whose grammar may change, they
are made when the first formula is read.
"""

import json
import os
from collections.abc import Collection
from operator import itemgetter
from typing import Any

START = "program"
# Lark's name for what follows the last lexeme.
END = "$END"

# In the place of a name. CHILD: the rule's value is its one child. HELPER: it is the
# list of its children.
CHILD, HELPER = "child", "helper"

GRAMMAR, TABLES = "expression.lark", "expression.json"


def grammar_folder() -> str:
    """The folder of grammars: in the package when installed, beside it in a checkout.

    By path: importlib.resources does not find it in an editable install.
    """
    # Not pathlib: importing it would take a thirtieth of the program's start.
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "grammars")
    if os.path.isdir(inside):
        return inside
    return os.path.join(os.path.dirname(package), "grammars")


def read_tables() -> dict[str, Any]:
    """The tables that come with the package, or new ones in a checkout."""
    try:
        with open(os.path.join(grammar_folder(), TABLES), encoding="utf-8") as file:
            packaged: dict[str, Any] = json.load(file)
            return packaged
    except FileNotFoundError:
        return make_tables()


def make_tables() -> dict[str, Any]:
    """The tables of the grammar, as data that JSON can hold.

    blank    the regular expression of what is ignored between lexemes
    lexeme   the regular expression of a lexeme, with a group named for each terminal
    states   for each state, by terminal or rule: the state that follows, from 0; or the
             rule that is complete, from -1 downwards
    rules    origin, number of children, the name of what makes a value of them (or
             CHILD or HELPER), and the positions of helpers among them
    end      the state when a program is complete; the first one is 0
    """
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    lark = Lark.open(
        os.path.join(grammar_folder(), GRAMMAR),
        start=START,
        parser="lalr",
        lexer="basic",
        keep_all_tokens=True,
        maybe_placeholders=False,
    )
    # What Lark's own generator of stand-alone parsers writes out.
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    parser = data["parser"]["parser"]
    start, end = (parser[f"{key}_states"][START] for key in ("start", "end"))
    # Lark's numbers differ from run to run; these are in the order of first use.
    order = [start]
    rules: list[list[Any]] = []
    states: list[dict[str, int]] = []
    for state in order:
        row = {}
        entries = parser["states"][state].items()
        named = [(parser["tokens"][symbol], entry) for symbol, entry in entries]
        for symbol, (reduces, argument) in sorted(named, key=itemgetter(0)):
            if reduces:
                rule = _rule(memo[argument["@"]])
                if rule not in rules:
                    rules.append(rule)
                row[symbol] = -1 - rules.index(rule)
            else:
                if argument not in order:
                    order.append(argument)
                row[symbol] = order.index(argument)
        states.append(row)
    _pass_over_single_children(states, rules)
    ignored = set(data["parser"]["lexer_conf"]["ignore"])
    blank, lexeme = _patterns(lark.terminals, ignored)
    return {
        "blank": blank,
        "lexeme": lexeme,
        "states": states,
        "rules": rules,
        "end": order.index(end),
    }


def _pass_over_single_children(
    states: list[dict[str, int]], rules: list[list[Any]]
) -> None:
    """Let no state lead to one that is there for a rule of one child alone.

    What follows that rule follows at once: a ladder of precedence has many such steps.
    """
    origins: dict[int, str] = {}
    for number, row in enumerate(states):
        if len(following := set(row.values())) == 1 and (entry := following.pop()) < 0:
            origin, _, makes, _ = rules[-1 - entry]
            if makes == CHILD:
                origins[number] = origin
    for row in states:
        for symbol, entry in row.items():
            while entry in origins:
                entry = row[origins[entry]]
            row[symbol] = entry


def _rule(rule: Any) -> list[Any]:
    """The row of a rule. Lark's helpers for repetition have names that start with _."""
    origin = rule["origin"]["name"]
    names = [symbol["name"] for symbol in rule["expansion"]]
    helpers = [position for position, name in enumerate(names) if name[0] == "_"]
    if origin[0] == "_":
        return [origin, len(names), HELPER, helpers]
    if rule["options"]["expand1"] and rule["alias"] is None and len(names) == 1:
        return [origin, 1, CHILD, []]
    return [origin, len(names), rule["alias"] or origin, helpers]


def _patterns(terminals: Collection[Any], ignored: set[str]) -> tuple[str, str]:
    """The regular expressions of blanks and of lexemes."""
    # Longest first, as Lark's own lexer orders them: "==" before "=".
    ordered = sorted(
        terminals,
        key=lambda terminal: (
            -terminal.pattern.max_width,
            -len(terminal.pattern.value),
            terminal.name,
        ),
    )
    patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in ordered}
    blanks = "|".join(patterns.pop(name) for name in list(patterns) if name in ignored)
    lexemes = "|".join(f"(?P<{name}>{regexp})" for name, regexp in patterns.items())
    return f"(?:{blanks})*", f"(?:{lexemes}|(?P<OTHER>.))(?:{blanks})*"
