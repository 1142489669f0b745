/*
 * uapi/eventfd.h - eventfd(2) and timerfd(2), with Linux's values.
 */
#ifndef UAPI_EVENTFD_H
#define UAPI_EVENTFD_H

#define EFD_SEMAPHORE 1
#define EFD_NONBLOCK  04000
#define EFD_CLOEXEC   02000000

#define TFD_NONBLOCK            04000
#define TFD_CLOEXEC             02000000
#define TFD_TIMER_ABSTIME       1
#define TFD_TIMER_CANCEL_ON_SET 2

#endif
