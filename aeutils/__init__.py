"""The shared package of the autoencoder book.

Five names are all that a chapter needs at once; the rest is imported from its module.
"""

from aeutils.checkup import examine
from aeutils.claims import claim
from aeutils.exercises import check
from aeutils.results import report
from aeutils.session import setup

__all__ = ["check", "claim", "examine", "report", "setup"]
