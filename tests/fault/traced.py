"""A process under ptrace(2), by the kernel's interface alone: stopped at its end, or killed at one of its system calls."""

import ctypes
import os
import re
import signal
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.restype = ctypes.c_long
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

TRACEME, CONT, SETOPTIONS, GETEVENTMSG = 0, 7, 0x4200, 0x4201
TRACESYSGOOD, TRACEEXIT, TRACESECCOMP, EXITKILL = 1, 0x40, 0x80, 0x100000
EVENT_EXIT = signal.SIGTRAP | 6 << 8
EVENT_SECCOMP = signal.SIGTRAP | 7 << 8

# Calls that change what is on a disk, or say when it has to be there.
X86_64 = {
    1: "write", 2: "open", 18: "pwrite64", 20: "writev", 40: "sendfile", 74: "fsync", 75: "fdatasync", 76: "truncate",
    77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 85: "creat", 86: "link", 87: "unlink", 88: "symlink",
    90: "chmod", 91: "fchmod", 133: "mknod", 257: "openat", 258: "mkdirat", 263: "unlinkat", 264: "renameat", 265: "linkat",
    266: "symlinkat", 268: "fchmodat", 277: "sync_file_range", 280: "utimensat", 285: "fallocate", 296: "pwritev",
    306: "syncfs", 316: "renameat2", 326: "copy_file_range", 328: "pwritev2",
}  # fmt: skip
GENERIC = {
    33: "mknodat", 34: "mkdirat", 35: "unlinkat", 36: "symlinkat", 37: "linkat", 38: "renameat", 45: "truncate",
    46: "ftruncate", 47: "fallocate", 52: "fchmod", 53: "fchmodat", 56: "openat", 64: "write", 66: "writev", 68: "pwrite64",
    70: "pwritev", 71: "sendfile", 82: "fsync", 83: "fdatasync", 84: "sync_file_range", 88: "utimensat", 267: "syncfs",
    276: "renameat2", 285: "copy_file_range", 287: "pwritev2",
}  # fmt: skip
WRITES = {"x86_64": X86_64, "aarch64": GENERIC, "riscv64": GENERIC}.get(os.uname().machine)
OPENS = {"open": 1, "openat": 2}  # which argument holds the flags
MAKES = os.O_CREAT | os.O_TRUNC | (os.O_TMPFILE & ~os.O_DIRECTORY)


def stop_at_writes():
    """Lets this process, and what it runs, stop at each of WRITES: a seccomp filter (seccomp(2)), for whoever traces it."""
    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06  # of a word, by its offset in struct seccomp_data; jumps; return
    allow, trace = 0x7FFF0000, 0x7FF00000
    steps = [(load, 0, 0, 0)]
    for number, name in WRITES.items():
        if name in OPENS:
            steps += [(equal, 0, 4, number), (load, 0, 0, 16 + 8 * OPENS[name]), (any_bit, 0, 1, MAKES)]
            steps += [(give, 0, 0, trace | number), (give, 0, 0, allow)]
        else:
            steps += [(equal, 0, 1, number), (give, 0, 0, trace | number)]
    steps.append((give, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if LIBC.prctl(no_new_privileges, 1, 0, 0, 0) or LIBC.prctl(set_seccomp, filter_mode, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp: " + os.strerror(ctypes.get_errno()))


def ptrace(request, pid, address=0, data=0):
    result = LIBC.ptrace(request, pid, address, data)
    if result < 0:
        raise OSError(ctypes.get_errno(), "ptrace: " + os.strerror(ctypes.get_errno()))
    return result


class Process:
    """A program that is stopped before its first instruction. stdin is a file's name; stdout and stderr go to files."""

    def __init__(self, words, given="/dev/null", out="/dev/null", err="/dev/null", writes=False):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                for number, fd in enumerate((os.open(given, os.O_RDONLY), os.open(out, flags, 0o600), os.open(err, flags, 0o600))):
                    os.dup2(fd, number)
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                if writes:
                    stop_at_writes()
                ptrace(TRACEME, 0)
                os.execvp(words[0], words)
            finally:
                os._exit(127)
        if not os.WIFSTOPPED(self.wait()):
            raise RuntimeError("can't run " + words[0])
        ptrace(SETOPTIONS, self.pid, 0, TRACESYSGOOD | TRACEEXIT | TRACESECCOMP | EXITKILL)

    def wait(self):
        return os.waitpid(self.pid, 0)[1]

    def go_on(self, request, stop=0):
        """Lets it run to its next stop; hands on a signal that it was stopped by."""
        number = os.WSTOPSIG(stop) if stop else 0
        ptrace(request, self.pid, 0, 0 if number in (signal.SIGTRAP, signal.SIGTRAP | 0x80) else number)
        return self.wait()

    def run_to_exit(self):
        """To where it has called exit_group, with all of its memory still there."""
        stop = self.go_on(CONT)
        while stop >> 8 != EVENT_EXIT:
            if not os.WIFSTOPPED(stop):
                raise RuntimeError("it ended with %d" % os.waitstatus_to_exitcode(stop))
            stop = self.go_on(CONT, stop)

    def end(self):
        """From run_to_exit() to its status."""
        return os.waitstatus_to_exitcode(self.go_on(CONT))

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        status = self.wait()
        while not os.WIFSIGNALED(status):  # the stop on the way out
            ptrace(CONT, self.pid)
            status = self.wait()

    def memory(self):
        """(address, name, whether it is locked, bytes) of what it could write to, without pages of zeros."""
        with open("/proc/%d/smaps" % self.pid, encoding="ascii", errors="replace") as smaps:
            lines = smaps.readlines()
        mappings = []
        for line in lines:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)", line)
            if head:
                mappings.append([int(head[1], 16), int(head[2], 16), head[3], head[4] or "[anonymous]", False])
            elif line.startswith("VmFlags:"):
                mappings[-1][4] = " lo" in line
        with open("/proc/%d/mem" % self.pid, "rb", buffering=0) as file:
            for begin, end, mode, name, locked in mappings:
                if "w" not in mode:
                    continue
                run = None
                for at in range(begin, end, 4096):
                    page = os.pread(file.fileno(), 4096, at)
                    if any(page):
                        run = (at, page) if run is None else (run[0], run[1] + page)
                    elif run:
                        yield (run[0], name, locked, run[1])
                        run = None
                if run:
                    yield (run[0], name, locked, run[1])

    def next_write(self, stop):
        """To the next of WRITES, of a process with `writes`. Gives its name, or None, and the stop or how it ended."""
        stop = self.go_on(CONT, stop)
        while os.WIFSTOPPED(stop) and stop >> 8 != EVENT_SECCOMP:
            stop = self.go_on(CONT, stop)
        if not os.WIFSTOPPED(stop):
            return None, stop
        number = ctypes.c_ulong()
        ptrace(GETEVENTMSG, self.pid, 0, ctypes.addressof(number))
        return WRITES[number.value], stop


def writes_of(words, **files):
    """Their names."""
    process = Process(words, writes=True, **files)
    names = []
    name, stop = process.next_write(0)
    while name:
        names.append(name)
        name, stop = process.next_write(stop)
    return names


def killed_at(number, words, **files):
    """Runs the words and kills them right before write number `number`, from 1. Gives the call's name; or None and the status of a
    run that ended before."""
    process = Process(words, writes=True, **files)
    stop = 0
    for _ in range(number):
        name, stop = process.next_write(stop)
        if not name:
            return None, os.waitstatus_to_exitcode(stop)
    process.kill()
    return name, None
