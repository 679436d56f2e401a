"""A file that is replaced is the old one or the new one, whole."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from gradcalc.cli.files import check_replaceable, replace_file
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
