"""invariants.py: what holds for every case, whatever its verdict.

  passed-on    the output is our block, with the message's own line ends, and then the message without the
               fields to be removed; with --scrub none it is the whole message
  recorded     --dns-record and --json-log do not change the output
  replay       --zone FILE of what was recorded, and without early questions (--no-ask): the same
               output, byte for byte
  time-out     no single missing DNS answer leads to a pass that was not there before
  line-ends    the verdict of a message is the same with LF and with CRLF
  json         --output json, --json-log and explain's JSON obey docs/schema.json and agree
  cut          a message cut anywhere is answered without a crash and passed on whole

Each case is run once for its verdict, and the runs that these need are shared among them.
"""

import json
import os
import re
import zlib

import ar_reader
import cases

ANSWERED = (0, 10, 11)
# options that themselves decide what is written where, or what the status in a JSON line is
NOT_JSON = ('--profile', '--output', '--log', '--json-log', '--exit', '--on-error', '--dns-record')
FILTER_ONLY = {'--received-spf', '--disposition-field', '--scrub', '--own-id'}  # explain does not have them
CODES = (('reason', 'reason_code'), ('ambiguous', 'ambiguous_code'), ('why', 'why_code'), ('error', 'error_code'))
NAMES = ('passed-on', 'recorded', 'replay', 'time-out', 'line-ends', 'json', 'cut')


def strict(schema):
    """As published, but without members that the schema does not name."""
    if isinstance(schema, dict):
        copy = {key: strict(value) for key, value in schema.items()}
        if 'properties' in copy:
            copy['additionalProperties'] = False
        return copy
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


def coded(value):
    """Each sentence has its code, and no code is without its sentence."""
    if isinstance(value, list):
        return all(coded(item) for item in value)
    if not isinstance(value, dict):
        return True
    return all((value[name] is None) == (value[code] is None)
               for name, code in CODES if code in value) and all(coded(item) for item in value.values())


def tells_json(case):
    """Is the verdict of this case available as JSON with the same exit status?"""
    if case.status != [case.status[0]] or case.status[0] not in ANSWERED or '--' in case.argv or \
            any(word.split('=')[0] in NOT_JSON for word in case.argv) or \
            case.argv[:1] in (['explain'], ['--help'], ['--version']):
        return False
    return case.read('secret', b'') == b'' and b'profile' not in case.read('config', b'')


def translated(case, ran):
    """[(method, place, word)] of all results"""
    results = cases.verdict(case, ran)[1]
    counts, out = {}, []
    for each in results:
        place = counts[each.method] = counts.get(each.method, -1) + 1
        out.append((each.method, place, each.word))
    return out


def same(one, two):
    """None if two runs had the same status and output"""
    if (one.status, one.out) == (two.status, two.out):
        return None
    return 'exit %s and %s; %s' % (one.status, two.status, cases.differ(two.out, one.out)
                                   if one.out != two.out else 'equal output')


def question(line):
    """(name, type) that a line of a recorded zone answers, or None"""
    match = re.match(r';!\w+ (\S+) (\w+)$', line) or re.match(r'(\S+) \d+ IN (\w+) ', line)
    return match.groups() if match and not line.startswith('; ') else None


