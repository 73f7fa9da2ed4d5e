#!/usr/bin/python3
"""References of the presets after Gatys and others: gatys2016, gatys2016-paper, gatys2017-guided, gatys2017-luminance, gatys2017-scale and
deeptextures. Run from this folder.

The variable is RGB from 0 to 255. Weights are Oxford's, with features at their own scale but for deeptextures. Images are stretched to the picture's
size by Pillow's bicubic: the presets' own resizing.

Traces are of Adam in place of the presets' L-BFGS at a fixed step, whose second step is the ratio of two differences of gradients over a step of length
1/|g|: it is made of rounding errors. Measured over ten steps from content.png and from probe.png, PyTorch 1.13 with and without oneDNN differs from itself in the total
by up to 0.23 and 0.70 of it. optimizers/lbfgs is compared with torch.optim.LBFGS by itself.
"""
import torch
import torch.nn.functional as F

from common import SCALE, features, gradients, image, resize, row, write

RELU = {f'relu{i}_1': 1 / c**2 for i, c in zip(range(1, 6), [64, 128, 256, 512, 512])}
LOOSE = ['style.0.size=content']


def average(h):
    return F.avg_pool2d(h, 2)


def maximum(h):
    return F.max_pool2d(h, 2)


def gram(f, mask=None):
    m, n = f.reshape(f.shape[1], -1), f.shape[2] * f.shape[3]
    if mask is not None:
        m, n = m * mask.reshape(1, -1), mask.pow(2).sum()
    return m @ m.T / n


class Recipe:
    """content and style are pictures in [0, 1]; masks are by region, of the picture and of the style."""
    pool, last, raw, reduction = staticmethod(maximum), 'relu5_1', SCALE, 'mean'
    layer, style_layers = 'relu4_2', RELU
    weights = {'content': 1, 'style': 1e3}
    rate, white = 5, 255  # Adam's rate; what of the variable is white

    def __init__(self, content, style, masks=None):
        self.masks, style_masks = masks or ({'': None}, {'': None})
        with torch.no_grad():
            self.content = self.of(255 * content).get(self.layer)
            self.style = self.grams(self.of(255 * style), style_masks)

    def of(self, x):
        return {k: v * self.raw for k, v in features(x / 255, self.last, pool=self.pool, oxford=True).items()}

    def grams(self, f, masks):
        out = {}
        for region, mask in masks.items():
            for k in self.style_layers:
                m = mask if mask is None else resize(mask, *f[k].shape[2:]).clamp(0, 1)
                out[region, k] = gram(f[k], m)
        return out

    def terms(self, x):
        f = self.of(x)
        grams = self.grams(f, self.masks)
        terms = {'content': F.mse_loss(f[self.layer], self.content, reduction=self.reduction)} if 'content' in self.weights else {}
        return {**terms, 'style': sum(self.style_layers[k] * F.mse_loss(g, self.style[r, k]) for (r, k), g in grams.items())}


class Paper(Recipe):
    pool, last, reduction = staticmethod(average), 'conv5_1', 'sum'
    layer, style_layers = 'conv4_2', {f'conv{i}_1': 1 for i in range(1, 6)}
    weights = {'content': 0.5, 'style': 50}


class Scale(Recipe):
    last, weights, style_layers = 'relu2_1', {'style': 1e3}, dict(list(RELU.items())[:2])


class Textures(Recipe):
    pool, last, raw = staticmethod(average), 'pool4', 1
    style_layers = {k: 1 for k in ['relu1_1', 'pool1', 'pool2', 'pool3', 'pool4']}
    weights = {'style': 2.5e8}


def total(recipe, terms):
    return sum(recipe.weights[k] * v for k, v in terms.items())


