/*
 * stubs.h - prototypes of the functions that Newlib's own code calls, and nobody
 * else: its read() calls _read() and so on. Each returns what POSIX demands of the
 * function without the underscore: -1 with errno set on failure.
 */
#ifndef STUBS_H
#define STUBS_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/time.h>

int _open(const char *path, int flags, int mode);
int _close(int fd);
int _read(int fd, void *buf, size_t bytes);
int _write(int fd, const void *buf, size_t bytes);
off_t _lseek(int fd, off_t offset, int whence);
int _fstat(int fd, struct stat *st);
int _stat(const char *path, struct stat *st);
int _isatty(int fd);
int _unlink(const char *path);
int _rename(const char *from, const char *to);
int _link(const char *from, const char *to);
void *_sbrk(ptrdiff_t increment);
int _getpid(void);
int _fork(void);
int _execve(const char *path, char *const argv[], char *const envp[]);
int _wait(int *status);
int _kill(int pid, int sig);
int _gettimeofday(struct timeval *tv, void *tz);

#endif
