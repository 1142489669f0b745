#!/bin/sh
# debug.sh OUT PORT qemu ... - start QEMU stopped at reset, with gdb attached. gdb
# has this terminal; the machine's own is the socket OUT/console, for
# `make console` in another one. OUT/console.log has what it printed.
set -eu

out=$1
port=$2
shift 2
# A session of its own: Ctrl-C is for gdb.
setsid "$@" -S -gdb "tcp:127.0.0.1:$port" -display none -monitor none -serial chardev:console \
	-chardev "socket,id=console,path=$out/console,server=on,wait=off,logfile=$out/console.log" \
	</dev/null &
qemu=$!
trap 'kill $qemu 2>/dev/null || :' EXIT
trap : INT			# it reaches this shell as well, which goes on
echo "gdb also knows: ps, vmas, pgd, pte, page, who, buddy, slab, trace, fsr, locks,"
echo "dmesg, program; help NAME says more. c goes to start_kernel"
echo "the shell: make console, in another terminal"
# A minute each: a busy host may take long to start QEMU, which gdb waits for.
"${GDB:-gdb-multiarch}" -q "$out/nopan/pagewalk.elf" \
	-ex 'set confirm off' -ex 'source tools/gdb/pagewalk.py' \
	-ex 'set tcp connect-timeout 60' -ex 'set remotetimeout 60' \
	-ex "target remote 127.0.0.1:$port" -ex 'hbreak start_kernel'
