"""gancraft's own checks of the plugin, and a small painting from the command line."""

import pytest
from gancraft.testing import check_plugin, check_style

import gancraft_template_name


@pytest.fixture
def plugins(gancraft_plugins):
    return gancraft_plugins(gancraft_template_name)


def test_the_plugin(plugins):
    check_plugin("template-name", plugins)


@pytest.mark.parametrize("spread", [0, 1])
def test_other_settings(spread, plugins):
    check_style("template-name", plugins, spread=spread)


def test_it_paints(plugins, gancraft_run, tmp_path):
    out = tmp_path / "out.png"
    small = ["--size", "64", "--iterations", "8", "-o", str(out)]
    gancraft_run("style", "--plugin", "template-name", *small)
    assert out.is_file()
