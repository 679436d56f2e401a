"""NumPy: a function of numbers or arrays of doubles that needs NumPy alone."""

from gradcalc.writers.code_spelling import in_table
from gradcalc.writers.languages.arrays import (
    ArrayDefinitions,
    array_language,
    array_table,
)

_YES = "np.where({0}, 1.0, 0.0)"

_DEFINED = ArrayDefinitions("np", "arrays.txt")

NUMPY = array_language(
    "np",
    in_table(array_table("np", _YES), _DEFINED.called),
    _DEFINED,
    before=["import numpy as np"],
    # What is infinite or NaN is meant, and so is what is computed and not selected.
    above=['@np.errstate(all="ignore")'],
    yes=_YES,
    argument="np.asarray({0}, dtype=np.float64)",
)
