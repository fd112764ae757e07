"""archive.py: an archive of messages for the suites of `batch`: those of the senders' cases, with one zone
made of theirs, and the envelopes in two manifests."""

import json
import pathlib
import subprocess

import cases
import harness

BASE = ['--config', '/dev/null', '--authserv-id', 'mx.example.net', '--now', '1767225600']
ALL = ['--what-if', 'p=reject', '--what-if', 'example.com: p=none', '--dmarc-compare', '--diagnose']


class Archive:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.cases = []
        seen, lines = set(), []
        for case in sorted(pathlib.Path(cases.made(), 'senders').iterdir()):
            argv = (case / 'argv').read_text().splitlines()
            options = {name: argv[argv.index(name) + 1] for name in ('--client-ip', '--helo', '--mail-from')
                       if name in argv}
            if len(options) < 3 or not (case / 'zone').exists():
                continue
            self.cases.append((case.name, (case / 'in.eml').read_bytes(), options))
            new = set()
            for line in (case / 'zone').read_text().splitlines():
                words = line.split()
                if line.startswith(('$', ';')) or len(words) < 4:
                    continue
                key = (words[0], words[2])
                if key not in seen or key in new:
                    lines.append(line)
                    new.add(key)
            seen |= new
        self.zone = folder / 'zone'
        self.zone.write_text('$TTL 3600\n' + '\n'.join(lines) + '\n')
        self.mail = folder / 'mail'
        self.mail.mkdir()
        rows = []
        for name, message, options in self.cases:
            (self.mail / f'{name}.eml').write_bytes(message)
            rows.append((f'{name}.eml', options['--client-ip'], options['--helo'], options['--mail-from']))
        self.rows = rows
        self.tsv = folder / 'envelopes.tsv'
        self.tsv.write_text(''.join('\t'.join(row) + '\n' for row in rows))
        self.jsonl = folder / 'envelopes.jsonl'
        self.jsonl.write_text(''.join(json.dumps(dict(zip(('path', 'client_ip', 'helo', 'mail_from'), row))) + '\n'
                                      for row in rows))

    def run(self, *argv, zone=True, **more):
        words = [self.program, 'batch', *BASE, *(['--zone', self.zone] if zone else []), *argv]
        return subprocess.run(list(map(str, words)), capture_output=True, timeout=120, **more)

    def listed(self, *argv):
        return self.run('--envelopes', self.tsv, *argv, self.mail)


def rd(message):
    """A message as in an mbox of kind mboxrd."""
    lines = message.split(b'\n')
    return b'\n'.join(b'>' + line if line.lstrip(b'>').startswith(b'From ') else line for line in lines)


def run_over(suite, name, parts, make=Archive):
    """Runs each part over an archive in a scratch folder; returns the suite's exit status."""
    with harness.scratch(name) as folder:
        archive = make(harness.program(), folder)
        for part in parts:
            part(archive)
    return suite.close()
