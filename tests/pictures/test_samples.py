"""The bundled pictures."""

import re

import pytest

from gancraft.errors import UsageError
from gancraft.pictures import open_sample, sample_names, samples


def test_every_sample_opens_and_says_where_it_is_from():
    assert sample_names() == sample_names("photo") + sample_names("style")
    assert len(set(sample_names())) == len(sample_names()) >= 2
    for sample in samples():
        picture = open_sample(sample.name)
        assert picture.sample == sample.name and picture.name == sample.file.split("/")[-1]
        assert min(picture.width, picture.height) >= 128 and picture.alpha_HW is None
        assert re.fullmatch("[0-9a-f]{64}", picture.sha256)
        assert all((sample.title, sample.source, sample.licence, sample.description))


def test_kinds():
    assert sample_names("photo") and sample_names("style") and not sample_names("film")
    assert {sample.kind for sample in samples("photo")} == {"photo"}


def test_an_unknown_name():
    first = sample_names()[0]
    with pytest.raises(UsageError, match=f"no sample picture '{first}x', did you mean '{first}'"):
        open_sample(f"{first}x")
    with pytest.raises(UsageError, match="'qqqq'; there are .*" + first):
        open_sample("qqqq")
