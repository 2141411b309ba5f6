"""Data sets for training: folders, archives, torchvision's sets and made ones, all of one size, kept ready on the disk."""

from gancraft.pictures.dataset.bounds import Bounds, check_archive, check_files
from gancraft.pictures.dataset.cache import default_cache, forget
from gancraft.pictures.dataset.picture_set import PictureSet
from gancraft.pictures.dataset.sources import DataSample, data_samples, glimpse, open_set, survey

__all__ = [
    "Bounds",
    "DataSample",
    "PictureSet",
    "check_archive",
    "check_files",
    "data_samples",
    "default_cache",
    "forget",
    "glimpse",
    "open_set",
    "survey",
]
