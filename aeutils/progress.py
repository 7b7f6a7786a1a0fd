"""What training shows: one line of progress, and a word when something is wrong with the loss."""

import math
import sys
import time
import warnings

import keras

LARGE = 10.0  # inputs beyond this have not been scaled
HARDLY = 1e-3  # share of the loss below which it has not moved


class Progress(keras.callbacks.Callback):
    """Shows one line that is rewritten after each epoch, and stops on a loss that is not finite.

    Parameters
    ----------
    epochs : int
        Epochs of the whole training.
    learning_rate : float
        That of the first step, for the messages.
    label : str
        What the line begins with.
    scale : tuple of float
        The smallest and the largest input, for the messages.
    """

    def __init__(self, epochs: int, learning_rate: float, label: str, scale: tuple[float, float]):
        super().__init__()
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.scale = scale
        self.losses = []
        self.prefix = f"{label}: " if label else ""
        self.handle = None
        self.line = ""
        self.start = self.shown = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Note the number of the epoch."""
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Stop on a loss that is not finite."""
        self._check_finite(logs, "loss")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Show the line, at most twice a second; at the end say if nothing has moved."""
        self._check_finite(logs, "val_loss")
        self.losses.append(logs["loss"])
        now = time.perf_counter()
        logs["seconds"] = now - self.start
        if now - self.shown > 0.5 or self.epoch == self.epochs:
            self.shown = now
            self._show(logs)
        if self.epoch == self.epochs:
            self._warn_of_standstill()

    def _check_finite(self, logs, name: str):
        if name not in logs or math.isfinite(logs[name]):
            return
        low, high = self.scale
        advice = f"Lower learning_rate (now {self.learning_rate})"
        if max(-low, high) > LARGE:
            advice = (
                f"The inputs run from {low:.4g} to {high:.4g}: scale them to about 0 to 1. If that "
                f"is not enough, lower learning_rate (now {self.learning_rate})"
            )
        raise FloatingPointError(f"The {name} became {logs[name]} in epoch {self.epoch}. {advice}.")

    def _warn_of_standstill(self):
        first, last = self.losses[0], self.losses[-1]
        if self.epochs > 2 and abs(first - last) < HARDLY * abs(last):
            warnings.warn(
                f"The loss hardly moved, from {first:.6g} to {last:.6g}. If the model had not been "
                f"trained before, raise learning_rate (now {self.learning_rate}).",
                stacklevel=2,
            )

    def _show(self, logs):
        values = ", ".join(f"{k} {v:.4g}" for k, v in logs.items() if k != "seconds")
        epoch = f"epoch {self.epoch} of {self.epochs}"
        line = f"{self.prefix}{epoch}, {logs['seconds']:.1f} s: {values}"
        if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
            last = self.epoch == self.epochs
            print(f"\r{line.ljust(len(self.line))}", end="\n" if last else "", flush=True)
            self.line = line
            return
        from IPython.display import display

        if self.handle is None:
            self.handle = display({"text/plain": line}, raw=True, display_id=True)
        else:
            self.handle.update({"text/plain": line}, raw=True)
