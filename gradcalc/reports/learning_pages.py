"""What learning shows: a descent's steps, a training and its bar, a prediction."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from gradcalc.reports.numbers import (
    align_numbers,
    exact_number,
    format_number,
    format_value,
    spans_decades,
)
from gradcalc.reports.pages import Line, Page, Part, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.reports.uncertain_numbers import to_sigma, with_sigma
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import counted, cut_end, some

if TYPE_CHECKING:
    from gradcalc.learning.descent import Descent, Point
    from gradcalc.learning.measures import Outside
    from gradcalc.learning.model import Model
    from gradcalc.learning.prediction import Prediction
    from gradcalc.learning.training import Training
    from gradcalc.learning.training_tasks import TrainingResult

# Of a longer trace only the first and the last points are shown, unless all are wanted.
MOST_POINTS = 24
_STYLES = {"converged": "green", "kink": "yellow", "diverged": "red"}

# Telling Rich of every epoch would cost more than a short epoch itself.
_SECONDS = 0.1

# More parameters than this are left to the model file and to --json.
MOST_PARAMETERS = 40
_LONGEST_FORMULA = 400
_FORMULA_DIGITS, _LOSS_DIGITS = 4, 6
# The heights of small bars, by whether more than ASCII may be drawn.
SPARKS = {True: "▁▂▃▄▅▆▇█", False: "_.-=+*#"}
_WIDEST = 40
# The name of a parameter is not cut to fewer columns than this.
_NARROWEST = 12


def descent_page(
    descent: "Descent",
    *,
    all_rows: bool = False,
    width: int | None = None,
    precision: int | None = None,
) -> Page:
    """The descent as a page; `width` is the terminal's, None where there is none."""
    points = descent.trace
    gap = None
    if len(points) > MOST_POINTS and not all_rows:
        gap = MOST_POINTS // 2
        points = [*points[:gap], *points[-gap:]]
    table, unfitting = layout(
        _descent_columns(points), width, precision, bold=len(points) - 1, gap=gap
    )
    if left_out := len(descent.trace) - len(points):
        unfitting = [f"{left_out} steps are left out; --every shows them.", *unfitting]
    notes = paragraphs(unfitting, width)
    return Page([*table, line(), *notes, *_ending(descent, width)])


def _descent_columns(points: Sequence["Point"]) -> list[Column]:
    """The columns; what comes last is the first to be left out."""
    steps = [str(point.step) for point in points]
    columns = [
        Column("step", [step.rjust(len(steps[-1])) for step in steps]),
        Column("value", [point.value for point in points]),
        Column("predicted change", [point.predicted for point in points], spare=1),
        Column("actual change", [point.actual for point in points], spare=2),
    ]
    # The variables that move: the values of the others stand in the command.
    for name, slope in points[0].gradient.items():
        rows = [flatten(point.variables[name]) for point in points]
        for place, element in enumerate(element_names(name, shape_of(slope))):
            numbers = [row[place] for row in rows]
            columns.append(Column(element, numbers, spare=len(columns)))
    return columns


def descent_ending(descent: "Descent") -> str:
    """Why it ended and after how many steps."""
    steps = counted(descent.end.step, "step")
    return f"{descent.stopped} after {steps}: {one_line(descent.reason)}"


def _ending(descent: "Descent", width: int | None) -> list[Line]:
    first, *others = paragraphs([descent_ending(descent)], width)
    rest = first.text.removeprefix(descent.stopped)
    style = _STYLES.get(descent.stopped, "")
    return [Line([(descent.stopped, style), (rest, "")]), *others]


@contextmanager
def training_progress(
    stream: IO[str], epochs: int, *, colour: bool
) -> Iterator[Callable[..., None]]:
    """A context with the function that shows an epoch as done, with its loss.

    The bar that it moves is gone afterwards.
    """
    # Imported here: the pages need no Rich.
    from rich import progress
    from rich.console import Console

    bar = progress.Progress(
        progress.TextColumn("epoch"),
        progress.MofNCompleteColumn(),
        progress.BarColumn(),
        progress.TextColumn("loss {task.fields[loss]}"),
        progress.TimeRemainingColumn(),
        console=Console(file=stream, color_system="auto" if colour else None),
        transient=True,
    )
    task = bar.add_task("epoch", total=epochs, loss="-")
    due = 0.0

    def show(epoch: int, loss: float, *_validation: float) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _SECONDS
            bar.update(task, completed=epoch, loss=format_number(loss, 4))

    with bar:
        yield show


