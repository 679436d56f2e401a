"""An uncertainty as the object that `--json` prints."""

from collections.abc import Sequence

from gradcalc.analysis.sampled import Sample
from gradcalc.analysis.uncertainty import Uncertainty
from gradcalc.reports.objects import answered, json_fields
from gradcalc.shapes import unflatten
from gradcalc.strict_json import Object, json_value


def uncertainty_to_dict(
    found: Uncertainty, samples: Sequence[Sample] | None = None, *, order: int = 1
) -> Object:
    """The uncertainty of a result; of a list result lists, and their covariance."""
    output = found.evaluation.output
    rows = [
        {
            row.variable: json_fields(row, "value sigma gradient contribution share")
            for row in each
        }
        for each in found.contributions
    ]
    answer = {
        **answered(found.evaluation, "expression=source value"),
        "sigma": json_value(found.sigma),
        "variables": {
            name: json_fields(each, "value sigma")
            for name, each in found.measurements.items()
        },
        "contributions": unflatten(output, iter(rows)),
        "labels": {
            name: {"value": json_value(value), "sigma": json_value(sigma)}
            for name, (value, sigma) in found.labels.items()
        },
    }
    if isinstance(output, list):
        answer["covariance"] = json_value(found.covariance)
    if order == 2:
        second = [json_fields(each, "shift sigma") for each in found.second_order]
        answer["second_order"] = unflatten(output, iter(second))
    if samples is not None:
        answer["samples"] = unflatten(output, iter(map(_sample, samples)))
    return answer


def _sample(sample: Sample) -> Object:
    return {
        "count": len(sample.numbers) + sample.lost,
        "lost": sample.lost,
        **json_fields(sample, "mean sigma skewness quantiles"),
    }
