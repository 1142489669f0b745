/*
 * remap_file_pages: another part of a file in the place of this one.
 */
#include <uapi/mman.h>
#include "check.h"

int main(void)
{
	int fd = make_file(scratch("file"), 0);
	uint8_t *p, byte;

	for (uint32_t n = 0; n < 6; n++)
		for (byte = (uint8_t)n;
		     SYS(pwrite64, fd, &byte, 1, 0, n * PAGE, 0) != 1;)
			;
	SYS(ftruncate, fd, 6 * PAGE);
	p = (uint8_t *)SYS(mmap2, 0, 4 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, 0);
	is(SYS(remap_file_pages, p + PAGE, PAGE, 0, 5, 0), 0,
	   "remap_file_pages maps page 5 in the place of page 1");
	ok(p[0] == 0 && p[PAGE] == 5 && p[2 * PAGE] == 2,
	   "the other pages are mapped as before");
	p[PAGE] = 55;
	SYS(pread64, fd, &byte, 1, 0, 5 * PAGE, 0);
	is(byte, 55, "a store to it reaches page 5 of the file");
	is(SYS(remap_file_pages, p + 2 * PAGE + 9, 2 * PAGE + 9, 0, 0, 0), 0,
	   "an unaligned address is rounded down");
	ok(p[2 * PAGE] == 0 && p[3 * PAGE] == 1,
	   "pages 0 and 1 are mapped there");
	is(SYS(remap_file_pages, p, 2 * PAGE, 0, 0, 0), 0,
	   "a range over two VMAs of the file is accepted");
	is(p[PAGE], 1, "the range is mapped in order again");
	is(SYS(remap_file_pages, p, PAGE, PROT_READ, 0, 0), -EINVAL,
	   "rights other than 0 are refused");
	is(SYS(remap_file_pages, p, 0, 0, 0, 0), -EINVAL,
	   "length 0 is refused");
	is(SYS(remap_file_pages, p, PAGE, 0, 0xffffffff, 0), -EINVAL,
	   "pages behind the last one of any file are refused");
	is(SYS(remap_file_pages, p, 5 * PAGE, 0, 0, 0), -EINVAL,
	   "a range beyond the mapping is refused");
	SYS(munmap, p, 4 * PAGE);
	p = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	is(SYS(remap_file_pages, p, PAGE, 0, 1, 0), -EINVAL,
	   "a private mapping is refused");
	SYS(munmap, p, PAGE);
	SYS(close, fd);
	SYS(unlink, scratch("file"));
	remove_scratch();
	return done();
}
