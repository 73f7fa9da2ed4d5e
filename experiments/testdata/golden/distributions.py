#!/usr/bin/python3
"""References of presets whose style is more than Gram matrices: spst. Run from this folder.

Variable, weights, resizing and Adam in place of L-BFGS are those of gatys.py, and why.
"""
import torch.nn.functional as F

from gatys import RELU, Recipe, two


def moments(f):
    """Returns the mean and the standard deviation of each channel."""
    m = f.reshape(f.shape[1], -1)
    return m.mean(1), (m.var(1, unbiased=False) + 1e-8).sqrt()


class Spst(Recipe):
    weights = {**Recipe.weights, 'moments': 1e4}

    def __init__(self, content, style):
        super().__init__(content, style)
        self.moments = {k: [v.detach() for v in moments(f)] for k, f in self.of(255 * style).items() if k in RELU}

    def terms(self, x):
        f = self.of(x)
        return {**super().terms(x), 'moments': sum(F.mse_loss(a, b) for k in RELU for a, b in zip(moments(f[k]), self.moments[k]))}


if __name__ == '__main__':
    two('spst', Spst)
