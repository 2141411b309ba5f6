"""The Learn tab: GANs and textures to see and play with."""
