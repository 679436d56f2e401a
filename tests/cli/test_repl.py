"""Sessions, as `gradcalc repl < session.grad` answers them."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradcalc.cli.main import COMMANDS

FOLDER = Path(__file__).parent.parent / "golden" / "repl"
SESSIONS = sorted(FOLDER.glob("*.grad"))


@pytest.fixture
def told(run):
    """Runs a session whose lines are these."""
    return lambda *lines, words=(): run("repl", *words, stdin="\n".join(lines))


@pytest.mark.parametrize("path", SESSIONS, ids=[path.stem for path in SESSIONS])
def test_session(run, path, regenerate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = run("repl", stdin=path.read_bytes())
    printed = f"{ran.out}[stderr]\n{ran.err}[status {ran.status}]\n"
    expected = path.with_suffix(".out")
    if regenerate:
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")


def test_there_are_sessions():
    assert SESSIONS


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_names_stand_in_any_order(told, order):
    lines = ["n = x*w", "x = 3", "w = 2"]
    ran = told(*(lines[place] for place in order), "n^2", words=["--json"])
    assert (ran.status, ran.err) == (0, "")
    answer = json.loads(ran.out.splitlines()[-1])
    assert answer["value"] == 36
    assert answer["gradient"] == {"x": 24, "w": 36}


def test_a_name_typed_again_is_what_it_is_then(told):
    ran = told("x = 3", "y = 2*x", "x = 5", "y", "f(t) = t^2", "f(t) = t^3", "f(x)")
    assert "y = 6\nx = 5\n10\n" in ran.out
    assert "125\n" in ran.out


WRONG = {
    "q + 1": "no value is given for the variable q\n  q + 1\n  ^\nhint: type q = 2\n",
    "x = 4; y = x +* 2":
        "a value is missing between '+' and '*'\n  x = 4; y = x +* 2\n"
        "                ^\n",
    "x = 4; foo(x)": "there is no function foo\n  x = 4; foo(x)\n         ^^^\n"
        "hint: did you mean floor?\n",
    "x = n + 1": "x is defined by itself, through n\n  x = n + 1\n      ^\n"
        "hint: give what is computed from it another name\n",
    "x = x + 1": "x is defined by itself\n  x = x + 1\n      ^\n"
        "hint: give what it is computed from another name\n",
    "f(t) = g(t)": "f calls itself, through g\n  f(t) = g(t)\n         ^\n"
        "hint: give what is computed from it another name\n",
    "f(t) = f(t)": "f calls itself; a function cannot be recursive\n  f(t) = f(t)\n"
        "         ^^^^\n",
    "(x": "'(' is never closed\n  (x\n  ^\nhint: add the ')' that belongs to it\n",
    "sin + x": "no value is given for the variable sin\n  sin + x\n  ^^^\n"
        "hint: to call the function, write sin(...)\n",
    "quit": "no value is given for the variable quit\n  quit\n  ^^^^\n"
        "hint: type :quit\n",
    ":dif": "there is no command ':dif'\nhint: did you mean :diff?\n",
    ":clear z": "nothing is called z\n",
    ":clear nm": "nothing is called nm\n",
    ":save": ":save needs a file\nhint: write :save session.grad\n",
    ":load no.grad": "cannot read no.grad: no such file or directory\n",
    ":vars x": ":vars stands alone, without 'x'\n",
    ":diff x +": "the formula ends after '+', where a value is missing\n  x +\n"
        "     ^\n",
    ":eval --vars=-": "cannot read standard input: it is closed\n",
    ":plot x --q=1": "",
    ":check x --nope": "",
}  # fmt: skip


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_told_and_leaves_the_session_as_it_was(told, line):
    before = ["x = 3", "n = 2*x", "f(t) = t^2", "g(t) = f(t) + 1"]
    if line == "(x":
        # What is never closed goes on to the end.
        ran = told(*before, line)
    else:
        ran = told(*before, line, ":vars")
        assert ran.out == told(*before, ":vars").out
    assert ran.status == 2
    assert ran.err.startswith(f"error: line 5: {WRONG[line]}")


def test_the_line_of_a_mistake_is_that_in_the_input(told):
    ran = told("# one", "", "sum([1,", "  2, q])", "1 + \\", " zz", "5")
    assert ran.err == (
        "error: line 4: no value is given for the variable q\n    2, q])\n       ^\n"
        "hint: type q = 2\n"
        "error: line 5: no value is given for the variable zz\n  1 +   zz\n        ^^\n"
        "hint: type zz = 2\n"
    )
    assert ran.out == "5\n"


def test_a_mistake_in_a_definition_is_shown_there(told):
    ran = told("n = w @ x", "w = [1, 2]", "x = [1, 2, 3]", "1; n")
    assert ran.status == 2
    assert "  n = w @ x\n        ^\n" in ran.err
    assert ran.out == "w = [1, 2]\nx = [1, 2, 3]\n"


COMMANDS_ON_A_FORMULA = {
    "diff": "2*x", "explain": "∂f/∂x", "graph": "x^2", "formula": "3^2",
    "eval": "x^2", "check": "agrees", "plot --x=0:1 --json": '"variable": "x"',
    "descend --steps=1 --rate=0.1": "x", "ascend --steps=1 --rate=0.1": "x",
    "uncertainty --x=2±0.1": "4.00 ± 0.40",
    "map --x=0:2 --only=value": "value",
}  # fmt: skip


@pytest.mark.parametrize("line", COMMANDS_ON_A_FORMULA)
@pytest.mark.parametrize("how", ["last", "given", "quoted", "behind"])
def test_the_commands_of_the_program_work_on_a_formula(told, line, how):
    name, _, rest = line.partition(" ")
    asked = {
        "last": f":{name} {rest}",
        "given": f":{name} x ^ 2 {rest}",
        "quoted": f':{name} "x ^ 2" {rest}',
        "behind": f":{name} {rest or '--json'} x ^ 2",
    }[how]
    ran = told("x = 3", "x^2", asked)
    assert (ran.status, ran.err) == (0, "")
    part = COMMANDS_ON_A_FORMULA[line]
    expected = [part, part.replace("^", " ^ "), '"x"']
    assert any(each in ran.out for each in expected)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(told, name):
    if name == "repl":
        assert told(":repl").status == 2
        return
    ran = told(f":help {name}", f":{name} --help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.count(f"Usage: gradcalc {name} ") == 2
    assert f":{name} " in told(":help").out


def test_help_of_sessions_and_of_functions(told):
    assert "hyperbolic tangent" in told(":help tanh").out
    assert ":save FILE" in told(":help :save").out
    assert "did you mean :help save" in told(":help sav").err


def test_a_function_of_the_session_is_shown(told):
    for command in ("functions", "help"):
        ran = told("f(t) = t^2 + 1", f":{command} f")
        assert (ran.status, ran.err) == (0, "")
        assert "f(t) = t^2 + 1" in ran.out
    (shown,) = json.loads(told("f(t) = t^2", ":help f", words=["--json"]).out)
    assert shown["definition"] == "f(t) = t^2"


def test_hints_name_commands_of_the_session(told):
    assert "hint: list them: :functions\n" in told(":functions qqqq").err


def test_thousands_of_lines_are_answered_as_they_come(told):
    # Each computed anew from the first would take minutes.
    ran = told("x0 = 1", *(f"x{k + 1} = x{k}/2 + 1" for k in range(3000)), "x5 - x4")
    assert (ran.status, ran.err) == (0, "")
    assert "x3000 = 2\n" in ran.out
    # The gradient is that by the first of all.
    assert ran.out.splitlines()[-1].split() == ["x0", "1", "-0.03125"]


def test_a_formula_behind_a_command_is_the_last_then(told):
    assert told(["x^2", ":diff"][1]).status == 2
    assert told(":diff x^3", ":diff").out == "3*x^2\n" * 2


def test_a_value_is_no_formula(told):
    assert told("x = 3", "x^2", "x = 4", ":diff").out.endswith("2*x\n")
    assert told("x = 3", "n = x^2", ":diff").out.endswith("2*x\n")
    assert told("x = 3", ":diff").status == 2


def test_options_of_commands_name_the_variables(told):
    assert told("x = 3; y = 2", ":diff x^2*y --wrt=y").out.endswith("x^2\n")
    assert told("x = 3; y = 2", ":diff x^2*y --y=5").out.endswith("10*x\n")
    assert told("f(t) = t^3", ":diff f'(z)").out == "6*z\n"
    lists = told("w = 3; v = [1, 2]; e = 2; i = 1", ":diff e*sum(w*v)*v[i]").out
    assert "d_e = v[1]*w*(v[0] + v[1])\nd_w = e*v[1]*(v[0] + v[1])\nd_v = [" in lists


def test_what_is_saved_is_read_again(told, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["f(t) = t^2", "n = f(x)*w", "w = 2", "x = 3", "n + 1"]
    saved = told(*lines, ":save a.grad")
    assert (saved.status, saved.err) == (0, "")
    assert run("eval", "--file=a.grad", "--only=value").out == "19\n"
    loaded = told(":load a.grad").out
    assert loaded == told(words=["a.grad"]).out
    assert loaded == told(*lines).out.partition("x = 3\n")[2]
    told(":load a.grad", ":save b.grad")
    assert Path("a.grad").read_text() == Path("b.grad").read_text()
    assert told(":load a.grad", ":clear x w", ":vars", ":clear", ":vars").out.endswith(
        "Nothing is defined.\n"
    )


def test_a_file_with_a_mistake_changes_nothing(told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("bad.grad").write_text("x = 1\ny = x +\n")
    ran = told("x = 3", ":load bad.grad", "x")
    assert (ran.status, ran.out) == (2, "x = 3\n3\nvariable   value   gradient\n"
        "───────────────────────────\nx          3       1\n")  # fmt: skip
    assert ran.err.startswith("error: line 2: bad.grad, line 2: the formula ends")
    assert told(words=["bad.grad"]).err.startswith("error: bad.grad, line 2: ")
    ran = told("x = 3", ":save no/such.grad")
    assert "no/such.grad" in ran.err


def test_the_status_is_the_highest(told):
    assert told("x = 3", "x^2", "").status == 0
    assert told("x = 3", ":check x^2 --expect x=5", "x").status == 1
    assert told("x = 3", ":check x^2 --expect x=5", "y").status == 2
    assert told("1", ":quit", "y").status == 0


def test_json_is_an_object_a_line(told):
    ran = told("x = 3", "f(t) = t", "x^2", "y", "[x, 2]", words=["--json"])
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["value"] for answer in answers] == [3, 9, [3, 2]]
    assert json.loads(ran.err)["error"]["message"].startswith("line 4: ")


def test_text_that_is_none(run):
    ran = run("repl", stdin=b"1\n\xff\n")
    assert (ran.status, ran.out) == (2, "1\n")
    assert "line 2 holds the byte 0xff" in ran.err
    assert run("repl", stdin=b"\xef\xbb\xbfx = 3\r\nx\r\n").status == 0
    assert run("repl") == (0, "", "")


def test_lines_at_a_terminal_without_editing(run, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    ran = run("repl", stdin="x = 3\nsum([x,\nx])\n(x\n\n:quit\n", terminal=True)
    assert ran.status == 0
    assert "x = 3\n6\n" in ran.out
    assert "'(' is never closed" in ran.err
    assert ran.err.count("> ") == 4


PIECES = st.sampled_from(
    [
        *"xywn 0123()[]+-*/^=;,'\\#:|",
        *(f":{name} " for name in ("vars", "clear", "diff", "help", "check", "graph")),
        *("sin(", "f(t) = ", "x = ", "n = ", "diff(", "--wrt", "--x=2", "[1, 2]", "\n"),
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=20))
def test_any_lines_are_answered(run, text):
    # No file may be written.
    text = text.replace("/", "*")
    ran = run("repl", stdin=text.encode("utf-8", "replace"))
    assert ran.status in (0, 1, 2)
    assert "mistake in gradcalc" not in ran.err
    assert (ran.status != 2) or ran.err
