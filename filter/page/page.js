'use strict';
/* Sorts and filters the tables; without it the page is complete, in the order it was written. */
(() => {
	const collator = new Intl.Collator(document.documentElement.lang, {numeric: true});

	const numberOf = (cell) => {
		const n = Number.parseFloat(cell.textContent.replaceAll(',', ''));
		return Number.isNaN(n) ? -1 : n;
	};

	const compare = (column, number, sign) => (a, b) => {
		const x = a.cells[column], y = b.cells[column];
		return sign * (number ? numberOf(x) - numberOf(y) :
			collator.compare(x.textContent, y.textContent));
	};

	/* The first click puts the largest numbers first; rows that compare equal keep their order. */
	const sort = (table, head) => {
		const number = head.classList.contains('n');
		const now = head.getAttribute('aria-sort');
		const up = now === 'none' ? !number : now === 'descending';
		const body = table.tBodies[0];
		const rows = [...table.sortedRows];

		rows.sort(compare(head.cellIndex, number, up ? 1 : -1));
		body.append(...rows);
		for (const other of table.tHead.rows[0].cells)
			other.setAttribute('aria-sort', 'none');
		head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
	};

	const makeButtons = (table) => {
		for (const head of table.tHead.rows[0].cells) {
			const button = document.createElement('button');

			button.type = 'button';
			button.append(...head.childNodes);
			head.append(button);
			head.setAttribute('aria-sort', 'none');
			button.addEventListener('click', () => sort(table, head));
		}
	};

	/* Makes full and half width, upper and lower case the same. */
	const plain = (text) => text.normalize('NFKC').toLowerCase();

	const makeFilter = (table) => {
		const tools = table.closest('section').querySelector('.tools');
		const input = tools.querySelector('input'), count = tools.querySelector('output');
		const texts = new Map(table.sortedRows.map((row) => [row, plain(row.textContent)]));
		const apply = () => {
			const words = plain(input.value).split(/\s+/).filter(Boolean);
			let shown = 0;

			for (const [row, text] of texts) {
				row.hidden = !words.every((word) => text.includes(word));
				shown += row.hidden ? 0 : 1;
			}
			count.textContent = count.dataset.count
				.replace('{shown}', shown).replace('{all}', texts.size);
		};

		input.addEventListener('input', apply);
		tools.hidden = false;
		apply();
		table.showAll = () => {
			input.value = '';
			apply();
		};
	};

	for (const table of document.querySelectorAll('table.sorted')) {
		table.sortedRows = [...table.tBodies[0].rows];
		makeButtons(table);
		makeFilter(table);
	}

	/* A link leads to its row even if a filter hides the row. */
	const follow = () => {
		const row = document.getElementById(location.hash.slice(1));

		if (!row || !row.hidden)
			return;
		row.closest('table').showAll();
		row.scrollIntoView();
	};
	window.addEventListener('hashchange', follow);
	follow();

	const folded = [...document.querySelectorAll('details')];
	let opened = [];
	window.addEventListener('beforeprint', () => {
		opened = folded.filter((one) => !one.open);
		opened.forEach((one) => { one.open = true; });
	});
	window.addEventListener('afterprint', () => {
		opened.forEach((one) => { one.open = false; });
	});
})();
