"""Bits-back coding: nothing is lost, and the file is as long as the theory says."""

import numpy as np
import pytest
from scipy.stats import norm

from aeutils import bits_back, evaluation
from aeutils.bits_back import PRECISION, TOTAL

UNITS, FEATURES = 4, 30
RNG = np.random.default_rng(0)
TO_CODE = np.linalg.qr(RNG.normal(size=(FEATURES, UNITS)))[0].astype("float32")
TO_PIXELS = RNG.normal(size=(UNITS, FEATURES)).astype("float32")
IMAGES = (RNG.random((40, FEATURES)) < 0.3).astype("float32")
LOG_VAR = np.array([-1.0, -2.0, -0.5, -3.0], "float32")


def encode(x):
    # Over the images, the codes are spread like the prior.
    spread = np.sqrt((1 - np.exp(LOG_VAR)) / 0.21)
    return (x - 0.3) @ TO_CODE * spread, np.tile(LOG_VAR, (len(x), 1))


def decode(z):
    return z @ TO_PIXELS


def random_table(rows, symbols):
    inner = np.sort(RNG.choice(np.arange(1, TOTAL), size=(rows, symbols - 1), replace=False))
    return np.concatenate([np.zeros((rows, 1), int), inner, np.full((rows, 1), TOTAL)], axis=1)


@pytest.mark.parametrize("start", [0, 1, 12345, bits_back.start_state(500, 1)])
@pytest.mark.parametrize("symbols", [2, 7])
def test_pop_undoes_push_for_every_state(start, symbols):
    table = random_table(50, symbols)
    written = RNG.integers(symbols, size=50)
    state = bits_back.push(start, written, table)
    left, read = bits_back.pop(state, table)
    assert left == start
    assert np.array_equal(read, written)


def test_push_undoes_pop():
    table, state = random_table(50, 7), bits_back.start_state(4000, 2)
    left, read = bits_back.pop(state, table)
    assert left < state
    assert bits_back.push(left, read, table) == state


def test_a_symbol_costs_its_surprise():
    table = random_table(400, 5)
    written = RNG.integers(5, size=400)
    sizes = np.diff(table, axis=1)[np.arange(400), written]
    start = bits_back.start_state(100)
    grown = bits_back.push(start, written, table).bit_length() - 100
    assert grown == pytest.approx(-np.log2(sizes / TOTAL).sum(), abs=1.5)


def test_one_certain_symbol_costs_nothing():
    table = np.tile([0, TOTAL], (30, 1))
    assert bits_back.push(77, np.zeros(30, int), table) == 77


