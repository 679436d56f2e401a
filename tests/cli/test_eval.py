import json

import pytest

from gradcalc.cli.eval import command

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "--x1=2", "--x2=0", "--w1=-3", "--w2=1"]
BIAS = "--b=6.8813735870195432"

BARE = [
    # words, standard input, what is printed
    ([*NEURON, BIAS, "--only", "gradient.x1"], "", "-1.4999999999999993\n"),
    ([*NEURON, BIAS, "--only", "value"], "", "0.7071067811865477\n"),
    ([*NEURON, BIAS, "--only=gradient", "--precision=3"], "", "-1.5\n1\n0.5\n0\n0.5\n"),
    (["a + b", "--a=0.1", "--b=0.2", "--only=value"], "", "0.30000000000000004\n"),
    (["a + b", "--a=0.1", "--b=0.2", "--only=value", "--precision=9"], "", "0.3\n"),
    (["x + 4", "--x=1e16", "--only", "value"], "", "1.0000000000000004e16\n"),
    (["-x^2", "--x=3", "--only", "value"], "", "-9\n"),
    (["--x=3", "-x^2", "--only", "value"], "", "-9\n"),
    (["-x^2", "--x", "3", "--only", "gradient"], "", "-6\n"),
    (["-3+x", "--x", "-1", "--only", "value"], "", "-4\n"),
    (["--only", "value", "--x", "-1", "--", "-3+x"], "", "-4\n"),
    (["json*2", "--set", "json=3", "--only", "value"], "", "6\n"),
    (["θ^2", "--θ=pi", "--only", "gradient.θ"], "", "6.283185307179586\n"),
    (["sum(v)", "--v=1,2,3", "--only", "gradient"], "", "[1, 1, 1]\n"),
    (["sum(m @ v)", "--m=1,2;3,4", "--v=[1,1]", "--only", "gradient.m"], "",
     "[[1, 1], [1, 1]]\n"),
    (["2*v", "--v=1,2", "--only", "value"], "", "[2, 4]\n"),
    (["2*v", "--v=1,2", "--only", "jacobian"], "", "[[2, 0], [0, 2]]\n"),
    (["-", "--x=3", "--only", "value"], "x^2\n", "9\n"),
    (["--x=3", "--only", "value"], "x^2\n", "9\n"),
    (["--x=3", "--only", "value"], "\ufeffx^2\r\n", "9\n"),
    (["x*y", "--vars", "-", "--only", "value"], '{"x": 2, "y": 4, "z": 1}', "8\n"),
    (["x*y", "--vars=-", "--x=3", "--only", "value"], '{"x": 2, "y": 4}', "12\n"),
    (["sum(v)", "--vars=-", "--only", "value"], '{"v": [1, 2.5]}', "3.5\n"),
    (["n = x^2; n + 1", "--x=3", "--output", "n", "--only", "value"], "", "9\n"),
    (["x*y", "--x=2", "--y=3", "--wrt", "y", "--only", "gradient"], "", "2\n"),
    (["sqrt(x)", "--x=2", "--precision", "4", "--only", "value"], "", "1.414\n"),
    (["2*pi", "--pi=3", "--only", "value"], "", "6\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stdin", "out"), BARE, ids=[" ".join(row[0]) for row in BARE]
)
def test_bare_numbers(run, words, stdin, out):
    assert run("eval", *words, stdin=stdin) == (0, out, "")


def test_the_neuron_as_a_table(run):
    assert run("eval", *NEURON, BIAS) == (
        0,
        """\
           expression                value                 gradient
───────────────────────────────────────────────────────────────────
variable   x1                         2                    -1.5
variable   w1                        -3                     1
           x1*w1                     -6                     0.5
variable   x2                         0                     0.5
variable   w2                         1                     0
           x2*w2                      0                     0.5
           x1*w1 + x2*w2             -6                     0.5
variable   b                          6.881373587019543     0.5
           x1*w1 + x2*w2 + b          0.8813735870195432    0.5
output     tanh(x1*w1 + x2*w2 + b)    0.7071067811865477    1
""",
        "",
    )


