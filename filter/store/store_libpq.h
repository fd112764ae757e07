/* store_libpq.h: loads libpq when a PostgreSQL database is opened. For store_postgres.c. */
#ifndef FILTER_STORE_STORE_LIBPQ_H
#define FILTER_STORE_STORE_LIBPQ_H

#include <postgresql/libpq-fe.h>
#include <stdbool.h>

struct store_libpq {
	__typeof__(&PQconnectdbParams) connect;
	__typeof__(&PQfinish) finish;
	__typeof__(&PQstatus) status;
	__typeof__(&PQerrorMessage) error_message;
	__typeof__(&PQsetNoticeProcessor) set_notice_processor;
	__typeof__(&PQexec) exec;
	__typeof__(&PQprepare) prepare;
	__typeof__(&PQsendQueryPrepared) send_prepared;
	__typeof__(&PQsetSingleRowMode) single_row_mode;
	__typeof__(&PQgetResult) get_result;
	__typeof__(&PQresultStatus) result_status;
	__typeof__(&PQcmdStatus) command_status;
	__typeof__(&PQcmdTuples) command_rows;
	__typeof__(&PQclear) clear;
	__typeof__(&PQgetvalue) get_value;
	__typeof__(&PQgetlength) get_length;
	__typeof__(&PQgetisnull) get_is_null;
	__typeof__(&PQresultErrorMessage) result_error;
	/* pipeline mode, since libpq 14 */
	__typeof__(&PQenterPipelineMode) enter_pipeline;
	__typeof__(&PQexitPipelineMode) exit_pipeline;
	__typeof__(&PQpipelineSync) pipeline_sync;
};

/* False if it, or one of its functions, is missing. */
bool store_libpq_load(struct store_libpq *lib);

#endif
