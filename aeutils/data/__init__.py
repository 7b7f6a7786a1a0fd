"""The data of the book: images, and where their files come from."""

from aeutils.data.download import data_dir, read_bytes
from aeutils.data.images import ImageData, check_images, load_images
from aeutils.data.tables import TableData, load_table
from aeutils.session import cache_dir

__all__ = [
    "ImageData",
    "TableData",
    "cache_dir",
    "check_images",
    "data_dir",
    "load_images",
    "load_table",
    "read_bytes",
]
