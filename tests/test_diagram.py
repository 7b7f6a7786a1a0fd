"""Diagrams of models: every kind of model, what is marked, how it is shown."""

import keras
import numpy as np
import pytest
from bs4 import BeautifulSoup
from keras import layers

from aeutils import layers as own
from aeutils.diagram import Architecture, Block, architecture

X = np.zeros((3, 12), "float32")


class Scale(keras.layers.Layer):
    """A layer with a weight of its own and none inside."""

    def build(self, shape):
        self.factor = self.add_weight(shape=(1,))

    def call(self, x):
        return x * self.factor


class Pair(keras.Model):
    """A subclass with an encoder and a decoder."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(2)])
        self.decoder = layers.Dense(12, activation="sigmoid")
        self.unused = layers.Dense(5)

    def call(self, x):
        return self.decoder(self.encoder(x))


def kinds(diagram):
    return [block.kind for block in diagram.blocks]


def marks(diagram):
    return [block.marks for block in diagram.blocks]


def test_layers_of_a_sequential_model():
    parts = [layers.Reshape((4, 3)), layers.Flatten(), layers.Dense(5, "relu"), layers.Dense(12)]
    diagram = architecture(keras.Sequential(parts), X)
    assert kinds(diagram) == ["Input", "Reshape", "Flatten", "Dense", "Dense"]
    assert [block.shape for block in diagram.blocks] == [(12,), (4, 3), (12,), (5,), (12,)]
    assert [block.weights for block in diagram.blocks] == [0, 0, 0, 65, 72]
    assert [block.activation for block in diagram.blocks] == ["", "", "", "relu", ""]
    assert marks(diagram) == [(), (), (), ("the code",), ()]
    assert diagram.blocks[3].text == "Dense, relu, 65 weights, the code"
    assert diagram.blocks[1].shape_text == "4 × 3"


def test_the_first_layer_can_be_the_code():
    diagram = architecture(
        keras.Sequential([layers.Dense(2), layers.Dense(5), layers.Dense(12)]), X
    )
    assert marks(diagram) == [(), ("the code",), (), ()]


def test_a_subclass_names_its_parts_and_shows_what_is_called():
    diagram = architecture(Pair(), X, compared_with="the input")
    assert kinds(diagram) == ["Input", "Dense", "Dense", "Dense"]
    assert [block.part for block in diagram.blocks] == ["", "encoder", "encoder", "decoder"]
    assert diagram.alt == (
        "Layers from top to bottom. Input to 12; encoder: Dense, relu, 78 weights to 6; "
        "Dense, 14 weights, the code to 2; decoder: Dense, sigmoid, 36 weights to 12; "
        "compared with the input."
    )
    lines = repr(diagram).splitlines()
    assert len(lines) == 5
    assert lines[1].split() == ["encoder", "6", "Dense,", "relu,", "78", "weights"]
    assert lines[2].split()[:2] == ["2", "Dense,"]
    assert lines[-1] == "compared with the input"


def test_a_functional_model_of_models_with_a_layer_of_its_own():
    inner = keras.Input((12,))
    encoder = keras.Model(inner, Scale()(layers.Dense(3)(inner)))
    outer = keras.Input((12,))
    diagram = architecture(keras.Model(outer, layers.Dense(12)(encoder(outer))), X)
    assert kinds(diagram) == ["Input", "Dense", "Scale", "Dense"]


def test_a_recurrent_layer_is_one_block():
    steps = keras.Input((5, 2))
    z = layers.LSTM(3)(steps)
    model = keras.Model(steps, layers.GRU(4, return_sequences=True)(layers.RepeatVector(5)(z)))
    blocks = architecture(model, np.zeros((2, 5, 2), "float32")).blocks
    assert [b.kind for b in blocks] == ["Input", "LSTM", "RepeatVector", "GRU"]
    assert [b.shape for b in blocks] == [(5, 2), (3,), (5, 3), (5, 4)]
    assert blocks[1].weights == 4 * 3 * (2 + 3 + 1)
    assert "random" not in blocks[1].marks


def test_what_is_special_is_marked():
    encoder = layers.Dense(4, name="first")
    encoder.build((None, 12))
    frozen = layers.Dense(4, trainable=False)
    shared = layers.Dense(4)
    parts = [own.GaussianCorruption(), encoder, own.ActivityPenalty(l1=0.1), frozen]
    parts += [shared, shared, layers.Dropout(0.5), own.TiedDense(encoder)]

    class Chain(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = parts

        def call(self, x):
            for part in self.parts:
                x = part(x)
            return x

    diagram = architecture(Chain(), X, code=frozen)
    assert marks(diagram)[1:] == [
        ("random",),
        (),
        ("adds a loss",),
        ("frozen", "the code"),
        (),
        ("the same layer again",),
        ("random",),
        ("kernel tied to first",),
    ]
    assert [block.weights for block in diagram.blocks[-4:]] == [20, 0, 0, 12]


def test_the_code_may_be_named():
    model = keras.Sequential([layers.Dense(6, name="wide"), layers.Dense(2), layers.Dense(12)])
    diagram = architecture(model, X, code="wide")
    assert marks(diagram)[1:] == [("the code",), (), ()]


def test_html_has_a_bar_for_each_block_and_a_text_for_all():
    diagram = architecture(Pair(), X, compared_with="x < y")
    page = BeautifulSoup(diagram._repr_html_(), "html.parser")
    picture = page.select_one(".aeutils-architecture")
    assert picture["role"] == "img" and picture["aria-label"] == diagram.alt
    bars = [bar for bar in page.select("div[style*=width]") if "background" in bar["style"]]
    assert [bar.text for bar in bars] == ["12", "6", "2", "12"]
    widths = [int(bar["style"].partition("width: ")[2].partition("%")[0]) for bar in bars]
    assert widths[0] == widths[3] == 100 > widths[1] > widths[2] > 0
    assert "213, 94, 0" in bars[2]["style"] and "213, 94, 0" not in bars[1]["style"]
    assert [em.text for em in page.select("em")] == ["encoder", "decoder", "compared with x < y"]


def test_layers_are_left_as_they_were():
    call = keras.Layer.__call__
    architecture(Pair(), X)
    with pytest.raises(ValueError):
        architecture(keras.Sequential([layers.Dense(2)]), X, code="absent")
    with pytest.raises(RuntimeError, match="broken"):

        class Broken(keras.Model):
            def call(self, x):
                raise RuntimeError("broken")

        architecture(Broken(), X)
    assert keras.Layer.__call__ is call


@pytest.mark.parametrize("x", [np.zeros((0, 12), "float32"), np.zeros(12, "float32")])
def test_inputs_without_an_example_are_refused(x):
    with pytest.raises(ValueError, match=r"x has shape .*; expected \(n, ...\)"):
        architecture(Pair(), x)


def test_what_calls_no_layer_is_refused():
    with pytest.raises(ValueError, match="calls no layer"):
        architecture(Scale(), X)
    with pytest.raises(ValueError, match="code is 'absent'; give one of the layers"):
        architecture(keras.Sequential([layers.Dense(2, name="only")]), X, code="absent")


def bars(diagram):
    page = BeautifulSoup(diagram._repr_html_(), "html.parser")
    return [bar for bar in page.select("div[style*=width]") if "background" in bar["style"]]


def widths(diagram):
    return [int(bar["style"].partition("width: ")[2].partition("%")[0]) for bar in bars(diagram)]


def test_bars_are_as_wide_as_the_logarithm_of_their_size():
    """100 log(1 + 3) / log(1 + 15) = 50; the least is 6 per cent, where it would be 5.7."""
    assert widths(Architecture((Block("A", (15,)), Block("B", (3,)), Block("C", ())))) == [
        100, 50, 25,
    ]  # fmt: skip
    assert widths(Architecture((Block("A", (500, 400)), Block("B", (1,))))) == [100, 6]


def test_frozen_bars_have_a_border():
    diagram = Architecture((Block("A", (2,)), Block("B", (2,), marks=("frozen",))))
    assert ["dashed" in bar["style"] for bar in bars(diagram)] == [False, True]


def test_words_of_a_block():
    assert Block("Dense", ()).shape_text == "1" and Block("Dense", ()).size == 1
    assert Block("Conv", (12_000, 3)).shape_text == "12,000 × 3"
    assert Block("Conv", (12_000, 3)).size == 36_000
    assert Block("Flatten", (3,)).text == "Flatten"
    assert Block("Dense", (3,), "", "relu", 1234, ("frozen", "random")).text == (
        "Dense, relu, 1,234 weights, frozen, random"
    )


PARTS = (Block("Input", (100,)), Block("A", (6,), "enc"), Block("B", (2,), "enc"), Block("C", (9,)))


def test_the_text_has_three_columns():
    assert repr(Architecture(PARTS, "x")) == (
        "     100  Input\nenc    6  A\n       2  B\n       9  C\ncompared with x"
    )
    assert repr(Architecture(PARTS)).splitlines()[-1] == "       9  C"
    assert Architecture(PARTS).alt == (
        "Layers from top to bottom. Input to 100; enc: A to 6; B to 2; C to 9."
    )


def test_without_a_part_or_a_comparison_there_is_no_line_for_it():
    page = BeautifulSoup(Architecture(PARTS)._repr_html_(), "html.parser")
    assert [em.text for em in page.select("em")] == ["enc"]


class Seen(keras.layers.Layer):
    """Keeps the sizes of the batches that it is called with."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def call(self, x):
        self.sizes.append(x.shape[0])
        return x


