"""Trained models as files and cards: what they say, where they lie, how they travel. No torch in here."""
