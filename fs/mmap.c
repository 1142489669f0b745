/*
 * fs/mmap.c - the mmap system call: a descriptor becomes the file to map. The
 * mapping itself is mm/'s.
 */
#include <file.h>
#include <mm/mm.h>
#include <syscalls.h>

/*
 * mmap2(2). pgoff counts pages, so that a 32-bit argument reaches beyond 4 GiB.
 */
s32 sys_mmap2(uaddr_t addr, u32 bytes, u32 prot, u32 flags, u32 fd, u32 pgoff)
{
	struct file *file;
	s32 ret;

	/* fd is ignored then; programs pass -1. */
	if (flags & MAP_ANONYMOUS)
		return vm_mmap_pgoff(NULL, addr, bytes, prot, flags, pgoff);
	file = fget(fd);
	if (!file)
		return -EBADF;
	ret = vm_mmap_pgoff(file, addr, bytes, prot, flags, pgoff);
	/* The VMA has a reference of its own: the program may close fd. */
	fput(file);
	return ret;
}
