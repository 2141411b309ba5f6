"""gancraft's own checks of the plugin."""

import pytest
from gancraft.testing import check_discriminator, check_generator, check_plugin

import gancraft_template_name


@pytest.fixture
def plugins(gancraft_plugins):
    return gancraft_plugins(gancraft_template_name)


def test_the_plugin(plugins):
    check_plugin("template-name", plugins)  # among other things it trains for two steps


def test_other_settings(plugins):
    check_generator("template-name", plugins, width=4, max_width=6, latent_size=3)
    check_discriminator("template-name", plugins, width=4, max_width=6)
