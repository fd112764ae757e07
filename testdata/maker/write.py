"""write.py: the cases of all tables as folders, and their list, which is committed."""

import hashlib
import importlib
import os
import shutil
import sys

from maker import crosscheck

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# one line for each case: its name and the digest of its files
LIST = os.path.join(ROOT, 'testdata', 'cases')
STAMP = '.made'
SAMPLE = 'senders/google-relay-own-signature'      # which is also committed as testdata/sample/

TABLES = ('senders_providers', 'senders_flows', 'spf_mechanisms', 'spf_limits', 'dkim_good',
          'dkim_bad', 'dkim_keys', 'passed_over', 'arc_chains', 'senders_lists', 'dmarc_policy', 'dmarc_align',
          'dmarc_rfc7489', 'dns_trouble', 'envelopes', 'envelope_wraps', 'profiles', 'scrubs', 'shapes',
          'outputs', 'usage', 'advice', 'stories', 'attacks', 'attacks_keys')


def all_cases():
    out, seen = [], set()
    for table in TABLES:
        for case in importlib.import_module('maker.' + table).cases():
            if case.name in seen:
                sys.exit('make-testdata: two cases are named ' + case.name)
            seen.add(case.name)
            out.append(case)
    return out


def digest(contents):
    whole = hashlib.sha256()
    for name, data in sorted(contents.items()):
        whole.update(b'%s %d\n' % (name.encode(), len(data)) + data)
    return whole.hexdigest()[:16]


def listed(every):
    return ''.join(sorted('%s %s\n' % (case.name, digest(case.contents())) for case in every))


def write(folder):
    """Only files that differ are written; a file that no table makes is removed."""
    wanted, made = {}, 0
    for case in all_cases():
        for name, data in case.contents().items():
            wanted[os.path.join(folder, case.name, name)] = data
    for place, subfolders, names in os.walk(folder):
        if not any(path.startswith(place + os.sep) for path in wanted):
            shutil.rmtree(place)
            subfolders.clear()
            continue
        for name in names:
            if os.path.join(place, name) not in wanted:
                os.remove(os.path.join(place, name))
    for path, data in wanted.items():
        if read(path) != data:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as out:
                out.write(data)
            made += 1
    with open(os.path.join(folder, STAMP), 'w', encoding='ascii') as stamp:
        stamp.write('made by testdata/make-testdata\n')
    print('make-testdata: %d of %d files written below %s' % (made, len(wanted), folder))
    return 0


def record():
    with open(LIST, 'w', encoding='ascii') as out:
        out.write(listed(all_cases()))
    return 0


def read(path):
    try:
        with open(path, 'rb') as data:
            return data.read()
    except FileNotFoundError:
        return None


def check():
    """A case is right if its digest is the listed one and dkimpy agrees about its signatures."""
    every = all_cases()
    made, known = (set(text.splitlines()) for text in (listed(every), (read(LIST) or b'').decode()))
    wrong = {}
    for line in made ^ known:
        wrong.setdefault(line.split(' ')[0], []).append(
            'is not the case of testdata/cases' if line in made else 'is not made as listed')
    sample = next(case for case in every if case.name == SAMPLE).contents()
    for name in ('argv', 'in.eml', 'zone'):
        if read(os.path.join(ROOT, 'testdata', 'sample', name)) != sample[name]:
            wrong.setdefault(SAMPLE, []).append('testdata/sample/%s is not that of the case' % name)
    judged, disagreements = crosscheck.run(every)
    for name, text in disagreements:
        wrong.setdefault(name, []).append(text)
    for name, texts in sorted(wrong.items()):
        print('FAIL %s: %s' % (name, '; '.join(sorted(texts))))
    if any(made ^ known):
        print('make-testdata: what changed on purpose is listed by testdata/make-testdata --record')
    skipped = judged is None
    print('skipped: a second opinion on the signatures: python3-dkim is not installed' if skipped else
          'make-testdata: dkimpy judged %d signatures and chains' % judged)
    names = {line.split(' ')[0] for line in made | known}
    print('%d passed, %d failed%s' % (len(names) - len(wrong), len(wrong), ', 1 skipped' if skipped else ''))
    return 1 if wrong else 0
