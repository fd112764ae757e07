"""dkim_peers.py: random signed messages and key records, and what dkimpy and libopendkim say about the topmost signature.

An answer is `pass`, or `other`: implementations have different words for what does not pass.
"""
import collections
import logging
import random
import re

import dkim
from dkim_maker import Message
from libopendkim import Library
from dkim_settled import REWRITTEN, SETTLED  # noqa: F401
from maker import zone as zones

NAME, EXPECTED = 'dkim', ('pass', 'other')
MISSED = 0.4    # the part of wrong answers that may go unnoticed: the others refuse many messages for faults of their own
# the settings in which all three evaluate the same: a signature of a part of the body may pass
OPTIONS = ['--now', '1767225600', '--dkim-l', 'allow', '--client-ip', '192.0.2.1']
Answer = collections.namedtuple('Answer', 'word why')


class Log(logging.Handler):
    """What dkimpy logs: it says so why a key is refused."""
    last = ''

    def emit(self, record):
        if record.levelno >= logging.ERROR:
            self.last = record.getMessage()


QUIET, LOG = logging.getLogger('dkimpy.nobody'), Log()
QUIET.addHandler(LOG)
QUIET.propagate = False
LIBRARY = Library()


class Case:
    def __init__(self, name, message, keys):
        self.name, self.message, self.keys, self.envelope = name, message, keys, {}

    def zone(self):
        return [f'{zones.absolute(name)} IN TXT {zones.quote(text)}' for name, text in self.keys.items()]

    def shown(self):
        return '\n'.join([repr(self.message).replace('\\r\\n', '\\r\\n\n'), *self.zone()])

    def with_message(self, message):
        return Case(self.name, message, self.keys)

    def key(self, name):
        return self.keys.get(name.rstrip('.').lower())

    def parts(self):
        """(header, body) as octets; the header with its last line end"""
        head, empty, body = (b'\r\n' + self.message).partition(b'\r\n\r\n')
        return head[2:] + b'\r\n' * bool(empty), body

    def with_fields(self, fields):
        """The same with other fields, as octets with their line ends; None if they are the same."""
        head = self.parts()[0]
        changed = b''.join(fields)
        return None if changed == head else self.with_message(changed + self.message[len(head):])

    def fields(self):
        return re.findall(rb'(?s).+?(?:\r\n(?![ \t])|\Z)', self.parts()[0])

    def signatures(self):
        """Their values, from the topmost on."""
        return [field.partition(b':')[2] for field in self.fields() if re.match(rb'(?i)dkim-signature[ \t]*:', field)]

    def signature(self):
        return (self.signatures() or [b''])[0]

    def tag(self, name):
        """The value of a tag of the signature as written, or None; name is an octet string."""
        found = re.search(rb'(?:\A|;)\s*' + name + rb'\s*=([^;]*)', self.signature())
        return found.group(1) if found else None


def make(seed, index):
    rng = random.Random(f'dkim {seed} {index}')
    message = Message(rng, index)
    return Case(f'dkim-{seed}-{index}', message.octets, message.keys)


def answer(row):
    """From our JSON, about the topmost signature: one that verified, but is refused for a field that was
    added, is a pass."""
    if row.get('error') or not row['dkim']:
        return Answer('other', row.get('error') or 'no signature')
    first = row['dkim'][0]
    good = first['result'] == 'pass' or first['reason_code'] in ('dkim_duplicate_field',)
    return Answer('pass' if good else 'other', f'{first["result"]} {first["reason_code"]}')


def wrong(ours):
    """Another answer than ours, to see whether it would be noticed."""
    return Answer('other', 'fail dkim_bad_signature') if ours.word == 'pass' else Answer('pass', 'pass None')


def agree(ours, theirs):
    return ours.word == theirs.word


def ask_dkimpy(case):
    def txt(name, timeout=5):
        return case.key(name.decode('utf-8', 'surrogateescape'))
    LOG.last = ''
    try:
        good = dkim.DKIM(case.message, logger=QUIET, minkey=1024).verify(dnsfunc=txt)
    except dkim.DKIMException as error:
        return Answer('other', f'{type(error).__name__}: {error}')
    except Exception as error:  # pylint: disable=broad-except  # it has no list of what it raises
        return Answer('other', f'it fails: {type(error).__name__}: {error}')
    return Answer('pass' if good else 'other', LOG.last or str(good))


def ask_libopendkim(case):
    good, why = LIBRARY.verify(case.message, case.keys)
    return Answer('pass' if good else 'other', why)


PEERS = {'dkimpy': ask_dkimpy, 'libopendkim': ask_libopendkim}
