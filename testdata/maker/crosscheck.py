"""crosscheck.py: compares the signatures of our own signer with dkimpy's verdict.

If a case expects dkim=pass or dkim=fail, or states a verdict of ARC, dkimpy must agree. Other results depend
on our policy (policy, permerror...), so they are not compared. RFC 6376 leaves the clock to the verifier:
dkimpy gets the case's.
"""

import logging
import time

from maker.case import Case
from maker.mail import NOW, Mail
from maker import zone as zones


def run(cases):
    """(number of signatures checked, [(case, text of a disagreement)]); (None, []) without dkimpy."""
    try:
        import dkim
    except ImportError:
        return None, []
    quiet = logging.getLogger('dkimpy.nobody')
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    judged, wrong = 0, []
    real_time, time.time = time.time, lambda: NOW
    try:
        for case in cases:
            if not isinstance(case, Case) or not isinstance(case.message, Mail) or not case.dkimpy:
                continue
            for index, word in enumerate(expected(case)):
                if word not in ('pass', 'fail'):
                    continue
                said = verify(dkim, case, index, quiet)
                if said is None:
                    continue
                judged += 1
                if said != (word == 'pass'):
                    wrong.append((case.name, 'dkimpy says %s about signature %d, expected %s'
                                  % (said, index, word)))
            for word in expected(case, 'arc'):
                said = verify_chain(dkim, case, quiet)
                if said is None:
                    continue
                judged += 1
                if said != word:
                    wrong.append((case.name, 'dkimpy says arc=%s, expected %s' % (said, word)))
    finally:
        time.time = real_time
    return judged, wrong


def expected(case, method='dkim'):
    """The result words of the method's lines, in message order; alternatives are kept."""
    words = [each.strip()[len(method) + 1:].split()[0] for each in case.expect.splitlines()
             if each.strip().startswith(method + '=')]
    return [] if words == ['none'] and method == 'dkim' else words


def verify_chain(dkim, case, quiet):
    texts = lookup_table(case.zone)

    def dnsfunc(name, timeout=5):
        return texts.get(name.decode().rstrip('.').lower())

    try:
        return dkim.arc_verify(case.message.bytes('\r\n'), logger=quiet, dnsfunc=dnsfunc,
                               minkey=1024)[0].decode()
    except IndexError:
        return None  # a set without one of its fields, which dkimpy does not expect
    except dkim.DKIMException:
        return 'fail'


def verify(dkim, case, index, quiet):
    texts = lookup_table(case.zone)

    def dnsfunc(name, timeout=5):
        return texts.get(name.decode().rstrip('.').lower())

    try:
        verifier = dkim.DKIM(case.message.bytes('\r\n'), logger=quiet, minkey=1024)
        return verifier.verify(idx=index, dnsfunc=dnsfunc)
    except dkim.MessageFormatError:
        return None  # a header that dkimpy does not read, for example `Subject : x`
    except dkim.DKIMException:
        return False


def lookup_table(short):
    """{name: the last TXT text there}, CNAMEs followed."""
    texts, aliases = {}, {}
    for each in short.splitlines():
        words = each.split(None, 2)
        if len(words) < 3:
            continue
        name, kind, data = words
        if kind == 'KEY' or kind == 'PKCS1':
            key, _, tags = data.partition(' ')
            texts[name.lower()] = zones.keys.record(key, tags or None, kind == 'PKCS1').encode()
        elif kind == 'TXT':
            texts[name.lower()] = data.encode()
        elif kind == 'TXT2':
            texts[name.lower()] = data.replace('|', '').encode()
        elif kind == 'CNAME':
            aliases[name.lower()] = data.lower()
    for name, target in aliases.items():
        for _ in range(8):
            target = aliases.get(target, target)
        if target in texts:
            texts[name] = texts[target]
    return texts
