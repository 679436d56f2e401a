"""Completion, asked for as the shells do."""

import os
import shutil
import subprocess
import sys

import click
import pytest

from gradcalc.cli.commands import VariablesCommand
from gradcalc.cli.completion import VALUES, completions
from gradcalc.cli.main import COMMANDS, main, program
from gradcalc.fitting.robust import ROBUST

PYTHON = [sys.executable, "-m", "gradcalc"]
NEURON = "tanh(x1*w1 + b)"


def complete(capfdbinary, monkeypatch, shell, words, place):
    """What the program prints when it is asked by Click's variables."""
    monkeypatch.setenv("_GRADCALC_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(place))
    assert main([]) == 0
    printed = capfdbinary.readouterr()
    assert printed.err == b""
    return printed.out.decode().splitlines()


@pytest.fixture
def ask(capfdbinary, monkeypatch):
    return lambda *asked: complete(capfdbinary, monkeypatch, *asked)


def values(words, incomplete=""):
    """The values for the word behind the words, the first of which is the command."""
    name, *rest = words
    command = program.get_command(click.Context(program), name)
    return [item.value for item in completions(command, rest, incomplete)]


@pytest.fixture
def _in_a_folder(tmp_path, monkeypatch):
    """A folder with data, which the test works in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("size,price,kind\n1,2,a\n")
    (tmp_path / "lists.jsonl").write_text('{"v": [1, 2], "y": 3}\n')


def test_bash_gets_types_and_values(ask):
    assert ask("bash", "gradcalc e", 1) == ["plain,eval", "plain,explain"]
    assert ask("bash", "gradcalc eval x --js", 3) == ["plain,--json"]
    assert ask("bash", "gradcalc eval --file f", 3) == ["file,f"]


def test_zsh_and_fish_get_help_too(ask):
    summary = COMMANDS["eval"]
    assert ask("zsh", "gradcalc ev", 1) == ["plain", "eval", summary]
    assert ask("fish", "gradcalc ev", "ev") == [f"plain,eval\t{summary}"]


@pytest.mark.usefixtures("_in_a_folder")
def test_the_words_that_bash_makes_of_one_are_one(ask):
    words = "gradcalc\ntrain\nw*size\n--data\n=\nrows.csv\n--target\n="
    assert ask("bash", words, 7) == ["plain,size", "plain,price", "plain,kind"]
    assert ask("bash", words + "\npr", 8) == ["plain,price"]
    assert ask("bash", "gradcalc\ntrain\nx\n--data\n=\nro", 5) == ["file,ro"]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_offers_its_options(name, ask):
    command = program.get_command(click.Context(program), name)
    offered = {line[6:] for line in ask("bash", f"gradcalc {name} --", 2)}
    declared = {
        spelling
        for parameter in command.get_params(click.Context(command))
        if isinstance(parameter, click.Option)
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }
    assert offered == declared


def test_no_kind_of_value_is_offered_in_vain():
    kinds = {
        getattr(parameter, "metavar", None)
        for name in COMMANDS
        for parameter in program.get_command(click.Context(program), name).params
    }
    assert {*VALUES} <= kinds


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([NEURON], ["--x1=", "--w1=", "--b="]),
        ([NEURON, "--x1=2"], ["--w1=", "--b="]),
        ([NEURON, "--x1", "2", "--b", "1"], ["--w1="]),
        (["--b=1", NEURON], ["--x1=", "--w1="]),
        (["n = a*b; f(x) = x*c; f(n) + pi"], ["--a=", "--b=", "--c="]),
        (["2 + 3"], []),
        (["a*("], []),
        (["-"], []),
        ([], []),
    ],
)
def test_variables_of_the_formula_are_offered_until_they_have_a_value(words, offered):
    assert [v for v in values(["eval", *words], "--") if v[-1] == "="] == offered


def test_a_variable_with_the_name_of_an_option_is_set():
    assert "--json=" not in values(["eval", "json*x"], "--")
    assert values(["eval", "json*x", "--set"]) == ["json=", "x="]
    assert values(["eval", "json*x", "--set"], "j") == ["json="]


def test_the_value_of_a_variable_is_not_guessed():
    assert values(["eval", "x*y", "--x"]) == values(["eval", "x*y"], "--x=") == []


def test_an_option_is_offered_once_unless_it_may_be_repeated():
    offered = values(["eval", "x", "--json", "--set", "x=1", "--only=value"], "--")
    assert not {"--json", "--only"} & {*offered}
    assert "--set" in offered


def test_the_formula_may_be_in_a_file(tmp_path):
    path = tmp_path / "formula.grad"
    path.write_text("n = x*w\ntanh(n)\n")
    assert values(["eval", "--file", str(path)], "--w") == ["--w=", "--wrt"]
    assert values(["eval", f"--file={path}"], "--output=") == ["n"]
    assert values(["eval", f"--file={path}", "--wrt"]) == ["x", "w", "n"]


def test_the_value_of_an_option_that_may_stand_alone_is_offered_behind_it():
    assert values(["fit", "a*x"], "--robust=") == [*ROBUST]
    assert values(["fit", "a*x"], "--robust=h") == ["huber"]


def test_names_are_offered_one_after_the_other():
    assert values(["eval", NEURON, "--wrt"], "x1,") == ["x1,w1", "x1,b"]
    assert values(["eval", NEURON, "--wrt"], "x1,w") == ["x1,w1"]


@pytest.mark.usefixtures("_in_a_folder")
@pytest.mark.parametrize(
    "given", [["--data", "rows.csv"], ["--data=rows.csv"], ["--data", "r*.csv"]]
)
def test_columns_of_the_data_are_offered(given):
    words = ["train", "w*size + b", *given]
    assert values([*words, "--target"]) == ["size", "price", "kind"]
    assert values(words, "--target=size,p") == ["size,price"]
    assert values([*words, "--rename"], "p") == ["price="]
    # A column has a value in each row; the others are parameters.
    assert [v for v in values(words, "--") if v[-1] == "="] == ["--w=", "--b="]


@pytest.mark.usefixtures("_in_a_folder")
def test_columns_that_are_lists_are_offered_by_their_name():
    assert values(["train", "--data=lists.jsonl", "--target"]) == ["v", "y"]


@pytest.mark.usefixtures("_in_a_folder")
@pytest.mark.parametrize("path", ["no.csv", "-", ".", "", "no*.csv"])
def test_data_that_cannot_be_read_offers_nothing(path):
    assert values(["train", "w*x", f"--data={path}", "--target"]) == []


def test_words_of_a_choice_are_offered():
    assert values(["formula", "x", "--format"], "j") == ["jax", "javascript"]
    assert values(["train", "x", "--loss"], "b") == ["bce", "bce_logits"]


def test_words_that_the_help_lists_are_offered():
    assert values(["map", "x", "--reduce"]) == ["sum", "mean"]


def test_names_of_functions_are_offered(ask):
    assert ask("bash", "gradcalc functions tan", 2) == ["plain,tan", "plain,tanh"]


def test_predict_takes_a_file():
    command = program.get_command(click.Context(program), "predict")
    assert isinstance(command, VariablesCommand)
    assert [item.type for item in completions(command, [], "m")] == ["file"]
    assert completions(command, ["model.json"], "m") == []


@pytest.mark.parametrize(
    "words", ["gradcalc nothing ", "gradcalc eval 'x*", "gradcalc eval -- --"]
)
def test_where_nothing_fits_nothing_is_offered(ask, words):
    assert "".join(ask("bash", words, len(words.split()) - (words[-1] != " "))) == ""


def test_there_is_no_other_shell(monkeypatch, capfd):
    monkeypatch.setenv("_GRADCALC_COMPLETE", "csh_source")
    assert main([]) == 1
    assert capfd.readouterr().out == ""


def shell(name, script, **environment):
    """What the shell prints that has gradcalc's completion and runs the script."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    folder = os.path.dirname(sys.executable)
    environment["PATH"] = folder + os.pathsep + os.environ["PATH"]
    ran = subprocess.run(
        [name, "-c", script], capture_output=True, env={**os.environ, **environment}
    )
    return ran.stdout.decode().split("\n")[:-1]


def in_bash(line):
    return shell(
        "bash",
        """source <(_GRADCALC_COMPLETE=bash_source gradcalc) || exit
        COMP_LINE=$LINE COMP_POINT=${#LINE}
        _gradcalc_completion gradcalc 2>/dev/null
        printf '%s\\n' "${COMPREPLY[@]}" """,
        LINE=line,
    )


def in_fish(line):
    script = '_GRADCALC_COMPLETE=fish_source gradcalc | source; complete -C "$LINE"'
    return [line.split("\t")[0] for line in shell("fish", script, LINE=line)]


@pytest.mark.usefixtures("_in_a_folder")
def test_bash_completes():
    if shutil.which("gradcalc", path=os.path.dirname(sys.executable)) is None:
        pytest.skip("gradcalc is not installed beside this Python")
    with open("odd.csv", "w") as file:
        file.write("size (cm),y\n")
    assert in_bash("gradcalc fu") == ["functions"]
    assert in_bash('gradcalc eval "θ * x" --x=2 --θ') == ["--θ="]
    assert in_bash("gradcalc train w*size --data=rows.csv --target=p") == ["price"]
    assert in_bash("gradcalc train --shape w=2 w*size --data rows.csv --target k") == [
        "kind"
    ]
    assert in_bash("gradcalc train w --data odd.csv --target s") == ["size\\ \\(cm\\)"]


@pytest.mark.usefixtures("_in_a_folder")
def test_fish_completes():
    if shutil.which("gradcalc", path=os.path.dirname(sys.executable)) is None:
        pytest.skip("gradcalc is not installed beside this Python")
    assert in_fish("gradcalc fu") == ["functions"]
    assert in_fish('gradcalc eval "a * x" --x=2 --a') == ["--a=", "--all"]
    words = "gradcalc train w*size --data=rows.csv"
    assert in_fish(f"{words} --target=p") == ["--target=price"]
    assert in_fish(f"{words} --target p") == ["price"]
    assert in_fish("gradcalc train w --data=ro") == ["--data=rows.csv"]
