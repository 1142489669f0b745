/*
 * fs/mmap.c - the mmap system call: a descriptor becomes the file to map. The
 * mapping itself is mm/'s.
 */
#include <file.h>
#include <mm/mm.h>
#include <syscalls.h>

s32 sys_mmap2(uaddr_t addr, u32 bytes, u32 prot, u32 flags, u32 fd, u32 pgoff)
{
	struct file *file;
	s32 ret;

	if (flags & MAP_ANONYMOUS)
		return vm_mmap_pgoff(NULL, addr, bytes, prot, flags, pgoff);
	file = fget(fd);
	if (!file)
		return -EBADF;
	ret = vm_mmap_pgoff(file, addr, bytes, prot, flags, pgoff);
	fput(file);
	return ret;
}
