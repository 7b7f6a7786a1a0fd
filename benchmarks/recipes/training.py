"""Train what a `Setting` describes, once in a process, or once for all with a folder to keep it."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from aeutils import compiled
from benchmarks.recipes import networks, parts, variational
from benchmarks.recipes.data import load
from benchmarks.recipes.subject import Subject

_NONE: Mapping[str, Any] = {}
LOSSES: dict[str, Callable[[], Any]] = {
    "mse": lambda: "mse",
    "crossentropy": lambda: "binary_crossentropy",
    "crossentropy of logits": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
    "masked mse": lambda: parts.masked_mse,
    "words": lambda: "sparse_categorical_crossentropy",
    "masked words": lambda: parts.masked_crossentropy,
    "gaussian": lambda: variational.gaussian,
    "mean square": lambda: variational.mean_square,
    "own": lambda: None,
}


@dataclass(frozen=True)
class Training:
    """How a model is trained; with `optimizer` ``"adam"`` the rate falls along half a cosine."""

    loss: str = "mse"
    epochs: int = 30
    learning_rate: float = 3e-3
    batch_size: int = 50
    optimizer: str = "adam"
    accuracy: bool = False


@dataclass(frozen=True)
class Setting:
    """All that makes one model and the data that it is shown with.

    Attributes
    ----------
    architecture : str
        A key of `networks.ARCHITECTURES` or of `variational.LATENT_DIM`.
    network : dict
        Switches of its ``build``.
    training : dict
        Fields of `Training`.
    trained_on, shown : str
        Variants of the data: for the training, and what is changed afterwards in those that are
        shown with the model. Settings that differ in `shown` alone share a training.
    after : str
        ``larger``: a layer that enlarges the output is put behind the trained model.
    """

    architecture: str
    network: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    trained_on: str = ""
    shown: str = ""
    after: str = ""

    def changed(
        self, network: Mapping[str, Any] = _NONE, training: Mapping[str, Any] = _NONE, **others: str
    ) -> "Setting":
        """Return a copy with other switches."""
        merged = {"network": self.network | dict(network)}
        merged["training"] = self.training | dict(training)
        return replace(self, **merged, **others)

    @property
    def name(self) -> str:
        """What tells its training from others."""
        trained = {name: asdict(self)[name] for name in ("network", "training", "trained_on")}
        return f"{self.architecture} {json.dumps(trained, sort_keys=True)}"

    @property
    def data_set(self) -> str:
        """Name of its data set."""
        if self.architecture in variational.DATA:
            return variational.DATA[self.architecture]
        return networks.ARCHITECTURES[self.architecture].data


def build(setting: Setting) -> keras.Model:
    """Return the untrained model of a setting, compiled."""
    module = variational if setting.architecture in variational.DATA else networks
    model = module.build(setting.architecture, **setting.network)
    compile_model(model, setting)
    return model


def compile_model(model: keras.Model, setting: Setting) -> None:
    """Compile a model with the loss and the optimizer of a setting."""
    training = Training(**setting.training)
    metrics = ["accuracy"] if training.accuracy else None
    optimizer = training.optimizer
    if optimizer == "adam":
        rows = len(load(setting.data_set, setting.trained_on).x_train)
        steps = -(-rows // training.batch_size) * training.epochs
        rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, steps)
        optimizer = keras.optimizers.Adam(rate)
    loss = LOSSES[training.loss]()
    model.compile(optimizer, loss=loss, metrics=metrics, jit_compile=False)


class Store:
    """Models that were trained in this process, or whose weights lie in a folder.

    Parameters
    ----------
    folder : Path, optional
        Where weights are kept from one run to the next; by default nowhere.
    """

    def __init__(self, folder: Path | None = None):
        self.folder, self.models, self.seconds = folder, {}, {}

    def subject(self, setting: Setting) -> Subject:
        """Return the trained model of a setting with the data that it is shown with."""
        model = self.train(setting.name, lambda: build(setting), lambda m: _fit(m, setting))
        variant = "+".join(filter(None, (setting.trained_on, setting.shown)))
        if setting.after == "larger":
            model = _enlarged(model)
            compile_model(model, setting)
        return Subject(load(setting.data_set, variant), model)

    def train(
        self,
        name: str,
        make: Callable[[], keras.Model],
        fit: Callable[[keras.Model], None],
    ) -> keras.Model:
        """Return the model of this name; make and train it where that was not done before."""
        if name not in self.models:
            start = time.perf_counter()
            keras.utils.set_random_seed(0)
            model = make()
            path = self._path(name)
            if path is None or not _restored(model, path):
                fit(model)
                if path is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    np.savez(path, *model.get_weights(), steps=model.optimizer.iterations)
            self.models[name], self.seconds[name] = model, time.perf_counter() - start
        return self.models[name]

    def _path(self, name: str) -> Path | None:
        digest = hashlib.sha256(name.encode()).hexdigest()[:20]
        return self.folder and self.folder / f"{digest}.npz"


def _restored(model: keras.Model, path: Path) -> bool:
    """Give a model the weights of a file; say whether there are any that fit."""
    if not path.exists():
        return False
    with np.load(path) as file:
        steps = file["steps"]
        weights = [file[name] for name in file.files if name != "steps"]
    if [w.shape for w in weights] != [w.shape for w in model.get_weights()]:
        return False
    model.set_weights(weights)
    model.optimizer.iterations.assign(steps)  # a rate on a schedule is that of the end
    return True


def _fit(model: keras.Model, setting: Setting) -> None:
    training, data = Training(**setting.training), load(setting.data_set, setting.trained_on)
    y = None if training.loss == "own" else data.targets[0]
    fit(model, data.x_train, y, training.epochs, training.batch_size)


def fit(
    model: keras.Model, x: np.ndarray, y: np.ndarray | None, epochs: int, batch_size: int
) -> None:
    """Train a compiled model as it is, whatever is wrong with it, each epoch in one call."""
    model.optimizer.build(model.trainable_variables)
    if not compiled.possible(model, x, y):
        model.fit(x, y, batch_size, epochs, verbose=0)
        return
    sizes = {"batch_size": batch_size, "validation_batch_size": batch_size}
    compiled.fit(model, x, y, None, draw=None, epochs=epochs, callbacks=[], **sizes)


def _enlarged(model: keras.Model) -> keras.Model:
    """Put a layer behind a model whose output is larger than the rows."""
    y = model.outputs[0]
    if len(y.shape) == 4:
        larger = layers.UpSampling2D()
    elif len(y.shape) == 3:
        larger = layers.ZeroPadding1D((0, 2))
    else:
        larger = layers.Dense(y.shape[-1] + 1)
    return keras.Model(model.inputs[0], larger(y))
