# harness.sh: how a suite that is a shell script counts, reports and ends (as harness.py does).
# $scratch is a folder that is gone at the end.
# shellcheck shell=sh
passed=0 failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# check NAME COMMAND...: one case, which passes if COMMAND does; otherwise its output is shown
check() {
	name=$1
	shift
	if "$@" >"$scratch/told" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		cat "$scratch/told"
	fi
}

# close: prints the closing line, which tests/run reads; false if a case failed
close() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