def test_json_is_one_line(run):
    ran = run("eval", *NEURON, BIAS, "--json")
    assert (ran.status, ran.err, ran.out.count("\n")) == (0, "", 1)
    content = json.loads(ran.out)
    assert list(content) == [
        "schema",
        "expression",
        "value",
        "finite",
        "variables",
        "gradient",
        "labels",
        "nodes",
        "notes",
    ]
    assert content["gradient"]["x1"] == pytest.approx(-1.5, rel=1e-15)


def test_markup_is_shown_not_interpreted(run):
    ran = run("eval", "[x][0] # [bold]", "--x=3")
    assert ran.out.splitlines()[2].split() == ["output", "x", "3", "1"]


@pytest.mark.parametrize(
    ("words", "status"), [([], 0), (["--strict"], 1)], ids=["eval", "strict"]
)
def test_a_result_that_is_not_finite_is_warned_about(run, words, status):
    ran = run("eval", "exp(x)", "--x=1000", "--only", "value", *words)
    assert ran == (status, "inf\n", "warning: exp(x) is inf because x is 1000\n")


def test_what_was_not_selected_may_be_anything(run):
    ran = run(
        "eval", "where(x > 0, sqrt(x), 0)", "--x=-1", "--strict", "--only=gradient"
    )
    assert ran == (0, "0\n", "")


ERRORS = [
    # words, standard input, standard error
    (
        ["2x", "--x=1"],
        "",
        "error: there is no operator between '2' and 'x'\n  2x\n  ^^\nhint: 2*x\n",
    ),
    (
        ["x*y", "--x=1"],
        "",
        "error: no value is given for the variable y\n  x*y\n    ^\n"
        "hint: add --y=...\n",
    ),
    (
        ["x^2", "--x=3", "--presicion", "3"],
        "",
        "error: presicion is not a variable of the formula\n"
        "hint: did you mean the option --precision?\n",
    ),
    (
        ["json*2"],
        "",
        "error: no value is given for the variable json\n  json*2\n  ^^^^\n"
        "hint: --json is an option, so use --set json=...\n",
    ),
    (
        ["precision*x", "--precision=3"],
        "",
        "error: no value is given for the variables precision, x\n"
        "  precision*x\n  ^^^^^^^^^\n"
        "hint: --precision is an option, so use --set precision=3; add --x=...\n",
    ),
    (
        ["--jsn", "2^2", "--x=3"],
        "",
        "error: there is no formula, and no option --jsn\nhint: did you mean --json?\n",
    ),
    (
        ["--jsn", "x^2", "--x=3"],
        "",
        "error: the value of jsn: x is not a constant\n  x^2\n  ^\n"
        "hint: a value is a number or a formula of numbers, such as pi/4;"
        " or did you mean the option --json?\n",
    ),
    (
        ["x", "--x=3", "--y=1", "--x=4", "--set", "y=2"],
        "",
        "error: x and y are given more than once\n",
    ),
    (
        ["sum(v)", "--v=1,,2"],
        "",
        "error: the value of v: a value is missing between ',' and ','\n"
        "  1,,2\n    ^\n",
    ),
    (["x", "--x=", "--y= "], "",
     "error: x and y have no value\nhint: write --x=... --y=...\n"),
    (
        ["x", "--set", "2=3"],
        "",
        "error: --set takes NAME=VALUE, not '2=3'\nhint: write --set x=2\n",
    ),
    (
        ["x", "--x=1", "--json", "--only=value"],
        "",
        '{"error": {"kind": "usage", "message": "--json and --only are both given",'
        ' "span": null, "hint": "leave out one of them"}}\n',
    ),
    (
        ["a +", "--json"],
        "",
        '{"error": {"kind": "syntax", "message": "the formula ends after \'+\', where'
        ' a value is missing", "span": [3, 3], "hint": null}}\n',
    ),
    (
        ["x", "--x=1", "--precision=0"],
        "",
        "error: --precision: a whole number from 1 to 17 is expected, not '0'\n"
        "hint: see gradcalc eval --help\n",
    ),
    (
        ["x", "--file=f"],
        "",
        "error: a formula and --file are both given\nhint: leave out one of them\n",
    ),
    (
        ["--file=no/such"],
        "",
        "error: cannot read no/such: no such file or directory\n",
    ),
    (["--file=/"], "", "error: cannot read /: is a directory\n"),
    ([], b"x\n\xff",
     "error: standard input is not UTF-8 text: line 2 holds the byte 0xff\n"),
    (
        ["-", "--vars=-"],
        "",
        "error: standard input cannot be both the formula and the variables\n",
    ),
    (
        ["--vars=-"],
        "",
        "error: there is no formula: standard input is read for --vars\n"
        "hint: give the formula as an argument or with --file\n",
    ),
    (["\udcff"], "", "error: argument 2 is not UTF-8 text\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stdin", "err"), ERRORS, ids=[" ".join(map(ascii, r[0])) for r in ERRORS]
)
def test_mistakes(run, words, stdin, err):
    assert run("eval", *words, stdin=stdin) == (2, "", err)


