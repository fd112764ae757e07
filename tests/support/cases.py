"""cases.py: case folders (tests/program/README.md): finding, running and checking them."""

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import ar_reader

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BY_HAND = os.path.join(ROOT, 'tests', 'program')
MADE = os.path.join(ROOT, 'build', 'testdata')
EXPECTED = os.path.join(ROOT, 'testdata', 'expected')
TIME_LIMIT = int(os.environ.get('CASE_SECONDS', '60'))    # of one run; tests/valgrind needs more
STATUS = {'accept': 0, 'quarantine': 10, 'reject': 11, 'tempfail': 75}


def made():
    """The folder of the cases that testdata/make-testdata makes; they are made if missing."""
    if not os.path.exists(os.path.join(MADE, '.made')):
        ended = subprocess.run(['make', '-C', ROOT, '-s', '--no-print-directory', 'cases'], stdout=sys.stderr,
                               check=False)
        if ended.returncode != 0:
            sys.exit('the cases of testdata/ could not be made')
    return MADE


class Case:
    def __init__(self, folder, place=BY_HAND):
        self.folder = folder
        self.name = os.path.relpath(folder, place)
        # the expected output of a generated case is kept beside the tables, not in its folder
        self.golden = os.path.join(folder, 'out.eml') if place == BY_HAND else \
            os.path.join(EXPECTED, self.name + '.eml')
        self.argv = self.read('argv').decode().split('\n')[:-1]
        self.message = self.read('in.eml')
        self.rest = self.read('rest', self.message)
        self.expect = self.read('expect', b'').decode().splitlines()
        self.status = [int(word) for word in self.read('exit').split()]

    def read(self, name, default=None):
        try:
            with open(os.path.join(self.folder, name), 'rb') as data:
                return data.read()
        except FileNotFoundError:
            if default is None:
                raise
            return default

    def recorded(self):
        """The output that is expected byte for byte, or None"""
        try:
            with open(self.golden, 'rb') as data:
                return data.read()
        except FileNotFoundError:
            return None

    def option(self, name):
        return self.argv[self.argv.index(name) + 1] if name in self.argv[:-1] else None

    def plain(self):
        """Is this an ordinary run: the verdict by options, the message from stdin to stdout?"""
        odd = ('--', '--profile', '--config', '--output', '--input', '--exit', '--max-size')
        return not any(each in self.argv for each in odd) and any(
            each.startswith('dmarc=') for each in self.expect)

    def ours(self):
        return [name for name in ('received-spf', 'arc-seal', 'arc-message-signature',
                                  'arc-authentication-results')
                if any(each.lower().startswith('field ' + name) for each in self.expect)]


def find(only=None):
    """All cases, or those whose AREA/NAME matches one of these patterns; names are unique."""
    out = {}
    for place in (BY_HAND, made()):
        for folder, subfolders, names in os.walk(place):
            subfolders.sort()
            if 'argv' in names:
                case = Case(folder, place)
                if case.name in out:
                    sys.exit('two cases are named ' + case.name)
                out[case.name] = case
    return [case for name, case in sorted(out.items())
            if not only or any(fnmatch.fnmatch(name, pattern) for pattern in only)]


