"""The exercises of the chapter `cvae` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from keras import ops
from scipy.special import logsumexp, softmax

EYE = np.eye(10)


def rows(codes, labels):
    return np.concatenate([codes, labels], axis=1)


def grid(z):
    return rows(np.repeat(z, 10, axis=0), np.tile(EYE, (len(z), 1)))


def log_joint(log_likelihood, prior):
    return log_likelihood + np.log(prior)


def naive(log_likelihood, prior):
    with np.errstate(invalid="ignore"):
        joint = np.exp(log_likelihood) * prior
        return joint / joint.sum(axis=1, keepdims=True)


def gain(plain, conditional):
    difference = plain - conditional
    return difference.mean(), difference.std(ddof=1) / np.sqrt(len(difference))


def unpaired(a, b):
    return np.mean(a - b), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


def one_maximum(log_likelihood, prior):
    with np.errstate(invalid="ignore"):
        joint = np.exp(log_likelihood - log_likelihood.max()) * prior
        return joint / joint.sum(axis=1, keepdims=True)


def constant(log_likelihood, prior):
    with np.errstate(invalid="ignore", over="ignore"):
        joint = np.exp(log_likelihood + 900) * prior
        return joint / joint.sum(axis=1, keepdims=True)


def frozen(function):
    def read_only(*arguments):
        answer = np.array(function(*arguments))
        answer.flags.writeable = False
        return answer

    return read_only


def single(log_likelihood, prior):
    return softmax(np.float32(log_joint(log_likelihood, prior)), axis=1)


def in_keras(log_likelihood, prior):
    joint = ops.convert_to_tensor(log_joint(log_likelihood, prior), "float32")
    return ops.softmax(joint, axis=1)


def gain_in_keras(plain, conditional):
    difference = ops.convert_to_tensor(plain - conditional, "float32")
    return ops.stack([ops.mean(difference), ops.std(difference) / len(plain) ** 0.5])


def less(reduce):
    def posterior(log_likelihood, prior):
        joint = log_joint(log_likelihood, prior)
        with np.errstate(invalid="ignore", over="ignore"):
            powers = np.exp(joint - reduce(joint)[:, None])
            return powers / powers.sum(axis=1, keepdims=True)

    return posterior


def cut(log_likelihood, prior):
    joint = log_joint(log_likelihood, prior)
    return softmax(np.maximum(joint - joint.max(axis=1, keepdims=True), -20), axis=1)


RIGHT = [
    ("cvae.1", grid),
    ("cvae.1", lambda z: rows(np.repeat(z, 10, axis=0), 8 * np.tile(EYE, (len(z), 1)))),
    ("cvae.1", lambda z: np.float32(grid(z))),
    ("cvae.1", lambda z: [[*code, *label] for code in z for label in EYE]),
    ("cvae.2", lambda ll, prior: softmax(log_joint(ll, prior), axis=1)),
    ("cvae.1", frozen(grid)),
    ("cvae.2", single),
    ("cvae.2", in_keras),
    ("cvae.2", frozen(single)),
    ("cvae.3", frozen(lambda a, b: [np.mean(a - b), np.std(a - b) / np.sqrt(len(a))])),
    ("cvae.3", gain_in_keras),
    ("cvae.2", lambda ll, p: np.exp(log_joint(ll, p) - logsumexp(ll, 1, b=p, keepdims=True))),
    ("cvae.3", gain),
    ("cvae.3", lambda a, b: [np.mean(a - b), np.std(a - b) / np.sqrt(len(a))]),
]
WRONG = [
    ("cvae.1", lambda z: rows(np.repeat(z, 10, 0), np.tile(np.arange(10), len(z))[:, None]), "ten"),
    (
        "cvae.1",
        lambda z: rows(np.repeat(z.T[:, :1] + 0 * z[:1], 10, 0), np.tile(EYE, (len(z.T), 1))),
        "wrong axis",
    ),
    ("cvae.1", lambda z: rows(np.tile(EYE, (len(z), 1)), np.repeat(z, 10, 0)), "code first"),
    ("cvae.1", lambda z: rows(np.repeat(z, 10, 0), np.repeat(EYE, len(z), 0)), "in blocks"),
    ("cvae.1", lambda z: rows(np.tile(z, (10, 1)), np.tile(EYE, (len(z), 1))), "again and again"),
    ("cvae.1", lambda z: rows(np.tile(z, (10, 1)), np.repeat(EYE, len(z), 0)), "sorted by"),
    ("cvae.1", lambda z: grid(z)[::-1], "stays for ten rows"),
    ("cvae.1", lambda z: np.repeat(z, 10, 0), "shape"),
    ("cvae.1", lambda z: grid(z)[:-1], "shape"),
    ("cvae.1", lambda z: rows(np.repeat(z, 10, 0), -np.tile(EYE, (len(z), 1))), "ten rows"),
    ("cvae.1", lambda z: rows(np.repeat(z, 10, 0), z.std() * np.tile(EYE, (len(z), 1))), "fixed"),
    ("cvae.1", lambda z: rows(np.repeat(z, 10, 0), 1e-3 * np.tile(EYE, (len(z), 1))), "heard"),
    ("cvae.1", lambda z: grid(np.clip(z, -6, 6)), "ten rows"),
    ("cvae.1", lambda z: grid(z[:3]), "shape"),
    ("cvae.2", less(lambda joint: joint[:, 0]), "largest logarithm"),
    ("cvae.2", less(lambda joint: joint.min(axis=1)), "largest logarithm"),
    ("cvae.2", less(lambda joint: joint.mean(axis=1)), "largest logarithm"),
    ("cvae.2", cut, "cut off"),
    ("cvae.2", naive, "largest logarithm"),
    ("cvae.2", one_maximum, "largest logarithm"),
    ("cvae.2", constant, "largest logarithm"),
    ("cvae.2", lambda ll, prior: np.exp(ll) * prior, "largest logarithm"),
    ("cvae.2", lambda ll, prior: softmax(ll, axis=1), "not used"),
    ("cvae.2", lambda ll, prior: softmax(ll + prior, axis=1), "logarithm"),
    ("cvae.2", lambda ll, prior: softmax(log_joint(ll, prior), axis=0), "compete"),
    ("cvae.2", lambda ll, prior: np.log(softmax(log_joint(ll, prior), axis=1)), "logarithm of it"),
    ("cvae.2", lambda ll, prior: softmax(log_joint(-ll, prior), axis=1), "sign"),
    ("cvae.2", lambda ll, p: log_joint(ll, p) / log_joint(ll, p).sum(1)[:, None], "divided by"),
    ("cvae.2", lambda ll, prior: softmax(ll, axis=1) * prior, "before the sum"),
    ("cvae.2", lambda ll, prior: np.full(ll.shape, 0.1), "exponentiate"),
    ("cvae.3", lambda a, b: gain(b, a), "sign"),
    ("cvae.3", unpaired, "each image first"),
    ("cvae.3", lambda a, b: (np.mean(a - b), np.std(a - b, ddof=1)), "spread"),
    ("cvae.3", lambda a, b: (np.mean(a - b), np.std(a - b)), "spread"),
    ("cvae.3", lambda a, b: (np.mean(a - b), np.std(a - b, ddof=1) / len(a)), "square root"),
    ("cvae.3", lambda a, b: (np.sum(a - b), gain(a, b)[1]), "not their sum"),
    ("cvae.3", lambda a, b: (0.0, 1.0), "plain minus conditional"),
    ("cvae.3", lambda a, b: gain(a, b)[0], "shape"),
]

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
