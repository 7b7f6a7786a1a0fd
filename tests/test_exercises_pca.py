"""The exercises of the chapter `pca` accept right answers and explain wrong ones."""

import numpy as np
from exercise_cases import make_argument_test, make_mutant_test, make_tests
from scipy.linalg import subspace_angles


def cosines(a, b):
    return np.linalg.svd(a.T @ b, compute_uv=False)


def orthonormal(a):
    return np.linalg.qr(a)[0]


def largest_angle(a, b):
    return np.degrees(np.arccos(np.clip(cosines(orthonormal(a), orthonormal(b)).min(), 0, 1)))


def by_projection(a, b):
    """Return the largest angle from the sine: what of one basis the other cannot express."""
    p, q = orthonormal(a), orthonormal(b)
    return np.degrees(np.arcsin(np.linalg.norm(q - p @ (p.T @ q), ord=2)))


def unit_columns(a):
    return a / np.linalg.norm(a, axis=0)


def by_loop(e, k):
    """Take the largest away k times."""
    left = list(e)
    for _ in range(k):
        left.remove(max(left))
    return sum(left)


def in_single_precision(a, b):
    q, p = (orthonormal(m.astype("float32")) for m in (a, b))
    return np.degrees(np.arccos(np.minimum(cosines(q, p).min(), np.float32(1))))


def unclipped(a, b):
    with np.errstate(invalid="ignore"):
        return np.degrees(np.arccos(cosines(orthonormal(a), orthonormal(b)).min()))


def as_objects(e, d, a):
    pair = np.empty(2, dtype=object)
    pair[:] = e @ a, inv(a) @ d
    return pair


def in_place(e, d, a):
    d[:] = np.linalg.solve(a, d)
    e[:] = e @ a
    return e, d


def shares(e):
    return np.cumsum(np.sort(e)[::-1]) / e.sum()


def smallest_code(e, share):
    return np.searchsorted(shares(e), share) + 1


def grow(e, share):
    e, k = sorted(e, reverse=True), 0
    while sum(e[:k]) < share * sum(e):
        k += 1
    return k


