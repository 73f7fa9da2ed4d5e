"""Output of the benchmarks: tables, facts about the machine, and their blocks in docs/performance.md."""
import datetime
import json
import os
import re
import subprocess
import sys

from trial import ROOT

PAGE = ROOT / 'docs/performance.md'
NAMES = {'go': 'Go', 'pytorch': 'PyTorch', 'onednn': 'oneDNN', 'blas': 'BLAS'}  # display names of versions


def output_of(*command):
    """Returns the first line of a command's output."""
    return (subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines() or [''])[0]


def machine():
    """Returns processor, usable cores and memory; no host names."""
    with open('/proc/cpuinfo') as f:
        model = re.search(r'^model name\s*:\s*(.+)$', f.read(), re.MULTILINE)
    gib = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30
    return {'cpu': model.group(1) if model else 'unknown', 'cores': len(os.sched_getaffinity(0)), 'memory_gib': round(gib, 1)}


def versions():
    """Returns the commit that was built, marked if the code differs from it, and the C compiler."""
    git = 'git', '--no-optional-locks'
    changed = output_of(*git, 'status', '--porcelain', '--', '.', ':!docs')
    compiler = output_of('go', 'env', 'CC')
    return {'runexp': output_of(*git, 'rev-parse', '--short=10', 'HEAD') + (' with changes' if changed else ''),
            'compiler': output_of(*compiler.split(), '--version')}


def table(header, rows):
    """Returns a Markdown table of text cells, aligned so that it is readable in a terminal too."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    rule = ['-' * (w - 1) + ':' for w in widths]
    return '\n'.join('| ' + ' | '.join(cell.rjust(w) for cell, w in zip(line, widths)) + ' |' for line in [header, rule, *rows])


def block_name(base):
    """Returns the block's name: a forced kernel variant has its own, vs-torch-avx2."""
    isa = os.environ.get('RUNEXP_ISA')
    return f'{base}-{isa}' if isa else base


def markers(base):
    name = block_name(base)
    return f'<!-- {name} -->', f'<!-- /{name} -->'


def has_block(base):
    """Reports whether docs/performance.md has the block; checked before minutes of measuring."""
    text = PAGE.read_text() if PAGE.exists() else ''
    begin, end = markers(base)
    return 0 <= text.find(begin) < text.find(end)


def write_block(base, body):
    """Replaces the text between the block's markers."""
    text = PAGE.read_text()
    begin, end = markers(base)
    before, _, rest = text.partition(begin)
    PAGE.write_text(f'{before}{begin}\n{body}\n{end}{rest.partition(end)[2]}')


def deliver(base, result, body, options):
    """Prints a result, as JSON or as tables under the facts, and writes it into the page if --write is given."""
    m, v = result['machine'], result['versions']
    facts = (f'{datetime.date.today()}, {m["cpu"]}, {m["cores"]} cores, {m["memory_gib"]} GiB; '
             + ', '.join(f'{NAMES.get(name, name)} {version}' for name, version in v.items()) + '.')
    body = f'{facts}\n\n{body}'
    print(json.dumps(result, indent=1) if options.json else body)
    if options.write:
        write_block(base, body)
        print(f'written to {PAGE.relative_to(ROOT)}, block {block_name(base)}', file=sys.stderr)
