"""The click commands that take variables, and those that take a formula too.

    @click.command("eval", cls=FormulaCommand, help="...", examples=["..."])
    @options.as_json
    @options.strict
    def command(request: Request, *, strict: bool) -> int | None: ...

The callback gets the request, with formula and variables read and the options that most
commands share, and its own options.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import click

from gradcalc.cli import options
from gradcalc.cli.arguments import HELP_WORDS, Split, split_arguments
from gradcalc.cli.files import (
    STANDARD_INPUT,
    read_model,
    read_text,
    standard_input_is_free,
)
from gradcalc.cli.mistaken_names import (
    explain_names,
    explain_options,
    from_click,
    misplaced_options,
    nearest_option,
    refuse_options,
    setting,
)
from gradcalc.cli.variables import (
    Entry,
    number_entry,
    read_bindings,
    read_variables,
    split_setting,
)
from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.language.bindings import BoundProgram, bind, constant_value
from gradcalc.language.identifiers import normal
from gradcalc.wording import printable


@dataclass(eq=False, repr=False)
class Request:
    """What a command was asked."""

    # The word that is neither option nor binding.
    positional: str | None
    # The text of the formula, "" for a command that takes none.
    formula: str
    # The values given on the command line.
    variables: dict[str, Any]
    # The values in files: they may hold names that the formula does not use, and
    # `variables` win over them.
    defaults: dict[str, Any]
    # The files that all this is read from; standard input may be one of them.
    sources: list[str]
    # Every option of the command, and the text of each that is given.
    declared: Collection[str] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    # The options of these names, for the commands that have them.
    as_json: bool = False
    output: str | None = None
    precision: int | None = None
    wrt: list[str] | None = None

    @property
    def title(self) -> str | None:
        """What a picture is called: the formula's file; None for the formula itself."""
        path = self.given.get("--file") or self.given.get("--model") or STANDARD_INPUT
        return None if path == STANDARD_INPUT else printable(os.path.basename(path))

    def bind(
        self, *, wrt: Sequence[str] | None = None, complete: bool = True
    ) -> BoundProgram:
        """The formula with its values bound, as `gradcalc.language.bindings.bind`."""
        bound = bind(
            self.formula,
            self.variables,
            defaults=self.defaults,
            output=self.output,
            wrt=self.wrt if wrt is None else wrt,
            complete=complete,
        )
        variables = bound.program.graph.variables
        self.refuse_options(name for name in variables if name not in bound.variables)
        return bound

    def refuse_options(self, names: Iterable[str]) -> None:
        """Raise BindingError if a name without a value is that of a given option."""
        refuse_options(self.formula, names, self.given)

    def setting(self, name: str, value: str = "") -> str:
        """How the command takes a value for the name: `--x=2`, or `--set json=2`."""
        return setting(name, self.declared, value or self.given.get("--" + name, ""))


# What each of these options reads, from standard input if it is given as "-".
_READERS = {
    "--file": "formula",
    "--model": "model",
    "--like": "model",
    "--vars": "variables",
    "--data": "rows",
}


def _read_twice(
    split: Split, positional: str | None, expected: str
) -> UsageError | None:
    """The error for two things to be read from standard input, or None."""
    read = [expected] if positional == STANDARD_INPUT else []
    texts = split.given
    read += [what for name, what in _READERS.items() if texts.get(name) == "-"]
    if len(read) < 2:
        return None
    return UsageError(f"standard input cannot be both the {read[0]} and the {read[1]}")


_OF_REQUEST = ("as_json", "output", "precision", "wrt")