inv = np.linalg.inv
RIGHT = [
    ("pca.1", lambda e, k: np.sort(e)[::-1][k:].sum()),
    ("pca.1", lambda e, k: sum(sorted(e, reverse=True)[k:])),
    ("pca.1", lambda e, k: e.sum() - np.sort(e)[len(e) - k :].sum()),
    ("pca.1", by_loop),
    ("pca.1", lambda e, k: np.float32(np.sort(e)[::-1][k:].sum())),
    ("pca.1", lambda e, k: np.sort(e)[: len(e) - k].sum()),
    ("pca.2", largest_angle),
    ("pca.2", in_single_precision),
    ("pca.2", by_projection),
    ("pca.2", lambda a, b: np.degrees(subspace_angles(a, b)).max()),
    ("pca.2", lambda a, b: np.degrees(subspace_angles(a, b))[0]),
    ("pca.3", lambda e, d, a: (e @ a, inv(a) @ d)),
    ("pca.3", lambda e, d, a: [e @ a, np.linalg.solve(a, d)]),
    ("pca.3", as_objects),
    ("pca.3", in_place),
    ("pca.3", lambda e, d, a: ((e @ a).tolist(), (np.linalg.pinv(a) @ d).tolist())),
    ("pca.3", lambda e, d, a: ((e @ a).astype("float32"), (inv(a) @ d).astype("float32"))),
    ("pca.4", smallest_code),
    ("pca.4", grow),
    ("pca.4", lambda e, share: np.argmax(shares(e) >= share) + 1),
    ("pca.4", lambda e, share: float(np.sum(shares(e) < share) + 1)),
]
WRONG = [
    ("pca.1", lambda e, k: np.sort(e)[::-1][:k].sum(), "what the code keeps"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][k:].mean(), "nothing to average"),
    ("pca.1", lambda e, k: e[k:].sum(), "no order"),
    ("pca.1", lambda e, k: np.sort(e)[k:].sum(), "turn the order round"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][k - 1 :].sum(), "One too many"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][k + 1 :].sum(), "One too few"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][k:].sum() / e.sum(), "share of the variance"),
    ("pca.1", lambda e, k: np.sort(e)[:-k].sum(), "With k = 0"),
    ("pca.1", lambda e, k: 2.0, "1.75"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][k:], "single number"),
    ("pca.1", 1.75, "must be a function"),
    ("pca.1", lambda e, k: np.sort(e)[: 5 - k].sum(), "any number"),
    ("pca.1", lambda e, k: round(np.sort(e)[::-1][k:].sum(), 2), "any number"),
    ("pca.1", lambda e, k: np.sort(e)[::-1][min(k, 2) :].sum(), "any number"),
    ("pca.2", lambda a, b: np.radians(largest_angle(a, b)), "radians"),
    ("pca.2", lambda a, b: np.degrees(subspace_angles(a, b)).min(), "smallest angle"),
    ("pca.2", lambda a, b: cosines(orthonormal(a), orthonormal(b)).min(), "is the cosine"),
    ("pca.2", lambda a, b: 90 - largest_angle(a, b), "not sines"),
    ("pca.2", lambda a, b: np.degrees(np.arccos(cosines(unit_columns(a), unit_columns(b))[-1])),
     "at right angles"),
    ("pca.2", lambda a, b: np.degrees(np.arccos(np.clip(cosines(a, b), -1, 1))).max(),
     "not orthonormal"),
    ("pca.2", lambda a, b: np.degrees(np.arccos(np.clip(cosines(a, b), -1, 1)))[-1],
     "not orthonormal"),
    ("pca.2", lambda a, b: largest_angle(a, b) if largest_angle(a, b) > 1 else np.nan,
     "not finite"),
    ("pca.2", unclipped, "clip"),
    ("pca.2", lambda a, b: min(largest_angle(a, b), 89.0), "subspace_angles"),
    ("pca.2", lambda a, b: np.degrees(np.arccos(np.abs(orthonormal(a).T @ orthonormal(b)).min())),
     "subspace_angles"),
    ("pca.2", lambda a, b: 12.0, "subspace_angles"),
    ("pca.2", lambda a, b: subspace_angles(a, b), "single number"),
    ("pca.3", lambda e, d, a: (e, d), "still z"),
    ("pca.3", lambda e, d, a: (e @ inv(a), a @ d), "z a^-1"),
    ("pca.3", lambda e, d, a: (e @ a, d), "undo a first"),
    ("pca.3", lambda e, d, a: (e @ a, a @ d), "a second time"),
    ("pca.3", lambda e, d, a: (e @ a, a.T @ d), "transpose"),
    ("pca.3", lambda e, d, a: (e @ a.T, inv(a) @ d), "should be z a"),
    ("pca.3", lambda e, d, a: (e @ a, inv(a).T @ d), "reconstruction has changed"),
    ("pca.3", lambda e, d, a: e @ a, "two matrices"),
    ("pca.3", lambda e, d, a: (a @ e, d), "stops with ValueError"),
    ("pca.3", lambda e, d, a: np.stack([e @ a] * 2), "Expected an array"),
    ("pca.4", lambda e, share: np.searchsorted(shares(e), share), "position 0"),
    ("pca.4", lambda e, share: np.argmax(np.cumsum(e) / e.sum() >= share) + 1, "no order"),
    ("pca.4", lambda e, share: np.sum(shares(e) <= share) + 1, "reached counts"),
    ("pca.4", lambda e, share: 1, "k is 2"),
    ("pca.4", lambda e, share: np.sum(np.sort(e)[::-1] / e.max() >= 1 - share), "k is"),
]  # fmt: skip

test_right, test_wrong, test_stub = make_tests(RIGHT, WRONG)
test_mutant = make_mutant_test(RIGHT)
test_arguments_are_varied = make_argument_test(RIGHT)
