"""A walk through codes of two numbers."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from aeutils.explorer.networks import Network, as_text, pack
from aeutils.explorer.page import Explorer, make_explorer
from aeutils.explorer.pictures import as_sheet, as_squares, tile

BITS = 6
STILL = 9  # places of the still picture each way


def walk(
    decoders: keras.Model | Mapping[str, keras.Model],
    codes: np.ndarray | Mapping[str, np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    *,
    names: Sequence[str] = (),
    turn: str = "model",
    conditions: Sequence[str] = (),
    title: str = "A walk through the codes",
) -> Explorer:
    """Let a reader walk through the codes of a decoder, and see image and nearest codes.

    Parameters
    ----------
    decoders : keras.Model, or mapping of str to keras.Model
        From a code of two numbers, and one more for each of `conditions`, to the pixels of a square
        image in [0, 1]. Several models get a slider, with the keys as its names.
    codes : ndarray of shape (n, 2), or mapping of str to such arrays
        Codes of images for each decoder.
    images : ndarray of shape (n, side, side, 1), (n, side, side) or (n, side * side)
        The images themselves, in [0, 1].
    labels : ndarray of shape (n,)
        Their classes: 0, 1, 2, ...
    names : sequence of str
        Names of the classes; by default their numbers.
    turn : str
        What the slider between the models turns.
    conditions : sequence of str
        Names of further inputs of the decoder, of which one is 1 and the others 0. Number k belongs
        to class k: the nearest codes are sought in that class.
    title : str
        What the explorer is, for those who cannot see it.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, a decoder cannot be packed, or the page gets larger
        than 300,000 bytes.
    """
    decoders, codes = _as_mapping(decoders), _as_mapping(codes)
    squares, labels = as_squares(images), np.asarray(labels)
    names = list(names) or [str(label) for label in range(int(labels.max(initial=0)) + 1)]
    _check(decoders, codes, squares, labels, names)
    networks = {name: pack(model, BITS) for name, model in decoders.items()}
    side = squares.shape[1]
    _check_networks(networks, 2 + len(conditions), side)
    models = [_model(name, codes[name]) for name in networks]
    data = {
        "title": title,
        "networks": [network.as_json() for network in networks.values()],
        "models": models,
        "turn": turn,
        "labels": as_text(labels.astype("uint8")),
        "names": names,
        "conditions": list(conditions),
        **as_sheet(squares),
    }
    first = next(iter(networks.values()))
    still = _still(first, models[0]["range"], len(conditions), side)
    alt = f"{title}. Images that the decoder makes of {STILL} by {STILL} codes, evenly spaced."
    return make_explorer("walk", data, still, alt)


def _as_mapping(value: object) -> dict:
    return dict(value) if isinstance(value, Mapping) else {"": value}


def _check(decoders: dict, codes: dict, squares: np.ndarray, labels: np.ndarray, names: list):
    """Refuse what does not fit together."""
    if not decoders or set(decoders) != set(codes):
        raise ValueError(f"decoders has the keys {list(decoders)} and codes {list(codes)}.")
    for name, z in codes.items():
        if np.shape(z) != (len(squares), 2) or not np.isfinite(z).all():
            raise ValueError(
                f"codes[{name!r}] has shape {np.shape(z)}; expected {(len(squares), 2)}, a finite "
                "code of two numbers for each image."
            )
    if labels.shape != (len(squares),) or not 0 <= labels.min() <= labels.max() < len(names):
        raise ValueError(
            f"labels must be one number from 0 to {len(names) - 1} for each of {len(squares)} "
            f"images, as there are {len(names)} names; it has shape {labels.shape}."
        )


def _check_networks(networks: dict[str, Network], inputs: int, side: int):
    """Refuse decoders of other codes or images."""
    for name, network in networks.items():
        found = network.probe.size, network.answer.size
        if found != (inputs, side * side):
            raise ValueError(
                f"decoders[{name!r}] takes {found[0]} numbers and gives {found[1]}; expected "
                f"{inputs} and {side * side}."
            )


def _model(name: str, z: np.ndarray) -> dict:
    """Return the codes of a model, where to start, and the plane that holds nearly all of them.

    The plane is left, right, bottom and top.
    """
    low, high = np.quantile(z, (0.005, 0.995), axis=0)
    margin = 0.05 * np.maximum(high - low, 1e-3)
    plane = np.stack([low - margin, high + margin], axis=1).ravel()
    start = np.median(z, axis=0)
    places = {"range": plane, "start": start}
    exact = {key: value.astype(float).tolist() for key, value in places.items()}
    return {"name": name, "codes": as_text(z), **exact}


def _still(network: Network, plane: Sequence[float], conditions: int, side: int) -> np.ndarray:
    """Return the images of evenly spaced codes, the first at the top left."""
    left, right, bottom, top = plane
    across, up = np.linspace(left, right, STILL), np.linspace(top, bottom, STILL)
    z = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    chosen = np.tile(np.eye(1, conditions), (len(z), 1))
    images = network(np.concatenate([z, chosen], axis=1).astype("float32"))
    return tile(as_squares(images.reshape(-1, side, side)), STILL)
