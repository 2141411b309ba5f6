"""What the Train tab refuses, in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.web.train_helpers import packed, pictures
from tests.web.train_visitors import RING, client, visit_of  # noqa: F401

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"../evil.png": b"x"}, "leads outside"),
        ({"more.zip": b"x"}, "another archive"),
        ({"big.png": bytes(3_000_000)}, "3 MB; at most 2 MB"),
        ({}, "holds 0 readable|holds no pictures"),
    ],
)
def test_a_bad_archive_is_one_line(client: Client, tmp_path: Path, entries: dict[str, bytes], says: str) -> None:
    archive = packed([], tmp_path / "theirs.zip", **entries)
    with pytest.raises(AppError, match=says) as error:
        client.predict(files=[handle_file(archive)], method="patient", api_name="/train")
    assert "\n" not in str(error.value).strip() and "Traceback" not in str(error.value)
    assert "theirs.zip" in str(error.value) and "/" not in str(error.value).replace("../evil", "")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"size": 32}, "maximum"),
        ({"size": 4}, "minimum"),
        ({"pictures": 200_001}, "maximum"),
        ({"train_batch": 100_000}, "maximum"),
        ({"method": "no-such"}, "no-such"),
        ({"sample": ""}, "Pictures: give some of your own"),
        ({"method": "toy"}, "points in the plane"),
        ({"data_background": "no-colour"}, "“Background” 'no-colour' is no colour"),
        ({"keep_sheet": "99x99"}, "“Sheet” 99x99"),
        ({"generator_dcgan_latent_size": 60_000}, "would have .* million numbers; at most 5 million"),
        ({"method": "patient", "loss": "hinge"}, "“Loss”: 'patient' is trained as a whole"),
    ],
)
def test_bad_values_get_one_line(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says) as error:
        client.predict(**values, api_name="/train")
    assert "\n" not in str(error.value).strip() and "--" not in str(error.value)


def test_too_few_pictures_and_files_that_are_none(client: Client, tmp_path: Path) -> None:
    few = [handle_file(path) for path in pictures(tmp_path, 3)]
    with pytest.raises(AppError, match="holds 3 readable pictures: training needs at least 8"):
        client.predict(files=few, method="patient", api_name="/train")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(AppError, match="holds no pictures"):
        client.predict(files=[handle_file(tmp_path / "a.txt")], method="patient", api_name="/train")


def test_a_run_ends_where_the_page_ends_it(client: Client, site: Any) -> None:
    client.predict(**RING, pictures=64, api_name="/train")
    run = visit_of(site, client).home / str(visit_of(site, client).latest)
    lines = run.joinpath("metrics.jsonl").read_text()
    run.joinpath("metrics.jsonl").write_text(lines.replace('"pictures": 64,', '"pictures": 200000,'))
    with pytest.raises(AppError, match="the most that this page trains on"):
        client.predict(api_name="/train_on")
