"""The pictures that instant styles are trained on: `python -m scripts.instant_data`."""