def run(recipes, x, counts, clamp=False):
    """Returns the rows of stages; each but the first starts from the last result, rounded to 8 bits. step of a recipe is what its random draws depend on."""
    rows = []
    for number, (recipe, count) in enumerate(zip(recipes, counts)):
        h, w = recipe.size
        recipe.step = 0
        if number:
            x = (x.clamp(0, 255) / 255 * 255).round()
        x = resize(x, h, w) if x.shape[2:] != (h, w) else x
        start = x.clone()
        x = x.clone().requires_grad_(True)
        o = torch.optim.Adam([x], lr=recipe.rate)
        for i in range(count):
            o.zero_grad()
            terms = recipe.terms(x)
            total(recipe, terms).backward()
            rows.append(row(number, i, total(recipe, terms), terms, x, start))
            o.step()
            recipe.step += 1
            if clamp:
                with torch.no_grad():
                    x.clamp_(0, recipe.white)
        terms = recipe.terms(x)
        rows.append(row(number, count, total(recipe, terms), terms))
        x = x.detach()
    return rows


def sized(kind, h, w, content=None, style=None, **more):
    recipe = kind(resize(image('content.png') if content is None else content, h, w), resize(image('style.png') if style is None else style, h, w), **more)
    recipe.size = h, w
    return recipe


def one(name, recipe, overrides, start='content.png', clamp=False, probe=None):
    """Writes the reference of a preset with one stage at 48×64. start and probe are pictures in [0, 1], or for Recipes of another variable, white: 1, that."""
    overrides = ['stages.0.size={height: 48, width: 64, fit: stretch}', 'stages.0.iterations=10', f'stages.0.optimizer={{name: adam, lr: {recipe.rate}}}', *LOOSE, *overrides]
    x = recipe.white * (start if torch.is_tensor(start) else image(start))
    write(name, name, overrides, ('probe.png', [], *gradients(recipe.terms, recipe.white * image('probe.png') if probe is None else probe)), run([recipe], x, [10], clamp), shared=True)


def two(name, kind):
    """Writes the reference of a preset with two stages, at 36×48 and 48×64."""
    recipes = [sized(kind, 36, 48), sized(kind, 48, 64)]
    write(name, name, ['stages.0.size={height: 36, width: 48, fit: stretch}', 'stages.1.size={height: 48, width: 64, fit: stretch}', 'stages.0.iterations=3',
                                     'stages.1.iterations=7', f'stages.*.optimizer={{name: adam, lr: {kind.rate}}}', *LOOSE],
          ('probe.png', ['stages.0.size={height: 48, width: 64, fit: stretch}', 'stages.1=null'], *gradients(recipes[1].terms, 255 * image('probe.png'))),
          run(recipes, 255 * resize(image('content.png'), 36, 48), [3, 7]), shared=True)


def grey(u):
    return (u * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)


def luminance():
    content, style = grey(image('content.png')), grey(image('style.png'))
    style = (style - style.mean()) / style.std(unbiased=False) * content.std(unbiased=False) + content.mean()
    content, style = content.expand(1, 3, -1, -1).clone(), style.expand(1, 3, -1, -1).clone()
    one('gatys2017-luminance', sized(Recipe, 48, 64, content, style), ['stages.1=null'], start=content)


if __name__ == '__main__':
    two('gatys2016', Recipe)
    one('gatys2016-paper', sized(Paper, 48, 64), ['init={from: image, image: content.png}'])
    regions = ['left', 'right']
    masks = [{r: image(f'{of}-{r}.png')[:, :1] for r in regions} for of in ['content', 'style']]
    drawn = [f'{at}.masks=[' + ', '.join(f'{{name: {r}, image: {of}-{r}.png}}' for r in regions) + ']' for at, of in [('content', 'content'), ('style.0', 'style')]]
    one('gatys2017-guided', sized(Recipe, 48, 64, masks=masks), ['stages.1=null', *drawn])
    luminance()
    one('gatys2017-scale', sized(Scale, 48, 64), [])
    one('deeptextures', sized(Textures, 48, 64), ['content=null', 'init={from: image, image: content.png}'], clamp=True)
