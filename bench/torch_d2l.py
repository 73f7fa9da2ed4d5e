#!/usr/bin/python3
"""The d2l recipe in PyTorch: one process, one picture, one JSON object on stdout.

Neural style transfer of "Dive into Deep Learning" on Oxford's VGG-19:

    x    [1, 3, H, W]: RGB, normalised with ImageNet's mean and deviation; starts as the content image, never clamped
    f_l  features of layer l before its ReLU, divided by SCALE
    loss = 1 · mse(f, content's f) at conv4_4
         + 1e3 · Σ mse(G(f_l), G(style's f_l)) over conv1_1 … conv5_1, G(f) = f fᵀ / (C·H·W)
         + 10 · ½ (mean |dy x| + mean |dx x|)
    x    ← Adam, rate 0.01, PyTorch's other defaults

It is as fast as PyTorch is without tuning: filters frozen, ReLU in place if no loss reads its input (as in torchvision's
VGG), nothing past the deepest layer, SCALE folded into the filters, gradients dropped between iterations.

The JSON: "seconds" of each iteration (forward, backward, step), "losses" at x before each and after the last, and versions.
"""
import argparse
import json
import re
import struct
import time

import torch
import torch.nn.functional as F
from PIL import Image

NETWORK = [f'conv{block}_{i}' for block, convolutions in [(1, 2), (2, 2), (3, 4), (4, 4), (5, 1)] for i in range(1, convolutions + 1)]
CONTENT, STYLE = ['conv4_4'], ['conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1']
WEIGHT_CONTENT, WEIGHT_STYLE, WEIGHT_TV, RATE = 1, 1e3, 10, 0.01
SCALE = 57.6  # ratio of Oxford's features to torchvision's, for which the loss weights were chosen
BGR = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)  # mean that Oxford's network subtracts, of 255
MEAN, DEVIATION = (torch.tensor(v).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))


def read_filters(path):
    """Yields (layer, kernel [out, in, 3, 3], bias [out]) of NETWORK from a safetensors file, with SCALE folded in.

    ReLU and max pooling commute with a positive factor, so dividing the first kernel and every bias by SCALE divides all features.
    """
    with open(path, 'rb') as f:
        length, = struct.unpack('<Q', f.read(8))
        header = json.loads(f.read(length))

        def tensor(name):
            begin, end = header[name]['data_offsets']
            f.seek(8 + length + begin)
            return torch.frombuffer(bytearray(f.read(end - begin)), dtype=torch.float32).reshape(header[name]['shape'])

        for layer in NETWORK:
            kernel, bias = tensor(f'{layer}.weight'), tensor(f'{layer}.bias')
            yield layer, kernel / SCALE if layer == NETWORK[0] else kernel, bias / SCALE


def read_picture(path):
    """Returns an image in the variable's space: [1, 3, H, W], RGB, normalised."""
    picture = Image.open(path).convert('RGB')
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(picture.height, picture.width, 3)
    return (pixels.permute(2, 0, 1)[None].float() / 255 - MEAN) / DEVIATION


def features(filters, x, layers):
    """Returns {layer: [1, C, H, W]} before ReLU, and computes nothing past the last of layers."""
    h, found = ((x * DEVIATION + MEAN) * 255)[:, [2, 1, 0]] - BGR, {}
    for layer, kernel, bias in filters:
        if layer.endswith('_1') and layer != NETWORK[0]:
            h = F.max_pool2d(h, 2)
        h = F.conv2d(h, kernel, bias, padding=1)
        if layer in layers:
            found[layer] = h
        if len(found) == len(layers):
            return found
        h = F.relu(h, inplace=layer not in layers)
    raise ValueError(f'not all of {layers} are in the network')


def gram(f):
    """Returns G = f fᵀ / (C·H·W), [C, C], of f [1, C, H, W]."""
    rows = f.flatten(2)[0]
    return rows @ rows.T / rows.numel()


def total_variation(x):
    return 0.5 * ((x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().mean())


def targets(filters, content, style):
    """Returns the targets by layer: the content's features and the style's Gram matrices."""
    with torch.no_grad():
        photograph = features(filters, content, CONTENT)
        painting = features(filters, style, STYLE)
        return {l: photograph[l] for l in CONTENT}, {l: gram(painting[l]) for l in STYLE}


def run(filters, content, style, iterations):
    """Yields (loss before the iteration, its seconds), and at the end (loss, None)."""
    photograph, painting = targets(filters, content, style)
    x = content.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([x], lr=RATE)

    def loss():
        f = features(filters, x, {*CONTENT, *STYLE})
        return (WEIGHT_CONTENT * sum(F.mse_loss(f[l], photograph[l]) for l in CONTENT)
                + WEIGHT_STYLE * sum(F.mse_loss(gram(f[l]), painting[l]) for l in STYLE)
                + WEIGHT_TV * total_variation(x))

    for _ in range(iterations):
        begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        total = loss()
        total.backward()
        optimizer.step()
        yield total.item(), time.perf_counter() - begin
    with torch.no_grad():
        yield loss().item(), None


def versions():
    """Returns the versions that determine PyTorch's speed; the BLAS library by its loaded file."""
    with open('/proc/self/maps') as maps:
        blas = {'/'.join(line.split('/')[-2:]).strip() for line in maps if re.search(r'/lib\w*(blas|mkl_rt)[\w-]*\.so', line)}
    onednn = re.search(r'MKL-DNN (v[\d.]+)', torch.__config__.show())
    return {'pytorch': torch.__version__, 'onednn': onednn.group(1) if onednn else 'none', 'blas': ', '.join(sorted(blas)) or 'built in'}


def main():
    p = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    for name in ['--weights', '--content', '--style']:
        p.add_argument(name, required=True, metavar='FILE')
    p.add_argument('--iterations', type=int, required=True)
    p.add_argument('--threads', type=int, required=True)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    rows = list(run(list(read_filters(a.weights)), read_picture(a.content), read_picture(a.style), a.iterations))
    print(json.dumps({'losses': [loss for loss, _ in rows], 'seconds': [s for _, s in rows[:-1]], 'versions': versions()}))


if __name__ == '__main__':
    main()
