"""Prints docs/answers.md's tables: the questions in configs/ side by side.

    bench/answers.py NAME=FOLDER:EXPERIMENT...

Each argument is a column: its name, and a sweep in FOLDER/runexp.db. A row is a contrast of the question's own metrics, from a
setting's first level to another. A change has its 95% interval, and * where it is claimed about pictures like these; + where it is
claimed about these pictures only.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import report
import trial


def read(folder, experiment):
    """Returns a sweep's report as JSON."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([trial.ROOT / 'bin/runexp', 'report', experiment, '--db', pathlib.Path(folder, 'runexp.db'), '--out', out, '--json'],
                              capture_output=True, text=True)
    if done.returncode:
        sys.exit(f'{folder}, {experiment}: {done.stderr}')
    return json.loads(done.stdout)


def change(contrast):
    """Returns a contrast in words, as '−32% [−41, −21]*'."""
    estimate, mark = contrast.get('ratio') or contrast['difference'], ''
    if contrast.get('alike', {}).get('differs', {}).get('holds'):
        mark = '*'
    elif contrast.get('these', {}).get('differs', {}).get('holds'):
        mark = '+'
    if 'ratio' not in contrast:
        words = lambda v: f'{v:+.3g}'
    elif estimate['value'] >= 2:
        words = lambda v: f'{v:.2g}'
    else:
        words = lambda v: f'{100 * (v - 1):.0f}'
    text = words(estimate['value'])
    if 'ratio' in contrast:
        text = f'×{text}' if estimate['value'] >= 2 else f'{100 * (estimate["value"] - 1):+.0f}%'
    interval = estimate.get('interval')
    if interval:
        text += f' [{words(interval["low"])}, {words(interval["high"])}]'
    return text.replace('-', '−') + mark


def rows(analysis):
    """Yields what a contrast is about and the contrast."""
    labels = {m['name']: m['label'] for m in analysis['metrics']}
    for effect in analysis['effects']:
        if not effect['claimed']:
            continue
        first = effect['levels'][0]['label']
        for contrast in effect.get('contrasts') or []:
            if contrast['from'] == first:
                yield (labels[effect['metric']], effect['factor'], f'{first} → {contrast["to"]}'), contrast


def shares(analysis):
    """Yields what a share of the variation is about and the share."""
    labels = {m['name']: m['label'] for m in analysis['metrics'] if m['claimed']}
    for variance in analysis['variances']:
        if variance['metric'] in labels:
            for part in variance['parts']:
                yield (labels[variance['metric']], part['name']), f'{100 * part["share"]:.0f}%'


def within(r):
    """Yields, for each metric and factor, which level is best most often at each level of another factor, and how often."""
    metrics = [m for m in r['metrics'] if m.get('claimed')]
    factors = [f['path'] for f in r['analysis']['factors']]
    if len(factors) != 2:
        return
    for m in metrics:
        sign = -1 if m['better'] == 'higher' else 1
        for factor, other in (factors, factors[::-1]):
            cells = collections.defaultdict(dict)
            for t in r['trials']:
                labels = {s['path']: s.get('label') or json.dumps(s['value']) for s in t['settings']}
                score = {s['name']: s['value'] for s in t['scores']}.get(m['name'])
                if score is not None:
                    cells[labels[other], (t['pair'], t['repeat'])][labels[factor]] = sign * score
            units = {unit for _, unit in cells}
            for level in dict.fromkeys(level for level, _ in cells):
                best = collections.Counter(min(cells[level, u], key=cells[level, u].get) for u in units if cells.get((level, u)))
                name, n = best.most_common(1)[0]
                yield (m['label'], factor, f'with {level}'), f'{name}, {n} of {sum(best.values())}'


def side_by_side(names, columns, header):
    """Returns a table with a row for each key of any column."""
    keys = list(dict.fromkeys(key for column in columns for key in column))
    return report.table([*header, *names], [[*key, *(column.get(key, '–') for column in columns)] for key in keys])


def main():
    columns = [argument.split('=', 1) for argument in sys.argv[1:]]
    if not columns or any(len(c) != 2 or ':' not in c[1] for c in columns):
        sys.exit(__doc__)
    names = [name for name, _ in columns]
    reports = [read(*where.rsplit(':', 1)) for _, where in columns]
    for name, r in zip(names, reports):
        print(f'{name}: {len(r["trials"])} trials, {r["analysis"]["sharing"]}, median {r["cost"]["median"]["seconds"]:.1f} s a trial')
        for a in r['answers']:
            print('   ', a['headline'], *('\n        ' + c for c in a.get('caveats') or []))
    print()
    print(side_by_side(names, [{key: change(c) for key, c in rows(r['analysis'])} for r in reports], ['metric', 'setting', 'change']), '\n')
    if best := [column for column in (dict(within(r)) for r in reports) if column]:
        print(side_by_side(names, best, ['metric', 'best', 'with']), '\n')
    print(side_by_side(names, [dict(shares(r['analysis'])) for r in reports], ['metric', 'share of']))


if __name__ == '__main__':
    main()
