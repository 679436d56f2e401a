"""The files that a command which learns writes beside its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from gradcalc.cli import options
from gradcalc.cli.files import (
    STANDARD_INPUT,
    check_not_read,
    check_replaceable,
    replace_file,
    same_path,
)
from gradcalc.errors import GradcalcError, UsageError
from gradcalc.reports.picture_formats import PAGE_FORMATS, PLOT_FORMATS
from gradcalc.strict_json import write_json


@dataclass(frozen=True)
class OutputFiles:
    """The files to write, if any: the model, a picture, and a page."""

    save: str | None = None
    plot: str | None = None
    out: str | None = None

    def check(self, read: Sequence[str]) -> None:
        """Raise GradcalcError if one cannot be written; `read` are those it reads.

        Before hours of work, not after.
        """
        given = {"--save": self.save, "--plot": self.plot, "--out": self.out}
        paths = {option: path for option, path in given.items() if path is not None}
        for option, path in paths.items():
            if path == STANDARD_INPUT or not path:
                raise UsageError(f"{option} takes the name of a file")
            check_not_read(path, read)
            check_replaceable(path)
        options.format_of_file(self.out, PAGE_FORMATS)
        if self.plot is not None:
            options.format_of_file(self.plot, PLOT_FORMATS, "--plot")
            from gradcalc.reports.figures import library

            library()
        for (one, path), (other, path_of_other) in combinations(paths.items(), 2):
            if same_path(path, path_of_other):
                raise UsageError(f"{one} and {other} name one file")

    def write(
        self,
        entries: Callable[[], dict[str, Any]],
        picture: Callable[[str], bytes],
        page: Callable[[], str] = str,
    ) -> GradcalcError | None:
        """Write the files; the error of one that cannot be written or drawn.

        `entries` makes what the model's file holds, `picture` the picture in a format,
        `page` the page.
        """
        try:
            if self.save is not None:
                content = write_json(entries(), indent=2)
                replace_file(self.save, f"{content}\n".encode())
            if kind := options.format_of_file(self.plot, PLOT_FORMATS, "--plot"):
                replace_file(str(self.plot), picture(kind))
            if self.out is not None:
                replace_file(self.out, page().encode())
        except GradcalcError as error:
            return error
        return None
