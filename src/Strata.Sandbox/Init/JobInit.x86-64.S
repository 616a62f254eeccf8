# Process 1 of a sandbox, and (with any argument) the holder of a user and a network namespace.
# Built by hand; the bytes in JobInit.cs are this file's. Check: tests/Strata.Sandbox.Tests/Init.
#
#   with an argument: unshare(CLONE_NEWUSER | CLONE_NEWNET), exit 1 on failure
#   without:          prctl(PR_SET_DUMPABLE, 0): nobody inside may ptrace it or look into its descriptors
#   sigaction(SIGCHLD, SIG_IGN): the kernel reaps orphans
#   write(1, 1 byte): ready
#   descriptor 0 is a pipe:   read until end of file; its one writer is strata; exit 0
#   descriptor 0 is a socket: serve requests (InitRequest.cs) until strata's end is closed; exit 0
#
# A request is a message of 8 bytes, the size of its block, with five descriptors: stdin, stdout, stderr, status, block. A keeper is forked for it, which
# maps the block at 0x200000000, forks the command, waits for it and sends its wait status:
#   block:  +0 directory  +8 argv  +16 envp  +24 paths to try, 0-terminated (pointers)  +32 user  +36 group (32 bits)
#   status: 8 bytes { kind, value }: 1 = started (from the command itself), 2 = ended, wait status, 3 = not started, error number
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
        mov     rsi, rsp
        call    child
        mov     edi, 1
        mov     rsi, rsp
        mov     edx, 1
        mov     eax, 1                  # write
        syscall

# stack: +0 data  +16 iovec  +32 msghdr  +96 cmsghdr  +112 five descriptors
        sub     rsp, 256
serve:  xor     eax, eax
        mov     [rsp+16], rsp
        mov     qword ptr [rsp+24], 8
        mov     [rsp+32], rax           # no name
        mov     [rsp+40], rax
        lea     rcx, [rsp+16]
        mov     [rsp+48], rcx
        mov     qword ptr [rsp+56], 1
        lea     rcx, [rsp+96]
        mov     [rsp+64], rcx
        mov     qword ptr [rsp+72], 64
        mov     [rsp+80], rax
        xor     edi, edi
        lea     rsi, [rsp+32]
        mov     edx, 0x40000000         # MSG_CMSG_CLOEXEC
        mov     eax, 47                 # recvmsg
        syscall
        cmp     eax, 8
        je      request
        cmp     eax, -4                 # EINTR
        je      serve
        cmp     eax, -88                # ENOTSOCK
        jne     end

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

request:
        mov     eax, 57                 # fork; refused: strata sees the status end without a word
        syscall
        test    eax, eax
        jz      keeper
        mov     ebx, 5
close:  mov     edi, [rsp+rbx*4+108]
        mov     eax, 3                  # close
        syscall
        dec     ebx
        jnz     close
        jmp     serve

keeper: xor     eax, eax
        lea     rsi, [rsp+160]
        mov     [rsi], rax              # SIG_DFL
        mov     [rsi+8], rax
        mov     [rsi+16], rax
        mov     [rsi+24], rax
        call    child
        mov     rbx, 0x200000000
        mov     rdi, rbx
        mov     rsi, [rsp]
        mov     edx, 1                  # PROT_READ
        mov     r10d, 0x100002          # MAP_PRIVATE | MAP_FIXED_NOREPLACE
        mov     r8d, [rsp+128]
        xor     r9d, r9d
        mov     eax, 9                  # mmap
        syscall
        cmp     rax, rbx
        jne     lost
        mov     eax, 57                 # fork
        syscall
        test    eax, eax
        jz      command
        js      lost
        mov     r12d, eax
        mov     ebx, 3                  # the command's alone: who reads its output sees its end
forget: mov     edi, [rsp+rbx*4+108]
        mov     eax, 3                  # close
        syscall
        dec     ebx
        jnz     forget
wait:   mov     edi, r12d
        mov     rsi, rsp
        xor     edx, edx
        xor     r10d, r10d
        mov     eax, 61                 # wait4
        syscall
        cmp     eax, -4                 # EINTR
        je      wait
        mov     ecx, [rsp]
        mov     eax, 2
        call    tell
        jmp     end
command:
        mov     eax, 112                # setsid
        syscall
        mov     eax, 1
        xor     ecx, ecx
        call    tell
        xor     r12d, r12d
move:   mov     edi, [rsp+r12*4+112]
        mov     esi, r12d
        mov     eax, 33                 # dup2
        syscall
        inc     r12d
        cmp     r12d, 3
        jb      move
        mov     rbx, 0x200000000
        cmp     qword ptr [rbx+32], 0
        je      enter                   # root of the job, as this process is
        xor     edi, edi
        xor     esi, esi
        mov     eax, 116                # setgroups
        syscall
        mov     edi, [rbx+36]
        mov     esi, edi
        mov     edx, edi
        mov     eax, 119                # setresgid
        syscall
        test    eax, eax
        jnz     lost
        mov     edi, [rbx+32]
        mov     esi, edi
        mov     edx, edi
        mov     eax, 117                # setresuid
        syscall
        test    eax, eax
        jnz     lost
enter:  mov     rdi, [rbx]
        mov     eax, 80                 # chdir
        syscall
        test    eax, eax
        jnz     lost
        mov     r12, [rbx+24]
        mov     r13d, 2                 # ENOENT
try:    mov     rdi, [r12]
        test    rdi, rdi
        jz      none
        mov     rsi, [rbx+8]
        mov     rdx, [rbx+16]
        mov     eax, 59                 # execve
        syscall
        neg     eax
        add     r12, 8
        cmp     eax, 2                  # ENOENT
        je      try
        cmp     eax, 20                 # ENOTDIR
        je      try
        mov     r13d, eax
        cmp     eax, 13                 # EACCES
        je      try
none:   mov     eax, r13d
        neg     eax
lost:   neg     eax
        mov     ecx, eax
        mov     eax, 3
        call    tell
        jmp     fail

# tell(kind in eax, value in ecx); child(struct sigaction in rsi). The return address lies between the caller's frame and rsp.
tell:   mov     [rsp+8], eax
        mov     [rsp+12], ecx
        mov     edi, [rsp+132]
        lea     rsi, [rsp+8]
        mov     edx, 8
        mov     eax, 1                  # write
        syscall
        ret
child:  mov     edi, 17                 # SIGCHLD
        xor     edx, edx
        mov     r10d, 8
        mov     eax, 13                 # rt_sigaction
        syscall
        ret
