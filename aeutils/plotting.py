"""The figures that return in every chapter.

Each helper returns a figure, or draws into the axes that it is given. The label of a figure
(``figure.get_label()``) is a sentence that says what is on it: the chapter puts it, made
specific, into the ``alt`` text of the cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

CELL = 0.7  # inches that one small image takes


def reconstructions(rows: Mapping[str, np.ndarray], count: int = 10) -> Figure:
    """Draw rows of images above each other, such as originals over their reconstructions.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (n, 28, 28, 1), (n, 28, 28) or (n, 784)
        Label of each row and its images, with values in [0, 1]; values beyond are clipped.
    count : int
        How many images of each row to draw.

    Raises
    ------
    ValueError
        If there is no row, a row has fewer than `count` images, or images are not square.
    """
    if not rows:
        raise ValueError("rows is empty; give at least one label with its images.")
    for label, images in rows.items():
        if len(images) < count:
            raise ValueError(f"rows[{label!r}] has {len(images)} images; {count} are needed.")
    images = np.concatenate([_as_squares(images[:count]) for images in rows.values()])
    figure = _grid(np.clip(images, 0, 1), count, rows, vmin=0, vmax=1)
    figure.set_label(f"{count} images in each of {len(rows)} rows: {', '.join(rows)}.")
    return figure


def image_grid(images: np.ndarray, columns: int = 10) -> Figure:
    """Draw images as a grid, row by row.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28, 1), (n, 28, 28) or (n, 784)
        Images with values in [0, 1]; values beyond are clipped.
    columns : int
        Images per row.

    Raises
    ------
    ValueError
        If there is no image, or images are not square, not finite or not scaled.
    """
    figure = _grid(np.clip(_as_squares(images), 0, 1), columns, (), vmin=0, vmax=1)
    figure.set_label(f"A grid of {len(images)} images in rows of {columns}.")
    return figure


def weights(kernel: np.ndarray, columns: int = 10, labels: Sequence[str] = ()) -> Figure:
    """Draw the weights between the pixels and each unit as an image.

    White is zero, blue positive, red negative; each image has its own scale.

    Parameters
    ----------
    kernel : ndarray of shape (784, units)
        Weights of one unit in each column. For a decoder give the transposed kernel.
    columns : int
        Images per row.
    labels : sequence of str
        Labels of the rows, from the top.

    Raises
    ------
    ValueError
        If there is no unit or the number of rows is not a square.
    """
    images = _as_squares(np.transpose(kernel).astype(float))
    scale = np.abs(images).max(axis=(1, 2), keepdims=True)
    images = images / np.maximum(scale, np.finfo(images.dtype).tiny)
    figure = _grid(images, columns, labels, vmin=-1, vmax=1, cmap="RdBu")
    figure.set_label(f"The weights of {len(images)} units as images, positive blue, negative red.")
    return figure


def loss_curves(
    curves: Mapping[str, Sequence[float]],
    x: Mapping[str, Sequence[float]] | None = None,
    ax: Axes | None = None,
    xlabel: str = "epoch",
    ylabel: str = "loss",
) -> Figure:
    """Draw one or several losses over the epochs, or over time, on a logarithmic axis.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        Label of each curve and its values, all above 0.
    x : mapping of str to sequence of float, optional
        Positions for the values of each curve; by default 1, 2, 3, ...
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    xlabel, ylabel : str
        Axis labels, in lower case.

    Raises
    ------
    ValueError
        If there is no curve, a curve has values that are not above 0, or `x` has not as many.
    """
    if not curves:
        raise ValueError("curves is empty; give at least one label with its values.")
    for label, values in curves.items():
        if not np.all(np.asarray(values) > 0):
            raise ValueError(f"curves[{label!r}] has values that are not above 0.")
        if x is not None and len(x.get(label, ())) != len(values):
            raise ValueError(f"x[{label!r}] must have {len(values)} positions, one for each value.")
    ax = ax or plt.subplots()[1]
    for label, values in curves.items():
        positions = x[label] if x else range(1, len(values) + 1)
        ax.plot(positions, values, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log")
    label_log_axis(ax.yaxis)
    ax.legend()
    ax.figure.set_label(f"Curves of {ylabel} over {xlabel} for {', '.join(curves)}.")
    return ax.figure


def hourglass(sizes: Sequence[int] = (8, 5, 3, 5, 8)) -> Figure:
    """Draw what an autoencoder is: columns of circles that narrow to the code and widen again.

    Parameters
    ----------
    sizes : sequence of int
        Circles in each column, from the input to the reconstruction; the middle one is the code.

    Raises
    ------
    ValueError
        If no column is in the middle, or one is empty.
    """
    if len(sizes) < 3 or len(sizes) % 2 == 0 or min(sizes) < 1:
        raise ValueError(f"sizes is {tuple(sizes)}; give 3 or 5 columns, or more, none empty.")
    end, top = len(sizes) - 1, max(sizes) / 2
    colors = {0: "C0", end // 2: "C1", end: "C0"}
    figure, ax = plt.subplots(figsize=(7, 3.6))
    columns = [np.arange(n) - (n - 1) / 2 for n in sizes]
    for place, (left, right) in enumerate(pairwise(columns)):
        for start, stop in product(left, right):
            ax.plot([place, place + 1], [start, stop], color="0.8", lw=0.7)
    for place, heights in enumerate(columns):
        color = colors.get(place, "0.6")
        ax.scatter(np.full(len(heights), place), heights, s=130, color=color, zorder=3)
    names = {0: "input $x$", end // 2: "code $z$", end: r"reconstruction $\hat x$"}
    for place, name in names.items():
        ax.text(place, columns[place][0] - 0.8, name, ha="center", va="top")
    arrow = {"arrowstyle": "<->"}
    for place, name in {0: "encoder $f$", end / 2: "decoder $g$"}.items():
        ends = [(place + 0.1, top + 0.5), (place + end / 2 - 0.1, top + 0.5)]
        ax.annotate("", *ends, arrowprops=arrow)
        ax.text(place + end / 4, top + 0.8, name, ha="center")
    arrow |= {"connectionstyle": "arc3,rad=-0.25", "color": "C1"}
    ax.annotate("", (0, -top - 1.3), (end, -top - 1.3), arrowprops=arrow)
    loss = r"loss: how far is $\hat x$ from $x$?"
    ax.text(end / 2, -top - 3, loss, ha="center", color="C1")
    ax.set(xlim=(-0.6, end + 0.6), ylim=(-top - 4, top + 1.8))
    ax.set_axis_off()
    figure.set_label(f"Columns of {', '.join(map(str, sizes))} circles, joined by lines.")
    return figure


def label_log_axis(axis: Axis) -> None:
    """Label a logarithmic axis at 1, 2 and 5 of each power of ten with plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def code_scatter(
    z: np.ndarray, y: np.ndarray, class_names: Sequence[str] | None = None, ax: Axes | None = None
) -> Figure:
    """Draw two-dimensional codes as dots in the colours of their classes.

    Parameters
    ----------
    z : ndarray of shape (n, 2)
        Codes.
    y : ndarray of shape (n,)
        Class labels, 0, 1, 2, ...
    class_names : sequence of str, optional
        Names for the legend; by default the numbers.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If the codes are not two-dimensional or not finite, codes and labels differ in number, or
        a label has no name.
    """
    z, y = np.asarray(z), np.asarray(y)
    if np.ndim(z) != 2 or np.shape(z)[1] != 2 or len(z) != len(y) or len(z) == 0:
        raise ValueError(
            f"z has shape {np.shape(z)} and y {np.shape(y)}; expected (n, 2) and (n,), n above 0."
        )
    if not np.isfinite(z).all():
        raise ValueError("z holds values that are not finite; did training diverge?")
    if class_names is not None and not 0 <= min(y) <= max(y) < len(class_names):
        raise ValueError(
            f"y runs from {min(y)} to {max(y)}, and class_names has {len(class_names)} names."
        )
    ax = ax or plt.subplots(figsize=(5.6, 4.4))[1]
    colours = plt.get_cmap("tab10")
    for label in np.unique(y):
        chosen = y == label
        name = class_names[label] if class_names is not None else str(label)
        ax.scatter(*z[chosen].T, s=4, color=colours(int(label) % 10), label=name, linewidths=0)
    ax.set(xlabel="first code unit", ylabel="second code unit")
    ax.legend(markerscale=3, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.figure.set_label(f"{len(z)} two-dimensional codes, coloured by class.")
    return ax.figure


def _as_squares(images: np.ndarray) -> np.ndarray:
    """Return images as an array of shape (n, side, side)."""
    images = np.asarray(images)
    sides = images.shape[1:3] if images.ndim > 2 else (int(np.sqrt(images.shape[-1])),) * 2
    if images.size == 0 or sides[0] != sides[1] or images[0].size != np.prod(sides):
        raise ValueError(
            f"images has shape {np.shape(images)}; expected (n, 28, 28, 1), (n, 28, 28) or "
            "(n, 784), or another square, with n above 0."
        )
    low, high = images.min(), images.max()
    if not np.isfinite([low, high]).all() or (images.dtype.kind in "iu" and high > 1):
        raise ValueError(
            f"The values of images run from {low} to {high}; expected numbers in [0, 1]. Divide by "
            "255 what runs to 255, and look for values that are not finite."
        )
    return images.reshape(len(images), *sides)


def _grid(images: np.ndarray, columns: int, labels: Iterable[str], **style) -> Figure:
    """Draw images row by row, with a label to the left of each of the first rows."""
    if columns < 1:
        raise ValueError(f"columns is {columns}; it must be 1 or more.")
    rows = -(-len(images) // columns)
    size = (CELL * columns + bool(labels), CELL * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image in zip(axes.flat, images, strict=False):
        ax.imshow(image, **style)
    for ax, label in zip(axes[:, 0], labels, strict=False):
        ax.text(-0.2, 0.5, label, transform=ax.transAxes, ha="right", va="center", color="#333333")
    return figure
