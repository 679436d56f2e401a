"""A file that is replaced is the old one or the new one, whole."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from gradcalc.cli.files import check_not_read, check_replaceable, replace_file
from gradcalc.cli.main import COMMANDS, program
from gradcalc.errors import FileError

WRITER = """
import sys
from gradcalc.cli.files import replace_file
path, n = sys.argv[1], 0
while True:
    n += 1
    replace_file(path, b'{"number": %d, "filling": "%s"}' % (n, b"x" * 200_000))
    if n == 1:
        print("ready", flush=True)
"""


def test_a_file_is_made_and_replaced(tmp_path):
    path = tmp_path / "model.json"
    replace_file(str(path), b"one")
    path.chmod(0o640)
    replace_file(str(path), "two é".encode())
    assert path.read_text(encoding="utf-8") == "two é"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["model.json"]


def test_a_new_file_has_the_usual_permissions(tmp_path):
    path = tmp_path / "model.json"
    replace_file(str(path), b"one")
    (tmp_path / "other").write_text("")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept/model.json")
    replace_file(str(tmp_path / "link"), b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "kept" / "model.json").read_text() == "one"


def test_a_device_is_written_to():
    check_replaceable("/dev/null")
    replace_file("/dev/null", b"one")


def test_where_no_file_can_be(tmp_path):
    for path, message in (
        (tmp_path, f"cannot write {tmp_path}: it is a directory"),
        (
            tmp_path / "no" / "m",
            f"cannot write {tmp_path}/no/m: the directory {tmp_path}/no does not exist",
        ),
    ):
        with pytest.raises(FileError) as caught:
            check_replaceable(str(path))
        assert caught.value.message == message
        with pytest.raises(FileError):
            replace_file(str(path), b"one")
    assert os.listdir(tmp_path) == []


MODEL = (
    '{"schema": 1, "model": "w*x", "inputs": ["x"], "target": "y",'
    ' "loss": {"name": "mse"}, "parameters": {"w": 2}}'
)
# What a command reads from a file, and the words that make it read that.
READS = {
    "formula": ("w*x", ["--file={}"]),
    "variables": ('{"w": 2}', ["w*x", "--vars={}"]),
    "model": (MODEL, ["--model={}"]),
    "rows": ("x,y\n1,2\n2,4\n", ["w*x", "--data={}"]),
    "standard input": ("w*x", ["-"]),
}
# What it writes, the words for that, and what it reads besides.
WRITES = {
    "graph": (["--out={}"], ["formula", "variables", "model", "standard input"]),
    "plot": (
        ["--out={}", "--x=0:1", "--set", "w=2"],
        ["formula", "variables", "model", "standard input"],
    ),
    "ascend": (
        ["--out={}", "--set", "x=2"],
        ["formula", "variables", "model", "standard input"],
    ),
    "descend": (
        ["--out={}", "--set", "x=2"],
        ["formula", "variables", "model", "standard input"],
    ),
    "train": (
        ["--save={}", "--data=d.csv", "--target=y"],
        ["formula", "variables", "rows", "standard input"],
    ),
    "fit": (
        ["--save={}", "--data=d.csv", "--target=y"],
        ["formula", "variables", "rows", "standard input"],
    ),
    "map": (
        ["--out={}", "--data=d.csv"],
        ["formula", "variables", "model", "rows", "standard input"],
    ),
}


def test_every_command_that_writes_a_file_is_tried():
    found = {
        name
        for name in COMMANDS
        for parameter in program.get_command(None, name).params
        if parameter.name in ("out", "save")
    }
    assert found == set(WRITES)


@pytest.mark.parametrize(
    ("name", "read"),
    [(name, read) for name, (_, reads) in WRITES.items() for read in reads],
)
@pytest.mark.parametrize("way", ["same", "dot", "symbolic", "hard"])
def test_a_file_that_is_read_is_not_overwritten(
    run, tmp_path, monkeypatch, name, read, way
):
    (tmp_path / "d.csv").write_text("x,y\n1,2\n2,4\n")
    content, given = READS[read]
    source = tmp_path / "read.svg"
    source.write_text(content)
    written = {"same": "read.svg", "dot": "./read.svg"}.get(way, "other.svg")
    if way == "symbolic":
        (tmp_path / "other.svg").symlink_to("read.svg")
    elif way == "hard":
        (tmp_path / "other.svg").hardlink_to(source)
    words = [word.format(written) for word in WRITES[name][0]]
    words = [word for word in words if read != "rows" or "d.csv" not in word]
    words += [word.format("read.svg") for word in given]
    monkeypatch.chdir(tmp_path)
    with open(source, "rb") as stdin:
        ran = run(name, *words, stdin=stdin if read == "standard input" else "")
    what = "standard input" if read == "standard input" else "read.svg"
    assert ran == (
        2,
        "",
        f"error: cannot write {written}: this command reads"
        f" {'it' if what == written else what}\n"
        "hint: give the new file another name\n",
    )
    assert source.read_text() == content


@pytest.mark.parametrize("data", ["d.csv", "./d.csv", "-"])
def test_rows_are_not_predicted_into_their_own_file(tmp_path, data):
    (tmp_path / "m.json").write_text(MODEL)
    rows = tmp_path / "d.csv"
    rows.write_text("x\n1\n")
    with open(rows, "rb") as stdin, open(rows, "ab") as stdout:
        ran = subprocess.run(
            [sys.executable, "-m", "gradcalc", "predict", "m.json", f"--data={data}"],
            stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False,
            cwd=tmp_path,
        )  # fmt: skip
    what = "standard input" if data == "-" else data
    assert ran.stderr == (
        f"error: cannot read {what}: the answer is written into it\n"
        "hint: write the answer into another file\n"
    )
    assert rows.read_text() == "x\n1\n"


def test_devices_may_be_read_and_written():
    check_not_read("/dev/null", ["/dev/null", "-"])


@pytest.mark.parametrize(
    ("name", "problem"),
    [("m" * 5000, "file name too long"), ("m\0", "embedded null byte")],
)
def test_a_name_that_no_file_can_have(tmp_path, name, problem):
    with pytest.raises(FileError) as caught:
        check_replaceable(str(tmp_path / name))
    assert caught.value.message.endswith(problem)


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    path = tmp_path / "model.json"
    moments = random.Random(1)
    numbers = set()
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(moments.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        content = json.loads(path.read_text())
        assert len(content["filling"]) == 200_000
        numbers.add(content["number"])
    assert len(numbers) > 1
