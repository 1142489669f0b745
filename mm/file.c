/*
 * A reference to an open file ends, wherever it was held: VMAs have theirs, and
 * mm/ is the lowest floor that does. What becomes of the file is fs/'s.
 */
#include <bug.h>
#include <file.h>

/*
 * The lowest floor that holds references to files is mm/, in its VMAs, so the
 * function that drops them is here. Freeing the file is fs/'s, through f_free.
 */
void fput(struct file *file)
{
	/* Dropping once too often would free a file that others use. */
	BUG_ON(atomic_read(&file->f_count) <= 0);
	if (atomic_dec_and_test(&file->f_count))
		file->f_free(file);
}
