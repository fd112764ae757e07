#include "mime/address.h"

const char *
address_cause_text(enum address_cause cause)
{
	static const char *const texts[] = {
		[ADDRESS_NO_FAULT] = "",
		[ADDRESS_SYNTAX] = "not an address by the grammar from here on",
		[ADDRESS_WORD_DELIMITER] =
			"a quote or parenthesis inside an encoded word has its partner outside it",
		[ADDRESS_WORD_SPECIAL] = "an encoded word contains <, @ or a backslash",
		[ADDRESS_BACKSLASH] =
			"a backslash outside quotes before a quote, parenthesis, < or @",
		[ADDRESS_NESTED_COMMENT] = "a comment goes on after a comment within it",
		[ADDRESS_ANGLE_SPECIAL] = "<, > or @ in quotes or a comment between < and >",
		[ADDRESS_GROUP_SEMICOLON] = "a semicolon in quotes or a comment within a group",
		[ADDRESS_DEEP_COMMENT] = "comments are nested too deep",
		[ADDRESS_UNCLOSED] = "a quote or parenthesis without its partner",
		[ADDRESS_DOMAIN_GAP] = "white space or a comment beside a dot of the domain",
		[ADDRESS_QUOTED_AT] = "an @ in a quoted local part",
		[ADDRESS_COMMENT_ALONE] = "a comment with an @ where an address is expected",
		[ADDRESS_CONTROL] = "a control character",
		[ADDRESS_LEGACY_SPECIAL] =
			"an 8-bit octet before @ or a backslash, which may be one character",
		[ADDRESS_NO_AT] = "no address",
		[ADDRESS_SECOND_AT] = "a second @ outside quotes and comments",
		[ADDRESS_SECOND_ANGLE] = "a < that does not begin the only address",
		[ADDRESS_HIDDEN_AT] = "an address of another domain in a name or comment",
		[ADDRESS_BAD_LOCAL] = "a local part that is empty or cannot be read",
		[ADDRESS_BAD_DOMAIN] = "a domain that is empty or cannot be read",
		[ADDRESS_TRAILING_TEXT] = "text after the domain",
		[ADDRESS_NOT_UTF8] = "octets that are not UTF-8",
		[ADDRESS_BARE_SPECIAL] = "a character that should be quoted",
		[ADDRESS_LOCAL_DOTS] = "a misplaced dot in the local part",
		[ADDRESS_NO_CLOSE] = "no > after the address",
		[ADDRESS_FINAL_DOT] = "a dot after the domain",
		[ADDRESS_SEMICOLON] = "a semicolon after the address",
		[ADDRESS_OPEN_GROUP] = "a group without its semicolon",
	};

	return texts[cause];
}
