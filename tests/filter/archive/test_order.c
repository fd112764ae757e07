/* How many messages may be outstanding. */
#include "filter/archive/order.h"

#include <criterion/criterion.h>

Test(order, room)
{
	enum { MB = 1000 * 1000 };
	static const struct {
		const char *name;
		size_t busy, outstanding, octets; /* octets of each message in memory */
		bool room;
	} rows[] = {
		{"none is out", 0, 0, 0, true},
		{"files", 2, ORDER_AHEAD + 1, 0, true},
		{"as many files as wanted", 2, ORDER_AHEAD + 2, 0, false},
		{"many threads", 128, ORDER_AHEAD + 127, 1000, true},
		{"large messages", 128, ORDER_OCTETS / MB, MB, true},
		{"too many large messages", 128, ORDER_OCTETS / MB + 1, MB, false},
		{"a message above the limit", 128, 1, ORDER_OCTETS, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct options options = options_default();
		struct order order = {.options = &options};
		size_t turn = 0;

		cr_assert(order_init(&order));
		for (size_t k = 0; k < rows[i].outstanding; k++) {
			struct item item = {.fd = -1, .n = rows[i].octets};

			(void)order_hand_out(&order, &item, &turn);
		}
		cr_expect_eq(
			order_room(&order, rows[i].busy) > 0, rows[i].room, "%s", rows[i].name);
		/* when one has ended, there is room for another */
		if (rows[i].outstanding > 0)
			order_skip(&order, order_find(&order, turn));
		cr_expect(order_room(&order, rows[i].busy) > 0, "%s", rows[i].name);
		order_clear(&order);
	}
}

/* Feeding goes on when there is room, however long a message that is next in order takes. */
Test(order, room_behind_a_slow_message)
{
	static const struct {
		const char *name;
		size_t slow; /* the second slow message: later ones have their results */
		bool low;
	} rows[] = {{"none is left", 0, false}, {"a little is left", 1, true},
		{"less than half of those ahead", ORDER_AHEAD / 4, true},
		{"most is left", JOURNAL_WINDOW - 2, true}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct options options = options_default();
		struct order order = {.options = &options};
		size_t turn = 0;

		cr_assert(order_init(&order));
		for (size_t k = 0; k < JOURNAL_WINDOW; k++) {
			struct item item = {.fd = -1};

			(void)order_hand_out(&order, &item, &turn);
		}
		for (size_t k = 0; k < JOURNAL_WINDOW; k++)
			if (k != rows[i].slow)
				order_skip(&order, order_find(&order, k));
		cr_expect_eq(order_runs_low(&order, 2), rows[i].low, "%s", rows[i].name);
		order_clear(&order);
	}
}
