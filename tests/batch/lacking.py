"""lacking.py: batch and other commands without memory, descriptors or a working disk (a part of tests/batch/run)."""
import collections
import concurrent.futures
import errno
import gzip
import json
import os
import re
import resource
import socket
import subprocess
import zipfile

import archive as archives
import shim
from harness import ROOT
from maker import sign, zone

check = suite_skip = None    # of the suite; set by run


def no_memory(archive):
    """Each allocation fails, one at a time: the JSON is the same, or the message without a result is reported."""
    if 'asan' in archive.program:
        return  # must be loaded first
    faulty = shim.Shim(archive.folder)
    message = archive.mail / archive.rows[0][0]
    for name, argv in (('JSON', ['--output', 'json', '--shard', '1/1']), ('numbers', ['--dmarc-compare', '--what-if', 'b.test: p=reject'])):
        whole = archive.run(*argv, '--jobs', '1', message, env=faulty.counting())
        times = faulty.counted()['malloc']
        check(f'memory, {name}: enough', whole.returncode == 0 and times > 100, (times, whole.stderr))
        bad = []
        for n in [*range(1, 200), *range(200, times + 1, 1 + times // 100)]:
            ran = archive.run(*argv, '--jobs', '1', message, env=faulty.failing('malloc', n, errno.ENOMEM))
            if not (ran.stdout == whole.stdout if ran.returncode == 0 else ran.returncode == 75 and ran.stderr):
                bad.append((n, ran.returncode, ran.stdout[-80:], ran.stderr[-80:]))
        check(f'memory, {name}: none for one thing', not bad, (len(bad), bad[:3]))
    in_pieces(archive, faulty)
    no_memory_for_settings(archive, faulty)
    no_memory_for_folders(archive, faulty)
    no_memory_for_trials(archive, faulty)
    no_side_file(archive, faulty)
    no_attached(archive, faulty)
    no_mailbox_in_a_shard(archive, faulty)
    bad_list(archive, faulty)
    no_memory_for_libraries(archive, faulty)
    no_room(archive)


def in_pieces(archive, faulty):
    """A read of a part of a large message fails, is short, or finds the file's end: never another result of its signature."""
    message, zones = archive.folder / 'pieces.eml', [archive.folder / name for name in ('pieces.zone', 'pieces.overlay')]
    fields, body = [b'From: a@example.com\r\n', b'Subject: hello\r\n'], b'a line of text\r\n' * 16400
    message.write_bytes(sign.signature(fields, body, 'rsa-a', 'example.com', 's1', h=['From', 'Subject']) + b''.join(fields) + b'\r\n' + body)
    zones[0].write_text(zone.master('s1._domainkey.example.com KEY rsa-a\n_dmarc.example.com TXT v=DMARC1; p=reject\n'))
    zones[1].write_text('s1._domainkey.example.com. 300 IN TXT "v=DKIM1; p="\n')
    for name, words, status, result in (('signed', [], 0, 'pass'), ('--what-if', ['--what-if', 'example.com: p=none'], 0, 'pass'),
                                        ('advice', ['--rsa-min-bits', '4096'], 0, 'fail'),
                                        ('--fail-if-worse', ['--overlay', zones[1], '--fail-if-worse'], 12, 'fail')):
        argv = [archive.program, 'batch', *archives.BASE, '--zone', zones[0], '--output', 'json', '--jobs', '1', '--envelope', 'args',
                '--client-ip', '192.0.2.1', '--mail-from', 'a@other.example', *words, message]

        def ran(env, argv=argv):
            return subprocess.run([str(word) for word in argv], capture_output=True, env=env, timeout=60, check=False)
        whole = ran(faulty.counting())
        made = faulty.counted()
        check(f'in pieces, {name}: all', whole.returncode == status and made['pread'] > 2 and
              [json.loads(line)['dmarc']['result'] for line in whole.stdout.splitlines()] == [result], (whole, made))
        for error, failed, codes in ((errno.EIO, 10, ('io', 'unreadable')), (errno.ENOMEM, 75, ('no_memory',)), (0, 75, ('file_changed',)), (-1, None, ())):
            bad, others = [], 0
            for n in range(1, made['pread'] + 1):
                got = ran(faulty.failing('pread', n, error))
                if (got.returncode, got.stdout) != (whole.returncode, whole.stdout):
                    others += 1
                    if got.returncode != failed or json.loads(got.stdout).get('error_code') not in codes or not got.stderr:
                        bad.append((n, got))
            check(f'in pieces, {name}, error {error} of pread: the same, or reported', not bad and (others > 1 or not codes), (others, bad[:2]))
        later = [ran(faulty.failing('pread', n, -2)) for n in range(1, made['pread'] + 1)]
        check(f'in pieces, {name}: a beginning that is another one than was looked at', [
            (got.returncode, json.loads(got.stdout)['error_code'], got.stderr != b'') for got in later if got.returncode == 75] ==
              [(75, 'file_changed', True)], later)
        journal = ['--resume', archive.folder / f'pieces{name}.journal']
        first, second = (ran(env, [*argv[:-1], *journal, message]) for env in (faulty.failing('pread', made['pread'], 0), None))
        check(f'in pieces, {name}: a message that changed is evaluated again', first.returncode == 75 and
              (second.returncode, second.stdout) == (whole.returncode, whole.stdout), (first, second))


def no_memory_for_settings(archive, faulty):
    """Whatever a command opens before its work, without memory or descriptors: 75, not a wrong configuration."""
    folder = archive.folder / 'no-memory'
    folder.mkdir()

    def made(name, text, mode=0o644):
        (folder / name).write_text(text)
        (folder / name).chmod(mode)
        return folder / name

    message = archive.mail / archive.rows[0][0]
    config, own = made('conf', '[mailstamp]\nauthserv-id=mx.test\n'), made('own', 'b.example\n')
    run, old = folder / 'run', folder / 'old'
    run.write_bytes(archive.run('--shard', '1/1', '--output', 'json', message).stdout)
    old.write_bytes(subprocess.run([archive.program, 'inspect', '--zone', archive.zone, '--output', 'json', '--', 'b.test'],
                                   capture_output=True, timeout=60, check=False).stdout)
    dns = ['--zone', archive.zone, '--overlay', archive.zone, '--psl', ROOT / 'testdata/psl/small.dat']
    judged, store = [*dns, '--own-senders', own], ['--store', folder / 'store']
    commands = {
        'batch': ['batch', *judged, '--output', 'none', message],
        'batch --files-from': ['batch', '--zone', archive.zone, '--output', 'none', '--files-from', made('list', f'{message}\n')],
        'filter': ['--profile', 'plain', *dns[:2], '--dmarc-mode', 'rfc7489', *dns[4:], '--envelope', 'field',
                   '--envelope-secret-file', made('secret', 'secret\n', 0o600)],
        'filter --accept-from': ['--profile', 'plain', *dns[:2], '--accept-from', 'b.example via list.b.example'],
        'explain': ['explain', *judged, '--dns-record', folder / 'record', message],
        'inspect': ['inspect', *dns, '--baseline', old, '--', 'b.test'],
        'plan': ['plan', *dns, 'b.test', '--runs', run],
        'report read': ['report', 'read', *dns[:2], *store, '--files-from', folder / 'list'],
        'report show': ['report', 'show', *judged, *store],
        '--check-config': ['--check-config', '--zone', archive.zone, '--trusted-forwarder', f'@{own}']}
    for name, words in commands.items():
        # GLib, which reads the file, deadlocks when out of memory, until the alarm after 15 s: one command is enough, whose
        # runs wait together
        conf, at_once = (config, 8) if name == '--check-config' else ('/dev/null', 1)
        argv = [str(word) for word in (archive.program, *words, '--config', conf)]

        def ran(env, first=None):
            return subprocess.run(argv, input=b'Subject: hello\n\nhello\n', capture_output=True, env=env, preexec_fn=first, timeout=60,
                                  check=False)
        whole = ran(faulty.counting())
        times = faulty.counted()
        # the filter needs an envelope, which is not there
        check(f'settings, {name}: enough', whole.returncode in (0, 10, 11, 75) and times['open'] > 0, (whole, times))
        for call, many in (('malloc', 60), ('open', 12), ('access', 12), ('passwd', 12)):
            envs = [faulty.failing(call, n, shim.FAULTS[call]) for n in range(1, min(many, times[call]) + 1)]
            with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
                bad = [(n, got.returncode, got.stderr) for n, got in enumerate(pool.map(ran, envs), 1) if got.returncode in (64, 78)]
            check(f'settings, {name}, {call} fails: not 64, 78', not bad, (len(bad), bad[:6]))
        bad = []
        for n in range(3, 12):    # the opens of libraries also fail
            got = ran(None, lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
            if got.returncode in (64, 78) or (got.returncode == 75 and not got.stderr):
                bad.append((n, got.returncode, got.stderr))
        check(f'settings, {name}, few descriptors: not 64, 78, and said', not bad, (len(bad), bad[:6]))


def never_silent(name, ran, faulty, call, error, numbers, whole):
    """The call fails with the error, at each of these numbers: the run ends, says so in JSON, or writes the same."""
    bad = []
    for n in numbers:
        got = ran(faulty.failing(call, n, error))
        if got.returncode not in (75, 78) and got.stdout != whole.stdout and b'"error_code":"' not in got.stdout:
            bad.append((n, got))
    check(f'{name}: {call} fails with {errno.errorcode[error]}', not bad, bad[:2])


def no_side_file(archive, faulty):
    """A side file that cannot be looked for may be there: the message is never evaluated without its envelope."""
    folder, (path, ip, helo, sender) = archive.folder / 'side', archive.rows[0][:4]
    folder.mkdir()
    (folder / '1.eml').write_bytes((archive.mail / path).read_bytes())
    argv = [str(each) for each in (archive.program, 'batch', *archives.BASE, '--zone', archive.zone, '--output', 'json', '--jobs', '1', folder)]

    def ran(env):
        return subprocess.run(argv, capture_output=True, env=env, timeout=60, check=False)
    without = ran(faulty.counting())
    check('a side file: there is none', without.returncode == 0, without)
    (folder / '1.envelope').write_text(f'client_address={ip}\nhelo_name={helo}\nsender={sender}\n')
    whole = ran(faulty.counting())
    made = faulty.counted()
    check('a side file: is read', whole.returncode == 0 and whole.stdout != without.stdout, (whole, without))
    for call, error in (('open', errno.ENOMEM), ('open', errno.EMFILE), ('open', errno.EIO), ('access', errno.ENOMEM), ('malloc', errno.ENOMEM)):
        never_silent('a side file', ran, faulty, call, error, range(1, made[call] + 1, 1 + made[call] // 100), whole)


def no_attached(archive, faulty):
    """A message whose attached ones cannot be looked for is not one without any."""
    outer, inner = archive.folder / 'outer.eml', b'--o\nContent-Type: message/rfc822\n\nFrom: a@b.test\n\nhello\n'
    outer.write_bytes(b'From: c@d.test\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n' + inner * 2 + b'--o--\n')
    argv = [str(each) for each in (archive.program, 'batch', *archives.BASE, '--zone', archive.zone, '--output', 'json', '--jobs', '1', '--attached')]

    def ran(env, path=outer):
        return subprocess.run([*argv, str(path)], capture_output=True, env=env, timeout=60, check=False)
    whole = ran(faulty.counting())
    made = faulty.counted()
    check('attached: all', whole.returncode == 0 and whole.stdout.count(b'\n') == 3 and made['pread'] > 0, (whole, made))
    for call, error in (('pread', errno.EIO), ('pread', errno.ENOMEM), ('fstat', errno.ENOMEM), ('malloc', errno.ENOMEM)):
        never_silent('attached', ran, faulty, call, error, range(1, made[call] + 1, 1 + made[call] // 150), whole)
    with open(archive.folder / 'large.eml', 'wb') as large:
        large.write(outer.read_bytes())
        large.truncate((64 << 20) + 1)
    got = ran(None, large.name)
    check('attached: in a message of more than is searched', b'large.eml/attached","' in got.stdout and b'"many_parts"' in got.stdout, got.stdout[-300:])


def no_mailbox_in_a_shard(archive, faulty):
    """A shard that cannot read a mailbox numbers the messages after it in another way: it is not merged with the others."""
    folder, message = archive.folder / 'mailbox', b'From: a@b.test\n\nhello\n'
    folder.mkdir()
    (folder / '1.mbox').write_bytes((b'From a@b.test Thu Jan  1 00:00:00 2026\n' + message + b'\n') * 2)
    (folder / '2.eml').write_bytes(message)

    def ran(argv, env=None):
        words = (archive.program, 'batch', *archives.BASE, '--zone', archive.zone, '--jobs', '1', *argv)
        return subprocess.run([str(each) for each in words], capture_output=True, env=env, timeout=60, check=False)
    whole, parts = ran(['--output', 'json', folder]), []
    for n in (1, 2):
        parts.append(archive.folder / f'mailbox-{n}')
        parts[-1].write_bytes(ran(['--output', 'json', '--shard', f'{n}/2', folder], faulty.counting()).stdout)
    made = faulty.counted()
    merged = ran(['--output', 'json', '--merge', *parts])
    check('a shard: merged', whole.returncode == merged.returncode == 0 and merged.stdout == whole.stdout, (whole, merged))
    for call, error in (('open', errno.EMFILE), ('open', errno.EIO), ('read', errno.EIO), ('pread', errno.EIO), ('stat', errno.EIO),
                        ('fstat', errno.EIO)):
        bad = []
        for n in range(1, made[call] + 1):
            got = ran(['--output', 'json', '--shard', '2/2', folder], faulty.failing(call, n, error))
            parts[1].write_bytes(got.stdout)
            merged = ran(['--output', 'json', '--merge', *parts])
            if merged.returncode not in (10, 75, 78) and merged.stdout != whole.stdout:
                bad.append((n, got, merged))
        check(f'a shard: {call} fails with {errno.errorcode[error]}', not bad, bad[:1])


def no_memory_for_folders(archive, faulty):
    """Each allocation fails while folders are read: no file is silently left out."""
    folder, message = archive.folder / 'folders', (archive.mail / archive.rows[0][0]).read_bytes()
    for name in ('cur/1', 'new/2', '.Sent/cur/3', '.Sent/new/4', '.Old/5'):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(message)
    zone = archive.folder / 'nothing-to-propose'
    zone.write_text('b.test. 300 IN TXT "v=spf1 -all"\nb.test. 300 IN MX 0 .\n_dmarc.b.test. 300 IN TXT "v=DMARC1; p=reject"\n')
    for command, argv in (('batch', [*archives.BASE, '--zone', archive.zone, '--output', 'json', '--jobs', '1', folder]),
                          ('inspect', ['--zone', zone, '--now', '1767225600', '--messages', folder, '--', 'b.test'])):
        def run(env, argv=(archive.program, command, *map(str, argv))):
            return subprocess.run(argv, capture_output=True, env=env, timeout=60, check=False)
        whole = run(faulty.counting())
        times = faulty.counted()['malloc']
        check(f'memory, {command}: enough', whole.returncode in (0, 10, 11, 12) and times > 100, (whole.returncode, times, whole.stderr))
        bad = []
        for n in range(1, times + 1, 1 + times // 1000):
            ran = run(faulty.failing('malloc', n, errno.ENOMEM))
            # a message that cannot be evaluated or read is reported, and the others count
            told = ran.returncode == 10 and (b'could not be read, first ' in ran.stdout or
                                             b'"error":' in ran.stdout and ran.stdout.count(b'\n') == whole.stdout.count(b'\n'))
            if ran.returncode != 75 and ran.stdout != whole.stdout and not told:
                bad.append((n, ran.returncode, ran.stdout[-300:], ran.stderr[-80:]))
        check(f'memory, {command}: none for a name', not bad, (len(bad), bad[:3]))


def no_memory_for_trials(archive, faulty):
    """inspect tries its proposal on saved mail, in other processes: a call that fails there is 75, not a proposal less."""
    folder, zone = archive.folder / 'trial', archive.folder / 'trial.zone'
    folder.mkdir()
    (folder / '1.eml').write_text('From: a@b.test\nReturn-Path: <a@b.test>\n\nhello\n')
    zone.write_text('$TTL 60\nb.test. TXT "v=spf1 ip4:192.0.2.9 ptr -all"\nb.test. MX 0 .\n_dmarc.b.test. TXT "v=DMARC1; p=reject"\n')
    argv = [archive.program, 'inspect', '--config', '/dev/null', '--zone', zone, '--now', '1767225600', '--messages', folder, '--', 'b.test']
    whole = subprocess.run(argv, capture_output=True, env=faulty.counting(), timeout=60, check=False)
    made = faulty.counted()
    check('trials: a proposal', whole.returncode == 10 and b'should be b.test' in whole.stdout, whole)
    for call, error in shim.FAULTS.items():
        bad = []
        for n in range(1, made[call] + 1, 1 + made[call] // 60):
            ran = subprocess.run(argv, capture_output=True, env=faulty.failing(call, n, error), timeout=60, check=False)
            told = ran.returncode == 10 and b'could not be read, first ' in ran.stdout
            if ran.returncode != 75 and ran.stdout != whole.stdout and not told:
                bad.append((n, ran.returncode, ran.stdout[:300], ran.stderr[-80:]))
        check(f'trials, {call} fails: the same, or 75', not bad, (len(bad), bad[:3]))


def own_name(archive, faulty):
    """Without memory the host has no other name: with it, forged fields of its own would stay in the message."""
    hosts, short = archive.folder / 'hosts', socket.gethostname()
    hosts.write_text(f'127.0.0.1 mx.own.example {short}\n')
    argv = ['unshare', '-m', 'sh', '-c', 'mount --bind "$1" /etc/hosts && LD_PRELOAD=$2 exec "$3" --config /dev/null --zone "$4"', 'sh',
            hosts, faulty.library, archive.program, archive.zone]

    def run(n):
        env = {**os.environ, 'FAULT_CALL': 'malloc', 'FAULT_N': str(n), 'FAULT_ERRNO': str(errno.ENOMEM)}
        return subprocess.run(argv, input=b'Authentication-Results: mx.own.example; dmarc=pass\nSubject: x\n\n', capture_output=True, env=env,
                              timeout=60, check=False)
    whole = run(1000000)
    if '.' in short or not whole.stdout.startswith(b'Authentication-Results: mx.own.example;'):
        suite_skip('the own name without memory', 'no other /etc/hosts can be mounted here')
        return
    rows = [(n, run(n)) for n in range(1, 61)]
    bad = [(n, ran) for n, ran in rows if (ran.returncode, ran.stdout) not in ((75, b''), (whole.returncode, whole.stdout))]
    check('the own name without memory', not bad, bad[:2])


LOOKUP = """#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
	syscall(SYS_sendmmsg, -1, 0, 0, 0); /* as the lookup does: a sandbox forbids it */
	errno = atoi(getenv("LOOKUP_ERRNO"));
	return atoi(getenv("LOOKUP_END"));
}
"""


def short_name(archive):
    """The host has a name without a dot, whose lookup fails: for lack of descriptors, or because DNS does not answer."""
    source, library = archive.folder / 'lookup.c', archive.folder / 'lookup.so'
    source.write_text(LOOKUP)
    subprocess.run(['gcc', '-shared', '-fPIC', '-o', library, source], check=True)

    def run(end, error, *argv, stdin=b''):
        named = ['unshare', '--uts', 'sh', '-c', 'hostname zzplain || exit 99; LD_PRELOAD=$0 exec "$@"']
        return subprocess.run([*map(str, [*named, library, archive.program, *argv])], input=stdin, capture_output=True, timeout=60, check=False,
                              env={**os.environ, 'LOOKUP_END': str(end), 'LOOKUP_ERRNO': str(error)})
    own = ['--config', '/dev/null', '--zone', archive.zone]
    plain = b'From: a@b.test\n\nhello\n'
    if b'Authentication-Results: zzplain;' not in run(socket.EAI_NONAME, 0, *own, stdin=plain).stdout:
        suite_skip('the own name without a dot', 'the host cannot be named here')
        return
    message, store = archive.folder / 'zzplain.eml', archive.folder / 'zzplain.store'
    message.write_bytes(b'Authentication-Results: zzplain.example.org; dmarc=pass\n' + plain)
    run(socket.EAI_NONAME, 0, 'report', 'read', '--store', store, *own, message)
    for name, argv in (('filter', []), ('batch', ['batch', message]), ('explain', ['explain', message]),
                       ('report show', ['report', 'show', '--store', store])):
        ran = run(socket.EAI_SYSTEM, errno.EMFILE, *argv, *own, stdin=plain)
        check(f'the own name without descriptors, {name}: 75, and it is said',
              (ran.returncode, ran.stdout) == (75, b'') and b'too many open files' in ran.stderr, ran)
    for name, argv in (('batch', ['batch', message]), ('explain', ['explain', message]), ('inspect', ['inspect', '--messages', message, 'b.test']),
                       ('plan', ['plan', '--archive', message, 'b.test']), ('report show', ['report', 'show', '--store', store])):
        ran = run(socket.EAI_NONAME, 0, *argv, *own)
        check(f'the own name is looked up before the sandbox, {name}', ran.returncode in (0, 10) and not ran.stderr, ran)
    for end in ('EAI_AGAIN', 'EAI_SYSTEM', 'EAI_FAIL', 'EAI_NONAME'):
        for value, argv, kept in (('zzplain.example.org', [], False), ('ZZplain (a) . example.org', [], False), ('"zzplain.x"/1', [], False),
                                  ('\uff5azplain.example.org', [], False), ('zzplain', [], False), ('zzplainer.example.org', [], True),
                                  ('b.zzplain.example.org', [], True), ('zzplain.example.org', ['--authserv-id', 'zzplain'], True)):
            field = f'Authentication-Results: {value}; dmarc=pass\n'.encode()
            ran = run(getattr(socket, end), 0, *own, *argv, stdin=field + plain)
            check(f'{end} for the own name, {value} {argv}: ' + ('kept' if kept else 'removed'),
                  ran.returncode == 0 and (field in ran.stdout) == kept and b'Authentication-Results: zzplain;' in ran.stdout, ran)
    into = archive.folder / 'zzplain.into'
    into.mkdir()
    ran = run(socket.EAI_AGAIN, 0, 'batch', '--output', 'stamp', '--into', into, *own, message)
    stamped = [path.read_bytes() for path in into.rglob('*') if path.is_file()]
    check('EAI_AGAIN for the own name, batch --into: removed', len(stamped) == 1 and b'zzplain;' in stamped[0] and b'zzplain.example' not in stamped[0],
          (ran, stamped))


def no_memory_for_names(archive, faulty):
    """A name that is not ASCII needs libidn2. Without memory for it the name is not a wrong one: 75, and never a reject."""
    name, base = 'p\u00e4ss.example'.encode(), b'a=rsa-sha256; s=s; h=from; bh=QUJD; b=QUJD'
    seal = b'ARC-Seal: i=1; a=rsa-sha256; cv=none; d=%s; s=s; b=QUJD\nARC-Message-Signature: i=1; d=%s; %s\n' \
        b'ARC-Authentication-Results: i=1; x; none\n' % (name, name, base)
    rows = {'d=': b'DKIM-Signature: v=1; d=%s; %s\n' % (name, base), 'i=': b'DKIM-Signature: v=1; d=xn--pss-qla.example; i=@%s; %s\n' % (name, base),
            'ARC': seal, 'an authserv-id': b'Authentication-Results: %s; dmarc=pass\n' % name}
    argv = [archive.program, *archives.BASE, '--zone', archive.zone, '--own-id', 'xn--pss-qla.example']
    for what, fields in rows.items():
        def run(env):
            return subprocess.run(argv, input=fields + b'From: a@b.example\n\nhello\n', capture_output=True, env=env, timeout=60, check=False)
        whole, bad = run(faulty.counting()), []
        made = faulty.counted()
        for call in ('malloc', 'dlopen'):
            for n in range(1, made[call] + 1):
                ran = run(faulty.failing(call, n, errno.ENOMEM))
                silent = call == 'dlopen' and ran.returncode == 75 and not ran.stderr
                if silent or (ran.returncode, ran.stdout) not in ((75, b''), (whole.returncode, whole.stdout)):
                    bad.append((call, n, ran))
        missing = [run(faulty.failing('dlopen', n, errno.ENOENT)).stderr for n in range(1, made['dlopen'] + 1)]
        check(f'a name in {what} without libidn2: it is named', any(b'libidn2.so.0 cannot be loaded' in told for told in missing), missing)
        check(f'memory: none for a name in {what}', made['dlopen'] > 0 and not bad, (whole, made, bad[:2]))


def bad_list(archive, faulty):
    """A list of paths that can be read only in part is never taken as a short one."""
    given = archive.folder / 'bad-list'
    given.write_text(f'{archive.mail / archive.rows[0][0]}\n')
    argv = [archive.program, *archives.BASE, '--zone', archive.zone, '--output', 'json', '--jobs', '1', '--files-from', given]
    argv.insert(1, 'batch')
    whole = subprocess.run(argv, capture_output=True, env=faulty.counting(), timeout=60, check=False)
    bad = []
    for n in range(1, faulty.counted()['read'] + 1):
        ran = subprocess.run(argv, capture_output=True, env=faulty.failing('read', n, errno.EIO), timeout=60, check=False)
        told = ran.returncode == 10 and b'"error_code":"unreadable"' in ran.stdout    # the message
        if (ran.returncode != 75 and ran.stdout != whole.stdout and not told) or ran.returncode == 75 and not ran.stderr:
            bad.append((n, ran))
    check('list: one that cannot be read is 75', whole.returncode == 0 and not bad, (whole, bad[:2]))
    own_name(archive, faulty)
    short_name(archive)
    no_memory_for_names(archive, faulty)
    no_users(archive, faulty)


def no_users(archive, faulty):
    """The filter that root started stays root only if it is certain that the user is missing or could not write."""
    if os.geteuid() != 0:
        return

    def run(env):
        return subprocess.run([archive.program, '--config', '/dev/null', '--zone', archive.zone, '--user', 'nobody', '--spool-dir', '/tmp'],
                              input=b'From: a@b.test\n\n', capture_output=True, env=env, timeout=60, check=False)
    whole = run(faulty.counting())
    made = faulty.counted()
    check('users: found, and root becomes one', whole.returncode == 0 and not whole.stderr and made['getline'] > 1, (whole, made))
    none = run(faulty.failing('fopen', 1, errno.ENOENT))    # the list of users
    check('users: none, and root stays', none.returncode == 0 and none.stderr.count(b'\n') == 1 and b'there is no such user' in none.stderr, none)
    closed = run(faulty.failing('access', 1, errno.EACCES))
    check('users: one who cannot write, and root stays', closed.returncode == 0 and b'could not write' in closed.stderr, closed)
    for call, errors in (('fopen', (errno.EMFILE, errno.ENOMEM, errno.EIO)), ('getline', (errno.EIO, errno.ENOMEM, errno.EISDIR)),
                         ('access', (errno.EIO, errno.ENOMEM)), ('stat', (errno.EIO, errno.ENOMEM))):
        rows = [(n, error, run(faulty.failing(call, n, error))) for error in errors for n in range(1, made[call] + 1)]
        bad = [row for row in rows if (row[2].returncode, row[2].stderr.count(b'\n'), row[2].stdout) not in ((75, 1, b''), (0, 0, whole.stdout))]
        check(f'users, {call} fails: 75, or the user', made[call] > 0 and not bad and any(row[2].returncode == 75 for row in rows), (made[call], bad[:3]))


def no_memory_for_libraries(archive, faulty):
    """libarchive ends a process without memory with 1, the loader with 127, GLib by a signal: each is 75 and said."""
    folder, zone, store = archive.folder / 'packed', archive.folder / 'packed.zone', archive.folder / 'packed.store'
    folder.mkdir()
    message = b'From: a@b.test\nReturn-Path: <a@b.test>\n\nhello\n'
    (folder / '1.eml').write_bytes(message)
    (folder / '2.eml.gz').write_bytes(gzip.compress(message))
    with zipfile.ZipFile(folder / '3.zip', 'w') as packed:
        packed.writestr('a.eml', message)
    zone.write_text('$TTL 60\nb.test. TXT "v=spf1 ip4:192.0.2.9 -all"\nb.test. MX 0 .\n_dmarc.b.test. TXT "v=DMARC1; p=reject"\n')
    dns = ['--zone', zone, '--now', '1767225600', '--config', '/dev/null']
    for name, words in {
            'inspect': ['inspect', *dns, '--messages', folder, '--', 'b.test'],
            'inspect, JSON': ['inspect', *dns, '--output', 'json', '--', 'b.test'],
            'explain': ['explain', *dns, folder / '1.eml'],
            'explain, JSON': ['explain', *dns, '--output', 'json', folder / '1.eml'],
            'plan': ['plan', *dns, 'b.test', '--archive', folder],
            'batch': ['batch', *dns, '--jobs', '1', '--output', 'json', folder],
            'batch --attached': ['batch', *dns, '--jobs', '1', '--output', 'json', '--attached', archive.folder / 'outer.eml'],
            'report read': ['report', 'read', '--store', store, folder / '3.zip'],
            'report read, a mail': ['report', 'read', '--store', store, folder / '1.eml'],    # GLib can wait for itself
            'report show': ['report', 'show', '--store', store, '--output', 'json', *dns[:4]],
            'check': ['--check-config', *dns]}.items():
        argv = [str(word) for word in (archive.program, *words)]

        def run(env, argv=argv):
            return subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, env=env, timeout=60, check=False)
        whole = run(faulty.counting())
        times, bad, ends = faulty.counted()['malloc'], [], collections.Counter()
        for n in [*range(1, min(times, 60)), *range(60, times + 1, 1 + times // 120)]:
            got = run(faulty.failing('malloc', n, errno.ENOMEM))
            ends[got.returncode] += 1
            less = words[0] == 'explain' and got.returncode != 75 and got.stdout != whole.stdout    # advice that could not be proved
            # a library that gave up is reported as that; 11: glibc's own lookup of names, 14: GLib waits for itself
            wrong = b'forbids' in got.stderr or re.search(rb'ended by signal (?!11|14)', got.stderr)
            if got.returncode not in (whole.returncode, 10, 75) or (got.returncode == 75 and b'mailstamp: ' not in got.stderr) or less or wrong:
                bad.append((n, got.returncode, got.stderr[-200:]))
        check(f'libraries, {name}: without memory 75, and said', whole.returncode != 75 and ends[75] > 0 and not bad, (whole, ends, len(bad), bad[:3]))


def no_room(archive):
    """Whatever a command writes, to a full device or beyond the limit of files: 75 and a line that says so, and no part of a file."""
    folder, zones = archive.folder / 'room', archive.folder / 'room.zone'
    folder.mkdir()
    fields, body = [b'From: a@example.com\r\n', b'Subject: hello\r\n'], b'a line of text\r\n' * 60
    signed = sign.signature(fields, body, 'rsa-a', 'example.com', 's1', h=['From', 'Subject'])
    for number in range(40):
        (folder / f'{number}.eml').write_bytes(signed + fields[0] + b'Subject: [x] hello\r\n\r\n' + body)
    zones.write_text(zone.master('s1._domainkey.example.com KEY rsa-a\n_dmarc.example.com TXT v=DMARC1; p=reject\n'))
    message, target, store = folder / '0.eml', archive.folder / 'room.out', archive.folder / 'room.store'
    dns = ['--config', '/dev/null', '--zone', zones, '--now', '1767225600']
    judged = [*dns, '--client-ip', '192.0.2.1', '--mail-from', 'a@example.com']
    subprocess.run([str(word) for word in (archive.program, 'report', 'read', *dns, '--store', store, message)], capture_output=True, timeout=60, check=True)
    output, journal = b'the output could not be written', ['batch', *dns, '--output', 'json', '--resume', target, folder]
    for name, argv, told in (
            ('filter', judged, b'the message could not be written'), ('help', ['batch', '--help'], output), ('check', ['--check-config', *dns], output),
            *((f'{command} {form}', [command, *dns, '--output', form, *paths], output) for command, paths in (
                ('explain', [message]), ('inspect', ['example.com']), ('plan', ['--archive', folder, 'example.com']), ('batch', [folder]))
              for form in (('summary' if command == 'batch' else 'text'), 'json')),
            ('report show', ['report', 'show', *dns, '--store', store], output), ('report read', ['report', 'read', *dns, '--store', store, message], output),
            ('explain --undo', ['explain', *dns, '--undo', target, message], b'the file is too large'),
            ('explain --dns-record', ['explain', *dns, '--dns-record', target, message], b'the file is too large'),
            ('batch --html', ['batch', *dns, '--html', target, folder], b'the file is too large'),
            ('batch --json-log', ['batch', *dns, '--json-log', target, folder], b'the JSON log could not be written'),
            ('batch --resume', journal, b'the journal cannot be written')):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        files, words = target in argv, [str(word) for word in (archive.program, *argv)]
        with open('/dev/full', 'wb') as full, open(archive.folder / 'room.limited', 'wb') as limited, open(message, 'rb') as stdin:
            rows = [subprocess.run(words, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit, timeout=60, check=False)] if files else \
                [subprocess.run(words, stdin=stdin, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)]
            if not files and store not in argv:    # the store is a file as well
                stdin.seek(0)
                rows.append(subprocess.run(words, stdin=stdin, stdout=limited, stderr=subprocess.PIPE, preexec_fn=limit, timeout=60, check=False))
        check(f'no room, {name}: 75, and said', all(ran.returncode == 75 and told in ran.stderr and b'signal' not in ran.stderr for ran in rows), rows)
        left = target.read_bytes() if target.exists() else b''
        check(f'no room, {name}: no part of a file', not left or argv == journal, left)
    again = subprocess.run([str(word) for word in (archive.program, *journal)], capture_output=True, timeout=60, check=False)
    check('no room: a cut journal is taken up', again.returncode == 0 and again.stdout.count(b'\n') == 40, again)
    log = subprocess.run([str(word) for word in (archive.program, *judged, '--json-log', folder / 'log')], input=message.read_bytes(), capture_output=True,
                         preexec_fn=limit, timeout=60, check=False)
    check('no room for the JSON log: mail goes on', log.returncode in (0, 10, 11) and b'File too large' in log.stderr and
          (folder / 'log').read_bytes() == b'', log)
