"""Painters of the bundled style pictures; see main.py. Needs numpy, scipy, Pillow and scikit-image."""
