"""`gradcalc train`."""

import gzip
import json
import os
import random
import statistics
import subprocess
import sys

import pytest

from gradcalc.errors import FileError

LINE = "x,y\n1,3\n2,5\n-1,-1\n"
TRAIN = ["train", "w*x + b", "--data=d.csv", "--target=y"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, with rows of y = 2*x + 1 in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text(LINE)
    return tmp_path


def test_fahrenheit_to_celsius(run, folder):
    numbers = random.Random(11)
    degrees = [numbers.uniform(-1, 1) for _ in range(1000)]
    rows = [f"{x!r},{(x - 32) * 5 / 9!r}" for x in degrees]
    (folder / "f2c.csv").write_text("\n".join(["x,y", *rows]))
    words = ["w*x + b", "--data", "f2c.csv", "--target", "y", "--loss", "mse",
             "--rate", "0.01", "--epochs", "1000", "--save", "model.json"]  # fmt: skip
    ran = run("train", *words, "--json")
    assert (ran.status, ran.err) == (0, "")
    content = json.loads(ran.out)
    assert content["parameters"]["w"] == pytest.approx(0.5555555555555556, abs=1e-9)
    assert content["parameters"]["b"] == pytest.approx(-17.77777777777778, abs=1e-9)
    del content["history"]
    assert json.loads((folder / "model.json").read_text()) == content
    ran = run("train", *words)
    assert "formula: 0.5556*x - 17.78\nsaved: model.json\n" in ran.out
    ran = run("predict", "model.json", "--x=32", "--json")
    assert json.loads(ran.out)["prediction"] == pytest.approx(0, abs=1e-9)


def test_json(run):
    ran = run(*TRAIN, "--epochs=500", "--rate=0.05", "--json")
    content = json.loads(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert list(content) == [
        "schema", "model", "inputs", "target", "loss", "epochs", "parameters",
        "formula", "stopped", "version", "seed", "rate", "optimizer", "batch", "rows",
        "history",
    ]  # fmt: skip
    assert content["schema"] == 1
    assert content["model"] == "w*x + b"
    assert (content["inputs"], content["target"]) == (["x"], "y")
    assert list(content["loss"]) == ["name", "first", "last", "validation"]
    assert content["loss"]["name"] == "mse"
    assert content["loss"]["last"] < 1e-20 < content["loss"]["first"]
    assert content["loss"]["validation"] is None
    assert (content["epochs"], content["stopped"]) == (500, "epochs used up")
    assert content["parameters"] == pytest.approx({"w": 2, "b": 1})


def test_the_page(run):
    ran = run(*TRAIN, "--w=0", "--b=0", "--epochs=1", "--rate=0.5", "--no-shuffle")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "loss     11.6667 → 75.6667  ▁\n"
        "stopped  epochs used up after 1 epoch of 3 rows\n"
        "\n"
        "parameter   value\n"
        "─────────────────\n"
        "w            0\n"
        "b           -6\n"
        "\n"
        "formula: 0*x - 6\n"
    )


def test_a_formula_of_several_statements_is_shown_on_one_line(run):
    words = ["train", "h = w*x; h^2 + b*h", "--data=d.csv", "--target=y"]
    ran = run(*words, "--w=1", "--b=1", "--epochs=0")
    assert "formula: h = 1*x; h^2 + 1*h\n" in ran.out


def test_a_model_that_cannot_be_saved_is_printed(run, monkeypatch):
    def fail(*_):
        raise FileError("cannot write m.json: no space left on device")

    monkeypatch.setattr("gradcalc.cli.output_files.replace_file", fail)
    ran = run(*TRAIN, "--save=m.json")
    assert ran.status == 2
    assert "formula: " in ran.out
    assert "saved" not in ran.out
    assert ran.err == "error: cannot write m.json: no space left on device\n"


def test_runs_repeat_and_seeds_differ(run):
    one, two, other = (
        run(*TRAIN, "--json", *seed).out for seed in ([], ["--seed=0"], ["--seed=1"])
    )
    assert one == two != other


def test_standard_input_is_data(run):
    words = ["train", "w*x + b", "--target=y", "--epochs=1", "--json"]
    by_file = run(*TRAIN, "--epochs=1", "--json").out
    assert run(*words, "--data=-", stdin=LINE).out == by_file
    assert run(*words, "--data=-", stdin=LINE.replace(",", "\t")).out == by_file
    rows = '{"x":1,"y":3}\n{"x":2,"y":5}\n{"x":-1,"y":-1}\n'
    assert run(*words, "--data=-", stdin=rows).out == by_file
    assert run(*words, "--data=-", "--format=jsonl", stdin=rows).out == by_file


def test_classes(run, folder):
    (folder / "k.csv").write_text("x,kind\n1,warm\n2,warm\n-1,cold\n-2,cold\n0,mild\n")
    words = ["train", "[w*x, v*x, b]", "--data=k.csv", "--target=kind"]
    words += ["--loss=cross_entropy_logits", "--epochs=400", "--rate=0.1"]
    content = json.loads(run(*words, "--classes", "--json").out)
    assert content["classes"] == ["cold", "mild", "warm"]
    assert 0.5 < content["accuracy"] <= 1
    ran = run(*words, "--classes=cold,warm,mild")
    assert "accuracy  100.0%\n" in ran.out


def test_validation(run):
    content = json.loads(run(*TRAIN, "--validate=0.3", "--json").out)
    assert content["loss"]["validation"] > 0
    ran = run(*TRAIN, "--validate=0.3", "--patience=2", "--rate=0.2")
    assert "validation  " in ran.out


def test_shapes_starts_and_fixes(run):
    words = ["train", "sum(W @ [x, 1]) + b", "--data=d.csv", "--target=y", "--json"]
    words += ["--shape=W=3x2", "--W=0.5", "--fix=b=pi", "--epochs=0"]
    assert json.loads(run(*words).out)["parameters"] == {
        "W": [[0.5, 0.5]] * 3,
        "b": 3.141592653589793,
    }
    assert json.loads(run(*words).out)["fixed"] == ["b"]


def test_skipped_rows_are_counted(run, folder):
    (folder / "d.csv").write_text("x,y\n1,3\n,5\n2,5\nz,1\n")
    ran = run(*TRAIN)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "error: d.csv, line 3, column x: the cell is empty\n  ,5\n  ^\n"
    ran = run(*TRAIN, "--skip-bad", "--json")
    assert ran.status == 0
    assert ran.err == (
        "warning: 2 rows are left out; the first: d.csv, line 3, column x:"
        " the cell is empty\n"
    )
    assert json.loads(ran.out)["skipped"] == 2


def test_a_dead_unit_is_reported(run, folder):
    (folder / "d.csv").write_text("x,y\n1,3\n2,5\n")
    words = ["train", "w*relu(v*x) + b", "--data=d.csv", "--target=y", "--v=-1"]
    note = (
        "relu(v*x) is dead: it is 0 on all 2 rows, so nothing passes back through it"
        " and what stands in it no longer learns; another --seed may do better\n"
    )
    assert f"note: {note}" in run(*words).out
    ran = run(*words, "--json")
    assert json.loads(ran.out)["dead"] == ["relu(v*x)"]
    assert ran.err == f"warning: {note}"


def test_a_loss_that_is_not_finite_is_the_answer_no(run, folder):
    (folder / "d.csv").write_text("x,y\n1,3\n0,5\n")
    words = ["train", "w*log(x) + b", "--data=d.csv", "--target=y", "--no-shuffle"]
    ran = run(*words, "--b=1", "--json", "--save=m.json")
    assert ran.status == 1
    assert ran.err == (
        "warning: the loss is no longer finite in epoch 1: log(x) is -inf because"
        " x is 0; these are the last finite parameters;"
        " no --rate helps, for it is not finite at the start\n"
    )
    content = json.loads(ran.out)
    assert content["stopped"] == "diverged"
    assert content["parameters"]["b"] == pytest.approx(1.04)
    assert content["loss"]["last"] == "Infinity"
    assert content.pop("history") == []
    assert json.loads((folder / "m.json").read_text()) == content


def test_a_name_like_a_columns_is_warned_of(run, folder):
    (folder / "d.csv").write_text("X,z,y\n1,0,3\n0,1,5\n")
    ran = run("train", "w*x + b*z", *TRAIN[2:], "--epochs=1")
    assert ran.status == 0
    assert ran.err == (
        "warning: x is no column of d.csv, so it is learned as a parameter;"
        " its columns include X\n"
    )


MISTAKES = {
    "no data": (
        ["w*x", "--target=y"],
        "error: there are no rows: --data is missing\n"
        "hint: train on a file with --data FILE --target COLUMN\n",
    ),
    "no target": (
        ["w*x", "--data=d.csv"],
        "error: there is nothing to predict: --target is missing\n"
        "hint: train on a file with --data FILE --target COLUMN\n",
    ),
    "no file": (
        ["w*x", "--data=n.csv", "--target=y"],
        "error: cannot read n.csv: no such file or directory\n",
    ),
    "a folder": (
        ["w*x", "--data=.", "--target=y"],
        "error: cannot read .: is a directory\n"
        "hint: files in it are read as './*.csv'\n",
    ),
    "nothing on standard input": (
        ["w*x", "--data=-", "--target=y"],
        "error: standard input is empty: it has no header\n",
    ),
    "batch": (
        [*TRAIN[1:], "--batch=0"],
        "error: --batch: a whole number from 1 up, or all, is expected, not '0'\n"
        "hint: see gradcalc train --help\n",
    ),
    "validate": (
        [*TRAIN[1:], "--validate=1"],
        "error: --validate: a number above 0 and below 1 is expected, not '1'\n"
        "hint: see gradcalc train --help\n",
    ),
    "l2": (
        [*TRAIN[1:], "--l2=-1"],
        "error: --l2: a number from 0 up is expected, not '-1'\n"
        "hint: see gradcalc train --help\n",
    ),
    "format": (
        [*TRAIN[1:], "--format=xml"],
        "error: --format: csv, tsv, jsonl, parquet or arrow is expected, not 'xml'\n"
        "hint: see gradcalc train --help\n",
    ),
    "shape": (
        [*TRAIN[1:], "--shape=w=2by3"],
        "error: the shape of w is not one: '2by3'\n"
        "hint: write --shape b=4 for a list, --shape W=4x2 for a matrix\n",
    ),
    "fix": (
        [*TRAIN[1:], "--fix=w"],
        "error: --fix takes W=..., not 'w'\nhint: write --fix w=0.5\n",
    ),
    "fix, no number": (
        [*TRAIN[1:], "--fix=w=x"],
        "error: the value of w: x is not a constant\n  x\n  ^\n"
        "hint: a value is a number or a formula of numbers, such as pi/4\n",
    ),
    "classes twice": (
        [*TRAIN[1:], "--classes=a,a"],
        "error: --classes names no class, or one twice: 'a,a'\n"
        "hint: write --classes=cat,dog, or --classes alone for those in the data\n",
    ),
    "unused start": (
        [*TRAIN[1:], "--c=1"],
        "error: c is not a parameter of the formula\nhint: its parameters are w, b\n",
    ),
    "save in no folder": (
        [*TRAIN[1:], "--save=no/m.json"], None
    ),
    "save to standard output": (
        [*TRAIN[1:], "--save=-"], "error: --save takes the name of a file\n"
    ),
    "a model": (
        [*TRAIN[1:], "--model=m.json"],
        "error: train has no option --model\n"
        "hint: --model is an option of eval, explain, diff, graph and others\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "page"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(run, words, page):
    ran = run("train", *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == page or (page is None and "does not exist" in ran.err)


def test_an_interruption_prints_and_saves_what_there_is(folder, interrupted):
    status, out, err = interrupted(
        *TRAIN, "--epochs=1000000000", "--save=m.json", "--json"
    )
    assert (status, err) == (130, "")
    content = json.loads(out)
    assert content["stopped"] == "interrupted"
    assert content["epochs"] > 1
    assert content["parameters"] == pytest.approx({"w": 2, "b": 1})
    assert len(content.pop("history")) == content["epochs"]
    assert json.loads((folder / "m.json").read_text()) == content


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_terminal_shows_the_progress(folder):
    main_end, other_end = os.openpty()
    with (folder / "out.json").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gradcalc", *TRAIN, "--epochs=200000", "--json"],
            stdout=out, stderr=other_end, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
    os.close(other_end)
    shown = b""
    try:
        while chunk := os.read(main_end, 65536):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    process.wait()
    os.close(main_end)
    content = json.loads((folder / "out.json").read_text())
    assert content["epochs"] == len(content["history"]) == 200_000
    assert b"epoch" in shown
    assert b"/200000" in shown
    assert b"loss " in shown


def test_rows_come_through_the_doors_of_map(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [b"length (cm);y\n1;2\n", b"length (cm);y\n2;4\n3;6\n"]
    (tmp_path / "a1.csv.gz").write_bytes(gzip.compress(rows[0]))
    (tmp_path / "a2.csv").write_bytes(rows[1])
    words = ["w*x", "--target=y", "--rate=0.1", "--precision=4", "--json"]
    ran = run("train", *words, "--data=a*.csv*", "--rename=length (cm)=x")
    content = json.loads(ran.out)
    assert content["inputs"] == ["x"]
    assert content["parameters"]["w"] == pytest.approx(2)
    lines = "\n".join(json.dumps({"length (cm)": x, "y": 2 * x}) for x in (1, 2, 3))
    ran = run("train", *words, "--data=-", "--rename=length (cm)=x", stdin=lines)
    assert json.loads(ran.out)["parameters"] == content["parameters"]


def test_the_history_has_every_epoch(run):
    words = [*TRAIN, "--epochs=7", "--json"]
    content = json.loads(run(*words).out)
    assert [list(entry) for entry in content["history"]] == [
        ["epoch", "loss", "validation"]
    ] * 7
    assert [entry["epoch"] for entry in content["history"]] == list(range(1, 8))
    assert {entry["validation"] for entry in content["history"]} == {None}
    content = json.loads(run(*words, "--validate=0.3").out)
    assert content["history"][-1]["validation"] == content["loss"]["validation"]
    assert json.loads(run(*TRAIN, "--epochs=0", "--json").out)["history"] == []


def test_every_so_many_epochs_their_loss_is_shown(run):
    ran = run(*TRAIN, "--epochs=7", "--every=3", "--validate=0.3", "--json")
    header, *lines = ran.err.splitlines()
    assert header.split() == ["epoch", "loss", "validation"]
    history = json.loads(ran.out)["history"]
    assert [line.split() for line in lines] == [
        [str(k), *(f"{history[k - 1][name]:.6g}" for name in ("loss", "validation"))]
        for k in (3, 6, 7)
    ]
    assert {len(line) for line in ran.err.splitlines()} == {len(header)}
    assert run(*TRAIN, "--epochs=2", "--every=3").err.split()[2] == "2"
    assert run(*TRAIN, "--epochs=0", "--every=3").err == ""


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--rate=0.001", "--batch=2", "--seed=5", "--l2=0.01", "--no-shuffle"],
        ["--optimizer=momentum", "--momentum=0.5", "--w=0.25", "--batch=all"],
        ["--optimizer=adam", "--fix=w=pi", "--validate=0.4"],
        ["--validate=0.4", "--patience=2", "--rate=0.2"],
        ["--loss=abs(prediction - target)", "--set=b=0.1"],
    ],
    ids=" ".join,
)
def test_a_run_is_repeated_from_its_file(run, folder, words):
    ran = run(*TRAIN, "--epochs=40", *words, "--save=m.json", "--json")
    assert ran.status == 0
    again = run("train", "--like=m.json", "--data=d.csv", "--save=n.json", "--json")
    assert (again.status, again.out) == (0, ran.out)
    assert (folder / "n.json").read_text() == (folder / "m.json").read_text()


def test_lists_and_classes_are_repeated(run, folder):
    (folder / "k.csv").write_text("x,kind\n1,warm\n2,warm\n-1,cold\n-2,cold\n0,mild\n")
    words = ["train", "c = [0.5, 1, 2]; W @ [x, 1] + c*v", "--target=kind"]
    words += ["--loss=cross_entropy_logits", "--data=k.csv", "--shape=W=3x2", "--json"]
    words += ["--classes=cold,warm,mild", "--v=1,0,0"]
    ran = run(*words, "--save=m.json")
    assert ran.status == 0
    again = run("train", "--like=m.json", "--data=k.csv", "--json")
    assert again.out == ran.out


def test_what_is_given_wins_over_what_is_repeated(run):
    run(*TRAIN, "--optimizer=momentum", "--momentum=0.5", "--save=m.json")
    words = ["train", "--like=m.json", "--data=d.csv", "--json"]
    content = json.loads(run(*words, "--optimizer=adam", "--epochs=3", "--w=1").out)
    assert (content["optimizer"], content["epochs"]) == ("adam", 3)
    assert "momentum" not in content
    assert content["started"] == {"w": 1}


def test_a_file_that_does_not_say_how_it_was_trained(run, folder):
    run(*TRAIN, "--save=m.json")
    content = json.loads((folder / "m.json").read_text())
    words = ["train", "--like=m.json", "--data=d.csv"]
    for change in (
        {"seed": [1]}, {"rate": "fast"}, {"rate": -1}, {"optimizer": "newton"},
        {"batch": True}, {"epochs": None}, {"fixed": ["q"]}, {"started": 3},
        {"started": {"w": "a"}}, {"optimizer": None}, {"seed": 1.5},
    ):  # fmt: skip
        (folder / "m.json").write_text(json.dumps(content | change))
        ran = run(*words)
        assert (ran.status, ran.out) == (2, ""), change
        assert ran.err.startswith("error: "), change
    del content["seed"]
    (folder / "m.json").write_text(json.dumps(content))
    assert run(*words).err == (
        "error: m.json does not say how its model was trained\n"
        "hint: a file that gradcalc train --save writes now does\n"
    )


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_loss_is_drawn(run, folder, ending):
    pytest.importorskip("matplotlib")
    ran = run(*TRAIN, "--validate=0.3", f"--plot=loss.{ending}")
    assert (ran.status, ran.err) == (0, "")
    content = (folder / f"loss.{ending}").read_bytes()
    magic = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert content.startswith(magic[ending])
    run(*TRAIN, "--validate=0.3", f"--plot=again.{ending}")
    assert (folder / f"again.{ending}").read_bytes() == content
    assert sorted(os.listdir(folder)) == ["again." + ending, "d.csv", "loss." + ending]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--plot=loss.gif"], "--plot: the ending of 'loss.gif' is not known"),
        (["--plot=no/loss.svg"], "cannot write no/loss.svg: the directory"),
        (["--plot=-"], "--plot takes the name of a file"),
        (["--plot=d.csv"], "cannot write d.csv: this command reads it"),
        (["--plot=a.svg", "--save=./a.svg"], "--save and --plot name one file"),
        (["--out=way.svg"], "--out: the ending of 'way.svg' is not known"),
        (["--out=no/way.html"], "cannot write no/way.html: the directory"),
        (["--out=-"], "--out takes the name of a file"),
        (["--out=d.csv"], "cannot write d.csv: this command reads it"),
        (["--out=a.html", "--save=./a.html"], "--save and --out name one file"),
        (["--every=0"], "--every: a whole number from 1 up is expected, not '0'"),
    ],
)
def test_files_that_cannot_be_written(run, words, problem):
    ran = run(*TRAIN, *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {problem}")


def test_a_page_is_written_beside_the_answer(run, folder):
    plain = run(*TRAIN, "--validate=0.3", "--save=m.json")
    ran = run(*TRAIN, "--validate=0.3", "--save=m.json", "--out=way.html")
    assert ran == plain
    page = (folder / "way.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert sorted(os.listdir(folder)) == ["d.csv", "m.json", "way.html"]
    again = run("train", "--like=m.json", "--data=d.csv", "--out=again.html")
    assert again.status == 0
    assert (folder / "again.html").read_text("utf-8") == page


FAR = "x,y\n1000,1\n1500,3\n-2000,2\n1200,5\n"
ADVICE = {
    "sgd": ([], "--rate 1e-7 would not have diverged", True),
    "all rows": (["--batch=all"], "--rate 2e-7 would not have diverged", True),
    "momentum": (["--optimizer=momentum", "--batch=all", "--rate=1"], "--rate ", True),
    "another spelling": (["--loss=3*(prediction - target)^2/2"], "--rate ", True),
    "no squares": (["--loss=(prediction - target)^4"], "--rate ", False),
    "l2": (["--l2=1"], "--rate 1e-7 would not have diverged", False),
    "long": (["--epochs=100000000"], "--rate 1e-7 should not diverge", True),
}


@pytest.mark.parametrize(("words", "advice", "fit"), ADVICE.values(), ids=ADVICE)
def test_a_run_that_diverges_says_what_rate_would_not(run, folder, words, advice, fit):
    (folder / "d.csv").write_text(FAR)
    ran = run(*TRAIN, *words, "--json")
    assert ran.status == 1
    assert f"; these are the last finite parameters; {advice}" in ran.err
    assert ran.err.startswith("warning: the loss is no longer finite in epoch ")
    assert ran.err.count("\n") == 1
    assert (", and gradcalc fit needs no rate;" in ran.err) == fit
    content = json.loads(ran.out)
    assert f"--rate {content['steady_rate']:g}".replace("e-0", "e-") in ran.err
    if words and words[0] == "--epochs=100000000":
        return
    words = [each for each in words if not each.startswith("--rate")]
    ran = run(*TRAIN, *words, f"--rate={content['steady_rate']!r}", "--json")
    assert (ran.status, ran.err) == (0, "")
    loss = json.loads(ran.out)["loss"]
    assert loss["last"] <= 1.01 * loss["first"]


def test_a_loss_that_grew_is_warned_of(run, folder):
    (folder / "d.csv").write_text(FAR)
    ran = run(*TRAIN, "--epochs=3", "--batch=all", "--rate=1e-5", "--json")
    assert ran.status == 0
    assert ran.err.startswith("warning: the loss has become larger, ")
    assert "; --rate 2e-7 would not have diverged" in ran.err
    assert json.loads(ran.out)["steady_rate"] == 2e-7
    # For what l2 adds a loss may rightly grow.
    (folder / "d.csv").write_text("x,y\n1,3\n2,5\n3,7\n")
    ran = run(*TRAIN, "--w=2", "--b=1", "--l2=0.5", "--json")
    loss = json.loads(ran.out)["loss"]
    assert (loss["first"], ran.status, ran.err) == (0, 0, "")
    assert loss["last"] > 0


def test_scaled_columns(run, folder):
    (folder / "d.csv").write_text("x,k,y\n1000,2,1\n1500,2,3\n-2000,2,2\n1200,2,5\n")
    words = ["train", "--data=d.csv", "--target=y", "--scale", "--save=m.json"]
    ran = run(*words, "w*x + k*b", "--rate=0.1", "--epochs=500", "--json")
    assert (ran.status, ran.err) == (0, "")
    content = json.loads(ran.out)
    # What never changes is left as it is.
    x, y = [1000, 1500, -2000, 1200], [1, 3, 2, 5]
    deviation = pytest.approx(statistics.pstdev(x))
    assert content["scaled"] == {"x": {"mean": 425.0, "deviation": deviation}}
    assert content["scale"] is True
    assert content["model_asked"] == "w*x + k*b"
    assert content["model"].startswith("x_scaled = (x - 425)/1411.3")
    page = run(*words, "w*x + b", "--rate=0.1", "--epochs=500").out
    assert "note: x was scaled to learn from; the formula takes it unscaled\n" in page
    content = json.loads((folder / "m.json").read_text())
    assert content["model"] == "w*x + b"
    assert "model_asked" not in content
    slope, intercept = statistics.linear_regression(x, y)
    predicted = float(run("predict", "m.json", "--x=1000").out)
    assert predicted == pytest.approx(intercept + slope * 1000, rel=0.1)
    again = run("train", "--like=m.json", "--data=d.csv", "--save=n.json")
    assert again.status == 0
    assert (folder / "n.json").read_text() == (folder / "m.json").read_text()
