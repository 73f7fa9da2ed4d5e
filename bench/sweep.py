"""Overhead of a sweep beyond its trials' iterations, and the effect of running two trials in parallel.

Called by sweep.sh. One trial alone, the sweep one trial after another, and the sweep two at a time take turns. The sweep's time
is that of the whole process, held against its trials' worth of one trial's iterations plus one set-up: all that the single
run takes besides its iterations.
"""
import argparse
import contextlib
import json
import pathlib
import sqlite3
import statistics
import sys
import tempfile
import time

import report
import trial

SIZE = trial.Size(150, 225)
CONFIG = """\
extends: [d2l-gluon]
content: {{image: content.png}}
style: [{{image: style.png}}]
backbone: {{weights: {weights}}}
stages: [{{size: {{height: {size.height}, width: {size.width}}}, iterations: 30, optimizer: {{name: adam, lr: 0.01}}}}]
"""
SWEEP = """\
sweep: {{parameters: [{{path: losses.tv.weight, values: {values}}}]}}
"""


def run(folder, text, *flags):
    """Runs a config and returns the seconds of the process and the sum of its runs' iteration times."""
    with tempfile.TemporaryDirectory(dir=folder) as out:
        config, store = pathlib.Path(folder, 'bench.yaml'), pathlib.Path(out, 'runexp.db')
        config.write_text(text)
        began = time.monotonic()
        trial.measure([trial.ROOT / 'bin/runexp', '-c', config, '--db', store, '--out', out, '--quiet', '--json', *flags])
        took = time.monotonic() - began
        with contextlib.closing(sqlite3.connect(store)) as db:
            runs, = db.execute("SELECT count(*) FROM runs WHERE status = 'finished'").fetchone()
            iterations, = db.execute("SELECT sum(value) FROM run_metrics WHERE name = 'time/iteration'").fetchone()
    return took, iterations, runs


def measure(options):
    """Returns the figures of all repeats."""
    base = CONFIG.format(weights=json.dumps(str(trial.WEIGHTS)), size=SIZE)
    sweep = base + SWEEP.format(values=list(range(options.trials)))
    threads = '--threads', options.threads
    rows = []
    for i in range(options.repeats):
        with trial.pictures(SIZE) as folder:
            alone, iterations, _ = run(folder, base, *threads)
            serial, _, runs = run(folder, sweep, '--jobs', 1, *threads)
            paired, _, both = run(folder, sweep, '--jobs', 2, *threads)
        if runs != options.trials or both != options.trials:
            sys.exit(f'{runs} and {both} of {options.trials} trials have finished')
        expected = options.trials * iterations + alone - iterations
        rows.append({'alone_s': alone, 'iterations_s': iterations, 'sweep_s': serial, 'two_jobs_s': paired,
                     'to_iterations': serial / expected, 'two_jobs_to_one': paired / serial})
        print(f'repeat {i + 1} of {options.repeats}: alone {alone:.1f} s, of which {iterations:.1f} s iterations; '
              f'sweep {serial:.1f} s; two jobs {paired:.1f} s', file=sys.stderr, flush=True)
    return rows


def main():
    p = argparse.ArgumentParser(prog='bench/sweep.sh', description=__doc__.partition('\n')[0])
    p.add_argument('--trials', type=trial.parse_count, default=16, metavar='N', help='trials of the sweep (default 16)')
    p.add_argument('--repeats', type=trial.parse_count, default=5, metavar='N', help='repeats of each measurement (default 5)')
    p.add_argument('--threads', type=trial.parse_count, default=2, metavar='N', help='threads of each process (default 2)')
    p.add_argument('--json', action='store_true', help='print one object instead of a table')
    p.add_argument('--write', action='store_true', help='also write the table into docs/performance.md')
    options = p.parse_args()
    if options.write and not report.has_block('sweep'):
        p.error(f'docs/performance.md has no block {report.block_name("sweep")}; add its markers, or leave out --write')

    rows = measure(options)
    middle = {name: statistics.median(r[name] for r in rows) for name in rows[0]}
    body = (f'{options.trials} trials of VGG-19 at {SIZE}, 30 iterations each; {options.threads} threads, medians of {options.repeats}.\n\n'
            + report.table(['', 'seconds', 'ratio'],
                           [['one trial alone', f'{middle["alone_s"]:.1f}', ''],
                            ['its iterations', f'{middle["iterations_s"]:.1f}', ''],
                            [f'{options.trials} trials, one after another', f'{middle["sweep_s"]:.1f}',
                             f'{middle["to_iterations"]:.2f} of {options.trials} times the iterations and one set-up'],
                            [f'{options.trials} trials, two at once', f'{middle["two_jobs_s"]:.1f}',
                             f'{middle["two_jobs_to_one"]:.2f} of one after another']]))
    report.deliver('sweep', {'medians': middle, 'repeats': rows, 'trials': options.trials, 'size': str(SIZE), 'machine': report.machine(),
                             'versions': report.versions()}, body, options)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
