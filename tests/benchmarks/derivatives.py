"""How long derivatives are, and how long they take, beside SymPy's.

    python derivatives.py            the table of tests/algebra/textbook.txt, measured
    python derivatives.py --write    the lengths of SymPy's, written into that table

SymPy's `simplify(diff(...))` is written in gradcalc's notation, and one function counts
the operations of both.
"""

import re
import sys
from pathlib import Path
from time import perf_counter

import sympy

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from reference.lengths import operations  # noqa: E402

import gradcalc  # noqa: E402

TABLE = ROOT / "tests" / "algebra" / "textbook.txt"


def peer(formula, names):
    """SymPy's derivative in gradcalc's notation, and the seconds it took."""
    words = set(re.findall(r"[A-Za-z_]\w*\b(?!\()", formula)) - {"pi"}
    symbols = {word: sympy.Symbol(word) for word in words}
    expression = sympy.sympify(formula.replace("^", "**"), locals=symbols)
    start = perf_counter()
    for name in names.split(","):
        expression = sympy.diff(expression, symbols[name])
    expression = sympy.simplify(expression)
    seconds = perf_counter() - start
    text = str(expression).replace("**", "^").replace("Abs(", "abs(")
    return re.sub(r"\bE\b", "e", text), seconds


def own(formula, names):
    start = perf_counter()
    for name in names.split(","):
        formula = gradcalc.derivative(formula, name)
    return formula, perf_counter() - start


def main():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines]
    gradcalc.derivative("sin(x)^2 + x^2", "x")
    totals = [0, 0, 0.0, 0.0]
    written = []
    for formula, names, text, length, _ in rows:
        mine, seconds = own(formula, names)
        theirs, peer_seconds = peer(formula, names)
        lengths = operations(mine), operations(theirs)
        for k, number in enumerate((*lengths, seconds, peer_seconds)):
            totals[k] += number
        print(
            f"{formula} by {names}: {lengths[0]} to {lengths[1]}\n  {mine}\n  {theirs}"
        )
        written.append(" | ".join([formula, names, text, length, str(lengths[1])]))
    print(f"operations: {totals[0]} to {totals[1]}")
    times = totals[3] / totals[2]
    print(f"seconds: {totals[2]:.3g} to {totals[3]:.3g}, {times:.0f} times")
    if "--write" in sys.argv:
        TABLE.write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
