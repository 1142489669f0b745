# rc.sh - what the machine is like that process 1, busybox's init, has started.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=vt100
cd /root
. ./answers.sh
cd /tmp

answers 'init: process 1, and the parent of this script' $'init\n1' <<'E'
cat /proc/1/comm
parent=$(cut -d' ' -f4 /proc/$PPID/stat); cut -d' ' -f4 /proc/$parent/stat
E
answers 'hostname: from its file' debian <<'E'
busybox hostname
E
answers 'mount -a: all that fstab names' \
	$'/dev/pts devpts\n/dev/shm tmpfs\n/proc proc\n/run tmpfs\n/tmp tmpfs' <<'E'
cut -d' ' -f2,3 /proc/mounts |
	busybox grep -E '^/(proc|dev/|tmp|run)' | sort
E
answers 'df: the kind and use of a new tmpfs' 'tmpfs 0% /run/empty' <<'E'
mkdir /run/empty; busybox mount -t tmpfs none /run/empty
echo $(df --output=fstype,pcent,target /run/empty | tail -1)
busybox umount /run/empty
E
answers 'umount: one that is used is busy' $'busy\ngone' <<'E'
mkdir m; busybox mount -t tmpfs none m
(cd m; busybox umount /tmp/m 2>/dev/null || echo busy)
busybox umount m && rmdir m && echo gone
E
answers 'free, top, uptime: there is memory, a CPU, and its load' \
	$'Mem:\nMem:\nCPU:\nload average:' <<'E'
free | busybox awk 'NR == 2 && $2 > $3 && $4 > 0 { print $1 }'
busybox top -b -n1 | busybox awk 'NR <= 2 { print $1 }'
busybox uptime | busybox grep -o 'load average:'
E
answers 'ps: who is there' $'1 0 init\nbash' <<'E'
echo $(ps -o pid=,ppid=,comm= -p 1)
ps -o comm= -p $$
E
answers 'id, and another user who may not write here' \
	$'uid=0(root) gid=0(root) groups=0(root)
uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)
Permission denied' <<'E'
id
chroot --userspec=nobody:nogroup --groups= / bash -c '
	id; (echo > /root/x) 2>&1 | busybox grep -o "Permission denied"'
E
answers 'dmesg: the kernel has something to tell' yes <<'E'
[ "$(busybox dmesg | wc -l)" -gt 3 ] && echo yes
E
answers 'cp -a: links, rights, times, a FIFO and a device stay' \
	$'f 4711 2 2020-01-01\ng 4711 2 2020-01-01\nl 777 1 symbolic link
n 644 1 3 character special file\np 644 1 fifo' <<'E'
umask 022
mkdir a; cd a; echo one > f; ln f g; ln -s f l; mkfifo p; mknod n c 1 3
chmod 4711 f; touch -d 2020-01-01 f; cd ..; cp -a a b; cd b
stat -c '%n %04a %h %.10y' f g | busybox sed 's/ 0/ /'
stat -c '%n %a %h %F' l; stat -c '%n %a %t %T %F' n; stat -c '%n %a %h %F' p
E
answers 'sed -i: a new file takes the place of the old one' $'two\none\n1' <<'E'
cat a/f > s; ln s t; busybox sed -i s/one/two/ s; cat s t; stat -c %h s
E
answers 'mkfifo: one end waits for the other' through <<'E'
mkfifo fifo; echo through > fifo & cat fifo; wait
E
answers 'date -s: the clock is set, and a sleep takes its second' \
	$'2021-02-03\nslept' <<'E'
date -s '2021-02-03 04:05:06' > /dev/null; date +%F
start=$(date +%s); sleep 1; [ $(($(date +%s) - start)) -ge 1 ] && echo slept
E
answers 'dd, truncate, du: a file with a hole' $'1048576\n100' <<'E'
dd if=/dev/zero of=z bs=1k count=100 conv=fsync 2>/dev/null
truncate -s 1M z; stat -c %s z; du -k z | cut -f1
E
answers 'start-stop-daemon: a service is started and stopped' \
	$'alive\nstopped\ngone' <<'E'
busybox start-stop-daemon -S -b -m -p /run/d.pid -x /bin/sleep -- 1000000
until [ -s /run/d.pid ]; do busybox usleep 1000; done
pid=$(cat /run/d.pid); kill -0 $pid && echo alive
busybox start-stop-daemon -K -p /run/d.pid | cut -d' ' -f1
while kill -0 $pid 2>/dev/null; do busybox usleep 1000; done; echo gone
E
answers 'sysctl: a name of the kernel is read and written' \
	$'kernel.hostname = debian\nother' <<'E'
sysctl kernel.hostname; sysctl -q -w kernel.hostname=other
busybox hostname; busybox hostname debian
E
answers 'find, xargs, tar: a tree is copied through a pipe' $'5\nsame' <<'E'
mkdir x; busybox tar c a | busybox tar x -C x
busybox find x/a | busybox xargs -n1 | busybox grep -c /a/
[ "$(cat x/a/f)" = "$(cat a/f)" ] && echo same
E
answers 'nproc, nice: one CPU, a lower priority' $'1\n5' <<'E'
nproc; nice -n 5 nice
E
answers 'an orphan: process 1 adopts it and waits for its end' $'1\ngone' <<'E'
mkfifo release; (cat release & echo $! > orphan)
pid=$(cat orphan); cut -d' ' -f4 /proc/$pid/stat
: > release; while [ -d /proc/$pid ]; do busybox usleep 1000; done; echo gone
E

finish
