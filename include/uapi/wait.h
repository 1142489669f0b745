/*
 * uapi/wait.h - waiting for children, with Linux's values.
 *
 * The status word of wait4: an exit code in bits 15..8, or the number of the
 * killing signal in bits 6..0, or 0x7f there and the stopping signal above.
 */
#ifndef UAPI_WAIT_H
#define UAPI_WAIT_H

#define WNOHANG     0x00000001 /* do not sleep: return 0 */
#define WUNTRACED   0x00000002 /* stopped children too */
#define WSTOPPED    WUNTRACED
#define WEXITED     0x00000004 /* waitid only */
#define WCONTINUED  0x00000008
#define WNOWAIT     0x01000000 /* waitid: leave it to be waited again */
#define __WNOTHREAD 0x20000000 /* not the other threads' children */
#define __WALL      0x40000000 /* any child */
#define __WCLONE    0x80000000 /* only children that signal not SIGCHLD */

/* waitid's first argument */
#define P_ALL   0
#define P_PID   1
#define P_PGID  2
#define P_PIDFD 3

#endif
