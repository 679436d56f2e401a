"""`gradcalc ascend` and `gradcalc descend`."""

import json

import pytest


def test_the_table(run):
    words = ["(a+b)*c", "--a=5", "--b=-3", "--c=-2", "--rate", "0.01", "--steps", "1"]
    ran = run("ascend", *words, "--precision=4")
    assert ran == (
        0,
        "step   value    predicted change   actual change   a      b       c\n"
        "───────────────────────────────────────────────────────────────────────\n"
        "0      -4       -                  -               5      -3      -2\n"
        "1      -3.881   0.12               0.1192          4.98   -3.02   -1.98\n"
        "\n"
        "steps used up after 1 step: the norm of the gradient is still 3.42\n",
        "",
    )


def test_json(run):
    ran = run("descend", "x^2 + y", "--x=1", "--y=0", "--rate=0.25", "--steps=1",
              "--wrt=x", "--json")  # fmt: skip
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out) == {
        "schema": 1,
        "start": {"value": 1, "variables": {"x": 1, "y": 0}},
        "end": {"value": 0.25, "variables": {"x": 0.5, "y": 0}},
        "stopped": "steps used up",
        "reason": "the norm of the gradient is still 1",
        "steps": 1,
        "trace": [
            {
                "step": 0, "value": 1, "variables": {"x": 1, "y": 0},
                "gradient": {"x": 2}, "predicted_change": None, "actual_change": None,
            },
            {
                "step": 1, "value": 0.25, "variables": {"x": 0.5, "y": 0},
                "gradient": {"x": 1}, "predicted_change": -1, "actual_change": -0.75,
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("only", "lines"),
    [
        ("variables.x", ["1", "0.5", "0.25"]),
        ("value", ["3", "2.25", "2.0625"]),
        ("variables", ["1\t[1, 1]", "0.5\t[1, 1]", "0.25\t[1, 1]"]),
        ("variables.v[1]", ["1", "1", "1"]),
        ("step", ["0", "1", "2"]),
        ("predicted_change", ["-1", "-0.25"]),
        ("actual_change", ["-0.75", "-0.1875"]),
        ("end.value", ["2.0625"]),
        ("end.variables.x", ["0.25"]),
        ("start.gradient.x", ["2"]),
        ("stopped", ["steps used up"]),
    ],
)
def test_only(run, only, lines):
    words = ["x^2 + sum(v)", "--x=1", "--v=1,1", "--rate=0.25", "--steps=2"]
    ran = run("descend", *words, "--bound=v=1:2", "--only", only)
    assert (ran.status, ran.out.splitlines(), ran.err) == (0, lines, "")


def test_a_column_reads_back_as_the_same_doubles(run):
    words = ["x^2", "--x=0.7", "--rate=0.1", "--steps=3", "--only=variables.x"]
    way = [0.7]
    for _ in range(3):
        way.append(way[-1] - 0.1 * (2 * way[-1]))
    assert way[1] != round(way[1], 15)
    assert list(map(float, run("descend", *words).out.split())) == way


def test_a_divergence_is_the_answer_no(run):
    ran = run("descend", "log(x)", "--x=1", "--rate=0.6", "--only=end.variables.x")
    assert ran == (
        1,
        "0.4\n",
        "warning: log(x) is NaN because x is -1.1; the last finite point is the"
        " answer; try a --rate smaller than 0.6\n",
    )


@pytest.mark.parametrize("words", [[], ["--json"], ["--only=end.variables.x"]])
def test_a_start_that_is_not_finite(run, words):
    ran = run("descend", "log(x)", "--x=-1", *words)
    assert (ran.status, ran.err) == (
        1,
        "warning: at the start, log(x) is NaN because x is -1; start where the value"
        " and the gradient are finite\n",
    )
    if words == ["--json"]:
        content = json.loads(ran.out)
        assert content["end"] == {"value": "NaN", "variables": {"x": -1}}
        assert content["trace"][0]["gradient"] == {"x": "NaN"}


def test_the_end_can_be_fed_to_a_command(run, tmp_path):
    ran = run("descend", "x^2 + sum(v)", "--x=1", "--v=1,2", "--wrt=x", "--json")
    end = json.loads(ran.out)["end"]
    (tmp_path / "end.json").write_text(json.dumps(end["variables"]))
    words = ["--vars", str(tmp_path / "end.json"), "--only=value", "--precision=17"]
    assert float(run("eval", "x^2 + sum(v)", *words).out) == end["value"]


def test_the_table_shows_what_moves(run):
    ran = run("descend", "x^2 + y", "--x=1", "--y=5", "--wrt=x", "--steps=1")
    assert ran.out.splitlines()[0].split()[-1] == "x"


def test_long_ways_are_shown_by_their_ends(run):
    ran = run("descend", "x^2", "--x=1", "--steps=100", "--precision=3")
    lines = ran.out.splitlines()
    assert "77 steps are left out; --every shows them." in lines
    assert lines[14].split() == ["..."] * 5
    assert len(lines[2:14]) == len(lines[15:27]) == 12
    ran = run("descend", "x^2", "--x=1", "--steps=100", "--every=50")
    assert [line[:4].strip() for line in ran.out.splitlines()[2:5]] == [
        "0",
        "50",
        "100",
    ]


def test_many_steps_are_allowed_until(run):
    ran = run("descend", "x^2", "--x=1", "--until=1e-8", "--json")
    content = json.loads(ran.out)
    assert content["stopped"] == "converged"
    assert 100 < content["steps"] < 10_000


MISTAKES = {
    "rate": (["--rate=-1"], "error: --rate: a number above 0 is expected, not '-1'\n"),
    "rate, text": (
        ["--rate=x"], "error: --rate: a number above 0 is expected, not 'x'\n"
    ),
    "rate, NaN": (
        ["--rate=nan"], "error: --rate: a number above 0 is expected, not 'nan'\n"
    ),
    "until": (
        ["--until=-1"], "error: --until: a number from 0 up is expected, not '-1'\n"
    ),
    "steps": (
        ["--steps=2.5"],
        "error: --steps: a whole number from 0 up is expected, not '2.5'\n",
    ),
    "optimizer": (
        ["--optimizer=adm"],
        "error: --optimizer: sgd, momentum, adam, newton or lbfgs is expected,"
        " not 'adm'\n",
    ),
    "momentum": (
        ["--momentum=0.5"],
        "error: --momentum is given, but the optimizer is sgd\n"
        "hint: add --optimizer momentum\n",
    ),
    "bound": (
        ["--bound=x"],
        "error: --bound takes X=..., not 'x'\nhint: write --bound x=0:10\n",
    ),
    "bound twice": (
        ["--bound=x=0:1", "--bound=x=0:2"], "error: --bound is given twice for x\n"
    ),
    "bound, no range": (
        ["--bound=x=3"],
        "error: the bound of x is no range: '3'\n"
        "hint: write the lower end, a colon and the upper end: x=0:10\n",
    ),
    "bound, wrong way": (
        ["--bound=x=3:1"],
        "error: the bound of x is no range: '3:1'\n"
        "hint: write the lower end, a colon and the upper end: x=0:10\n",
    ),
    "bound, no number": (
        ["--bound=x=0:a"],
        "error: the bound of x: a is not a constant\n  a\n  ^\n",
    ),
    "rate of an optimizer without one": (
        ["--optimizer=lbfgs", "--rate=1"],
        "error: --rate is given, but lbfgs finds the length of its steps itself\n"
        "hint: leave out --rate\n",
    ),
    "constant of another optimizer": (
        ["--optimizer=newton", "--momentum=0.9"],
        "error: --momentum is given, but the optimizer is newton\n"
        "hint: add --optimizer momentum\n",
    ),
    "json and only": (
        ["--json", "--only=value"],
        '{"error": {"kind": "usage", "message": "--json and --only are both given",'
        ' "span": null, "hint": "leave out one of them"}}\n',
    ),
    "only": (
        ["--only=vale"],
        "error: --only: there is no 'vale' in the result\n"
        "hint: there is step, value, variables, variables.x, gradient, gradient.x,"
        " predicted_change, actual_change, stopped; start. or end. before one gives"
        " that point alone\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", ["ascend", "descend"])
@pytest.mark.parametrize(("words", "page"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(run, command, words, page):
    ran = run(command, "x^2", "--x=1", *words)
    assert (ran.status, ran.out) == (2, "")
    hint = f"hint: see gradcalc {command} --help\n"
    assert ran.err == (page + hint if "is expected" in page else page)


def test_a_missing_variable(run):
    ran = run("descend", "x*rate", "--x=1")
    assert (ran.status, ran.out) == (2, "")
    assert "--rate is an option, so use --set rate=" in ran.err


def test_an_interruption_shows_the_way_so_far(interrupted):
    words = ["x^2", "--x=1", "--steps=1000000000", "--rate=1e-12", "--every=100000000"]
    status, out, err = interrupted("descend", *words, "--json")
    assert (status, err) == (130, "")
    content = json.loads(out)
    assert content["stopped"] == "interrupted"
    assert content["steps"] > 0
    assert content["end"]["value"] < content["start"]["value"]


def test_the_page_stands_in_the_place_of_the_answer(run, tmp_path):
    for ending in (".html", ".htm", ".HTML"):
        path = tmp_path / f"way{ending}"
        assert run("descend", "x^2", "--x=1", f"--out={path}") == (0, "", "")
        assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_page_of_a_way_that_diverged_is_written_all_the_same(run, tmp_path):
    path = tmp_path / "way.html"
    ran = run("descend", "x^2", "--x=1", "--rate=3", "--steps=999", f"--out={path}")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("warning: x^2 is inf because x is")
    assert "diverged after" in path.read_text("utf-8")
    ran = run("descend", "abs(x)", "--x=0.35", "--rate=0.1", f"--out={path}")
    assert ran == (
        0, "", "warning: the steps go back and forth over the kink of abs(x)\n",
    )  # fmt: skip


def test_a_page_that_cannot_be_written(run, tmp_path):
    folder = tmp_path / "way.html"
    folder.mkdir()
    page = f"error: cannot write {folder}: it is a directory\n"
    assert run("descend", "x^2", "--x=1", f"--out={folder}") == (2, "", page)
    missing = tmp_path / "no" / "way.html"
    ran = run("ascend", "x^2", "--x=1", f"--out={missing}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: cannot write {missing}: the directory")
    assert list(folder.iterdir()) == []


def test_the_page_of_a_long_way_takes_no_more_of_it_than_fits(run, tmp_path):
    path = tmp_path / "way.html"
    words = ["descend", "(x-3)^2", "--x=0", "--rate=1e-5", "--steps=30000"]
    assert run(*words, "--every=1", f"--out={path}").status == 0
    assert path.stat().st_size < 150_000
    assert '"last": 30000' in path.read_text("utf-8")


def test_the_page_is_called_as_the_file_of_its_formula(run, tmp_path):
    (tmp_path / "bowl.grad").write_text("x^2")
    path = tmp_path / "way.html"
    ran = run("descend", f"--file={tmp_path}/bowl.grad", "--x=1", f"--out={path}")
    assert ran.status == 0
    assert "<title>descend: bowl.grad</title>" in path.read_text("utf-8")