class VariablesCommand(click.Command):
    """A command that takes variables as options, and at most one positional word.

    `value` reads the text of a variable's value, `entry` that in a file; `expected`
    names the positional word; `examples` end the help; `shared` are options that all
    commands of its kind have.
    """

    def __init__(
        self,
        name: str | None,
        *,
        value: Callable[[str], Any] = constant_value,
        entry: Entry = number_entry,
        expected: str = "formula",
        examples: Sequence[str] = (),
        shared: Sequence[click.Option] = options.SOURCES,
        params: list[click.Parameter] | None = None,
        **settings: Any,
    ) -> None:
        self.value, self.entry = value, entry
        self.expected = expected
        self.examples = examples
        super().__init__(name, params=[*(params or ()), *shared], **settings)

    # What the help says of the value of a variable.
    values_help = (
        "A number, a constant formula (pi/4), a list (1,2,3) or a matrix"
        ' ("1,2;3,4"). Also: --NAME VALUE.'
    )

    def get_help_option(self, ctx: click.Context) -> click.Option:
        # No short one: -h would be a formula.
        return options.HELP

    def declared_options(self, context: click.Context) -> dict[str, str]:
        """What each option of the command takes, as `split_arguments` calls it."""
        return {
            spelling: "optional"
            if isinstance(parameter, options.OptionalValue)
            else "names"
            if isinstance(parameter, options.NamesOption)
            else "flag"
            if parameter.is_flag
            else "values"
            if parameter.multiple
            else "value"
            for parameter in self.get_params(context)
            if isinstance(parameter, click.Option)
            for spelling in (*parameter.opts, *parameter.secondary_opts)
        }

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        split = split_arguments(args, self.declared_options(ctx), self.expected)
        helped = ctx.resilient_parsing or "--help" in split.options
        ctx.obj = split
        if split.problem and not helped:
            problem = self._misplaced(ctx, split, split.unknown) or split.problem
            raise self.explained(ctx, problem)
        try:
            rest = super().parse_args(ctx, [*split.options])
            settings = map(split_setting, ctx.params.pop("settings") or ())
            ctx.obj = replace(split, bindings=[*split.bindings, *settings])
        except click.BadParameter as error:
            raise self.explained(ctx, from_click(error)) from None
        except GradcalcError as error:
            raise self.explained(ctx, error) from None
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            ctx.params["request"] = self._request(ctx)
            return super().invoke(ctx)
        except GradcalcError as error:
            raise self.explained(ctx, error) from None

    def _request(self, ctx: click.Context) -> Request:
        split: Split = ctx.obj
        declared = self.declared_options(ctx)
        try:
            variables = read_bindings(split.bindings, self.value, list(declared))
        except BindingError as error:
            names = [name for name, _ in split.bindings]
            raise self._misplaced(ctx, split, names) or error from None
        files = (ctx.params.get(name) for name in options.READ)
        sources = [STANDARD_INPUT, *filter(None, files)]
        path = ctx.params.pop("variables_file")
        shared = {n: ctx.params.pop(n) for n in _OF_REQUEST if n in ctx.params}
        positional = next(iter(split.positionals), None)
        if problem := _read_twice(split, positional, self.expected):
            raise problem
        formula, defaults = self.read_formula(ctx, positional)
        if path is not None:
            defaults = {**defaults, **read_variables(path, self.entry)}
        return Request(
            positional,
            formula,
            variables,
            defaults,
            sources,
            declared,
            split.given,
            **shared,
        )

    def explained(self, ctx: click.Context, error: GradcalcError) -> GradcalcError:
        """The error, with hints about names that are options and variables both."""
        split: Split = ctx.obj
        if any(word in HELP_WORDS for word in split.positionals):
            return error.but(hint=f"for help: {ctx.command_path} --help")
        request = ctx.params.get("request")
        formula = (request and request.formula) or self.typed_formula(split)
        if not formula:
            return error
        texts = {**dict.fromkeys(self.declared_options(ctx), ""), **split.given}
        if isinstance(error, BindingError) and (error.missing or error.unused):
            return explain_names(error, ctx, formula, texts)
        known = {normal(name) for name, _ in split.bindings}
        return explain_options(error, formula, texts, known)

    def typed_formula(self, split: Split) -> str:
        """The formula among the words, "" if there is none."""
        return ""

    def _misplaced(
        self, context: click.Context, split: Split, names: Sequence[str]
    ) -> UsageError | None:
        """The error for names that are options of other commands, or None."""
        options = {"--" + name for name in names}
        words = [word for word in split.positionals if word not in options]
        return misplaced_options(context, names, " ".join(words))

    def read_formula(
        self, context: click.Context, positional: str | None
    ) -> tuple[str, dict[str, Any]]:
        """The formula, "" for none, and the values of variables that come with it."""
        return "", {}

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [f"[{self.expected.upper()}]", "[--NAME=VALUE ...]", "[OPTIONS]"]

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        variables = [
            (
                "--NAME=VALUE",
                self.values_help,
            )
        ]
        others: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                section = variables if parameter in options.SOURCES else others
                section.append(record)
        # What stands beside a long option in a narrow terminal would have no room.
        widest = min(30, formatter.width // 2)
        for title, section in (("Variables", variables), ("Options", others)):
            with formatter.section(title):
                formatter.write_dl(section, col_max=widest)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                # As they stand: a wrapped example cannot be copied.
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class FormulaCommand(VariablesCommand):
    """A command whose positional word is a formula, or `-` for standard input.

    Without one the formula comes from `--file`, from a model that `train` saved unless
    `takes_model` is false, else from standard input.
    """

    def __init__(
        self, name: str | None, *, takes_model: bool = True, **settings: Any
    ) -> None:
        model = [options.MODEL_FILE] if takes_model else []
        shared = [options.FORMULA_FILE, *model, *options.SOURCES]
        super().__init__(name, shared=shared, **settings)

    def typed_formula(self, split: Split) -> str:
        return next(iter(split.positionals), "")

    def read_formula(
        self, context: click.Context, positional: str | None
    ) -> tuple[str, dict[str, Any]]:
        path = context.params.pop("formula_file")
        model = context.params.pop("model_file", None)
        if model is not None:
            options.exclusive(
                ("a formula", positional is not None or path is not None),
                ("--model", True),
                hint="leave out one of them: a model has a formula of its own",
            )
            trained = read_model(model)
            return trained.text, trained.parameters
        options.exclusive(
            ("a formula", positional is not None), ("--file", path is not None)
        )
        if positional is not None and positional != STANDARD_INPUT:
            return positional, {}
        if positional is None and path is None:
            given = context.obj.given
            readers = [name for name in _READERS if given.get(name) == STANDARD_INPUT]
            if readers or sys.stdin is None:
                why = f"is read for {readers[0]}" if readers else "is closed"
                raise UsageError(
                    f"there is no formula: standard input {why}",
                    hint="give the formula as an argument or with --file",
                )
            if not standard_input_is_free():
                raise click.exceptions.NoArgsIsHelpError(context)
        path = STANDARD_INPUT if path is None else path
        formula = read_text(path).rstrip()
        if not formula and positional is None:
            # It may have been taken for the value of a mistyped flag.
            for name, _ in context.obj.bindings:
                if near := nearest_option(name, self.declared_options(context)):
                    raise UsageError(
                        f"there is no formula, and no option --{name}",
                        hint=f"did you mean {near}?",
                    )
        return formula, {}
