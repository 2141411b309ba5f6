"""Every number by which a run's health is judged, in one place, so that they can be tuned together.

They were calibrated on small runs (rings of Gaussians, 8x8 digits, emoji at 32x32; healthy ones with several seeds, and ones
spoilt on purpose) and on sample sheets of a DCGAN that collapsed on emoji at 64x64. Pictures are counted as seen; "looks" are
those that had the value in question.
"""

# Diversity: 1 is as varied as the data. A real collapse of a DCGAN to ten kinds of pictures, each with variations: about
# 0.25; ten pictures with little jitter: 0.1; blurred or noisy versions of a whole set: above 0.8. Small healthy networks
# stay at 0.5, so a fall counts too.
ALIKE = 0.25  # below: collapsed
VARIED = 0.4  # above: not, or no longer
FALLEN, RISEN = 0.4, 0.7  # the same relative to the highest so far (at most 1), where that is more
# Below that part of the highest, and by so much farther from the data than at best: collapsed too.
LESS, FAR = 0.6, 50.0
# So many of the latest so many looks: a run that hops between modes is low in some only.
ALIKE_LOOKS, ALIKE_WINDOW = 2, 5
VARIED_LOOKS = 3  # in a row, to be over

# Every untrained generator makes alike pictures (small fully connected networks: up to 100,000 pictures long), or noise.
GRACE = 120_000  # pictures before a run that was never varied is accused, or half of the run if that is less
LEAST_GRACE = 10_000  # however short the run: nothing is learned sooner
LEAST_LOOKS = 3  # fewer can't show most troubles, and so a run without trouble tells nothing
RISING = 1.5  # times its value ALIKE_WINDOW looks ago: diversity that is on its way
LIKENESS = 300.0  # distance below which varied pictures count as learned; noise, however varied, is beyond it

# Distance: about 600 for a grey or untrained generator, 30 to 60 for fair small runs, 0 +- 2 for the data itself.
FLOOR = 20.0  # nothing is called stuck below this
IMPROVEMENT = 0.05  # smaller relative gains are noise
LEAST_IMPROVEMENT = 1.0
STALL = 50_000  # pictures without improvement that count as evidence beside other signs
STAGNANT = 200_000  # pictures without improvement that are worth a word, or a quarter of the run if that is more
SWING, SWINGS, SWING_WINDOW = 100.0, 5, 16  # at least so many ups and downs of so much within so many looks

# Of networks that repaint: their pictures are fixed, and the distance hardly wavers. A run whose loss was thrown back twice
# rose by 32 % and 21 %; two that went straight on by less than 1 %.
BACK, BACK_OVER = 0.15, 0.02

LATENT_IGNORED, LATENT_USED, LATENT_LOOKS = 0.05, 0.1, 2

# The discriminator's loss alone proves nothing: it is low in many healthy runs, and at "blind" where a run has converged.
LOSS_LOOKS = 3
LOSS_ALONE_LOOKS = 8  # where there is neither a distance nor a gradient to ask
GRADIENT_GONE = 0.05  # of the generator's usual gradient
BLIND_NEAR = 0.02  # relative distance to the blind loss
BLIND_DISTANCE = 50.0

HELD_OUT_LEAST = 30  # held-out pictures; fewer tell nothing
MEMORISING, MEMORISING_OVER, MEMORISING_LOOKS = 0.5, 0.3, 5  # gap, median over looks; healthy runs: -0.2 to 0.3
COPYING, COPYING_OVER, COPYING_LOOKS = 0.5, 0.7, 3  # copies with jitter: 0 to 0.5; new pictures: 0.8 to 2

EXPLOSION, EXPLOSION_LOOKS = 1000.0, 5  # times the usual gradient, once there were so many looks
LEAK, LEAK_LOOKS, LEAK_STEPS = 0.8, 2, 4  # probability of adaptive augmentation (Karras et al. 2020)

# The ladder.
PATIENCE = 5  # looks that every remedy is given; to see that a collapse is over takes VARIED_LOOKS of them
# Looks without trouble after which one rung is taken back. A DCGAN that augmentation had cured of its collapse fell back
# within 20,000 pictures of being left without.
CALM = 100
ROLL_BACKS = 3
RATE_FACTOR = 0.5