@contextmanager
def loss_column(
    stream: IO[str], epochs: int, every: int, precision: int | None = None
) -> Iterator[Callable[..., None]]:
    """A context with the function that writes the loss of every so many epochs.

    With the loss comes that of the rows held back, if there are any. The last epoch is
    written, too.
    """
    digits = precision or _LOSS_DIGITS
    # Of a number with a sign, a point and an exponent.
    width, widths = digits + 7, max(len("epoch"), len(str(epochs)))
    last: tuple[int, list[str]] | None = None
    written = 0

    def write(first: str, *texts: str) -> None:
        cells = [first.rjust(widths), *(text.rjust(width) for text in texts)]
        stream.write("  ".join(cells) + "\n")
        stream.flush()

    def show(epoch: int, *losses: float) -> None:
        nonlocal last, written
        if last is None:
            write("epoch", *["loss", "validation"][: len(losses)])
        last = epoch, [format_number(loss, digits) for loss in losses]
        if epoch % every == 0:
            write(str(epoch), *last[1])
            written = epoch

    try:
        yield show
    finally:
        if last is not None and last[0] != written:
            write(str(last[0]), *last[1])


def training_page(
    result: "TrainingResult",
    *,
    saved: str | None = None,
    unicode: bool = True,
    width: int | None = None,
    precision: int | None = None,
) -> Page:
    """The training as a page; `width` is the terminal's, None where there is none.

    `saved` names the file of the model; without `unicode` only ASCII is drawn.
    """
    # Its statements on one line, as they could be typed.
    formula = result.model.formula(precision or _FORMULA_DIGITS).replace("\n", "; ")
    parts: list[Part] = [
        *paragraphs(_facts(result, unicode, width, precision or 6), width),
        line(),
        *_parameters(result.model.parameters, result.fixed, width, precision),
        line(),
    ]
    shown = f"formula: {cut_end(formula, _LONGEST_FORMULA, '...')}"
    parts += paragraphs([shown], width, "bold")
    if result.carried:
        parts += paragraphs(
            [f"note: {carried_sentence(result.carried, result.model)}"], width
        )
    if result.scales:
        sentence = f"{some(list(result.scales))} {_scaled_sentence(result)}"
        parts += paragraphs([f"note: {sentence}"], width)
    notes = [f"note: {sentence}" for sentence in training_notes(result)]
    parts += paragraphs(notes, width, "yellow")
    if saved is not None:
        parts.append(line(f"saved: {saved}"))
    return Page(parts)


def _facts(
    result: "TrainingResult", unicode: bool, width: int | None, digits: int
) -> list[str]:
    facts = training_facts(result, digits, "→" if unicode else "->")
    # What is left beside the longest name and the numbers.
    room = _WIDEST if width is None else width - len(f"validation  {facts['loss']}  ")
    bars = max(2, min(_WIDEST, room))
    curve = sparkline(result.training.losses, SPARKS[unicode], bars)
    return _named({**facts, "loss": f"{facts['loss']}  {curve}".rstrip()})


def training_facts(
    result: "TrainingResult", digits: int, arrow: str = "→"
) -> dict[str, str]:
    """What the training came to, by name."""
    training = result.training
    first, last = (format_number(x, digits) for x in (training.first, training.last))
    facts = {"loss": f"{first} {arrow} {last}"}
    if training.validation is not None:
        facts["validation"] = format_number(training.validation, digits)
    if result.accuracy is not None:
        shares = [
            f"{share:.1%} ({name})" if len(result.accuracy) > 1 else f"{share:.1%}"
            for name, share in result.accuracy.items()
        ]
        facts["accuracy"] = ", ".join(shares)
    length = f"{counted(training.epochs, 'epoch')} of {counted(result.rows, 'row')}"
    facts["stopped"] = f"{training.stopped} after {length}"
    return facts


def _parameters(
    values: dict[str, Any],
    fixed: Sequence[str],
    width: int | None,
    precision: int | None,
) -> list[Part]:
    names, numbers = list[str](), list[float]()
    for name, value in values.items():
        names += element_names(name, shape_of(value))
        numbers += flatten(value)
    shown = names[:MOST_PARAMETERS]
    texts = [format_number(number, precision) for number in numbers[:MOST_PARAMETERS]]
    cells = [
        text + "  fixed" * (name.partition("[")[0] in fixed)
        for name, text in zip(shown, align_numbers(texts), strict=True)
    ]
    names_shown = Column("parameter", shown, least=_NARROWEST)
    parts, _ = layout([names_shown, Column("value", cells)], width)
    if left_out := len(names) - len(shown):
        sentence = f"{left_out} more parameters are left out; --json shows all."
        parts += paragraphs([sentence], width)
    return parts


def carried_sentence(names: Sequence[str], model: "Model") -> str:
    """The sentence on parameters that are held at the values in the formula."""
    is_, its, values = (
        ("is", "its", "value") if len(names) == 1 else ("are", "their", "values")
    )
    sentence = f"{some(names)} {is_} held at {its} {values} in the formula"
    # An index can be no parameter.
    for name in names:
        if name not in model.program.indices:
            makes = f"--{name}=... makes {name} a parameter that starts there"
            return f"{sentence}; {makes}"
    return sentence


