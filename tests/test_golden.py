"""Every file in tests/golden is a session: commands after `$`, and what they print.

Standard error follows standard output, after a line `[stderr]`; a status other than 0
ends a command's part as `[status 1]`. Commands run in the folder of the file, so that
other files there can be read. A new session is written as its `$` lines alone, and
filled in, as all are brought up to date, by `pytest tests/test_golden.py --regenerate`.
"""

import shlex
from pathlib import Path

import pytest

from gradcalc.cli.main import main

FOLDER = Path(__file__).with_name("golden")
SESSIONS = sorted(FOLDER.glob("*/*.txt"))


def _printed(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The command's line and what it prints."""
    words = shlex.split(line.removeprefix("$ gradcalc "))
    status = main(words)
    out, err = capsys.readouterr()
    return "".join(
        [
            line + "\n",
            out,
            f"[stderr]\n{err}" if err else "",
            f"[status {status}]\n" if status else "",
        ]
    )


@pytest.mark.parametrize(
    "path", SESSIONS, ids=[f"{path.parent.name}/{path.stem}" for path in SESSIONS]
)
def test_session(
    path: Path,
    regenerate: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(path.parent)
    expected = path.read_text(encoding="utf-8")
    lines = expected.splitlines()
    commands = [line for line in lines if line.startswith("$ gradcalc ")]
    printed = "\n".join(_printed(line, capsys) for line in commands)
    if regenerate:
        path.write_text(printed, encoding="utf-8")
    else:
        assert printed == expected


def test_there_are_sessions() -> None:
    assert SESSIONS
