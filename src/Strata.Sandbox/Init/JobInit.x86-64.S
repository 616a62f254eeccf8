# Process 1 of a sandbox, and (with any argument) the holder of a user and a network namespace.
# Built by hand; the bytes in JobInit.cs are this file's. Check: tests/Strata.Sandbox.Tests/Init.
#
#   with an argument: unshare(CLONE_NEWUSER | CLONE_NEWNET), exit 1 on failure
#   without:          prctl(PR_SET_DUMPABLE, 0): nobody inside may ptrace it or look into its descriptors
#   sigaction(SIGCHLD, SIG_IGN): the kernel reaps orphans
#   write(1, 1 byte): ready
#   read(0) until end of file: the one writer is strata; exit 0
        .intel_syntax noprefix
        .globl  _start
        .text
_start: cmp     qword ptr [rsp], 1
        jbe     init
        mov     edi, 0x50000000
        mov     eax, 272                # unshare
        syscall
        test    eax, eax
        jnz     fail
        jmp     ready
init:   mov     edi, 4                  # PR_SET_DUMPABLE
        xor     esi, esi
        mov     eax, 157                # prctl
        syscall
ready:  push    0                       # struct sigaction { handler, flags, restorer, mask }
        push    0
        push    0x04000000              # SA_RESTORER
        push    1                       # SIG_IGN
        mov     edi, 17                 # SIGCHLD
        mov     rsi, rsp
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                 # rt_sigaction
        syscall
        mov     edi, 1
        mov     rsi, rsp
        mov     edx, 1
        mov     eax, 1                  # write
        syscall
again:  xor     edi, edi
        mov     rsi, rsp
        mov     edx, 16
        xor     eax, eax                # read
        syscall
        test    eax, eax
        jg      again
        jz      end
        cmp     eax, -4                 # EINTR
        je      again
end:    xor     edi, edi
        mov     eax, 231                # exit_group
        syscall
fail:   mov     edi, 1
        mov     eax, 231
        syscall
