"""The prompt, with keys from a pipe."""

import os
import stat

import click
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from gradcalc.cli.main import program
from gradcalc.cli.prompt import (
    Prompt,
    SessionCompleter,
    SessionLexer,
    history_file,
    kept_history,
    value_while_typed,
)
from gradcalc.cli.session_commands import Conversation

CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def conversation(run):
    # The outputs of `run` take what is printed.
    run("functions", "relu")
    conversation = Conversation()
    with click.Context(click.Command("repl")):
        conversation.answer("x = 3; n = x^2; cube(t) = t^3")
    return conversation


@pytest.fixture
def typed(conversation, tmp_path):
    """What is read when these keys are typed."""

    def typed(keys, times=1):
        with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
            prompt = Prompt(conversation, history=str(tmp_path / "kept" / "history"))
            pipe.send_text(keys)
            return [prompt.read() for _ in range(times)][-1]

    return typed


def test_enter_ends_what_is_complete(typed):
    assert typed("x^2\r") == "x^2"
    assert typed("sum([1,\r2])\r") == "sum([1,\n2])"
    assert typed("1 + \\\r2\r") == "1 + \\\n2"
    # An empty line ends what never would.
    assert typed("(x\r\r") == "(x\n"


def test_keys_of_a_shell(typed):
    with pytest.raises(KeyboardInterrupt):
        typed("x^2" + CTRL_C)
    with pytest.raises(EOFError):
        typed(CTRL_D)
    assert typed("1 + 1\r2\r", times=2) == "2"
    assert typed("tanh(2\t)\r") == "tanh(2)"


def test_the_history_is_the_users_alone(typed, tmp_path):
    folder = tmp_path / "kept"
    typed("x + 5\r")
    assert "+x + 5" in (folder / "history").read_text()
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(folder / "history").st_mode) == 0o600
    (folder / "history").chmod(0o644)
    assert list(kept_history(str(folder / "history")).load_history_strings()) == [
        "x + 5"
    ]
    assert stat.S_IMODE(os.stat(folder / "history").st_mode) == 0o600


def test_a_history_that_cannot_be_kept_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    history = kept_history(str(tmp_path / "file" / "gradcalc" / "history"))
    history.append_string("x")
    assert history.get_strings() == ["x"]
    # One that is lost while it is used goes on.
    path = tmp_path / "gradcalc" / "history"
    history = kept_history(str(path))
    path.unlink()
    path.mkdir()
    history.append_string("y")
    assert history.get_strings() == ["y"]
    assert list(kept_history(str(path)).load_history_strings()) == []


def test_where_the_history_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_file() == str(tmp_path / "gradcalc" / "history")
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        home = tmp_path / ".local" / "state" / "gradcalc" / "history"
        assert history_file() == str(home)


COMPLETED = {
    "tan": ["tan(", "tanh("],
    "2*n + cub": ["cube("],
    ":sa": [":save"],
    ":e": [":eval", ":explain"],
    ":functions tan": ["tan", "tanh"],
    ":help relu": ["relu", "relu6"],
    ":diff --wrt x n*sigmo": ["sigmoid("],
    "": [],
    "2*": [],
    ":load no": ["tes.grad"],
    ":diff --wr": ["--wrt"],
    ":diff a*b --wrt ": ["a", "b"],
    ":diff --wrt=": ["x", "n"],
    ":eval w*z --w=1 --z": ["--z="],
    ":plot n --out no": ["tes.grad"],
    ":vars --": [],
}


@pytest.mark.parametrize("text", COMPLETED)
def test_completion(conversation, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.grad").write_text("1\n")
    document = Document(text, len(text))
    completer = SessionCompleter(conversation)
    found = list(completer.get_completions(document, CompleteEvent()))
    assert [each.text for each in found] == COMPLETED[text]
    for each in found:
        assert each.display_meta_text or text.startswith(":")


def test_options_of_a_command_are_completed(conversation):
    completer = SessionCompleter(conversation)
    for name in ("diff", "eval", "train"):
        document = Document(f":{name} --", len(name) + 4)
        offered = {
            each.text for each in completer.get_completions(document, CompleteEvent())
        }
        command = program.get_command(click.Context(program), name)
        assert {"--json", "--help"} < offered
        assert {
            spelling
            for parameter in command.get_params(click.Context(command))
            for spelling in parameter.opts
            if spelling.startswith("--")
        } <= offered


def test_the_value_while_one_types(conversation):
    session = conversation.session
    shown = {
        "n + 1": "= 10", "x = 5": "= 5", "[1, 2]*x": "= [3, 6]", "f(t) = t": "",
        "n +": "", "zz": "", ":diff n": "", "": "", "cube(2)": "= 8",
        # What takes long is not waited for.
        "diff(sin(x)*exp(x^2), x, 400)": "",
    }  # fmt: skip
    for text, value in shown.items():
        assert value_while_typed(conversation, text) == value
    assert conversation.session is session


@pytest.mark.parametrize(
    "text", ["sin(x)*n + 2.5e-3 # note", ":diff cube(x)", "μ § \u0301 'x' \\", ""]
)
def test_highlighting_keeps_the_text(conversation, text):
    pieces = SessionLexer(conversation).lex_document(Document(text))(0)
    assert "".join(piece[1] for piece in pieces) == text


def test_what_is_highlighted(conversation):
    text = "cube(x)*sin(q) + 2*pi # n"
    pieces = SessionLexer(conversation).lex_document(Document(text))(0)
    styles = {piece[1]: piece[0].removeprefix("class:") for piece in pieces}
    assert {
        "cube": "function",
        "x": "known",
        "sin": "function",
        "q": "name",
        "2": "number",
        "pi": "constant",
        "# n": "comment",
    }.items() <= styles.items()
