/*
 * Each unwind table names its personality routine, so that a C++ program links
 * an unwinder. inspect/unwind.c reads the tables itself and calls none of these;
 * they have a file of their own, because every object file refers to them.
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