def test_with_nothing_to_do_on_a_terminal_there_is_help(run):
    ran = run("eval", terminal=True)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: gradcalc eval [FORMULA] [--NAME=VALUE ...]")


def test_every_option_is_explained():
    for option in command.params:
        assert option.help
        assert all(spelling.startswith("--") for spelling in option.opts)


def test_every_example_in_the_help_runs(run, tmp_path, monkeypatch):
    import shlex

    monkeypatch.chdir(tmp_path)
    (tmp_path / "loss.grad").write_text("w^2 # the loss\n")
    (tmp_path / "weights.json").write_text('{"w": 3, "unused": 1}')
    for example in command.examples:
        before, _, words = example.partition("gradcalc eval ")
        stdin = shlex.split(before)[1] if before else ""
        ran = run("eval", *shlex.split(words.partition(" | ")[0]), stdin=stdin)
        assert (ran.status, ran.err) == (0, "")


LARGE = ["--m=[" + ",".join(["[" + ",".join(["1"] * 100) + "]"] * 400) + "]"]
LARGE += ["--v=" + ",".join(["2"] * 100)]


@pytest.mark.parametrize("words", [["--json"], ["--only=jacobian"]])
def test_an_answer_of_millions_of_gradients_is_refused(run, words):
    ran = run("eval", "m @ v", *LARGE, *words)
    assert (ran.status, ran.out) == (2, "")
    assert "the answer would hold" in ran.err
    assert "--output '[0]' asks for the gradient of one element" in ran.err
    words = [words[0].replace("jacobian", "gradient"), "--output=[0]", "--wrt=v"]
    assert run("eval", "m @ v", *LARGE, *words).status == 0


@pytest.mark.parametrize(
    ("words", "out"),
    [
        (["--only=value"], "[" + ", ".join(["200"] * 400) + "]\n"),
        (["--only=jacobian.v[3][99]"], "1\n"),
        (["--only=gradient.v[99]", "--output=[3]"], "1\n"),
    ],
)
def test_parts_of_a_large_answer_can_be_asked_for(run, words, out):
    assert run("eval", "m @ v", *LARGE, *words) == (0, out, "")


@pytest.mark.parametrize("formula", ["sqrt(x)", "log(x)*0", "sqrt(x*x)", "x/x"])
@pytest.mark.parametrize(
    "words", [["eval"], ["eval", "--json"], ["eval", "--only=gradient"], ["explain"]]
)
def test_a_warning_repeats_no_note(run, formula, words):
    ran = run(*words, formula, "--x=0", "--strict")
    (warning,) = ran.err.splitlines()
    sentence = warning.removeprefix("warning: ")
    assert ran.status == 1
    assert sentence not in ran.out
    assert sentence.startswith("the result is not finite") == (words[-1][:3] != "--o")
