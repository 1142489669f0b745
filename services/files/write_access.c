/*
 * services/files/write_access.c - who writes a file, against who runs it.
 *
 * i_writecount counts the writers (above 0) or the programs (below 0). Opening
 * a file for writing while a program executes it fails with -ETXTBSY, and so
 * does executing it while it is open for writing. An open file says in its mode
 * what it counts for.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/* Step i_writecount away from 0, or -ETXTBSY: it is on the other side. */
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

static int deny_write_access(struct inode *inode)
{
	return step_writecount(inode, -1);
}

void put_write_access(struct inode *inode)
{
	spin_lock(&inode->i_data.lock);
	BUG_ON(inode->i_writecount <= 0);
	inode->i_writecount--;
	spin_unlock(&inode->i_data.lock);
}

static void allow_write_access(struct inode *inode)
{
	spin_lock(&inode->i_data.lock);
	BUG_ON(inode->i_writecount >= 0);
	inode->i_writecount++;
	spin_unlock(&inode->i_data.lock);
}

/* The largest size that a program knows who does not say O_LARGEFILE. */
#define MAX_SMALL_FILE 0x7fffffffu

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

int ramfs_run(struct inode *inode, struct file *file)
{
	int err = deny_write_access(inode);

	if (!err)
		file->f_mode |= FMODE_NOWRITERS;
	return err;
}

void ramfs_release(struct file *file)
{
	if (file->f_mode & FMODE_WRITER)
		put_write_access(file->f_inode);
	if (file->f_mode & FMODE_NOWRITERS)
		allow_write_access(file->f_inode);
}
