# answers.sh - for the scripts that ask Debian's programs: read in by `.`.
#
# The lines are TAP. `finish` ends with status 1 if an answer was wrong.

count=0 wrong=0

# answers WHAT WANTED: what the commands on standard input printed is WANTED.
answers() {
	local what=$1 wanted=$2 got
	got=$(bash 2>&1)
	count=$((count + 1))
	if [ "$got" = "$wanted" ]; then
		echo "ok $count - $what"
		return
	fi
	wrong=$((wrong + 1))
	echo "not ok $count - $what"
	printf '%s\n' "wanted $wanted" "got $got" | busybox sed 's/^/#   /'
}

finish() {
	echo "1..$count"
	exit $((wrong > 0))
}
