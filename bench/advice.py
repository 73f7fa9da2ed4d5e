"""Does what `runexp advise` says come true? Called by advice.sh.

Twenty runs: each photograph with paintings that the evidence of configs/standard.yaml does not have, eight with the preset's own
weights, twelve with others of those that were swept. Each of the four wishes is put to each, and the first option is run.
An outcome is a metric that the advice named, the wish or a cost: it moved as said if it rose or fell as it should, and is within if
it ended within the interval that was given, which should hold nine pictures in ten.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

import report
import trial

PHOTOGRAPHS = 'stone_house half_timbered raft palms aeroplane lighthouse barn parrots'.split()
PAINTINGS = 'starry_night tahiti night_cafe wheat_field flowers_wan_li cubist_portrait'.split()
OWN = 0.008, 2
OTHERS = [(c, tv) for c in (0.002, 0.008, 0.03) for tv in (0.2, 2, 20) if (c, tv) != OWN]
WISHES = {'less noise': False, 'more style': False, 'more content': False, 'sharper': True}  # whether its metric should rise
RUNS = 20


def bases():
    """Yields photograph, painting, content weight and total-variation weight of each run. No two have both pictures in common."""
    for i in range(RUNS):
        weights = OWN if i < len(PHOTOGRAPHS) else OTHERS[(i - len(PHOTOGRAPHS)) % len(OTHERS)]
        turn = i // len(PHOTOGRAPHS)
        yield PHOTOGRAPHS[i % len(PHOTOGRAPHS)], PAINTINGS[(i + 2 * turn) % len(PAINTINGS)], *weights


def runexp(*arguments, **more):
    """Runs the program and returns its exit code, stdout and stderr."""
    done = subprocess.run([trial.ROOT / 'bin/runexp', *map(str, arguments)], capture_output=True, text=True, **more)
    return done.returncode, done.stdout, done.stderr


def config(photograph, painting):
    """Returns the YAML of one run."""
    return f"""\
extends: [standard]
experiment: advised
size: 256
content: {trial.SHARED}/images/{photograph}.jpg
style: {trial.SHARED}/images/{painting}.jpg
"""


def run(out, photograph, painting, content, tv):
    """Runs one of the twenty, or finds it, and returns its number."""
    code, stdout, stderr = runexp('-c', '-', f'losses.content.weight={content}', f'losses.tv.weight={tv}', '--db', out / 'runexp.db', '--out', out,
                                  '--quiet', '--json', input=config(photograph, painting))
    if code:
        sys.exit(f'{photograph}, {painting}: {stderr}')
    return json.loads(stdout)['run']


def tried(out, number, wish):
    """Returns the outcomes of a wish's first option, None if there is no advice."""
    kept = out / f'{number}-{wish.replace(" ", "-")}.json'
    if kept.exists():
        return json.loads(kept.read_text())
    code, stdout, stderr = runexp('advise', number, wish, '--run', '--json', '--quiet', '--db', out / 'runexp.db', '--out', out)
    if code not in (0, 2):
        sys.exit(f'run {number}, {wish}: {stderr}')
    if code == 2 and 'no setting that was swept is sure' not in stderr:
        sys.exit(f'run {number}, {wish}: {stderr}')
    outcomes = json.loads(stdout)['outcomes'] if code == 0 else None
    kept.write_text(json.dumps(outcomes, indent=1))
    return outcomes


def main():
    p = argparse.ArgumentParser(prog='bench/advice.sh', description=__doc__.partition('\n')[0])
    p.add_argument('out', type=pathlib.Path, metavar='OUT', help='folder of the store, the pictures and the outcomes')
    out = p.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)

    counts = collections.defaultdict(collections.Counter)
    for i, base in enumerate(bases(), 1):
        number = run(out, *base)
        for wish, up in WISHES.items():
            outcomes = tried(out, number, wish)
            count = counts[wish]
            count['runs'] += 1
            if not outcomes:
                continue
            first, *costs = outcomes
            count['advised'] += 1
            count['moved'] += (first['after'] > first['before']) == up
            count['within'] += first['within']
            count['costs'] += len(costs)
            count['costs within'] += sum(c['within'] for c in costs)
            print(f'run {i}, {wish}: {first["change"]}, said {first["said"]}', file=sys.stderr, flush=True)
    total = sum(counts.values(), collections.Counter())
    of = lambda c, part, whole: f'{c[part]} of {c[whole]}'
    print(report.machine(), '\n')
    print(report.table(['wish', 'runs with advice', 'moved as said', 'within the interval', 'costs within theirs'],
                       [[wish, of(c, 'advised', 'runs'), of(c, 'moved', 'advised'), of(c, 'within', 'advised'), of(c, 'costs within', 'costs')]
                        for wish, c in (*counts.items(), ('all', total))]))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
