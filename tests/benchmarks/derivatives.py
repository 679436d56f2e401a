"""Derivatives of calculus books beside SymPy's `simplify(diff(...))`, one by one.

    python derivatives.py            each of them, as gradcalc and as SymPy write it
    python derivatives.py --write    SymPy's lengths, written into the table

The table is tests/algebra/textbook.txt; run.py measures all of it together.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]

import works  # noqa: E402
from reference.lengths import operations  # noqa: E402
from sides import gradcalc_side, sympy_side  # noqa: E402


def main():
    lines = works.TEXTBOOK.read_text(encoding="utf-8").splitlines()
    own = gradcalc_side.derivatives(len(lines))()
    theirs = map(sympy_side.in_own_notation, sympy_side.derivatives(len(lines))())
    rows = []
    for line, mine, text in zip(lines, own, theirs, strict=True):
        *cells, _ = line.split(" | ")
        length = operations(text)
        print(f"{cells[0]} by {cells[1]}: {operations(mine)} to {length}")
        print(f"  {mine}\n  {text}".replace("\n", "\n  "))
        rows.append(" | ".join([*cells, str(length)]))
    if "--write" in sys.argv:
        works.TEXTBOOK.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
