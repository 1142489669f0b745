/*
 * services/tty/tty.h - the terminal.
 */
#ifndef SERVICES_TTY_TTY_H
#define SERVICES_TTY_TTY_H

#include <service.h>

extern const struct service tty_service;

#endif
