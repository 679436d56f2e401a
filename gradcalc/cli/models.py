"""Model files, as `gradcalc train --save` writes them."""

from typing import TYPE_CHECKING

from gradcalc.cli.files import read_text

if TYPE_CHECKING:
    from gradcalc.learning.model import Model


def read_model(path: str) -> "Model":
    """The model in the file (`-` for standard input)."""
    from gradcalc.learning.model import model_from

    text = read_text(path)
    return model_from(text, "standard input" if path == "-" else path)
