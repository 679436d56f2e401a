"""Where linear propagation misleads: sentences on what it does not see."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradcalc.analysis.uncertainty import Uncertainty
from gradcalc.errors import GradcalcError
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import listing, plural

if TYPE_CHECKING:
    from gradcalc.analysis.sampled import Sample

# What a mean may be off by, in uncertainties, an uncertainty, as a share, and how
# lopsided a sample may be, before it is spoken of.
_SHIFT, _SPREAD, _SKEWNESS = 0.1, 0.1, 0.5
# Second derivatives of more numbers than these are not worked out unasked.
_MOST = 30
_KINKS = ("kink", "tie")


def remarks(
    found: Uncertainty, samples: "Sequence[Sample] | None" = None, order: int = 1
) -> Iterator[str]:
    """The sentences, for each number of the result.

    They name what says more and was not asked for: `samples`, and `order` 2.
    """
    ways = ["--order 2"] * (order == 1) + ["--samples"] * (samples is None)
    more = f"; {listing(ways)} {plural(ways, 'says', 'say')} more" if ways else ""
    for note in found.evaluation.notes:
        if note.kind in _KINKS and any(found.sigmas):
            rest = "; --samples shows the rest" if samples is None else ""
            yield f"{note.sentence}. The uncertainty is that of this one slope{rest}."
    if not any(found.sigmas):
        yield "No value has an uncertainty, so the result has none."
        return
    names = element_names("", shape_of(found.evaluation.output))
    sigmas = flatten(found.sigma)
    for place, (name, sigma) in enumerate(zip(names, sigmas, strict=True)):
        where = f"{name}: " if name else ""
        if samples is not None:
            yield from _against(
                where, flatten(found.value)[place], sigma, samples[place]
            )
        elif math.isfinite(sigma):
            yield from _bending(where, more, found, place, sigma)


def _against(where: str, value: float, sigma: float, sample: "Sample") -> Iterator[str]:
    """Where a sample tells another story than the gradient."""
    told = []
    if sample.lost:
        told.append(f"{sample.lost:,} of the samples are not finite")
    if len(sample.numbers) > 1:
        if abs(sample.mean - value) > _SHIFT * max(sigma, sample.sigma):
            told.append("the mean is shifted")
        if abs(sample.sigma - sigma) > _SPREAD * max(sigma, sample.sigma):
            told.append("the spread is another")
        if abs(sample.skewness) > _SKEWNESS:
            side = "above" if sample.skewness > 0 else "below"
            told.append(f"the results reach further {side} than on the other side")
    if told:
        yield f"{where}The linear answer misleads here: {listing(told)}."


def _bending(
    where: str, more: str, found: Uncertainty, place: int, sigma: float
) -> Iterator[str]:
    """Where second derivatives matter, as far as they are quickly known."""
    if sum(map(bool, found.sigmas)) > _MOST:
        return
    try:
        second = found.second_order[place]
    except GradcalcError:
        return
    if not sigma and second.sigma:
        yield (
            f"{where}The slope is 0 here, so that to first order nothing is"
            f" uncertain{more}."
        )
    elif abs(second.shift) > _SHIFT * sigma or second.sigma > (1 + _SPREAD) * sigma:
        yield (
            f"{where}The formula bends within the uncertainties, so that the linear"
            f" answer misleads{more}."
        )
