"""stored.py: what `report read` has put into a store, of either kind."""
import sqlite3

import postgres

HEAD = 'org report_id email contact generator version begins ends domain p sp np adkim aspf pct fo testing discovery errors'.split()
ROW = 'source messages disposition dkim spf header_from envelope_from envelope_to'.split()
NUMBERS = {'begins', 'ends', 'messages'}


class Stored:
    def __init__(self, place):
        self.place = str(place)

    def ask(self, sql):
        """rows of texts; NULL is empty"""
        if self.place.startswith('postgresql://'):
            return [tuple(row) for row in postgres.query(self.place, sql)]
        with sqlite3.connect(self.place) as db:
            return [tuple('' if value is None else str(value) for value in row) for row in db.execute(sql)]

    def named(self, names, sql):
        out = []
        for row in self.ask(sql):
            one = dict(zip(names, row))
            for name in NUMBERS & set(names):
                one[name] = int(one[name]) if one[name] else None
            out.append(one)
        return out

    def reports(self, kind='aggregate'):
        return self.named(['id', *HEAD], f"SELECT id, {', '.join(HEAD)} FROM in_report WHERE kind = '{kind}' ORDER BY id")

    def rows(self, report):
        rows = self.named(['auth', 'reasons', *ROW], f"SELECT auth, reasons, {', '.join(ROW)} FROM in_row WHERE report = {report} ORDER BY n")
        for row in rows:
            row['results'] = self.ask("SELECT method, domain, selector, scope, result, human FROM in_result "
                                      f"WHERE auth = {row.pop('auth')} ORDER BY n")
            row['reasons'] = [tuple(line.split('\t', 1)) for line in row['reasons'].split('\n')[:-1]]
        return rows

    def warnings(self, report=None):
        where = f' WHERE report = {report}' if report else ''
        return {code: int(times) for code, times in self.ask(f'SELECT code, sum(times) FROM in_warning{where} GROUP BY code')}

    def asides(self):
        return [row[0] for row in self.ask('SELECT why FROM in_aside ORDER BY id')]

    def count(self, table, where='1 = 1'):
        return int(self.ask(f'SELECT count(*) FROM {table} WHERE {where}')[0][0])
