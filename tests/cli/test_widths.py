"""Every command's page in terminals of every width, and off a terminal."""

import re

import pytest

from gradcalc.cli import consoles

BLACK_SCHOLES = """
N(x) = (1 + erf(x/sqrt(2)))/2
d1 = (log(S/K) + (r + sigma^2/2)*T)/(sigma*sqrt(T))
d2 = d1 - sigma*sqrt(T)
S*N(d1) - K*exp(-r*T)*N(d2)
"""
MARKET = ["--S=100", "--K=105", "--r=0.05", "--sigma=0.2", "--T=1"]
SQUARE = ";".join([",".join(["0.37"] * 12)] * 12)
LINE = "x,y\n" + "".join(f"{k / 7},{2 * k / 7 + 1}\n" for k in range(20))

COMMANDS = {
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
    "train long": ["train", "softmax([w*x + b, 1 - w2*x + b3*a_long_name])[0]",
                   "--data", "-", "--target", "y", "--epochs", "5"],
    "functions": ["functions"],
    "functions tanh": ["functions", "tanh"],
    "functions lists": ["functions", "cross_entropy_logits"],
}  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_no_line_is_wider_than_the_terminal(run, monkeypatch, words, width):
    monkeypatch.setattr(consoles, "width", lambda: width)
    page = run(*words, stdin=LINE).out.splitlines()
    # A command that is there to be copied is not broken.
    assert all(len(row) <= width or " gradcalc " in row for row in page)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
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