def _scaled_sentence(result: "TrainingResult") -> str:
    is_, it = ("was", "it") if len(result.scales) == 1 else ("were", "them")
    return f"{is_} scaled to learn from; the formula takes {it} unscaled"


def sparkline(
    numbers: Sequence[float], levels: str = SPARKS[True], width: int = _WIDEST
) -> str:
    """The numbers as a row of small bars, at most `width` of them.

    The bars' heights follow the logarithm where all numbers are positive and they range
    over more than a factor of 100. What is not finite is a full bar.
    """
    if len(numbers) > width:
        last = len(numbers) - 1
        numbers = [numbers[round(k * last / (width - 1))] for k in range(width)]
    if spans_decades(numbers):
        numbers = [math.log(n) if math.isfinite(n) else n for n in numbers]
    finite = list(filter(math.isfinite, numbers))
    low = min(finite, default=0.0)
    # Bars of one height are low.
    height = (max(finite, default=0.0) - low) or math.inf
    top = len(levels) - 1
    return "".join(
        levels[round(top * (n - low) / height) if math.isfinite(n) else top]
        for n in numbers
    )


def divergence(training: "Training") -> str:
    """The sentence on a training that diverged."""
    return (
        f"the loss is no longer finite in epoch {training.epochs + 1}:"
        f" {training.reason}; these are the last finite parameters"
    )


def growth(training: "Training") -> str:
    """The sentence on a training that came to a larger loss."""
    return f"the loss has become larger, {training.last:.3g} after {training.first:.3g}"


def training_notes(result: "TrainingResult") -> Iterator[str]:
    """Sentences on what the training did that nobody can have meant."""
    if result.dead:
        yield _dead_sentence(result)
    if result.flat:
        yield _flat_sentence(result)
    if result.outside:
        yield _outside_sentence(result.outside, result)


def _listed(texts: Sequence[str]) -> str:
    listed = ", ".join(cut_end(one_line(text), 60, "...") for text in texts[:4])
    return f"{listed} and {len(texts) - 4} more" if len(texts) > 4 else listed


def _flat_sentence(result: "TrainingResult") -> str:
    one = len(result.flat) == 1
    have, they, learn = ("has", "it", "learns") if one else ("have", "they", "learn")
    return (
        f"{_listed(result.flat)} {have} no gradient on any row, or less than a"
        f" billionth of the prediction's, so {they} no longer {learn}: the start was"
        " flat, or the weights collapsed; another --seed or a smaller --rate may do"
        " better"
    )


def _outside_sentence(outside: "Outside", result: "TrainingResult") -> str:
    named = result.model.loss == outside.function
    return (
        f"the prediction is outside 0..1 on {outside.rows} of"
        f" {counted(result.rows, 'row')}, but {outside.function} is about"
        f" probabilities; {'--loss ' * named}{outside.instead} takes any numbers"
    )


def _dead_sentence(result: "TrainingResult") -> str:
    dead = result.dead
    rows = "the one row" if result.rows == 1 else f"all {result.rows} rows"
    listed = _listed(dead)
    they, are, them = ("it", "is", "it") if len(dead) == 1 else ("they", "are", "them")
    return (
        f"{listed} {are} dead: {they} {are} 0 on {rows}, so nothing passes back through"
        f" {them} and what stands in {them} no longer learns; another --seed may do"
        " better"
    )


def prediction_lines(
    columns: Sequence[str], values: Sequence[Any], precision: int | None = None
) -> list[str]:
    """The values, each after its name; a single one stands alone."""
    texts = [
        value
        if isinstance(value, str)
        else format_value(value, precision, exact_number)
        for value in values
    ]
    if len(texts) == 1:
        return texts
    return _named(dict(zip(columns, texts, strict=True)))


def uncertain_texts(
    prediction: "Prediction", precision: int | None = None, sign: str = "±"
) -> list[str]:
    """Each number of a prediction with its sigma and, if it is known, its interval."""
    values, sigmas = flatten(prediction.score), flatten(prediction.sigma)
    texts = [
        f"{format_number(value, precision)} {sign} {format_number(sigma, precision)}"
        if precision
        else with_sigma(value, sigma, sign)
        for value, sigma in zip(values, sigmas, strict=True)
    ]
    if prediction.lower is None:
        return texts
    ends = [
        [
            format_number(x, precision) if precision else to_sigma(x, sigma)
            for x, sigma in zip(flatten(side), sigmas, strict=True)
        ]
        for side in (prediction.lower, prediction.upper)
    ]
    return [
        f"{text}, {low} to {high}" for text, low, high in zip(texts, *ends, strict=True)
    ]


def _named(texts: Mapping[str, str]) -> list[str]:
    """The texts, each after its name."""
    width = max(map(len, texts))
    return [f"{name:{width}}  {text}" for name, text in texts.items()]
