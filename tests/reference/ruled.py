"""Random programs whose functions have derivative rules of their own, and without them.

Names are drawn from few, so that functions hide operations, parameters hide labels, and
labels hide constants. The rules are derived here, by rules of calculus on trees.
"""

import re
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

VARIABLES = ("a", "b", "e")

modestly = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
points = st.fixed_dictionaries({name: st.floats(-2, 2) for name in VARIABLES})
_LABELS = ("k", "x", "w", "pi", "t1", "f", "t2")
_PARAMETERS = ("x", "y", "k", "a", "e", "t1")
_FUNCTIONS = ("f", "g", "exp", "sin", "cos", "tanh", "mean", "k", "a", "t1")
_LENGTH = 2

# Each function with the tree of its derivative; which functions that needs.
_CHAIN = {
    "sin": (lambda u: ("call", "cos", (u,)), {"cos"}),
    "cos": (lambda u: ("-", ("num", "0"), ("call", "sin", (u,))), {"sin"}),
    "tanh": (
        lambda u: (
            "-",
            ("num", "1"),
            ("*", ("call", "tanh", (u,)), ("call", "tanh", (u,))),
        ),
        set(),
    ),
    "expm1": (lambda u: ("call", "exp", (u,)), {"exp"}),
}


@dataclass
class _Function:
    name: str
    # The size of each parameter by name, None for a number.
    parameters: dict
    # The tree of the default of each of the last ones.
    defaults: dict
    # The name of the function for the derivative by each leaf.
    derivatives: dict = field(default_factory=dict)


@dataclass
class RuledPrograms:
    """A program with true rules, without rules, and with wrong ones."""

    true: str
    without: str
    false: str

    def __repr__(self):
        return self.true


def _text(tree):
    kind, *parts = tree
    if kind in ("num", "name"):
        return parts[0]
    if kind == "element":
        return f"{parts[0]}[{parts[1]}]"
    if kind == "where":
        return f"where({_text(parts[0])} > 0, {_text(parts[1])}, {_text(parts[2])})"
    if kind == "call":
        return f"{parts[0]}({', '.join(map(_argument, parts[1]))})"
    return f"({_text(parts[0])} {kind} {_text(parts[1])})"


def _argument(tree):
    if isinstance(tree, list):
        return f"[{', '.join(map(_text, tree))}]"
    return _text(tree)


_NONE = ("", "")
_ZERO = ("num", "0")


def _plus(left, right):
    return right if left == _ZERO else left if right == _ZERO else ("+", left, right)


def _times(left, right):
    return _ZERO if _ZERO in (left, right) else ("*", left, right)


def _derivative(tree, leaf, functions):
    """The tree's derivative by a name or an element of one."""
    kind, *parts = tree
    if tree == leaf:
        return ("num", "1")
    if kind in ("num", "name", "element"):
        return _ZERO
    if kind == "where":
        condition, *sides = parts
        first, second = (_derivative(side, leaf, functions) for side in sides)
        return (
            _ZERO if first == second == _ZERO else ("where", condition, first, second)
        )
    if kind == "call":
        return _of_call(parts[0], parts[1], leaf, functions)
    left, right = parts
    by_left, by_right = (_derivative(part, leaf, functions) for part in parts)
    if kind == "*":
        return _plus(_times(by_left, right), _times(left, by_right))
    if kind == "-" and by_right != _ZERO:
        return ("-", by_left, by_right)
    return _plus(by_left, by_right)


def _of_call(name, arguments, leaf, functions):
    if name not in functions:
        outer = _CHAIN[name][0](arguments[0])
        return _times(outer, _derivative(arguments[0], leaf, functions))
    function = functions[name]
    total = _ZERO
    inner = {}
    for place, (parameter, size) in enumerate(function.parameters.items()):
        if place >= len(arguments):
            inner[("name", parameter)] = _of_default(
                function.defaults[parameter], inner
            )
        elif size is None:
            inner[("name", parameter)] = _derivative(arguments[place], leaf, functions)
        else:
            for index, item in enumerate(arguments[place]):
                key = ("element", parameter, index)
                inner[key] = _derivative(item, leaf, functions)
    for place, by_leaf in inner.items():
        outer = ("call", function.derivatives[place], arguments)
        total = _plus(total, _times(outer, by_leaf))
    return total


def _of_default(default, inner):
    if default[0] == "*":
        return _times(default[1], inner[default[2]])
    return _ZERO


