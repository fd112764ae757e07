"""forgeries.py: every case, forged as somebody would do who has nothing from the author but the message.

It comes from a host that nothing in the zone names, with the author's envelope or the forger's own, and with
the signatures removed (no evidence is left) or kept over another body (broken, as a list breaks them). No
proposal for such a message may make it pass.
"""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIELD = ROOT.parent / 'shared/conformance/field'
HOST, FORGER = '198.18.55.66', 'x@forger.invalid'
TAKEN = ('--client-ip', '--helo', '--mail-from', '--client-name', '--envelope', '--authenticated', '--trusted-client',
         '--trusted-forwarder', '--own-senders', '--accept-from', '--trusted-sealer', '--mailbox', '--trusted-relay', '--input',
         '--dkim-l')
SIGNED = (b'dkim-signature', b'arc-', b'authentication-results', b'received')


def without(argv):
    out, words = [], iter(argv)
    for word in words:
        if word.split('=')[0] in TAKEN:
            if '=' not in word:
                next(words, None)
            continue
        out.append(word)
    return out


def header_and_body(message):
    for end in (b'\r\n\r\n', b'\n\n'):
        at = message.find(end)
        if at >= 0:
            return message[:at + len(end) // 2], message[at + len(end) // 2:]
    return message, b''


def stripped(message):
    """The message without the fields that are evidence for it."""
    header, body = header_and_body(message)
    kept, keep = [], True
    for line in header.splitlines(keepends=True):
        if not line[:1] in (b' ', b'\t'):
            keep = not line.lower().startswith(SIGNED)
        if keep:
            kept.append(line)
    return b''.join(kept) + body


def lets_in(place, argv):
    """Does a record of the zone authorize everybody, or is there no zone to read?"""
    zone = place / argv[argv.index('--zone') + 1]
    return not zone.is_file() or b'+all' in zone.read_bytes()


def author_of(told):
    return ((told or {}).get('message') or {}).get('author_domain')


def all_of(message, author):
    """[(name, message, reverse-path)] of the forgeries"""
    broken = message + (b'\r\n' if b'\r\n' in message else b'\n') + b'and buy this\n'
    return [('without signatures', stripped(message), f'x@{author}'), ('with a path of his own', stripped(message), FORGER),
            ('over another body', broken, f'x@{author}')]


def field_cases():
    """[(name, folder, argv, message)] of the shapes of real mail, where they are"""
    out = []
    for table in sorted(FIELD.glob('*.jsonl')):
        for line in table.read_text().splitlines():
            one = json.loads(line)
            if 'zone' in one:
                out.append((one['id'], FIELD, [*one['args'], '--zone', one['zone'],
                                               *(['--psl', one['psl']] if one.get('psl') else [])],
                            (FIELD / one['message']).read_bytes()))
    return out
