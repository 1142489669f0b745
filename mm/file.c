/*
 * A reference to an open file ends, wherever it was held: VMAs have theirs, and
 * mm/ is the lowest floor that does. What becomes of the file is fs/'s.
 */
#include <bug.h>
#include <file.h>

void fput(struct file *file)
{
	BUG_ON(atomic_read(&file->f_count) <= 0);
	if (atomic_dec_and_test(&file->f_count))
		file->f_free(file);
}
