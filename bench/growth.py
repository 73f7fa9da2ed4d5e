"""Scaling of runexp's time and memory with the number of pixels, and the speedup of a second thread.

Called by growth.sh. Sizes take turns, and so do thread counts; figures are medians over the repeats.
"""
import argparse
import statistics
import sys

import report
import trial

THREADS_SIZE = trial.Size(300, 450)  # where one and two threads are compared


def in_turns(settings, repeats, versions):
    """Runs every (size, threads) once per repeat, and returns a list of samples for each."""
    samples = {s: [] for s in settings}
    for i in range(repeats):
        for size, threads in settings:
            with trial.pictures(size) as folder:
                sample = trial.runexp(folder, size, threads, size.iterations)
            samples[size, threads].append(sample)
            versions.update(sample.versions)
            print(f'repeat {i + 1} of {repeats}: {size}, {threads} threads: {sample.seconds:.3f} s, {sample.mib:.0f} MiB',
                  file=sys.stderr, flush=True)
    return samples


def median_seconds(samples):
    return statistics.median(s.seconds for s in samples)


def growth(sizes, options, versions):
    """Returns one row per size; ratios are to the first size."""
    samples = in_turns([(size, options.threads) for size in sizes], options.repeats, versions)
    rows = []
    for size in sizes:
        own = samples[size, options.threads]
        seconds, mib = median_seconds(own), max(s.mib for s in own)
        rows.append({'size': str(size), 'pixels': size.pixels, 'seconds': seconds, 'us_per_pixel': 1e6 * seconds / size.pixels,
                     'mib': mib, 'kib_per_pixel': 1024 * mib / size.pixels})
    for row in rows:
        row['per_pixel_ratio'] = row['us_per_pixel'] / rows[0]['us_per_pixel']
    return rows


def second_thread(options, versions):
    """Returns seconds with one and two threads, and the speedup: the median of paired ratios."""
    samples = in_turns([(THREADS_SIZE, 1), (THREADS_SIZE, 2)], options.repeats, versions)
    one, two = samples[THREADS_SIZE, 1], samples[THREADS_SIZE, 2]
    return {'size': str(THREADS_SIZE), 'one_s': median_seconds(one), 'two_s': median_seconds(two),
            'speedup': statistics.median(a.seconds / b.seconds for a, b in zip(one, two))}


def tables(result, options):
    """Returns the figures as text and two tables."""
    rows = [[r['size'], f'{r["seconds"]:.3f}', f'{r["us_per_pixel"]:.2f}', f'{r["per_pixel_ratio"]:.2f}', f'{r["mib"]:.0f}',
             f'{r["kib_per_pixel"]:.2f}'] for r in result['sizes']]
    t = result['second_thread']
    return (f'{options.threads} threads, medians of {options.repeats}; memory is the largest resident set.\n\n'
            + report.table(['size', 's per iteration', 'µs per pixel', 'to the first', 'MiB', 'KiB per pixel'], rows) + '\n\n'
            + report.table([f'threads at {t["size"]}', 's per iteration', 'faster by'],
                           [['1', f'{t["one_s"]:.3f}', '1.00'], ['2', f'{t["two_s"]:.3f}', f'{t["speedup"]:.2f}']]))


def main():
    p = argparse.ArgumentParser(prog='bench/growth.sh', description=__doc__.partition('\n')[0])
    p.add_argument('sizes', nargs='*', type=trial.parse_size, metavar='HxW', help='default: 150x225 300x450 600x900 1200x1800',
                   default=[trial.Size(150, 225), trial.Size(300, 450), trial.Size(600, 900), trial.Size(1200, 1800)])
    p.add_argument('--repeats', type=trial.parse_count, default=5, metavar='N', help='runs of each setting (default 5)')
    p.add_argument('--threads', type=trial.parse_count, default=2, metavar='N', help='threads for the sizes (default 2)')
    p.add_argument('--json', action='store_true', help='print one object instead of tables')
    p.add_argument('--write', action='store_true', help='also write the tables into docs/performance.md')
    options = p.parse_args()
    if options.write and not report.has_block('growth'):
        p.error(f'docs/performance.md has no block {report.block_name("growth")}; add its markers, or leave out --write')

    versions = report.versions()
    result = {'sizes': growth(options.sizes, options, versions), 'second_thread': second_thread(options, versions),
              'threads': options.threads, 'repeats': options.repeats, 'machine': report.machine(), 'versions': versions}
    report.deliver('growth', result, tables(result, options), options)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
