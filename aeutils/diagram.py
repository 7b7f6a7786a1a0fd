"""A diagram of a Keras model, drawn from the model itself: one bar for each layer that computes.

It is HTML with styles of its own, so that it follows the colours of the page, light or dark, and
its text keeps its size on a phone. Where HTML is not shown it is a table of text.
"""

import html
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

LEAST_WIDTH = 6  # per cent of the widest bar
FILLS = {"code": "rgba(213, 94, 0, 0.45)", "": "rgba(0, 114, 178, 0.30)"}


@dataclass(frozen=True)
class Block:
    """One call of a layer: what it is called, what comes out of it, and what is special about it.

    ``shape`` is that of its output without the batch, and ``part`` the name that the model has for
    the layer or the model around it, such as encoder.
    """

    kind: str
    shape: tuple[int, ...]
    part: str = ""
    activation: str = ""
    weights: int = 0
    marks: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers come out for one example."""
        return math.prod(self.shape)

    @property
    def shape_text(self) -> str:
        """The shape as the book writes it."""
        return " × ".join(f"{length:,}" for length in self.shape) or "1"

    @property
    def text(self) -> str:
        """The layer in words, without its shape."""
        parts = [self.kind, self.activation, f"{self.weights:,} weights" if self.weights else ""]
        return ", ".join([*filter(None, parts), *self.marks])


@dataclass(frozen=True)
class Architecture:
    """What `architecture` returns: blocks in the order of computation; a notebook draws them."""

    blocks: tuple[Block, ...]
    compared_with: str = ""

    @property
    def alt(self) -> str:
        """The diagram for those who cannot see it."""
        told, part = [], ""
        for block in self.blocks:
            start = f"{block.part}: " if block.part and block.part != part else ""
            part = block.part
            told.append(f"{start}{block.text} to {block.shape_text}")
        end = f"; compared with {self.compared_with}" if self.compared_with else ""
        return f"Layers from top to bottom. {'; '.join(told)}{end}."

    def __repr__(self) -> str:
        """Return a line for each block: part, shape, layer."""
        parts = [b.part if b.part != a.part else "" for a, b in self._pairs()]
        rows = list(zip(parts, (b.shape_text for b in self.blocks), self.blocks, strict=True))
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = [f"{p:{widths[0]}}  {s:>{widths[1]}}  {b.text}".strip("\n") for p, s, b in rows]
        return "\n".join(
            [*lines, *([f"compared with {self.compared_with}"] * bool(self.compared_with))]
        )

    def _repr_html_(self) -> str:
        largest = max(math.log2(1 + block.size) for block in self.blocks)
        rows = []
        for before, block in self._pairs():
            if block.part and block.part != before.part:
                rows.append(_row("", f"<em>{html.escape(block.part)}</em>"))
            width = max(LEAST_WIDTH, 100 * math.log2(1 + block.size) / largest)
            rows.append(_row(_bar(block, width), html.escape(block.text)))
        if self.compared_with:
            rows.append(_row("", f"<em>compared with {html.escape(self.compared_with)}</em>"))
        return (
            f'<div class="aeutils-architecture" role="img" aria-label="{html.escape(self.alt)}" '
            f'style="max-width: 34rem; font-size: 14px; line-height: 1.35">{"".join(rows)}</div>'
        )

    def _pairs(self) -> Iterator[tuple[Block, Block]]:
        """Each block with the one before it."""
        return zip((Block("", ()), *self.blocks), self.blocks, strict=False)


def architecture(
    model: keras.Layer,
    x: np.ndarray,
    *,
    code: str | keras.Layer | None = None,
    compared_with: str = "",
) -> Architecture:
    """Follow one example through a model and return the diagram of what happens to it.

    Each layer that calls no other layer becomes a block: also in models of models, in subclasses
    and in layers of one's own. Blocks say what is frozen, tied to another layer, random or adds a
    loss.

    Parameters
    ----------
    model : keras.Model or keras.Layer
        The model, as it predicts; it is built if it has not seen data.
    x : ndarray of shape (n, ...)
        Inputs, of which the first is used.
    code : str or keras.Layer, optional
        The layer, or its name, whose output is marked as the code; by default the first one with
        the fewest numbers.
    compared_with : str
        What the loss compares the output with, for the last line.

    Raises
    ------
    ValueError
        If `x` is empty or has no batch axis, the model has no layer, or `code` is none of them.
    """
    if np.ndim(x) < 2 or len(x) == 0:
        raise ValueError(f"x has shape {np.shape(x)}; expected (n, ...) with n above 0.")
    model(x[:1])  # what is built now would call layers as well
    with _recorded_calls() as calls:
        model(x[:1])
    computing = (c for c in calls if not isinstance(c["layer"], keras.layers.InputLayer))
    leaves = [call for call in computing if not call["inner"] and call["shape"] is not None]
    if not leaves or leaves[0]["layer"] is model:
        raise ValueError(f"{model.name} calls no layer, so there is nothing to draw.")
    start = Block("Input", tuple(np.shape(x)[1:]))
    blocks = [start, *_describe(leaves, _names(model))]
    place = _place_of_code(leaves, blocks, code)
    blocks[place] = replace(blocks[place], marks=(*blocks[place].marks, "the code"))
    return Architecture(tuple(blocks), compared_with)


@contextmanager
def _recorded_calls() -> Iterator[list[dict[str, Any]]]:
    """Keep a record of each call of a layer within the block, in the order of their beginning."""
    calls, open_calls = [], []
    call_layer = keras.Layer.__call__

    def record(layer, *args, **kwargs):
        # The cell of a recurrent layer is called once for each step: the layer is the block.
        if any(isinstance(outer["layer"], keras.layers.RNN) for outer in open_calls):
            return call_layer(layer, *args, **kwargs)
        entry = {"layer": layer, "inner": False, "above": [c["layer"] for c in open_calls]}
        for outer in open_calls:
            outer["inner"] = True
        calls.append(entry)
        open_calls.append(entry)
        try:
            output = call_layer(layer, *args, **kwargs)
        finally:
            open_calls.pop()
        entry["shape"] = _shape(output)
        return output

    keras.Layer.__call__ = record
    try:
        yield calls
    finally:
        keras.Layer.__call__ = call_layer


def _shape(output) -> tuple[int, ...] | None:
    """Shape of the first tensor of an output without the batch; None if there is none."""
    first = next(iter(keras.tree.flatten(output)), None)
    return tuple(int(n) for n in first.shape[1:]) if hasattr(first, "shape") else None


def _names(model) -> dict[int, str]:
    """Names that a model has for its layers, by the identity of the layer."""
    found = vars(model).items()
    return {id(v): name.strip("_") for name, v in found if isinstance(v, keras.Layer)}


def _describe(leaves: list[dict], names: dict[int, str]) -> Iterator[Block]:
    seen: list[keras.Layer] = []
    for call in leaves:
        layer = call["layer"]
        chain = [names[id(each)] for each in (*call["above"], layer) if id(each) in names]
        activation = getattr(layer, "activation", None)
        activation = getattr(activation, "__name__", "") if activation is not None else ""
        again = any(layer is other for other in seen)
        yield Block(
            kind=type(layer).__name__,
            shape=call["shape"],
            part=chain[0] if chain else "",
            activation="" if activation in ("linear", type(layer).__name__.lower()) else activation,
            weights=0 if again else layer.count_params(),
            marks=tuple(_marks(layer, seen, again)),
        )
        seen.append(layer)


def _marks(layer, seen: list[keras.Layer], again: bool) -> Iterator[str]:
    """Yield what is special about a layer."""
    if again:
        yield "the same layer again"
    tied_to = getattr(layer, "_tied_to", None)
    if tied_to is not None:
        yield f"kernel tied to {tied_to().name}"
    elif not again and _shares(layer, seen):
        yield "weights shared"
    if layer.weights and not layer.trainable_variables:
        yield "frozen"
    if hasattr(layer, "seed_generator") or hasattr(layer, "generator"):
        yield "random"
    if layer.losses:
        yield "adds a loss"


def _shares(layer, seen: list[keras.Layer]) -> bool:
    known = {id(weight) for other in seen for weight in other.weights}
    return any(id(weight) in known for weight in layer.weights)


def _place_of_code(leaves: list[dict], blocks: list[Block], code) -> int:
    if code is None:
        return min(range(1, len(blocks)), key=lambda place: blocks[place].size)
    places = [n for n, c in enumerate(leaves, 1) if code == c["layer"].name or code is c["layer"]]
    if not places:
        known = ", ".join(call["layer"].name for call in leaves)
        raise ValueError(f"code is {code!r}; give one of the layers of the diagram: {known}.")
    return places[-1]


def _row(left: str, right: str) -> str:
    return (
        '<div style="display: flex; align-items: center; gap: 0.8em; margin: 3px 0">'
        f'<div style="flex: 0 0 40%">{left}</div><div>{right}</div></div>'
    )


def _bar(block: Block, width: float) -> str:
    style = f"width: {width:.0f}%; background: {FILLS['code' if 'the code' in block.marks else '']}"
    border = "1px dashed currentColor" if "frozen" in block.marks else "1px solid transparent"
    # The text may be wider than the bar of a small code.
    return (
        f'<div style="{style}; border: {border}; border-radius: 3px; margin: auto; height: 1.7em; '
        'display: flex; justify-content: center; align-items: center; white-space: nowrap">'
        f"{block.shape_text}</div>"
    )
