"""Golden entries: files of paragraphs, each a formula and what is to be said of it.

    max(x, y)
    with x = 1, y = nan
    the lines of the answer

The second line gives the values of the variables, if there are any. A formula that
begins with a quote, begins or ends with a blank, or holds a character that cannot be
seen is written as Python writes a string: 'a = x\\na*2'.

A new entry is written without an answer; `pytest FILE_OF_THE_TEST --regenerate` fills
it in, and brings all others up to date.
"""

import ast
import math
from dataclasses import dataclass
from pathlib import Path

WITH = "with "


@dataclass(frozen=True)
class Entry:
    path: Path
    number: int  # which paragraph of the file it is
    question: str  # the lines of the formula and its values, as they are written
    formula: str
    values: dict[str, object]
    answer: str

    def __str__(self) -> str:
        return ascii(f"{self.path.stem}: {' '.join(self.question.splitlines())}")[1:-1]

    def write(self, answer: str) -> None:
        """Put the answer into the file in the place of the one it has."""
        assert answer
        assert "\n\n" not in answer
        paragraphs = _paragraphs(self.path)
        paragraphs[self.number] = f"{self.question}\n{answer}"
        self.path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def entries(folder: Path) -> list[Entry]:
    """The entries of all files of a folder."""
    return [
        _entry(path, number, paragraph)
        for path in sorted(folder.glob("*.txt"))
        for number, paragraph in enumerate(_paragraphs(path))
    ]


def _paragraphs(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n\n")


def _entry(path: Path, number: int, paragraph: str) -> Entry:
    lines = paragraph.split("\n")
    given = len(lines) > 1 and lines[1].startswith(WITH)
    head = 2 if given else 1
    return Entry(
        path,
        number,
        question="\n".join(lines[:head]),
        formula=ast.literal_eval(lines[0]) if lines[0][:1] in "'\"" else lines[0],
        values=_values(lines[1].removeprefix(WITH)) if given else {},
        answer="\n".join(lines[head:]),
    )


def _values(text: str) -> dict[str, object]:
    return eval(f"dict({text})", {"inf": math.inf, "nan": math.nan})
