/*
 * services/script/script.h - "#!" files run as the program they name.
 *
 * Keeps nothing but what is in struct exec (proc/exec.h).
 */
#ifndef SERVICES_SCRIPT_SCRIPT_H
#define SERVICES_SCRIPT_SCRIPT_H

#include <service.h>

extern const struct service script_service;

#endif
