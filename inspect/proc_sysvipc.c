/* /proc/sysvipc: the segments of System V shared memory. */
#include <inspect/internal.h>
#include <services/shm/shm.h>

/* Shows one segment in the columns of Linux's /proc/sysvipc/shm. */
static void show_segment(struct seq_file *m, s32 id, u32 rss,
			 const struct shmid64_ds *ds)
{
	const struct ipc64_perm *perm = &ds->shm_perm;

	/* Linux's widths: ipcs parses the columns. The last, swap, is 0. */
	seq_printf(m, "%10ld %10d  %4o %10lu %5ld %5ld  %5lu", perm->key, id,
		   perm->mode, ds->shm_segsz, ds->shm_cpid, ds->shm_lpid,
		   ds->shm_nattch);
	seq_printf(m, " %5lu %5lu %5lu %5lu %10lu %10lu %10lu %10u %10u\n",
		   perm->uid, perm->gid, perm->cuid, perm->cgid, ds->shm_atime,
		   ds->shm_dtime, ds->shm_ctime, rss << PAGE_SHIFT, 0);
}

/*
 * /proc/sysvipc/shm. A segment's place is its index plus one; 0 is the title's.
 */
static int show_shm(struct seq_file *m)
{
	struct shmid64_ds ds;
	u32 index, rss;
	s32 id;

	if (!m->place) {
		seq_puts(m,
			 "       key      shmid perms       size  cpid  "
			 "lpid nattch   uid   gid  cuid  cgid      atime"
			 "      dtime      ctime        rss       swap\n");
		/* The title is an item of its own. */
		if (!seq_goes_on(m, 1))
			return 0;
		m->place = 1;
	}
	for (index = (u32)m->place - 1; shm_next(&index, &id, &rss, &ds);
	     index++) {
		show_segment(m, id, rss, &ds);
		/* A place is an index plus one; this is the next one's. */
		if (!seq_goes_on(m, index + 2))
			break;
	}
	return 0;
}

static const struct proc_entry sysvipc_entries[] = {
	TEXT("shm", show_shm),
	{ .name = NULL },
};

const struct proc_dir sysvipc_dir = { 7, sysvipc_entries, NULL, NULL };
