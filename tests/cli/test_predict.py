"""`gradcalc predict`, and models in the other commands."""

import gzip
import json
import subprocess
import sys

import pytest

LINE = {
    "schema": 1,
    "model": "w*x + b",
    "inputs": ["x"],
    "target": "y",
    "loss": {"name": "mse", "first": 2.5, "last": 0.5, "validation": None},
    "epochs": 3,
    "parameters": {"w": 0.5, "b": -16},
    "formula": "0.5*x - 16",
    "stopped": "epochs used up",
}
KINDS = {
    **LINE,
    "model": "softmax([u*p + v*q, 0, 1])",
    "inputs": ["p", "q"],
    "target": "kind",
    "classes": ["cold", "mild", "hot"],
    "parameters": {"u": 1, "v": 2},
}
PAIR = {
    **LINE,
    "model": "w*v + b",
    "inputs": ["v"],
    "shapes": {"v": [2]},
    "target": ["s", "t"],
}


ONE = {**LINE, "model": "[w*x + b]"}
# w = 0.5 and b = -16, each with its sigma: 0.1 and 2.
FITTED = {
    **LINE, "names": ["w", "b"], "covariance": [[0.01, 0], [0, 4]],
    "degrees_of_freedom": 1,
}  # fmt: skip
MODELS = {"line": LINE, "kinds": KINDS, "pair": PAIR, "one": ONE, "fitted": FITTED}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, with models in it."""
    monkeypatch.chdir(tmp_path)
    for name, content in MODELS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


POINTS = {
    "number": (["line.json", "--x=32"], "0\n"),
    "constant formula": (["line.json", "--x=4*8 + 1"], "0.5\n"),
    "gradient": (
        ["line.json", "--x=33", "--gradient"], "prediction  0.5\ngradient.x  0.5\n"
    ),
    "another parameter": (["line.json", "--x=32", "--b=0"], "16\n"),
    "unrounded": (["line.json", "--x=0.6", "--b=-0.1"], "0.19999999999999998\n"),
    "rounded": (["line.json", "--x=0.6", "--b=-0.1", "--precision=6"], "0.2\n"),
    "class": (["kinds.json", "--p=1", "--q=2"], "cold\n"),
    "scores": (
        ["kinds.json", "--p=0", "--q=0", "--scores", "--precision=3"],
        "prediction  hot\nscore.cold  0.212\nscore.mild  0.212\nscore.hot   0.576\n",
    ),
    "fitted": (["fitted.json", "--x=0"], "-16\n"),
    "interval": (
        ["fitted.json", "--x=0", "--interval=0.5"],
        "prediction  -16\nsigma       2\nlower       -18\nupper       -14\n",
    ),
    "list of one": (
        ["one.json", "--x=33", "--gradient"], "prediction  0.5\ngradient.x  0.5\n"
    ),
    "list": (
        ["pair.json", "--v=32,34", "--gradient"],
        "prediction.s     0\nprediction.t     1\n"
        "gradient.s.v[0]  0.5\ngradient.s.v[1]  0\n"
        "gradient.t.v[0]  0\ngradient.t.v[1]  0.5\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "text"), POINTS.values(), ids=POINTS)
def test_points(run, words, text):
    assert run("predict", *words) == (0, text, "")


def test_a_point_in_json(run):
    ran = run("predict", "line.json", "--x=33", "--gradient", "--json")
    assert json.loads(ran.out) == {
        "schema": 1, "prediction": 0.5, "variables": {"x": 33}, "gradient": {"x": 0.5},
    }  # fmt: skip
    content = json.loads(run("predict", "kinds.json", "--p=0", "--q=9", "--json").out)
    assert content["prediction"] == "cold"
    assert content["classes"] == ["cold", "mild", "hot"]
    assert sum(content["score"]) == pytest.approx(1)


def test_a_fitted_model_tells_a_terminal_how_sure_it_is(run):
    ran = run("predict", "fitted.json", "--x=0", shown=True)
    assert ran == (0, "-16.0 ± 2.0\n", "")
    words = ["--x=15", "--interval=0.5", "--gradient"]
    assert run("predict", "fitted.json", *words, shown=True).out == (
        "prediction  -8.5 ± 2.5, -11.0 to -6.0\ngradient.x  0.5\n"
    )
    words = ["--x=0", "--precision=4"]
    assert run("predict", "fitted.json", *words, shown=True).out == "-16 ± 2\n"
    # What is given is exact.
    words = ["--x=10", "--b=1"]
    assert run("predict", "fitted.json", *words, shown=True).out == "6.0 ± 1.0\n"


def test_a_fitted_model_in_json(run):
    content = json.loads(run("predict", "fitted.json", "--x=15", "--json").out)
    assert (content["prediction"], content["sigma"]) == (-8.5, 2.5)
    assert "lower" not in content
    words = ["--x=15", "--json", "--interval=0.5"]
    content = json.loads(run("predict", "fitted.json", *words).out)
    # Half of Student's t with one degree of freedom is within 1.
    assert content["lower"] == pytest.approx(-11, abs=1e-12)
    assert content["upper"] == pytest.approx(-6, abs=1e-12)


def test_an_interval_is_for_models_that_say_how_sure_they_are(run):
    ran = run("predict", "line.json", "--x=0", "--interval=0.95")
    assert ran == (
        2, "",
        "error: --interval: the model does not say how uncertain its parameters are\n"
        "hint: gradcalc fit --save writes a model that does\n",
    )  # fmt: skip
    ran = run("predict", "fitted.json", "--x=0", "--interval=95")
    assert (ran.status, ran.out) == (2, "")


def test_a_prediction_that_is_known_but_not_how_well(run, folder):
    content = {**FITTED, "covariance": [[0.01, 0], [0, "Infinity"]]}
    (folder / "fitted.json").write_text(json.dumps(content))
    ran = run("predict", "fitted.json", "--x=0", "--json")
    assert json.loads(ran.out)["sigma"] == "Infinity"
    assert ran.err == "warning: the prediction, its sigma or gradient is not finite\n"
    ran = run("predict", "fitted.json", "--data=-", stdin="x\n0\n1\n")
    assert ran.err == (
        "warning: 2 rows have a prediction, sigma or gradient that is not finite\n"
    )


ROWS = {
    "fitted": (
        ["fitted.json"], "x\n15\n", "x,prediction,sigma\n15,-8.5,2.5\n"
    ),
    "fitted, with a sigma of the data": (
        ["fitted.json", "--column=fit"], "x,sigma\n15,1\n",
        "x,sigma,fit,fit_sigma\n15,1,-8.5,2.5\n",
    ),
    "fitted, in json": (
        ["fitted.json", "--interval=0.5"], '{"x": 0}\n',
        '{"x": 0, "prediction": -16.0, "sigma": 2.0, "lower": -18.0,'
        ' "upper": -14.0}\n',
    ),
    "csv": (
        ["line.json"], "x,name\n32,a\n33,\"b, c\"\n",
        "x,name,prediction\n32,a,0.0\n33,\"b, c\",0.5\n",
    ),
    "tsv": (["line.json"], "name\tx\na\t32\n", "name\tx\tprediction\na\t32\t0.0\n"),
    "jsonl": (
        ["line.json", "--gradient"], '{"x": 32.00, "q": [1]}\n',
        '{"x": 32.00, "q": [1], "prediction": 0.0, "gradient": {"x": 0.5}}\n',
    ),
    "gradient": (
        ["line.json", "--gradient"], "x\n32\n", "x,prediction,gradient.x\n32,0.0,0.5\n"
    ),
    "column": (["line.json", "--column=c"], "x,prediction\n32,1\n",
               "x,prediction,c\n32,1,0.0\n"),
    "class": (["kinds.json"], "p,q\n1,2\n0,0\n", "p,q,prediction\n1,2,cold\n0,0,hot\n"),
    "list": (
        ["pair.json"], "v[0],v[1]\n32,34\n",
        "v[0],v[1],prediction.s,prediction.t\n32,34,0.0,1.0\n",
    ),
    "list in json": (
        ["pair.json"], '{"v": [32, 34]}\n',
        '{"v": [32, 34], "prediction": [0.0, 1.0]}\n',
    ),
    "no rows": (["line.json"], "x\n", "x,prediction\n"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "content", "result"), ROWS.values(), ids=ROWS)
def test_rows(run, folder, words, content, result):
    assert run("predict", *words, "--data=-", stdin=content) == (0, result, "")
    ending = "jsonl" if content.startswith("{") else "tsv" if "\t" in content else "csv"
    (folder / f"rows.{ending}").write_text(content)
    assert run("predict", *words, f"--data=rows.{ending}").out == result


def test_bad_rows(run):
    content = "x\n32\na\n33\n"
    ran = run("predict", "line.json", "--data=-", stdin=content)
    assert ran == (
        1,
        "x,prediction\n32,0.0\n",
        "error: standard input, line 3, column x: 'a' is not a number\n  a\n  ^\n",
    )
    for first_row in ("x\na\n", '{"x": "a"}\n'):
        ran = run("predict", "line.json", "--data=-", stdin=first_row)
        assert (ran.status, ran.out) == (2, "")
    ran = run("predict", "line.json", "--data=-", "--skip-bad", stdin=content)
    assert ran == (
        0,
        "x,prediction\n32,0.0\n33,0.5\n",
        "warning: 1 row is left out; the first: standard input, line 3, column x:"
        " 'a' is not a number\n",
    )


def test_predictions_that_are_not_finite(run, folder):
    content = {**LINE, "model": "w/x + b"}
    (folder / "line.json").write_text(json.dumps(content))
    ran = run("predict", "line.json", "--data=-", stdin="x\n0\n1\n")
    assert ran == (
        0,
        "x,prediction\n0,inf\n1,-15.5\n",
        "warning: 1 row has a prediction or gradient that is not finite\n",
    )
    ran = run("predict", "line.json", "--x=0", "--json")
    assert json.loads(ran.out)["prediction"] == "Infinity"
    assert ran.err == "warning: the prediction or its gradient is not finite\n"


def test_rows_come_through_the_doors_of_map(run, folder):
    (folder / "a1.csv.gz").write_bytes(gzip.compress(b"n;length (cm)\na;32\n"))
    (folder / "a2.csv").write_text("n;length (cm)\nb;33\n")
    words = ["line.json", "--data=a*.csv*", "--rename=length (cm)=x"]
    assert run("predict", *words) == (
        0, "n;x;prediction\na;32;0.0\nb;33;0.5\n", ""
    )  # fmt: skip
    ran = run(
        "predict", "line.json", "--data=-", "--delimiter=pipe", stdin="x|n\n32|a\n"
    )
    assert ran == (0, "x|n|prediction\n32|a|0.0\n", "")


MISTAKES = {
    "no model": (
        [],
        "error: there is no model\nhint: give the file that gradcalc train or fit wrote"
        " with --save: gradcalc predict model.json --x=32\n",
    ),
    "no such model": (
        ["no.json", "--x=1"], "error: cannot read no.json: no such file or directory\n"
    ),
    "nothing given": (
        ["line.json"],
        "error: there is nothing to predict from\n"
        "hint: give rows, --data FILE, or a point, --x=...\n",
    ),
    "unknown input": (
        ["line.json", "--z=1"],
        "error: no value is given for the variable x; z is not a variable of the"
        " formula\n  w*x + b\n    ^\nhint: add --x=...\n",
    ),
    "another shape": (
        ["line.json", "--x=1,2"], "error: x is a list of 2, the model takes a number\n"
    ),
    "rows and a point": (
        ["line.json", "--x=1", "--data=d.csv"],
        "error: --data and values of variables are both given\n"
        "hint: leave out one of them\n",
    ),
    "json and rows": (
        ["line.json", "--json", "--data=-"],
        '{"error": {"kind": "usage", "message": "--json is for one point; rows of data'
        ' come out as they went in", "span": null, "hint": "rows in JSON Lines come'
        ' out as JSON Lines"}}\n',
    ),
    "model and rows on standard input": (
        ["-", "--data=-"],
        "error: standard input cannot be both the model and the rows\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "page"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(run, words, page):
    assert run("predict", *words) == (2, "", page)


WRONG_ROWS = {
    "no input": (
        "a,b\n1,2\n", "standard input has no column x\nhint: its columns are a, b\n"
    ),
    "a list": (
        "x[0],x[1]\n1,2\n",
        "the column x of standard input holds a list of 2, but the model takes a"
        " number\n",
    ),
    "a prediction already": (
        "x,prediction\n1,2\n",
        "standard input has a column prediction already\n"
        "hint: give the new one another name with --column NAME\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "page"), WRONG_ROWS.values(), ids=WRONG_ROWS)
def test_wrong_rows(run, content, page):
    ran = run("predict", "line.json", "--data=-", stdin=content)
    assert ran == (2, "", f"error: {page}")


def test_an_input_called_as_a_constant_is_asked_for(run, folder):
    content = {**LINE, "model": "w*x + e", "inputs": ["x", "e"], "parameters": {"w": 2}}
    (folder / "line.json").write_text(json.dumps(content))
    assert run("predict", "line.json", "--x=1", "--e=5").out == "7\n"
    assert run("predict", "line.json", "--data=-", stdin="x,e\n1,5\n").out == (
        "x,e,prediction\n1,5,7.0\n"
    )
    assert run("predict", "line.json", "--x=1") == (
        2, "", "error: no value is given for the input e\nhint: add --e=...\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "predicted"),
    [
        (
            "x\nNaN\ninf\n-inf\n",
            "x,prediction\nNaN,NaN\ninf,inf\n-inf,-inf\n",
        ),
        (
            '{"x": "NaN"}\n{"x": "-Infinity"}\n{"x": 32}\n',
            '{"x": "NaN", "prediction": "NaN"}\n'
            '{"x": "-Infinity", "prediction": "-Infinity"}\n'
            '{"x": 32, "prediction": 0.0}\n',
        ),
    ],
    ids=["csv", "json"],
)
def test_what_was_predicted_is_predicted_from(run, rows, predicted):
    ran = run("predict", "line.json", "--data=-", stdin=rows)
    assert (ran.status, ran.out) == (0, predicted)
    assert "not finite" in ran.err


def test_every_row_is_checked_for_the_new_key(run):
    rows = '{"x": 32}\n{"x": 33, "prediction": 1}\n{"x": 34}\n'
    problem = "standard input, line 2: the row has prediction already"
    assert run("predict", "line.json", "--data=-", stdin=rows) == (
        1,
        '{"x": 32, "prediction": 0.0}\n',
        f"error: {problem}\nhint: give the new one another name with --column NAME\n",
    )
    assert run("predict", "line.json", "--data=-", "--skip-bad", stdin=rows) == (
        0,
        '{"x": 32, "prediction": 0.0}\n{"x": 34, "prediction": 1.0}\n',
        f"warning: 1 row is left out; the first: {problem}\n",
    )
    first = run("predict", "line.json", "--data=-", stdin=rows.split("\n", 1)[1])
    assert (first.status, first.out) == (2, "")


@pytest.mark.parametrize("key", ["gradient", "score"])
def test_no_key_of_a_row_is_hidden(run, key):
    rows = f'{{"p": 1, "q": 2, "{key}": 0}}\n'
    words = ["kinds.json", "--scores", "--gradient", "--data=-"]
    ran = run("predict", *words, stdin=rows)
    assert (ran.status, ran.out) == (2, "")
    assert f"the row has {key} already" in ran.err


@pytest.mark.parametrize("column", ["gradient", "score"])
@pytest.mark.parametrize("rows", ["p,q\n1,2\n", '{"p": 1, "q": 2}\n'])
def test_two_new_columns_have_two_names(run, column, rows):
    words = ["kinds.json", "--scores", "--gradient", f"--column={column}", "--data=-"]
    assert run("predict", *words, stdin=rows) == (
        2,
        "",
        f"error: there would be two columns called {column}\n"
        "hint: give the prediction another name with --column NAME\n",
    )


def test_a_list_of_very_many_predictions(run, folder):
    content = {**LINE, "parameters": {"w": [0.5] * 50_000, "b": 1}}
    (folder / "many.json").write_text(json.dumps(content))
    lines = run("predict", "many.json", "--x=2").out.splitlines()
    assert len(lines) == 50_000
    assert lines[-1].split() == ["prediction[49999]", "2"]


def test_a_class_chosen_by_numbers_that_are_not_finite_is_warned_of(run, folder):
    content = {**KINDS, "model": "[log(u*p), v*q, 0]"}
    (folder / "kinds.json").write_text(json.dumps(content))
    ran = run("predict", "kinds.json", "--data=-", stdin="p,q\n-1,2\n1,1\n")
    assert ran.out.startswith("p,q,prediction\n")
    assert ran.err == (
        "warning: 1 row has a prediction or gradient that is not finite\n"
    )


def test_other_commands_take_a_model(run):
    assert run("eval", "--model=line.json", "--x=33", "--only=value").out == "0.5\n"
    ran = run("eval", "--model=line.json", "--x=33", "--json")
    assert json.loads(ran.out)["gradient"] == {"w": 33, "x": 0.5, "b": 1}
    assert run("eval", "--model=line.json", "--x=33", "--w=1", "--only=value").out == (
        "17\n"
    )
    assert run("formula", "--model=line.json").out == "0.5*x - 16\n"
    assert "w*x + b" in run("explain", "--model=line.json", "--x=33").out
    assert "w*x + b" in run("graph", "--model=line.json", "--x=33").out
    assert "w*x + b" in run("graph", "--model=line.json").out


def test_a_model_and_a_formula_exclude_each_other(run):
    ran = run("eval", "x", "--model=line.json", "--x=1")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: a formula and --model are both given\n")


def test_rows_stream_and_a_closed_pipe_ends_it_quietly():
    # More rows than would fit in a pipe, and no end to them.
    source = subprocess.Popen(
        [sys.executable, "-c", "print('x')\nwhile True: print(32)"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "gradcalc", "predict", "line.json", "--data=-"],
        stdin=source.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    source.stdout.close()
    assert [process.stdout.readline() for _ in range(2)] == [
        b"x,prediction\n",
        b"32,0.0\n",
    ]
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=20) == 0
    source.wait(timeout=20)


@pytest.mark.parametrize("piped", [False, True], ids=["file", "pipe"])
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_files_of_columns_are_read_as_tables(run, tmp_path, monkeypatch, kind, piped):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.json").write_text(json.dumps({**LINE, "inputs": ["x"]}))
    (tmp_path / "d.csv").write_text('n,x (m)\n"a, b",2\nc,\nd,4.5\n')
    made = f"d.{kind}"
    assert run("map", "l", "--data=d.csv", "--rename=x (m)=l", f"--out={made}",
               "--only=n,l").status == 0  # fmt: skip
    words = ["predict", "m.json", "--rename=l=x"]
    source = {"stdin": (tmp_path / made).read_bytes()} if piped else {}
    words += [f"--format={kind}", "--data=-"] if piped else [f"--data={made}"]
    ran = run(*words, "--skip-bad", **source)
    assert ran.out == 'n,x,prediction\n"a, b",2.0,-15.0\nd,4.5,-13.75\n'
    where = "standard input" if piped else made
    assert ran.err == (
        f"warning: 1 row is left out; the first: {where}, line 3, column x: the cell is"
        " empty\n"
    )
    run("map", "2*l", "--l=1:3", f"--out=t.{kind}", "--only=l,value")
    ran = run("train", "w*l", f"--data=t.{kind}", "--target=value", "--json")
    assert json.loads(ran.out)["parameters"]["w"] == pytest.approx(2, rel=1e-2)


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_files_of_columns_that_cannot_be_read(run, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.json").write_text(json.dumps(LINE))
    (tmp_path / f"d.{kind}").write_bytes(b"PAR1")
    ran = run("predict", "m.json", f"--data=d.{kind}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: cannot read d.{kind}: ")
    ran = run("predict", "m.json", f"--data=no.{kind}")
    assert ran.err == f"error: cannot read no.{kind}: no such file or directory\n"
    monkeypatch.setitem(sys.modules, "polars", None)
    ran = run("predict", "m.json", f"--data=d.{kind}")
    assert ran.err == (
        "error: Parquet and Arrow files need polars: pip install 'gradcalc[data]'\n"
    )
