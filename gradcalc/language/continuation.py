"""Statements that are typed line by line: whether they go on in the next one."""

from collections.abc import Iterable, Iterator


def without_comment(line: str) -> str:
    """The line without what stands behind #."""
    return line.partition("#")[0].rstrip()


def is_blank(text: str) -> bool:
    """Whether there is nothing in the text but comments and separators."""
    return not any(
        without_comment(line).strip("; \t\r\f\v") for line in text.split("\n")
    )


def statements_of(lines: Iterable[str]) -> Iterator[tuple[int, str, bool]]:
    """What is typed in the lines, each with the number of its first line.

    A line that ends with a backslash, or inside brackets, goes on in the next one, and
    the last one says whether its end is missing. A line that begins with a colon never
    does: it is no formula.
    """
    first, kept, depth = 1, list[str](), 0
    for number, line in enumerate(lines, start=1):
        if not kept:
            first = number
            if line.lstrip().startswith(":"):
                yield number, line, False
                continue
        code = without_comment(line)
        depth += sum((c in "([") - (c in ")]") for c in code)
        if code.endswith("\\"):
            kept += [code[:-1], " "]
            continue
        kept.append(line)
        if depth > 0:
            kept.append("\n")
            continue
        yield first, "".join(kept), False
        kept, depth = [], 0
    if kept:
        yield first, "".join(kept), True


def goes_on(text: str) -> bool:
    """Whether what is typed so far goes on in the next line."""
    return any(unfinished for _, _, unfinished in statements_of(text.split("\n")))
