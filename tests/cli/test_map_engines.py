"""Spark from the command line, with paths that are its own."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from reference.spark_workers import missing, python_of_workers

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

SPARK = ("--engine=spark", "--master=local[2]")


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    return str(python_of_workers(tmp_path_factory.mktemp("workers")))


@pytest.fixture
def mapped(run, workers, monkeypatch):
    """Runs `map` on Spark."""
    monkeypatch.setenv("PYSPARK_PYTHON", workers)
    return lambda *words: run("map", *words, *SPARK)


TABLE = 'id,x,text\n007,1.5,"a, ""b"""\n008,,\n009,-2, c \n'


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(TABLE)
    return path


def test_a_table_becomes_what_rows_one_by_one_become(run, mapped, table):
    words = "x^2*w", f"--data={table}", "--w=0.5"
    assert mapped(*words) == run("map", *words, "--engine=rows")
    only = *words, "--only=id,d_x,value"
    assert mapped(*only) == run("map", *only)
    total = *words, "--reduce=mean"
    assert mapped(*total) == run("map", *total)


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet", "out.tsv.gz"])
def test_files_of_every_format_come_back(mapped, table, tmp_path, name):
    out = tmp_path / name
    assert mapped("x^2", f"--data={table}", f"--out={out}") == (0, "", "")
    assert (out / "_SUCCESS").exists()
    again = mapped("x + d_x", f"--data={out}", "--prefix=f", "--json")
    rows = [json.loads(line) for line in again.out.splitlines()]
    keys = ["d_x", "fd_d_x", "fd_x", "fvalue", "value", "x"]
    assert [[row[key] and float(row[key]) for key in keys] for row in rows] == [
        [3, 1, 1, 4.5, 2.25, 1.5], [None] * 6, [-4, 1, 1, -6, 4, -2],
    ]  # fmt: skip
    assert [row["text"] for row in rows] == ['a, "b"', None, " c "]
    # Nothing is written over.
    assert mapped("x^2", f"--data={table}", f"--out={out}") == (
        2, "",
        f"error: cannot write {out}: it exists\n"
        "hint: remove it, or give the new folder another name\n",
    )  # fmt: skip


def test_what_is_not_finite_is_counted(mapped, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "1,2\n" * 50 + "0,3\n")
    ran = mapped("log(x)*y", f"--data={path}", "--only=value", "--strict")
    assert ran.status == 1
    assert ran.out == "value\n" + "0.0\n" * 50 + "-Infinity\n"
    assert ran.err == (
        "warning: 1 row has a result that is not finite; the first:"
        f" {path}, where x = 0.0 and y = 3.0: log(x) is -inf because x is 0\n"
    )


def test_a_cell_that_is_no_number(mapped, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x\n1\n1_0\nnan\n+2\n1e999\nabc\n")
    ran = mapped("x", f"--data={path}")
    assert ran == (2, "", f"error: {path}, column x: '1_0' is not a number\n")
    ran = mapped("x", f"--data={path}", "--skip-bad", "--only=value")
    assert (ran.status, ran.out) == (0, "value\n1.0\nNaN\n2.0\n")
    assert (
        f"warning: 3 rows are left out; the first: {path}, column x: '1_0'" in ran.err
    )
    path.write_text("x,y\n1,2\n3\n")
    ran = mapped("x", f"--data={path}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: cannot read {path}: ")


MISTAKES = [
    ("x --data={}/nothing.csv", "cannot read {}/nothing.csv: no such file"),
    ("x --data={}/rows.arrow", "{}/rows.arrow: Spark reads and writes csv"),
    ("x --data=-", "the engine spark reads files, not standard input"),
    ("x --x=0:1:0.1", "the engine spark reads files, not a range"),
    ("x*q --data={}/rows.csv", "q is in the formula, but is no column of {}/rows"),
    ("text --data={}/rows.csv", "{}/rows.csv, column text: 'a, \"b\"' is not a"),
    ("x --data={}/rows.csv --out=-", "--out takes the name of a file"),
    ("x --data={}/rows", "cannot read {}/rows: "),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES, ids=[m for _, m in MISTAKES])
def test_mistakes(mapped, table, words, message):
    # Without an ending it is taken for Parquet.
    shutil.copy(table, table.with_suffix(""))
    folder = str(table.parent)
    ran = mapped(*words.replace("{}", folder).split())
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: " + message.replace("{}", folder))
    assert "Traceback" not in ran.err


def test_masters(run, table):
    data = f"--data={table}"
    ran = run("map", "x", data, "--engine=rows", "--master=local")
    page = "error: --master is Spark's\nhint: write --engine spark, too\n"
    assert ran == (2, "", page)
    ran = run("map", "x", data, "--engine=spark", "--master=nonsense")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: cannot use the master nonsense: ")
    assert "hint: a master is such as local[2]" in ran.err


def test_without_java(tmp_path, table):
    programs = tmp_path / "bin"
    programs.mkdir()
    for folder in ("/bin", "/usr/bin"):
        for program in os.listdir(folder):
            if "java" not in program and not (programs / program).exists():
                (programs / program).symlink_to(f"{folder}/{program}")
    environment = {**os.environ, "PATH": str(programs)}
    environment.pop("JAVA_HOME", None)
    ran = subprocess.run(
        [sys.executable, "-m", "gradcalc", "map", "x", f"--data={table}", *SPARK],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "error: Spark needs Java, which did not start: JAVA_HOME is not set\n"
        "hint: install Java 17 or later (apt install openjdk-17-jre-headless, brew"
        " install openjdk@17), or let JAVA_HOME name the folder that has it\n"
    )


def test_the_program_is_quiet(workers, table):
    ran = subprocess.run(
        [sys.executable, "-m", "gradcalc", "map", "x", "--data=rows.csv", *SPARK],
        capture_output=True, text=True, check=False, cwd=table.parent,
        env={**os.environ, "PYSPARK_PYTHON": workers},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[1] == '007,1.5,"a, ""b""",1.5,1.0'
    assert os.listdir(table.parent) == ["rows.csv"]
