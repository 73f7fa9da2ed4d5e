"""Time of a large sweep in addition to its trials: planning, --dry-run, resuming, listing and the report.

Called by planning.sh. The sweep runs once, of trials as short as they can be. Then, in turn: the dry run; the start of a new
sweep up to its first trial; the start of the same sweep of which one trial was taken away, up to that trial; the list of all runs; the report.
"""
import argparse
import contextlib
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import report
import trial

CONFIG = """\
extends: [d2l-gluon]
experiment: planning
content: {image: content.png}
style: [{image: style.png}]
backbone: {name: vgg19-lite}
stages: [{size: 32, iterations: 1, optimizer: {name: adam, lr: 0.01}}]
"""
WEIGHTS = """\
sweep:
  method: random
  run_cap: %d
  parameters:
    - {path: losses.style.weight, distribution: log_uniform, min: 1, max: 1e5}
    - {path: losses.tv.weight, distribution: log_uniform, min: 1e-3, max: 1e3}
"""
LAYERS = """\
sweep:
  run_cap: %d
  parameters:
    - {path: losses.content.layers, values: [[relu1_1], [relu1_2], [relu2_1], [relu2_2], [relu3_1], [relu3_2], [relu3_3], [relu4_1], [relu4_2], [relu4_3]]}
    - {path: losses.style.layers, values: [[conv1_1], [conv1_1, conv2_1], [conv2_1], [conv1_1, conv3_1], [conv3_1]]}
    - {path: losses.style.weight, min: 1, max: 1e5, steps: 8, distribution: log_uniform}
    - {path: losses.tv.weight, min: 1e-3, max: 1e3, steps: 5, distribution: log_uniform}
"""
STEPS = 'dry_run', 'planned', 'resumed', 'listed', 'report'


def command(folder, store, *more):
    """Returns the sweep's command on this store."""
    return [trial.ROOT / 'bin/runexp', '-c', folder / 'planning.yaml', '--db', store, '--out', store.parent / 'out', '--quiet', *more]


def seconds(arguments):
    """Runs a command and returns its seconds."""
    began = time.monotonic()
    trial.measure(arguments)
    return time.monotonic() - began


def runs(store):
    """Counts the runs, finished or not; 0 if there is no store yet."""
    try:
        with contextlib.closing(sqlite3.connect(f'file:{store}?mode=ro', uri=True)) as db:
            return db.execute('SELECT count(*) FROM runs').fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def until_next_run(arguments, store):
    """Returns the seconds from the start of a command to its first run, and stops it there."""
    before = runs(store)
    began = time.monotonic()
    with subprocess.Popen([str(a) for a in arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while runs(store) == before:
            if process.poll() is not None:
                sys.exit(f'{" ".join(process.args)}\nended before its first run')
            time.sleep(0.005)
        took = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
    return took


def take_away_last(store):
    """Marks the last run as lost, so that its trial is run again."""
    with contextlib.closing(sqlite3.connect(store)) as db:
        db.execute("UPDATE runs SET status = 'lost' WHERE id = (SELECT max(id) FROM runs)")
        db.commit()


def measure(options, folder):
    """Returns the figures of all repeats."""
    (folder / 'planning.yaml').write_text(CONFIG + (LAYERS if options.layers else WEIGHTS) % options.trials)
    whole = folder / 'whole' / 'runexp.db'
    whole.parent.mkdir()
    print(f'{options.trials} trials run, {seconds(command(folder, whole)):.0f} s', file=sys.stderr, flush=True)
    finished = runs(whole)
    if finished != options.trials:
        sys.exit(f'{finished} runs of {options.trials} trials')
    rows = []
    for i in range(options.repeats):
        with tempfile.TemporaryDirectory(dir=folder) as name:
            new, resumed = pathlib.Path(name, 'new', 'runexp.db'), pathlib.Path(name, 'resumed', 'runexp.db')
            new.parent.mkdir()
            resumed.parent.mkdir()
            shutil.copy(whole, resumed)
            take_away_last(resumed)
            row = {
                'dry_run': seconds(command(folder, new, '--dry-run')),
                'planned': until_next_run(command(folder, new), new),
                'resumed': until_next_run(command(folder, resumed), resumed),
                'listed': seconds([trial.ROOT / 'bin/runexp', 'ls', '--limit', options.trials, '--db', whole]),
                'report': seconds([trial.ROOT / 'bin/runexp', 'report', 'planning', '--db', whole, '--out', whole.parent / 'out']),
            }
        rows.append(row)
        print(f'repeat {i + 1} of {options.repeats}: ' + ', '.join(f'{name} {row[name]:.2f} s' for name in STEPS), file=sys.stderr, flush=True)
    return rows


def main():
    p = argparse.ArgumentParser(prog='bench/planning.sh', description=__doc__.partition('\n')[0])
    p.add_argument('--trials', type=trial.parse_count, default=2000, metavar='N', help='trials of the sweep (default 2000; with --layers at most 2000)')
    p.add_argument('--repeats', type=trial.parse_count, default=3, metavar='N', help='repeats of each step (default 3)')
    p.add_argument('--pictures', type=trial.parse_size, default=trial.Size(600, 900), metavar='HxW', help='size of both images (default 600x900)')
    p.add_argument('--layers', action='store_true', help='sweep layers, 50 shapes of a network, instead of weights')
    p.add_argument('--json', action='store_true', help='print one object instead of a table')
    p.add_argument('--write', action='store_true', help='also write the table into docs/performance.md')
    options = p.parse_args()
    block = 'planning-layers' if options.layers else 'planning'
    if options.write and not report.has_block(block):
        p.error(f'docs/performance.md has no block {report.block_name(block)}; add its markers, or leave out --write')

    with trial.pictures(options.pictures) as folder:
        rows = measure(options, folder)
    middle = {name: statistics.median(r[name] for r in rows) for name in STEPS}
    body = (f'{options.trials} trials of {"layers" if options.layers else "weights"}, pictures of {options.pictures}, medians of {options.repeats}.\n\n'
            + report.table(['', 'seconds'],
                           [['`--dry-run`', f'{middle["dry_run"]:.1f}'],
                            ['planned: from the command to the first trial', f'{middle["planned"]:.1f}'],
                            ['resumed: from the command to the one trial left', f'{middle["resumed"]:.1f}'],
                            ['`runexp ls` of all runs', f'{middle["listed"]:.2f}'],
                            ['`runexp report`', f'{middle["report"]:.1f}']]))
    report.deliver(block, {'medians': middle, 'repeats': rows, 'trials': options.trials, 'pictures': str(options.pictures),
                                'layers': options.layers, 'machine': report.machine(), 'versions': report.versions()}, body, options)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
