"""How fast gradcalc is, as ratios to others that do the same work in the same run.

    python tests/benchmarks/run.py            everything, in ten minutes
    python tests/benchmarks/run.py --quick    smaller works, in a minute
    python tests/benchmarks/run.py --smoke    only whether all sides come to the same

Makes a scratch environment with gradcalc and the peers, or uses the one whose Python
`--python` names. Every side is a process of its own, and they take turns: A B A B.
With `--smoke` it makes no environment and tries whatever peers are there already.
`--spark` has Spark map rows as well, which takes another minute; what a row costs there
is told step by step by spark.py.
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = ["python", "micrograd", "autograd", "casadi", "sympy"]
LARGE_PEERS = ["torch", "jax"]
# What the works over rows need and compare with.
ROW_PEERS = ["numpy", "numexpr", "polars", "duckdb", "scipy"]

# Works with their sizes: for everybody, and for those for whom that takes too long.
SLOW_AT_FORMULAS = {"autograd": 100, "sympy": 200}
FULL = [
    ("text_to_gradients", 1_000, SLOW_AT_FORMULAS),
    ("text_to_gradients", 5_000, SLOW_AT_FORMULAS),
    ("text_to_gradients", 20_000, SLOW_AT_FORMULAS),
    ("again", 20_000, {**SLOW_AT_FORMULAS, "jax": 200}),
    ("neuron", 100_000, {"autograd": 1_000, "jax": 1_000, "torch": 5_000}),
    ("training", 300, {}),
    ("derivatives", 62, {}),
    ("arrays", 5_000_000, {}),
    ("tables", 5_000_000, {}),
    ("typed_tables", 5_000_000, {}),
    ("pipe", 500_000, {}),
    ("line", 1_000_000, {}),
    ("decay", 1_000_000, {}),
    ("certified", 54, {}),
]
QUICK = [
    ("text_to_gradients", 1_000, {"autograd": 100, "sympy": 50}),
    ("text_to_gradients", 5_000, {"autograd": 100, "sympy": 50}),
    ("again", 5_000, {"autograd": 100, "sympy": 50, "jax": 100}),
    ("neuron", 20_000, {"autograd": 300, "jax": 300, "torch": 1_000}),
    ("training", 20, {}),
    ("derivatives", 62, {}),
    ("arrays", 1_000_000, {}),
    ("tables", 500_000, {}),
    ("typed_tables", 500_000, {}),
    ("pipe", 50_000, {}),
    ("line", 100_000, {}),
    ("decay", 100_000, {}),
    ("certified", 54, {}),
]
SMOKE = [
    ("text_to_gradients", 50, {}),
    ("again", 50, {}),
    ("neuron", 5, {}),
    ("training", 1, {}),
    ("derivatives", 62, {}),
    ("arrays", 1_000, {}),
    ("tables", 50_000, {}),
    ("typed_tables", 1_000, {}),
    ("pipe", 1_000, {}),
    ("line", 1_000, {}),
    ("decay", 1_000, {}),
    ("certified", 4, {}),
]
DEPTHS = [100, 300, 1_000, 10_000, 100_000]
NEURON_WORDS = [
    "eval", "tanh(x1*w1 + x2*w2 + b)",
    "--x1=2", "--x2=0", "--w1=-3", "--w2=1", "--b=6.8813735870195432",
]  # fmt: skip

sys.path.insert(0, str(HERE))

import works  # noqa: E402


def main() -> int:
    options = _options()
    rounds = 2 if options.smoke else 5 if options.quick else 9
    chosen = SMOKE if options.smoke else QUICK if options.quick else FULL
    if options.spark:
        chosen = [*chosen, ("spark", 10_000 if options.smoke else 2_000_000, {})]
    peers = PEERS + (LARGE_PEERS if options.all else [])
    with tempfile.TemporaryDirectory() as folder:
        python = options.python or (
            sys.executable if options.smoke else _environment(Path(folder), peers)
        )
        environment = {**_variables(python), works.FOLDER: folder}
        results = {"machine": _machine(python, peers, environment)}
        results["works"] = [
            _work(python, environment, work, size, special, peers, rounds)
            for work, size, special in chosen
        ]
        if not options.smoke:
            results["start"] = _starts(python, environment, 5 if options.quick else 25)
            results["depth"] = _depths(python, environment, peers)
            largest = 5 if options.quick else 6
            results["scale"] = _scales(python, environment, largest)
    if options.smoke:
        return _disagreements(results["works"])
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")
    _show(results)
    return _disagreements(results["works"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="smaller works")
    parser.add_argument("--all", action="store_true", help="PyTorch and JAX as well")
    parser.add_argument("--spark", action="store_true", help="Spark as well")
    parser.add_argument("--smoke", action="store_true", help="compare results alone")
    parser.add_argument("--json", metavar="FILE", help="write all figures there too")
    parser.add_argument("--python", help="the Python of an environment to use")
    return parser.parse_args()


def _environment(folder: Path, peers: list[str]) -> str:
    """The Python of a new environment that has gradcalc and the peers."""
    print("Making a scratch environment ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    python = str(folder / "env" / "bin" / "python")
    packages = [peer for peer in [*peers, *ROW_PEERS] if peer != "python"]
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", str(ROOT), *packages], check=True
    )
    return python


def _variables(python: str) -> dict[str, str]:
    """The environment of all processes: compiled modules are kept, as users have it."""
    variables = {**os.environ}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    asked = [python, "-c", "import gradcalc"]
    if subprocess.run(asked, capture_output=True, cwd=HERE).returncode:
        variables["PYTHONPATH"] = str(ROOT)
    return variables


def _machine(
    python: str, peers: list[str], environment: dict[str, str]
) -> dict[str, object]:
    code = (
        "import importlib.metadata as m, json, sys\n"
        "found = {}\n"
        f"for name in {['gradcalc', *peers, *ROW_PEERS]!r}:\n"
        "    try: found[name] = m.version(name)\n"
        "    except m.PackageNotFoundError: pass\n"
        "print(json.dumps([sys.version.split()[0], found]))"
    )
    done = subprocess.run(
        [python, "-c", code], capture_output=True, check=True, env=environment
    )
    version, packages = json.loads(done.stdout)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2] for line in lines if "model name" in line]
        processor = names[0].strip()
    except (OSError, IndexError):
        processor = platform.processor() or platform.machine()
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": version,
        "packages": packages,
    }


class Side:
    """A process that does one work for one side whenever it is told to."""

    def __init__(
        self, python: str, environment: dict[str, str], name: str, work: str, size: int
    ) -> None:
        self.name = name
        self.size = size
        self.seconds: list[float] = []
        self.answer: list[float] | None = None
        # How long each of the formulas is that it writes, if it does.
        self.operations: list[int] | None = None
        # How many of the works it did well, if that is counted.
        self.reached: int | None = None
        self.error: str | None = None
        # What it is an error to be without: a module or a program.
        self.lacking: str | None = None
        self._process = subprocess.Popen(
            [python, str(HERE / "worker.py"), name, work, str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def turn(self) -> None:
        """Have it done once; an error ends this side."""
        if self.error is not None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            # One that could not begin has said why, and is gone.
            with suppress(BrokenPipeError):
                self._process.stdin.write("go\n")
                self._process.stdin.flush()
            reply = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            reply = {"error": "it crashed"}
        self.error, self.lacking = reply.get("error"), reply.get("lacking")
        if self.error is None:
            self.seconds.append(reply["seconds"])
            self.answer = reply["answer"]
            self.operations = reply.get("operations")
            self.reached = reply.get("reached")

    def close(self) -> None:
        # At the end of its input it removes what it made.
        with suppress(BrokenPipeError):
            self._process.communicate()

    def result(self) -> dict[str, object]:
        return {
            "size": self.size,
            "seconds": self.seconds,
            "answer": self.answer,
            "operations": self.operations,
            "reached": self.reached,
            "error": self.error,
            "lacking": self.lacking,
        }


def _work(
    python: str,
    environment: dict[str, str],
    work: str,
    size: int,
    special: dict[str, int],
    peers: list[str],
    rounds: int,
) -> dict[str, object]:
    """The work done by all sides in turn, the first round not counted."""
    title = works.TITLES[work].format(size)
    print(f"{title} ...", file=sys.stderr)
    peers = [
        peer
        for peer in works.PEERS.get(work, peers)
        if peer in peers or peer not in LARGE_PEERS
    ]
    sides = [
        Side(python, environment, name, work, special.get(name, size))
        for name in ["gradcalc", *peers]
    ]
    for _ in range(rounds + 1):
        for side in sides:
            side.turn()
    for side in sides:
        side.seconds = side.seconds[1:]
        side.close()
        if side.lacking is not None:
            print(f"    {side.name} is left out: no {side.lacking}", file=sys.stderr)
    return {
        "work": work,
        "title": title,
        "sides": {side.name: side.result() for side in sides},
    }


def _disagreements(results: list[dict[str, object]]) -> int:
    """1, after saying so, if a side came to other numbers than gradcalc; else 0."""
    status = 0
    agreed = set()
    for result in results:
        sides: dict[str, dict[str, object]] = result["sides"]
        own = sides["gradcalc"]
        if own["error"] is not None:
            print(f"{result['title']}: gradcalc failed: {own['error']}")
            status = 1
            continue
        for name, side in sides.items():
            if side["answer"] is None or side["size"] != own["size"]:
                continue
            agreed.add(name)
            if not all(
                math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
                for left, right in zip(own["answer"], side["answer"], strict=True)
            ):
                print(f"{result['title']}: {name} comes to other numbers")
                status = 1
    if not status:
        print(f"The same numbers come from {', '.join(sorted(agreed))}")
    return status


def _starts(
    python: str, environment: dict[str, str], rounds: int
) -> list[dict[str, object]]:
    """Whole processes against the imports that they cannot do without."""
    print("start ...", file=sys.stderr)
    run = [python, "-m", "gradcalc"]
    if (Path(python).parent / "gradcalc").exists():
        run = [str(Path(python).parent / "gradcalc")]
    commands = {
        "gradcalc eval --json": [*run, *NEURON_WORDS, "--json"],
        "gradcalc eval": [*run, *NEURON_WORDS],
        "gradcalc --help": [*run, "--help"],
        "import click, lark": [python, "-c", "import click, lark"],
        "import click, lark, rich": [python, "-c", "import click, lark, rich"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, words in commands.items():
            start = perf_counter()
            subprocess.run(
                words, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=HERE
            )
            seconds[name].append(perf_counter() - start)
    pairs = [
        ("gradcalc eval --json", "import click, lark"),
        ("gradcalc eval", "import click, lark, rich"),
        ("gradcalc --help", "import click, lark"),
    ]
    return [
        {"title": ours, "peer": theirs, "seconds": seconds[ours][1:],
         "peer_seconds": seconds[theirs][1:]}
        for ours, theirs in pairs
    ]  # fmt: skip


def _depths(
    python: str, environment: dict[str, str], peers: list[str]
) -> list[dict[str, object]]:
    """For each side, how deep a formula it takes, and what happens beyond."""
    found = []
    for work in ("chained", "nested"):
        print(f"{work} ...", file=sys.stderr)
        row: dict[str, object] = {"work": work}
        for name in ["gradcalc", *peers]:
            if name == "python":
                continue
            deepest, error = 0, None
            for depth in DEPTHS:
                # It would not fail but take hours.
                if name == "sympy" and depth > 1_000:
                    error = "too slow"
                    break
                side = Side(python, environment, name, work, depth)
                side.turn()
                side.close()
                error = side.error
                if error is not None:
                    break
                deepest = depth
            row[name] = {"deepest": deepest, "error": error}
        found.append(row)
    return found


def _scales(
    python: str, environment: dict[str, str], largest: int
) -> list[dict[str, object]]:
    """Time and memory of a node, for graphs of 10^3 nodes to the largest."""
    print("scale ...", file=sys.stderr)
    rows = []
    for kind in ("balanced", "chained", "nested", "sum"):
        for power in range(3, largest + 1):
            words = [python, str(HERE / "scale.py"), kind, str(10**power)]
            found = [
                json.loads(subprocess.check_output(words, env=environment))
                for _ in range(5)
            ]
            row = {"kind": kind, "nodes": found[0]["nodes"]}
            row["seconds"] = min(one["seconds"] for one in found)
            row["bytes"] = max(one["bytes"] for one in found)
            rows.append(row)
    return rows


def _show(results: dict[str, object]) -> None:
    from rich.console import Console
    from tables import pages

    console = Console(width=None if sys.stdout.isatty() else 140)
    for page in pages(results):
        console.print(page)


if __name__ == "__main__":
    sys.exit(main())
