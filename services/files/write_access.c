/*
 * services/files/write_access.c - a file is not executed and written at the
 * same time.
 *
 * i_writecount counts the writers (above 0) or the programs (below 0). Opening
 * a file for writing while a program executes it fails with -ETXTBSY, and so
 * does executing it while it is open for writing. f_mode records what an open
 * file was counted as, so that its release undoes the same.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/*
 * Adds step, 1 or -1, to i_writecount. Returns 0, or -ETXTBSY if that has the
 * other sign.
 */
static int step_writecount(struct inode *inode, s32 step)
{
	int err = 0;

	spin_lock(&inode->i_data.lock);
	if ((step > 0 && inode->i_writecount < 0) ||
	    (step < 0 && inode->i_writecount > 0))
		err = -ETXTBSY;
	else
		inode->i_writecount += step;
	spin_unlock(&inode->i_data.lock);
	return err;
}

int get_write_access(struct inode *inode)
{
	return step_writecount(inode, 1);
}

/* Counts one program that executes the file. 0 or -ETXTBSY. */
static int deny_write_access(struct inode *inode)
{
	return step_writecount(inode, -1);
}

/* Undoes get_write_access(). */
void put_write_access(struct inode *inode)
{
	spin_lock(&inode->i_data.lock);
	BUG_ON(inode->i_writecount <= 0);
	inode->i_writecount--;
	spin_unlock(&inode->i_data.lock);
}

/* Undoes deny_write_access(). */
static void allow_write_access(struct inode *inode)
{
	spin_lock(&inode->i_data.lock);
	BUG_ON(inode->i_writecount >= 0);
	inode->i_writecount++;
	spin_unlock(&inode->i_data.lock);
}

/* inode_operations.open of ramfs. 0, -EOVERFLOW or -ETXTBSY. */
int ramfs_open(struct inode *inode, struct file *file)
{
	int err;

	if (!(file->f_flags & O_LARGEFILE) &&
	    i_size_read(inode) > MAX_SMALL_FILE)
		return -EOVERFLOW;
	err = file->f_mode & FMODE_WRITE ? get_write_access(inode) : 0;
	if (!err && file->f_mode & FMODE_WRITE)
		file->f_mode |= FMODE_WRITER;
	return err;
}

/* inode_operations.run: called by exec after the file is open. */
int ramfs_run(struct inode *inode, struct file *file)
{
	int err = deny_write_access(inode);

	if (!err)
		file->f_mode |= FMODE_NOWRITERS;
	return err;
}

/*
 * file_operations.release: the last descriptor or the running program is gone,
 * so the other kind of use is allowed again.
 */
void ramfs_release(struct file *file)
{
	if (file->f_mode & FMODE_WRITER)
		put_write_access(file->f_inode);
	if (file->f_mode & FMODE_NOWRITERS)
		allow_write_access(file->f_inode);
}
