/*
 * services/script/script.h - a file that begins with "#!" runs the interpreter
 * that it names.
 *
 * Its only state is in struct exec (proc/exec.h), which lives as long as the
 * call.
 */
#ifndef SERVICES_SCRIPT_SCRIPT_H
#define SERVICES_SCRIPT_SCRIPT_H

#include <service.h>

extern const struct service script_service;

#endif
