"""The scripts of a page, run by Node without a page."""

import json
import math
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gradcalc.operations import OPERATIONS
from gradcalc.webpage.document import asset
from gradcalc.webpage.graph_data import ARITHMETIC
from gradcalc.webpage.operation_functions import operation_functions

needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed"
)

# What stands around the scripts: what is read and written are lists and objects of
# numbers, null and texts, in which numbers that JSON has not are texts.
_READ = """
const read = (x) =>
  Array.isArray(x)
    ? x.map(read)
    : x !== null && typeof x === "object"
      ? Object.fromEntries(Object.entries(x).map(([name, each]) => [name, read(each)]))
      : typeof x === "string" && x.startsWith("#") ? Number(x.slice(1)) : x;
const written = (x) =>
  ArrayBuffer.isView(x) || Array.isArray(x)
    ? Array.from(x, written)
    : x !== null && typeof x === "object"
      ? Object.fromEntries(Object.entries(x).map(([k, each]) => [k, written(each)]))
      : typeof x === "number" && (!Number.isFinite(x) || Object.is(x, -0))
        ? `#${Object.is(x, -0) ? "-0" : x}`
        : x;
const input = read(JSON.parse(require("fs").readFileSync(0, "utf8")));
const answer = (x) => console.log(JSON.stringify(written(x)));
"""


def arithmetic(names: Iterable[str] = OPERATIONS) -> str:
    """The scripts that a page computes with, with the functions of these operations."""
    return "\n".join([operation_functions(names), *map(asset, ARITHMETIC)])


def in_node(scripts: str, code: str, given: Any, folder: Path) -> list[Any]:
    """What the code answers, line by line; it finds what is given as `input`."""
    path = folder / "scripts.js"
    path.write_text(f"'use strict';\n{_READ}\n{scripts}\n{code}", "utf-8")
    ran = subprocess.run(
        ["node", path],
        input=json.dumps(_written(given), allow_nan=False),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [_read(json.loads(line)) for line in ran.stdout.splitlines()]


def _written(value: Any) -> Any:
    if isinstance(value, float):
        if math.isfinite(value) and repr(value) != "-0.0":
            return value
        words = {math.inf: "Infinity", -math.inf: "-Infinity", 0.0: "-0"}
        return "#" + words.get(value, "NaN")
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_written(each) for each in value]
    return value


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("#"):
        return float(value[1:])
    if isinstance(value, dict):
        return {name: _read(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_read(each) for each in value]
    return value
