"""The results of a benchmark as tables."""

import statistics

import works
from rich.table import Table


def pages(results):
    """A line about the machine, then a table for each kind of result.

    Times are those of the fastest round, which is the one that other programs on the
    machine disturbed least; "spread" is how much longer the median round took.
    """
    machine = results["machine"]
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']},"
        f" Python {machine['python']}; "
        + ", ".join(f"{name} {v}" for name, v in machine["packages"].items())
    )
    yield _works(results["works"])
    for row in results["works"]:
        yield from _lengths(row["sides"])
        yield from _reached(row["sides"])
    if "start" in results:
        yield _starts(results["start"])
        yield _depths(results["depth"])
        yield _scales(results["scale"])


def _works(rows):
    every = dict.fromkeys(name for row in rows for name in row["sides"])
    peers = [name for name in every if name != "gradcalc"]
    table = Table(title="Time, and gradcalc's as a ratio to it")
    for name in ["work", "gradcalc", *peers, "spread"]:
        table.add_column(name, justify="left" if name == "work" else "right")
    for row in rows:
        own = row["sides"]["gradcalc"]
        cells = [row["title"], _time(_each(row["work"], own))]
        for name in peers:
            side = row["sides"].get(name)
            if side is None or not side["seconds"]:
                cells.append("-")
                continue
            ratio = min(_each(row["work"], own)) / min(_each(row["work"], side))
            cells.append(f"{_time(_each(row['work'], side))} ({ratio:.2g})")
        table.add_row(*cells, _spread(own["seconds"]))
    return table


def _each(work, side):
    """The seconds for one of what a work consists of."""
    units = {
        "text_to_gradients": works.NODES_PER_TERM,
        "again": works.NODES_PER_TERM,
        "training": len(works.training_rows()),
    }
    return [
        seconds / (side["size"] * units.get(work, 1)) for seconds in side["seconds"]
    ]


def _lengths(sides):
    """How long the formulas are that sides write, beside gradcalc's."""
    own = sides["gradcalc"]["operations"]
    for name, side in sides.items():
        theirs = side["operations"]
        if own and theirs and side is not sides["gradcalc"]:
            most = max(a / b for a, b in zip(own, theirs, strict=True))
            yield (
                f"Operations of the derivatives: gradcalc {sum(own)}, {name}"
                f" {sum(theirs)}; of one at most {most:.2g} times as many"
            )


def _reached(sides):
    """How many of the fits came out, for each side that counts them."""
    counts = {n: side["reached"] for n, side in sides.items() if side["reached"]}
    if counts:
        told = ", ".join(f"{name} in {count}" for name, count in counts.items())
        yield f"Six digits of every certified parameter: {told} fits"


def _starts(rows):
    table = Table(title="Whole processes")
    for name in ("command", "gradcalc", "against", "takes", "ratio", "spread"):
        words = name in ("command", "against")
        table.add_column(name, justify="left" if words else "right")
    for row in rows:
        ratio = min(row["seconds"]) / min(row["peer_seconds"])
        table.add_row(
            row["title"], _time(row["seconds"]), row["peer"],
            _time(row["peer_seconds"]), f"{ratio:.2f}", _spread(row["seconds"]),
        )  # fmt: skip
    return table


def _depths(rows):
    peers = [name for name in rows[0] if name != "work"]
    table = Table(title="How deep a formula may be")
    table.add_column("formula")
    for name in peers:
        table.add_column(name, justify="right")
    shapes = {"chained": "x+x+x+...", "nested": "sin(sin(sin(..."}
    for row in rows:
        cells = []
        for name in peers:
            side = row[name]
            if side["error"] in ("ModuleNotFoundError", "AttributeError"):
                cells.append("-")
            elif side["error"] is None:
                cells.append(f"{side['deepest']:,}")
            else:
                cells.append(f"{side['deepest']:,}, then {side['error']}")
        table.add_row(shapes[row["work"]], *cells)
    return table


def _scales(rows):
    table = Table(title="gradcalc from a thousand nodes on: a node takes")
    table.add_column("formula")
    sizes = sorted({round(row["nodes"], -3) for row in rows})
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    for size in sizes:
        table.add_column(f"{size:,} nodes", justify="right")
    table.add_column("slowest to fastest", justify="right")
    for kind in kinds:
        mine = [row for row in rows if row["kind"] == kind]
        times = [row["seconds"] / row["nodes"] for row in mine]
        cells = [
            # Below that, what Python had set aside before is enough.
            f"{_time([t])}, {row['bytes']:.0f} bytes"
            if row["nodes"] > 5_000
            else _time([t])
            for t, row in zip(times, mine, strict=True)
        ]
        table.add_row(kind, *cells, f"{max(times) / min(times):.2f}")
    return table


def _time(seconds):
    fastest = min(seconds)
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if fastest * scale >= 1:
            return f"{fastest * scale:.3g} {unit}"
    return f"{fastest * 1e9:.3g} ns"


def _spread(seconds):
    return f"+{statistics.median(seconds) / min(seconds) - 1:.0%}"
