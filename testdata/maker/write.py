"""write.py: the cases of all tables, written, or compared with what is committed."""

import importlib
import os
import sys

from maker import case as cases
from maker import crosscheck

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TABLES = ('senders_providers', 'senders_flows', 'spf_mechanisms', 'spf_limits', 'dkim_good',
          'dkim_bad', 'dkim_keys', 'passed_over', 'arc_chains', 'senders_lists', 'dmarc_policy', 'dmarc_align',
          'dmarc_rfc7489', 'dns_trouble', 'envelopes', 'envelope_wraps', 'profiles', 'scrubs', 'shapes',
          'outputs', 'usage', 'advice')


def all_cases():
    out, seen = [], set()
    for table in TABLES:
        for case in importlib.import_module('maker.' + table).cases():
            if case.name in seen:
                sys.exit('make-testdata: two cases are named ' + case.name)
            seen.add(case.name)
            out.append(case)
    return out


def write():
    made = 0
    for case in all_cases():
        folder = cases.folder(ROOT, case)
        os.makedirs(folder, exist_ok=True)
        contents = case.contents()
        for name in ('argv', 'in.eml', 'zone', 'expect', 'exit', 'rest', 'explain.has'):
            if name not in contents and os.path.exists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        for name, data in contents.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if read(path) != data:
                with open(path, 'wb') as out:
                    out.write(data)
                made += 1
    print('make-testdata: %d files written' % made)
    return 0


def read(path):
    try:
        with open(path, 'rb') as data:
            return data.read()
    except FileNotFoundError:
        return None


def check():
    failed = passed = 0
    every = all_cases()
    for case in every:
        for name, data in case.contents().items():
            path = os.path.join(cases.folder(ROOT, case), name)
            if read(path) == data:
                passed += 1
            else:
                failed += 1
                print('FAIL %s/%s is not what make-testdata makes' % (case.name, name))
    judged, wrong = crosscheck.run(every)
    for text in wrong:
        print('FAIL ' + text)
    if judged is None:
        print('make-testdata: skipped: the signatures were not judged by dkimpy (python3-dkim)')
        judged = 0
    print('%d passed, %d failed' % (passed + judged - len(wrong), failed + len(wrong)))
    return 1 if failed or wrong else 0
