"""The one family of errors: everything that a caller can do wrong.

An error is a sentence, the source text, the span it is about and a hint. `describe`
lays these out as a page: sentence, line of the source, caret, hint.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from gradcalc.wording import cut_middle, printable

Span = tuple[int, int]

# A formula may be one line of megabytes: at most this much of it is shown.
_WINDOW = 72
# What stands beside that: two blanks, and a sign at each end that there is more.
_BESIDE = 4
# A name in a sentence may be absurdly long.
_LONGEST_SENTENCE = 1000

# The fields that errors of all classes have.
_EVERY_ERROR = ("message", "source", "span", "hint", "shell_hint", "exit_code")


class GradcalcError(Exception):
    """A request that cannot be understood or carried out.

    `span` is the (start, end) range of characters of `source` that the error is about;
    an empty span stands between two characters. `hint` speaks to a caller in Python,
    `shell_hint` at the command line where the words differ there. `exit_code` is the
    status that the command line ends with.
    """

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        span: Span | None = None,
        hint: str | None = None,
        shell_hint: str | None = None,
        exit_code: int = 2,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.span = span
        self.hint = hint
        self.shell_hint = shell_hint
        self.exit_code = exit_code

    def but(
        self, kind: "type[GradcalcError] | None" = None, **fields: Any
    ) -> "GradcalcError":
        """The same error with other values of some fields, or of another class.

        To be raised in its place, where more is known than where it was found. Another
        class takes only what every error has.
        """
        known = (
            vars(self)
            if kind is None
            else {name: vars(self)[name] for name in _EVERY_ERROR}
        )
        if "hint" in fields:
            # It takes the place of both.
            known = {**known, "shell_hint": None}
        return (kind or type(self))(**{**known, **fields})

    @property
    def page_hint(self) -> str | None:
        """The hint for somebody at the command line."""
        return self.shell_hint or self.hint

    def __eq__(self, other: object) -> bool:
        """Whether the other is the same error: of the same class, saying the same."""
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), self.message))

    def to_dict(self) -> dict[str, Any]:
        """The error as an object for JSON: kind, message, span, hint."""
        return {
            "kind": self.kind,
            "message": self.message,
            "span": list(self.span) if self.span is not None else None,
            "hint": self.hint,
        }


class FormulaSyntaxError(GradcalcError):
    """The text is not a formula."""

    kind = "syntax"


class FormulaNameError(GradcalcError):
    """A name in the formula is unknown, used too early, or defined twice."""

    kind = "name"


class ShapeError(GradcalcError):
    """Lists whose lengths do not fit each other, or an index out of range."""

    kind = "shape"


class FormulaError(GradcalcError):
    """The formula is well formed but asks for something impossible."""

    kind = "formula"


class BindingError(GradcalcError):
    """A variable is missing, unused, given twice or given something unusable.

    `names` are the formula's variables, `missing` those of them without a value, and
    `unused` the names with a value that the formula does not have: where these are
    what is wrong.
    """

    kind = "variable"

    def __init__(
        self,
        message: str,
        *,
        names: Sequence[str] = (),
        missing: Sequence[str] = (),
        unused: Sequence[str] = (),
        **fields: Any,
    ) -> None:
        super().__init__(message, **fields)
        self.names = names
        self.missing = missing
        self.unused = unused


class UsageError(GradcalcError):
    """Options or arguments that do not make sense together."""

    kind = "usage"


class FileError(GradcalcError):
    """A file that cannot be read or written."""

    kind = "file"

    @classmethod
    def from_system(cls, verb: str, name: str, error: Exception) -> "FileError":
        """The error for what the system (or Python, of a path) said: cannot VERB NAME.

        `verb` is "read" or "write", `name` what the file is called.
        """
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return cls(f"cannot {verb} {name}: {reason}")


class DataError(GradcalcError):
    """Rows of data that cannot be used."""

    kind = "data"


class MissingExtraError(GradcalcError):
    """An optional dependency that is not installed."""

    kind = "extra"


Called = TypeVar("Called", bound=Callable[..., Any])


def entry_point(function: Called) -> Called:
    """The function, raising UsageError for arguments that its signature has not."""

    @wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except TypeError:
            # Imported here: it is needed for mistakes alone.
            from inspect import signature

            taken = signature(function)
            try:
                taken.bind(*given, **named)
            except TypeError as error:
                message = f"{function.__name__}: {error}"
            else:
                raise
        parameters = ", ".join(taken.parameters)
        raise UsageError(message, hint=f"it takes {parameters}")

    return cast(Called, called)


def extra_module(name: str, extra: str, purpose: str) -> Any:
    """The module. Raises MissingExtraError, which names what to install.

    `purpose` is what needs it, in the plural: "svg and png pictures".
    """
    # Imported here: most commands need no extra.
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        library = name.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} need {library}: pip install 'gradcalc[{extra}]'"
        ) from None


def _columns(text: str) -> int:
    """The number of terminal columns that the text takes."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _excerpt(source: str, span: Span, window: int) -> list[str]:
    """The line of the source that holds the span's start, and a line of carets.

    Of a longer line they show as many characters as the window has.
    """
    start, end = span
    start = min(max(start, 0), len(source))
    line_start = source.rfind("\n", 0, start) + 1
    line_end = start + len(source[start:].partition("\n")[0])
    first = max(line_start, start - window * 2 // 3)
    last = min(line_end, first + window)
    before = "…" if first > line_start else ""
    after = "…" if last < line_end else ""
    left = before + printable(source[first:start])
    marked = printable(source[start : min(end, last)])
    line = left + printable(source[start:last]) + after
    carets = " " * _columns(left) + "^" * max(1, _columns(marked))
    return ["  " + line, "  " + carets]


def describe(error: GradcalcError, width: int | None = None) -> str:
    """The error as a page: sentence, line of the source, caret, hint.

    It may quote what comes from data; no terminal obeys any of it. `width` is the
    terminal's, in which the caret must stand below its place.
    """
    message = printable(cut_middle(error.message, _LONGEST_SENTENCE))
    lines = [f"error: {message}"]
    if error.source and error.source.strip() and error.span is not None:
        if "\n" in error.source.strip("\n"):
            number = error.source.count("\n", 0, error.span[0]) + 1
            lines[0] = f"error: line {number}: {message}"
        room = _WINDOW if width is None else min(_WINDOW, max(1, width - _BESIDE))
        lines += _excerpt(error.source, error.span, room)
    if error.page_hint:
        lines.append(
            f"hint: {printable(cut_middle(error.page_hint, _LONGEST_SENTENCE))}"
        )
    return "\n".join(lines)
