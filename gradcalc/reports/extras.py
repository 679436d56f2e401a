"""Libraries that not everyone needs: imported, or else named in one sentence."""

from importlib import import_module
from typing import Any

from gradcalc.errors import MissingExtraError


def extra_module(name: str, extra: str, purpose: str) -> Any:
    """The module. Raises MissingExtraError, which says what installs it.

    `purpose` is what needs it, in the plural: "svg and png pictures".
    """
    try:
        return import_module(name)
    except ImportError:
        library = name.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} need {library}: pip install 'gradcalc[{extra}]'"
        ) from None
