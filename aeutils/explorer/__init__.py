"""Explorers: pictures that answer to the hand, made from the models that a chapter has trained.

An explorer is HTML in the output of a cell: the weights of the model, rounded to 6, 8 or 16 bits,
and plain JavaScript that computes the model in the browser of the reader. It needs no server, no
library and no request, and works on the site, in Colab and in JupyterLab, by mouse, finger and
keyboard. Where scripts are off it is a still picture.
"""

from aeutils.explorer.bounds import bound
from aeutils.explorer.contexts import units
from aeutils.explorer.drawings import draw
from aeutils.explorer.films import film
from aeutils.explorer.lengths import components
from aeutils.explorer.networks import Network, pack, unpack
from aeutils.explorer.page import Explorer, make_explorer
from aeutils.explorer.planes import plane
from aeutils.explorer.walks import walk

__all__ = [
    "Explorer",
    "Network",
    "bound",
    "components",
    "draw",
    "film",
    "make_explorer",
    "pack",
    "plane",
    "units",
    "unpack",
    "walk",
]
