"""Diagrams of models: every kind of model, what is marked, how it is shown."""

import keras
import numpy as np
import pytest
from bs4 import BeautifulSoup
from keras import layers

from aeutils import layers as own
from aeutils.diagram import architecture

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
