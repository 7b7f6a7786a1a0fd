"""The layers that Keras lacks: tied weights, corrupted inputs, sparse and random codes."""

from aeutils.layers.corruption import GaussianCorruption, MaskingCorruption
from aeutils.layers.sampling import GaussianSampling
from aeutils.layers.selection import kth_largest
from aeutils.layers.sparsity import ActivityPenalty, KSparse, LifetimeSparsity, SparsityTarget
from aeutils.layers.tied import TiedDense

__all__ = [
    "ActivityPenalty",
    "GaussianCorruption",
    "GaussianSampling",
    "KSparse",
    "LifetimeSparsity",
    "MaskingCorruption",
    "SparsityTarget",
    "TiedDense",
    "kth_largest",
]
