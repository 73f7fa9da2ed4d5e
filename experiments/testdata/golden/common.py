"""What the scripts of this folder have in common: images, VGG with the weights of vgg19-lite, and how a reference is written.

Each script computes a recipe by itself, from its formulas, with PyTorch alone (Debian: python3-torch, python3-pil), and writes NAME.json and the whole
gradients at a probe, NAME-LOSS.safetensors. experiments/goldens says what the fields mean. Variables are [1, 3, H, W].
"""
import functools
import json
import os
import pathlib
import struct

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

HERE = pathlib.Path(__file__).parent
LITE = HERE / '../../../backbones/lite/vgg19-lite.safetensors'
OXFORD = pathlib.Path(os.environ.get('RUNEXP_SHARED', HERE / '../../../../shared')) / 'weights/vgg19-oxford.safetensors'
BGR, SCALE = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1), 57.6
MEAN, STD = (torch.tensor(v).view(1, 3, 1, 1) for v in ([.485, .456, .406], [.229, .224, .225]))
BLOCKS = [2, 2, 4, 4, 1]


@functools.cache
def load(path):
    """Returns {name: tensor} of a safetensors file of halves or floats."""
    blob = pathlib.Path(path).read_bytes()
    length, = struct.unpack('<Q', blob[:8])
    kinds = {'F16': '<f2', 'F32': '<f4'}
    return {name: torch.from_numpy(np.frombuffer(blob, kinds[v['dtype']], int(np.prod(v['shape'])), 8 + length + v['data_offsets'][0])
                                   .astype(np.float32).reshape(v['shape']))
            for name, v in json.loads(blob[8:8 + length]).items() if name != '__metadata__'}


def save(path, name, tensor):
    """Writes one tensor as a safetensors file of floats."""
    data = tensor.detach().contiguous().numpy().astype('<f4').tobytes()
    head = json.dumps({name: {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [0, len(data)]}}, separators=(',', ':')).encode()
    head += b' ' * (-len(head) % 8)
    path.write_bytes(struct.pack('<Q', len(head)) + head + data)


def image(name):
    """Returns an image as [1, 3, H, W] in [0, 1]."""
    rgb = np.asarray(Image.open(HERE / name).convert('RGB')).astype(np.float32).transpose(2, 0, 1) / 255
    return torch.from_numpy(rgb.copy())[None]


def resize(x, h, w):
    """Returns x, [1, C, H, W], at another size by Pillow's antialiased bicubic, in floats."""
    return torch.from_numpy(np.stack([np.asarray(Image.fromarray(c.numpy(), mode='F').resize((w, h), Image.BICUBIC)) for c in x[0].detach()]))[None]


def features(x, last, pool=lambda h: F.max_pool2d(h, 2), first_padding='zeros', oxford=False, padding='zeros', reading=lambda x: 255 * x[:, [2, 1, 0]] - BGR):
    """Returns the layers of vgg19-lite up to the one called last, of x in [0, 1]; or of Oxford's VGG-19, divided by SCALE, its input by reading.
    padding is of all convolutions."""
    weights, h, out = load(LITE), (x - MEAN) / STD, {}
    if oxford:  # the network is homogeneous: its input and biases are divided
        weights = {k: v / SCALE if k.endswith('.bias') else v for k, v in load(OXFORD).items()}
        h = reading(x) / SCALE
    for block, convolutions in enumerate(BLOCKS, 1):
        for i in range(1, convolutions + 1):
            name = f'{block}_{i}'
            border, zeros = first_padding if name == '1_1' and first_padding != 'zeros' else padding, 1
            if border != 'zeros':
                h, zeros = F.pad(h, (1, 1, 1, 1), mode=border), 0
            out['conv' + name] = h = F.conv2d(h, weights[f'conv{name}.weight'], weights[f'conv{name}.bias'], padding=zeros)
            if 'conv' + name == last:
                return out
            out['relu' + name] = h = F.relu(h)
            if 'relu' + name == last:
                return out
        h = pool(h)
        out[f'pool{block}'] = h
        if f'pool{block}' == last:
            return out
    raise KeyError(last)


def draws(seed, stream, step, n):
    """Returns n numbers in [0, 1) of graph.Builder.Draws number stream, from 1: 24 bits each of PCG-DXSM, as in math/rand/v2."""
    state, numbers = seed << 64 | stream << 40 | step, []
    for _ in range(n):
        state = (state * 0x2360ED051FC65DA44385DF649FCCF645 + 0x5851F42D4C957F2D14057B7EF767814F) % 2 ** 128
        hi, lo = state >> 64, state % 2 ** 64
        hi ^= hi >> 32
        hi = hi * 0xDA942042E4DD58B5 % 2 ** 64
        hi ^= hi >> 48
        numbers.append((hi * (lo | 1) % 2 ** 64) >> 40)
    return [m / 2 ** 24 for m in numbers]


def gradients(terms, x):
    """Returns the values and the gradients of terms(x) by name."""
    x = x.clone().requires_grad_(True)
    values = terms(x)
    return {k: v.item() for k, v in values.items()}, {k: torch.autograd.grad(v, x, retain_graph=True)[0] for k, v in values.items()}


def row(stage, iteration, total, terms, x=None, start=None):
    """Returns a row of a trace."""
    r = {'stage': stage, 'iteration': iteration, 'total': float(total), 'terms': {k: float(v) for k, v in terms.items()}}
    if x is not None:
        r['mean'] = x.detach().double().mean().item()
        r['moved'] = (x.detach().double() - start.double()).norm().item()
    return r


def write(name, preset, overrides, probe=None, trace=(), shared=False):
    """Writes a reference. probe is (image, overrides, values, gradients). shared says that it needs Oxford's weights."""
    out = {'preset': preset, 'shared': shared, 'content': 'content.png', 'style': 'style.png', 'overrides': overrides}
    if probe is not None:
        picture, more, values, found = probe
        files = {}
        for loss, g in found.items():
            files[loss] = f'{name}-{loss}.safetensors'
            save(HERE / files[loss], 'gradient', g)
        out['probe'] = {'image': picture, 'overrides': more, 'terms': values, 'gradients': files}
    out['trace'] = list(trace)
    (HERE / f'{name}.json').write_text(json.dumps(out, indent=1) + '\n')
