#!/bin/sh
# debug.sh OUT qemu ... - start QEMU stopped at reset, with gdb attached. The
# console goes to OUT/console.log: gdb has the terminal.
set -eu

out=$1
shift
"$@" -S -gdb tcp::1234 -display none -monitor none \
	-serial "file:$out/console.log" </dev/null &
qemu=$!
trap 'kill $qemu 2>/dev/null || :' EXIT
echo "gdb also knows: ps, vmas PID, pgd [PID], pte VA [PID], dmesg; c goes to start_kernel"
echo "console: tail -f $out/console.log"
"${GDB:-gdb-multiarch}" -q "$out/pagewalk.elf" \
	-ex 'set confirm off' -ex 'source tools/gdb/pagewalk.py' \
	-ex 'target remote :1234' -ex 'hbreak start_kernel'
