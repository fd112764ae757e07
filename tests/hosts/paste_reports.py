"""paste_reports.py: contrib/report-read/README.md: incoming reports, into the store."""

import json
import os

from paste_agents import dovecot, dovecot_is_new
from paste_exim import Exim
from place import Readme, put, run
from rig import CONTRIB, until

STORE = '/var/lib/mailstamp/reports.sqlite'
XML = ('<feedback><report_metadata><org_name>Acme</org_name><report_id>%s</report_id><date_range><begin>1700006400</begin>'
       '<end>1700092799</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p>'
       '</policy_published><record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none'
       '</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>example.com'
       '</header_from></identifiers><auth_results><spf><domain>x.example</domain><result>fail</result></spf></auth_results>'
       '</record></feedback>')


def report(site, to='dmarc'):
    """One arrives by SMTP, from a sender who passes DMARC; its mark."""
    mark = 'm%dq' % (site.count + 1)
    return site.smtp('pass.example', to=to, extra='MIME-Version: 1.0\nContent-Type: text/xml; name=r.xml\n\n' + XML % mark)[0]


def stored(place):
    """the number of reports from senders who pass DMARC, and of all"""
    done = run('mailstamp', 'report', 'show', '--store', place, '--output', 'json', '--reporters', 'all', check=False)
    if not done.startswith('{'):
        return done
    return {row['class']: row['reports'] for row in json.loads(done)['senders']}


def comes(site, check, what, place, n):
    check(what, until(lambda: stored(place) == {'authenticated': n}, 15), (stored(place), site.log()[-1500:]))


def broken(site, check, place, waits, again, n):
    """While the store cannot be opened the report waits; then it is stored once."""
    os.rename(place, place + '.away')
    os.makedirs(place)
    try:
        mark = report(site)
        check('without a store it waits', waits(mark), site.log()[-1500:])
    finally:
        os.rmdir(place)
        os.rename(place + '.away', place)
    again(mark)
    comes(site, check, 'with the store again', place, n)


def looked(check, readme, place):
    told = readme.paste('look', STORE=place)
    check('shown', 'example.com' in told or 'Who reported' in told, told[-800:])
    with open('/tmp/reports.html', encoding='utf-8') as page:
        check('as a page', page.read().endswith('</html>\n'))
    os.unlink('/tmp/reports.html')


def fresh(site):
    run('rm', '-rf', '/var/lib/mailstamp')
    return Readme(site, 'report-read')


def report_read_postfix(site, check):
    site.postfix()
    readme = fresh(site)
    readme.paste('store')
    readme.paste('/var/lib/mailstamp/aliases')
    readme.paste('postfix')
    report(site)
    comes(site, check, 'stored', STORE, 1)
    report(site)
    comes(site, check, 'another one', STORE, 2)
    owner = run('stat', '-c', '%U %a', STORE).split()
    check('it belongs to mailstamp alone', owner == ['mailstamp', '600'], owner)
    broken(site, check, STORE, site.defers, lambda mark: run('postqueue', '-f'), 3)
    put('/etc/mailstamp/mailstamp.conf', '[mailstamp]\nno-such-option=1\n')
    mark = report(site)
    check('a wrong configuration bounces nothing', site.defers(mark) and not site.logged(mark, 'status=bounced'), site.log()[-1500:])
    os.unlink('/etc/mailstamp/mailstamp.conf')
    run('postqueue', '-f')
    comes(site, check, 'with a right one', STORE, 4)
    mark, _ = site.smtp('pass.example')
    check('other mail goes its way', len(site.arrives('alice', mark)) == 1, site.log()[-900:])
    looked(check, readme, STORE)


def report_read_procmail(site, check):
    site.postfix("mailbox_command = /usr/bin/procmail -t -a \"$EXTENSION\"")
    run('useradd', '--create-home', '--base-dir', '/srv', '--shell', '/bin/bash', 'dmarc', check=False)
    readme = fresh(site)
    run('bash', '-c', 'mkdir -p /srv/dmarc/Maildir/{new,cur,tmp}; chown -R dmarc: /srv/dmarc')
    put('/srv/dmarc/.procmailrc', 'DEFAULT=$HOME/Maildir/\n')
    readme.paste('~/.procmailrc', user='dmarc')
    place = '/srv/dmarc/reports.sqlite'
    report(site)
    comes(site, check, 'stored', place, 1)
    os.rename(place, place + '.away')
    os.makedirs(place)
    mark = report(site)
    check('without a store it is in the mailbox', len(site.arrives('dmarc', mark)) == 1, site.log()[-900:])
    os.rmdir(place)
    os.rename(place + '.away', place)
    run('rm', '-rf', '/srv/dmarc/.procmailrc')


