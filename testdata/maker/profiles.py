"""profiles.py: every outcome as it is reported to each kind of caller (mailstamp(1), EXIT STATUS)."""

from maker.case import Case
from maker.envelopes import ZONE
from maker.mail import mail

CAT = ('/bin/cat',)


def zone(p):
    return ZONE.replace('p=reject', 'p=' + p) + '''
        example.org TXT v=spf1 ip4:203.0.113.9 -all
        !TIMEOUT t1._domainkey.example.com TXT
    '''


GOOD = {'ip': '192.0.2.10'}
FORGED = {'ip': '203.0.113.66', 'helo': 'bulk.example.org'}       # SPF fails
OTHERS = dict(FORGED, ip='203.0.113.9', mail_from='b@example.org')  # SPF passes for another domain
LATER = {'message': mail().signed(s='t1'), 'ip': '203.0.113.66'}  # the key's name does not answer


def row(name, outcome, status, said, args=(), command=None, p=None, **options):
    """said: lines of `expect` about stdout and fields, in addition to the verdict"""
    where = {'accept': GOOD, 'quarantine': FORGED, 'reject': FORGED, 'reject-own': OTHERS,
             'tempfail': LATER}[outcome]
    published = p or {'quarantine': 'quarantine'}.get(outcome, 'reject')
    if outcome == 'tempfail':
        args += ('--on-temperror', 'tempfail')
    options = dict({'message': mail()}, **dict(where, **options))
    lines = [each for each in said if each]
    return Case('profile/' + name, zone=zone(published), exit=status,
                args=tuple(args), command=command or (), expect='\n'.join(lines), **options)


def written(outcome, field=None):
    """The message is passed on: it has the verdict, and perhaps the disposition field."""
    verdict = {'accept': 'dmarc=pass', 'quarantine': 'dmarc=fail policy.dmarc=quarantine',
               'reject': 'dmarc=fail policy.dmarc=reject'}[outcome]
    spf = {'accept': 'spf=pass'}.get(outcome, 'spf=fail')
    return [spf, 'dkim=none', verdict,
            'field Mailstamp-Disposition: ' + field if field else '']


NOTHING = ['stdout empty']
BOUNCE = ['stdout starts 5.7.26 ', 'stdout lines 1']
RETRY = ['stdout starts 4.7.0 ', 'stdout lines 1']


def plain():
    yield row('plain-accept', 'accept', 0, written('accept'))
    yield row('plain-quarantine', 'quarantine', 10, written('quarantine'))
    yield row('plain-reject', 'reject', 11, written('reject'))
    yield row('plain-tempfail', 'tempfail', 75, NOTHING)
    yield row('plain-named-accept', 'accept', 0, written('accept'), ('--profile', 'plain'))
    yield row('plain-command-accept', 'accept', 0, written('accept'), command=CAT)
    yield row('plain-command-quarantine', 'quarantine', 10, written('quarantine'), command=CAT)
    yield row('plain-command-reject-not-started', 'reject', 11, NOTHING, command=CAT)
    yield row('plain-command-tempfail-not-started', 'tempfail', 75, NOTHING, command=CAT)
    for name, code in (('accept', '3'), ('quarantine', '4'), ('reject', '5'), ('tempfail', '6')):
        said = NOTHING if name == 'tempfail' else written(name)
        yield row('plain-exit-' + name, name, code, said, ('--exit', '%s=%s' % (name, code)))