class _Writer:
    """A program under way, and the draws it is made with."""

    def __init__(self, draw):
        self.draw = draw
        self.tops = dict.fromkeys(VARIABLES)
        self.constants = {"pi", "tau"}
        self.functions = {}
        self.derived = 0
        # The function that is being defined, which it cannot call.
        self.under_way = None
        self.lines = []

    def pick(self, items):
        return self.draw(st.sampled_from(list(items)))

    def chance(self, number):
        return self.draw(st.integers(1, number)) == 1

    def leaf(self, names):
        name = self.pick(names)
        if names[name] is None:
            return ("name", name)
        return ("element", name, self.draw(st.integers(0, _LENGTH - 1)))

    def tree(self, names, depth):
        """A tree in names of the given sizes."""
        kind = self.pick("lllcc+-*w" if depth else "lln")
        if kind == "n" or (kind == "c" and not depth):
            return ("num", self.pick(["2", "0.5", "3"]))
        if kind == "l":
            return self.leaf(names)
        if kind == "w":
            return ("where", *(self.tree(names, depth - 1) for _ in range(3)))
        if kind == "c":
            return self.call(names, depth)
        return (kind, self.tree(names, depth - 1), self.tree(names, depth - 1))

    def call(self, names, depth):
        known = [
            name
            for name, (_, needed) in _CHAIN.items()
            if not {self.under_way, *self.functions} & {name, *needed}
        ]
        name = self.pick(
            [*known, *[f for f in self.functions for _ in range(3)]] or "-"
        )
        if name == "-":
            return self.leaf(names)
        if name not in self.functions:
            return ("call", name, (self.tree(names, depth - 1),))
        return self.call_of(name, names, depth)

    def call_of(self, name, names, depth):
        function = self.functions[name]
        arguments = []
        for parameter, size in function.parameters.items():
            if parameter in function.defaults and self.chance(2):
                break
            items = [self.tree(names, depth - 1) for _ in range(size or 1)]
            arguments.append(items[0] if size is None else items)
        return ("call", name, tuple(arguments))

    def known(self):
        """Labels, variables and constants that no label has the name of."""
        return {**dict.fromkeys(self.constants - self.tops.keys()), **self.tops}

    def label(self):
        # What was a constant so far cannot become a label.
        words = set(re.findall(r"\w+", " ".join(map(str, self.lines))))
        free = [name for name in _LABELS if name not in self.tops and name not in words]
        if not free:
            return
        name = self.pick(free)
        known = self.known()
        known.pop(name, None)
        size = _LENGTH if self.chance(3) else None
        trees = [self.tree(known, 2) for _ in range(size or 1)]
        self.lines.append((f"{name} = {_argument(trees if size else trees[0])}", _NONE))
        self.tops[name] = size

    def function(self):
        free = [name for name in _FUNCTIONS if name not in self.functions]
        if not free:
            return
        names = self.draw(
            st.lists(st.sampled_from(_PARAMETERS), min_size=1, max_size=3, unique=True)
        )
        parameters = {name: _LENGTH if self.chance(4) else None for name in names}
        self.under_way = self.pick(free)
        function = _Function(self.under_way, parameters, self.defaults(parameters))
        body = self.tree({**self.known(), **parameters}, 3)
        partials = []
        for parameter, size in parameters.items():
            leaves = [("element", parameter, index) for index in range(size or 0)]
            leaves = leaves or [("name", parameter)]
            trees = [_derivative(body, leaf, self.functions) for leaf in leaves]
            own = ", ".join(parameters)
            inline = self.chance(2)
            texts = []
            for leaf, tree in zip(leaves, trees, strict=True):
                name = f"q{self.derived}"
                self.derived += 1
                function.derivatives[leaf] = name
                self.define(name, function, _text(tree))
                texts.append(_text(tree) if inline else f"{name}({own})")
            partials.append(texts[0] if size is None else f"[{', '.join(texts)}]")
        rules = (", ".join(partials), ", ".join(["7"] * len(parameters)))
        if self.chance(4):
            rules = _NONE
        self.define(function.name, function, _text(body), rules)
        self.functions[function.name] = function
        self.under_way = None

    def define(self, name, function, text, rules=_NONE):
        parameters = [
            parameter
            if parameter not in function.defaults
            else f"{parameter} = {_text(function.defaults[parameter])}"
            for parameter in function.parameters
        ]
        line = f"{name}({', '.join(parameters)}) = {text}"
        self.lines.append((line, rules))

    def defaults(self, parameters):
        """Defaults for some of the last parameters: numbers, names, multiples."""
        defaults = {}
        names = list(parameters)
        for place in range(len(names) - 1, 0, -1):
            if parameters[names[place]] is not None or self.chance(2):
                break
            earlier = [name for name in names[:place] if parameters[name] is None]
            tops = [
                name
                for name, size in self.known().items()
                if size is None and name not in parameters
            ]
            choices = [("num", "2"), *(("name", name) for name in tops)]
            choices += [("*", ("num", "3"), ("name", name)) for name in earlier]
            defaults[names[place]] = self.pick(choices)
        return dict(reversed(defaults.items()))


@st.composite
def ruled_programs(draw):
    """Programs in a, b and perhaps e; the same without rules, and with wrong ones."""
    writer = _Writer(draw)
    for _ in range(draw(st.integers(1, 6))):
        writer.function() if draw(st.booleans()) else writer.label()
    last = ("+", writer.tree(writer.known(), 3), ("*", ("name", "a"), ("name", "b")))
    for name in writer.functions:
        last = ("+", last, writer.call_of(name, writer.known(), 2))
    writer.lines.append((_text(last), _NONE))
    texts = [
        "; ".join(
            f"{line} | {rules[which]}" if which is not None and rules[0] else line
            for line, rules in writer.lines
        )
        for which in (0, None, 1)
    ]
    return RuledPrograms(*texts)
