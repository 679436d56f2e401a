"""`gradcalc graph`: the computation graph as a tree, as text or as a picture."""

import sys

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import check_not_read, replace_file
from gradcalc.errors import UsageError
from gradcalc.reports.picture_formats import GRAPH_FORMATS

_MOST = 500


@click.command(
    "graph",
    cls=FormulaCommand,
    help="Draw the graph of a formula: what is computed of what, with values and"
    " gradients if all variables are given, with what is known if some are. Round"
    " boxes are variables, dashed ones numbers, the thick one is the result. A call is"
    " one step, and each list of a large graph one box, unless --expand shows what is"
    " inside.",
    examples=[
        'gradcalc graph "n = x*w + b; tanh(n)"',
        'gradcalc graph "n = x*w + b; tanh(n)" --x=2 --w=-3 --b=5 --out neuron.svg',
        'gradcalc graph "huber(w*x, y)" --expand --format mermaid',
    ],
)
@options.as_json
@options.format_option(GRAPH_FORMATS)
@options.out_option(GRAPH_FORMATS)
@click.option(
    "--limit",
    type=options.Number(1, whole=True),
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
    format_: str | None,
    out: str | None,
    limit: int,
    expand: bool,
) -> None:
    options.exclusive(("--json", request.as_json), ("--format", bool(format_)))
    options.exclusive(("--json", request.as_json), ("--out", bool(out)))
    kind = format_ or options.format_of_file(out, GRAPH_FORMATS) or "tree"
    chosen = GRAPH_FORMATS[kind]
    if not chosen.is_text and out is None and sys.stdout.isatty():
        raise UsageError(
            f"a {kind} picture cannot be shown in a terminal",
            hint=f"write --out graph{chosen.endings[0]}",
        )
    if out is not None:
        check_not_read(out, request.sources)
    bound = request.bind(complete=False)
    from gradcalc.analysis.known_nodes import known_nodes
    from gradcalc.reports.drawing import drawing

    known = known_nodes(bound, request.wrt)
    digits = chosen.digits if request.precision is None else request.precision
    diagram = drawing(
        known,
        expand=expand,
        fold=not request.as_json,
        precision=digits,
        title=request.title,
    )
    if request.as_json:
        from gradcalc.reports.objects import diagram_to_dict

        consoles.show_json(diagram_to_dict(known, diagram))
        return
    ascii_only = out is None and not consoles.can_show("├└│")
    content = chosen.content(
        diagram,
        kind=kind,
        most=limit,
        ascii_only=ascii_only,
        width=consoles.width() if out is None else None,
    )
    if out is not None:
        replace_file(out, content)
    elif chosen.is_text and (sys.stdout.isatty() or not chosen.is_utf8):
        consoles.show_text(content.decode().rstrip("\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
