"""Measures one process: runexp or PyTorch on the d2l recipe, with content and style of one size."""
import argparse
import contextlib
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get('RUNEXP_SHARED', ROOT / '../shared')).resolve()
WEIGHTS = SHARED / 'weights/vgg19-oxford.safetensors'
WARM_UP = 2  # untimed iterations at the start of a process: buffers, transformed filters

CONFIG = """\
extends: [d2l-gluon]
content: {{image: content.png}}
style: [{{image: style.png}}]
backbone: {{weights: {weights}}}
stages: [{{size: {{height: {size.height}, width: {size.width}}}, iterations: {iterations}, optimizer: {{name: adam, lr: 0.01}}}}]
"""


class Size(NamedTuple):
    height: int
    width: int

    def __str__(self):
        return f'{self.height}x{self.width}'

    @property
    def pixels(self):
        return self.height * self.width

    @property
    def iterations(self):
        """Enough for a median within seconds: 10 timed ones for a small picture, 5 for a large one."""
        return WARM_UP + min(10, max(5, 340_000 // self.pixels))


class Sample(NamedTuple):
    """Measurements of one process."""
    losses: list    # loss before each iteration and after the last
    times: list     # seconds of each iteration
    mib: float      # peak resident memory
    versions: dict

    @property
    def seconds(self):
        """Seconds per iteration: the median without the first ones."""
        return statistics.median(self.times[WARM_UP:])


def parse_size(text):
    """Parses HxW, as 150x225."""
    height, _, width = text.partition('x')
    if not (height.isdecimal() and width.isdecimal() and min(int(height), int(width)) >= 16):
        raise argparse.ArgumentTypeError(f'{text}: write height x width, as 150x225, at least 16x16 for four poolings')
    return Size(int(height), int(width))


def parse_count(text):
    """Parses an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text}: not a whole number of at least 1')
    return int(text)


@contextlib.contextmanager
def pictures(size):
    """Yields a temporary folder with content.png and style.png of exactly this size.

    PNG, because decoders of JPEG differ in the last bit and both programs must see the same pixels.
    """
    with tempfile.TemporaryDirectory(prefix='runexp-bench-') as name:
        folder = pathlib.Path(name)
        for role, source in [('content', 'astronaut'), ('style', 'starry_night')]:
            picture = Image.open(SHARED / f'images/{source}.jpg').convert('RGB')
            picture.resize((size.width, size.height), Image.LANCZOS).save(folder / f'{role}.png')
        yield folder


def measure(command, **environment):
    """Runs a command and returns its standard output and its peak resident memory in MiB.

    A process's peak begins with that of the one that started it (Linux keeps it through exec), so what calls this must stay
    small: it must not import torch.
    """
    with subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, env={**os.environ, **environment}) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f'{" ".join(process.args)}\nfailed with exit code {process.returncode}')
    return output, usage.ru_maxrss / 1024


def runexp(folder, size, threads, iterations):
    """Runs runexp on the images of a folder, with RUNEXP_ISA from the environment."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        config, store = folder / 'bench.yaml', pathlib.Path(out, 'runexp.db')
        config.write_text(CONFIG.format(weights=json.dumps(str(WEIGHTS)), size=size, iterations=iterations))
        _, mib = measure([ROOT / 'bin/runexp', '-c', config, '--db', store, '--out', out, '--threads', threads,
                          '--quiet', '--json', '--fresh'])
        with contextlib.closing(sqlite3.connect(store)) as db:
            losses, times = ([value for value, in db.execute('SELECT value FROM run_metrics WHERE name = ? ORDER BY step', [name])]
                             for name in ['loss/total', 'time/iteration'])
            facts = json.loads(db.execute('SELECT environment FROM runs').fetchone()[0])
    return Sample(losses, times, mib, {'go': facts['version/go'].removeprefix('go'), 'kernels': facts['kernels/variant']})


def pytorch(folder, size, threads, iterations):
    """Runs torch_d2l.py on the images of a folder, which have this size already."""
    output, mib = measure([sys.executable, ROOT / 'bench/torch_d2l.py', '--weights', WEIGHTS, '--content', folder / 'content.png',
                           '--style', folder / 'style.png', '--iterations', iterations, '--threads', threads],
                          OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    result = json.loads(output)
    return Sample(result['losses'], result['seconds'], mib, result['versions'])
