"""Programs: statements to one graph, and the names that they leave open."""

from collections.abc import Collection, Mapping

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.builder import Builder
from gradcalc.language.syntax import ASSIGNMENT, CALL, DEFAULT, NAME, Syntax, postorder
from gradcalc.operations import CONSTANTS
from gradcalc.shapes import Shape, Structure


class Program:
    """A built program.

    graph      its nodes
    scope      the structure of each label
    result     the structure of its last statement
    functions  the functions that it defines
    """

    __slots__ = ("functions", "graph", "result", "scope")

    def __init__(self, builder: Builder, result: Structure) -> None:
        self.graph = builder.graph
        self.scope = builder.scope
        self.functions = builder.definitions.functions
        self.result = result


def build(
    text: str, statements: list[Syntax], shapes: Mapping[str, Shape] | None = None
) -> Program:
    """The graph of the program. Raises GradcalcError, with a span in the text."""
    builder = Builder(text, shapes)
    builder.definitions.later.update(
        statement[4][3]
        for statement in statements
        if statement[0] == ASSIGNMENT and statement[4][0] == CALL
    )
    result = None
    for statement in statements:
        structure = builder.statement(statement)
        if structure is not None:
            result = structure
    if result is None or structure is None:
        raise FormulaSyntaxError(
            "the program ends with a definition and has no result",
            source=text,
            span=(len(text.rstrip()), len(text.rstrip())),
            hint="add a last line that calls the function",
        )
    return Program(builder, result)


def free_names(
    statements: list[Syntax], given: Collection[str] = ()
) -> dict[str, Span]:
    """The free variables of the program in order of first use, and where that is.

    A constant is one only if it is among the names that are `given`.
    """
    found: dict[str, Span] = {}
    labels: set[str] = set()
    functions: dict[str, tuple[list[Syntax], list[Syntax]]] = {}
    entered: set[str] = set()

    def use(leaf: Syntax) -> None:
        name = leaf[3]
        if name not in labels and (name not in CONSTANTS or name in given):
            found.setdefault(name, (leaf[1], leaf[2]))

    for statement in statements:
        expression = statement
        if statement[0] == ASSIGNMENT:
            left, expression = statement[4:6]
            if left[0] == CALL:
                parameters = {parameter[3] for parameter in left[4:]}
                body = postorder(expression)
                for parameter in left[4:]:
                    if parameter[0] == DEFAULT:
                        body += postorder(parameter[4])
                functions[left[3]] = (
                    [n for n in body if n[0] == NAME and n[3] not in parameters],
                    [n for n in body if n[0] == CALL],
                )
                continue
        pending = [iter(postorder(expression))]
        while pending:
            for node in pending[-1]:
                if node[0] == NAME:
                    use(node)
                elif (
                    node[0] == CALL and node[3] in functions and node[3] not in entered
                ):
                    entered.add(node[3])
                    pending.append(
                        iter([*functions[node[3]][0], *functions[node[3]][1]])
                    )
                    break
            else:
                pending.pop()
        if statement[0] == ASSIGNMENT:
            labels.add(statement[4][3])
    return found
