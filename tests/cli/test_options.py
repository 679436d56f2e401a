"""Options take what they can use, and say so of everything else."""

import click
import pytest

from gradcalc.cli.main import COMMANDS, program

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
    "predict": ["m.json", "--x=1"],
    "functions": [],
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
