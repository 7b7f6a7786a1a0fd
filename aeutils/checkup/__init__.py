"""`examine`: a check-up for any Keras autoencoder.

The modules of this package hold the checks, each a function that asks one question of a `Subject`.
"""

from typing import Any

from aeutils.checkup.findings import Finding, Report

__all__ = ["Finding", "Report", "examine"]


def examine(
    model: Any = None,
    x_train: Any = None,
    x_valid: Any = None,
    *,
    y_train: Any = None,
    y_valid: Any = None,
    encoder: Any = None,
    decoder: Any = None,
    loss: Any = None,
    mask_value: float | None = None,
) -> Report:
    """Look at an autoencoder without training it; show a table of what is found.

    It takes what people have: a Keras model of any kind, trained or not, compiled or not, with
    one output or a tuple of reconstruction, mean and log variance; an object with an `encoder` and
    a `decoder`, or the two as arguments. Weights, optimizer and seeds stay as they were.

    Parameters
    ----------
    model : keras.Model or object with encoder and decoder, optional
        The autoencoder; without it `encoder` and `decoder` are needed.
    x_train, x_valid : array_like of shape (n, ...)
        What the model was, or will be, trained on, and data that it has not seen; prepared as for
        the model. Without `x_valid` a fifth of `x_train` is drawn for it.
    y_train, y_valid : array_like of shape (n, ...), optional
        What the model has to return where that is not its input, as clean images for noisy ones.
    encoder, decoder : keras.Model or callable, optional
        Its two parts, where `model` does not have them under these names.
    loss : str or keras.losses.Loss, optional
        The loss, where the model is not compiled.
    mask_value : float, optional
        What fills the end of a short sequence; by default it is found in the model or the data.

    Returns
    -------
    Report
        Its ``findings`` are for programs; printed, it is the table.

    Raises
    ------
    ValueError
        If neither a model nor its two parts are given, the data are no numbers or too few, or
        the model cannot be called on them; the message says why.
    """
    from aeutils.checkup.run import run, show

    report = run(
        model,
        x_train,
        x_valid,
        y_train=y_train,
        y_valid=y_valid,
        encoder=encoder,
        decoder=decoder,
        loss=loss,
        mask_value=mask_value,
    )
    show(report)
    return report
