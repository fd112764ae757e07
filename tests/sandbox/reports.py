"""reports.py: what `report read` and `report bounce` can no longer do once they read what a stranger sent."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / 'reports'), str(HERE.parent / 'support')]
import harness  # noqa: E402  (after the path above)
import postgres  # noqa: E402
import shapes  # noqa: E402

SAMPLES = harness.ROOT.parent / 'shared/reports'
# SQLite creates and removes files beside the store, where landlock allows it, and root gives them to its owner
WRITE = set('unlinkat renameat2 linkat mkdirat fchmod flock renameat unlink rename link mkdir fchown'.split())
# what a report needs after its process has locked itself; GMime reads an irregular From in a child, and the
# parts under an alarm. With libpq: a socket that is open
PLAIN = set('''read pread64 write writev lseek close fstat newfstatat stat lstat statfs openat access faccessat faccessat2 readlink readlinkat
getcwd brk mmap munmap mremap mprotect madvise futex getrandom clock_gettime ioctl fcntl memfd_create ftruncate poll sysinfo getpid getuid
geteuid getgid getegid rt_sigaction rt_sigprocmask exit_group uname clone wait4 pipe2 close_range seccomp sched_getaffinity fadvise64 alarm'''.split())
SQLITE = PLAIN | {'pwrite64', 'fdatasync', 'fsync', 'unlink', 'unlinkat', 'clock_nanosleep'}
LIBPQ = PLAIN | {'sendto', 'recvfrom'}
# DNS is asked for the sender of a report; a bounce needs none of these, if its store is a file
SOCKETS = set('socket connect sendto recvfrom sendmsg recvmsg getsockopt setsockopt getsockname getpeername shutdown'.split())

# what `report bounce` keeps of them if its store is PostgreSQL: it cannot connect to anything else
CONNECTED = set('sendto recvfrom sendmsg recvmsg getsockopt shutdown'.split())


class Reader:
    """`report read` and `bounce` with one store."""

    def __init__(self, bench, store):
        self.bench, self.store, self.base = bench, store, ['--config', '/dev/null', '--now', '1800000000', '--store', str(store)]

    def run(self, mail, shim=False, wrap=(), command='read', options=()):
        """(status, stderr)"""
        more = ['--zone', str(self.bench.zone)] if command == 'read' else ['--report-from', 'noreply@us.example', '--rcpt', 'noreply+1-2-3@us.example']
        environ = {**os.environ, 'LD_PRELOAD': str(self.bench.shim)} if shim else None
        done = subprocess.run([*wrap, harness.program(), 'report', command, *self.base, *more, *options], input=mail, capture_output=True,
                              env=environ, check=False)
        return done.returncode, done.stderr.decode(errors='replace')

    def attack(self, what, command='read'):
        return self.run(f'X-Attack: {what}\r\n'.encode() + shapes.mail(shapes.xml()), shim=True, command=command)


def forbidden(suite, name, reader, names, allowed, never, command='read'):
    """Each call that is not on the list: 75, and the log names it."""
    def wrong(item):
        call, number = item
        status, err = reader.attack(f'call {number}', command)
        if number > 450 or call == 'clone3':  # libc has a fallback if they are missing
            return [] if 'returned -38' in err else [f'{call}: {status} {err[:100]}']
        told = f'mailstamp: temporary failure: the sandbox forbids the system call {call}\n'
        return [] if status == 75 and told in err and 'returned' not in err else [f'{call}: {status} {err[:100]}']
    table = sorted((call, number) for call, number in names.items() if number < 512 and call not in allowed and call not in never)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        suite.none(f'{name}: forbidden calls', sum(pool.map(wrong, table), []))
    suite.check(f'{name}: forbidden calls: there are many', len(table) > 200, len(table))


def files(suite, name, reader, names, folder):
    """The store's folder and libraries, and nothing else."""
    secret = folder / 'report-secret'
    secret.write_text('x')
    for path, flags, want in ((secret, 0, '-13'), ('/etc/passwd', 0, '-13'), ('/proc/self/environ', 0, '-13'), ('/', 0, '-13'),
                              (folder / 'report-made', 0o101, '-13'), ('/etc/ld.so.cache', 0, r'\d')):
        status, err = reader.attack(f'call {names["openat"]} -100 {path} {flags} 384')
        forbids = status == 75 and 'system call openat\n' in err  # without a file there is no call that creates one
        suite.check(f'{name}: files: {path} {flags:o}', (status == 0 and re.search('returned ' + want, err)) or (flags and forbids), f'{status} {err[:200]}')
    suite.check(f'{name}: files: none is made', not (folder / 'report-made').exists())


