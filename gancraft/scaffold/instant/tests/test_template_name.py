"""gancraft's own checks of the plugin, and a small painting from the command line."""

import pytest
from gancraft.testing import check_plugin, check_style

import gancraft_template_name


@pytest.fixture
def plugins(gancraft_plugins):
    return gancraft_plugins(gancraft_template_name)


def test_the_plugin(plugins):
    check_plugin("template-name", plugins)


def test_other_settings(plugins):
    check_style("template-name", plugins, spread=0)


def test_it_paints(plugins, gancraft_run, tmp_path):
    out = tmp_path / "out.png"
    gancraft_run("style", "--plugin", "template-name", "--size", "64", "-o", str(out))
    assert out.is_file()
