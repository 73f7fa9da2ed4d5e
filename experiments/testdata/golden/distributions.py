#!/usr/bin/python3
"""References of presets whose style is other than Gram matrices at one size: spst, risser, wilmot, heitz, cnnmrf and mmd-linear, -poly, -gaussian and -bn. Run from this folder.

Where nothing else is said, variable, weights, resizing and Adam in place of L-BFGS are those of gatys.py, and why. Losses with random draws are computed from
the same draws as runexp's: by Go's PCG, from the seed, the number of the draws and the iteration.
"""
import math

import torch
import torch.nn.functional as F

from common import MEAN, STD, draws, features, image
from gatys import RELU, Recipe, average, one, sized, two


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


class Risser(Recipe):
    """The variable is from 0 to 1; features are divided by 57.6."""
    last, layer, raw, rate, white = 'relu4_1', 'relu4_1', 1, 0.02, 1
    layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1']
    weights = {'content': 1, 'style': 0.4, 'histogram': 1e-4}

    def __init__(self, content, style):
        with torch.no_grad():
            self.content, self.style = self.of(content)[self.layer], self.of(style)

    def of(self, x):
        return super().of(255 * x)

    def terms(self, x):
        f = self.of(x)
        matrix = lambda g: products(g) / g.numel()
        total = lambda k: (rows(f[k]).sort(1)[0] - rows(self.style[k]).sort(1)[0]).pow(2).sum()
        return {'content': F.mse_loss(f[self.layer], self.content),
                'style': sum((matrix(f[k]) - matrix(self.style[k])).pow(2).sum() for k in self.layers),
                'histogram': 200 * total('relu1_1') + total('relu4_1')}


class Wilmot(Recipe):
    """The variable is normalised; the network is vgg19-lite."""
    rate, white = 0.05, 1  # of a variable that is given
    layers = {'relu1_1': 2e9, 'relu2_1': 5e8, 'relu3_1': 1e8, 'relu4_1': 3.5e7, 'relu5_1': 3.5e7}
    weights = {'style': 1, 'histogram': 1}

    def __init__(self, content, style):
        with torch.no_grad():
            self.style = self.of((style - MEAN) / STD)

    def of(self, x):
        return features(x * STD + MEAN, self.last)

    def terms(self, x):
        f = self.of(x)
        return {'style': sum(F.mse_loss(products(f[k]), products(self.style[k])) for k in self.layers),
                'histogram': sum(w * line(rows(f[k]), rows(self.style[k])) for k, w in self.layers.items())}


def rows(f):
    """Returns the features of a layer as [C, H·W]."""
    return f.reshape(f.shape[1], -1)


def products(f):
    return rows(f) @ rows(f).T


def line(x, y):
    """Returns the mean squared difference of numbers in each row at the same rank."""
    return F.mse_loss(x.sort(1)[0], y.sort(1)[0])


class Heitz(Recipe):
    """The variable is from 0 to 1. Directions are those of losses/sliced, from the same draws by Box and Muller. There are 64, fewer than the preset's, to save
    time. Measured of runexp's gradient: with its fast kernels it is off by 0.0016 of the norm with 16 directions, by 0.0005 with 64, with plain kernels by 1e-6;
    presumably because rounding changes a few places in the order, which was not shown."""
    pool, last, raw, rate, white = staticmethod(average), 'relu4_4', 1, 0.02, 1
    layers = [f'relu{i}_{j}' for i, n in [(1, 2), (2, 2), (3, 4), (4, 4)] for j in range(1, n + 1)]
    weights, count, step = {'style': 1}, 64, 0

    def __init__(self, content, style):
        with torch.no_grad():
            self.style = self.of(style)

    def of(self, x):
        return features(x, self.last, pool=self.pool, oxford=True, padding='reflect')

    def directions(self, stream, channels):
        u = torch.tensor(draws(SEED, stream, self.step, self.count * channels), dtype=torch.double).view(self.count, -1, 2)
        length, angle = (-2 * torch.log(1 - u[:, :, 0])).sqrt(), 2 * math.pi * u[:, :, 1]
        return F.normalize(torch.stack([length * angle.cos(), length * angle.sin()], 2).view(self.count, channels), dim=1).float()

    def terms(self, x):
        f, total = self.of(x), 0
        for stream, k in enumerate(self.layers, 1):
            d = self.directions(stream, f[k].shape[1])
            total = total + line(d @ rows(f[k]), d @ rows(self.style[k]))
        return {'style': total}


class Mmd(Recipe):
    """Style is the loss of a kernel; constants are the presets'."""
    pool, rate, step = staticmethod(average), 10, 0
    weights = {'content': 1, 'style': 1, 'tv': 2.36219e-4}

    def __init__(self, content, style):
        with torch.no_grad():
            self.content = self.of(255 * content)[self.layer]
            self.style = self.of(255 * style)

    def of(self, x):
        return super().of(x * 256 / 255)

    def terms(self, x):
        f, (h, w) = self.of(x), x.shape[2:]
        squares = (x[:, :, 1:] - x[:, :, :-1]).pow(2).sum() + (x[:, :, :, 1:] - x[:, :, :, :-1]).pow(2).sum()
        style = sum(self.factors[i] * self.distance(i, rows(f[k]).T, rows(self.style[k]).T) for i, k in enumerate(RELU))
        return {'content': F.mse_loss(f[self.layer], self.content), 'style': style, 'tv': squares / (3 * h * w)}


