"""A subject whose answers are chosen, so that a check is tried at its limits without a model."""

from types import SimpleNamespace

import numpy as np

from aeutils.checkup.data import Data
from aeutils.checkup.trace import Step

ROWS = np.random.default_rng(3).normal(size=(40, 6))


def data(x_train=ROWS[:30], x_valid=ROWS[30:], y_train=None, y_valid=None, **settings):
    """Rows as they are given here, of a table that is to be copied."""
    x_train, x_valid = np.asarray(x_train), np.asarray(x_valid)
    copies = y_train is None
    targets = (x_train, x_valid) if copies else (np.asarray(y_train), np.asarray(y_valid))
    given = {"x_train": x_train, "x_valid": x_valid}
    given |= {} if copies else {"y_train": targets[0], "y_valid": targets[1]}
    settings = {"given": given, "kind": "table", "copies": copies, "mask_value": None} | settings
    return Data(
        x_train=x_train,
        x_valid=x_valid,
        target_train=targets[0],
        target_valid=targets[1],
        **settings,
    )


class Stub:
    """What the checks ask of a subject; all that is not given is that of a perfect, plain model."""

    def __init__(self, rows=None, **answers):
        self.data = data() if rows is None else rows
        self.loss, self.trained, self.gives_logits = "mse", True, False
        self.model = self.trainer = self.encoder = self.decoder = None
        self.posterior = self.codes = self.code_step = None
        self.first_step = self.output_step = self.output_activation = None
        self.steps = []
        self.valid_copies = self.data.target_valid
        self.train_copies = self.data.target_train[: len(self.data.x_valid)]
        vars(self).update(answers)
        self.raw_valid = answers.get("raw_valid", self.valid_copies)

    def reconstruction(self, outputs):
        """The first of several outputs."""
        return outputs[0] if isinstance(outputs, (tuple, list)) else outputs


def step(output, **layer):
    """A call of a layer with these attributes."""
    layer = {"name": "layer", "weights": []} | layer
    return Step(SimpleNamespace(**layer), np.asarray(output))


def said(outcome):
    """Verdict and measurement of an outcome; None where the check kept silent."""
    return outcome and (outcome.verdict, outcome.measured)


def always(value):
    """A function that gives one value whatever it is asked."""
    return lambda *arguments, **settings: value
