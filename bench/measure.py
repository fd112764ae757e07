"""measure.py: what a process costs, by bench/measure.c, and the command lines that bench/ measures."""
import collections
import functools
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'bench'))
import corpus  # noqa: E402

Cost = collections.namedtuple('Cost', 'wall cpu faults memory')
WORK = tempfile.TemporaryDirectory()


def program_of(source, *libs):
    """the compiled C program of bench/, or None if it cannot be built"""
    out = pathlib.Path(tempfile.mkdtemp(dir=WORK.name), pathlib.Path(source).stem)
    made = subprocess.run(['cc', '-O2', '-w', '-o', out, ROOT / 'bench' / source, *libs], capture_output=True, check=False)
    return str(out) if made.returncode == 0 else None


@functools.cache
def measurer():
    return program_of('measure.c') or sys.exit('bench: bench/measure.c cannot be built')


def run(argv, stdin=None, stdout=None, statuses=(0, 10, 11, 75)):
    words = [str(word) for word in (measurer(), stdin or '/dev/null', stdout or '/dev/null', *argv)]
    told = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.split()
    if int(told[4]) not in statuses:
        sys.exit(f'bench: {argv[0]} ended with {told[4].decode()}')
    return Cost(float(told[0]), float(told[1]), int(told[2]), int(told[3]) * 1024)


def medians(commands, rounds):
    """{name: Cost}; commands: {name: arguments of run}, which take turns"""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            runs[name].append(run(*arguments))
    return {name: Cost(*(statistics.median(column) for column in zip(*values))) for name, values in runs.items()}


def filter_of(program, envelope, *more):
    """one message; envelope: client, HELO, reverse-path"""
    return [program, '--config', '/dev/null', '--authserv-id', 'mx.example.net', '--now', corpus.now(), '--client-ip', envelope[0],
            '--helo', envelope[1], '--mail-from', envelope[2], *more]


def batch_of(program, folder, jobs, listed=None, zone=True):
    return [program, 'batch', '--config', '/dev/null', '--authserv-id', 'mx.example.net', '--now', corpus.now(),
            '--jobs', jobs, *(['--zone', folder / 'zone'] if zone else []), '--envelopes', listed or folder / 'envelopes.tsv',
            '--output', 'tsv', folder]


def hostile_of(program, options, zone, message, store):
    """a message of bench/hostile_mail.py, with its options"""
    if options[:1] == ('report',):
        path = [message] if 'file' in options else []
        return [program, 'report', 'read', '--config', '/dev/null', '--store', store, '--zone', zone, *path]
    if options[:1] == ('batch',):
        return [program, 'batch', '--zone', zone, '--now', '1767225600', '--jobs', '1', '--output', 'json', *options[1:], message]
    if options[:1] in (('inspect',), ('plan',)):   # about a domain, with the message as saved mail
        return [program, options[0], '--config', '/dev/null', '--zone', zone, '--now', '1767225600', 'evil.example',
                *(message if option == 'MESSAGE' else option for option in options[1:])]
    if options[:1] == ('explain',):
        return [program, 'explain', '--zone', zone, '--now', '1767225600', '--output', 'json', *options[1:], message]
    sender = [] if '--envelope' in options or '--mail-from' in options else ['--mail-from', 'a@evil.example']
    clock = [] if '--now' in options else ['--now', '1767225600']
    return [program, '--authserv-id', 'mx.example.net', '--client-ip', '203.0.113.9', '--helo', 'h.example', '--zone', zone,
            *clock, *sender, *options]
