"""Options take what they can use, and say so of everything else."""

import click
import pytest

from gradcalc.cli.main import COMMANDS, program
from gradcalc.cli.options import Number

DIGITS = "1" * 5000
ODD = [
    DIGITS, f"-{DIGITS}", f"1e{DIGITS}", f"1e-{DIGITS}", "9" * 19, "1e400", "nan",
    "-inf", "", "[]", "[[]]", "[[1], 2]", "1:2", f":{DIGITS}",
    "\N{ARABIC-INDIC DIGIT ONE}",
]  # fmt: skip
FORMS = ["{}", "x={}", "w={}", "x[{}]", "gradient.x[{}]"]
# The words of a command that works.
WORDS = {
    "train": ["w*x + b", "--data=d.csv", "--target=y", "--epochs=1"],
    "fit": ["w*x + b", "--data=d.csv", "--target=y"],
    "predict": ["m.json", "--x=1"],
    "functions": [],
    "repl": [],
    "map": ["x^2*y", "--data=d.csv"],
    "plot": ["x^2*y", "--x=0:1", "--y=2"],
}
MODEL = (
    '{"schema": 1, "model": "w*x", "inputs": ["x"], "target": "y",'
    ' "loss": {"name": "mse"}, "parameters": {"w": 2}}'
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("x,y\n1,2\n2,4\n")
    (tmp_path / "m.json").write_text(MODEL)


@pytest.mark.parametrize("name", COMMANDS)
def test_any_value_is_used_or_refused(run, name):
    options = [
        option
        for parameter in program.get_command(None, name).params
        if isinstance(parameter, click.Option) and not parameter.is_flag
        for option in parameter.opts
    ]
    usual = WORDS.get(name, ["x^2*y", "--x=1", "--y=2"])
    for option in options:
        words = [word for word in usual if not word.startswith(f"{option}=")]
        for form in FORMS:
            for value in ODD:
                given = f"{option}={form.format(value)}"
                ran = run(name, *words, given)
                assert "this is a mistake" not in ran.err, given[:60]
                assert ran.status in (0, 1, 2), given[:60]
                assert ran.status != 2 or (ran.out == "" and ran.err), given[:60]


NUMBERS = ["x^{}", "x*{}", "x + [1, 2][{}]", "clip(x, {0}, {0})", "y = {}; x*y"]


@pytest.mark.parametrize("name", ["eval", "diff", "explain", "graph", "formula"])
def test_any_number_in_a_formula_is_used_or_refused(run, name):
    for form in NUMBERS:
        for value in (DIGITS, f"1e{DIGITS}", f"1e-{DIGITS}", f"0.{DIGITS}"):
            for more in ([], ["--x=2"], ["--x=2", "--json"]):
                ran = run(name, form.format(value), *more)
                assert "this is a mistake" not in ran.err
                assert ran.status != 2 or (ran.out == "" and ran.err)


@pytest.mark.parametrize("option", ["--epochs", "--patience", "--batch"])
def test_more_than_can_be_counted(run, option):
    ran = run("train", *WORDS["train"][:-1], f"{option}={'9' * 19}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {option}: ")


NUMERIC = [
    (name, option.opts[0])
    for name in COMMANDS
    for option in program.get_command(None, name).params
    if isinstance(option.type, Number)
]
ABSURD = ["nan", "inf", "-inf", "1e400", "-1", "1e-400x", "x", "9" * 400 + "e9"]


@pytest.mark.parametrize("value", [*ABSURD, "9" * 5000], ids=lambda text: text[:8])
@pytest.mark.parametrize(("command", "option"), NUMERIC, ids="".join)
def test_absurd_numbers_are_refused(run, command, option, value):
    ran = run(command, "x", f"{option}={value}")
    assert (ran.status, ran.out) == (2, "")
    first, *_ = ran.err.splitlines()
    assert first.startswith(f"error: {option}: a ")
    assert "is expected, not" in first
    assert len(first) < 200


WHOLE = [
    (name, option)
    for name, option in NUMERIC
    for each in program.get_command(None, name).params
    if option in each.opts and each.type.whole
]


@pytest.mark.parametrize("value", ["9" * 19, "9" * 300, "1.5", "1e3", "0x10", ""])
@pytest.mark.parametrize(("command", "option"), WHOLE, ids="".join)
def test_whole_numbers_are_bounded(run, command, option, value):
    ran = run(command, "x", f"{option}={value}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {option}: a whole number ")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ["plot", "x*y", "--x=0:1", "--y=0:1", "--points=1001", "--out=p.png"],
            "error: --points: over two ranges at most 1000 each way are possible, not"
            " 1001\n",
        ),
        (
            ["train", "W @ [x, x]", "--shape=W=1000000x1000000", "--data=d.csv"],
            "error: W cannot be a 1000000x1000000 matrix: a formula has at most"
            " 5,000,000 nodes\n",
        ),
        (
            ["train", "sum(w)*x", f"--shape=w={'9' * 18}", "--data=d.csv"],
            f"error: w cannot be a list of {'9' * 18}: a formula has at most"
            " 5,000,000 nodes\n",
        ),
        (
            ["train", "sum(w)*x", "--shape=w=0", "--data=d.csv"],
            "error: the shape of w is not one: '0'\nhint: write --shape b=4 for a list,"
            " --shape W=4x2 for a matrix\n",
        ),
        (
            ["train", "x", f"--batch={'9' * 20}", "--data=d.csv"],
            "error: --batch: a whole number from 1 up, or all, is expected, not"
            " '99999999999999999999'\nhint: see gradcalc train --help\n",
        ),
    ],
    ids=["points", "matrix", "list", "nothing", "batch"],
)
def test_what_would_be_too_large_is_refused(run, words, error):
    target = ["--target=y"] if words[0] == "train" else []
    assert run(*words, *target) == (2, "", error)


def test_several_shapes_are_bounded_together(run, tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("x,y\n1,2\n2,3\n")
    words = ["--shape=v=3000000", "--shape=w=3000000", f"--data={data}", "--target=y"]
    ran = run("train", "sum(v)*x + sum(w)", *words)
    assert (ran.status, ran.out) == (2, "")
    sentence = "error: the formula expands to more than 5,000,000 nodes\n"
    assert ran.err == sentence + "  sum(v)*x + sum(w)\n                 ^\n"


@pytest.mark.parametrize("option", ["--for", "--wrt"])
def test_an_empty_name_is_told_of_by_the_option_that_was_typed(run, option):
    assert run("explain", "x^2", "--x=1", f"{option}=") == (
        2,
        "",
        f"error: {option} holds an empty name: ''\n"
        f"hint: write {option} x for one variable, {option} x,y for two\n",
    )
