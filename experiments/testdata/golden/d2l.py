#!/usr/bin/python3
"""References of the presets after Dive into Deep Learning: d2l-gluon, d2l-torch and d2l-torch-relu. Run from this folder.

The variable is RGB normalised with ImageNet's mean and standard deviation. Content: mean squared error at conv4_4. Style: mean squared error of
FFᵀ/(C·H·W), summed over layers. Total variation: ½(mean|dy| + mean|dx|).
"""
import torch
import torch.nn.functional as F

from common import MEAN, STD, features, gradients, image, resize, row, write


def gram(f):
    m = f.reshape(f.shape[1], -1)
    return m @ m.T / m.numel()


class Recipe:
    def __init__(self, content_layer, style_layers, h, w):
        self.content_layer, self.style_layers = content_layer, style_layers
        self.last = max([content_layer, *style_layers], key=lambda name: (name[-3:], name[:4]))
        with torch.no_grad():
            self.content = self.of(normalise(resize(image('content.png'), h, w)))[content_layer]
            style = self.of(normalise(resize(image('style.png'), h, w)))  # stretched to the content's size
            self.style = {k: gram(style[k]) for k in style_layers}

    def of(self, x):
        return features(x * STD + MEAN, self.last)

    def terms(self, x):
        f = self.of(x)
        return {'content': F.mse_loss(f[self.content_layer], self.content),
                'style': sum(F.mse_loss(gram(f[k]), self.style[k]) for k in self.style_layers),
                'tv': 0.5 * ((x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().mean())}


def normalise(u):
    return (u - MEAN) / STD


CONV = [f'conv{i}_1' for i in range(1, 6)]


def stage(recipe, number, x, weights, iterations, rate):
    """Runs one stage of Adam and returns its rows and result; rate(i) is the learning rate of iteration i."""
    start, rows = x.clone(), []
    x = x.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([x])
    for i in range(iterations + 1):
        optimizer.zero_grad()
        terms = recipe.terms(x)
        total = sum(weights[k] * v for k, v in terms.items())
        total.backward()
        rows.append(row(number, i, total, terms, *((x, start) if i < iterations else ())))
        if i < iterations:
            optimizer.param_groups[0]['lr'] = rate(i)
            optimizer.step()
    return rows, x.detach()


def gluon():
    sizes, weights = [(24, 32), (48, 64)], {'content': 1, 'style': 1e3, 'tv': 10}
    x, trace = normalise(resize(image('content.png'), *sizes[0])), []
    for number, (h, w) in enumerate(sizes):
        recipe = Recipe('conv4_4', CONV, h, w)
        if number:
            x = resize(x, h, w)
        every = [200, 100][number]
        rows, x = stage(recipe, number, x, weights, [10, 3][number], lambda i: 0.01 * 0.1 ** (i // every))
        trace += rows
    recipe = Recipe('conv4_4', CONV, 48, 64)
    write('d2l-gluon', 'd2l-gluon', ['backbone.name=vgg19-lite', 'size={height: 48, width: 64, fit: stretch}', 'style.0.size=content', 'stages.0.iterations=10', 'stages.1.iterations=3'],
          ('probe.png', ['stages.1=null'], *gradients(recipe.terms, normalise(image('probe.png')))), trace)


def torch_edition(name, content_layer, style_layers):
    weights, h, w = {'content': 1, 'style': 1e4, 'tv': 10}, 48, 64
    recipe = Recipe(content_layer, style_layers, h, w)
    rows, _ = stage(recipe, 0, normalise(image('content.png')), weights, 10, lambda i: 0.3 * 0.8 ** (i // 50))
    write(name, name, ['backbone.name=vgg19-lite', 'size={height: 48, width: 64, fit: stretch}', 'style.0.size=content', 'stages.0.iterations=10'],
          ('probe.png', [], *gradients(recipe.terms, normalise(image('probe.png')))), rows)


gluon()
torch_edition('d2l-torch', 'conv4_4', CONV)
torch_edition('d2l-torch-relu', 'relu4_4', ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'conv5_1'])
