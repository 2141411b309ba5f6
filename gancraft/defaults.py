"""Which registered things are used when nobody names one: the only place in the core that names any."""

STYLE_METHOD = "gram"
INSTANT_METHOD = "attention"  # on the page, where there is no GPU
NETWORK = "embedded"
JUDGE = "efficientnet-lite1"
TRAINING_METHOD = "dcgan"
STYLE_TRAINER = "fast"
