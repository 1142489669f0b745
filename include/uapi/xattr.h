/*
 * uapi/xattr.h - extended attributes of files.
 */
#ifndef UAPI_XATTR_H
#define UAPI_XATTR_H

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536

#define XATTR_CREATE  0x1
#define XATTR_REPLACE 0x2

#endif
