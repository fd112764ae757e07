/* store_schema.h: the tables, as statements to be executed in this order. */
#ifndef FILTER_STORE_STORE_SCHEMA_H
#define FILTER_STORE_STORE_SCHEMA_H

/*
 * Each list ends with NULL. @id is the type of an automatic primary key, @blob that of octets,
 * @clustered follows a table whose rows are stored in the order of the primary key.
 */
extern const char *const store_schema_in[];
extern const char *const store_schema_out[];

#endif