def cut_lengths(index, size):
    """Every length of a small message; of a larger one a sample, shifted from message to message."""
    if size <= 200:
        return range(size)
    step = max(size // 50, 1)
    return sorted(set(range(index % step, size, step)) | {index % 40, size - 1 - index % 10})


def scattered(index, size, most):
    """At most that many of the lengths, different ones for every message."""
    lengths = sorted(cut_lengths(index, size), key=lambda n: ((n + index) * 2654435761) % 4294967296)
    return lengths if most is None else lengths[:most]


def sampled(values, name, most):
    """At most that many of them, different ones for every name; None: all."""
    if most is None or len(values) <= most:
        return values
    first = zlib.crc32(name.encode()) % len(values)
    return (values[first:] + values[:first])[:most]


class Examined:
    """The invariants of one case: `said` is [(name of the invariant, what is wrong or None)].

    most: how many of its queries are not answered, one at a time; None: each.
    """

    def __init__(self, program, case, ran, folder, validator, wanted=NAMES, most=None):
        self.program, self.case, self.ran, self.wanted, self.most = program, case, ran, wanted, most
        self.path = os.path.join(folder, case.name.replace('/', '_'))
        self.validator, self.said = validator, []
        self.plain = case.plain() and '--zone' in case.argv
        self.json = validator is not None and tells_json(case) and 'json' in wanted

    def say(self, name, wrong):
        if name in self.wanted:
            self.said.append((name, wrong))

    def all(self):
        try:
            if self.plain or self.json:
                self.noted()
            if self.json:
                self.as_json()
            if self.plain:
                self.replayed()
                self.line_ends()
        except (ar_reader.Bad, ValueError) as error:
            self.said.append(('the output', str(error)[:400]))
        return self.said

    def noted(self):
        """One more run, with every option that only records; no field is removed if the case allows that."""
        case, ran = self.case, self.ran
        more = ['--dns-record', self.path] if self.plain else []
        more += ['--json-log', self.path + '.log'] if self.json else []
        whole = self.plain and '--envelope' not in case.argv and '--scrub' not in case.argv
        two = self.two = cases.Ran(self.program, case, more + (['--scrub', 'none'] if whole else []))
        self.say('recorded', None if two.status == ran.status else 'exit %s and %s' % (ran.status, two.status))
        if self.plain and ran.status in ANSWERED:
            self.say('passed-on', self.passed_on(two if whole else None))
        if not whole or case.message == case.rest:
            self.say('recorded', same(ran, two))
        elif ran.status in ANSWERED and translated(case, ran) != translated(case, two):
            self.say('recorded', 'the verdict is another')

    def passed_on(self, whole):
        case = self.case
        block = ar_reader.Block(self.ran.out, case.ours())
        if block.rest != case.rest:
            return 'the rest: ' + cases.differ(block.rest, case.rest)
        ours = self.ran.out[len(block.mbox):block.end]
        first = case.rest.find(b'\n')
        crlf = first > 0 and case.rest[first - 1:first] == b'\r'
        if (ours.count(b'\r\n') != ours.count(b'\n')) if crlf else (b'\r' in ours):
            return "the block has not the message's line ends"
        if whole is not None:
            mbox = ar_reader.Block(whole.out, case.ours()).mbox
            if not whole.out.startswith(mbox) or not whole.out.endswith(case.message[len(mbox):]):
                return 'with --scrub none the message is not whole'
        return None

    def as_json(self):
        """--json-log beside --output json and explain's JSON; where cases are sampled, beside one of the two."""
        with open(self.path + '.log', 'rb') as log:
            logged = log.read()
        two, wrong = json.loads(logged), ['not one line'] if logged.count(b'\n') != 1 else []
        if not re.fullmatch('[0-9a-f]{32}', two.get('event', '')):
            wrong.append('event is 32 digits')
        if two['status'] != self.two.status:
            wrong.append('status of the log and exit status differ')
        if two['field'].encode() not in self.two.out:
            wrong.append('field is not the field that was written')
        wrong += self.obeys(two)
        turn = zlib.crc32(self.case.name.encode()) % 2
        for k, other in enumerate((self.beside_the_log, self.explained)):
            if self.most is None or k == turn:
                wrong += other(two)
        self.say('json', '; '.join(wrong) or None)

    def obeys(self, value):
        wrong = [error.message[:200] for error in self.validator.iter_errors(value)]
        return wrong if coded(value) else wrong + ['a sentence without its code']

    def beside_the_log(self, logged):
        ran = cases.Ran(self.program, self.case, ['--output', 'json'])
        value = json.loads(ran.out)
        wrong = self.obeys(value) + ([] if ran.out.count(b'\n') == 1 else ['not one line'])
        if value['status'] != ran.status:
            wrong.append('status and exit status differ')
        if 'event' in value:
            wrong.append('event is of the log')
        left_out = ('time', 'removed_fields', 'dns', 'event')
        one, two = ({name: each[name] for name in each if name not in left_out} for each in (value, logged))
        return wrong + ([] if one == two else ['--output json and --json-log differ'])

    def explained(self, _):
        ran = cases.Ran(self.program, self.case, ['--output', 'json'], front=['explain'])
        if FILTER_ONLY & {word.split('=')[0] for word in self.case.argv}:
            return [] if b' is only for filter or batch' in ran.err else ['explain takes an option of the filter']
        return self.obeys(json.loads(ran.out))

    def with_zone(self, path, *more):
        argv = list(self.case.argv)
        argv[argv.index('--zone') + 1] = path
        return cases.Ran(self.program, self.case, more, argv=argv)

    def replayed(self):
        if not {'replay', 'time-out'} & set(self.wanted):
            return
        try:
            with open(self.path, encoding='utf-8', errors='surrogateescape') as zone:
                lines = zone.read().splitlines()
        except FileNotFoundError:
            self.say('replay', 'no zone was recorded (exit %s)' % self.ran.status)
            return
        wrong = same(self.ran, self.with_zone(self.path, '--no-ask'))
        if wrong and same(self.ran, cases.Ran(self.program, self.case, ['--no-ask'])) is None:
            wrong = 'not of --no-ask: ' + wrong
        self.say('replay', wrong)
        if self.ran.status in ANSWERED and 'time-out' in self.wanted:
            self.time_out(lines)

    def time_out(self, lines):
        before, wrong = {each for each in translated(self.case, self.ran) if each[2] == 'pass'}, []
        for asked in sampled(sorted({question(each) for each in lines} - {None}), self.case.name, self.most):
            kept = [each for each in lines if question(each) != asked]
            with open(self.path, 'w', encoding='utf-8', errors='surrogateescape') as zone:
                zone.write('\n'.join(kept + [';!TIMEOUT %s %s' % asked]) + '\n')
            two = self.with_zone(self.path)
            if two.status not in ANSWERED + (75,):
                wrong.append('%s %s gone: exit %s' % (asked + (two.status,)))
            elif two.status != 75:
                new = {each for each in translated(self.case, two) if each[2] == 'pass'} - before
                if new:
                    wrong.append('%s %s gone makes %r' % (asked + (sorted(new),)))
        self.say('time-out', '; '.join(wrong) or None)

    def line_ends(self):
        case = self.case
        lf = case.message.replace(b'\r\n', b'\n')
        crlf = lf.replace(b'\n', b'\r\n')
        if 'line-ends' not in self.wanted or b'\r' in lf or case.message != case.rest:
            return
        runs = [self.ran if each == case.message else cases.Ran(self.program, case, message=each)
                for each in (lf, crlf)]
        got = [(each.status, translated(case, each)) for each in runs]
        self.say('line-ends', None if got[0] == got[1] else 'LF and CRLF: %r' % (got,))


def cut(program, case, lengths):
    """What is wrong with the message cut to each of these lengths, or None"""
    wrong = []
    for size in lengths:
        part = case.message[:size]
        ran = cases.Ran(program, case, message=part)
        try:
            rest = ar_reader.Block(ran.out, case.ours()).rest if ran.status in ANSWERED else None
            if rest is None:
                wrong.append('to %d octets: exit %s' % (size, ran.status))
            elif rest != part:
                wrong.append('to %d octets: %s' % (size, cases.differ(rest, part)))
        except ar_reader.Bad as error:
            wrong.append('to %d octets: %s' % (size, error))
    return '; '.join(wrong) or None
