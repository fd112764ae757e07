"""outputs.py: what to write to stdout and into files, the configuration file, limits by option."""

from maker.case import AUTHSERV_ID, Case
from maker.envelopes import FAIL, PASS, ZONE
from maker.mail import NOW, mail

GOOD = 'spf=pass\ndkim=none\n' + PASS


def row(name, expect=GOOD, status=0, **options):
    options.setdefault('message', mail())
    options.setdefault('zone', ZONE)
    return Case('output/' + name, expect=expect, exit=status, **options)


def outputs():
    away = {'ip': '203.0.113.66'}
    yield row('message', args=('--output', 'message'))
    yield row('header', 'stdout header\n' + GOOD, args=('--output', 'header'))
    yield row('header-reject', 'stdout header\nspf=fail\ndkim=none\n' + FAIL, 11,
              args=('--output', 'header'), **away)
    yield row('none', 'stdout empty\ndisposition=accept', args=('--output', 'none'))
    yield row('none-reject', 'stdout empty\ndisposition=reject', 11, args=('--output', 'none'),
              **away)
    yield row('json', 'stdout json\ndisposition=accept', args=('--output', 'json'))
    yield row('json-reject', 'stdout json\ndisposition=reject', 11, args=('--output', 'json'),
              **away)
    yield row('json-hostile-bytes', 'stdout json', 10, args=('--output', 'json'),
              message=b'Subject: \xff\x00"\\\nFrom: \xfe"\x01 <a@\xff>\n\n', helo='"\\\x7f\u00e9')
    for what in ('json', 'header', 'none'):
        for profile in ('postfix', 'exim-filter', 'procmail'):
            yield row('%s-refused-for-%s' % (what, profile),
                      'stdout starts 4.7.0 ' if profile == 'postfix' else 'stdout empty', 75,
                      args=('--profile', profile, '--output', what),
                      command=('/bin/cat',) if profile == 'postfix' else ())
    yield row('json-log', GOOD + '\njson-log 1', args=('--json-log', '@TMP@/log'))
    yield row('json-log-fails-and-delivery-goes-on', args=('--json-log', '/no/such/folder/log'))
    yield row('received-spf', GOOD + '\nfield Received-SPF: pass', args=('--received-spf',))
    yield row('received-spf-fail', 'spf=fail\ndkim=none\n' + FAIL + '\nfield Received-SPF: fail',
              11, args=('--received-spf',), **away)
    yield row('disposition-field', GOOD + '\nfield Mailstamp-Disposition: accept',
              args=('--disposition-field',))
    yield row('authserv-id-of-many-letters', 'spf=pass\ndkim=none\n' + PASS, zone=ZONE,
              bare=True, args=('--authserv-id', 'mail-gateway.department.subsidiary.'
                               'a-company-with-a-very-long-name.example.net', '--zone', 'zone',
                               '--now', str(NOW), '--client-ip', '192.0.2.10', '--mail-from',
                               'orders@example.com'))
    yield row('input-file', bare=True, message=b'this stdin is not looked at\n', args=(
        '--authserv-id', AUTHSERV_ID, '--zone', 'zone', '--now', str(NOW), '--client-ip',
        '192.0.2.10', '--mail-from', 'orders@example.com', '--input', 'letter.eml'),
        files={'letter.eml': mail().bytes()}, rest=mail())
    yield row('input-folder', bare=True, message=b'', args=(
        '--authserv-id', AUTHSERV_ID, '--zone', 'zone', '--now', str(NOW), '--client-ip',
        '192.0.2.10', '--mail-from', 'orders@example.com', '--input', 'spool'),
        files={'spool/letter.eml': mail().bytes(), 'spool/other.txt': 'x\n'}, rest=mail())
    yield row('engine-libspf2', args=('--spf-engine', 'libspf2'))
    yield row('engines-compared', args=('--spf-compare',))


def config():
    def conf(name, text, expect=GOOD, status=0, args=(), **options):
        return Case('config/' + name, zone=ZONE, bare=True, message=mail(),
                    args=('--config', 'config') + args, files={'config': text}, expect=expect,
                    exit=status, **options)

    base = '[mailstamp]\nauthserv-id=%s\nzone=zone\nnow=%d\nclient-ip=192.0.2.10\n' \
           'helo=mail.example.com\nmail-from=orders@example.com\n' % (AUTHSERV_ID, NOW)
    away = base.replace('192.0.2.10', '203.0.113.66')
    yield conf('everything-in-the-file', base)
    yield conf('comments-and-blank-lines', '# our settings\n\n' + base + '\n# end\n')
    yield conf('command-line-wins', away, args=('--client-ip', '192.0.2.10'))
    yield conf('policy-option', away + 'reject-on=never\n', 'spf=fail\ndkim=none\n' +
               FAIL.replace('=reject\ndisposition=reject', '=reject\ndisposition=quarantine'), 10)
    yield conf('switch', base + 'received-spf=true\n', GOOD + '\nfield Received-SPF: pass')
    yield conf('list', away + 'trusted-client=10.0.0.0/8;203.0.113.0/24;\n',
               'spf=none\ndkim=none\ndmarc=none\ndisposition=accept')
    yield conf('list-replaced-by-command-line', away + 'trusted-client=203.0.113.0/24;\n',
               'spf=fail\ndkim=none\n' + FAIL, 11, args=('--trusted-client', '10.0.0.0/8'))
    yield conf('profile', away + 'profile=exim-filter\n', 'spf=fail\ndkim=none\n' +
               FAIL + '\nfield Mailstamp-Disposition: reject')
    for name, text in (('unknown-key', base + 'no-such-option=1\n'),
                       ('no-group', base.replace('[mailstamp]\n', '')),
                       ('bad-value', base + 'reject-on=sometimes\n'),
                       ('bad-syntax', base + 'what is this\n'),
                       ('bad-number', base + 'max-size=much\n'),
                       ('bad-address', base.replace('192.0.2.10', '192.0.2.999'))):
        yield conf('error-' + name, text, 'stdout empty\nstderr lines 1', 78,
                   args=('--profile', 'plain'))
        yield conf('error-without-profile-' + name, text, 'stdout empty\nstderr lines 1', 75)


def cases():
    for group in (outputs, config):
        yield from group()
