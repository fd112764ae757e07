/* store_schema.h: the statements that create the tables, in order of execution. */
#ifndef FILTER_STORE_STORE_SCHEMA_H
#define FILTER_STORE_STORE_SCHEMA_H

/*
 * Each list ends with NULL. @id is replaced by the type of an automatic primary key, @blob by that
 * of octets, @clustered by the option for a table whose rows are stored in the order of the primary
 * key.
 */
extern const char *const store_schema_in[];
extern const char *const store_schema_out[];

#endif
