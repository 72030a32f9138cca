// Remains: what a process leaves of its secrets in memory that it uses no more, for a core dump, a debugger, swap or a
// hibernation to find. Secret cares for its own bytes; this is about the copies that libraries, containers and calls
// make on the way.
//
// A program that calls one of these gets, with the GNU C library, a free(3) and a realloc(3) that wipe what is given
// back, for all that is in the process: operator delete, std::string, librnp and Botan come down to them.
#pragma once

namespace sm {

// No core dump of this process, and no other process of the same user may trace it or read its memory (prctl(2),
// PR_SET_DUMPABLE); root may. Ends with execve(2): what is run from here is not concerned.
void forbid_dumps();

// Wipes what calls that have returned left on this thread's stack and in vector registers. For the end of a thread; of
// the first one, before main() returns.
void wipe_stack();

// Whether free(3) and realloc(3) are those that wipe: not with a sanitizer, which has its own.
bool wipes_heap();

}  // namespace sm
