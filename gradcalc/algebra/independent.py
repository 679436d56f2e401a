"""Labels as variables of their own: the graph is cut where they are computed."""

from collections.abc import Mapping
from dataclasses import replace

from gradcalc.language.bindings import BoundProgram
from gradcalc.operations import VARIABLE
from gradcalc.shapes import Structure, flatten, named_leaves, unflatten


def independent(bound: BoundProgram, wanted: Mapping[str, Structure]) -> BoundProgram:
    """The program in which all that is wanted is a variable with the value it has.

    `wanted` has nodes of the program by name, as `wanted_nodes` gives them; nodes keep
    their numbers. Every variable of the program must have a value.
    """
    program = bound.program
    graph, given = program.graph.copy(), dict(bound.given)
    values = graph.forward(given)
    variables = dict(bound.variables)
    for name, structure in wanted.items():
        for element, node in named_leaves({name: structure}).items():
            if graph.operations[node] is not VARIABLE:
                graph.operations[node], graph.inputs[node] = VARIABLE, ()
                graph.names[node] = element
                graph.literals.pop(node, None)
                given[node] = values[node]
        graph.variables[name] = structure
        variables[name] = unflatten(
            structure, map(values.__getitem__, flatten(structure))
        )
    return replace(
        bound, program=replace(program, graph=graph), variables=variables, given=given
    )
