"""Training a GAN, or anything else that learns in phases."""
