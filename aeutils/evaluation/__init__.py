"""Errors, probes, likelihoods and tests that the chapters compare their models by."""

from aeutils.evaluation.codes import (
    active_units,
    dead_units,
    knn_accuracy,
    linear_probe_accuracy,
)
from aeutils.evaluation.curves import fit_curve
from aeutils.evaluation.errors import (
    mean_image_error,
    mse,
    pca_errors,
    principal_components,
    squared_error_per_image,
)
from aeutils.evaluation.likelihood import elbo_terms, importance_weighted_nll
from aeutils.evaluation.local import LocalPCA, local_pca_errors
from aeutils.evaluation.samples import mmd, mmd_test, parzen_log_likelihood

__all__ = [
    "LocalPCA",
    "active_units",
    "dead_units",
    "elbo_terms",
    "fit_curve",
    "importance_weighted_nll",
    "knn_accuracy",
    "linear_probe_accuracy",
    "local_pca_errors",
    "mean_image_error",
    "mmd",
    "mmd_test",
    "mse",
    "parzen_log_likelihood",
    "pca_errors",
    "principal_components",
    "squared_error_per_image",
]
