#!/usr/bin/python3
"""References of the presets after programs called neural-style and the like: johnson, johnson-slow, neural-style-pt, anishathalye, gordic and cysmith.
Run from this folder.

The variable x is RGB from 0 to 255; where a program's own is 256 in place of 255, its losses are computed at 256/255·x. Images are stretched to the
picture's size by Pillow's bicubic: the presets' own resizing. A loss is written as the program has it, its weights included; what the
preset calls the term is that divided by the preset's weight. Weights are Oxford's of VGG-19 for all: gordic's preset has torchvision's and
johnson-slow's VGG-16.

Traces are of Adam in place of L-BFGS; gatys.py says why. gordic's has a line search, but its first trial changes the total by about 1e-5 of it, and
the cubic through two such totals in floats is made of rounding errors; the squares of its slope, 3e25, overflow in torch besides.
Its author's other optimiser is Adam at this rate.
"""
import torch
import torch.nn.functional as F

from common import MEAN, SCALE, features, gradients, image, resize, row, write

RELU = [f'relu{i}_1' for i in range(1, 6)]


def product(f):
    """FᵀF."""
    m = f.reshape(f.shape[1], -1)
    return m @ m.T


def gram(f):
    """FᵀF/(H·W·C)."""
    return product(f) / f.numel()


def down(x):
    return x[:, :, 1:] - x[:, :, :-1]


def right(x):
    return x[:, :, :, 1:] - x[:, :, :, :-1]


def absolute(x):
    return down(x).abs().sum() + right(x).abs().sum()


def corners(x):
    """The number whose gradient is that of torch7's TVLoss: half of the squared differences of pixels with both neighbours."""
    return (down(x)[:, :, :, :-1].pow(2).sum() + right(x)[:, :, :-1].pow(2).sum()) / 2


class Johnson:
    weights = {'content': 5, 'style': 100, 'tv': 5.03929e-4}  # the preset's
    layer, layers, factor, options = 'relu4_2', RELU, 256 / 255, {}

    def __init__(self):
        with torch.no_grad():
            self.targets = [self.of(255 * resize(image(f'{name}.png'), 48, 64)) for name in ['content', 'style']]

    def of(self, x):
        """Returns Oxford's features at their own scale."""
        return {k: v * SCALE for k, v in features(self.factor * x / 255, self.layers[-1], oxford=True, **self.options).items()}

    def losses(self, x):
        f, (content, style) = self.of(x), self.targets
        return {'content': self.content(f[self.layer], content[self.layer]), 'style': sum(self.style(f[k], style[k]) for k in self.layers),
                'tv': self.tv(self.factor * x)}

    def terms(self, x):
        return {k: v / self.weights[k] for k, v in self.losses(x).items()}

    def content(self, f, g):
        return 5 * F.mse_loss(f, g)

    def style(self, f, g):
        return 100 * F.mse_loss(gram(f), gram(g))

    def tv(self, x):
        return 1e-3 * corners(x)


class Slow(Johnson):
    weights = {'content': 1, 'style': 5, 'tv': 5e-7}
    layer, layers, factor = 'relu3_3', ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'], 1

    def content(self, f, g):
        return F.mse_loss(f, g)

    def style(self, f, g):
        return 5 * F.mse_loss(gram(f), gram(g))

    def tv(self, x):
        return 1e-6 * corners(x)


class NeuralStylePT(Johnson):
    weights, factor = {'content': 5, 'style': 100, 'tv': 1e-3}, 1

    def tv(self, x):
        return 1e-3 * absolute(x)


class Anishathalye(Johnson):
    weights, factor = {'content': 5, 'style': 100, 'tv': 100}, 1

    def style(self, f, g):
        return 500 / 5 * F.mse_loss(gram(f), gram(g))

    def tv(self, x):
        return 100 * (down(x).pow(2).mean() + right(x).pow(2).mean())


class Gordic(Johnson):
    weights, factor, options = {'content': 1e5, 'style': 6e3, 'tv': 1}, 1, {'reading': lambda x: 255 * (x - MEAN)}

    def content(self, f, g):
        return 1e5 * F.mse_loss(f, g)

    def style(self, f, g):
        return 3e4 * F.mse_loss(gram(f), gram(g), reduction='sum') / 5

    def tv(self, x):
        return absolute(x)


class Cysmith(Johnson):
    weights = {'content': 2.5, 'style': 100, 'tv': 1e-3}
    layer, factor, options = 'conv4_2', 1, {'pool': lambda h: F.avg_pool2d(h, 2)}

    def content(self, f, g):
        n, m = f.shape[1], f.shape[2] * f.shape[3]
        return 5 * (f - g).pow(2).sum() / (2 * n**0.5 * m**0.5)

    def style(self, f, g):
        n, m = f.shape[1], f.shape[2] * f.shape[3]
        return 1e4 * 0.2 * (product(f) - product(g)).pow(2).sum() / (4 * n**2 * m**2) / 5

    def tv(self, x):
        return 1e-3 * absolute(x)


def reference(name, recipe, lr, overrides=()):
    """Writes the reference of a preset at 48×64: ten steps of Adam from content.png."""
    overrides = ['init={from: image, image: content.png}', 'style.0.size=content', 'stages.0.size={height: 48, width: 64, fit: stretch}',
                 'stages.0.iterations=10', f'stages.0.optimizer={{name: adam, lr: {lr}}}', *overrides]
    start = 255 * image('content.png')
    x, rows = start.clone().requires_grad_(True), []
    o = torch.optim.Adam([x], lr=lr)
    for i in range(11):
        o.zero_grad()
        total = sum(recipe.losses(x).values())
        total.backward()
        rows.append(row(0, i, total, recipe.terms(x), *([x, start] if i < 10 else [])))
        o.step()
    write(name, name, overrides, ('probe.png', [], *gradients(recipe.terms, 255 * image('probe.png'))), rows, shared=True)


reference('johnson', Johnson(), 1)
reference('johnson-slow', Slow(), 1, ['backbone={name: vgg19, weights: vgg19-oxford, feature_scale: raw}'])
reference('neural-style-pt', NeuralStylePT(), 1)
reference('anishathalye', Anishathalye(), 10)
reference('gordic', Gordic(), 10, ['backbone.weights=vgg19-oxford', 'stages.0.evaluations=null'])
reference('cysmith', Cysmith(), 1)
