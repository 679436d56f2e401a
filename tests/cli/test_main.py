import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradcalc.cli import main as cli
from gradcalc.cli.main import COMMANDS, program

ROOT = Path(cli.__file__).parent.parent.parent
NEURON = ["eval", "n = x*w + b; tanh(n)", "--x=2", "--w=-0.5", "--b=1"]


def shell(command, **environment):
    """What `sh` makes of the command, in which `gradcalc` is this gradcalc."""
    quiet = {"NO_COLOR", "LC_ALL", "PYTHONUTF8", "PYTHONIOENCODING"}
    kept = {name: value for name, value in os.environ.items() if name not in quiet}
    return subprocess.run(
        [
            "sh",
            "-c",
            f'gradcalc() {{ "{sys.executable}" -m gradcalc "$@"; }}; {command}',
        ],
        capture_output=True,
        cwd=ROOT,
        env=kept | {"LC_ALL": "C.UTF-8"} | environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_version(run):
    assert run("--version") == (0, "gradcalc 0.1.0\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_names_every_command(run, option):
    ran = run(option)
    assert (ran.status, ran.err) == (0, "")
    for name, summary in COMMANDS.items():
        assert f"  {name}" in ran.out
        assert summary in ran.out


def test_without_a_command_there_is_help(run):
    ran = run()
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: gradcalc [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run, name):
    ran = run(name, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: gradcalc {name} ")


def test_every_file_with_a_command_is_listed():
    files = Path(cli.__file__).parent.glob("*.py")
    found = {path.stem for path in files if "@click.command(" in path.read_text()}
    assert found - {"commands"} == set(COMMANDS)


def test_help_beside_a_mistake_is_help(run):
    ran = run("eval", "x", "y", "--jsn", "--help")
    assert (ran.status, ran.out[:6]) == (0, "Usage:")


MISTAKES = [
    (["evl"], "there is no command 'evl'", "did you mean gradcalc eval?"),
    (["help"], "there is no command 'help'", "gradcalc --help lists the commands"),
    (
        ["x^2"],
        "there is no command 'x^2'",
        'to evaluate a formula: gradcalc eval "FORMULA"',
    ),
    (["--verson"], "there is no option --verson", "did you mean --version?"),
]


@pytest.mark.parametrize(
    ("words", "message", "hint"), MISTAKES, ids=[row[0][0] for row in MISTAKES]
)
def test_mistakes_before_any_command(run, words, message, hint):
    assert run(*words) == (2, "", f"error: {message}\nhint: {hint}\n")


def test_with_json_an_error_is_an_object(run):
    ran = run("evl", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert json.loads(ran.err) == {
        "error": {
            "kind": "usage",
            "message": "there is no command 'evl'",
            "span": None,
            "hint": "did you mean gradcalc eval?",
        }
    }


RAISED = [
    (KeyboardInterrupt(), 130, ""),
    (click.Abort(), 130, ""),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), 0, ""),
    (
        OSError(errno.ENOSPC, "No space left on device"),
        2,
        "error: cannot write the answer: no space left on device\n",
    ),
    (MemoryError(), 2, "error: there is not enough memory for this\n"),
    (RecursionError(), 2, "error: this is nested too deeply\n"),
    (
        ZeroDivisionError("division by zero"),
        2,
        "error: this is a mistake in gradcalc: ZeroDivisionError: division by zero"
        " (test_main.py, line 0)\n"
        "hint: python -X dev -m gradcalc ... shows where it happened\n",
    ),
]


@pytest.mark.parametrize(
    ("raised", "status", "err"), RAISED, ids=[type(row[0]).__name__ for row in RAISED]
)
def test_what_goes_wrong_underneath(run, monkeypatch, raised, status, err):
    def fail(*_arguments, **_settings):
        raise raised

    monkeypatch.setattr(program, "invoke", fail)
    ran = run("eval", "x")
    shown = re.sub(r"line \d+", "line 0", ran.err)
    assert (ran.status, ran.out, shown) == (status, "", err)


SHELLS = [
    ("gradcalc eval 'x' --x=1 --json | true", 0, b""),
    ("gradcalc eval 'x' --x=1 --json | head -c 1 >/dev/null", 0, b""),
    (
        "gradcalc eval 'x' --x=1 >/dev/full",
        2,
        b"error: cannot write the answer: no space left on device\n",
    ),
    (
        "gradcalc eval 'x' --x=1 --json >/dev/full",
        2,
        b'{"error": {"kind": "file", "message": "cannot write the answer: no space left'
        b' on device", "span": null, "hint": null}}\n',
    ),
    (
        "gradcalc eval 'x' --x=1 >&-",
        2,
        b"error: cannot write the answer: standard output is closed\n",
    ),
    ("gradcalc eval 'x' --x=1 2>&- >/dev/null", 0, b""),
    ("gradcalc eval 'x' 2>&-", 2, b""),
    (
        "gradcalc eval - --x=1 <&-",
        2,
        b"error: cannot read standard input: it is closed\n",
    ),
    (
        "gradcalc eval x '--x=\\377' --x=$(printf '\\377')",
        2,
        b"error: argument 4 is not UTF-8 text\n",
    ),
]


@pytest.mark.parametrize(
    ("command", "status", "err"), SHELLS, ids=[row[0] for row in SHELLS]
)
def test_streams_that_end_or_fail(command, status, err):
    ran = shell(command)
    assert (ran.returncode, ran.stderr) == (status, err)


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_an_ascii_locale_replaces_one_for_one():
    ran = shell("gradcalc eval 'θ + η' --θ=1", **ASCII)
    assert ran.stderr == (
        b"error: no value is given for the variable ?\n  ? + ?\n      ^\n"
        b"hint: add --?=...\n"
    )


def test_an_ascii_locale_has_ascii_tables():
    ran = shell("gradcalc eval 'θ^2' --θ=3", **ASCII)
    assert ran.returncode == 0
    assert ran.stdout.decode("ascii").splitlines()[2].split() == [
        "variable", "|", "?", "|", "3", "|", "6",
    ]  # fmt: skip


def test_an_ascii_locale_has_json_with_escapes():
    ran = shell("gradcalc eval 'θ^2' --θ=3 --json", **ASCII)
    assert json.loads(ran.stdout)["gradient"] == {"θ": 6.0}


LOSSES = {
    "diff": ("diff 'x*x*θ'", b"d_x = 2*x*?\nd_? = x^2\n"),
    "formula": ("formula 'x + θ'", b"x + ?\n"),
    "dot": ("graph θ --format dot", None),
    "mermaid": ("graph θ --format mermaid", None),
    "tree": ("graph θ", None),
}


@pytest.mark.parametrize(("words", "out"), LOSSES.values(), ids=LOSSES)
def test_an_ascii_locale_warns_once_of_what_text_loses(words, out):
    ran = shell(f"gradcalc {words}", **ASCII)
    assert ran.returncode == 0
    assert ran.stdout == out if out else b"?" in ran.stdout
    assert ran.stderr == (
        b"warning: the locale cannot show U+03B8: ? stands in its place;"
        b" set PYTHONUTF8=1 or a UTF-8 locale\n"
    )


def test_many_characters_that_are_lost_are_not_all_named():
    ran = shell("gradcalc formula 'α*β*γ*δ*ε*ζ*η'", **ASCII)
    assert ran.stderr.startswith(
        b"warning: the locale cannot show U+03B1, U+03B2, U+03B3, U+03B4, U+03B5,"
        b" U+03B6, ...: ? stands in their places;"
    )


@pytest.mark.parametrize(
    "words",
    ["diff 'x*θ' --json", "diff 'x*θ' --format latex", "diff x^2", "plot x --x=0:1"],
)
def test_an_ascii_locale_does_not_warn_where_nothing_is_lost(words):
    ran = shell(f"gradcalc {words}", **ASCII)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_a_file_that_says_it_is_utf8_is_so_in_every_locale(kind):
    if kind == "svg":
        pytest.importorskip("pygraphviz")
    ran = shell(f"gradcalc graph θ --format {kind}", **ASCII)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "θ" in ran.stdout.decode("utf-8")


def test_a_utf8_locale_loses_nothing():
    ran = shell("gradcalc diff 'x*x*θ'", PYTHONUTF8="1")
    assert (ran.stdout.decode(), ran.stderr) == ("d_x = 2*x*θ\nd_θ = x^2\n", b"")


def test_completion_knows_commands_and_options():
    ran = shell("gradcalc", _GRADCALC_COMPLETE="bash_complete", COMP_WORDS="gradcalc e",
                COMP_CWORD="1")  # fmt: skip
    assert b"plain,eval" in ran.stdout
    ran = shell("gradcalc", _GRADCALC_COMPLETE="bash_complete",
                COMP_WORDS="gradcalc eval x --js", COMP_CWORD="3")  # fmt: skip
    assert (ran.stdout, ran.stderr) == (b"plain,--json\n", b"")


WORDS = st.one_of(
    st.text(max_size=12),
    st.text("-=x+*^1.[](),; \"'θ\n#", max_size=10),
    st.sampled_from(
        ["eval", "--json", "--x=2", "--x", "-1", "--", "-", "--only", "value", "--wrt",
         "x", "x^2", "--set", "--vars", "--file", "--precision", "3", "--help", "--v",
         "--v=1,2", "gradient.x", "--output", "--all", "--expand", "--strict", "v*x"]
    ),
)  # fmt: skip


@given(st.lists(WORDS, max_size=6), st.text(max_size=20))
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_words_give_an_answer_or_a_clean_error(run, words, stdin):
    ran = run("eval", *words, stdin=stdin.encode(errors="surrogatepass"))
    assert ran.status in (0, 1, 2)
    assert "mistake in gradcalc" not in ran.err
    if ran.status == 2:
        assert ran.out == ""
        assert ran.err


IMPORT_INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, *_):
        if name == "{}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
from gradcalc.__main__ import run
run()
"""


@pytest.mark.parametrize(
    "module",
    ["click", "gradcalc.cli.main", "gradcalc.cli.eval", "lark", "gradcalc.engine"],
)
def test_an_interruption_while_modules_are_loaded_is_quiet(module):
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_INTERRUPTED.format(module), "eval", "x", "--x=2"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")
