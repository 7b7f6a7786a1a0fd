"""The figures: what is on them, their label for readers who cannot see them, and bad input."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from aeutils.plotting import (
    code_scatter,
    hourglass,
    image_grid,
    label_log_axis,
    loss_curves,
    reconstructions,
    weights,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.random((12, 28, 28, 1), dtype=np.float32)
SHAPES = {"column": (12, 28, 28, 1), "plain": (12, 28, 28), "flat": (12, 784)}


def drawn(figure):
    """Return the images on a figure, those of unused axes left out."""
    return [ax.images[0] for ax in figure.axes if ax.images]


def pixels(figure):
    return np.stack([np.asarray(image.get_array()) for image in drawn(figure)])


def assert_described(figure, *words):
    assert isinstance(figure, Figure)
    label = figure.get_label()
    assert not label[0].islower() and label.endswith(".")
    assert all(word in label for word in words), label


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def images(request):
    return IMAGES.reshape(request.param)


def test_reconstructions(images):
    figure = reconstructions({"originals": images, "code of 8": 1 - images}, count=7)
    assert_described(figure, "7 images", "2 rows", "originals, code of 8")
    assert len(figure.axes) == 14
    expected = np.concatenate([IMAGES[:7, ..., 0], 1 - IMAGES[:7, ..., 0]])
    assert np.array_equal(pixels(figure), expected)
    texts = {index: ax.texts[0].get_text() for index, ax in enumerate(figure.axes) if ax.texts}
    assert texts == {0: "originals", 7: "code of 8"}
    assert not any(ax.axison for ax in figure.axes)


def test_reconstructions_of_one_row_and_one_image():
    assert len(reconstructions({"noise": IMAGES}, count=1).axes) == 1
    assert len(reconstructions({"noise": IMAGES}).axes) == 10


def test_image_grid(images):
    figure = image_grid(images, columns=5)
    assert_described(figure, "12 images", "rows of 5")
    assert len(figure.axes) == 15 and len(drawn(figure)) == 12
    assert np.array_equal(pixels(figure), IMAGES[..., 0])
    assert not any(ax.axison for ax in figure.axes)


def test_grid_has_no_empty_row():
    assert len(image_grid(IMAGES, columns=4).axes) == 12


def test_columns_are_ten_unless_said_otherwise():
    assert len(image_grid(IMAGES).axes) == len(weights(RNG.normal(size=(784, 12))).axes) == 20


@pytest.mark.parametrize("draw", [image_grid, lambda x: reconstructions({"noise": x}, count=12)])
def test_images_have_one_scale_and_are_clipped(draw):
    figure = draw(4 * IMAGES - 2)
    assert np.array_equal(pixels(figure), np.clip(4 * IMAGES[..., 0] - 2, 0, 1))
    assert {image.get_clim() for image in drawn(figure)} == {(0, 1)}
    faint = draw(IMAGES / 100)
    assert {image.get_clim() for image in drawn(faint)} == {(0, 1)}


def test_weights_have_a_symmetric_scale_of_their_own():
    kernel = RNG.normal(size=(784, 3)) * [1e-3, 1.0, 1e3] + [0.0, 5.0, 0.0]
    figure = weights(kernel, columns=2)
    assert_described(figure, "3 units", "positive blue", "negative red")
    assert len(figure.axes) == 4 and len(drawn(figure)) == 3
    scaled = kernel / np.abs(kernel).max(axis=0)
    assert np.allclose(pixels(figure), scaled.T.reshape(3, 28, 28))
    assert {image.get_clim() for image in drawn(figure)} == {(-1, 1)}
    red, white, blue = (drawn(figure)[0].cmap(value)[:3] for value in (0.0, 0.5, 1.0))
    assert red[0] > red[2] and min(white) > 0.9 and blue[2] > blue[0]


def test_weights_of_a_dead_unit_are_white():
    assert not pixels(weights(np.zeros((784, 1), int))).any()


def test_loss_curves():
    figure = loss_curves({"training": [3.0, 2.0, 1.0], "validation": [3.5, 2.5]}, ylabel="nats")
    assert_described(figure, "nats over epoch", "training, validation")
    (ax,) = figure.axes
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert lines["training"] == [[1, 3], [2, 2], [3, 1]]
    assert lines["validation"] == [[1, 3.5], [2, 2.5]]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("epoch", "nats", "log")
    assert [text.get_text() for text in ax.get_legend().texts] == ["training", "validation"]
    assert ax.get_title() == ""


def test_logarithmic_axis_has_plain_numbers():
    ax = loss_curves({"loss": [0.3, 0.03]}).axes[0]
    low, high = ax.get_ylim()
    ticks = zip(ax.get_yticks(), ax.yaxis.get_majorticklabels(), strict=True)
    labels = [text.get_text() for position, text in ticks if low <= position <= high]
    assert labels == ["0.05", "0.1", "0.2"]
    assert not any(text.get_text() for text in ax.yaxis.get_minorticklabels())


def test_loss_curves_over_time():
    figure = loss_curves({"dense": [2.0, 1.0]}, x={"dense": [0.4, 0.9]}, xlabel="seconds")
    assert figure.axes[0].lines[0].get_xdata().tolist() == [0.4, 0.9]
    assert_described(figure, "loss over seconds", "dense")


def test_code_scatter():
    z, y = RNG.normal(size=(30, 2)), np.arange(30) % 3
    figure = code_scatter(z, y, class_names=["shirt", "coat", "bag"])
    assert_described(figure, "30 two-dimensional codes")
    (ax,) = figure.axes
    assert [dots.get_label() for dots in ax.collections] == ["shirt", "coat", "bag"]
    for label, dots in enumerate(ax.collections):
        assert np.array_equal(dots.get_offsets(), z[y == label])
    colours = {tuple(dots.get_facecolor()[0]) for dots in ax.collections}
    assert len(colours) == 3
    assert [text.get_text() for text in ax.get_legend().texts] == ["shirt", "coat", "bag"]
    assert ax.get_xlabel() == "first code unit" and ax.get_ylabel() == "second code unit"


def test_classes_keep_their_colours_when_one_is_absent():
    z, y = RNG.normal(size=(4, 2)), np.array([0, 2, 2, 9])
    dots = code_scatter(z, y).axes[0].collections
    assert [group.get_label() for group in dots] == ["0", "2", "9"]
    palette = plt.get_cmap("tab10")
    assert [tuple(group.get_facecolor()[0]) for group in dots] == [palette(k) for k in (0, 2, 9)]


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: loss_curves({"training": [2.0, 1.0]}, ax=ax),
        lambda ax: code_scatter(RNG.normal(size=(4, 2)), np.arange(4), ax=ax),
    ],
)
def test_given_axes_are_drawn_into(draw):
    figure, (left, right) = plt.subplots(1, 2)
    assert draw(right) is figure
    assert plt.get_fignums() == [figure.number]
    assert right.has_data() and not left.has_data()
    assert_described(figure)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: reconstructions({}), "rows is empty; give at least one"),
        (lambda: reconstructions({"a": IMAGES}, count=13), r"rows\['a'\] has 12 images; 13"),
        (lambda: reconstructions({"a": IMAGES[:, :20]}), r"images has shape \(10, 20, 28, 1\)"),
        (lambda: image_grid(IMAGES[:0]), r"images has shape \(0, 28, 28, 1\)"),
        (lambda: image_grid(IMAGES.reshape(12, 784)[:, 1:]), r"images has shape \(12, 783\)"),
        (lambda: image_grid(IMAGES.reshape(12, 784)[:, :0]), r"images has shape \(12, 0\)"),
        (lambda: weights(np.ones((783, 2))), r"images has shape \(2, 783\)"),
        (lambda: weights(np.ones((784, 0))), r"images has shape \(0, 784\)"),
        (lambda: loss_curves({}), "curves is empty; give at least one"),
        (lambda: loss_curves({"loss": [1.0, 0.0]}), r"curves\['loss'\] has values that are not ab"),
        (lambda: loss_curves({"loss": [1.0, np.nan]}), r"curves\['loss'\] has values"),
        (lambda: code_scatter(np.ones((4, 3)), np.ones(4)), r"z has shape \(4, 3\) and y \(4,\)"),
        (lambda: code_scatter(np.ones(4), np.ones(4)), r"z has shape \(4,\)"),
        (lambda: code_scatter(np.ones((4, 2)), np.ones(3)), r"z has shape \(4, 2\) and y \(3,\)"),
    ],
)
def test_bad_input(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_nothing_is_left_open_by_an_error():
    before = plt.get_fignums()
    with pytest.raises(ValueError, match="images; 10 are needed"):
        reconstructions({"few": np.zeros((3, 16))})
    with pytest.raises(ValueError, match="not above 0"):
        loss_curves({"zero": [1.0, 0.0]})
    assert plt.get_fignums() == before


def test_one_flat_image_is_refused():
    with pytest.raises(ValueError, match="images has shape"):
        image_grid(np.zeros(784))


def test_columns_must_be_positive():
    with pytest.raises(ValueError, match="columns is 0"):
        image_grid(np.zeros((2, 16)), columns=0)


def test_each_curve_needs_its_positions():
    with pytest.raises(ValueError, match=r"x\['b'\] must have 2 positions"):
        loss_curves({"b": [2.0, 1.0]}, x={"a": [0, 1]})


def test_rows_of_weights_are_labelled():
    figure = weights(np.ones((16, 4)), columns=2, labels=["first", "second"])
    assert [text.get_text() for ax in figure.axes for text in ax.texts] == ["first", "second"]


def test_code_scatter_takes_lists():
    assert code_scatter([[0.0, 1.0], [1.0, 0.0]], [0, 1]).get_label()


def test_an_image_takes_seven_tenths_of_an_inch_and_labels_one_inch():
    plain = image_grid(IMAGES, columns=5)
    assert plain.get_size_inches() == pytest.approx([0.7 * 5, 0.7 * 3])
    labelled = reconstructions({"a": IMAGES, "b": IMAGES}, count=5)
    assert labelled.get_size_inches() == pytest.approx([0.7 * 5 + 1, 0.7 * 2])


def test_label_stands_to_the_left_of_its_row():
    figure = reconstructions({"first": IMAGES, "second": IMAGES}, count=2)
    assert [len(ax.texts) for ax in figure.axes] == [1, 0, 1, 0]
    figure.canvas.draw()
    for ax in figure.axes[::2]:
        (text,) = ax.texts
        box, image = text.get_window_extent(), ax.get_window_extent()
        assert image.x0 - 0.3 * image.width < box.x1 < image.x0 - 0.1 * image.width
        middle = (image.y0 + image.y1) / 2
        assert box.y0 < middle < box.y1 and abs(box.y0 + box.y1 - 2 * middle) < box.height / 2
        assert text.get_color() == "#333333"


def test_one_column_has_one_axis_a_row():
    figure = image_grid(IMAGES[:3], columns=1)
    assert [ax.get_position().x0 for ax in figure.axes] == [figure.axes[0].get_position().x0] * 3
    assert len(drawn(figure)) == 3


def test_all_images_of_a_row_are_enough():
    assert len(reconstructions({"noise": IMAGES}, count=12).axes) == 12


def test_dots_are_small_and_the_legend_stands_beside_them():
    (ax,) = code_scatter(RNG.normal(size=(30, 2)), np.arange(30) % 3).axes
    assert ax.figure.get_size_inches() == pytest.approx([5.6, 4.4])
    for dots in ax.collections:
        assert dots.get_sizes().tolist() == [4] and dots.get_linewidths().tolist() == [0]
    ax.figure.canvas.draw()
    legend, plane = ax.get_legend(), ax.get_window_extent()
    box = legend.get_window_extent()
    assert box.x0 >= plane.x1 and box.x0 - plane.x1 < 0.1 * plane.width
    assert (box.y0 + box.y1) / 2 == pytest.approx((plane.y0 + plane.y1) / 2, abs=1)
    assert {float(handle.get_sizes()[0]) for handle in legend.legend_handles} == {3**2 * 4}


def test_eleventh_class_has_the_colour_of_the_first():
    dots = code_scatter(np.eye(12)[:, :2], np.arange(12)).axes[0].collections
    faces = [tuple(group.get_facecolor()[0]) for group in dots]
    assert faces[10:] == faces[:2] and len(set(faces)) == 10


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 2], "y runs from 0 to 2, and class_names has 2 names"),
        ([-1, 0, 1], "y runs from -1 to 1, and class_names has 2 names"),
        ([2, 2, 2], "y runs from 2 to 2"),
    ],
)
def test_label_without_a_name(y, message):
    with pytest.raises(ValueError, match=message):
        code_scatter(np.ones((3, 2)), y, class_names=["shirt", "coat"])


def test_one_code_of_the_last_class():
    (ax,) = code_scatter(np.ones((1, 2)), [1], class_names=["shirt", "coat"]).axes
    assert [dots.get_label() for dots in ax.collections] == ["coat"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_codes_that_are_not_finite(value):
    with pytest.raises(ValueError, match="z holds values that are not finite; did training div"):
        code_scatter([[0.0, 1.0], [value, 0.0]], [0, 1])


def test_no_codes():
    with pytest.raises(ValueError, match=r"z has shape \(0, 2\) and y \(0,\); .* n above 0"):
        code_scatter(np.ones((0, 2)), np.ones(0))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.full((2, 3, 3), 255, np.uint8), "run from 255 to 255; .* Divide by 255"),
        (np.full((2, 3, 3), 2), "run from 2 to 2"),
        (np.full((2, 3, 3), np.nan), "run from nan to nan"),
        (np.array([[[0.0, np.inf], [0.0, 0.0]]]), "run from 0.0 to inf"),
        (np.zeros((2, 3, 3, 2)), r"images has shape \(2, 3, 3, 2\)"),
        (np.zeros((2, 4, 3)), r"images has shape \(2, 4, 3\)"),
        (np.zeros((2, 4, 2, 2)), r"images has shape \(2, 4, 2, 2\)"),  # as many numbers as 4 x 4
        (np.zeros((2, 3, 4)), r"images has shape \(2, 3, 4\)"),
    ],
)
def test_images_that_are_none(images, message):
    with pytest.raises(ValueError, match=message):
        image_grid(images)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, bool])
def test_images_of_zeros_and_ones_need_no_fraction(kind):
    assert pixels(image_grid(np.eye(4, dtype=kind)[None])).tolist() == [np.eye(4).tolist()]


def test_image_of_one_pixel_and_values_far_beyond():
    assert pixels(image_grid(np.full((1, 1), 7.5))).tolist() == [[[1.0]]]


def test_faintest_weights_fill_the_scale():
    kernel = np.array([[1e-300, 0.0], [0.0, 0.0], [-2e-300, 0.0], [0.0, 0.0]])
    expected = [[[0.5, 0.0], [-1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]
    np.testing.assert_allclose(pixels(weights(kernel)), expected)


@pytest.mark.parametrize("values", [[1.0, 0.0], [1.0, -0.5], [0.0]])
def test_loss_of_zero_is_not_drawn_on_a_logarithmic_axis(values):
    with pytest.raises(ValueError, match="has values that are not above 0"):
        loss_curves({"small": [1e-12, 0.5], "loss": values})


def test_each_curve_needs_as_many_positions_as_values():
    with pytest.raises(ValueError, match=r"x\['b'\] must have 2 positions, one for each value"):
        loss_curves({"a": [1.0], "b": [2.0, 1.0]}, x={"a": [0], "b": [0, 1, 2]})
    drawn_over = loss_curves({"a": [1.0]}, x={"a": [5], "c": [0, 1]})
    assert drawn_over.axes[0].lines[0].get_xdata().tolist() == [5]


def test_label_of_a_logarithmic_axis():
    _, ax = plt.subplots()
    ax.set(yscale="log", ylim=(0.9, 210))
    label_log_axis(ax.yaxis)
    shown = [t for t in ax.get_yticks() if 0.9 <= t <= 210]
    assert shown == pytest.approx([1, 2, 5, 10, 20, 50, 100, 200])
    assert ax.yaxis.get_major_formatter()(0.05) == "0.05"
    assert ax.yaxis.get_minor_formatter()(3) == ""


def test_an_hourglass_has_a_circle_for_each_number_and_a_line_for_each_weight():
    figure = hourglass((4, 2, 3))
    (ax,) = figure.axes
    circles = [len(column.get_offsets()) for column in ax.collections]
    assert circles == [4, 2, 3] and len(ax.lines) == 4 * 2 + 2 * 3
    middle = next(text for text in ax.texts if "code" in text.get_text())
    assert middle.get_position()[0] == 1
    assert_described(figure, "4, 2, 3")


@pytest.mark.parametrize("sizes", [(), (3,), (3, 2), (3, 2, 2, 3), (3, 0, 3)])
def test_an_hourglass_without_a_middle_or_with_an_empty_column_is_refused(sizes):
    with pytest.raises(ValueError, match="give 3 or 5 columns"):
        hourglass(sizes)
