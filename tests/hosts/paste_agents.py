"""paste_agents.py: the READMEs of delivery agents: procmail, maildrop, Sieve, fetchmail, getmail."""

import time

from place import BAD, Readme, fields, run
from paste_postfix import MARK, STAMP, one
from rig import until

USERS = ('alice', 'bob')        # one has a Maildir, one an mbox


def installed(site, name, whose):
    """whose: system, user or both"""
    site.postfix()
    readme = Readme(site, name)
    readme.paste('install')
    readme.paste('postfix')
    if whose in ('system', 'both'):
        readme.paste('system')
    if whose in ('user', 'both'):
        for user in USERS:
            readme.paste('user', user=user)
    # what any site has: where mail is kept
    run('bash', '-c', 'echo "DEFAULT=\\$HOME/Maildir/" >>/home/alice/.procmailrc; '
        'chown alice: /home/alice/.procmailrc' if name == 'procmail' else
        'echo "DEFAULT=\\"\\$HOME/Maildir\\"" >>/home/alice/.mailfilter; '
        'chmod 600 /home/alice/.mailfilter; chown alice: /home/alice/.mailfilter')
    return readme


def agent(site, check, name, whose):
    readme = installed(site, name, whose)
    for user in USERS:
        mark, _ = site.smtp('pass.example', to=user)
        text = one(site, check, 'good for ' + user, mark, [], user)
        check('dmarc=pass for ' + user, b'dmarc=pass' in text, text[:400])
        mark, _ = site.smtp('reject.example', to=user, client=BAD)
        one(site, check, 'first stage for ' + user, mark, ['quarantine'], user)
    readme.paste('enforce')
    defers(site, check)
    for user in USERS:
        mark, _ = site.smtp('reject.example', to=user, path='s-MARK@path.example')
        check('bounced for ' + user, until(lambda: site.logged(mark, 'status=bounced'), 12),
              site.log()[-1200:])
        time.sleep(0.3)
        check('and not delivered to ' + user, not site.find(user, mark), site.boxes(user).keys())
    if whose != 'user':
        readme.paste('junk-system')
    else:
        for user in USERS:
            readme.paste('junk-user', user=user)
    for user in USERS:
        mark, _ = site.smtp('quarantine.example', to=user, client=BAD)
        one(site, check, 'marked for ' + user, mark, ['quarantine'], user)
        got = site.find(user, mark)
        check('filed for ' + user, [each[0] for each in got] == ['junk'], got)
        mark, _ = site.smtp('pass.example', to=user)
        got = site.arrives(user, mark)
        check('not filed for ' + user, [each[0] for each in got] == ['inbox'], got)
    own_machine(site, check, readme)


def defers(site, check):
    """No copy at any try of a temporary failure; one, judged, after it."""
    site.dns(lame=True)
    marks = {user: site.smtp('lame.example', to=user, client=BAD)[0] for user in USERS}
    for tries in (1, 2, 3):
        for user, mark in marks.items():
            check('deferred, try %d for %s' % (tries, user), site.defers(mark, tries),
                  site.log()[-1200:])
            check('no copy at try %d for %s' % (tries, user), not site.find(user, mark))
        run('postqueue', '-f')
    site.dns(lame=False)
    time.sleep(1)
    for user, mark in marks.items():
        until(lambda: run('postqueue', '-f') or site.find(user, mark), 10, 1)
        one(site, check, 'afterwards for ' + user, mark, ['reject'], user)


def own_machine(site, check, readme):
    readme.paste('own-machine')
    mark, _ = site.smtp('reject.example', client='127.0.0.1', extra=MARK + ': reject\n')
    one(site, check, 'of this machine', mark, [])
    mark, _ = site.smtp('reject.example', client=BAD)
    one(site, check, 'from outside', mark, ['reject'])


def procmail_system(site, check):
    agent(site, check, 'procmail', 'system')


def procmail_user(site, check):
    agent(site, check, 'procmail', 'user')


def procmail_both(site, check):
    agent(site, check, 'procmail', 'both')


def maildrop_system(site, check):
    agent(site, check, 'maildrop', 'system')


def maildrop_user(site, check):
    agent(site, check, 'maildrop', 'user')


CASES = [procmail_system, procmail_user, procmail_both, maildrop_system, maildrop_user]
