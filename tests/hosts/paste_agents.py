"""paste_agents.py: the READMEs of delivery agents: procmail, maildrop."""

CASES = []
