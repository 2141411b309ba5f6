"""Pretrained networks by name, features by layer name, and their statistics."""
