"""The layers that Keras lacks: tied weights, corruption of the input, sparse codes."""

from aeutils.layers.corruption import GaussianCorruption, MaskingCorruption
from aeutils.layers.sparsity import ActivityPenalty, KSparse, LifetimeSparsity, SparsityTarget
from aeutils.layers.tied import TiedDense

__all__ = [
    "ActivityPenalty",
    "GaussianCorruption",
    "KSparse",
    "LifetimeSparsity",
    "MaskingCorruption",
    "SparsityTarget",
    "TiedDense",
]
