"""A fit as the object that `--json` prints, which is also its model file."""

from gradcalc.fitting.fits import Fit
from gradcalc.reports.objects import FIT, json_fields, model_to_dict, shapes_to_dict
from gradcalc.strict_json import Object, json_value


def fit_to_dict(fit: Fit) -> Object:
    """The fit: what a model has, how well it is known, and how good the fit is."""
    optional = {
        "shapes": shapes_to_dict(fit.model),
        "sigma_column": fit.weights,
        "robust": fit.robust,
        "robust_scale": fit.robust_scale,
        "fixed": fit.fixed,
        "skipped": fit.skipped.count,
    }
    return {
        **model_to_dict(fit.model),
        "sigma": json_value(fit.sigma),
        "intervals": {name: json_value(ends) for name, ends in fit.intervals().items()},
        "names": fit.names,
        "covariance": json_value(fit.covariance),
        **json_fields(fit, FIT),
        "start": json_value(fit.start),
        **{name: json_value(entry) for name, entry in optional.items() if entry},
        "notes": fit.notes,
    }
