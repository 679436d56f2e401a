"""`gradcalc graph`: the computation graph as a tree, as text or as a picture."""

import os
import sys

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import file_name
from gradcalc.cli.replacing import replace_file
from gradcalc.errors import FormulaError, UsageError
from gradcalc.language.bindings import bind
from gradcalc.wording import listing, quoted

FORMATS = ("tree", "dot", "mermaid", "svg", "png")

ENDINGS = {
    ".txt": "tree",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".svg": "svg",
    ".png": "png",
}

_MOST = 500
# Pictures show this many digits unless told otherwise: their boxes grow with them.
_DIGITS = 6


@click.command(
    "graph",
    cls=FormulaCommand,
    help="Draw the graph of a formula: what is computed of what, with values and"
    " gradients if all variables are given, with what is known if some are. Round"
    " boxes are variables, dashed ones numbers, the thick one is the result. A call is"
    " one step unless --expand shows what is inside.",
    examples=[
        'gradcalc graph "n = x*w + b; tanh(n)"',
        'gradcalc graph "n = x*w + b; tanh(n)" --x=2 --w=-3 --b=5 --out neuron.svg',
        'gradcalc graph "huber(w*x, y)" --expand --format mermaid',
    ],
)
@options.as_json
@click.option(
    "--format",
    "format_",
    type=options.Choice(FORMATS),
    help="tree (the default), dot, mermaid, svg or png.",
)
@click.option("--out", metavar="FILE", help=f"Write a file: {listing(ENDINGS, 'or')}.")
@click.option(
    "--limit",
    callback=options.whole_number(1),
    type=str,
    metavar="N",
    default=_MOST,
    help=f"Most lines of a tree, or boxes of a picture ({_MOST}).",
)
@options.wrt
@options.output
@options.precision
@options.expand
def command(
    request: Request,
    *,
    as_json: bool,
    format_: str | None,
    out: str | None,
    limit: int,
    wrt: list[str] | None,
    output: str | None,
    precision: int | None,
    expand: bool,
) -> None:
    options.exclusive(("--json", as_json), ("--format", bool(format_)))
    options.exclusive(("--json", as_json), ("--out", bool(out)))
    chosen = format_ or format_of_file(out, ENDINGS) or "tree"
    if chosen == "png" and out is None and sys.stdout.isatty():
        raise UsageError(
            "a png picture cannot be shown in a terminal", hint="write --out graph.png"
        )
    bound = bind(
        request.formula,
        request.variables,
        defaults=request.defaults,
        output=output,
        complete=False,
    )
    from gradcalc.reports.drawing import DrawnProgram, diagram_to_dict

    if precision is None and chosen != "tree":
        precision = _DIGITS
    drawn = DrawnProgram(bound, wrt=wrt, expand=expand, precision=precision)
    if as_json:
        consoles.show_json(diagram_to_dict(drawn))
        return
    diagram = drawn.diagram
    if chosen in ("svg", "png"):
        if len(diagram.nodes) > limit:
            raise FormulaError(
                f"the graph has {len(diagram.nodes)} boxes: as a picture of more than"
                f" {limit} it would be slow to draw and hard to read",
                hint=f"--limit {len(diagram.nodes)} draws it, --format dot writes it"
                " as text",
            )
        from gradcalc.reports.pictures import graph_picture

        content = graph_picture(diagram, chosen)
    elif chosen == "tree":
        from gradcalc.writers.tree import tree_lines

        ascii_only = out is None and not consoles.can_show("├└│")
        lines = tree_lines(diagram, most=limit, ascii_only=ascii_only)
        content = ("\n".join(lines) + "\n").encode()
    elif chosen == "dot":
        from gradcalc.writers.dot import dot_text

        content = (dot_text(diagram) + "\n").encode()
    else:
        from gradcalc.writers.mermaid import mermaid_text

        content = (mermaid_text(diagram) + "\n").encode()
    if out is not None:
        replace_file(file_name(out), content, out)
    elif chosen == "png":
        sys.stdout.buffer.write(content)
    else:
        consoles.show_text(content.decode().rstrip("\n"))


def format_of_file(path: str | None, endings: dict[str, str]) -> str | None:
    """The format that the file's ending stands for; None without a file."""
    if path is None:
        return None
    ending = os.path.splitext(path)[1].lower()
    if ending not in endings:
        raise UsageError(
            f"--out: the ending of {quoted(path)} is not known",
            hint=f"known are {listing(endings)}",
        )
    return endings[ending]
