// Process 1 of a sandbox on arm64: see JobInit.x86-64.S.
        .globl  _start
        .text
_start: ldr     x0, [sp]
        cmp     x0, #1
        b.ls    init
        mov     w0, #0x50000000
        mov     x8, #97                 // unshare
        svc     #0
        cbnz    x0, fail
        b       ready
init:   mov     x0, #4                  // PR_SET_DUMPABLE
        mov     x1, #0
        mov     x8, #167                // prctl
        svc     #0
ready:  sub     sp, sp, #32             // struct sigaction { handler, flags, restorer, mask }
        mov     x0, #1                  // SIG_IGN
        stp     x0, xzr, [sp]
        stp     xzr, xzr, [sp, #16]
        mov     x0, #17                 // SIGCHLD
        mov     x1, sp
        mov     x2, #0
        mov     x3, #8
        mov     x8, #134                // rt_sigaction
        svc     #0
        mov     x0, #1
        mov     x1, sp
        mov     x2, #1
        mov     x8, #64                 // write
        svc     #0
again:  mov     x0, #0
        mov     x1, sp
        mov     x2, #16
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #0
        b.gt    again
        b.eq    end
        cmn     x0, #4                  // EINTR
        b.eq    again
end:    mov     x0, #0
        mov     x8, #94                 // exit_group
        svc     #0
fail:   mov     x0, #1
        mov     x8, #94
        svc     #0
