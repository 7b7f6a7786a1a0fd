"""All copies of public recipes."""

from benchmarks.recipes import (
    public_blog,
    public_book,
    public_keras_io,
    public_sources,
    public_tensorflow,
)
from benchmarks.recipes.recipe import Recipe

_MODULES = (public_blog, public_tensorflow, public_keras_io, public_book, public_sources)
RECIPES: tuple[Recipe, ...] = tuple(recipe for module in _MODULES for recipe in module.RECIPES)
