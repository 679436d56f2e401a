"""`gradcalc solve`: what is unknown, what is printed, and the status."""

import json

import pytest


def test_a_root_is_a_number_for_scripts(run):
    assert run("solve", "cos(x) - x", "--x=1", "--only=x") == (
        0, "0.7390851332151607\n", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["x^2 == 2", "--x=1"],
        ["x^2", "--x=1", "--equals=2"],
        ["x^2", "--x=1", "--equals", "1 + 1"],
        ["y = x^2; z = y + 1; z", "--x=1", "--output=y", "--equals=2"],
        ["x^2 - 2", "--x=0:2"],
        ["x^2 - a", "--x=1", "--a=2", "--wrt=x"],
        ["x^2 - a", "--x=0:5", "--a=2"],
        ["a = 2; x^2 - a", "--x=1"],
        ["2*v[0]^2 - v[1]", "--v=1,4", "--wrt=v[0]", "--equals=0"],
        ["[x^2, y] == [2, 3]", "--x=1", "--y=1"],
        ["--file=equation.txt", "--x=1"],
    ],
    ids=" ".join,
)
def test_spellings_of_one_equation(run, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "equation.txt").write_text("x^2 == 2\n")
    ran = run("solve", *words, "--json")
    assert (ran.status, ran.err) == (0, "")
    found = json.loads(ran.out)
    values = found["variables"]
    x = values["x"] if "x" in values else values["v"][0] if "v" in values else None
    x = found["variables"].get("v[0]", x)
    assert x == pytest.approx(2**0.5, rel=1e-15)


def test_the_object(run):
    ran = run("solve", "x^2 - 2", "--x=3", "--json")
    found = json.loads(ran.out)
    assert (found["solved"], found["kind"], found["others"]) == (True, "root", [])
    assert list(found["variables"]) == list(found["within"]) == ["x"]
    errors = [abs(each["variables"]["x"] - 2**0.5) for each in found["trace"]]
    assert errors[0] == pytest.approx(3 - 2**0.5)
    assert found["steps"] == len(found["trace"]) - 1
    # It is not told twice.
    assert ran.out.count('"trace"') == 1
    assert [root["variables"] for root in found["roots"]] == [found["variables"]]


def test_all_roots_in_a_bracket_are_lines(run):
    ran = run("solve", "x^3 - x", "--x=-2:2.5", "--only=x")
    assert ran == (0, "-1\n0\n1\n", "")
    first, *others = json.loads(run("solve", "x^3 - x", "--x=-2:2.5", "--json").out)[
        "roots"
    ]
    assert "trace" not in first
    assert all(len(each["trace"]) == each["steps"] + 1 for each in others)
    found = json.loads(run("solve", "1/x", "--x=-1:2", "--json").out)
    assert (found["solved"], found["roots"]) == (False, [])
    assert [each["kind"] for each in found["others"]] == ["pole"]


def test_no_root_has_the_status_1(run):
    ran = run("solve", "x^2 + 1", "--x=3")
    assert ran == (
        1,
        "no root\nthe value comes no nearer to 0 than 1, at x = 0\n"
        "another start may find one, or a bracket: --x=-10:10\n",
        "",
    )  # fmt: skip
    ran = run("solve", "x^2 + 1", "--x=3", "--only=x")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "warning: no root: the value comes no nearer to 0 than 1, at x = 0\n"
    )


def test_steps_end_a_search(run):
    ran = run("solve", "exp(x)", "--x=1", "--steps=3")
    assert ran.status == 1
    assert "where the search ends" in ran.out


def test_a_trace_shows_the_digits(run):
    ran = run("solve", "x^2 - 2", "--x=2", "--trace", "--precision=3")
    digits = [line.split()[3] for line in ran.out.splitlines()[2:8]]
    assert digits[0] == "0"
    assert digits[-1] == "all"
    assert [int(each) for each in digits[:-1]] == sorted(map(int, digits[:-1]))


def test_many_unknowns(run):
    formula = "[" + ", ".join(f"v[{k}] - {k + 1}" for k in range(120)) + "]"
    ran = run("solve", formula, "--v=" + ",".join(["2"] * 120))
    assert ran.status == 0
    assert "20 more unknowns are left out; --json has them." in ran.out
