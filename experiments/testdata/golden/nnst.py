#!/usr/bin/python3
"""Reference of the preset nnst, its first two passes and its last one. Run from this folder.

The variable is a Laplacian pyramid of RGB in [0, 1]: a vector of all levels, finest first, channels last. The style is stretched to the picture's size, and
images are resized by Pillow's bicubic: the preset's own, not the source's. Layers have at most 64 positions on a side, so that nothing is drawn.
"""
import torch
import torch.nn.functional as F

from common import features, gradients, image, resize, row, write

LAYERS = ['relu1_1', 'relu1_2', 'relu2_1', 'relu2_2', 'relu3_1', 'relu3_2', 'relu3_3', 'relu4_1', 'relu4_2', 'relu4_3']
ALPHA, RATE, SMALLEST = 0.75, 2e-3, 2


def bilinear(x, h, w):
    return F.interpolate(x, (h, w), mode='bilinear', align_corners=False)


def halves(h, w):
    """Returns the sizes of a pyramid's levels."""
    sizes = [(h, w)]
    while max(sizes[-1]) > SMALLEST:
        sizes.append(tuple(max(side // 2, 1) for side in sizes[-1]))
    return sizes


def decompose(picture):
    levels, sizes = [], halves(*picture.shape[2:])
    for here, smaller in zip(sizes, sizes[1:]):
        small = bilinear(picture, *smaller)
        levels.append(picture - bilinear(small, *here))
        picture = small
    return torch.cat([v[0].permute(1, 2, 0).reshape(-1) for v in levels + [picture]])


def compose(x, h, w):
    sizes = halves(h, w)
    levels = [part.reshape(*size, 3).permute(2, 0, 1)[None] for part, size in zip(x.split([3 * a * b for a, b in sizes]), sizes)]
    picture = levels.pop()
    for level in reversed(levels):
        picture = level + bilinear(picture, *level.shape[2:])
    return picture


def columns(picture):
    """Returns the hypercolumns of a picture, [positions, channels]."""
    h, w = picture.shape[2] // 4, picture.shape[3] // 4
    f = features(picture, LAYERS[-1])
    grid = [F.interpolate(f[k] / f[k].shape[1], (h, w), mode='bilinear', align_corners=True) for k in LAYERS]
    return rows(torch.cat(grid, 1))


def rows(f):
    return f.reshape(f.shape[1], -1).T


def turns(style):
    return [torch.rot90(style, k, (2, 3)) for k in range(4)]


def nearest(x, y):
    """Returns for each row of x the row of y that is nearest by the cosine of both centred, and by how much the second is less near."""
    x, y = x - x.mean(0), y - y.mean(0)
    cosines = F.normalize(x, eps=1e-4) @ F.normalize(y, eps=1e-4).T
    best = cosines.topk(2, 1)
    return best.indices[:, 0], (best.values[:, 0] - best.values[:, 1]).min().item()


def details(m):
    h, w = m.shape[2:]
    return m - bilinear(bilinear(m, h // 2, w // 2), h, w)


def cosine(x, y):
    return 1 - (x * y).sum(1) / (x.pow(2).sum(1).clamp(1e-8).sqrt() * y.pow(2).sum(1).clamp(1e-8).sqrt())


def hypercolumn(content, style, start):
    """Returns the first loss in a stage: a function of the picture."""
    if start is None:
        blend = content
    else:
        blend = ALPHA * content + (1 - ALPHA) * (start + details(content) - details(start))
    with torch.no_grad():
        y = torch.cat([columns(t) for t in turns(style)])
        at, margin = nearest(columns(blend), y)
        assert margin > 1e-5, 'a match that rounding could change'
        target = y[at]
    return lambda picture: cosine(columns(picture), target).mean()


def neighbours(style):
    """Returns the last loss: a function of the picture."""
    with torch.no_grad():
        parts = [features(t, LAYERS[-1]) for t in turns(style)]
        of = {k: torch.cat([rows(p[k]) for p in parts]) for k in LAYERS}

    def loss(picture):
        f, total = features(picture, LAYERS[-1]), 0
        for k in LAYERS:
            x, y = rows(f[k]), of[k]
            at, _ = nearest(x.detach(), y)
            total = total + cosine(x - x.mean(0), (y - y.mean(0))[at]).mean()
        return total
    return loss


content, style, probe = image('content.png'), image('style.png'), image('probe.png')
SIZES, STEPS = [(24, 32), (48, 64), (48, 64)], [4, 3, 3]
overrides = ['backbone.name=vgg19-lite', 'style.0.size=content']

trace, picture = [], None
for stage, ((h, w), steps) in enumerate(zip(SIZES, STEPS)):
    c, s = resize(content, h, w), resize(style, h, w)
    start = c if picture is None else bilinear(picture, h, w)
    name = 'hypercolumn' if stage < 2 else 'neighbours'
    loss = hypercolumn(c, s, None if stage == 0 else start) if stage < 2 else neighbours(s)
    x = decompose(start).requires_grad_(True)
    first = x.detach().clone()
    optimizer = torch.optim.Adam([x], lr=RATE)
    for i in range(steps + 1):
        optimizer.zero_grad()
        value = loss(compose(x, h, w))
        value.backward()
        if i == steps:
            trace.append(row(stage, i, value.item(), {name: value.item()}))
            break
        trace.append(row(stage, i, value.item(), {name: value.item()}, x, first))
        optimizer.step()
    picture = compose(x, h, w).detach()

stages = ['stages.3=null', 'stages.2=null', 'stages.0.size={long: 32}', 'stages.1.size={long: 64}', 'stages.2.size={long: 64}']
run = overrides + stages + [f'stages.{i}.iterations={n}' for i, n in enumerate(STEPS)]

c, s = resize(content, 48, 64), resize(style, 48, 64)
losses = {'hypercolumn': hypercolumn(c, s, None), 'neighbours': neighbours(s)}
values, found = gradients(lambda x: {k: loss(compose(x, 48, 64)) for k, loss in losses.items()}, decompose(probe))
write('nnst', 'nnst', run, ('probe.png', ['stages.2=null', 'stages.1=null', 'stages.0.size={long: 64}', 'stages.0.weights=null'], values, found), trace)
