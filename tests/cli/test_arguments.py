import pytest

from gradcalc.cli.arguments import split_arguments

DECLARED = {
    "--json": "flag",
    "--precision": "value",
    "--file": "value",
    "--set": "values",
    "--skip-bad": "flag",
    "--help": "flag",
}

SPLITS = [
    # words, options, bindings, positionals
    (["x^2"], [], [], ["x^2"]),
    (["-x^2", "--x=3"], [], [("x", "3")], ["-x^2"]),
    (["--x=3", "-x^2"], [], [("x", "3")], ["-x^2"]),
    (["-3+x", "--x", "-1"], [], [("x", "-1")], ["-3+x"]),
    (["--x", "-1", "-3+x"], [], [("x", "-1")], ["-3+x"]),
    (["--x=-3", "--y=--2", "x*y"], [], [("x", "-3"), ("y", "--2")], ["x*y"]),
    (["--json", "x"], ["--json"], [], ["x"]),
    (["x", "--precision", "3"], ["--precision=3"], [], ["x"]),
    (["x", "--precision=3"], ["--precision=3"], [], ["x"]),
    (["--set", "json=2", "--set=set=3"], ["--set=json=2", "--set=set=3"], [], []),
    (["--θ=pi/4", "sin(θ)"], [], [("θ", "pi/4")], ["sin(θ)"]),
    (["--v=[1,2]", "--m=1,2;3,4"], [], [("v", "[1,2]"), ("m", "1,2;3,4")], []),
    (["--x=a=b"], [], [("x", "a=b")], []),
    (["--x=1\n+2"], [], [("x", "1\n+2")], []),
    (["--", "--x"], [], [], ["--x"]),
    (["--x=2", "--", "-x"], [], [("x", "2")], ["-x"]),
    (["--x-1"], [], [], ["--x-1"]),
    (["--2"], [], [], ["--2"]),
    (["--(x)"], [], [], ["--(x)"]),
    (["--v[0]"], [], [], ["--v[0]"]),
    (["--v[0]==1"], [], [], ["--v[0]==1"]),
    (["-"], [], [], ["-"]),
    (["x", "--skip-bad"], ["--skip-bad"], [], ["x"]),
]


@pytest.mark.parametrize(
    ("words", "options", "bindings", "positionals"),
    SPLITS,
    ids=[" ".join(row[0]).replace("\n", "\\n") for row in SPLITS],
)
def test_words_are_told_apart(words, options, bindings, positionals):
    split = split_arguments(words, DECLARED)
    assert split.problem is None
    assert split.options == options
    assert split.bindings == bindings
    assert split.positionals == positionals


PROBLEMS = [
    (["x", "--jsn"], "--jsn has no value", "did you mean --json?"),
    (["--jsn", "--x=3", "x"], "--jsn has no value", "did you mean --json?"),
    (
        ["x", "--jsn", "--presicion"],
        "--jsn and --presicion have no value",
        "did you mean --json and --precision?",
    ),
    (["x", "--q"], "--q has no value", "write --q=..."),
    (["x", "--precision"], "--precision has no value", None),
    (["x", "--precision", "--json"], "--precision has no value", None),
    (
        ["x", "--json=3"],
        "--json takes no value",
        "for a variable of that name use --set json=3",
    ),
    (
        ["json*2", "--json", "3"],
        "one formula is expected, not 2: 'json*2' and '3'",
        "for a variable of that name use --set json=3",
    ),
    (
        ["--skip-bda", "x"],
        "there is no option --skip-bda",
        "did you mean --skip-bad?",
    ),
    (["--no-such=3", "x"], "there is no option --no-such", None),
    (
        ["--file=a", "--file", "b", "--precision=1", "--precision=2"],
        "--file and --precision are given more than once",
        None,
    ),
    (
        ["x", "--v[0]=3"],
        "'--v[0]=3' sets one element, but a list is given as a whole",
        "write --v=[1,2,3]",
    ),
    (
        ["x", "+", "1"],
        "one formula is expected, not 3: 'x', '+' and '1'",
        "put the formula in quotes, as one word",
    ),
    (
        ["x^2", "-x", "3"],
        "one formula is expected, not 3: 'x^2', '-x' and '3'",
        "variables take two dashes: --x=...",
    ),
    (
        ["--x", "-1", "--", "-3+x", "--json"],
        "one formula is expected, not 2: '-3+x' and '--json'",
        "put the formula in quotes, as one word",
    ),
]


@pytest.mark.parametrize(
    ("words", "message", "hint"), PROBLEMS, ids=[" ".join(row[0]) for row in PROBLEMS]
)
def test_mistakes_are_named(words, message, hint):
    problem = split_arguments(words, DECLARED).problem
    assert (problem.message, problem.hint) == (message, hint)
