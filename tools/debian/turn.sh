# What process 1 starts again whenever it ends; the third time it presses
# Ctrl-Alt-Del, so to say.
echo turn >> /run/turns
turns=$(busybox wc -l < /run/turns)
echo "turn $turns"
[ "$turns" -lt 3 ] && exit
busybox kill -INT 1
busybox sleep 1000000
