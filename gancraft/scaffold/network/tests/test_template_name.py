"""gancraft's own checks of the plugin, and a small painting from the command line."""

import pytest
from gancraft.testing import check_network, check_plugin

import gancraft_template_name


@pytest.fixture
def plugins(gancraft_plugins):
    return gancraft_plugins(gancraft_template_name)


def test_the_plugin(plugins):
    check_plugin("template-name", plugins)


def test_other_settings(plugins):
    check_network("template-name", plugins, filters=8, draw=5)


def test_it_can_be_painted_with(plugins, gancraft_run, tmp_path):
    out = tmp_path / "out.png"
    small = ["--size", "64", "--iterations", "8", "-o", str(out)]
    gancraft_run("style", "--network", "template-name", *small)
    assert out.is_file()
