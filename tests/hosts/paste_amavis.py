"""paste_amavis.py: contrib/postfix/README.md with a real amavis in front of mailstamp, and behind it."""

import os
import shutil

from paste_postfix import installed, one
import paste_proxy
from place import BAD, GOOD, put, run
from rig import Trouble, until


def amavis(site):
    """As Debian installs it, which checks for neither spam nor viruses."""
    for folder in ('/run/amavis', '/var/lib/amavis/tmp'):
        os.makedirs(folder, exist_ok=True)
        shutil.chown(folder, 'amavis', 'amavis')
    put('/etc/amavis/conf.d/50-user', "use strict;\n$myhostname = 'mx.test';\n$max_servers = 1;\n"
        "$log_level = 1;\n$do_syslog = 0;\n$LOGFILE = '/var/lib/amavis/amavis.log';\n1;\n")
    site.start('amavis', '/usr/sbin/amavisd', 'foreground')
    if not until(lambda: paste_proxy.listens(10024), 60):
        raise Trouble('amavis did not start: ' + run('tail', '-n', '20', '/var/log/test-amavis'))


def client(site, mark):
    return [each['envelope']['client_ip'] for each in site.judged(mark)]


def scanned(text):
    return b'X-Virus-Scanned' in text or b'amavis' in text


def amavis_in_front(site, check):
    readme = installed(site)
    readme.paste('/etc/postfix/master.cf')
    readme.paste('amavis')
    amavis(site)
    site.json_log()
    for address, wanted in ((GOOD, []), (BAD, ['quarantine'])):
        mark, got = site.smtp('pass.example', client=address)
        check('taken', got[0] == 250, got)
        text = one(site, check, 'from ' + address, mark, wanted)
        check('by amavis', scanned(text), text[:900])
        check('the client is known', client(site, mark) == [address], client(site, mark))
    readme.paste('own-machine')
    mark, _ = site.smtp('pass.example', client=BAD)
    one(site, check, 'loopback trusted all the same', mark, ['quarantine'])
    name = 'amavis/unix/smtp_send_xforward_command'
    check('the service has the cure', run('postconf', '-hP', name).strip() == 'yes')
    run('postconf', '-PX', name)
    site.reload()
    mark, _ = site.smtp('pass.example', client=BAD)
    got = site.arrives('alice', mark)
    check('without it amavis is the client, and nothing is judged', client(site, mark) == ['127.0.0.1'], got)
    site.stop('amavis')


def amavis_behind(site, check):
    """On the second smtpd, before the queue."""
    readme = paste_proxy.installed(site)
    readme.paste('enforce')
    for service in ('amavis unix - - n - 2 smtp -o smtp_send_xforward_command=yes',
                    '127.0.0.1:10025 inet n - n - - smtpd -o content_filter= -o mynetworks=127.0.0.0/8'):
        run('postconf', '-M', '/'.join(service.split()[:2]) + '=' + service)
    readme.paste('another-filter')
    amavis(site)
    mark, got = site.smtp('pass.example')
    check('taken', got[0] == 250, got)
    text = one(site, check, 'good', mark, [])
    check('by amavis', scanned(text), text[:900])
    check('stamped before', text.find(b'amavis') < text.find(b'Authentication-Results: mx.test'), text[:1500])
    mark, got = site.smtp('reject.example', client=BAD)
    check('rejected before it', got[0] == 550, got)
    site.stop('amavis')


CASES = [amavis_in_front, amavis_behind]
