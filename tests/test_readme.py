"""README and docs are executed: every `$ command` has the output that stands there."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from reference.spark_workers import missing

README = Path(__file__).parent.parent / "README.md"
COMMANDS = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ |```).*\n)*)", re.MULTILINE)
TEST_COMMAND = re.compile(r"^python3 -m venv .*pytest.*$", re.MULTILINE)

PAGES = [README, *sorted((README.parent / "docs").glob("*.md"))]
EXAMPLES = [
    (page, *example)
    for page in PAGES
    for example in COMMANDS.findall(page.read_text(encoding="utf-8"))
]


def output_of(command, folder):
    """What the shell prints for the command, both streams in one."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "COLUMNS", "PYTHONUTF8", "PYTHONIOENCODING")
    }
    environment["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    environment["LC_ALL"] = "C.UTF-8"
    ran = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.stdout.decode()


@pytest.mark.parametrize(
    ("page", "command", "shown"), EXAMPLES, ids=[command for _, command, _ in EXAMPLES]
)
def test_shown_output_is_true(page, command, shown, tmp_path, request):
    if "--engine spark" in command and (reason := missing()):
        pytest.skip(reason)
    actual = output_of(command, tmp_path)
    if request.config.getoption("--regenerate"):
        text = page.read_text(encoding="utf-8")
        old, new = f"$ {command}\n{shown}", f"$ {command}\n{actual}"
        page.write_text(text.replace(old, new, 1), encoding="utf-8")
        return
    assert actual == shown


def test_there_are_examples():
    assert len(EXAMPLES) >= 10


def test_python_examples_are_true():
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried > 0
    assert failed == 0


def test_ci_runs_what_a_newcomer_is_told_to_run():
    (command,) = TEST_COMMAND.findall(README.read_text(encoding="utf-8"))
    script = (README.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert f"\n{command} " in script
