"""Pixels in and out: opening and saving, sizes, recipes in files, folders, bundled pictures."""

from gancraft.pictures.fit import MAX_SIDE, MIN_SIDE, fit_size, fitted
from gancraft.pictures.folder import list_pictures
from gancraft.pictures.open import open_picture
from gancraft.pictures.picture import Picture
from gancraft.pictures.recipe import read_recipe
from gancraft.pictures.samples import Sample, open_sample, sample_names, samples
from gancraft.pictures.save import EXTENSIONS, check_writable, save_picture

__all__ = [
    "EXTENSIONS",
    "MAX_SIDE",
    "MIN_SIDE",
    "Picture",
    "Sample",
    "check_writable",
    "fit_size",
    "fitted",
    "list_pictures",
    "open_picture",
    "open_sample",
    "read_recipe",
    "sample_names",
    "samples",
    "save_picture",
]
