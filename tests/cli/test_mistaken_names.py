"""Options of other commands, given to one that does not have them."""

import json
import shlex

import pytest

MODEL = json.dumps(
    {
        "schema": 1,
        "model": "2*t",
        "inputs": ["t"],
        "target": "y",
        "parameters": {},
        "loss": {"name": "mse"},
    }
)

PAGES = [
    (
        ["explain", "x^2", "--x=1", "--only", "value"],
        "error: explain has no option --only\n"
        "hint: --only is an option of eval, fit, map, ascend and others\n",
    ),
    (
        ["explain", "--expand", "x^2", "--x=1"],
        "error: explain has no option --expand\n"
        "hint: --expand is an option of eval and graph\n",
    ),
    (
        ["explain", "x^2", "--x=1", "--expand", "--gradient"],
        "error: explain has no options --expand and --gradient\n"
        "hint: --expand is an option of eval and graph; --gradient is an option of"
        " formula and predict\n",
    ),
    (
        ["eval", "x^2", "--x=1", "--epochs=3"],
        "error: eval has no option --epochs\nhint: --epochs is an option of train\n",
    ),
    (
        ["eval", "x^2", "--x=1", "--no-shuffle"],
        "error: eval has no option --no-shuffle\n"
        "hint: --no-shuffle is an option of train\n",
    ),
    (
        ["plot", "x^2", "--x=0:1", "--precision=3"],
        "error: plot has no option --precision\n"
        "hint: --precision is an option of eval, explain, diff, graph and others\n",
    ),
    (
        ["predict", "m.json", "--x=1", "--only=value"],
        "error: predict has no option --only\n"
        "hint: --only is an option of eval, fit, map, ascend and others\n",
    ),
]


@pytest.mark.parametrize(
    ("words", "page"), PAGES, ids=[" ".join(words) for words, _ in PAGES]
)
def test_the_commands_that_have_it_are_named(run, words, page):
    assert run(*words) == (2, "", page)


def test_a_variable_of_that_name_is_one(run):
    assert run("eval", "rate*x", "--rate=2", "--x=3", "--only=value").out == "6\n"
    assert run("explain", "only*2", "--only=abc").err.startswith(
        "error: the value of only: abc is not a constant\n"
    )


def test_a_near_miss_of_a_variable_goes_first(run):
    ran = run("eval", "rat*x", "--rate=2", "--x=1")
    assert ran.err.endswith("hint: rate may be meant for rat\n")


# What is given, the words of the hint that mend it, and the words that they replace.
MENDED = [
    (["eval", "x^2", "x=1"], "--x=1", ["x=1"]),
    (["eval", "x*y", "x=1", "y=2"], "--x=1 --y=2", ["x=1", "y=2"]),
    (["eval", "x=1", "x^2"], "--x=1", ["x=1"]),
    (["eval", "x^2", "-x=1"], "--x=1", ["-x=1"]),
    (["eval", "sum(v)", "v=1,2"], "--v=1,2", ["v=1,2"]),
    (["eval", "m@m", "m=1,2;3,4"], "--m='1,2;3,4'", ["m=1,2;3,4"]),
    (["eval", "json*2", "json=1"], "--set json=1", ["json=1"]),
    (["diff", "x*y", "--wrt", "x", "y"], "--wrt x,y", ["--wrt", "x", "y"]),
    (["diff", "--wrt", "x", "y", "x*y"], None, []),
    (["explain", "x*y", "--x=1", "--y=2", "--for", "x", "y"], "--for x,y",
     ["--for", "x", "y"]),
    (["diff", "x*y", "--wrt=x", "--wrt=y"], "--wrt x,y", ["--wrt=x", "--wrt=y"]),
    (["check", "x*y", "--x=1", "--y=2", "--expect", "x=2", "y=1"],
     "--expect x=2 --expect y=1", ["--expect", "x=2", "y=1"]),
    (["descend", "x*y", "--x=1", "--y=2", "--bound", "x=0:2", "y=0:3"],
     "--bound x=0:2 --bound y=0:3", ["--bound", "x=0:2", "y=0:3"]),
    (["predict", "m.json", "3"], "--t=3", ["3"]),
    (["predict", "m.json", "-3"], "--t=-3", ["-3"]),
    (["predict", "m.json", "t=3"], "--t=3", ["t=3"]),
    (["predict", "m.json", "d.csv"], "--data d.csv", ["d.csv"]),
    (["train", "w*t", "--data=d.csv", "--target=y", "--lr=0.1"], "--rate",
     ["--lr=0.1"]),
    *((["descend", "x^2", "--x=1", f"--{name}=0.1"], "--rate", [f"--{name}=0.1"])
      for name in ("lr", "LR", "learning-rate", "learning_rate", "h", "eta")),
    (["descend", "x^2", "--x=1", "--learning-rate", "0.1"], "--rate",
     ["--learning-rate", "0.1"]),
    (["descend", "x^2", "--x=1", "--max-iter=3"], "--steps", ["--max-iter=3"]),
    (["eval", "x^2", "--x=1", "--digits=3"], "--precision", ["--digits=3"]),
    *(([command, *formula, word], f"gradcalc {command} --help", [])
      for command, formula in (("eval", []), ("eval", ["x^2"]), ("train", []),
                               ("fit", []),
                               ("predict", []), ("plot", ["x"]))
      for word in ("-h", "-help", "-?")),
    (["train", "w*t", "--data=c.csv", "--target=y"], "--classes", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "hint", "replaced"), MENDED, ids=[" ".join(row[0]) for row in MENDED]
)
def test_a_hint_leads_to_something_that_works(
    run, tmp_path, monkeypatch, words, hint, replaced
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("t,y\n1,2\n2,4\n")
    (tmp_path / "c.csv").write_text("t,y\n1,a\n2,b\n")
    (tmp_path / "m.json").write_text(MODEL)
    ran = run(*words)
    assert (ran.status, ran.out) == (2, "")
    if hint is None:
        return
    told = ran.err.rpartition("hint: ")[2]
    assert hint in told
    if hint.startswith("gradcalc "):
        assert run(*hint.split()[1:]).status == 0
        return
    # An option alone stands in the place of the one that was given.
    value = replaced[-1].rpartition("=")[2] if replaced else ""
    mended = [f"{hint}={value}"] if " " not in hint and "=" not in hint else None
    kept = [word for word in words if word not in replaced]
    mended = [hint] if hint == "--classes" else mended or shlex.split(hint)
    assert run(*kept, *mended).status == 0
