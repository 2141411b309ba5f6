"""Using a trained GAN: samples, walks through its latents, and comparing it with a set of pictures."""
