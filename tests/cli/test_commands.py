"""What holds for every command with variables: its names, and those of its options."""

import json
import unicodedata

import click
import pytest

from gradcalc.cli.commands import VariablesCommand
from gradcalc.cli.main import COMMANDS as COMMANDS_OF_THE_PROGRAM
from gradcalc.cli.main import program

# Each command with a name in one form in the formula and in another elsewhere, and a
# part of what it prints.
COMMANDS = [
    (["eval", "{a}^2", "--{b}=3", "--only=value"], "9"),
    (["eval", "{a}^2", "--set", "{b}=3", "--only=gradient.{b}"], "6"),
    (["eval", "{a}^2", "--vars={b}.json", "--wrt={b}", "--only=gradient"], "6"),
    (["eval", "y{a} = {a}+1; y{a}^2", "--{b}=3", "--output=y{b}", "--only=value"], "4"),
    (["explain", "{a}^2*x", "--{b}=3", "--x=2", "--for={b}"], "12"),
    (["diff", "{a}^2 + x", "--wrt={b}"], "2*{n}"),
    (["diff", "{a}^2*x", "--{b}=3"], "9"),
    (["graph", "{a}^2*x", "--{b}=3", "--x=1", "--wrt={b}"], "{n}"),
    (["formula", "{a}^2*x", "--{b}=3"], "3^2*x"),
    (["plot", "{a}^2", "--{b}=0:1", "--points=2", "--json"], "{n}"),
    (["ascend", "{a}^2", "--{b}=3", "--bound={b}=0:4", "--only=end.variables.{b}"],
     "4"),
    (["descend", "{a}^2*x", "--{b}=3", "--x=1", "--wrt={b}", "--steps=0",
      "--only=variables.{b}"], "3"),
    (["check", "{a}^2", "--{b}=3", "--expect={b}=6"], "6"),
    (["train", "{a}*q{a} + c{a}", "--data={b}.csv", "--target=t{b}", "--fix=c{b}=1",
      "--q{b}=2", "--epochs=0"], "{n}*2 + 1"),
    (["train", "sum({a}*q{a})", "--data={b}.jsonl", "--target=t{b}", "--shape=q{b}=2",
      "--set=q{b}=1", "--epochs=0", "--json"], "[1.0, 1.0]"),
    (["fit", "{a}*q{a} + c{a}", "--data={b}.csv", "--target=t{b}", "--fix=c{b}=1",
      "--bound=q{b}=0:", "--only=q{b}"], "1"),
    (["fit", "{a}*q{a}", "--data={b}.csv", "--target=sin(t{b})", "--sigma=t{b}",
      "--q{b}=1", "--only=sigma.q{b}"], "1"),
    (["predict", "{b}.model", "--{b}=3"], "6"),
    (["predict", "{b}.model", "--data={b}.jsonl"], '"prediction": 2.0'),
    (["map", "{a}^2*q{a}", "--data={b}.csv", "--q{b}=3", "--wrt={b}", "--only=d_{b}"],
     "d_{n}\n6.0\n12.0"),
    (["map", "{a}^2", "--{b}=1:2"], "{n},value,d_{n}"),
    (["uncertainty", "3*{a}", "--{b}=2±0.5", "--only=contributions.{b}"], "1.5"),
    (["solve", "{a}^2 - x", "--{b}=3", "--x=4", "--wrt={b}", "--only={b}"], "2"),
    (["solve", "{a}^2 - 4", "--{b}=0:3", "--only=variables.{b}"], "2"),
    (["functions", "\N{FULLWIDTH LATIN SMALL LETTER S}in"], "cos"),
]  # fmt: skip
FORMS = {
    "micro": ("\u00b5", "\u03bc"),
    "accent": ("e\u0301", "\u00e9"),
    "ligature": ("\ufb01", "fi"),
    "full width": ("\uff57", "w"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The files that the commands read, called by a name in either form."""
    monkeypatch.chdir(tmp_path)
    for a, b in FORMS.values():
        for one, other in ((a, b), (b, a)):
            model = {
                "schema": 1, "model": f"2*{other}", "inputs": [other], "target": "y",
                "parameters": {}, "loss": {"name": "mse"},
            }  # fmt: skip
            rows = f"{other},t{other}\n1,2\n2,3\n"
            row = json.dumps({other: 1, f"t{other}": 2})
            for ending, text in {
                "json": json.dumps({other: 3}, ensure_ascii=False),
                "csv": rows,
                "jsonl": f"{row}\n",
                "model": json.dumps(model),
            }.items():
                (tmp_path / f"{one}.{ending}").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("turned", [False, True], ids=["typed", "turned"])
@pytest.mark.parametrize(
    ("words", "part"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS]
)
def test_a_name_is_found_in_either_form(run, words, part, form, turned):
    one, other = FORMS[form][::-1] if turned else FORMS[form]
    names = {"a": one, "b": other, "n": unicodedata.normalize("NFKC", one)}
    ran = run(*(word.format(**names) for word in words))
    assert (ran.status, ran.err) == (0, "")
    assert part.format(**names) in ran.out


TWICE = [
    ["eval", "\u00b5", "--\u00b5=1", "--\u03bc=2"],
    ["eval", "\u00b5", "--\u00b5=1", "--set=\u03bc=2"],
    ["eval", "\u00b5", "--vars=twice.json"],
    ["check", "\u00b5", "--x=1", "--expect=\u00b5=1", "--expect=\u03bc=1"],
    ["train", "\u00b5", "--data=twice.jsonl", "--target=y"],
    ["fit", "\u00b5", "--data=twice.jsonl", "--target=y"],
]


@pytest.mark.parametrize("words", TWICE, ids=" ".join)
def test_two_forms_of_one_name_are_given_twice(run, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    for name in ("twice.json", "twice.jsonl"):
        (tmp_path / name).write_text('{"\u00b5": 1, "\u03bc": 2}\n', encoding="utf-8")
    ran = run(*words)
    assert (ran.status, ran.out) == (2, "")
    assert "\u00b5 (U+00B5) and \u03bc (U+03BC) are one name" in ran.err


# Each command with a variable called {name}, which has no value, and what else the
# command needs.
WITH_A_VARIABLE = {
    "eval": ["{name}*x", "--x=1"],
    "explain": ["{name}*x", "--x=1"],
    "diff": ["{name}*x", "--x=1"],
    "graph": ["{name}*x", "--x=1"],
    "plot": ["{name}*x", "--x=0:1"],
    "formula": ["{name}*x", "--x=1"],
    "train": ["{name}*x + sum(w)"],
    "fit": ["{name}*x + sum(w)"],
    "predict": ["{name}.model"],
    "ascend": ["{name}*x", "--x=1"],
    "descend": ["{name}*x", "--x=1"],
    "uncertainty": ["{name}*x", "--x=1"],
    "solve": ["[{name} - x, x - 2]", "--x=1"],
    "check": ["{name}*x", "--x=1"],
    "map": ["{name}*x"],
}
# Where a variable need not have a value.
WITHOUT_VALUES = ("diff", "graph", "formula", "train", "fit")
NEEDED = {
    "train": {"data": "rows.csv", "target": "y"},
    "fit": {"data": "rows.csv", "target": "y"},
    "map": {"data": "rows.csv"},
}
GOOD = {
    "file": "formula.txt", "model": "good.model", "vars": "vars.json",
    "data": "rows.csv",
    "target": "y", "shape": "w=2", "fix": "w=1", "set": "w=1", "expect": "x=1",
    "bound": "x=0:1", "out": "out.svg", "loss": "mae", "optimizer": "adam",
    "equals": "1",
    "correlation": "x,x=1", "correlations": "vars.json", "plot": "out.svg",
    "only": "value", "rename": "q=z", "delimiter": ",", "reduce": "sum",
}  # fmt: skip

# Of commands that take another.
GOOD_OF = {(command, "out"): "out.html" for command in ("ascend", "descend", "train")}


def _names_of_options():
    context = click.Context(program)
    for command in COMMANDS_OF_THE_PROGRAM:
        found = program.get_command(context, command)
        for parameter in found.params:
            if not isinstance(found, VariablesCommand):
                continue
            name = parameter.opts[0].removeprefix("--")
            if name.isidentifier():
                yield command, name, parameter.is_flag


OPTIONS = list(_names_of_options())


def test_every_command_with_variables_is_tried():
    assert {command for command, _, _ in OPTIONS} == set(WITH_A_VARIABLE)


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("x,y,q\n1,2,0\n2,3,0\n")
    (tmp_path / "formula.txt").write_text("x^2")
    (tmp_path / "vars.json").write_text('{"z": 2}')
    model = {"schema": 1, "target": "y", "parameters": {}, "loss": {"name": "mse"}}
    for name in {name for _, name, _ in OPTIONS} | {"good"}:
        content = {**model, "model": f"2*{name}", "inputs": [name]}
        (tmp_path / f"{name}.model").write_text(json.dumps(content))


def _words(command, name, *options):
    """The command with a variable of that name, and with the options."""
    words = [word.format(name=name) for word in WITH_A_VARIABLE[command]]
    needed = NEEDED.get(command, {})
    given = {option.partition("=")[0] for option in options}
    more = [
        f"--{key}={text}" for key, text in needed.items() if f"--{key}" not in given
    ]
    return [command, *words, *more, *options]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("text", ["3", "good"])
@pytest.mark.parametrize(("command", "name", "is_flag"), OPTIONS)
def test_an_option_that_may_be_meant_as_a_variable(run, command, name, is_flag, text):
    good = GOOD_OF.get((command, name)) or GOOD.get(name, "1")
    value = good if text == "good" else text
    option = f"--{name}" if is_flag else f"--{name}={value}"
    ran = run(*_words(command, name, option))
    assert (ran.status, ran.out) == (2, "")
    assert f"--set {name}={'...' if is_flag else value}" in ran.err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("command", "name"), [r[:2] for r in OPTIONS if not r[2]])
def test_an_option_without_its_value_may_be_meant_as_a_variable(run, command, name):
    ran = run(*_words(command, name, f"--{name}"))
    assert (ran.status, ran.out) == (2, "")
    assert f"--set {name}=..." in ran.err


def test_a_word_that_ends_with_the_name_of_an_option_is_no_option(run):
    assert run("check", "x*only", "--x=1", "--only") == (
        2,
        "",
        "error: --only has no value\nhint: write --only=...\n",
    )


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("command", "name"), [row[:2] for row in OPTIONS])
def test_a_variable_with_the_name_of_an_option_is_missing(run, command, name):
    ran = run(*_words(command, name))
    if command in WITHOUT_VALUES and name not in NEEDED.get(command, {}):
        # These need no values.
        assert (ran.status, ran.err) == (0, "")
    else:
        assert (ran.status, ran.out) == (2, "")
        assert f"--set {name}=" in ran.err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("command", "name"), [row[:2] for row in OPTIONS])
def test_set_gives_the_variable_and_leaves_the_option(run, command, name):
    ran = run(*_words(command, name, f"--set={name}=3"))
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.usefixtures("files")
def test_a_column_may_have_the_name_of_an_option(run, tmp_path):
    (tmp_path / "rows.csv").write_text("rate,y\n1,2\n2,3\n")
    words = ["train", "rate*w", "--data=rows.csv", "--target=y", "--epochs=1"]
    assert run(*words, "--rate=0.1").status == 0


def test_the_option_and_the_variable_of_its_name_are_told_apart(run):
    assert run("diff", "order*x^2", "--order=2", "--set=order=3").out == "6\n"
    assert run("diff", "order*x", "--x=1", "--order=2") == (
        2,
        "",
        "error: order is a variable of the formula, and --order is an option\n"
        "  order*x\n  ^^^^^\n"
        "hint: for the variable of that name use --set order=2\n",
    )
    ran = run("diff", "order@x", "--x=1", "--order=1,2;3,4")
    assert "--set order='1,2;3,4'" in ran.err


READS = {
    "--file": "formula",
    "--model": "model",
    "--vars": "variables",
    "--data": "rows",
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", WITH_A_VARIABLE)
def test_standard_input_is_read_once(run, command):
    options = program.get_command(click.Context(program), command).params
    known = [option.opts[0] for option in options if option.opts[0] in READS]
    for place, first in enumerate(known):
        for second in known[place + 1 :]:
            if (first, second) == ("--file", "--model"):
                continue
            formula = [] if first in ("--file", "--model") else ["good.model"]
            ran = run(command, *formula, f"{first}=-", f"{second}=-", stdin="x")
            one, other = sorted(
                (READS[first], READS[second]), key=list(READS.values()).index
            )
            message = (
                f"error: standard input cannot be both the {one} and the {other}\n"
            )
            assert ran == (2, "", message)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", [c for c in WITH_A_VARIABLE if c != "predict"])
def test_a_formula_that_is_missing_is_named(run, command):
    hint = "hint: give the formula as an argument or with --file\n"
    for option in ("--vars", *(["--data"] if command in NEEDED else [])):
        ran = run(command, f"{option}=-", stdin='{"x": 1}')
        message = f"error: there is no formula: standard input is read for {option}\n"
        assert ran == (2, "", message + hint)
    more = [f"--{key}={text}" for key, text in NEEDED.get(command, {}).items()]
    for text in ("", "\n", "# nothing\n"):
        ran = run(command, *more, stdin=text)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("error: the formula is empty\n")


FILES = {
    "missing": "no such file or directory",
    "folder": "is a directory",
    "empty": "empty",
    "bytes": "UTF-8",
}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "words",
    [
        ["eval", "--file={}"],
        ["eval", "x", "--vars={}"],
        ["eval", "--model={}"],
        ["train", "x*w", "--target=y", "--data={}"],
        ["fit", "x*w", "--target=y", "--data={}"],
        ["predict", "{}", "--x=1"],
        ["predict", "good.model", "--data={}"],
        ["predict", "good.model", "--data={}", "--format=jsonl"],
    ],
    ids=" ".join,
)
def test_a_file_that_cannot_be_read_is_named(run, tmp_path, words, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_text("")
    (tmp_path / "bytes").write_bytes(b"\xff,y\n1,2\n")
    ran = run(*(word.format(name) for word in words))
    assert (ran.status, ran.out) == (2, "")
    assert FILES[name] in ran.err
    if name != "empty" or "--file={}" not in words:
        assert name in ran.err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", WITH_A_VARIABLE)
def test_a_name_to_differentiate_by_that_is_none(run, command):
    options = program.get_command(click.Context(program), command).params
    if not any("--wrt" in option.opts for option in options):
        return
    page = (
        "error: nope is not a variable of the formula\nhint: its variables are x, y\n"
    )
    values = ["--data=rows.csv"] if command == "map" else ["--x=1", "--y=2"]
    assert run(command, "x*y", *values, "--wrt=nope") == (2, "", page)
    if command in WITHOUT_VALUES:
        assert run(command, "x*y", "--wrt=nope") == (2, "", page)


@pytest.mark.parametrize("text", ["[", "[1, 2]\n", '[\n{"x": 1, "y": 2}\n]\n'])
def test_a_list_is_no_rows(run, text):
    page = (
        "error: standard input, line 1: a row is an object, not a list\n"
        'hint: write one such as {"x": 1, "y": 2} on every line\n'
    )
    words = ["train", "x*w", "--data=-", "--target=y"]
    assert run(*words, stdin=text) == (2, "", page)
    assert run(*words, "--format=jsonl", stdin=text) == (2, "", page)


@pytest.mark.parametrize("command", ["ascend", "descend"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_start_that_is_not_finite(run, command, value):
    shown = {"nan": "NaN"}.get(value, value)
    for words in (["x^2", f"--x={value}"], ["x[1]^2", f"--x=1,{value}"]):
        ran = run(command, *words)
        name = "x[1]" if "," in words[1] else "x"
        assert ran.status == 1
        assert ran.err.startswith(f"warning: at the start, {name} is {shown}, as given")
    ran = run(command, "x^2", f"--x={value}", "--bound=x=0:9")
    assert ran == (2, "", f"error: x starts at {value}, outside its bound 0:9\n")
