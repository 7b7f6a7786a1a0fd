"""The exercises of the chapter `vq-vae` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from keras import ops
from scipy.special import log_softmax, softmax
from scipy.stats import entropy


def shares(codes, size):
    return np.bincount(codes, minlength=size) / len(codes)


def perplexity(codes, size):
    return np.exp(entropy(shares(codes, size)))


def by_loop(codes, size):
    found = [np.mean(np.equal(codes, k)) for k in range(size)]
    return 2 ** -sum(p * np.log2(p) for p in found if p > 0)


def with_nan(codes, size):
    p = shares(codes, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(-(p * np.log(p)).sum())


def step(codebook, z, codes):
    new = np.array(codebook)
    for k in np.unique(codes):
        new[k] = z[codes == k].mean(axis=0)
    return new


def in_place(codebook, z, codes):
    codebook[:] = step(codebook, z, codes)
    return codebook


def by_matrix(codebook, z, codes):
    one_hot = np.eye(len(codebook))[codes]
    count = one_hot.sum(axis=0)[:, None]
    return np.where(count > 0, one_hot.T @ z / np.maximum(count, 1), codebook)


def to_zero(codebook, z, codes):
    one_hot = np.eye(len(codebook))[codes]
    return one_hot.T @ z / np.maximum(one_hot.sum(axis=0)[:, None], 1)


def to_nan(codebook, z, codes):
    one_hot = np.eye(len(codebook))[codes]
    with np.errstate(invalid="ignore"):
        return one_hot.T @ z / one_hot.sum(axis=0)[:, None]


def if_several(codebook, z, codes):
    new = np.array(codebook)
    for k, count in enumerate(np.bincount(codes, minlength=len(new))):
        new[k] = z[codes == k].mean(axis=0) if count > 1 else new[k]
    return new


def sums(codebook, z, codes):
    new = np.array(codebook)
    for k in np.unique(codes):
        new[k] = z[codes == k].sum(axis=0)
    return new


def share_of_all(codebook, z, codes):
    new = np.array(codebook)
    for k in np.unique(codes):
        new[k] = z[codes == k].sum(axis=0) / len(z)
    return new


def of_codes(logits, codes):
    log_p = log_softmax(logits, axis=-1)
    return -np.take_along_axis(log_p, codes[..., None], -1)[..., 0] / np.log(2)


def bits(logits, codes):
    return of_codes(logits, codes).sum(axis=1).mean()


def bits_in_keras(logits, codes):
    nll = ops.categorical_crossentropy
    one_hot = np.eye(logits.shape[-1])[codes]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return ops.mean(ops.sum(nll(one_hot, shifted, from_logits=True), axis=1)) / np.log(2)


def overflowing(logits, codes):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        chosen = np.take_along_axis(p, codes[..., None], -1)[..., 0]
        return -np.log2(chosen).sum(axis=1).mean()


def one_maximum(logits, codes):
    return overflowing(logits - logits.max(), codes)


def maximum_of_image(logits, codes):
    return overflowing(logits - logits.max(axis=(1, 2), keepdims=True), codes)


def expected(logits, codes):
    return (entropy(softmax(logits, axis=-1), axis=-1) / np.log(2)).sum(axis=1).mean()


def without_the_last(codebook, z, codes):
    return np.concatenate([step(codebook, z, codes)[:-1], codebook[-1:]])


RIGHT = [
    ("vq-vae.1", perplexity),
    ("vq-vae.1", by_loop),
    ("vq-vae.1", lambda codes, size: np.float32(perplexity(codes, size))),
    ("vq-vae.2", step),
    ("vq-vae.2", in_place),
    ("vq-vae.2", by_matrix),
    ("vq-vae.2", lambda *a: np.float32(step(*a)).tolist()),
    ("vq-vae.3", bits),
    ("vq-vae.3", bits_in_keras),
    ("vq-vae.3", lambda *a: of_codes(*a).sum() / len(a[0])),
]
WRONG = [
    ("vq-vae.2", without_the_last, "mean of the vectors"),
    ("vq-vae.2", lambda book, z, codes: (book, codes), "Expected numbers"),
    ("vq-vae.1", lambda codes, size: codes.sum, "Expected numbers"),
    ("vq-vae.1", lambda codes, size: entropy(shares(codes, size)), "nats"),
    ("vq-vae.1", lambda codes, size: entropy(shares(codes, size), base=2), "bits"),
    ("vq-vae.1", lambda codes, size: 2 ** entropy(shares(codes, size)), "base e"),
    ("vq-vae.1", lambda codes, size: np.exp(entropy(shares(codes, size), base=2)), "not e"),
    ("vq-vae.1", lambda codes, size: len(np.unique(codes)), "rare one"),
    ("vq-vae.1", lambda codes, size: len(np.unique(codes)) / size, "share"),
    ("vq-vae.1", lambda codes, size: 1 / (shares(codes, size) ** 2).sum(), "squares"),
    ("vq-vae.1", lambda codes, size: 1 / perplexity(codes, size), "sign"),
    ("vq-vae.1", with_nan, "nan"),
    ("vq-vae.1", lambda codes, size: size, "exponential of the entropy"),
    ("vq-vae.1", shares, "shape"),
    ("vq-vae.2", to_zero, "fell to zero"),
    ("vq-vae.2", to_nan, "nan"),
    ("vq-vae.2", if_several, "single vector"),
    ("vq-vae.2", sums, "sum of the vectors"),
    ("vq-vae.2", share_of_all, "not by all"),
    ("vq-vae.2", lambda codebook, z, codes: codebook, "moved"),
    ("vq-vae.2", lambda codebook, z, codes: codebook[codes], "shape"),
    ("vq-vae.2", lambda codebook, z, codes: 0.1 * step(codebook, z, codes), "For each word"),
    ("vq-vae.3", lambda *a: bits(*a) * np.log(2), "nats"),
    ("vq-vae.3", lambda *a: of_codes(*a).mean(), "bits a code"),
    ("vq-vae.3", lambda *a: of_codes(*a).mean() * np.log(2), "nats a code"),
    ("vq-vae.3", lambda *a: -bits(*a), "sign"),
    ("vq-vae.3", lambda *a: of_codes(*a).sum(), "all images"),
    ("vq-vae.3", overflowing, "overflows"),
    ("vq-vae.3", one_maximum, "its own"),
    ("vq-vae.3", maximum_of_image, "its own"),
    ("vq-vae.3", expected, "expects"),
    ("vq-vae.3", lambda logits, codes: codes.shape[1] * np.log2(logits.shape[2]), "uniform"),
    ("vq-vae.3", lambda *a: of_codes(*a).sum(axis=1), "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
