#!/bin/sh
# Installs what Pagewalk needs on Debian 12, Ubuntu 22.04 or later, with sudo unless
# it runs as root. If all is installed it prints and changes nothing. PACKAGES=...
# installs other packages instead.
set -eu

packages=${PACKAGES:-"
	gcc libc6-dev make perl python3 python3-pexpect cpio
	gcc-arm-none-eabi libnewlib-arm-none-eabi
	gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
	qemu-system-arm qemu-user gdb-multiarch device-tree-compiler mtools u-boot-qemu
	debian-archive-keyring
	libcmocka-dev spin clang-format-14 cloc universal-ctags linux-libc-dev-armhf-cross
"}

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is neither Debian nor Ubuntu. Install by hand:" >&2
	echo $packages >&2
	exit 1
fi

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" \
		2>/dev/null || :)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null || {
		echo "setup: neither root nor sudo; install:$missing" >&2
		exit 1
	}
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -q -y --no-install-recommends $missing
