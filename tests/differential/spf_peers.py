"""spf_peers.py: random SPF records, DNS and clients, and what pyspf says about them.

Names that nobody planned, because a macro made them, exist or not by chance when pyspf asks for them first: the zone
that mailstamp gets has those as well, so that a different expansion is a different result. An answer is the result
and, for a fail, the explanation.
"""
import collections
import copy
import random

import spf
from maker import zone as zones
from spf_maker import RECEIVER, Domain
from spf_settled import FAULTS, REWRITTEN, SETTLED, Query  # noqa: F401

NAME, EXPECTED = 'spf', ('pass', 'fail', 'softfail', 'neutral', 'none', 'permerror', 'temperror')
MISSED = 0.02   # the part of wrong answers that may go unnoticed
NOW = 1767225600
OPTIONS = ['--now', str(NOW), '--authserv-id', RECEIVER]
MESSAGE = b'From: a@b.example\r\n\r\n'


class Answer(collections.namedtuple('Answer', 'word why explanation lookups voids')):
    def __str__(self):
        return f'{self.word} ({self.why}; {self.explanation!r}; {self.lookups} lookups, {self.voids} void)'


class Case:
    """records: {(name in lower case, type): [values], or None if DNS fails}; undone: the faults of pyspf that are undone"""

    def __init__(self, name, domain, rng):
        self.name, self.message, self.envelope, self.records, self.rng = name, MESSAGE, domain.envelope, domain.records, rng
        self.root, self.asked = domain.root, {}
        self.grows = True
        for undone in (frozenset(), frozenset(FAULTS)):     # what pyspf asks for makes the rest of the zone
            self.undone = undone
            ask_pyspf(self)
        self.undone, self.grows, self.asked = frozenset(), False, {}

    def zone(self):
        return [line for (name, kind), values in self.records.items() for line in lines(name, kind, values)]

    def shown(self):
        """The records that were asked for; {} are those that do not exist."""
        return '\n'.join([str(self.envelope)] + [f'{name} {kind} {set(map(str, values)) if values is not None else "fails"}'
                                                 for (name, kind), values in self.asked.items()])

    def undoing(self, fault):
        case = copy.copy(self)
        case.undone = self.undone | {fault}
        return case

    def sent_by(self, path):
        case = copy.copy(self)
        case.envelope = dict(self.envelope, mail_from=path)
        return case

    def text(self):
        """All SPF records and explanations that were asked for."""
        return b'\n'.join(b''.join(value) for (_, kind), values in self.asked.items() if kind == 'TXT' for value in values or [])

    def lookup(self, name, kind, tcpfallback=True, timeout=0):
        """pyspf's DNSLookup"""
        name = asked = name.lower().rstrip('.')
        while (name, 'CNAME') in self.records:
            name = self.records[name, 'CNAME'][0]
        if self.grows and name.endswith(self.root) and not any(name == known for known, _ in self.records):
            self.records[name, kind] = Domain.unplanned(self.rng, name, kind, self.envelope['client_ip'])
        values = self.asked[name, kind] = self.records.get((name, kind), [])
        if values is None:
            raise spf.TempError('DNS')
        return [((asked, kind), value) for value in values]


def escaped(name):
    """A name as a master file has it; octets beyond letters, digits, hyphen and underscore as \\DDD"""
    return ''.join(c if c.isascii() and (c.isalnum() or c in '-_.') else ''.join(f'\\{o:03d}' for o in c.encode('utf-8', 'surrogateescape'))
                   for c in name) + '.'


def lines(name, kind, values):
    labels = name.split('.')
    if len(name) > 253 or any(not label or len(label.encode('utf-8', 'surrogateescape')) > 63 for label in labels):
        return
    if values is None:
        yield f';!TIMEOUT {escaped(name)} {kind}'
    for value in values or []:
        if kind == 'TXT':
            yield f'{escaped(name)} IN TXT ' + ' '.join(zones.quote_part(part) for part in value)
        elif kind == 'MX':
            yield f'{escaped(name)} IN MX {value[0]} {escaped(value[1])}'
        elif kind in ('PTR', 'CNAME'):
            yield f'{escaped(name)} IN {kind} {escaped(value)}'
        else:
            yield f'{escaped(name)} IN {kind} {value}'


def make(seed, index):
    rng = random.Random(f'spf {seed} {index}')
    return Case(f'spf-{seed}-{index}', Domain(rng, index), rng)


def answer(row):
    if row.get('error'):
        return Answer('none', row['error'], None, 0, 0)
    found = row['spf']
    return Answer(found['result'], f'{found["reason_code"]} {found["term"]}', found['explanation'], found['dns_lookups'],
                  found['void_lookups'])


def wrong(ours):
    """Another answer than ours, to see whether it would be noticed."""
    return ours._replace(word='fail' if ours.word == 'pass' else 'pass', why='None None')


def agree(ours, theirs):
    # RFC 4343: names have no case, and %{d} shows ours in lower case
    return ours.word == theirs.word and (ours.word != 'fail' or (ours.explanation or '').lower() == (theirs.explanation or '').lower())


def ask_pyspf(case):
    envelope = case.envelope
    spf.DNSLookup = case.lookup
    query = Query(case.undone, i=envelope['client_ip'], s=envelope['mail_from'], h=envelope['helo'], receiver=RECEIVER)
    query.t = str(NOW)
    try:
        word, _, why = query.check()
    except Exception as error:  # pylint: disable=broad-except  # it has no list of what it raises
        word, why = 'none', f'it fails: {type(error).__name__}: {error}'
    plain = why == spf.EXPLANATIONS['fail'] or word != 'fail'
    return Answer(word, f'{why if word != "fail" else ""} {query.mechanism}', None if plain else why, query.lookups, query.void_lookups)


PEERS = {'pyspf': ask_pyspf}
