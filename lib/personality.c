/*
 * Each unwind table names its personality routine, so that a C++ program links
 * an unwinder. inspect/unwind.c reads the tables itself and calls none of these;
 * they stand alone, because every object file names them.
 */
void __aeabi_unwind_cpp_pr0(void);
void __aeabi_unwind_cpp_pr1(void);
void __aeabi_unwind_cpp_pr2(void);

void __aeabi_unwind_cpp_pr0(void)
{
}

void __aeabi_unwind_cpp_pr1(void)
{
}

void __aeabi_unwind_cpp_pr2(void)
{
}