def report_read_sieve(site, check):
    site.postfix()
    run('useradd', '--create-home', '--base-dir', '/srv', '--shell', '/bin/bash', 'dmarc', check=False)
    dovecot()
    readme = fresh(site)
    run('bash', '-c', 'rm -rf /srv/dmarc/Maildir /srv/dmarc/reports.sqlite*; mkdir -p /srv/dmarc/Maildir/{new,cur,tmp}; chown -R dmarc: /srv/dmarc')
    readme.paste('sieve')
    new = dovecot_is_new()
    readme.elsewhere('/etc/dovecot/conf.d/99-mailstamp-reports.conf', int(not new))
    readme.paste('/etc/dovecot/conf.d/99-mailstamp-reports.conf', int(new))
    Readme(site, 'dovecot').paste('postfix')
    place = '/srv/dmarc/reports.sqlite'
    report(site)
    comes(site, check, 'stored', place, 1)
    os.rename(place, place + '.away')
    os.makedirs(place)
    mark = report(site)
    check('without a store it is in the mailbox', len(site.arrives('dmarc', mark)) == 1,
          site.log()[-600:] + open('/tmp/dovecot.log', encoding='utf-8').read()[-900:])
    os.rmdir(place)
    os.rename(place + '.away', place)
    mark, _ = site.smtp('pass.example')
    check('other mail goes its way', len(site.arrives('alice', mark)) == 1, site.log()[-900:])
    for name in ('98-test.conf', '99-mailstamp-reports.conf'):
        os.unlink('/etc/dovecot/conf.d/' + name)


def report_read_exim(site, check):
    exim = Exim(site)
    readme = fresh(site)
    readme.paste('store')
    readme.paste('/etc/exim4/conf.d/router/350_mailstamp_reports')
    readme.paste('/etc/exim4/conf.d/transport/30_mailstamp_reports')
    before = exim.log().count('daemon started')
    readme.paste('exim')
    exim.read_again(before)
    report(site)
    check('stored', until(lambda: stored(STORE) == {'authenticated': 1}, 20), (stored(STORE), exim.log()[-1500:]))
    os.rename(STORE, STORE + '.away')
    os.makedirs(STORE)
    report(site)
    check('without a store it waits', until(lambda: 'defer' in exim.log() or '==' in exim.log(), 15), exim.log()[-1500:])
    os.rmdir(STORE)
    os.rename(STORE + '.away', STORE)
    run('exim4', '-qff', check=False)
    check('with the store again', until(lambda: stored(STORE) == {'authenticated': 2}, 20), (stored(STORE), exim.log()[-1500:]))
    exim.stop()


def newcomer(site, check):
    """The section of README.md for the owner of a domain, line by line, as somebody who starts from nothing."""
    run('rm', '-rf', '/var/lib/mailstamp')
    with open(os.path.join(CONTRIB, '..', 'README.md'), encoding='utf-8') as text:
        section = text.read().split('## Reports in five minutes: your name is in use', 1)[1].split('\n## ', 1)[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith('    ')]
    check('there are lines to paste', len(lines) >= 5, lines)
    run('bash', '-c', 'rm -rf /srv/carol/Maildir; mkdir -p /srv/carol/Maildir/{new,cur,tmp}')
    for n in range(3):
        put('/srv/carol/Maildir/new/%d' % n, 'Return-Path: <s@pass.example>\nReceived: from x (x [192.0.2.10])\n\tby mx.test with ESMTP; '
            'Wed, 15 Nov 2023 01:00:00 +0000\nFrom: a@pass.example\nMIME-Version: 1.0\nContent-Type: text/xml; name=r.xml\n\n' + XML % n)
    told = ''
    for line in lines:
        told = run('bash', '-c', line, cwd='/srv/carol', env=dict(os.environ, HOME='/srv/carol'))
        check('pasted: ' + line[:60], 'mailstamp: ' not in told, told[-800:])
    found = json.loads(told)
    check('what it shows', [(row['class'], row['reports']) for row in found['senders']] == [('authenticated', 3)], found['senders'])
    check('the page', os.path.exists('/srv/carol/reports.html'))


CASES = [newcomer, report_read_postfix, report_read_procmail, report_read_sieve, report_read_exim]
