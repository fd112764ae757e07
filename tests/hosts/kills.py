"""kills.py: mailstamp ended by a signal in front of each host, and what its COMMAND did.

A message may arrive twice in one case only, which no filter can prevent: COMMAND had already handed it on, and
mailstamp ended before it reported its own status. To detect this, COMMAND and the processes that it started are
stopped at the moment of the signal, and the test checks whether the message has arrived.

A signal that mailstamp can handle ends the whole process group of COMMAND. It cannot handle SIGKILL: then the
kernel ends COMMAND, and a child of COMMAND that has the whole message may still hand it on (postdrop below
sendmail). In that case the exception applies once COMMAND has read the whole message.
"""

import os
import random
import signal
import threading
import time

import cases
from rig import until

SEED = 20261127
ROUNDS = 24
NOTED = '#!/bin/sh\necho $$ >%s.new && mv %s.new %s && exec %s.real "$@"\n'
BEFORE = '#!/bin/sh\nsleep 2\nexec %s.real "$@"\n'
AFTER = '#!/bin/sh\n%s.real "$@"\nstatus=$?\nsleep 4\nexit $status\n'
SETTLES = 0.6       # a message between two queues can be overlooked for that long


def stat(pid):
    """(state, process group) of a process; None if there is none"""
    try:
        with open('/proc/%d/stat' % pid, encoding='utf-8', errors='replace') as text:
            words = text.read().rpartition(')')[2].split()
            return words[0], int(words[2])
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(pid):
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid), encoding='ascii') as text:
            return [int(each) for each in text.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def commands(pid):
    """COMMAND, which is started by a small process of mailstamp's."""
    return [each for runner in children(pid) for each in children(runner)]


def group(leader):
    """States of the live processes in its group."""
    all_of = [stat(int(name)) for name in os.listdir('/proc') if name.isdigit()]
    return [each[0] for each in all_of if each and each[1] == leader and each[0] not in 'ZX']


def send(leader, number):
    for call in (os.killpg, os.kill):       # it may not lead its group yet
        try:
            call(leader, number)
            return
        except ProcessLookupError:
            continue


def has_read(pid):
    """Has that COMMAND read its stdin, a file, to the end?"""
    try:
        with open('/proc/%d/fdinfo/0' % pid, encoding='ascii') as text:
            return int(text.readline().split()[1]) >= os.stat('/proc/%d/fd/0' % pid).st_size
    except (OSError, IndexError, ValueError):
        return True         # it has ended


class Strike:
    """Waits for one run of mailstamp, and for the right moment, then ends it by a signal."""

    def __init__(self, host, mail, number, moment):
        self.host, self.mail, self.number, self.moment = host, mail, number, moment
        self.place = host.world.rig.path('struck', mail.mark.decode())
        os.chmod(os.path.dirname(self.place), 0o1777)
        self.struck = self.may_repeat = False
        self.thread = threading.Thread(target=self.work, daemon=True)

    def before(self):
        rig = self.host.world.rig
        rig.swap(rig.program, NOTED % ((self.place,) * 3 + (rig.program,)))
        self.thread.start()

    def after(self):
        self.thread.join()
        self.host.world.rig.restore(self.host.world.rig.program)

    def handed_on(self):
        if self.host.name in cases.IN_SESSION:
            return bool(self.host.queued(self.mail) or self.host.both(self.mail))
        return self.host.server.handed_on(self.mail.mark) or bool(self.host.both(self.mail))

    def work(self):
        if not until(lambda: os.path.exists(self.place), 20, 0.001):
            return
        with open(self.place, encoding='ascii') as text:
            pid = int(text.read())
        self.moment(self, pid)
        below = commands(pid)
        for leader in below:
            send(leader, signal.SIGSTOP)
        try:
            self.strike(pid, below)
        except ProcessLookupError:
            pass        # it was over
        finally:        # background processes of COMMAND also continue
            for leader in below:
                send(leader, signal.SIGCONT)

    def strike(self, pid, below):
        for leader in below:
            until(lambda each=leader: all(state in 'Tt' for state in group(each)), 2, 0.001)
        if self.host.name in cases.NEXT_HOP:
            os.kill(pid, signal.SIGSTOP)
            self.may_repeat = bool(until(self.handed_on, SETTLES))
        if self.host.name in cases.WITH_COMMAND:
            # without a COMMAND below, it has ended or was not started
            self.may_repeat = bool(until(self.handed_on, SETTLES)) or (
                self.number == signal.SIGKILL and any(has_read(each) for each in below))
        os.kill(pid, self.number)
        self.struck = True
        os.kill(pid, signal.SIGCONT)
        until(lambda: (stat(pid) or 'X')[0] in 'ZX', 5, 0.001)


def later(seconds):
    return lambda strike, pid: time.sleep(seconds)


def while_command_waits(strike, pid):
    """COMMAND runs, and has handed on nothing."""
    until(lambda: commands(pid), 5, 0.001)
    time.sleep(0.3)


def once_handed_on(strike, pid):
    until(strike.handed_on, 10, 0.01)


def at_random(through, mail_of, name, rounds=ROUNDS):
    """At moments chosen by a seed."""
    def case(host):
        chance = random.Random('%d %s %s' % (SEED, host.name, name))
        # with a COMMAND there is more to do
        most = 0.12 if host.name in cases.WITH_COMMAND + cases.NEXT_HOP else 0.04
        for _ in range(rounds):
            mail = mail_of()
            strike = Strike(host, mail, getattr(signal, name), later(chance.random() * most))
            wrong = through(host, name + ' at random', mail, strike.before, strike.after,
                            may_repeat=lambda each=strike: each.may_repeat)
            if wrong:
                return wrong
        return None
    return case


def around_command(through, mail_of, name, after):
    """COMMAND waits before it hands the message on (it never arrives twice) or after (it may arrive twice,
    but is never lost)."""
    def case(host):
        rig, mail, path = host.world.rig, mail_of(), host.server.reinject
        strike = Strike(host, mail, getattr(signal, name),
                        once_handed_on if after else while_command_waits)

        def begin():
            rig.swap(path, (AFTER if after else BEFORE) % path)
            strike.before()

        def end():
            strike.after()
            rig.restore(path)

        wrong = through(host, '%s %s COMMAND handed on' % (name, 'after' if after else 'before'),
                        mail, begin, end, may_repeat=lambda: after and strike.may_repeat)
        return wrong or (None if strike.struck else 'it was not struck')
    return case
