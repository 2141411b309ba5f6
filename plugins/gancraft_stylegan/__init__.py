"""StyleGAN2 (Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020) and R3GAN, for any size. This
module is light; the networks are in their own."""

from gancraft import hookimpl
from gancraft_stylegan import r3gan_options, stylegan2_options


@hookimpl
def register_generators(register):  # type: ignore[no-untyped-def]
    stylegan2_options.generators(register)
    r3gan_options.generators(register)


@hookimpl
def register_discriminators(register):  # type: ignore[no-untyped-def]
    stylegan2_options.discriminators(register)
    r3gan_options.discriminators(register)


@hookimpl
def register_training_methods(register):  # type: ignore[no-untyped-def]
    stylegan2_options.training_methods(register)
    r3gan_options.training_methods(register)