class Linear(Mmd):
    """The mean of x·y over pairs of positions; here and below from the pairs themselves."""
    factors = [625 / 4**i for i in range(5)]

    def kernel(self, x, y):
        return x @ y.T

    degree = 1

    def distance(self, i, x, y):  # in doubles: it is a small difference of large sums
        x, y = x.double(), y.double()
        return ((self.kernel(x, x) + self.kernel(y, y)).mean() - 2 * self.kernel(x, y).mean()).float() / x.shape[1] ** self.degree


class Poly(Linear):
    factors, degree = [1 / 64 / 4**i for i in range(5)], 2

    def kernel(self, x, y):
        return (x @ y.T) ** 2


class Gaussian(Mmd):
    """Pairs of positions are those of losses/mmd, from the same draws."""
    factors = [2712673.61, 1356336.81, 678168.403, 339084.201, 339084.201]

    def distance(self, i, x, y):
        n = len(x)
        x0, y0, x1, y1 = (of[[int(u * n) for u in draws(SEED, 4 * i + stream, self.step, max(n // 2, 1))]] for stream, of in enumerate([x, y, x, y], 1))
        square = lambda a, b: (a - b).pow(2).sum(1)
        width = square(y0, y1).mean()
        k = lambda a, b: torch.exp(-square(a, b) / width).mean()
        return k(x0, x1) + k(y0, y1) - k(x0, y1) - k(x1, y0)


class Bn(Mmd):
    factors = [62.5 / 4**i for i in range(5)]

    def distance(self, i, x, y):
        return sum(F.mse_loss(a, b) for a, b in zip(moments(x.T[None, :, :, None]), moments(y.T[None, :, :, None])))


def patches(f):
    """Returns the 3×3 patches at every second position and at the far border, [N, C·9], and how many of them each position of them is in."""
    starts = [sorted({*range(0, n - 2, 2), n - 3}) for n in f.shape[2:]]
    counts = torch.zeros(f.shape[2:])
    for y in starts[0]:
        for x in starts[1]:
            counts[y:y + 3, x:x + 3] += 1
    cut = lambda m: torch.stack([m[..., y:y + 3, x:x + 3].reshape(-1) for y in starts[0] for x in starts[1]])
    return cut(f[0]), cut(counts.expand(f.shape[1:]))


class Cnnmrf(Recipe):
    """The sum of squared differences from the patches with the largest cosines."""
    last, layer, layers = 'relu4_1', 'relu4_1', ['relu3_1', 'relu4_1']
    rate = 1  # a small one: a step may change which patches match
    weights = {'content': 20, 'style': 5e-5, 'tv': 5.03929e-4}

    def __init__(self, content, style):
        with torch.no_grad():
            self.content = self.of(255 * content)[self.layer]
            self.style = {k: patches(self.of(255 * style)[k])[0] for k in self.layers}

    def of(self, x):
        return super().of(x * 256 / 255)

    def terms(self, x):
        f, style = self.of(x), 0
        for k in self.layers:
            mine, counts = patches(f[k])
            nearest = (F.normalize(mine) @ F.normalize(self.style[k]).T).argmax(1)
            style = style + ((mine - self.style[k][nearest]).pow(2) / counts).sum()
        dy, dx = (x[:, :, 1:] - x[:, :, :-1])[..., :-1], (x[:, :, :, 1:] - x[:, :, :, :-1])[:, :, :-1]
        return {'content': F.mse_loss(f[self.layer], self.content), 'style': style, 'tv': (dy**2 + dx**2).sum()}


FROM_CONTENT = 'init={from: image, image: content.png}'
SEED = 1  # of the presets

if __name__ == '__main__':
    two('spst', Spst)
    start = (image('content.png') - MEAN) / STD
    one('risser', sized(Risser, 48, 64), ['stages.2=null', 'stages.1=null'], clamp=True)
    one('wilmot', sized(Wilmot, 48, 64), ['backbone.name=vgg19-lite', 'content=null', 'stages.2=null', 'stages.1=null', FROM_CONTENT], start=start,
        probe=(image('probe.png') - MEAN) / STD)
    one('heitz', sized(Heitz, 48, 64), ['content=null', 'losses.style.directions=64', FROM_CONTENT, 'stages.0.evaluations=null'], clamp=True)
    one('cnnmrf', sized(Cnnmrf, 48, 64), ['stages.2=null', 'stages.1=null'])
    for name, kind in [('linear', Linear), ('poly', Poly), ('gaussian', Gaussian), ('bn', Bn)]:
        one(f'mmd-{name}', sized(kind, 48, 64), [FROM_CONTENT], clamp=True)
