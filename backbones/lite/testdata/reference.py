#!/usr/bin/env python3
"""Makes reference.json: PyTorch's activations of vgg19-lite, in double precision, for a picture defined by a formula.

    reference.py > reference.json

Needs PyTorch. Pixels u in [0, 1], RGB: u(y, x, c) = 1/2 + 1/2 sin((c + 2) y / 9 + (5 - c) x / 11 + x y / 300), H = 50, W = 67, which is normalised as the
network expects. For every convolution before its ReLU: the number of elements of [H, W, C], channels last, their mean and rms, and 16 elements spread
evenly, element k (n - 1) / 15 rounded down.
"""
import json
import pathlib
import struct

import torch
import torch.nn.functional as F

H, W, SAMPLES = 50, 67, 16
BLOCKS = [2, 2, 4, 4, 1]
MEAN, STD = (torch.tensor(v, dtype=torch.double).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))


def read(path):
    """Returns {name: tensor} of a safetensors file of halves."""
    blob = path.read_bytes()
    length, = struct.unpack('<Q', blob[:8])
    header = json.loads(blob[8:8 + length])
    header.pop('__metadata__')

    def tensor(entry):
        begin, end = (8 + length + offset for offset in entry['data_offsets'])
        return torch.frombuffer(bytearray(blob[begin:end]), dtype=torch.half).reshape(entry['shape']).double()

    return {name: tensor(entry) for name, entry in header.items()}


def picture():
    """Returns the picture, normalised, [1, 3, H, W]."""
    c, y, x = torch.meshgrid(*(torch.arange(n, dtype=torch.double) for n in (3, H, W)), indexing='ij')
    u = 0.5 + 0.5 * torch.sin((c + 2) * y / 9 + (5 - c) * x / 11 + x * y / 300)
    return (u[None] - MEAN) / STD


def describe(features):
    """Returns what is kept of features, [1, C, H, W]."""
    flat = features[0].permute(1, 2, 0).flatten()
    n = len(flat)
    return {
        'elements': n, 'mean': flat.mean().item(), 'rms': flat.pow(2).mean().sqrt().item(),
        'samples': [flat[k * (n - 1) // (SAMPLES - 1)].item() for k in range(SAMPLES)],
    }


def main():
    weights, x, found = read(pathlib.Path(__file__).parents[1] / 'vgg19-lite.safetensors'), picture(), {}
    for block, convolutions in enumerate(BLOCKS, 1):
        for i in range(1, convolutions + 1):
            layer = f'conv{block}_{i}'
            x = F.conv2d(x, weights[f'{layer}.weight'], weights[f'{layer}.bias'], padding=1)
            found[layer] = describe(x)
            x = F.relu(x)
        x = F.max_pool2d(x, 2)
    print(json.dumps({'pytorch': torch.__version__, 'height': H, 'width': W, 'layers': found}, indent=1))


if __name__ == '__main__':
    main()
