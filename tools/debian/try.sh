# try.sh - each of Debian's programs does something whose answer is known.
. ./answers.sh

answers 'bash: arrays, substitution, a pipe in a sub-shell' '3 c.b.a' <<'E'
a=(a b c); echo ${#a[@]} $(printf '%s\n' "${a[@]}" | sort -r | paste -sd.)
E
answers 'bash: a here-document, a trap, a job that is waited for' \
	$'here\n7\nbye' <<'E'
cat <<X
here
X
trap 'echo bye' EXIT; (exit 7) & wait $!; echo $?
E
answers 'dash: arithmetic in a loop' 5050 <<'E'
dash -c 'i=0 s=0; while [ $i -lt 100 ]; do i=$((i+1)) s=$((s+i)); done
echo $s'
E
answers 'coreutils: the sum of 588,895 bytes' \
	dea9193b768319cbb4ff1a137ac03113 <<'E'
seq 100000 | md5sum | cut -d' ' -f1
E
answers 'coreutils: 20,000 numbers in disorder are sorted again' \
	'1 20000 200010000' <<'E'
seq 20000 | shuf | sort -n > /tmp/sorted
echo $(head -1 /tmp/sorted) $(tail -1 /tmp/sorted) \
	$(busybox awk '{ n += $1 } END { print n }' /tmp/sorted)
E
answers 'coreutils: cp -a, ln -s, mv, stat, rm -r' 'file link 640 5' <<'E'
cd /tmp; mkdir d; echo text > d/file; chmod 640 d/file; ln -s file d/link
cp -a d e; mv e f; echo $(ls f) $(stat -c '%a %s' f/file); rm -r d f
E
answers 'busybox: awk, sed, tar and gzip of its own' $'6\nxbc\nabc' <<'E'
busybox awk 'BEGIN { for (i = 1; i < 4; i++) n += i; print n }'
echo abc | busybox sed 's/a/x/'
cd /tmp; echo abc > g
busybox tar c g | busybox gzip | busybox gunzip | busybox tar xO
E
answers 'perl: regular expressions, sort, a child' 'a3 b2 c1 done' <<'E'
perl -e 'my %h = ("c1b2a3" =~ /([a-z])(\d)/g);
print map { "$_$h{$_} " } sort keys %h;
my $pid = fork; exit 3 unless $pid;
waitpid $pid, 0; print "done\n" if $? >> 8 == 3;'
E
answers 'python3: big numbers, an exception, threads' \
	'93326215443944152681 division 4000' <<'E'
python3 -c '
import _thread, math, time
try: 1 // 0
except ZeroDivisionError: why = "division"
lock, total, left = _thread.allocate_lock(), 0, 4
def work():
    global total, left
    for _ in range(1000):
        with lock: total += 1
    with lock: left -= 1
for _ in range(4): _thread.start_new_thread(work, ())
while left: time.sleep(0.001)
print(str(math.factorial(100))[:20], why, total)'
E
answers 'sqlite3: a database on disk, rolled back and committed' \
	$'500500\n1000|1' <<'E'
sqlite3 /tmp/x.db <<S
create table t(a integer primary key);
begin; insert into t values(1); rollback;
with recursive c(x) as (select 1 union all select x + 1 from c where x < 1000)
insert into t select x from c;
select sum(a) from t;
select max(a), min(a) from t;
S
E
answers 'sqlite3: a write-ahead log, which is a shared mapping' $'wal\n3' <<'E'
sqlite3 /tmp/w.db 'pragma journal_mode=wal; create table t(a);
insert into t values(1),(2),(3); select count(*) from t;'
E
answers 'sqlite3: two processes write one database, whose log both have mapped' \
	$'wal\n400|79800\nok' <<'E'
cd /tmp
sqlite3 two.db 'pragma journal_mode=wal; create table t(n integer);'
fill() {
	busybox seq "$1" 2 399 | busybox sed 's/.*/insert into t values(&);/' |
		sqlite3 -cmd '.timeout 600000' two.db
}
fill 0 & fill 1 & wait
sqlite3 two.db 'select count(*), sum(n) from t; pragma integrity_check;'
E
answers 'tcc: compiles, links, and what it made runs' \
	'six times seven is 42' <<'E'
cat > /tmp/p.c <<C
#include <stdio.h>
int main(void) { printf("six times seven is %d\n", 6 * 7); return 0; }
C
tcc -o /tmp/p /tmp/p.c && /tmp/p
E
answers 'less: a file through a pipe' root:x:0:0:root:/root:/bin/bash <<'E'
less /etc/passwd | head -1
E
answers 'procps: ps finds its own shell, free counts memory' $'bash\nMem:' <<'E'
ps -o comm= -p $$
free | busybox awk 'NR == 2 && $2 > 0 && $2 >= $3 { print $1 }'
E

finish