def test_popping_random_bits_draws_from_the_table():
    table = np.tile([0, TOTAL // 8, TOTAL // 2, TOTAL], (4000, 1))
    _, drawn = bits_back.pop(bits_back.start_state(4000 * PRECISION, 3), table)
    assert np.bincount(drawn) / 4000 == pytest.approx([1 / 8, 3 / 8, 1 / 2], abs=0.03)


def test_bernoulli_table_holds_the_probabilities():
    table = bits_back.bernoulli_table(np.array([0.0, 2.0, -900.0, 900.0]))
    zeros = table[:, 1] / TOTAL
    assert zeros[:2] == pytest.approx([0.5, 1 / (1 + np.exp(2))], abs=1e-6)
    assert table[2:, 1].tolist() == [TOTAL - 1, 1]


def test_gaussian_table_holds_the_probabilities():
    mean, log_var = np.array([0.0, 0.7, 30.0]), np.array([0.0, -3.0, -20.0])
    table = bits_back.gaussian_table(mean, log_var, 64)
    shares = np.diff(table, axis=1) / TOTAL
    assert shares[0] == pytest.approx(1 / 64, abs=1e-6)
    edges = norm.ppf(np.arange(65) / 64)
    assert shares[1] == pytest.approx(np.diff(norm(0.7, np.exp(-1.5)).cdf(edges)), abs=1e-5)
    assert (np.diff(table, axis=1) > 0).all()
    assert shares[2].argmax() == 63


def test_bin_centres_are_medians_of_equal_shares():
    centres = bits_back.bin_centres(16)
    assert norm.cdf(centres) == pytest.approx((np.arange(16) + 0.5) / 16)


def test_images_and_start_bits_come_back():
    message = bits_back.compress(IMAGES, encode, decode, start_bits=300, seed=5)
    images, left = bits_back.decompress(message.state, len(IMAGES), UNITS, encode, decode)
    assert np.array_equal(images, IMAGES)
    assert left == bits_back.start_state(300, 5)


def test_another_decoder_does_not_read_the_file():
    message = bits_back.compress(IMAGES, encode, decode)
    images, _ = bits_back.decompress(
        message.state, len(IMAGES), UNITS, encode, lambda z: -decode(z)
    )
    assert not np.array_equal(images, IMAGES)


def test_the_file_is_as_long_as_the_bound():
    images = (np.random.default_rng(1).random((400, FEATURES)) < 0.3).astype("float32")
    message = bits_back.compress(images, encode, decode)
    grown = message.bits[-1] - message.bits[0]
    bound = sum(evaluation.elbo_terms(images, encode, decode, samples=20)) / np.log(2)
    assert grown == pytest.approx(bound.sum(), rel=0.01)
    assert message.bits[-1] == message.state.bit_length()
    assert len(message.bits) == len(images) + 1


def test_the_loan_is_what_the_first_code_holds():
    message = bits_back.compress(IMAGES[:1], encode, decode)
    z_mean, log_var = encode(IMAGES[:1])
    table = bits_back.gaussian_table(z_mean[0], log_var[0], 256)
    _, symbols = bits_back.pop(bits_back.start_state(4096), table)
    shares = np.diff(table, axis=1)[np.arange(UNITS), symbols] / TOTAL
    assert message.borrowed == pytest.approx(-np.log2(shares).sum(), abs=1.5)


def empty(x):
    return np.zeros((len(x), UNITS)), np.zeros((len(x), UNITS))


def test_an_empty_code_costs_nothing_but_its_loan():
    message = bits_back.compress(IMAGES[:5], empty, lambda z: np.zeros((1, FEATURES)))
    assert message.bits[-1] - message.bits[0] == pytest.approx(5 * FEATURES, abs=1.5)
    assert message.borrowed == pytest.approx(UNITS * 8, abs=1.5)


@pytest.mark.parametrize("bits", [1, 8, 13, 4096])
def test_start_state_has_its_length(bits):
    assert bits_back.start_state(bits).bit_length() == bits


def test_probabilities_are_multiples_of_two_to_the_minus_24():
    assert (PRECISION, TOTAL) == (24, 16_777_216)


@pytest.mark.parametrize("bits", [1, 8, 13, 100])
def test_start_state_is_made_of_random_bytes_with_the_first_bit_set(bits):
    for seed in (0, 3):
        drawn = np.random.default_rng(seed).bytes(bits // 8 + (bits % 8 > 0))
        written = "".join(f"{byte:08b}" for byte in drawn)[-bits:]
        assert f"{bits_back.start_state(bits, seed):b}" == "1" + written[1:]
    assert bits_back.start_state(bits) == bits_back.start_state(bits, 0)


def test_defaults_are_256_bins_4096_bits_and_seed_0():
    message = bits_back.compress(IMAGES[:4], encode, decode)
    explicit = bits_back.compress(IMAGES[:4], encode, decode, bins=256, start_bits=4096, seed=0)
    assert message.state == explicit.state
    assert message.bits.tolist() == explicit.bits.tolist() and message.bits[0] == 4096
    images, left = bits_back.decompress(message.state, 4, UNITS, encode, decode, bins=256)
    assert np.array_equal(images, IMAGES[:4]) and left == bits_back.start_state(4096)
    assert images.dtype == np.float32


def test_other_bins_and_a_single_image_come_back():
    message = bits_back.compress(IMAGES[:1], encode, decode, bins=7, start_bits=100)
    images, left = bits_back.decompress(message.state, 1, UNITS, encode, decode, bins=7)
    assert np.array_equal(images, IMAGES[:1]) and left == bits_back.start_state(100)


def test_push_by_hand():
    """The rule of the coder, in whole numbers: state // size, times 2 ** 24, start, rest."""
    table = np.array([[0, 1, 6, TOTAL], [0, 10, TOTAL - 1, TOTAL]])
    first = (1000 // 5) * TOTAL + 1 + 1000 % 5
    assert bits_back.push(1000, [1], table[:1]) == first
    size = TOTAL - 11
    assert bits_back.push(1000, [1, 1], table) == first // size * TOTAL + 10 + first % size
    assert bits_back.push(0, [2], table[:1]) == 6
    assert bits_back.pop(5, table[:1]) == (4, [1])
    assert bits_back.pop(6, table[:1]) == (0, [2])
    assert bits_back.pop(3 * TOTAL, table[:1]) == (3, [0])


def test_start_bits_have_to_last_above_the_precision():
    """What `borrowed` says of a large start is what a small one must have and 24 bits more."""
    borrowed = bits_back.compress(IMAGES[:1], empty, lambda z: np.zeros((1, FEATURES))).borrowed
    assert borrowed == UNITS * 8
    enough = borrowed + PRECISION + 1
    for bits, seed in ((enough, 0), (enough + 5, 1)):
        message = bits_back.compress(
            IMAGES[:1], empty, lambda z: np.zeros((1, FEATURES)), start_bits=bits, seed=seed
        )
        assert message.borrowed == borrowed
    with pytest.raises(ValueError, match=f"start_bits is {enough - 1}: too few"):
        bits_back.compress(
            IMAGES[:1], empty, lambda z: np.zeros((1, FEATURES)), start_bits=enough - 1
        )


@pytest.mark.parametrize("bins", [2, 65_536])
def test_numbers_of_bins_at_their_limits(bins):
    table = bits_back.gaussian_table(np.zeros(1), np.zeros(1), bins)
    assert table.shape == (1, bins + 1) and table[0, 0] == 0 and table[0, -1] == TOTAL
    assert (np.diff(table) > 0).all()
    assert len(bits_back.bin_centres(bins)) == bins


def test_narrowest_table_and_extreme_logits():
    table = np.array([[0, 1, TOTAL - 1, TOTAL]])
    for symbol in range(3):
        state, read = bits_back.pop(bits_back.push(9, [symbol], table), table)
        assert (state, read.tolist()) == (9, [symbol])
    ends = bits_back.bernoulli_table(np.array([-900.0, 900.0]))
    assert ends.tolist() == [[0, TOTAL - 1, TOTAL], [0, 1, TOTAL]]


TABLE = np.array([[0, 5, TOTAL]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bits_back.push(-1, [0], TABLE), "state is -1"),
        (lambda: bits_back.pop(1.5, TABLE), "state is 1.5"),
        (lambda: bits_back.push(1, [2], TABLE), "from 0 to 1"),
        (lambda: bits_back.push(1, [0, 0], TABLE), "1 rows"),
        (lambda: bits_back.pop(1, TABLE + 1), "must rise from 0"),
        (lambda: bits_back.pop(1, np.array([[0, 5, 5, TOTAL]])), "must rise from 0"),
        (lambda: bits_back.pop(1, TABLE / 2), "whole numbers"),
        (lambda: bits_back.pop(1, TABLE[0]), "whole numbers"),
        (lambda: bits_back.pop(1, TABLE[:, :1]), "whole numbers"),
        (lambda: bits_back.pop(1, TABLE * [[1, 1, 2]]), "must rise from 0 to 16777216"),
        (lambda: bits_back.pop(1, np.array([[0, 6, 5, TOTAL]])), "must rise from 0"),
        (lambda: bits_back.push(1, [-1], TABLE), "from 0 to 1"),
        (lambda: bits_back.push(1.0, [0], TABLE), "state is 1.0"),
        (lambda: bits_back.pop(-1, TABLE), "state is -1"),
        (lambda: bits_back.gaussian_table([0], [np.inf], 8), "mean or log_var holds values that"),
        (lambda: bits_back.gaussian_table([0], [0], 65_537), "bins is 65537"),
        (lambda: bits_back.gaussian_table([0], [0], 8.0), "bins is 8.0"),
        (lambda: bits_back.bin_centres(1), "bins is 1"),
        (lambda: bits_back.start_state(8.0), "bits is 8.0"),
        (lambda: bits_back.compress(IMAGES[:0], encode, decode), "zeros and ones"),
        (lambda: bits_back.decompress(-9, 1, 4, encode, decode), "state is -9"),
        (lambda: bits_back.bernoulli_table([[0.0]]), "vectors of one length"),
        (lambda: bits_back.bernoulli_table([np.nan]), "not finite"),
        (lambda: bits_back.gaussian_table([0, 0], [0], 8), "vectors of one length"),
        (lambda: bits_back.gaussian_table([0], [0], 1), "bins is 1"),
        (lambda: bits_back.bin_centres(2.5), "bins is 2.5"),
        (lambda: bits_back.start_state(0), "bits is 0"),
        (lambda: bits_back.compress(IMAGES / 2, encode, decode), "zeros and ones"),
        (lambda: bits_back.compress(IMAGES[0], encode, decode), "zeros and ones"),
        (lambda: bits_back.compress(IMAGES, encode, decode, start_bits=30), "too few"),
        (lambda: bits_back.decompress(9, 0, 4, encode, decode), "count is 0"),
        (lambda: bits_back.decompress(9, 1, 0, encode, decode), "units is 0"),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
