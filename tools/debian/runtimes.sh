# runtimes.sh - what makes its own code at run time, collects garbage, starts
# threads by the dozen or watches every access does something whose answer is known.
. ./answers.sh
export HOME=/root TERM=vt100

answers 'luajit: traces of machine code, the collector, a coroutine' \
	$'true\n2999250750\n1\t2\t3\n1000000\ntrue' <<'E'
luajit - <<L
local t = {}
for i = 1, 2000000 do t[i % 1000] = i * 1.5 end
print((jit.status()))
local s = 0
for _, v in pairs(t) do s = s + v end
print(s)
local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(c(), c(), c())
print(#string.rep("x", 1000000))
local ffi = require "ffi"
ffi.cdef "int getpid(void);"
print(ffi.C.getpid() > 1)
L
E
answers 'fzf, a program of Go: goroutines sort a hundred thousand lines' \
	$'19\n99999' <<'E'
seq 100000 | fzf -e --filter=9999 | wc -l
seq 100000 | fzf -e --filter=99999 | head -1
E
answers 'ripgrep, a program of Rust: four threads read what is mapped' same <<'E'
a=$(rg -j4 -c --no-messages '#define' /usr/include | cut -d: -f2 |
	busybox awk '{ n += $1 } END { print n }')
b=$(busybox grep -r '#define' /usr/include | wc -l)
[ "$a" = "$b" ] && echo same || echo "$a $b"
E
answers 'script: a shell on a pseudo-terminal' $'/dev/pts/0\n3' <<'E'
script -qec 'tty; exit 3' /dev/null </dev/null | tr -d '\r'; echo ${PIPESTATUS[0]}
E
answers 'expect: a dialogue with bash' 'expect saw 42' <<'E'
cat > /tmp/e <<'X'
log_user 0
spawn bash --norc
expect "# "
send "expr 6 \\* 7\r"
expect -re {\n42\r}
send "exit\r"
expect eof
puts "expect saw 42"
X
expect /tmp/e
E
answers 'unbuffer: the program has a terminal' $'/dev/pts/0' <<'E'
unbuffer tty | tr -d '\r'
E
answers 'tcc -run: code in memory that was not there before' 5040 <<'E'
cat > /tmp/f.c <<'C'
#include <stdio.h>
static int f(int n) { return n ? n * f(n - 1) : 1; }
int main(void) { printf("%d\n", f(7)); return 0; }
C
tcc -run /tmp/f.c
E
# For a comparison tcc sets bits that are to be 0. Cores ignore them, QEMU does not,
# on Linux either: they are cleared in each program.
answers 'tcc: compiles itself, and what it made does so to the byte' $'same\n42' <<'E'
mkdir /tmp/tcc && cd /tmp/tcc && busybox tar xjf /root/tcc.tar.bz2
cat > config.h <<'C'
#define TCC_VERSION "0.9.27"
#define CONFIG_TRIPLET "arm-linux-gnueabihf"
#define CONFIG_TCCDIR "/usr/lib/arm-linux-gnueabihf/tcc"
#define TCC_TARGET_ARM 1
#define TCC_ARM_VFP 1
#define TCC_ARM_EABI 1
#define TCC_ARM_HARDFLOAT 1
#define TCC_CPU_VERSION 7
C
make() {
	"$1" -o made tcc.c -lm -ldl -lpthread && perl -0777 -pe \
		'$_ = pack "V*", map { ($_ & 0xfd900000) == 0xe1100000 &&
			($_ & 0x02000090) != 0x90 ? $_ & ~0xf000 : $_ } unpack "V*"' \
		made > "$2" && busybox chmod 755 "$2"
}
make tcc tcc1 && make ./tcc1 tcc2 && make ./tcc2 tcc3 &&
	busybox cmp tcc2 tcc3 && echo same
echo 'int main(void) { return 42; }' > p.c
./tcc3 -run p.c; echo $?
E
answers 'valgrind: memcheck names each error of a program' \
	$'Invalid read of size 4\nInvalid write of size 4
13 bytes in 1 blocks are definitely lost in loss record 1 of 1\n9' <<'E'
cat > /tmp/b.c <<'C'
#include <stdlib.h>
int main(void)
{
	int *p = malloc(40);
	int n = p[10];
	free(p);
	p[1] = n;
	p = malloc(13);
	return 0;
}
C
tcc -g -o /tmp/b /tmp/b.c
valgrind --leak-check=full --error-exitcode=9 /tmp/b > /tmp/v 2>&1
wrong=$?
busybox sed -nE 's/^==[0-9]+== (Invalid|[0-9]+ bytes in 1 b)/\1/p' /tmp/v |
	busybox awk '!seen[$0]++'
echo $wrong
E

# stress NAME OPERATIONS [OPTION ...]: each for as many operations as take a second
# or two, and --verify looks at what they leave behind. Left out is what needs
# sockets, ptrace, System V's semaphores, files in /sys.
stress() {
	local name=$1 ops=$2
	shift 2
	answers "stress-ng --$name" "" <<E
cd /tmp; mkdir -p /tmp/s; cd /tmp/s
timeout -k 5 600 stress-ng --$name 1 --$name-ops $ops $* --verify --oomable \
	--no-rand-seed > /tmp/o 2>&1 || cat /tmp/o
E
}

stress vm 200
stress vm-addr 4
stress vm-rw 20
stress mmap 3 --mmap-bytes 2m
stress fault 500
stress brk 500
stress stack 2
stress fork 300
stress vfork 300
stress clone 50
stress pthread 10
stress exec 20
stress pipe 3000
stress splice 200
stress tee 200
stress mq 1000
stress eventfd 1000
stress poll 300
stress futex 500
stress sigrt 300
stress sigsegv 100
stress timer 1000

answers 'after all that process 1 is there, and nothing of stress-ng' \
	$'init\n0' <<'E'
cat /proc/1/comm
busybox ps | busybox grep -c '[s]tress-ng'
E

finish
