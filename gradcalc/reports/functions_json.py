"""The catalogue of functions as JSON."""

from typing import TYPE_CHECKING, Any

from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradcalc.analysis.catalogue import Entry


def catalogue_to_dict(entries: "Iterable[Entry]") -> dict[str, Any]:
    """The object that `functions --json` prints."""
    return {"schema": SCHEMA, "functions": [_facts(entry) for entry in entries]}


def function_to_dict(entry: "Entry") -> dict[str, Any]:
    """The object that `functions NAME --json` prints: one function, with samples."""
    samples = [
        {
            "at": json_value(evaluation.variables),
            "value": json_value(evaluation.value),
            "jacobian" if evaluation.jacobian is not None else "gradient": json_value(
                evaluation.jacobian or evaluation.gradient or {}
            ),
        }
        for evaluation in entry.evaluations()
    ]
    return {"schema": SCHEMA, **_facts(entry), "samples": samples}


def _facts(entry: "Entry") -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "group": entry.group,
        "signature": entry.signature,
        "parameters": list(entry.parameters),
        "meaning": entry.meaning,
        "derivative": entry.partials,
        "selected": entry.gates,
        "domain": entry.domain or None,
        "definition": entry.definition or None,
        "passes": entry.passes or None,
        "convention": entry.convention or None,
        "notes": [
            {
                "kind": place.kind,
                "condition": place.condition,
                "message": place.message,
            }
            for place in entry.singular
        ],
        "aliases": list(entry.aliases),
        "plot": entry.window or None,
    }
