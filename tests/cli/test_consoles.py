"""What is printed: no terminal obeys what comes from data, and every page fits it."""

import itertools
import json
import re

import pytest

from gradcalc.cli import consoles
from gradcalc.cli.main import COMMANDS
from gradcalc.reports.picture_formats import GRAPH_FORMATS, PLOT_FORMATS
from gradcalc.wording import unprintable

# Titles, colours, deletions, the bell, C1's escape, delete, an order from right to
# left, characters of no width, the separators of lines.
NASTY = "a\x1b]0;title\x07\x1b[2J\x1b[31m\x7f\x9b1m\u202e\u2066\u200b\u2028\x85b"
TABLE = [f'x,"{NASTY}",y,"k\n{NASTY}"', f"1,{NASTY},2,p", f'2,"\n{NASTY}",3,{NASTY}']
ROWS = [
    {"x": 1, NASTY: 1, "y": 2, "k": "p"},
    {"x": 2, NASTY: {NASTY: NASTY}, "y": NASTY, "k": NASTY},
]
MODEL = {
    "schema": 1,
    "model": "(w*x + # \x1b[2J\x07\x9b\u202e\n [0, 1])",
    "inputs": ["x"],
    "target": NASTY,
    "classes": [NASTY, f"{NASTY}{NASTY}"],
    "loss": {"name": "mse"},
    "parameters": {"w": 2},
}
FORMULA = "(w*x + # \x1b[2J\x07\x9b\u202e\n 1)^2"

