"""`gradcalc plot`: terminal, files, and what is missing."""

import re
import sys

import pytest


@pytest.mark.parametrize("columns", ["20", "200"])
def test_a_plot_in_a_pipe_has_80_columns_and_no_colour(run, monkeypatch, columns):
    pytest.importorskip("plotext")
    monkeypatch.setenv("COLUMNS", columns)
    ran = run("plot", "sin(x)", "--x=-pi:pi")
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert max(map(len, lines)) == 80
    assert "\x1b" not in ran.out
    assert lines[0] == "  ⠤⠒⠉ sin(x)    ··· d/dx"
    assert re.search(r"^ +x$", lines[-1])
    assert all(line == line.rstrip() for line in lines)


def test_in_ascii_everything_is_ascii(run, monkeypatch):
    pytest.importorskip("plotext")
    from gradcalc.cli import consoles, plot

    monkeypatch.setattr(consoles, "can_show", lambda _: False)
    assert run("plot", "abs(x)", "--x=-1:1").out.isascii()
    assert not plot.read_range("2") - 2


def test_in_a_terminal_it_has_its_width_and_colours(run, monkeypatch):
    pytest.importorskip("plotext")
    from gradcalc.cli import consoles

    monkeypatch.setattr(consoles, "width", lambda: 130)
    monkeypatch.setattr(consoles, "takes_colour", lambda _: True)
    out = run("plot", "x^2", "--x=-1:1").out
    assert "\x1b[38;5;4m" in out
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)
    assert max(map(len, plain.splitlines())) == 130


def test_curves_of_unequal_height_have_a_frame_each(run):
    pytest.importorskip("plotext")
    assert run("plot", "sin(100*x)", "--x=0:1").out.count("┌") == 2
    assert run("plot", "sin(x)", "--x=0:1").out.count("┌") == 1


@pytest.mark.parametrize(
    ("ending", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")]
)
@pytest.mark.parametrize(
    "words",
    [
        ("relu(w*x_1 + b) - $", "--x_1=-5:5", "--w=2", "--b=1"),
        ("_y^2*θ + 1/_y", "--_y=-1:2", "--θ=2"),
        ("sin(100*x)", "--x=0:1", "--no-derivative"),
        ("x*y", "--x=0:1", "--y=-1:1"),
        ("log(x)/y + a", "--x=-1:1", "--y=-1:1", "--a=2", "--points=20"),
        ("0*x*y", "--x=0:1", "--y=-1:1", "--points=2"),
        ("x*1e100", "--x=-1e8:1e8"),
        ("变*2", "--变=0:1"),
    ],
)
def test_pictures_are_written_and_the_same_each_time(
    run, tmp_path, ending, start, words
):
    pytest.importorskip("matplotlib")
    formula, *options = words
    formula = formula.replace(" - $", " # $x$\n")
    contents = []
    for name in ("first", "second"):
        path = tmp_path / f"{name}{ending}"
        ran = run("plot", formula, *options, "--out", str(path))
        assert ran == (0, "", "")
        contents.append(path.read_bytes())
    assert contents[0].startswith(start)
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("library", "words", "sentence"),
    [
        ("plotext", (), "plots in the terminal need plotext"),
        ("matplotlib.figure", ("--out", "x.png"), "plots in files need matplotlib"),
    ],
)
def test_a_missing_extra_is_one_sentence(
    run, monkeypatch, tmp_path, library, words, sentence
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    ran = run("plot", "x^2", "--x=0:1", *words)
    assert ran == (2, "", f"error: {sentence}: pip install 'gradcalc[plot]'\n")
    assert run("plot", "x^2", "--x=0:1", "--json").status == 0


@pytest.mark.parametrize("words", [(), ("--out", "x.svg")])
@pytest.mark.parametrize(
    ("formula", "over", "largest"),
    [("x*1e200", "-1:1", "-1e200"), ("x", "0:1e200", "1e200")],
)
def test_numbers_too_large_for_a_plot(
    run, monkeypatch, tmp_path, formula, over, largest, words
):
    monkeypatch.chdir(tmp_path)
    ran = run("plot", formula, f"--x={over}", *words)
    assert ran.status == 2
    assert ran.err == (
        "error: numbers beyond 1e150 cannot be drawn, and this plot reaches"
        f" {largest}\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("--out", "x.png")])
@pytest.mark.parametrize(
    ("formula", "over"),
    [
        ("x", "1:1.0000000000000002"),
        ("1 + x*1e-16", "0:1"),
        ("x", "0:5e-324"),
        ("x", "1e15:1e15+1"),
        ("x*1e-320", "0:1"),
    ],
)
def test_ranges_that_are_hardly_any(run, monkeypatch, tmp_path, formula, over, words):
    monkeypatch.chdir(tmp_path)
    ran = run("plot", formula, f"--x={over}", *words)
    assert (ran.status, ran.err) == (0, "")
