/* store_schema.h: the tables, as statements that are executed in their order. */
#ifndef FILTER_STORE_STORE_SCHEMA_H
#define FILTER_STORE_STORE_SCHEMA_H

/*
 * Each ends with NULL. @id is the type of a primary key that counts by itself, @blob that of
 * octets,
 * @clustered comes behind a table whose rows lie in the order of its primary key.
 */
extern const char *const store_schema_in[];
extern const char *const store_schema_out[];

#endif
