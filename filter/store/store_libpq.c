#include "filter/store/store_libpq.h"

#include "mime/late.h"

bool
store_libpq_load(struct store_libpq *lib)
{
	static const struct late_name names[] = {
		LATE_ALWAYS(store_libpq, connect, PQconnectdbParams),
		LATE_ALWAYS(store_libpq, finish, PQfinish),
		LATE_ALWAYS(store_libpq, status, PQstatus),
		LATE_ALWAYS(store_libpq, error_message, PQerrorMessage),
		LATE_ALWAYS(store_libpq, set_notice_processor, PQsetNoticeProcessor),
		LATE_ALWAYS(store_libpq, exec, PQexec),
		LATE_ALWAYS(store_libpq, prepare, PQprepare),
		LATE_ALWAYS(store_libpq, send_prepared, PQsendQueryPrepared),
		LATE_ALWAYS(store_libpq, single_row_mode, PQsetSingleRowMode),
		LATE_ALWAYS(store_libpq, get_result, PQgetResult),
		LATE_ALWAYS(store_libpq, result_status, PQresultStatus),
		LATE_ALWAYS(store_libpq, command_status, PQcmdStatus),
		LATE_ALWAYS(store_libpq, command_rows, PQcmdTuples),
		LATE_ALWAYS(store_libpq, clear, PQclear),
		LATE_ALWAYS(store_libpq, get_value, PQgetvalue),
		LATE_ALWAYS(store_libpq, get_length, PQgetlength),
		LATE_ALWAYS(store_libpq, get_is_null, PQgetisnull),
		LATE_ALWAYS(store_libpq, result_error, PQresultErrorMessage),
		LATE_ALWAYS(store_libpq, enter_pipeline, PQenterPipelineMode),
		LATE_ALWAYS(store_libpq, exit_pipeline, PQexitPipelineMode),
		LATE_ALWAYS(store_libpq, pipeline_sync, PQpipelineSync),
	};

	return late_load("libpq.so.5", names, sizeof names / sizeof *names, lib);
}
