#!/usr/bin/python3
"""Reference of the preset strotss. Run from this folder.

The variable is a Laplacian pyramid of RGB in [0, 1], all levels in one vector, each [h, w, 3]. The losses are computed as in the authors' program, from
matrices of all pairs of pixels, with colours turned by its matrix; pixels are drawn as runexp draws them: by Go's PCG, from the seed, the number of the loss
and the iteration.
"""
import torch
import torch.nn.functional as F

from common import draws, features, gradients, image, resize, row, write

LAYERS = ['relu1_1', 'relu1_2', 'relu2_1', 'relu2_2', 'relu3_1', 'relu3_2', 'relu3_3', 'relu4_3', 'relu5_1']
LOSSES = ['content', 'emd', 'moments', 'palette']
SEED, POINTS, STYLE_POINTS, LEVELS = 1, 256, 500, 6  # fewer pixels than the preset's, to save time
TURN = torch.tensor([[.577350, .577350, .577350], [-.577350, .788675, -.211325], [-.577350, -.211325, .788675]])


def hypercolumns(x, numbers, scale=1):
    """Returns [N, C] of x, [1, 3, H, W] in [0, 1], at the pixels of numbers; scale multiplies features."""
    layers, h, w = features(x, LAYERS[-1]), x.shape[2], x.shape[3]
    at = torch.tensor([int(u * (h * w)) for u in numbers])
    y, z = (at // w).float(), (at % w).float()
    parts, before = [], h
    for f in [x] + [layers[k] for k in LAYERS]:
        if f.shape[2] < before:
            y, z = y / 2, z / 2
        before = f.shape[2]
        y0, z0, (rows, columns) = y.floor(), z.floor(), f.shape[2:]
        total = 0
        for dy in (0, 1):
            for dz in (0, 1):
                weight = (1 - (y - y0 - dy).abs()) * (1 - (z - z0 - dz).abs())
                i, j = (y0.long() + dy).clamp(max=rows - 1), (z0.long() + dz).clamp(max=columns - 1)
                total = total + weight * f[0, :, i, j]
        parts.append(total.T * (1 if f is x else scale))
    return torch.cat(parts, 1)


def cosine_distances(x, y):
    return 1 - x @ y.T / x.norm(dim=1)[:, None] / y.norm(dim=1)


def relaxed_emd(d):
    return torch.max(d.min(1)[0].mean(), d.min(0)[0].mean())


def self_similarity(x, y):
    dx, dy = cosine_distances(x, x), cosine_distances(y, y)
    return (dx / dx.sum(0) - dy / dy.sum(0)).abs().mean() * len(x)


def moments(x, y):
    mx, my = x.mean(0), y.mean(0)
    return (mx - my).abs().mean() + ((x - mx).T @ (x - mx) / len(x) - (y - my).T @ (y - my) / len(y)).abs().mean()


def palette(x, y):
    x, y = (x - .5) @ TURN.T, (y - .5) @ TURN.T
    squares = ((x[:, None] - y[None]) ** 2).sum(2)
    return relaxed_emd(cosine_distances(x, y) + (squares.clamp(min=1e-5) / 3).sqrt())


class Stage:
    """The losses of a stage of h×w pixels, to which both images are stretched."""

    def __init__(self, number, h, w):
        self.h, self.w = h, w
        self.content = resize(image('content.png'), h, w)
        numbers = draws(SEED, 1, 2 ** 39 + number, STYLE_POINTS)
        with torch.no_grad():
            style = resize(image('style.png'), h, w)
            self.style, self.scaled = hypercolumns(style, numbers), hypercolumns(style, numbers, .23)

    def terms(self, x, step):
        u = [draws(SEED, 1 + i, step, POINTS) for i in range(len(LOSSES))]
        with torch.no_grad():
            content = hypercolumns(self.content, u[0])
        return {'content': self_similarity(hypercolumns(x, u[0]), content), 'emd': relaxed_emd(cosine_distances(hypercolumns(x, u[1]), self.style)),
                'moments': moments(hypercolumns(x, u[2], .23), self.scaled), 'palette': palette(hypercolumns(x, u[3])[:, :3], self.style[:, :3])}


def bilinear(x, h, w):
    return F.interpolate(x, size=(h, w), mode='bilinear', align_corners=False)


def halved(h, w):
    return max(h // 2, 1), max(w // 2, 1)


def details(x):
    return x - bilinear(bilinear(x, *halved(*x.shape[2:])), *x.shape[2:])


def decomposed(x):
    """Returns a picture's pyramid."""
    levels = []
    for _ in range(LEVELS - 1):
        levels.append(details(x))
        x = bilinear(x, *halved(*x.shape[2:]))
    return torch.cat([level[0].permute(1, 2, 0).flatten() for level in levels + [x]])


def composed(v, h, w):
    """Returns a pyramid's picture, [1, 3, h, w]."""
    sizes = [(h, w)]
    for _ in range(LEVELS - 1):
        sizes.append(halved(*sizes[-1]))
    levels = [part.view(1, a, b, 3).permute(0, 3, 1, 2) for part, (a, b) in zip(v.split([3 * a * b for a, b in sizes]), sizes)]
    x = levels.pop()
    while levels:
        level = levels.pop()
        x = level + bilinear(x, *level.shape[2:])
    return x


def run(stage, number, picture, step, content_weight, rate, iterations):
    """Runs a stage and returns its rows and result."""
    weights = {'content': content_weight, 'emd': 1, 'moments': 1, 'palette': 1 / max(content_weight, 1)}
    x = decomposed(picture)
    start, rows = x.clone(), []
    x.requires_grad_(True)
    optimizer = torch.optim.RMSprop([x], lr=rate)
    for i in range(iterations + 1):
        optimizer.zero_grad()
        terms = stage.terms(composed(x, stage.h, stage.w), step + i)
        total = sum(weights[k] * v for k, v in terms.items()) / (content_weight + 2)
        total.backward()
        rows.append(row(number, i, total, terms, *((x, start) if i < iterations else ())))
        rows[-1].pop('mean', None)  # of details of both signs: a sum of roundings
        if i < iterations:
            optimizer.step()
    return rows, composed(x.detach(), stage.h, stage.w)


# A small rate: RMSprop's first steps are signs of gradients, many of which are roundings, and a step may change which pixels are nearest.
SIZES, ITERATIONS, RATE = [(18, 24), (24, 32)], [5, 5], 1e-4
stages = [Stage(i, *size) for i, size in enumerate(SIZES)]
x = image('style.png').mean((2, 3), keepdim=True) + details(stages[0].content)
trace, x = run(stages[0], 0, x, 0, 16, RATE, ITERATIONS[0])
more, x = run(stages[1], 1, bilinear(x, *SIZES[1]) + details(stages[1].content), ITERATIONS[0] + 1, 8, RATE, ITERATIONS[1])
probe = Stage(0, *SIZES[1])
values, found = gradients(lambda v: probe.terms(composed(v, *SIZES[1]), 0), decomposed(resize(image('probe.png'), *SIZES[1])))
write('strotss', 'strotss', [f'seed={SEED}', 'style.0.size=content', 'stages.3=null', 'stages.2=null', *(f'stages.{i}.size={{long: {w}}}' for i, (_, w) in enumerate(SIZES)),
                             *(f'losses.{k}.points={POINTS}' for k in LOSSES), *(f'losses.{k}.style_points={STYLE_POINTS}' for k in LOSSES[1:]),
                             *(f'stages.{i}.iterations={n}' for i, n in enumerate(ITERATIONS)), *(f'stages.{i}.optimizer.lr={RATE}' for i in range(2))],
      ('probe.png', ['stages.1=null', f'stages.0.size={{long: {SIZES[1][1]}}}', 'stages.0.weights=null'], values, found), trace + more)