class Ran:
    """One run of the program: status, out, err, and the files it left in @TMP@ (log)."""

    def __init__(self, program, case, extra=(), message=None, argv=None, front=()):
        argv = list(case.argv if argv is None else argv)
        place = argv.index('--') if '--' in argv else len(argv)
        argv[place:place] = extra
        folder = tempfile.mkdtemp(prefix='mailstamp-case-') if any(
            '@TMP@' in each for each in argv) else None
        if '@TMP@/secret' in argv:      # git cannot keep a file that only its owner reads
            with open(os.open(os.path.join(folder, 'secret'), os.O_CREAT | os.O_WRONLY, 0o600),
                      'wb') as secret:
                secret.write(case.read('secret'))
        argv = [each.replace('@TMP@', folder) if folder else each for each in argv]
        try:
            child = subprocess.Popen([program] + list(front) + argv, cwd=case.folder,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            try:
                self.out, self.err = child.communicate(
                    case.message if message is None else message, timeout=TIME_LIMIT)
                self.status = child.returncode
            except subprocess.TimeoutExpired:
                child.kill()
                self.out, self.err = child.communicate()
                self.status = 'no end after %d s' % TIME_LIMIT
            self.files = {}
            for name in os.listdir(folder) if folder else ():
                with open(os.path.join(folder, name), 'rb') as data:
                    self.files[name] = data.read()
        finally:
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        if isinstance(self.status, int) and self.status < 0:
            self.status = signal.Signals(-self.status).name


def verdict(case, ran):
    """(Block or None, [Result]): the content of the output; Bad if it cannot be read."""
    block = ar_reader.Block(ran.out, case.ours())
    ident, results = ar_reader.parse(block.fields['authentication-results'])
    wanted = case.option('--authserv-id')
    if wanted and ident != wanted:
        raise ar_reader.Bad('authserv-id %r' % ident)
    return block, results


def judge(case, ran):
    """[texts of what is wrong with this run]"""
    wrong = []
    if ran.status not in case.status:
        wrong.append('exit %s, expected %s%s' % (
            ran.status, ' or '.join(str(s) for s in case.status), stderr_tail(ran)))
    block, results = None, []
    about_stdout = [each for each in case.expect if each.startswith('stdout ')]
    carries = not about_stdout or 'stdout header' in about_stdout
    if carries and ran.status in (0, 10, 11) or any('=' in each.split(' ')[0]
                                                    and not each.startswith('disposition=')
                                                    for each in case.expect):
        try:
            block, results = verdict(case, ran)
        except ar_reader.Bad as error:
            return wrong + [str(error)]
        rest = b'' if 'stdout header' in about_stdout else case.rest
        if block.rest != rest:
            wrong.append('the rest of the output is not the message: ' + differ(block.rest, rest))
    wrong += compare_results(case, results)
    for line in case.expect:
        if not re.match(r'(auth|spf|dkim|arc|dmarc)=', line):
            text = demand(case, ran, block, results, line)
            if text:
                wrong.append('%s: %s' % (line, text))
    return wrong


def stderr_tail(ran):
    lines = ran.err.decode('utf-8', 'replace').strip().splitlines()
    return ' (stderr: %s)' % lines[-1][:120] if lines else ''


def differ(got, want):
    if len(got) == len(want):
        at = next(n for n in range(len(got)) if got[n] != want[n])
    else:
        at = next((n for n in range(min(len(got), len(want))) if got[n] != want[n]),
                  min(len(got), len(want)))
    return 'octet %d of %d (expected %d): %r, expected %r' % (
        at, len(got), len(want), got[at:at + 40], want[at:at + 40])


def compare_results(case, results):
    wrong = []
    demands = [each for each in case.expect if re.match(r'(auth|spf|dkim|arc|dmarc)=', each)]
    for method in dict.fromkeys(each.split('=')[0] for each in demands):
        want = [each for each in demands if each.startswith(method + '=')]
        got = [each for each in results if each.method == method]
        if len(want) != len(got):
            wrong.append('%d %s results, expected %d: %s' % (len(got), method, len(want), got))
            continue
        for line, result in zip(want, got):
            words, *props = line.split('=', 1)[1].split(' ')
            if result.word not in words.split('|'):
                wrong.append('%s=%s (%s), expected %s' % (method, result.word,
                                                          result.reason, words))
            for prop in props:
                name, _, value = prop.partition('=')
                if not prop_fits(result.props.get(name), value):
                    wrong.append('%s=%s of %s, expected %s' % (
                        name, result.props.get(name), method, value))
    return wrong


def prop_fits(got, want):
    if got is None:
        return False
    if '@' not in want:
        got = got.rpartition('@')[2]
    return got.lower() == want.lower()


def demand(case, ran, block, results, line):
    """None if the line of `expect` holds, otherwise what was found instead."""
    if line.startswith('disposition='):
        return disposition(case, ran, block, line.split('=', 1)[1])
    kind, _, text = line.partition(' ')
    if kind == 'reason':
        method, _, pattern = text.partition(': ')
        reasons = [each.reason or '' for each in results if each.method == method]
        if not any(re.search(pattern, each, re.I) for each in reasons):
            return 'the reasons are %r' % reasons
        return None
    if kind == 'field':
        name, _, start = text.partition(':')
        got = block.fields.get(name.lower()) if block else None
        return None if got is not None and got.startswith(start.strip()) else 'it is %r' % got
    if kind in ('stdout', 'stderr'):
        return stream(ran.out if kind == 'stdout' else ran.err, text, case)
    if kind == 'json-log':
        lines = ran.files.get('log', b'').splitlines()
        try:
            whole = all(isinstance(json.loads(each), dict) for each in lines)
        except ValueError as error:
            return str(error)
        return None if whole and len(lines) == int(text) else '%d lines' % len(lines)
    return 'this demand is not known'


def disposition(case, ran, block, want):
    field = block.fields.get('mailstamp-disposition') if block else None
    if field is not None and field.split(' ')[0].rstrip(';') != want:
        return 'Mailstamp-Disposition says %r' % field
    if not any(each in case.argv for each in ('--profile', '--exit', '--config')) \
            and ran.status != STATUS[want]:
        return 'exit %s' % ran.status
    if 'stdout json' in case.expect:
        try:
            got = json.loads(ran.out).get('disposition')
        except (ValueError, AttributeError) as error:
            return str(error)
        return None if got == want else 'JSON says %r' % got
    return None


def stream(data, text, case):
    word, _, value = text.partition(' ')
    wanted = value.encode()
    if word == 'empty':
        good = data == b''
    elif word == 'starts':
        good = data.startswith(wanted)
    elif word == 'has':
        good = wanted in data
    elif word == 'lines':
        good = data.count(b'\n') == int(value) and data.endswith(b'\n')
    elif word == 'header':
        good = True     # evaluated with the block
    elif word == 'json':
        try:
            good = isinstance(json.loads(data.decode('utf-8')), dict) and data.count(b'\n') == 1
        except ValueError:
            good = False
    else:
        return 'this demand is not known'
    return None if good else 'it is %r' % data[:160]
