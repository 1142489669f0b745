/*
 * "Personality routines", by the ABI's name. The compiler makes an unwind table
 * for each function, from which backtraces find callers, and names in it the
 * routine that would unwind a C++ exception. inspect/unwind.c reads the tables
 * itself and calls none of these: they exist so that the image links.
 * (personality(2), a system call, is another thing.)
 */
void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr1(void);
void __aeabi_unwind_cpp_pr2(void);

/* Short frames: the table entry itself holds the unwind instructions. */
void __aeabi_unwind_cpp_pr0(void)
{
}

/* Long frames, whose instructions lie in .ARM.extab. */
void __aeabi_unwind_cpp_pr1(void)
{
}

/* Long frames with 32-bit scopes; no compiler emits them for C. */
void __aeabi_unwind_cpp_pr2(void)
{
}