# Words that any command may be given.
ANYWHERE = [
    [f"x {NASTY}"],
    [NASTY],
    [FORMULA],
    [FORMULA, "--x=1", "--w=2"],
    [FORMULA, "--x=0:1", "--w=2"],
    [FORMULA, "--x=0:1", "--w=2", "--out=p.svg"],
    [FORMULA, "--x=0", "--w=inf"],
    ["x^2", f"--x={NASTY}"],
    ["x^2", f"--{NASTY}=1"],
    ["x^2", "--x=1", f"--set={NASTY}=1"],
    ["x^2", "--x=1", f"--wrt={NASTY}"],
    ["x^2", "--x=1", f"--output={NASTY}"],
    ["x^2", "--x=1", f"--only={NASTY}"],
    ["x^2", "--x=1", f"--format={NASTY}"],
    ["x^2", "--x=1", f"--precision={NASTY}"],
    ["x^2", "--x=1", f"--expect={NASTY}"],
    ["x^2", "--x=1", f"--bound=x={NASTY}"],
    ["x^2", "--x=0:1", f"--out={NASTY}.svg"],
    ["x^2", "--x=0:1", f"--out=no/{NASTY}.svg"],
    [f"--file={NASTY}"],
    [f"--file=is{NASTY}", "--x=1"],
    ["x^2", f"--vars={NASTY}"],
    ["x^2", f"--vars=is{NASTY}"],
    ["x^2", "--vars=names.json"],
    ["x^2", "--vars=texts.json"],
    [f"--model={NASTY}", "--x=1"],
    [f"--model=is{NASTY}", "--x=1"],
    ["--model=model.json", "--x=1"],
    ["--model=model.json"],
]
TRAIN = ["w*x + b", "--epochs=2"]
FIT = ["w*x + b", "--target=y"]
OWN = {
    "fit": [
        [*FIT, "--data=d.csv"],
        [*FIT, "--data=d.csv", f"--sigma={NASTY}"],
        [*FIT, "--data=d.csv", f"--bound={NASTY}"],
        [*FIT, "--data=d.csv", f"--robust={NASTY}"],
        [*FIT, "--data=d.csv", f"--only={NASTY}"],
        [*FIT, "--data=d.csv", f"--save={NASTY}.json"],
        [*FIT, "--data=d.csv", f"--save=no/{NASTY}.json"],
        [*FIT, "--data=d.csv", f"--plot={NASTY}.svg"],
        [*FIT, "--data=d.jsonl"],
        [*FIT, "--data=d.jsonl", "--skip-bad"],
        [*FIT, f"--data={NASTY}"],
        ["w*x + b", "--data=d.csv", f"--target={NASTY}"],
        ["w*x + b", "--data=d.csv", f"--target=log({NASTY})"],
    ],
    "train": [
        [*TRAIN, "--data=d.csv", "--target=z"],
        [*TRAIN, "--data=d.csv", f"--target={NASTY}"],
        [*TRAIN, "--data=d.csv", "--target=y", f"--save={NASTY}.json"],
        [*TRAIN, "--data=d.csv", "--target=y", f"--save=no/{NASTY}.json"],
        [*TRAIN, "--data=d.jsonl", "--target=y"],
        [*TRAIN, "--data=d.jsonl", "--target=y", "--skip-bad"],
        [*TRAIN, "--data=d.jsonl", "--target=k", "--classes", "--loss=bce_logits"],
        [*TRAIN, "--data=d.jsonl", "--target=k", f"--classes=p,{NASTY}"],
        [*TRAIN, "--data=d.jsonl", "--target=k", f"--classes=p,q{NASTY}"],
        [*TRAIN, f"--data={NASTY}", "--target=y"],
        [*TRAIN, "--data=d.csv", "--target=y", f"--loss={NASTY}"],
        [*TRAIN, "--data=d.csv", "--target=y", f"--shape=w={NASTY}"],
        [*TRAIN, "--data=d.csv", "--target=y", f"--fix=w={NASTY}"],
        ["relu(v*x) + # \x1b[2J\n b", "--data=d.csv", "--target=y", "--v=-9"],
    ],
    "predict": [
        ["model.json", "--x=1"],
        ["model.json", "--x=1", "--scores", "--gradient"],
        [NASTY, "--x=1"],
        [f"is{NASTY}", "--x=1"],
        ["model.json", "--data=d.csv", f"--column=x{NASTY}"],
        ["model.json", f"--data={NASTY}"],
        ["model.json", "--data=d.jsonl"],
        ["model.json", "--data=d.jsonl", "--column=y", "--skip-bad"],
    ],
}
# Rows of data in a pipe come out as they went in.
IS_DATA = ("--data=d.csv", "--data=d.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, with files that hold what no terminal should obey."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    (tmp_path / "d.csv").write_text("\n".join([*TABLE, ""]), encoding="utf-8")
    rows = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    (tmp_path / "d.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "model.json").write_text(json.dumps(MODEL, ensure_ascii=False))
    (tmp_path / "names.json").write_text(json.dumps({NASTY: 1, f"{NASTY}c": 2}))
    (tmp_path / "texts.json").write_text(json.dumps({"x": NASTY}))
    (tmp_path / f"is{NASTY}").write_text("x + " + NASTY, encoding="utf-8")
    return tmp_path


def calls():
    """The words of every command with what is nasty in every place."""
    yield [NASTY]
    yield ["eval", "x", f"--y{NASTY}"]
    for name in COMMANDS:
        for words in (*ANYWHERE, *OWN.get(name, ())):
            yield [name, *words]
            yield [name, *words, "--json"]


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_nothing_that_a_terminal_obeys_is_printed(run, terminal):
    statuses = set()
    for words in calls():
        ran = run(*words, shown=terminal)
        statuses.add(ran.status)
        assert "this is a mistake" not in ran.err, words
        is_data = words[0] == "predict" and any(word in IS_DATA for word in words)
        out = "" if is_data and not terminal else ran.out
        text = out + ran.err
        if terminal:
            assert "\x1b[2J" not in text, words
            # Our own colours, and what moves the bar of a training.
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)
        assert set(unprintable(text)) <= {"\n"}, words
    assert statuses == {0, 1, 2}


PICTURES = [
    *(["graph", name] for name, kind in GRAPH_FORMATS.items() if kind.is_text),
    ["plot", "svg"],
]


@pytest.mark.parametrize(("name", "kind"), PICTURES)
def test_nothing_that_a_terminal_obeys_is_in_pictures(run, folder, name, kind):
    if kind == "svg":
        pytest.importorskip("pygraphviz" if name == "graph" else "matplotlib")
    (folder / f"formula{NASTY}").write_text(FORMULA, encoding="utf-8")
    formats = GRAPH_FORMATS if name == "graph" else PLOT_FORMATS
    path = f"picture{formats[kind].endings[0]}"
    for words in ([FORMULA], [f"--file=formula{NASTY}"]):
        ran = run(name, *words, "--x=0:1" if name == "plot" else "--x=1", "--w=2",
                  f"--out={path}")  # fmt: skip
        assert ran == (0, "", "")
        text = (folder / path).read_text(encoding="utf-8")
        assert set(unprintable(text)) <= {"\n"}


def test_rows_in_a_pipe_stay_as_they_are(run):
    ran = run("predict", "model.json", "--data=d.csv")
    header, *rows = TABLE
    assert ran.out.startswith(f"{header},prediction\n")
    for row in rows:
        assert f"\n{row}," in ran.out


# --- every command's page, in terminals of every width and off a terminal

BLACK_SCHOLES = """
N(x) = (1 + erf(x/sqrt(2)))/2
d1 = (log(S/K) + (r + sigma^2/2)*T)/(sigma*sqrt(T))
d2 = d1 - sigma*sqrt(T)
S*N(d1) - K*exp(-r*T)*N(d2)
"""
MARKET = ["--S=100", "--K=105", "--r=0.05", "--sigma=0.2", "--T=1"]
SQUARE = ";".join([",".join(["0.37"] * 12)] * 12)
LINE = "x,y\n" + "".join(f"{k / 7},{2 * k / 7 + 1}\n" for k in range(20))

PAGES = {
    "eval": ["eval", BLACK_SCHOLES, *MARKET],
    "eval --expand": ["eval", BLACK_SCHOLES, *MARKET, "--expand"],
    "eval kinks": ["eval", "relu(x) + abs(y)", "--x=0", "--y=0"],
    "eval list": ["eval", "m @ v", f"--m={SQUARE}", "--v=1,2,3,4,5,6,7,8,9,10,11,12"],
    "eval tiny": ["eval", "x*y - 1e-300", "--x=-1/7e99", "--y=1e-200/3"],
    "explain": ["explain", BLACK_SCHOLES, *MARKET],
    "explain --for": ["explain", BLACK_SCHOLES, *MARKET, "--for", "S"],
    "explain softmax": ["explain", "softmax(v)[1]*3", "--v=1,2,3"],
    "graph": ["graph", BLACK_SCHOLES, *MARKET],
    "graph --expand": ["graph", BLACK_SCHOLES, *MARKET, "--expand"],
    "graph list": ["graph", "softmax(m @ v)", f"--m={SQUARE}",
                   "--v=1,2,3,4,5,6,7,8,9,10,11,12"],
    "check": ["check", BLACK_SCHOLES, *MARKET],
    "check --expect": ["check", BLACK_SCHOLES, *MARKET, "--expect", "S=0.5"],
    "descend": ["descend", "x^2 + y^2/7 + z^4", "--x=1.1", "--y=2.7", "--z=0.3"],
    "ascend": ["ascend", "-(x - 3)^2 + sin(y)/7", "--x=1.1", "--y=0.2", "--steps=30"],
    "train": ["train", "w*x + b", "--data", "-", "--target", "y", "--epochs", "50"],
    "fit": ["fit", "w*x + b", "--data", "-", "--target", "y"],
    "fit long": ["fit", "w*x + a_long_name*x^2 + b", "--data", "-", "--target", "y",
                 "--sigma", "abs(y) + 1"],
    "train long": ["train", "softmax([w*x + b, 1 - w2*x + b3*a_long_name])[0]",
                   "--data", "-", "--target", "y", "--epochs", "5"],
    "functions": ["functions"],
    "functions tanh": ["functions", "tanh"],
    "repl": ["repl"],
    "functions lists": ["functions", "cross_entropy_logits"],
}  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("words", PAGES.values(), ids=PAGES)
def test_no_line_is_wider_than_the_terminal(run, monkeypatch, words, width):
    monkeypatch.setattr(consoles, "width", lambda: width)
    page = run(*words, stdin=LINE).out.splitlines()
    # A command that is there to be copied is not broken.
    assert all(len(row) <= width or " gradcalc " in row for row in page)


@pytest.mark.parametrize("width", [42, 51, 52, 120])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_the_terminal(run, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    page, _, _ = run(command, "--help", shown=True).out.partition("Examples:")
    # An option with its value is not broken.
    rows = page.splitlines()
    assert all(len(row) <= width or row.startswith("  --") for row in rows)


ERRORS = {
    "name": ["eval", "a_long_name*another_one + the_third*cosine(x)", "--x=2"],
    "end": ["eval", "a_long_name*another_one + the_third*cos(x) +", "--x=2"],
    "values": ["eval", "x*y + a_long_name*another_one + the_third/z", "--x=2"],
    "option": ["descend", "x^2", "--x=2", "--rate=fast"],
    "rows": ["train", "w*x", "--data=-", "--target=z"],
    "warning": ["eval", "1/log(x)", "--x=1", "--only=value,gradient"],
}


@pytest.mark.parametrize("width", [20, 40, 60, 120])
@pytest.mark.parametrize("words", ERRORS.values(), ids=ERRORS)
def test_errors_fit_the_terminal(run, monkeypatch, words, width):
    monkeypatch.setenv("NO_COLOR", "1")
    whole = run(*words, stdin=LINE).err
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run(*words, stdin=LINE, shown=True).err
    assert max(map(len, shown.splitlines())) <= width
    # The same words, broken between them; and the caret is below the same text.
    plain, texts = ([r for r in page.splitlines() if r[0] != " "] for page in
                    (whole, shown))  # fmt: skip
    assert " ".join(texts).split() == " ".join(plain).split()
    assert _marked(shown) == _marked(whole)


def _marked(page):
    rows = page.splitlines()
    return [
        above[start:].rstrip("…")[: len(row[start:])]
        for above, row in itertools.pairwise(rows)
        if row.strip() and not row.strip("^ ")
        for start in [row.index("^")]
    ]


@pytest.mark.parametrize("words", PAGES.values(), ids=PAGES)
def test_off_a_terminal_nothing_is_padded_or_rounded(run, words):
    ran = run(*words, stdin=LINE)
    assert not re.search(r"[ \t]+$", ran.out, re.MULTILINE)
    assert "rounded" not in ran.out


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_plot_fits(run, monkeypatch, width):
    pytest.importorskip("plotext")
    monkeypatch.setattr(consoles, "width", lambda: width)
    words = ["plot", "a*sin(b*x) + c*exp(-x^2)", "--x=-2:2", "--a=1.23456789"]
    page = run(*words, "--b=2.3456789", "--c=3.456789").out.splitlines()
    assert max(map(len, page)) <= width
