"""runexp against PyTorch on the d2l recipe: seconds per iteration and peak memory, alternately, on this machine.

Called by vs-torch.sh. For each size one pair of ten iterations checks that both compute the same losses and fills the file
cache; then pairs of processes are timed, A B A B, so that whatever else the machine does falls on both.
"""
import argparse
import math
import statistics
import sys

import report
import trial

TRACE = 10        # iterations over which the losses are compared
TOLERANCE = 1e-3  # relative
BUSY = 0.25       # a larger difference between pairs means that the machine was not idle
FAST_BLAS = 'openblas', 'mkl', 'blis', 'atlas', 'built in'


def deviation(got, want):
    """Returns the largest |got − want| / |want| over two traces of the same length; infinite if a loss is not finite."""
    if not all(map(math.isfinite, [*got, *want])):
        return math.inf
    return max(abs(g - w) / abs(w) for g, w in zip(got, want, strict=True))


def progress(text):
    print(text, file=sys.stderr, flush=True)


def compare(size, options, versions):
    """Measures one size, and fills versions with those that the two programs report."""
    with trial.pictures(size) as folder:
        ours = trial.runexp(folder, size, options.threads, TRACE)
        theirs = trial.pytorch(folder, size, options.threads, TRACE)
        versions.update({**ours.versions, **theirs.versions})
        check_blas(theirs.versions['blas'], options)
        off = deviation(ours.losses, theirs.losses)
        progress(f'{size}: losses over {TRACE} iterations differ by {off:.1e}')
        pairs = []
        for i in range(options.pairs):
            a, b = (side(folder, size, options.threads, size.iterations) for side in [trial.runexp, trial.pytorch])
            progress(f'{size}: pair {i + 1} of {options.pairs}: {a.seconds:.3f} s, PyTorch {b.seconds:.3f} s')
            pairs.append((a, b))
    return summary(size, pairs, off)


def check_blas(blas, options):
    """Refuses the reference BLAS, Debian's default: half of PyTorch's time would be Gram matrices."""
    if not options.any_blas and not any(name in blas for name in FAST_BLAS):
        progress(f'PyTorch uses {blas}, a slow BLAS library, so the comparison would be unfair; use\n'
                 'apt-get install libopenblas0-pthread, or a folder with its libblas.so.3 in LD_LIBRARY_PATH, or --any-blas')
        sys.exit(2)


def summary(size, pairs, off):
    """Returns one size's figures. Minima, because other load only adds time."""
    (ours, theirs), ratios = zip(*pairs), [b.seconds / a.seconds for a, b in pairs]
    times = [[s.seconds for s in side] for side in (ours, theirs)]
    a, b = map(min, times)
    mib_a, mib_b = (max(s.mib for s in side) for side in (ours, theirs))
    return {'size': str(size), 'runexp_s': a, 'torch_s': b, 'speedup': b / a, 'median_ratio': statistics.median(ratios),
            'runexp_spread': max(times[0]) / a - 1, 'torch_spread': max(times[1]) / b - 1,
            'runexp_mib': mib_a, 'torch_mib': mib_b, 'memory_ratio': mib_a / mib_b, 'trace_deviation': off, 'pairs': len(pairs)}


def tables(sizes, threads):
    """Returns the figures as text and a table."""
    rows = [[r['size'], f'{r["runexp_s"]:.3f} (+{r["runexp_spread"]:.0%})', f'{r["torch_s"]:.3f} (+{r["torch_spread"]:.0%})',
             f'{r["speedup"]:.2f}', f'{r["median_ratio"]:.2f}', f'{r["runexp_mib"]:.0f}', f'{r["torch_mib"]:.0f}',
             f'{r["memory_ratio"]:.2f}', f'{r["trace_deviation"]:.1e}'] for r in sizes]
    return (f'{threads} threads, {sizes[0]["pairs"]} pairs. Seconds per iteration are minima over pairs, in brackets how much the '
            'slowest pair was above;\nmemory is the largest resident set.\n\n'
            + report.table(['size', 'runexp s', 'PyTorch s', 'ratio of minima', 'median ratio', 'runexp MiB', 'PyTorch MiB',
                            'memory ratio', 'losses differ'], rows))


def main():
    p = argparse.ArgumentParser(prog='bench/vs-torch.sh', description=__doc__.partition('\n')[0])
    p.add_argument('sizes', nargs='*', type=trial.parse_size, metavar='HxW', help='default: 150x225 300x450 600x900',
                   default=[trial.Size(150, 225), trial.Size(300, 450), trial.Size(600, 900)])
    p.add_argument('--pairs', type=trial.parse_count, default=7, metavar='N', help='timed pairs for each size (default 7)')
    p.add_argument('--threads', type=trial.parse_count, default=2, metavar='N', help='threads of each program (default 2)')
    p.add_argument('--json', action='store_true', help='print one object instead of a table')
    p.add_argument('--write', action='store_true', help='also write the table into docs/performance.md')
    p.add_argument('--any-blas', action='store_true', help='measure even if PyTorch has a slow BLAS library')
    options = p.parse_args()
    if options.write and not report.has_block('vs-torch'):
        p.error(f'docs/performance.md has no block {report.block_name("vs-torch")}; add its markers, or leave out --write')

    versions = report.versions()
    sizes = [compare(size, options, versions) for size in options.sizes]
    bad = [r for r in sizes if not r['trace_deviation'] <= TOLERANCE]
    if bad and options.write:
        progress('not written to docs/performance.md: the two programs do not compute the same')
        options.write = False
    result = {'sizes': sizes, 'threads': options.threads, 'machine': report.machine(), 'versions': versions}
    report.deliver('vs-torch', result, tables(sizes, options.threads), options)
    for r in sizes:
        if max(r['runexp_spread'], r['torch_spread']) > BUSY:
            progress(f'{r["size"]}: pairs differ by more than {BUSY:.0%}: the machine is busy, which slows PyTorch the most; measure again')
    for r in bad:
        progress(f'{r["size"]}: losses differ by {r["trace_deviation"]:.1e}, more than {TOLERANCE:.0e}')
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
