import io
import subprocess
import sys
from typing import NamedTuple

import pytest

from gradcalc.cli.main import main


class Ran(NamedTuple):
    status: int
    out: str
    err: str


class _Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


@pytest.fixture
def run(monkeypatch):
    """Runs the program in this process: `run("eval", "x", "--x=3")`.

    `stdin` is the text or bytes of standard input, or the file open for reading that it
    is, and no terminal; `terminal=True` makes it one, `shown=True` the two outputs.
    """

    def run(*words, stdin="", terminal=False, shown=False):
        content = stdin.encode() if isinstance(stdin, str) else stdin
        if isinstance(content, bytes):
            content = io.BytesIO(content)
        kind = _Terminal if terminal else io.TextIOWrapper
        out, err = (
            (_Terminal if shown else io.TextIOWrapper)(
                io.BytesIO(), encoding="utf-8", newline="\n"
            )
            for _ in range(2)
        )
        monkeypatch.setattr(sys, "stdin", kind(content))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        status = main(words)
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())
        return Ran(status, *texts)

    return run


# Counted in time of the processor, so that a busy machine changes nothing.
INTERRUPTED = """
import os, signal
signal.signal(signal.SIGVTALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
signal.setitimer(signal.ITIMER_VIRTUAL, 1)
from gradcalc.__main__ import run
run()
"""


@pytest.fixture
def interrupted():
    """Runs the program, interrupted after a second: `interrupted("train", ...)`."""

    def interrupted(*words):
        ran = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, *words],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return interrupted
