/*
 * services/pipe/internal.h - how many pages a pipe may have, and whose they are.
 */
#ifndef SERVICES_PIPE_INTERNAL_H
#define SERVICES_PIPE_INTERNAL_H

#include <types.h>

#define PIPE_PAGES     16u /* of a new pipe */
#define PIPE_MIN_PAGES 2u  /* of one whose user has too many */

struct pipe_user;

/* The running task's real user, for one more pipe; NULL: no memory. */
struct pipe_user *pipe_user_get(void);
/* A pipe of that user's ends, for which so many pages were charged. */
void pipe_user_put(struct pipe_user *user, u32 pages);
/* A pipe that counted with old pages counts with new ones: the sum of its user's. */
u32 pipe_charge(struct pipe_user *user, u32 old, u32 new);
/* So many pages are more than a limit that binds the running task lets it have. */
bool pipe_pages_exceed(u32 pages);
/* Charge a new pipe: 0 and how many pages it may have, or -ENFILE. */
int pipe_charge_new(struct pipe_user *user, u32 *pages);

#endif
