"""numexpr, whose machine works in blocks and on all cores."""

import numexpr
import works


def arrays(rows):
    columns = dict(zip(works.NEURON_POINT, works.columns(rows), strict=True))

    def run():
        value = numexpr.evaluate(works.NEURON, columns)
        known = {**columns, "v": value}
        known["s"] = numexpr.evaluate("1 - v*v", known)
        parts = [numexpr.evaluate(f"s*{n}", known) for n in ("w1", "w2", "x1", "x2")]
        return works.array_answer(value, [*parts, known["s"]])

    return run