def test_the_first_example_alone_is_followed():
    seen = Seen()
    model = keras.Sequential([seen, layers.Dense(2)])
    model(X)
    seen.sizes.clear()
    assert kinds(architecture(model, X)) == ["Input", "Seen", "Dense"]
    assert set(seen.sizes) == {1}
    assert kinds(architecture(model, X[:1])) == ["Input", "Seen", "Dense"]


class Outer(keras.layers.Layer):
    """Calls its inner layer already where it is built."""

    def build(self, shape):
        self.inner = layers.Dense(12)
        self.inner(np.zeros((1, 12), "float32"))

    def call(self, x):
        return self.inner(x)


def test_calls_in_building_are_no_blocks():
    diagram = architecture(keras.Sequential([Outer(), layers.Dense(2)]), X)
    assert kinds(diagram) == ["Input", "Dense", "Dense"]


class Borrowed(keras.layers.Layer):
    """A layer with the kernel of another one."""

    def __init__(self, other):
        super().__init__()
        self.kernel = other.kernel

    def call(self, x):
        return x @ self.kernel


class Nothing(keras.layers.Layer):
    """A layer without an output."""

    def call(self, x):
        return None


class Branches(keras.Model):
    """Two layers of one kernel, and a third that returns nothing."""

    def __init__(self):
        super().__init__()
        self._first = layers.Dense(4)
        self._first.build((None, 12))
        self.second, self.nothing = Borrowed(self._first), Nothing()

    def call(self, x):
        self.nothing(x)
        return self._first(x) + self.second(x)


def test_shared_weights_names_and_what_returns_nothing():
    diagram = architecture(Branches(), X)
    assert kinds(diagram) == ["Input", "Dense", "Borrowed"]
    assert [block.part for block in diagram.blocks] == ["", "first", "second"]
    assert marks(diagram) == [(), ("the code",), ("weights shared",)]


def test_the_code_is_the_first_of_the_smallest_and_of_a_layer_its_last_call():
    twice = layers.Dense(12)
    model = keras.Sequential([layers.Dense(3), layers.Dense(3)])
    assert marks(architecture(model, X)) == [(), ("the code",), ()]
    x = keras.Input((12,))
    diagram = architecture(keras.Model(x, twice(twice(x))), X, code=twice)
    assert marks(diagram) == [(), (), ("the same layer again", "the code")]
    assert [block.weights for block in diagram.blocks] == [0, 156, 0]


def test_activations_that_say_nothing_are_left_out():
    model = keras.Sequential(
        [layers.Dense(3, "linear"), layers.ReLU(), layers.Activation("tanh"), layers.Softmax()]
    )
    activations = [block.activation for block in architecture(model, X).blocks]
    assert activations == ["", "", "", "tanh", ""]
