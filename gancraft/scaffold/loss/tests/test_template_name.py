"""gancraft's own checks of the plugin."""

import pytest
from gancraft.testing import check_loss, check_plugin

import gancraft_template_name


@pytest.fixture
def plugins(gancraft_plugins):
    return gancraft_plugins(gancraft_template_name)


def test_the_plugin(plugins):
    check_plugin("template-name", plugins)  # among other things it trains for two steps


@pytest.mark.parametrize("margin", [0.5, 4])
def test_other_settings(margin, plugins):
    check_loss("template-name", plugins, margin=margin)