def servers():
    for profile in ('postfix', 'exim-pipe'):
        args = ('--profile', profile)

        def server(name, outcome, status, said, more=(), command=CAT, profile=profile, args=args,
                   **options):
            return row('%s-%s' % (profile, name), outcome, status, said + ['stderr empty'],
                       args + more, command, **options)

        yield server('accept', 'accept', 0, written('accept'))
        yield server('quarantine', 'quarantine', 0, written('quarantine', 'quarantine'))
        yield server('reject-forged-path', 'reject', 0, written('reject', 'reject'))
        yield server('reject-own-path', 'reject-own', 77, BOUNCE)
        yield server('reject-null-path', 'reject', 0, ['dmarc=fail policy.dmarc=reject',
                     'field Mailstamp-Disposition: reject'], mail_from='')
        yield server('reject-bounce-always', 'reject', 77, BOUNCE, ('--bounce', 'always'))
        yield server('reject-bounce-always-null-path', 'reject', 0, [
            'dmarc=fail policy.dmarc=reject', 'field Mailstamp-Disposition: reject'],
            ('--bounce', 'always'), mail_from='')
        yield server('reject-bounce-always-unknown-path', 'reject', 0, [
            'dmarc=fail policy.dmarc=reject', 'field Mailstamp-Disposition: reject'],
            ('--bounce', 'always'), mail_from=None)
        yield server('tempfail', 'tempfail', 75, RETRY)
        yield server('without-command', 'accept', 75, [], command=None)
        yield server('command-fails', 'accept', 75, [], command=('/bin/false',))
        yield server('command-missing', 'accept', 75, [], command=('/no/such/command',))
        yield server('exit-override', 'reject-own', 65, [], ('--exit', 'reject=65'))
        yield server('usage-error', 'accept', 75, [], ('--no-such-option',))


def agents():
    yield row('exim-filter-accept', 'accept', 0, written('accept') + ['stderr empty'],
              ('--profile', 'exim-filter'))
    yield row('exim-filter-quarantine', 'quarantine', 0,
              written('quarantine', 'quarantine') + ['stderr empty'], ('--profile', 'exim-filter'))
    yield row('exim-filter-reject', 'reject', 0, written('reject', 'reject') + ['stderr empty'],
              ('--profile', 'exim-filter'))
    yield row('exim-filter-reject-own-path', 'reject-own', 0, [
        'spf=pass', 'dkim=none', 'dmarc=fail', 'field Mailstamp-Disposition: reject'],
        ('--profile', 'exim-filter'))
    yield row('exim-filter-tempfail', 'tempfail', 75, NOTHING + ['stderr empty'],
              ('--profile', 'exim-filter'))
    for profile in ('procmail', 'maildrop'):
        args = ('--profile', profile)
        yield row(profile + '-accept', 'accept', 0, written('accept') + ['stderr empty'], args)
        yield row(profile + '-quarantine', 'quarantine', 0, written('quarantine', 'quarantine'),
                  args)
        yield row(profile + '-reject-forged-path', 'reject', 0, written('reject', 'reject'), args)
        yield row(profile + '-reject-own-path', 'reject-own', 77, [], args)
        yield row(profile + '-reject-bounce-always', 'reject', 77, [],
                  args + ('--bounce', 'always'))
        yield row(profile + '-tempfail', 'tempfail', 75, [], args)
        yield row(profile + '-usage-error', 'accept', 75, NOTHING, args + ('--no-such-option',))


def commands():
    def row2(name, status, said, command, message=None, args=()):
        return Case('command/' + name, zone=ZONE, exit=status, args=args,
                    expect='\n'.join(said), command=command, message=message or mail())

    good = written('accept')
    yield row2('cat', 0, good, CAT)
    yield row2('cat-with-argument', 0, good, ('/bin/cat', '-'))
    yield row2('found-by-path', 0, good, ('cat',))
    yield row2('no-shell', 75, [], ('cat; echo bad',))
    yield row2('option-like-argument-belongs-to-it', 0, good,
               ('/bin/sh', '-c', 'test "$1" = --version && cat', 'sh', '--version'))
    yield row2('false', 75, [], ('/bin/false',))
    yield row2('missing', 75, [], ('/no/such/command',))
    yield row2('not-executable', 75, [], ('/etc/passwd',))
    yield row2('folder', 75, [], ('/',))
    yield row2('status-77-is-75', 75, [], ('/bin/sh', '-c', 'cat >/dev/null; exit 77'))
    yield row2('killed', 75, [], ('/bin/sh', '-c', 'kill -9 $$'))
    large = mail(body='many lines of a body that is not taken\n' * 2000)  # more than a pipe holds
    yield row2('does-not-read', 75, [], ('/bin/true',), message=large)
    yield row2('reads-a-little', 75, [], ('/bin/sh', '-c', 'head -c 100 >/dev/null'),
               message=large)
    yield row2('too-slow', 75, [], ('/bin/sh', '-c', 'cat >/dev/null; sleep 20'),
               args=('--command-timeout', '1'))
    yield row2('nothing-after-dashes', '64 75', [], ('',))


def cases():
    for group in (plain, servers, agents, commands):
        yield from group()
