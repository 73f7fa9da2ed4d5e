#!/usr/bin/python3
"""References of the presets after crowsonkb's style-transfer-pytorch: crowsonkb, crowsonkb-2021 and standard. Run from this folder.

The variable is RGB in [0, 1]. The first convolution's border is repeated. The style is stretched to the picture's size, and resizing is Pillow's bicubic: the
presets' own, not the source's. Two stages: Adam, pixels clamped after each step; the bias-corrected average of the starting picture and all
iterates is a stage's result; the next stage starts from it, resized, with Adam's moments resized too (the second bilinearly) and its step count. standard has a margin of one pixel, where the
content is mirrored.
"""
import torch
import torch.nn.functional as F

from common import features, gradients, image, resize, row, write

STYLE = dict(zip(['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'], [256, 64, 16, 4, 1]))
WEIGHTS = {'content': 0.015, 'style': 1 / 341, 'tv': 2}


def root(a, steps=12):
    """Newton and Schulz's coupled iteration for the square root of a."""
    eye, length = torch.eye(len(a)), a.norm()
    y, z = a / length, eye
    for _ in range(steps):
        t = (3 * eye - z @ y) / 2
        y, z = y @ t, t @ z
    return y * length.sqrt()


class Root(torch.autograd.Function):
    """The root, with the gradient X that solves Z X + X Z = G by the iteration of Lin and Maji (2017)."""
    @staticmethod
    def forward(ctx, a):
        z = root(a)
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx, g):
        z, = ctx.saved_tensors
        eye, length = torch.eye(len(z)), z.norm()
        a, q = z / length, g / length
        for _ in range(12):
            t = 3 * eye - a @ a
            q = (q @ t - a.T @ (a.T @ q - q @ a)) / 2
            a = a @ t / 2
        return q / 2


def moments(f):
    m = f.reshape(f.shape[1], -1)
    mean = m.mean(1)
    return mean, m @ m.T / m.shape[1] - torch.outer(mean, mean) + 1e-4 * torch.eye(len(m))


def w2(f, target):
    (mean, cov), (mean_t, cov_t, root_t) = moments(f), target
    return (mean - mean_t).pow(2).mean() + torch.diagonal(cov + cov_t - 2 * Root.apply(root_t @ cov @ root_t)).mean()


def nine_points(x):
    p = F.pad(x, (1, 1, 1, 1), mode='replicate')
    inner = p[:, :, 1:-1, 1:-1]
    right, down = p[:, :, 1:-1, 2:] - inner, p[:, :, 2:, 1:-1] - inner
    falling, rising = p[:, :, 1:, 1:] - p[:, :, :-1, :-1], p[:, :, 1:, :-1] - p[:, :, :-1, 1:]
    return 2 * ((right.pow(2).mean() + down.pow(2).mean()) / 3 + (falling.pow(2).mean() + rising.pow(2).mean()) / 12)


def gram(f):
    m = f.reshape(f.shape[1], -1)
    return m @ m.T / m.shape[1]


def scaled(d):
    return d.pow(2).sum() / (d.abs().sum() + 1e-8)


def squares(x):
    p = F.pad(x, (0, 1, 0, 1), mode='replicate')
    here = p[:, :, :-1, :-1]
    return ((p[:, :, :-1, 1:] - here).pow(2) + (p[:, :, 1:, :-1] - here).pow(2)).mean()


class Recipe:
    beta2, weights, margin = 0.99, WEIGHTS, 0

    def __init__(self, h, w, oxford=False):
        self.oxford, self.size = oxford, (h + 2 * self.margin, w + 2 * self.margin)
        with torch.no_grad():
            self.content = self.of(resize(self.image('content.png'), *self.size))['relu4_2']
            style = self.of(resize(image('style.png'), h, w))
            self.style = {k: self.target(style[k]) for k in STYLE}

    def image(self, name):
        return F.pad(image(name), 4 * [self.margin], mode='reflect')

    def of(self, x):
        return features(x, 'relu5_1', first_padding='replicate', oxford=self.oxford)

    def target(self, f):
        mean, cov = moments(f)
        return mean, cov, root(cov)

    def terms(self, x):
        f = self.of(x)
        return {'content': F.mse_loss(f['relu4_2'], self.content), 'style': sum(v * w2(f[k], self.style[k]) for k, v in STYLE.items()), 'tv': nine_points(x)}


class Standard(Recipe):
    weights, margin = {**WEIGHTS, 'content': 0.008}, 1


class Recipe2021(Recipe):
    beta2 = 0.999

    def target(self, f):
        return gram(f)

    def terms(self, x):
        f = self.of(x)
        return {'content': scaled(f['relu4_2'] - self.content), 'style': sum(v * scaled(gram(f[k]) - self.style[k]) for k, v in STYLE.items()), 'tv': squares(x)}


def total(recipe, terms):
    return sum(recipe.weights[k] * v for k, v in terms.items())


def run(recipes, iterations):
    """Returns the rows of a run over stages."""
    rows, x, state = [], recipes[0].image('content.png'), None
    for number, (recipe, count) in enumerate(zip(recipes, iterations)):
        h, w = recipe.size
        x = resize(x, h, w).clamp(0, 1)
        start, mean, weight = x.clone(), 0.01 * x, 0.99
        x.requires_grad_(True)
        optimizer = torch.optim.Adam([x], lr=0.02, betas=(0.9, recipe.beta2))
        if state:
            second = F.interpolate(state['exp_avg_sq'], size=(h, w), mode='bilinear', align_corners=False).clamp(min=0)
            optimizer.state[x] = {'step': state['step'], 'exp_avg': resize(state['exp_avg'], h, w), 'exp_avg_sq': second}
        for i in range(count):
            optimizer.zero_grad()
            terms = recipe.terms(x)
            total(recipe, terms).backward()
            rows.append(row(number, i, total(recipe, terms), terms, x, start))
            optimizer.step()
            with torch.no_grad():
                x.clamp_(0, 1)
                mean, weight = 0.99 * mean + 0.01 * x, 0.99 * weight
        state = optimizer.state[x]
        x = mean / (1 - weight)
        terms = recipe.terms(x)
        rows.append(row(number, count, total(recipe, terms), terms))
    return rows


def reference(name, preset, kind, oxford=False):
    recipes = [kind(h, w, oxford) for h, w in [(36, 48), (48, 64)]]
    write(name, preset, ['backbone.name=vgg19' if oxford else 'backbone.name=vgg19-lite', 'style.0.size=content', 'scales={from: 48, to: 64, factor: 1.3333}',
                         'stages.0.iterations=10', 'stages.1.iterations=5'],
          ('probe.png', ['scales.from=64', 'stages.1=null'], *gradients(recipes[-1].terms, recipes[-1].image('probe.png'))), () if oxford else run(recipes, [10, 5]), shared=oxford)


if __name__ == '__main__':
    reference('crowsonkb', 'crowsonkb', Recipe)
    reference('crowsonkb-vgg19', 'crowsonkb', Recipe, oxford=True)
    reference('crowsonkb-2021', 'crowsonkb-2021', Recipe2021)
    reference('standard', 'standard', Standard)
