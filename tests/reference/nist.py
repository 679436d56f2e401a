"""NIST's certified problems of nonlinear least squares, from tests/fitting/nist.

https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
"""

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "fitting" / "nist"


@dataclass(frozen=True)
class Problem:
    """A formula, rows, and what comes out to eleven digits."""

    name: str
    formula: str
    target: str
    rows: dict[str, list[float]]
    # Two values for each parameter.
    starts: list[dict[str, float]]
    values: dict[str, float]
    errors: dict[str, float]
    chi_square: float


def _problem(path: Path) -> Problem:
    head, _, table = path.read_text(encoding="utf-8").partition("\n\n")
    formula, target, chi_square, *parameters = [
        line.partition(" ")[2] for line in head.splitlines()
    ]
    names = [line.split()[0] for line in head.splitlines()[3:]]
    numbers = [list(map(float, text.split())) for text in parameters]
    first, second, values, errors = (
        dict(zip(names, column, strict=True)) for column in zip(*numbers, strict=True)
    )
    header, *lines = [line.split() for line in table.splitlines()]
    columns = zip(*[list(map(float, line)) for line in lines], strict=True)
    rows = dict(zip(header, map(list, columns), strict=True))
    return Problem(
        path.stem,
        formula,
        target,
        rows,
        [first, second],
        values,
        errors,
        float(chi_square),
    )


PROBLEMS = {path.stem: _problem(path) for path in sorted(_FOLDER.glob("*.txt"))}


def digits(found: float, certified: float) -> float:
    """How many digits of the certified number the found one has."""
    from math import inf, log10

    error = abs(found - certified) / abs(certified)
    return -log10(error) if error else inf