def traced(suite, name, reader, allowed, mails, command='read'):
    """No call outside the list after the process has locked itself."""
    trace, wrong, locked = reader.bench.folder / 'report-trace', [], 0
    for what, mail in mails:
        status, err = reader.run(mail, wrap=('strace', '-f', '-qq', '-o', str(trace), '-e', 'signal=none'), command=command)
        calls, inside, limited = set(), set(), False
        for line in trace.read_text(errors='replace').splitlines():
            found = re.match(r'(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed)(.*)', line)
            if found is None or '<... seccomp resumed' in line:
                continue
            process, call, rest = found.groups()
            limited |= call == 'prlimit64' and 'RLIMIT_AS, {' in rest
            if process in inside:
                calls.add(call)
            elif call == 'seccomp':
                inside.add(process)
        locked += bool(inside) and limited
        if status != 0 or calls - allowed:
            wrong.append(f'{what}: {status} {sorted(calls - allowed)} {err[-200:]}')
    suite.none(f'{name}, traced', wrong)
    suite.check(f'{name}, traced: in a sandbox', locked == len(mails), (locked, len(mails)))


def planned(suite, name, reader, bench):
    """plan: earlier runs and the rows of the store are read in the sandbox."""
    run, trace = bench.folder / 'plan-run', bench.folder / 'plan-trace'
    argv = [harness.program(), 'batch', '--config', '/dev/null', '--zone', bench.zone, '--shard', '1/1', '--output', 'json', bench.zone]
    run.write_bytes(subprocess.run(argv, capture_output=True, check=False).stdout)
    argv = [harness.program(), 'plan', *reader.base, '--zone', bench.zone, '--sandbox', 'require', 'pass.example', '--runs', run]
    done = subprocess.run(['strace', '-f', '-qq', '-o', trace, '-s', '200', '-e', 'signal=none', *map(str, argv)], capture_output=True, check=False)
    lines = trace.read_text(errors='replace').splitlines()
    locked = [i for i, line in enumerate(lines) if ' seccomp(SECCOMP_SET_MODE' in line]
    opened = [i for i, line in enumerate(lines) if f'"{run}"' in line and 'open' in line]
    suite.check(f'{name}, plan: in the sandbox before a run is read', done.returncode in (0, 10) and locked and opened and locked[0] < opened[0],
                (done, locked, opened))


def samples(step):
    """[(name, octets)]: of shapes.py, and of public projects if they are here"""
    out = [(shape.name, shape.octets) for shape in shapes.SHAPES]
    out += [(path.name, path.read_bytes()) for path in sorted(SAMPLES.rglob('*')) if path.is_file() and path.suffix not in ('.json', '.md')]
    return out[::step]


def store(suite, bench, name, place, names, allowed, calls, step, never):
    reader = Reader(bench, place)
    status, err = reader.run(shapes.mail(shapes.xml()), options=['--sandbox', 'require'])
    suite.check(f'{name}: require', status == 0 and 'sandbox' not in err, f'{status} {err}')
    status, err = reader.attack(f'call {names["openat"]} -100 /etc/passwd 0 0', command='read')
    suite.check(f'{name}: no other file', status == 0 and 'returned -13' in err, f'{status} {err}')
    secret = bench.folder / 'envelope-secret'
    secret.write_text('s')
    secret.chmod(0o600)
    envelope = 'X-Mailstamp-Envelope: secret=s sender=a@b.example client_address=192.0.2.1\r\n'
    status, err = reader.run(shapes.mail(shapes.xml(), fields=envelope), options=['--envelope', 'field', '--envelope-secret-file', str(secret)])
    suite.check(f'{name}: the secret of the envelope', status == 0, f'{status} {err}')
    if step == 1:
        forbidden(suite, name, reader, names, allowed, never)
        files(suite, name, reader, names, bench.folder)
    if step == 1 or '://' in str(place):
        left = CONNECTED if '://' in str(place) else set()
        forbidden(suite, f'{name}, bounce', reader, names, allowed - SOCKETS | left, never, 'bounce')
    if shutil.which('strace') is None:
        suite.skip(f'{name}, traced', 'strace cannot be run')
        return
    traced(suite, name, reader, calls, samples(step))
    planned(suite, name, reader, bench)
    traced(suite, f'{name}, bounce', reader, calls, [('a bounce', shapes.mail(shapes.xml()))], 'bounce')


def check(suite, bench, names, allowed, never):
    folder = bench.folder / 'store'
    folder.mkdir()
    store(suite, bench, 'report read', folder / 'r.sqlite', names, allowed | WRITE, SQLITE, 1, never)
    with postgres.server() as (address, why):
        if address:
            store(suite, bench, 'report read, PostgreSQL', address, names, allowed, LIBPQ, 6, never)
        else:
            suite.skip('report read, PostgreSQL', why)
