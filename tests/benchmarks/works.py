"""The works that all sides do: texts, points and rows, the same for each of them."""

import csv
import io
import math
import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

NEURON = "tanh(x1*w1 + x2*w2 + b)"
NEURON_POINT = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}

# What is worked on, in words, by the name of the function that does it; {} is the size.
TITLES = {
    "text_to_gradients": "text to all gradients of {:,} terms, per node",
    "again": "forward and backward again, {:,} terms, per node",
    "neuron": "one call on the neuron",
    "training": "one step of training",
    "derivatives": "{:,} derivatives as formulas, per formula",
    "arrays": "map in memory: the neuron over {:,} rows, per row",
    "tables": "map CSV to CSV: {:,} rows, per row",
    "typed_tables": "map Parquet to Parquet: {:,} rows, per row",
    "pipe": "map in a pipe: {:,} rows, per row",
    "line": "fit of a line: {:,} rows, per row",
    "decay": "fit of a decay from nothing: {:,} rows, per row",
    "certified": "{:,} fits of NIST's certified problems, per fit",
    "spark": "map on Spark, one core, Parquet to Parquet: {:,} rows, per row",
}
# Who does a work beside gradcalc, where that is not everybody.
ARRAY_PEERS = ["numpy", "numexpr", "polars"]
FILE_PEERS = ["polars", "duckdb"]
PEERS = {
    "derivatives": ["sympy"],
    "arrays": [*ARRAY_PEERS, "jax", "torch"],
    "tables": FILE_PEERS,
    "typed_tables": FILE_PEERS,
    "pipe": ["awk", "jq", "miller"],
    "line": ["scipy"],
    "decay": ["scipy"],
    "certified": ["scipy"],
    "spark": ["pyspark"],
}
# What a row of these gets: the columns that were there, the value and its derivatives.
MAPPED = [*NEURON_POINT, "value", "d_x1", "d_w1", "d_x2", "d_w2", "d_b"]
# The folder of the files that all sides read.
FOLDER = "GRADCALC_BENCHMARKS"
# Nodes in each term of the balanced sum: three variables, *, +, tanh and a sum.
NODES_PER_TERM = 7


def balanced(terms):
    """The text of a balanced sum of tanh(x*w + b), with variables of their own."""
    return _joined([f"tanh(x{i}*w{i}+b{i})" for i in range(terms)])


def balanced_point(terms):
    """Values of its variables, by name, in the order of first use."""
    generator = random.Random(1)
    return {
        f"{name}{i}": generator.uniform(-1, 1) for i in range(terms) for name in "xwb"
    }


def balanced_names(terms):
    return list(balanced_point(terms))


def _joined(parts):
    while len(parts) > 1:
        pairs = [f"({a}+{b})" for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[len(pairs) * 2 :]
    return parts[0]


def columns(rows):
    """Arrays of the neuron's variables, in the order of its point."""
    import numpy

    generator = numpy.random.default_rng(1)
    return [generator.normal(size=rows) for _ in NEURON_POINT]


def table(rows, ending):
    """The path of a file of the neuron's variables, made by whoever needs it first."""
    path = Path(os.environ.get(FOLDER) or tempfile.gettempdir(), f"{rows}{ending}")
    if not path.exists():
        import polars

        aside = path.with_suffix(f".{os.getpid()}")
        frame = polars.DataFrame(dict(zip(NEURON_POINT, columns(rows), strict=True)))
        write = frame.write_parquet if ending == ".parquet" else frame.write_csv
        write(aside)
        aside.replace(path)
    return path


def mapped(rows, ending, action):
    """The work that has `action` read a table's path and write another's.

    What is compared are the sums of what every row got.
    """
    source = table(rows, ending)
    folder = tempfile.TemporaryDirectory(dir=source.parent)
    target = Path(folder.name, f"out{ending}")

    def run():
        action(source, target)

    def made(_nothing):
        import polars

        scan = polars.scan_parquet if ending == ".parquet" else polars.scan_csv
        # Beside Spark's files stand some that are no tables.
        files = target / f"*{ending}" if target.is_dir() else target
        found = scan(files).sum().collect().row(0, named=True)
        remove(target)
        return [float(found[name]) for name in MAPPED], None

    run.made, run.clean = made, folder.cleanup
    return run


def remove(path):
    """Remove the file, or the folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def piped(rows, words, header=""):
    """The work that has a program read the rows of a pipe and write them with more.

    Raises FileNotFoundError if there is no such program.
    """
    if shutil.which(words[0]) is None:
        raise FileNotFoundError(words[0])

    def action(source, target):
        with (
            open(target, "w", encoding="utf-8") as output,
            subprocess.Popen(["cat", source], stdout=subprocess.PIPE) as reader,
        ):
            output.write(header)
            output.flush()
            subprocess.run(words, stdin=reader.stdout, stdout=output, check=True)

    return mapped(rows, ".csv", action)


def array_answer(value, gradient):
    """What is compared of arrays: their sums."""
    return [float(array.sum()) for array in (value, *gradient)]


def answer(value, gradient):
    """What is compared between the sides: the value and parts of the gradient."""
    gradient = list(gradient)
    return [float(number) for number in (value, *gradient[:3], math.fsum(gradient))]


def chained(depth):
    return "+".join(["x"] * depth)


def nested(depth):
    return "sin(" * depth + "x" + ")" * depth


# What curves are made of: their parameters, in the order of the formula.
LINE = "a*t + b", {"a": 2.0, "b": -3.0}
DECAY = "a*exp(-k*t) + c", {"a": 3.0, "k": 0.4, "c": 1.0}


def curve(rows, model, truth):
    """Columns t and y: the model at random places, with noise."""
    import numpy

    generator = numpy.random.default_rng(1)
    t = generator.uniform(0, 10, rows)
    return t, model(t, **truth) + 0.1 * generator.normal(size=rows)


def decay(t, a, k, c):
    import numpy

    return a * numpy.exp(-k * t) + c


def line(t, a, b):
    return a * t + b


def fitted(values):
    """What is compared of fits: six digits of the parameters."""
    return [float(f"{value:.6g}") for value in values]


def certified(count):
    """NIST's problems, each with one of its starts."""
    from reference.nist import PROBLEMS

    runs = [(each, start) for each in PROBLEMS.values() for start in each.starts]
    return runs[:count]


def reached(runs):
    """The function that counts the fits of which six digits come out."""
    from reference.nist import digits

    def count(fits):
        pairs = zip(runs, fits, strict=True)
        return sum(
            all(digits(fit[n], v) >= 6 for n, v in problem.values.items())
            for (problem, _), fit in pairs
            if fit is not None
        )

    return count


RATE = 0.01
START = {"w": 0.3, "b": -0.2}


def training_rows():
    """1000 rows of x and y = (x - 32)*5/9."""
    generator = random.Random(2)
    points = [generator.uniform(-1, 1) for _ in range(1000)]
    return [(x, (x - 32) * 5 / 9) for x in points]


def training_csv():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["x", "y"])
    writer.writerows(training_rows())
    return text.getvalue()


TEXTBOOK = Path(__file__).resolve().parents[1] / "algebra" / "textbook.txt"


def textbook(count):
    """The formulas of the table, and the names that each is differentiated by."""
    lines = TEXTBOOK.read_text(encoding="utf-8").splitlines()[:count]
    return [(formula, names.split(",")) for formula, names, *_ in map(_cells, lines)]


def _cells(line):
    return line.split(" | ")


def textbook_point(names):
    """Values inside the domain of the formulas, which they have in common."""
    return {name: 0.2 + 0.011 * (ord("z") - ord(name[0])) for name in names}
