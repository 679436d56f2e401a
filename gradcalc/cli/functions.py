"""`gradcalc functions`: every function of the language, or one in full."""

from typing import Any

import click

from gradcalc.cli import consoles, options

EPILOG = """\b
Examples:
  gradcalc functions
  gradcalc functions tanh
  gradcalc functions --json | jq -r '.functions[].name'
"""


def _names(_context: Any, _parameter: Any, incomplete: str) -> list[str]:
    """The functions that begin so, for completion in the shell."""
    from gradcalc.analysis.catalogue import catalogue

    return [name for name in catalogue() if name.startswith(incomplete)]


@click.command(
    "functions",
    help="List every operation and library function, or show one in full.",
    epilog=EPILOG,
)
@click.argument("name", required=False, shell_complete=_names)
@options.as_json
def command(name: str | None, *, as_json: bool) -> None:
    from gradcalc.analysis.catalogue import catalogue, look_up

    if as_json:
        from gradcalc.reports import objects

        consoles.show_json(
            objects.catalogue_to_dict(catalogue().values())
            if name is None
            else objects.function_to_dict(look_up(name))
        )
        return
    # Rich is needed for the pages alone.
    from gradcalc.reports import functions_page

    width = consoles.width()
    consoles.show(
        functions_page.catalogue_page(catalogue().values(), width=width)
        if name is None
        else functions_page.function_page(look_up(name), width=width)
    )
