"""Runs what is written for JAX and PyTorch, and keeps what comes out.

Run where these are installed (last: JAX 0.10.2 and PyTorch 2.15.0), with gradcalc, to
write exported_numbers.json beside this file:

    PYTHONPATH=tests python tests/reference/make_exported_numbers.py

For each language and program it has the points and, for each, the value and the
derivatives in a row; the tests compare these with gradcalc's own.
"""

import json
import tempfile
from pathlib import Path

from reference.exported import Case, of_operations, of_programs, run

# A few points of each are enough here; all are run where the language is installed.
_EVERY = 7


def recorded(language: str) -> list[dict[str, object]]:
    cases = [
        # JAX takes numbers as small as that for 0.
        Case(
            case.program,
            [
                point
                for point in case.points[::_EVERY]
                if all(x == 0 or not abs(x) < 1e-290 for x in point.values())
            ],
        )
        for case in [*of_operations(), *of_programs()]
    ]
    cases = [case for case in cases if case.points]
    with tempfile.TemporaryDirectory() as folder:
        found = run(language, cases, Path(folder))
    return [
        {"program": case.program, "points": case.points, "rows": rows}
        for case, rows in zip(cases, found, strict=True)
    ]


if __name__ == "__main__":
    numbers = {language: recorded(language) for language in ("jax", "torch")}
    path = Path(__file__).with_name("exported_numbers.json")
    path.write_text(json.dumps(numbers) + "\n", "utf-8")
