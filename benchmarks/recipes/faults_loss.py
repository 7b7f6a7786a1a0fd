"""Errors of the loss: penalties, divergences, padding and words."""

from benchmarks.recipes.cases import Fault

_THREE = ("dense", "convolutional", "table")
_VARIATIONAL = ("variational", "variational convolutional", "variational table")
_SEQUENCES = ("lstm", "gru", "both ways")
_WORDS = ("lstm of words", "gru of words", "both ways of words")

FAULTS = (
    Fault(
        "penalty never added",
        "A loss by hand leaves out the penalty of the layer.",
        ("penalty_missing", "dense_code"),
        _THREE,
        {"network": {"paid": "never"}},
        {"network": {"l1": 1e-4, "code": 32, "paid": "by hand"}},
        special_healthy={
            "convolutional": {"network": {"l1": 1e-4, "paid": "by hand"}},
            "table": {"network": {"l1": 1e-3, "paid": "by hand"}},
        },
        error=12,
    ),
    Fault(
        "penalty of the batch",
        "The penalty is summed over the rows of a batch.",
        ("penalty_batch",),
        ("dense", "convolutional", "lstm"),
        {"network": {"penalty": "sum"}},
        {"network": {"l1": 1e-5}},
        error=13,
    ),
    Fault(
        "penalty far too strong",
        "A penalty that outweighs the reconstruction: every unit is off.",
        ("penalty_strength", "dead_units", "same_output", "mean_error"),
        _THREE,
        {"network": {"l1": 10.0}},
        {"network": {"l1": 1e-4}},
    ),
    Fault(
        "mean against sum",
        "The reconstruction is a mean over the pixels, the divergence a sum over the code.",
        ("kl_scale", "collapsed"),
        _VARIATIONAL,
        {"network": {"summed": False}},
        special={"variational table": {"training": {"loss": "mean square"}}},
        error=15,
    ),
    Fault(
        "standard deviation for log variance",
        "The divergence gets the standard deviation and takes it for the log variance.",
        ("kl_variance", "kl_at_prior"),
        _VARIATIONAL,
        {"network": {"divergence": "scale mixed up"}},
        error=16,
    ),
    Fault(
        "logarithm of a distance",
        "A term that draws from the prior and takes the logarithm of a distance.",
        ("kl_negative", "kl_at_prior"),
        _VARIATIONAL,
        {"network": {"divergence": "log distance"}},
        error=17,
    ),
    Fault(
        "sign of the divergence",
        "The divergence is rewarded and not charged.",
        ("kl_negative",),
        _VARIATIONAL,
        {"network": {"divergence": "sign turned"}},
        error=18,
    ),
    Fault(
        "divergence inside the expectation",
        "The closed form with a draw in the place of the mean.",
        ("kl_at_prior", "kl_variance"),
        _VARIATIONAL,
        {"network": {"divergence": "inside"}},
        error=19,
    ),
    Fault(
        "padding in the loss",
        "The squared error counts the padding.",
        ("padding_loss",),
        _SEQUENCES,
        {"training": {"loss": "mse"}},
        error=14,
    ),
    Fault(
        "padding in the loss of words",
        "The cross-entropy counts the padding.",
        ("padding_loss",),
        _WORDS,
        {"training": {"loss": "words"}},
        error=14,
    ),
    Fault(
        "padding behind",
        "The encoder is not told where a sequence ends and reads on.",
        ("padding_code",),
        _SEQUENCES,
        {"network": {"masked": False}},
        error=11,
    ),
    Fault(
        "unknown words",
        "Words are looked up in another way than they were counted: most are unknown.",
        ("tokens",),
        _WORDS,
        {"shown": "unknown words"},
        error=3,
    ),
    Fault(
        "no softmax",
        "The output has no softmax, and the loss expects probabilities of the words.",
        ("tokens", "logits"),
        _WORDS,
        {"network": {"output": "linear"}},
        error=27,
    ),
)
